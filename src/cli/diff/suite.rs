//! The scenarios of a flow, played on both sides: nothing is left behind of them.

use std::sync::{Arc, Mutex, PoisonError};

use crate::api::operation::Version;
use crate::behaviour::{Comparison, Extent, FORMAT, compare_suite};
use crate::cli::Environment;
use crate::cli::args::{DiffArguments, LibtestArguments, RunArguments, ServerArguments, Target};
use crate::cli::diff::before::{LIVE_NOT_ALLOWED, elsewhere};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::prepare::{Prepared, prepare};
use crate::cli::run::stop;
use crate::cli::settings::Place;
use crate::cli::shown;
use crate::cli::signal::listen_for_stop;
use crate::journal::{Test, Verdict};
use crate::outcome::{Listener, ScenarioOutcome};
use crate::report::discretion::Discretion;
use crate::report::notes::{Clerk, Extent as Noted};
use crate::runner::harness::{Finish, TrialResult, run_trials};

/// The snapshots of the suite are compared, and never written.
const NO_UPDATE: (&str, &str) = ("INSTA_UPDATE", "no");

/// A comparison of which nothing was explored.
pub(super) fn unexplored(arguments: &DiffArguments) -> Comparison {
    let side = |name: &str| Extent { name: name.to_owned(), steps: 0, whole: false, sessions: 0, requests: 0 };
    let against = arguments.changes.against.as_ref();
    Comparison {
        format: FORMAT,
        draftgate: env!("CARGO_PKG_VERSION").to_owned(),
        flow: arguments.flow.clone().unwrap_or_default(),
        before: side(&against.map_or_else(|| "live".to_owned(), |word| format!("draft at {word}"))),
        after: side("draft"),
        suite: None,
        notes: vec!["nothing was explored: only what the suite meets is compared".to_owned()],
        differences: Vec::new(),
    }
}

/// Plays the suite on both sides, and adds what differs.
pub(super) fn replay(
    environment: &Environment,
    place: &Place,
    arguments: &DiffArguments,
    comparison: &mut Comparison,
    output: &Output,
) -> Result<(), Exit> {
    let against = arguments.changes.against.as_deref();
    let other = against.map(|word| elsewhere(environment, place, arguments, word, output)).transpose()?;
    let own = (arguments.target.clone(), arguments.server.clone());
    let before = match other {
        Some(other) => play(environment, arguments, other, Version::Draft, output)?,
        None => play(environment, arguments, own.clone(), Version::Live, output)?,
    };
    let after = play(environment, arguments, own, Version::Draft, output)?;
    let names = [comparison.before.name.as_str(), comparison.after.name.as_str()];
    let replay = compare_suite(&before, &after, names, &comparison.differences);
    if replay.replayed.tests == 0 {
        comparison.notes.push(format!("no scenario of {} was played on both sides", comparison.flow));
    }
    comparison.suite = Some(replay.replayed);
    comparison.notes.extend(replay.notes);
    comparison.differences.extend(replay.differences);
    comparison.differences.sort_by_key(|difference| std::cmp::Reverse(difference.grade));
    Ok(())
}

/// Plays the scenarios that are of the draft of the flow, in a version of it.
fn play(
    environment: &Environment,
    arguments: &DiffArguments,
    (target, server): (Target, ServerArguments),
    version: Version,
    output: &Output,
) -> Result<Vec<Test>, Exit> {
    let mut quiet = environment.clone();
    quiet.variables.insert(NO_UPDATE.0.to_owned(), NO_UPDATE.1.to_owned());
    let run = RunArguments { target, server, ..RunArguments::default() };
    let mut prepared = prepare(&quiet, &run, output)?;
    prepared.keep_own(arguments.flow.as_deref().unwrap_or_default());
    let is_of_draft = |test: &_| prepared.run.test(*test).scenario.version == Version::Draft;
    prepared.tests = prepared.tests.iter().copied().filter(is_of_draft).collect();
    if version == Version::Live && !prepared.run.allow_live {
        output.complain(LIVE_NOT_ALLOWED);
        stop(prepared);
        return Err(Exit::Usage);
    }
    if let Some(run) = Arc::get_mut(&mut prepared.run) {
        run.suite.scenarios.iter_mut().for_each(|scenario| scenario.version = version);
    }
    let tests = collect(&prepared, output);
    stop(prepared);
    if tests.iter().any(|test| test.verdict == Verdict::Interrupted) {
        output.complain("interrupted");
        return Err(Exit::Interrupted);
    }
    Ok(tests)
}

/// Runs what is prepared: what came of each test, masked as a journal has it.
fn collect(prepared: &Prepared, output: &Output) -> Vec<Test> {
    let discretion = Discretion {
        redactor: output.redactor.clone(),
        entered: None,
        files: Some(Arc::new(shown::of_run(prepared, false, &output.redactor))),
        show_sessions: false,
    };
    let clerk = Clerk { sources: prepared.sources.clone(), discretion, color: false, extent: Noted::Outline };
    let collecting = Arc::new(Collecting { clerk, tests: Mutex::default() });
    let finish: Arc<dyn Finish> = collecting.clone();
    let stopped = listen_for_stop(&prepared.runtime, prepared.global_timeout);
    let libtest = LibtestArguments::default().to_libtest();
    let handle = prepared.runtime.handle();
    let _conclusion =
        run_trials(&prepared.run, handle, &prepared.tests, &libtest, &stopped, &Listener::default(), &finish);
    let mut tests = std::mem::take(&mut *collecting.tests.lock().unwrap_or_else(PoisonError::into_inner));
    // In the order in which they ended, which is another each time.
    tests.sort_by(|one, other| one.name.cmp(&other.name));
    tests
}

/// Keeps what came of tests.
struct Collecting {
    clerk: Clerk,
    tests: Mutex<Vec<Test>>,
}

impl Finish for Collecting {
    fn ended(&self, outcome: ScenarioOutcome) -> TrialResult {
        let test = self.clerk.note(outcome).into_test();
        self.tests.lock().unwrap_or_else(PoisonError::into_inner).extend(test);
        TrialResult::Passed
    }

    fn never_began(&self, _test: String) -> TrialResult {
        TrialResult::Passed
    }

    fn shown(&self, name: &str) -> String {
        name.to_owned()
    }
}
