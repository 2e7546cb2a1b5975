//! A test that is tried again while it fails.
//!
//! Each attempt begins from nothing: other sessions, the same data, its own time-out. What an attempt saw of the flow is
//! forgotten when another comes after it; what is written of a test is written of its last one.

use super::scenario::run_once;
use super::{Run, Stopped, Surveyor};
use crate::outcome::{Event, Listener, ScenarioOutcome, Verdict};
use crate::scenario::Test;

/// Runs one test, and again while it fails and may be tried again. The outcome is that of the last attempt, with those that
/// failed before it.
pub async fn run_test(run: &Run, test: Test<'_>, stopped: Stopped, listener: &Listener) -> ScenarioOutcome {
    let most = 1 + test.scenario.retries.unwrap_or(run.retries) as usize;
    let mut attempts = Vec::new();
    while attempts.len() + 1 < most {
        let surveyor = Surveyor::default();
        let outcome = run_once(run, test, stopped.clone(), listener, &surveyor).await;
        let given_up = stopped.borrow().is_some();
        if given_up || !may_pass_when_tried_again(&outcome) {
            run.surveyor.absorb(surveyor);
            return ScenarioOutcome { attempts, ..outcome };
        }
        let next = attempts.len() + 2;
        listener.tell(|| Event::Retried { attempt: Box::new(outcome.clone()), next, most });
        attempts.push(outcome);
    }
    ScenarioOutcome { attempts, ..run_once(run, test, stopped, listener, &run.surveyor).await }
}

/// Whether it failed, or the API was broken, in a way that need not be the same the next time. A mistake in the file is.
fn may_pass_when_tried_again(outcome: &ScenarioOutcome) -> bool {
    let mistaken = outcome.problem.as_ref().is_some_and(|problem| problem.code.is_some());
    matches!(outcome.verdict, Verdict::Failed | Verdict::Broken) && !mistaken
}
