//! A test that is tried again while it fails.
//!
//! Each attempt begins from nothing: other sessions, the same data, its own time-out. What an attempt saw of the flow is
//! forgotten when another comes after it; what is written of a test is written of its last one.

use super::scenario::run_once;
use super::{Run, Stopped, Surveyor, Turn};
use crate::outcome::{Event, Listener, ScenarioOutcome, Verdict};
use crate::scenario::Test;

/// Runs one test, and again while it fails and may be tried again. The outcome is that of the last attempt, with those that
/// failed before it.
pub async fn run_test(
    run: &Run,
    test: Test<'_>,
    stopped: Stopped,
    listener: &Listener,
    turn: &Turn,
) -> ScenarioOutcome {
    let most = 1 + test.scenario.retries.unwrap_or(run.retries) as usize;
    let mut attempts = Vec::new();
    while attempts.len() + 1 < most {
        let surveyor = Surveyor::default();
        let outcome = run_once(run, test, stopped.clone(), listener, &surveyor, turn).await;
        let given_up = stopped.borrow().is_some();
        if given_up || !may_pass_when_tried_again(&outcome) {
            run.surveyor.absorb(surveyor);
            return after(attempts, most, outcome);
        }
        let next = attempts.len() + 2;
        listener.tell(|| Event::Retried { attempt: Box::new(outcome.clone()), next, most });
        attempts.push(outcome);
    }
    after(attempts, most, run_once(run, test, stopped, listener, &run.surveyor, turn).await)
}

/// The outcome of the last attempt, with those before it.
fn after(attempts: Vec<ScenarioOutcome>, most: usize, last: ScenarioOutcome) -> ScenarioOutcome {
    ScenarioOutcome { most_attempts: (!attempts.is_empty()).then_some(most), attempts, ..last }
}

/// Whether it failed, or the API was broken, in a way that need not be the same the next time. A mistake in the file is.
fn may_pass_when_tried_again(outcome: &ScenarioOutcome) -> bool {
    let mistaken = outcome.problem.as_ref().is_some_and(|problem| problem.code.is_some());
    matches!(outcome.verdict, Verdict::Failed | Verdict::Broken) && !mistaken
}
