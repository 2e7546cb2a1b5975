//! `draftgate explore`: learns a flow, and says what is wrong with it.

pub(super) mod judged;
mod kept;
pub(super) mod negatives;
mod scenarios;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::time::Instant;

use super::Environment;
use super::args::{ExploreArguments, LimitArguments};
use super::exit::Exit;
use super::output::Output;
use super::overwrite::all_may_be_written;
use super::reach::{
    FLOW_NOT_FOUND, Reached, Wanted, anywhere, check_language, options, reach, unknown, unreachable_api,
};
use super::settings::{Place, Settings, store_root};
use super::signal::interrupted;
use super::write::write;
use crate::api::operation::Version;
use crate::compose::witness::Witness;
use crate::conform::verdict::FlowVerdict;
use crate::explore::applicant::Allowance;
use crate::explore::findings::{Finding, findings};
use crate::explore::mapping::survey;
use crate::explore::model::Goal;
use crate::explore::retrace::Retracing;
use crate::explore::witness::{Words, witnesses};
use crate::explore::{Exploration, Explored};
use crate::map::store::{self, MapError};
use crate::map::{Flaw, FlowMap, Survey, View, ViewName};
use crate::phrase::counted;
use crate::report::picture::graph::FlowGraph;
use crate::report::picture::picture;
use crate::report::{conformance, curl, exploration, witness};
use crate::scenario::{Persona, read_personas};
use crate::session::entry::Growth;
use crate::source::{Sources, from_here};
use kept::About;

/// Explores.
pub(super) fn explore(environment: &Environment, arguments: &ExploreArguments, output: &Output) -> Exit {
    match try_explore(environment, arguments, output) {
        Ok(exit) => exit,
        Err(exit) => exit,
    }
}

fn try_explore(environment: &Environment, arguments: &ExploreArguments, output: &Output) -> Result<Exit, Exit> {
    let place = anywhere(environment, &arguments.target, &arguments.server, output)?;
    check_language(arguments.language.as_deref(), output)?;
    let files: Vec<&PathBuf> = arguments.json.iter().collect();
    if let Err(error) = all_may_be_written(&files) {
        output.complain(&format!("error: {error}"));
        return Err(Exit::Usage);
    }
    let folder = scenarios::folder(environment, arguments, &place, output)?;
    let wanted = Wanted { flow: &arguments.flow, version: Version::Draft, language: arguments.language.as_deref() };
    let reached = reach(environment, &place, (&arguments.target, &arguments.server), &wanted, output)?;
    let people: Arc<[Persona]> = personas(&place, output)?.into();
    let exploration = Exploration {
        course: reached.course.clone(),
        growth: Growth { seed: reached.settings.world.seed, today: reached.settings.world.today() },
        people,
        allowance: allowance(&arguments.limits),
        thorough: arguments.limits.thorough,
    };
    let root = store_root(&place);
    let about = about(arguments, &reached, &exploration);
    let undertaking = Undertaking {
        exploration: &exploration,
        about: &about,
        root: &root,
        fresh: arguments.fresh,
        reached: &reached,
        output,
    };
    if arguments.plan {
        let said = undertaking.foretell();
        reached.leave();
        return said.map(|()| Exit::Passed);
    }
    let found = undertaking.find_out(arguments, folder.is_some());
    let settings = reached.leave();
    let found = found?;
    let first = found.explored.model.beginnings.first();
    if found.explored.model.steps.is_empty() && first == Some(&Goal::Refused(FLOW_NOT_FOUND)) {
        return Err(unknown(&arguments.flow, &settings, output));
    }
    if found.explored.whole {
        about.finish(&root);
    }
    make_of(found, environment, arguments, folder.as_deref(), &settings, output)
}

/// Says what was found out, and writes what was asked for.
fn make_of(
    found: Found,
    environment: &Environment,
    arguments: &ExploreArguments,
    folder: Option<&Path>,
    settings: &Settings,
    output: &Output,
) -> Result<Exit, Exit> {
    let Found { explored, findings, again, refused } = found;
    let view = ViewName { flow: arguments.flow.clone(), version: Version::Draft, language: arguments.language.clone() };
    tell(&explored, &findings, arguments, output);
    let map = record(&explored, &view, arguments.fresh, settings, output)?;
    draw(&explored, arguments, &map, output)?;
    if let Some(path) = &arguments.json {
        let verdict = exploration::verdict(&explored, &view, &findings);
        let text = serde_json::to_string_pretty(&verdict).unwrap_or_default();
        write(path, output.redactor.mask(&format!("{text}\n")).as_bytes(), output)?;
    }
    if let (Some(folder), Some(again)) = (folder, again) {
        let written = scenarios::write(&explored, again?, folder, arguments, output)?;
        if arguments.accept_snapshots && !written.is_empty() {
            match scenarios::accept(environment, &written, arguments, output) {
                Exit::Passed => {}
                exit => return Ok(exit),
            }
        }
    }
    let refused = refused.transpose()?;
    if let Some(verdict) = &refused {
        output.say(&format!("\n{}", conformance::render(verdict, false, output.color)));
    }
    let violated = refused.is_some_and(|verdict| verdict.is_violated(false));
    Ok(if violated || !findings.is_empty() { Exit::Failed } else { Exit::Passed })
}

