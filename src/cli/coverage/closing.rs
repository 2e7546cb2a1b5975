//! `coverage --write`: the scenarios that close gaps, each played before it is written.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::cli::Environment;
use crate::cli::args::CoverageArguments;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::prepare::{Prepared, prepare, read_folder, refuse};
use crate::cli::settings::{Place, snapshot_folder};
use crate::cli::signal::listen_for_stop;
use crate::cli::write::write;
use crate::cli::written::file_stem;
use crate::compose::{self, Draft};
use crate::coverage::Coverage;
use crate::coverage::close::{Closing, Plan, Tried, plan};
use crate::map::store;
use crate::outcome::{ScenarioOutcome, Verdict};
use crate::phrase::counted;
use crate::report::failure::headline;
use crate::runner::{Rehearsal, Stopped, rehearse};
use crate::scenario::{Auth, Discovery};
use crate::source::{Sources, from_here};

/// The folder among the scenarios into which those go that close gaps.
const FOLDER: &str = "coverage";
/// How many gaps are named that no scenario can be written for.
const MOST_REASONS: usize = 8;
/// How often is planned anew without what did not come out as planned.
const MOST_ROUNDS: usize = 5;

/// Writes the scenarios that close gaps, and says of the others why none is written.
pub(super) fn close(
    environment: &Environment,
    arguments: &CoverageArguments,
    folder: Option<&Path>,
    place: &Place,
    coverage: &Coverage,
    output: &Output,
) -> Result<(), Exit> {
    if folder.is_none() && environment.in_ci() {
        output.complain("error: nothing is written in CI unless it is asked for: name the folder, --write DIR");
        return Err(Exit::Usage);
    }
    let mut sources = Sources::default();
    let snapshots = snapshot_folder(environment, &arguments.target, place, &mut sources);
    let snapshots = snapshots.map_err(|error| refuse(error, output, &sources))?;
    let (maps, errors) = store::read_all(&snapshots);
    errors.iter().for_each(|error| output.complain(&format!("warning: {error}")));
    let folder = folder.map_or_else(|| from_here(&place.root).join(FOLDER), Path::to_owned);
    let asks = authenticated(place, &mut sources, output)?;
    // A journal alone says of no server.
    let stage = if arguments.from.is_empty() { Some(Stage::set(environment, arguments, place, output)?) } else { None };
    let mut written = 0;
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for view in &coverage.views {
        let files = Files { folder: folder.join(file_stem(&view.name())), authenticated: asks.contains(&view.flow) };
        let Plan { closings, open } = match &stage {
            Some(stage) => stage.rehearsed(&|tried| plan(view, maps.get(&view.flow), tried), &files)?,
            None => plan(view, maps.get(&view.flow), &Tried::default()),
        };
        for closing in &closings {
            let text = output.redactor.mask(&files.text(closing)).into_owned();
            write(&files.path(closing, &text), text, output)?;
            written += 1;
        }
        for (subject, why) in open {
            let (at, what) = view.words(&subject);
            let at = if at.is_empty() { at } else { format!("{at}: ") };
            let gap = format!("{} {at}{what}", subject.kind().name());
            let why = format!("{}: {why}", view.name());
            match reasons.iter_mut().find(|(known, _)| *known == why) {
                Some((_, gaps)) => gaps.push(gap),
                None => reasons.push((why, vec![gap])),
            }
        }
    }
    let count = counted(written, "scenario");
    let played = if stage.is_some() && written > 0 { "; each was played once, and passed" } else { "" };
    output.say(&format!("\nWrote {count} into {}{played}\n", folder.display()));
    tell_open(&reasons, arguments.gaps, output);
    if written > 0 {
        output.say(&format!("Next: `draftgate run {}` plays them.\n", folder.display()));
    }
    Ok(())
}

/// Where the scenarios of a flow go, and how they are written.
struct Files {
    folder: PathBuf,
    /// Whether they send a client-credential token.
    authenticated: bool,
}

impl Files {
    fn text(&self, closing: &Closing) -> String {
        compose::write(&Draft { authenticated: self.authenticated, ..closing.draft.clone() })
    }

    /// A file beside those that are there already, over none of them.
    fn path(&self, closing: &Closing, text: &str) -> PathBuf {
        let stem = file_stem(&closing.name.to_lowercase());
        let file = |number: usize| match number {
            1 => self.folder.join(format!("{stem}.yaml")),
            more => self.folder.join(format!("{stem}-{more}.yaml")),
        };
        let free = |path: &PathBuf| std::fs::read_to_string(path).map_or(!path.exists(), |there| there == text);
        (1..).map(file).find(free).unwrap_or_else(|| file(1))
    }
}

