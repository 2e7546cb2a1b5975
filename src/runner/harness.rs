//! Tests as libtest-mimic trials.
//!
//! Scenarios are tasks that are all started at once; a trial only waits for the outcome of its task. So libtest's flags,
//! formats and exit behaviour are the real ones, while waiting costs no thread.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use libtest_mimic::{Arguments, Completion, Conclusion, Failed, Trial};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::scenario::never_begun;
use super::{Run, Stopped, TestId, run_test};
use crate::outcome::{Listener, ScenarioOutcome, Verdict};
use crate::scenario::Test;
use crate::source::Diagnostic;

/// What a trial tells libtest-mimic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrialResult {
    /// It passed.
    Passed,
    /// It was not run, for this reason.
    Ignored(String),
    /// It failed, with this text.
    Failed(String),
}

/// Takes in what comes of the tests.
pub trait Finish: Send + Sync {
    /// Called once with each outcome, as soon as there is one; what it gives goes to libtest-mimic.
    fn ended(&self, outcome: ScenarioOutcome) -> TrialResult;

    /// A test's name as libtest-mimic shows it.
    fn shown(&self, name: &str) -> String;
}

/// The tests that the arguments leave, skipped ones that are only mentioned among them.
pub fn selected(run: &Run, tests: &[TestId], arguments: &Arguments) -> Vec<TestId> {
    tests.iter().copied().filter(|id| !arguments.is_filtered_out(&probe(run.test(*id), arguments))).collect()
}

/// A trial that is never run, to ask libtest-mimic what the arguments make of a test.
fn probe(test: Test<'_>, arguments: &Arguments) -> Trial {
    Trial::test(test.name(), || Ok(())).with_ignored_flag(flags_skipped(arguments) && test.scenario.skip.is_some())
}

/// libtest-mimic knows a reason only for what ignores itself when it runs; what asks for ignored tests needs the flag.
fn flags_skipped(arguments: &Arguments) -> bool {
    arguments.list || arguments.ignored || arguments.include_ignored
}

/// Runs the selected tests as the arguments ask, or lists them.
///
/// Nothing is started for a test that the arguments leave out, and nothing at all under `--list`. When `stopped` says so,
/// tests under way end.
pub fn run_trials(
    run: &Arc<Run>,
    handle: &Handle,
    tests: &[TestId],
    arguments: &Arguments,
    stopped: &Stopped,
    listener: &Listener,
    finish: &Arc<dyn Finish>,
) -> Conclusion {
    // `--test-threads` bounds the scenarios; left out, only the requests in flight are bounded.
    let permits = Arc::new(Semaphore::new(
        arguments.test_threads.unwrap_or(Semaphore::MAX_PERMITS).clamp(1, Semaphore::MAX_PERMITS),
    ));
    let flagged = flags_skipped(arguments);
    let mut trials = Vec::with_capacity(tests.len());
    for id in tests {
        let test = run.test(*id);
        let skip = test.scenario.skip.clone();
        let name = test.name();
        let probe = probe(test, arguments);
        let wanted = !arguments.list && !arguments.is_filtered_out(&probe) && !arguments.is_ignored(&probe);
        let skipped = skip.filter(|_| !flagged);
        let receiver =
            (wanted && skipped.is_none()).then(|| start(run, handle, *id, &permits, stopped, listener, finish));
        let shown = finish.shown(&name);
        // What it is called decides whether it is left out, and not what it is shown as.
        if shown != name && arguments.is_filtered_out(&probe) {
            continue;
        }
        let finish = finish.clone();
        let run = run.clone();
        let id = *id;
        let trial = Trial::ignorable_test(shown, move || {
            let result = match (receiver, skipped) {
                (Some(receiver), _) => receiver.recv().unwrap_or_else(|_| finish.ended(panicked(&run, id))),
                (None, Some(reason)) => finish.ended(plain(&run, id, Verdict::Skipped(reason))),
                (None, None) => TrialResult::Ignored("not selected".to_owned()),
            };
            match result {
                TrialResult::Passed => Ok(Completion::Completed),
                TrialResult::Ignored(reason) => Ok(Completion::ignored_with(reason)),
                TrialResult::Failed(text) => Err(Failed::from(text)),
            }
        });
        trials.push(trial.with_ignored_flag(flagged && probe.has_ignored_flag()));
    }
    libtest_mimic::run(arguments, trials)
}

/// Starts a test's task.
fn start(
    run: &Arc<Run>,
    handle: &Handle,
    id: TestId,
    permits: &Arc<Semaphore>,
    stopped: &Stopped,
    listener: &Listener,
    finish: &Arc<dyn Finish>,
) -> Receiver<TrialResult> {
    let (sender, receiver) = sync_channel(1);
    let (run, permits, finish) = (run.clone(), permits.clone(), finish.clone());
    let (stopped, listener) = (stopped.clone(), listener.clone());
    handle.spawn(async move {
        // The semaphore is never closed.
        let _permit = permits.acquire().await;
        let given_up = *stopped.borrow();
        let outcome = match given_up {
            Some(stop) => never_begun(run.test(id), stop),
            None => run_test(&run, run.test(id), stopped, &listener).await,
        };
        // Nobody listens any more when the run was given up.
        drop(sender.send(finish.ended(outcome)));
    });
    receiver
}

fn plain(run: &Run, id: TestId, verdict: Verdict) -> ScenarioOutcome {
    ScenarioOutcome { verdict, ..super::scenario::not_begun(run.test(id)) }
}

/// A panic in a scenario's task stays in that scenario.
fn panicked(run: &Run, id: TestId) -> ScenarioOutcome {
    let outcome = plain(run, id, Verdict::Failed);
    let problem = Diagnostic::new(outcome.span, "draftgate itself failed while it ran this scenario")
        .help("this is a mistake in draftgate; please report it with the scenario");
    ScenarioOutcome { problem: Some(problem), ..outcome }
}