/// What may be used from now on.
pub(super) fn allowance(limits: &LimitArguments) -> Allowance {
    Allowance {
        sessions: limits.max_sessions,
        requests: limits.max_requests,
        services: limits.max_service_runs.unwrap_or(usize::MAX),
        until: limits.budget.map(|budget| Instant::now() + budget),
    }
}

/// The people whom services know, as the scenario folder says.
pub(super) fn personas(place: &Place, output: &Output) -> Result<Vec<Persona>, Exit> {
    let mut sources = Sources::default();
    read_personas(&place.root, &mut sources).map_err(|mistakes| {
        output.mistakes(&mistakes, &sources);
        Exit::Invalid
    })
}

fn about(arguments: &ExploreArguments, reached: &Reached, exploration: &Exploration) -> About {
    let people = exploration.people.iter().map(|person| (person.name.clone(), person.data.clone())).collect();
    About {
        format: About::FORMAT,
        server: reached.settings.server.as_ref().map(|server| server.base_url.to_string()),
        flow: arguments.flow.clone(),
        version: Version::Draft.word().to_owned(),
        language: arguments.language.clone(),
        seed: exploration.growth.seed,
        today: exploration.growth.today.to_string(),
        people,
    }
}

/// What was found out, and what else was asked of the API then.
struct Found {
    explored: Explored,
    /// What is wrong, with its witness where one was asked for.
    findings: Vec<(Finding, Option<Witness>)>,
    /// The ways for scenarios.
    again: Option<Result<Retracing, Exit>>,
    /// What forms must refuse.
    refused: Option<Result<FlowVerdict, Exit>>,
}

/// An exploration, and what it has to do with.
struct Undertaking<'a> {
    exploration: &'a Exploration,
    about: &'a About,
    root: &'a Path,
    fresh: bool,
    reached: &'a Reached,
    output: &'a Output,
}

impl Undertaking<'_> {
    /// Says what exploring would take.
    fn foretell(&self) -> Result<(), Exit> {
        let kept = if self.fresh { Vec::new() } else { self.about.read(self.root) };
        let known = self.about.read_known(self.root);
        let forecast = self.reached.runtime.block_on(self.exploration.forecast(&kept, &known));
        let forecast = forecast.map_err(|error| unreachable_api(&error, self.output))?;
        self.output.say(&format!("{}\n", exploration::forecast(&forecast)));
        Ok(())
    }

    /// Explores, and asks of the API what else is wanted.
    fn find_out(&self, arguments: &ExploreArguments, scenarios: bool) -> Result<Found, Exit> {
        let Undertaking { exploration, reached, output, .. } = *self;
        let explored = self.carry_out()?;
        let findings = findings(&explored);
        let wanted = (arguments.witness || arguments.json.is_some()) && !findings.is_empty();
        let shown = if wanted { self.witnesses(&explored, &findings, arguments)? } else { vec![None; findings.len()] };
        let again = scenarios.then(|| scenarios::go_again(exploration, &explored, arguments, reached, output));
        let refused = (arguments.negatives && !explored.model.steps.is_empty())
            .then(|| negatives::negatives(&arguments.flow, exploration, &explored, reached, output));
        Ok(Found { findings: findings.into_iter().zip(shown).collect(), explored, again, refused })
    }

    /// The witnesses of findings.
    fn witnesses(
        &self,
        explored: &Explored,
        findings: &[Finding],
        arguments: &ExploreArguments,
    ) -> Result<Vec<Option<Witness>>, Exit> {
        let options = options(&arguments.flow, &self.reached.settings, false);
        let title = |finding: &Finding| exploration::sentence(&explored.model, finding).plain();
        let words = Words { title: &title, command: &curl::with_files };
        let shown = witnesses(self.exploration, explored, findings, &options, &words);
        self.reached.runtime.block_on(shown).map_err(|error| unreachable_api(&error, self.output))
    }

    /// Explores, and keeps what is found out after each round.
    fn carry_out(&self) -> Result<Explored, Exit> {
        let Undertaking { exploration, about, root, reached, output, .. } = *self;
        let kept = if self.fresh { Vec::new() } else { about.read(root) };
        if !kept.is_empty() {
            output.say(&format!("Going on from {} explored before\n", counted(kept.len(), "session")));
        }
        let mut complaint = None;
        let mut keep = |explored: &Explored| {
            let mask = |text: &str| output.redactor.mask(text).into_owned();
            if let Err(error) = about.write(root, &explored.trails, &mask) {
                complaint.get_or_insert(error);
            }
        };
        let went = reached.runtime.block_on(async {
            let stopped = interrupted();
            tokio::select! {
                went = exploration.explore(kept, &mut keep) => Some(went),
                () = stopped => None,
            }
        });
        if let Some(Ok(explored)) = &went
            && explored.forgotten > 0
        {
            let forgotten = counted(explored.forgotten, "session");
            output.complain(&format!(
                "warning: the flow was changed since: {forgotten} explored before tell nothing of it"
            ));
        }
        if let Some(error) = complaint {
            output.complain(&format!("warning: what is found out cannot be kept: {error}"));
        }
        match went {
            Some(Ok(explored)) => Ok(explored),
            Some(Err(error)) => Err(unreachable_api(&error, output)),
            None => {
                output.complain("interrupted: run it again to go on from here");
                Err(Exit::Interrupted)
            }
        }
    }
}

