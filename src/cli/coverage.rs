//! `draftgate coverage`: how much of its flows a run covers, and the scenarios that would cover the rest.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::Environment;
use super::args::{CoverageArguments, Parts, RunArguments};
use super::exit::Exit;
use super::output::Output;
use super::prepare::{Prepared, prepare, read_folder, refuse};
use super::report::gather;
use super::run::{Covered, play_and};
use super::settings::{Place, place, snapshot_folder};
use super::write::write;
use super::written::file_stem;
use crate::compose;
use crate::coverage::Coverage;
use crate::coverage::close::{Closing, Plan, plan};
use crate::journal::Journal;
use crate::map::store;
use crate::phrase::counted;
use crate::report::terminal::{Shown, coverage as table};
use crate::scenario::Auth;
use crate::source::{Sources, from_here};

/// The folder among the scenarios into which those go that close gaps.
const FOLDER: &str = "coverage";
/// How many gaps are named that no scenario can be written for.
const MOST_REASONS: usize = 8;

/// Measures, and says what is missing.
pub(super) fn coverage(environment: &Environment, arguments: &CoverageArguments, output: &Output) -> Exit {
    let found = place(&arguments.select, &arguments.target);
    let (exit, journal) = match measured(environment, arguments, output) {
        Ok(measured) => measured,
        Err(exit) => return exit,
    };
    let coverage = Coverage::of(&journal);
    output.say(&table(&coverage, Shown { color: output.color, all_gaps: arguments.gaps }));
    let mut exit = exit;
    if let Some(folder) = &arguments.write {
        let written = found.map_err(|error| refuse(error, output, &Sources::default()));
        let written =
            written.and_then(|place| close(environment, arguments, folder.as_deref(), &place, &coverage, output));
        if let Err(wrong) = written {
            return wrong;
        }
    }
    for unmet in arguments.fail_under.iter().flat_map(|demands| demands.unmet(&coverage)) {
        output.complain(&format!("error: {unmet}"));
        exit = exit.graver(Exit::Failed);
    }
    exit
}

/// The journal that is measured: of a run that is run now, or of one that was.
fn measured(
    environment: &Environment,
    arguments: &CoverageArguments,
    output: &Output,
) -> Result<(Exit, Journal), Exit> {
    if !arguments.from.is_empty() {
        let parts = Parts { files: arguments.from.clone(), partial: arguments.partial };
        return gather(&parts, output).map(|journal| (Exit::Passed, journal));
    }
    let run = arguments.to_run();
    let prepared = prepare(environment, &run, output)?;
    match kept(environment, &run, prepared, output) {
        (exit @ (Exit::Nothing | Exit::Usage | Exit::Interrupted), _) => Err(exit),
        measured => Ok(measured),
    }
}

/// Runs what is prepared, and keeps the journal of it.
pub(super) fn kept(
    environment: &Environment,
    run: &RunArguments,
    prepared: Prepared,
    output: &Output,
) -> (Exit, Journal) {
    let kept = Rc::new(RefCell::new(Journal::default()));
    let keep = kept.clone();
    let covered: Covered = Box::new(move |journal| *keep.borrow_mut() = journal.clone());
    let exit = play_and(environment, run, prepared, None, output, Some(covered));
    (exit, kept.take())
}

/// Writes the scenarios that close gaps, and says of the others why none is written.
fn close(
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
    let mut written = 0;
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for view in &coverage.views {
        let map = maps.get(&view.flow);
        let Plan { mut closings, open } = plan(view, map);
        for closing in &mut closings {
            closing.draft.authenticated = asks.contains(&view.flow);
            write_closing(&folder.join(file_stem(&view.name())), closing, output)?;
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
    output.say(&format!("\nWrote {count} into {}\n", folder.display()));
    tell_open(&reasons, arguments.gaps, output);
    if written > 0 {
        output.say(&format!("Next: `draftgate run {}` plays them.\n", folder.display()));
    }
    Ok(())
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

/// Writes a scenario beside those that are there already, over none of them.
fn write_closing(folder: &Path, closing: &Closing, output: &Output) -> Result<(), Exit> {
    let text = output.redactor.mask(&compose::write(&closing.draft)).into_owned();
    let stem = file_stem(&closing.name.to_lowercase());
    let file = |number: usize| match number {
        1 => folder.join(format!("{stem}.yaml")),
        more => folder.join(format!("{stem}-{more}.yaml")),
    };
    let free = |path: &PathBuf| std::fs::read_to_string(path).map_or(!path.exists(), |there| there == text);
    let path = (1..).map(file).find(free).unwrap_or_else(|| file(1));
    write(&path, text, output)
}