/// Where scenarios are played before they are written.
struct Stage<'a> {
    prepared: Prepared,
    stopped: Stopped,
    root: &'a Path,
}

impl<'a> Stage<'a> {
    fn set(
        environment: &Environment,
        arguments: &CoverageArguments,
        place: &'a Place,
        output: &Output,
    ) -> Result<Self, Exit> {
        let prepared = prepare(environment, &arguments.to_run(), output)?;
        let stopped = listen_for_stop(&prepared.runtime, None);
        Ok(Stage { prepared, stopped, root: &place.root })
    }

    /// A plan of which every scenario passed. What did not is left out, and what it would have covered is planned for once
    /// more without it.
    fn rehearsed(&self, plan: &dyn Fn(&Tried) -> Plan, files: &Files) -> Result<Plan, Exit> {
        let (mut tried, mut passed) = (Tried::default(), HashSet::new());
        for _ in 0..MOST_ROUNDS {
            let planned = plan(&tried);
            let new: Vec<&Closing> =
                planned.closings.iter().filter(|closing| !passed.contains(&closing.name)).collect();
            if new.is_empty() {
                return Ok(planned);
            }
            let played = self.play(&new, files)?;
            for (closing, came) in new.into_iter().zip(played) {
                match &came[..] {
                    [] => {}
                    all if all.iter().all(Option::is_some) => {
                        let why = all.iter().flatten().next().cloned().unwrap_or_default();
                        tried.refused.insert(closing.name.clone(), why);
                    }
                    all => {
                        let failed = all.iter().enumerate().filter_map(|(at, why)| Some((at, why.clone()?)));
                        tried.cases.insert(closing.name.clone(), failed.collect());
                        passed.insert(closing.name.clone());
                    }
                }
            }
        }
        let mut planned = plan(&tried);
        planned.closings.retain(|closing| passed.contains(&closing.name));
        Ok(planned)
    }

    /// Plays scenarios, and says of each of their cases why it did not pass, where it did not.
    fn play(&self, all: &[&Closing], files: &Files) -> Result<Vec<Vec<Option<String>>>, Exit> {
        let rehearsal = |closing: &&Closing| {
            let text = files.text(closing);
            let found = Discovery { root: self.root.to_owned(), ..Discovery::default() };
            Rehearsal { name: found.test_name(&files.path(closing, &text)), text }
        };
        let rehearsals = all.iter().map(rehearsal).collect();
        let run = &self.prepared.run;
        let played = self.prepared.runtime.block_on(rehearse(run, &files.folder, rehearsals, &self.stopped));
        if self.stopped.borrow().is_some() {
            return Err(Exit::Interrupted);
        }
        let why = |outcome: &ScenarioOutcome| (outcome.verdict != Verdict::Passed).then(|| headline(outcome));
        Ok(played
            .into_iter()
            .map(|came| match came {
                Ok(outcomes) => outcomes.iter().map(why).collect(),
                Err(mistakes) => vec![mistakes.into_iter().next().map(|mistake| mistake.message)],
            })
            .collect())
    }
}

/// Says for which gaps no scenario is written, and why.
fn tell_open(reasons: &[(String, Vec<String>)], all: bool, output: &Output) {
    if reasons.is_empty() {
        return;
    }
    let count: usize = reasons.iter().map(|(_, gaps)| gaps.len()).sum();
    output.say(&format!("No scenario is written for {}:\n", counted(count, "gap")));
    let most = if all { usize::MAX } else { MOST_REASONS };
    for (why, gaps) in reasons.iter().take(most) {
        output.say(&format!("  {} of {why}\n", counted(gaps.len(), "gap")));
        if all {
            gaps.iter().for_each(|gap| output.say(&format!("    {gap}\n")));
        }
    }
    if reasons.len() > most || !all {
        let more = reasons.len().saturating_sub(most);
        let more = if more > 0 { format!("+ {more} more; ") } else { String::new() };
        output.say(&format!("  {more}--gaps names all\n"));
    }
}

/// The flows of which most scenarios send a client-credential token: those that are written for them do so, too.
fn authenticated(place: &Place, sources: &mut Sources, output: &Output) -> Result<HashSet<String>, Exit> {
    let suite = read_folder(place, sources, output)?.suite;
    let mut votes: HashMap<String, (usize, usize)> = HashMap::new();
    for scenario in &suite.scenarios {
        if let Some(flow) = scenario.flow.as_literal()
            && let Some(flow) = flow.as_str()
        {
            let (with, without) = votes.entry(flow.to_owned()).or_default();
            *(if scenario.auth == Auth::Client { with } else { without }) += 1;
        }
    }
    let asks = |(flow, (with, without)): (String, (usize, usize))| (with > 0 && with >= without).then_some(flow);
    Ok(votes.into_iter().filter_map(asks).collect())
}
