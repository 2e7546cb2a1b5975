//! `draftgate gate`: one verdict on whether a draft may be published.

mod exploration;

use std::path::Path;

use super::Environment;
use super::args::{GateArguments, PartWord};
use super::conform::examined;
use super::coverage::kept;
use super::diff::compared;
use super::exit::Exit;
use super::output::Output;
use super::overwrite::clear;
use super::prepare::prepare;
use super::reach::anywhere;
use super::reporters::{STEP_SUMMARY, append};
use super::run::stop;
use super::write::write;
use crate::behaviour::Comparison;
use crate::conform::verdict::FlowVerdict;
use crate::coverage::Coverage;
use crate::explore::verdict::Verdict;
use crate::gate::{self, Gate, Part, PartName};
use crate::journal::Journal;
use crate::report::gate as report;
use crate::report::notice::headline;
use exploration::explored;

/// Judges, and says what it comes to.
pub(super) fn gate(environment: &Environment, arguments: &GateArguments, output: &Output) -> Exit {
    judge(environment, arguments, output).unwrap_or_else(|exit| exit)
}

fn judge(environment: &Environment, arguments: &GateArguments, output: &Output) -> Result<Exit, Exit> {
    // Whatever keeps it from coming to a verdict, no earlier one is taken for this.
    clear(&arguments.files()).map_err(|error| {
        output.complain(&format!("error: {error}"));
        Exit::Usage
    })?;
    let ran = arguments.wants(PartName::Tests).then(|| tests(environment, arguments, output)).transpose()?;
    let verdict =
        arguments.wants(PartName::Conformance).then(|| conformance(environment, arguments, output)).transpose()?;
    let seen = seen(environment, arguments, output)?;
    let parts = parts(arguments, ran.as_ref(), verdict.as_ref(), &seen);
    let Seen { exploration, changes } = seen;
    let gate = Gate { conformance: verdict, exploration, changes, ..Gate::of(&arguments.flow, parts) };
    output.say(&report::render(&gate, output.color));
    tell(environment, arguments, &gate, ran.as_ref(), output)?;
    Ok(match gate.publishable {
        true => Exit::Passed,
        // Where nothing was wrong but that there was nobody to ask, the flow is not to blame.
        false if gate.only_tests_failed() && ran.is_some_and(|ran| ran.exit == Exit::Broken) => Exit::Broken,
        false => Exit::Failed,
    })
}

/// What the flow's tests left behind.
struct Ran {
    exit: Exit,
    journal: Journal,
    /// What they cover of the flow; they may go through others, too.
    coverage: Coverage,
}

fn parts(arguments: &GateArguments, ran: Option<&Ran>, verdict: Option<&FlowVerdict>, seen: &Seen) -> Vec<Part> {
    let skipped = |part: PartName| Part::not_asked(part, "left out with --skip");
    let tests = ran.map(|ran| gate::tests(&ran.journal, &headline));
    let covered = ran
        .filter(|_| arguments.wants(PartName::Coverage))
        .map(|ran| gate::coverage(&ran.coverage, &arguments.fail_under.clone().unwrap_or_default()));
    let kept = verdict.map(|verdict| gate::conformance(verdict, arguments.strict));
    let found = seen.exploration.as_ref().map(gate::exploration);
    let fails = |grade| arguments.changes.fail_on.fails(grade);
    let changed = seen.changes.as_ref().map(|comparison| gate::changes(comparison, &fails));
    vec![
        tests.unwrap_or_else(|| skipped(PartName::Tests)),
        covered.unwrap_or_else(|| skipped(PartName::Coverage)),
        kept.unwrap_or_else(|| skipped(PartName::Conformance)),
        found.unwrap_or_else(|| skipped(PartName::Exploration)),
        changed.unwrap_or_else(|| match arguments.skip.contains(&PartWord::Changes) {
            true => skipped(PartName::Changes),
            false => Part::not_asked(PartName::Changes, "say from what: --allow-live, --against or --map"),
        }),
    ]
}

/// Runs the tests of the flow.
fn tests(environment: &Environment, arguments: &GateArguments, output: &Output) -> Result<Ran, Exit> {
    let mut run = arguments.to_run();
    run.reports.github = environment.variable("GITHUB_ACTIONS") == Some("true");
    let mut prepared = prepare(environment, &run, output)?;
    let names = prepared.keep_own(&arguments.flow);
    if prepared.tests.is_empty() {
        stop(prepared);
        return Ok(Ran { exit: Exit::Nothing, journal: Journal::default(), coverage: Coverage::default() });
    }
    // The job's summary has the verdict, not the run beside it.
    let mut inner = environment.clone();
    inner.variables.remove(STEP_SUMMARY);
    match kept(&inner, &run, prepared, output) {
        (exit @ (Exit::Usage | Exit::Interrupted), _) => Err(exit),
        (exit, journal) => {
            let mut coverage = Coverage::of(&journal);
            coverage.views.retain(|view| names.contains(&view.flow));
            Ok(Ran { exit, journal, coverage })
        }
    }
}

fn conformance(environment: &Environment, arguments: &GateArguments, output: &Output) -> Result<FlowVerdict, Exit> {
    let examined = examined(environment, &arguments.to_conform(), output)?;
    // One flow was asked for.
    examined.flows.into_iter().next().ok_or(Exit::Nothing)
}

/// What exploring shows.
struct Seen {
    exploration: Option<Verdict>,
    changes: Option<Comparison>,
}

/// Explores the draft once, for what is wrong with it and for what differs.
fn seen(environment: &Environment, arguments: &GateArguments, output: &Output) -> Result<Seen, Exit> {
    let explores = arguments.wants(PartName::Exploration);
    if !arguments.wants(PartName::Changes) {
        let exploration = explores.then(|| explored(environment, arguments, output)).transpose()?;
        return Ok(Seen { exploration, changes: None });
    }
    let asked = arguments.to_diff();
    let place = anywhere(environment, &asked.target, &asked.server, output)?;
    let found = compared(environment, &place, &asked, explores, output)?;
    Ok(Seen { exploration: found.exploration, changes: Some(found.comparison) })
}

/// Writes the reports that were asked for; in GitHub Actions also the summary of the job.
fn tell(
    environment: &Environment,
    arguments: &GateArguments,
    gate: &Gate,
    ran: Option<&Ran>,
    output: &Output,
) -> Result<(), Exit> {
    let run = ran.map(|ran| (&ran.journal, &ran.coverage));
    let masked = |text: &str| output.redactor.mask(text).into_owned().into_bytes();
    if let Some(path) = &arguments.markdown {
        write(path, masked(&report::markdown::page(gate, run)), output)?;
    }
    if let Some(path) = &arguments.html {
        write(path, masked(&report::html::page(gate, run)), output)?;
    }
    if let Some(path) = &arguments.json {
        let text = serde_json::to_string_pretty(gate).unwrap_or_default();
        write(path, masked(&format!("{text}\n")), output)?;
    }
    let summary = environment.variable(STEP_SUMMARY).filter(|_| environment.variable("GITHUB_ACTIONS") == Some("true"));
    if let Some(path) = summary
        && let Err(error) = append(Path::new(path), &output.redactor.mask(&report::markdown::page(gate, run)))
    {
        output.complain(&format!("warning: the job's summary in {path} is not written: {error}"));
    }
    Ok(())
}