/// Says what was found out.
fn tell(explored: &Explored, found: &[(Finding, Option<Witness>)], arguments: &ExploreArguments, output: &Output) {
    let mark = |label: &str| if output.color { format!("\u{1b}[1m{label}\u{1b}[0m") } else { label.to_owned() };
    let cost = exploration::cost(explored.sessions, explored.requests, explored.services);
    output.say(&format!("Explored {}: {}\n  {cost}\n\n", arguments.flow, exploration::extent(explored)));
    output.say(&exploration::steps(explored, &mark));
    if !found.is_empty() {
        output.say(&format!("\n{}\n", counted(found.len(), "finding")));
        for (at, (finding, shown)) in found.iter().enumerate() {
            let sentence = exploration::sentence(&explored.model, finding).marked(mark);
            output.say(&format!("  {}. {sentence}\n", at + 1));
            match shown {
                Some(shown) if arguments.witness => output.say(&format!("\n{}\n", witness::render(shown, true))),
                None if arguments.witness => output.say("\n  it did not show again, or a limit was reached\n\n"),
                _ => {}
            }
        }
    }
    if explored.left_out > 0 {
        let pairs = counted(explored.left_out, "combination");
        output.say(&format!(
            "\nNot tried, to send few requests: {pairs} of an entry and a later way. Try them with --thorough.\n"
        ));
    }
    if !explored.whole {
        output.say("\nThis is not all: a limit was reached. Run it again to go on, or with a higher limit.\n");
    }
}

/// Lays what was found out over the map of the flow.
fn record(
    explored: &Explored,
    view: &ViewName,
    fresh: bool,
    settings: &Settings,
    output: &Output,
) -> Result<FlowMap, Exit> {
    let failed = |error: &MapError| {
        output.complain(&format!("error: {error}"));
        Exit::Usage
    };
    let before = match store::read(&settings.snapshots, &view.flow) {
        Ok(before) => before,
        Err(MapError::Flawed { flaw: Flaw { later: false, .. }, .. }) => None,
        Err(error) => return Err(failed(&error)),
    };
    let today = settings.world.today().to_string();
    let survey = survey(explored, view);
    let map = laid_over(before.as_ref(), &survey, view, explored.whole, fresh, &today);
    if before.as_ref() != Some(&map) && !explored.model.steps.is_empty() {
        let mask = |text: &str| output.redactor.mask(text).into_owned();
        let path = store::write(&settings.snapshots, &map, &mask).map_err(|error| failed(&error))?;
        output.say(&format!("\nWrote {}\n", from_here(&path).display()));
    }
    Ok(map)
}

/// What was found out over what was known. Exploring anew, to the end, forgets what is there no more; who has not met everyone
/// that scenarios know forgets nothing.
fn laid_over(
    before: Option<&FlowMap>,
    survey: &Survey,
    view: &ViewName,
    whole: bool,
    fresh: bool,
    today: &str,
) -> FlowMap {
    let is_it = |known: &View| known.version == view.version.word() && known.language == view.language;
    let mut known = before.cloned();
    if fresh && whole {
        known.iter_mut().for_each(|map| map.views.iter_mut().for_each(|known| known.explored = !is_it(known)));
    }
    let mut map = FlowMap::after(&view.flow, known.as_ref(), survey, fresh && whole, today);
    for known in &mut map.views {
        let earlier = before.and_then(|map| map.views.iter().find(|earlier| earlier.is_same(known)));
        known.explored = earlier.is_some_and(|earlier| earlier.explored) || (whole && is_it(known));
    }
    map
}

/// Writes the pictures that were asked for.
fn draw(explored: &Explored, arguments: &ExploreArguments, map: &FlowMap, output: &Output) -> Result<(), Exit> {
    if let Some(path) = &arguments.svg {
        let view: Option<&View> = map.view(Version::Draft, arguments.language.as_deref());
        let graph = view.map(|view| FlowGraph::of(&view.as_flow(&arguments.flow))).unwrap_or_default();
        let svg = picture(&graph, "flow").standalone();
        write(path, output.redactor.mask(&svg).as_bytes(), output)?;
    }
    if let Some(path) = &arguments.mermaid {
        write(path, output.redactor.mask(&exploration::mermaid(explored)).as_bytes(), output)?;
    }
    Ok(())
}
