//! `draftgate coverage`: how much of its flows a run covers, and the scenarios that would cover the rest.

mod closing;

use std::cell::RefCell;
use std::rc::Rc;

use super::Environment;
use super::args::{CoverageArguments, Parts, RunArguments};
use super::exit::Exit;
use super::output::Output;
use super::prepare::{Prepared, prepare, refuse};
use super::report::gather;
use super::run::{Covered, play_and};
use super::settings::place;
use crate::coverage::Coverage;
use crate::journal::Journal;
use crate::report::terminal::{Shown, coverage as table};
use crate::source::Sources;
use closing::close;

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
