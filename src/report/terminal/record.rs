//! What the terminal keeps of a test: the same of one that has just ended and of one that a journal tells of.

use std::time::Duration;

use crate::journal::{self, Verdict};
use crate::outcome::{self, ScenarioOutcome};
use crate::phrase::is_unseen;
use crate::report::discretion::{Discreet, Mask};
use crate::report::failure::{explain, headline, interrupted};
use crate::report::notes::verdict;
use crate::source::Sources;

/// A test, as far as the terminal speaks of it. What is kept back is masked in it.
#[derive(Debug, Clone)]
pub(in crate::report) struct Record {
    pub name: String,
    /// What it proves.
    pub title: String,
    pub verdict: Verdict,
    /// Whether it had not begun when the time of the run was up.
    pub not_begun: bool,
    /// Why it was skipped, when it was; what it was at when it was interrupted.
    pub reason: Option<String>,
    /// The steps that were left out by their `when`, each by its number and its label.
    pub without: Vec<String>,
    pub elapsed: Duration,
    /// How long of that requests were under way, and how long an answer was pending.
    pub requests: Duration,
    pub pending: Duration,
    /// All that is to be said of it where it did not simply pass.
    pub text: String,
    /// The first thing that does not hold, in a line.
    pub message: String,
    /// Whether something of it is odd.
    pub warned: bool,
    /// The attempts that failed before.
    pub attempts: Vec<Attempt>,
    /// How many attempts it may have had, where that is known.
    pub most: Option<usize>,
}

/// An attempt that failed.
#[derive(Debug, Clone)]
pub(in crate::report) struct Attempt {
    pub elapsed: Duration,
    /// The first failure in a line.
    pub message: String,
    /// All that is to be said of it.
    pub text: String,
}

impl Record {
    /// Whether a test passed or was skipped, and there is no more to say of it: nothing of its requests is shown then.
    pub fn is_plain(outcome: &ScenarioOutcome) -> bool {
        matches!(outcome.verdict, outcome::Verdict::Passed | outcome::Verdict::Skipped(_))
            && outcome.attempts.is_empty()
            && outcome.steps.iter().all(|step| step.warnings.is_empty())
    }

    /// The record of what has just happened, with the files as they are shown.
    pub fn of(outcome: &Discreet<ScenarioOutcome>, sources: &Sources, color: bool, mask: &Mask) -> Self {
        let masked = |text: &str| mask.text(text).into_owned();
        Record {
            text: masked(&explain(outcome, sources, color)),
            message: seen(&masked(&headline(outcome))),
            attempts: (outcome.attempts())
                .map(|attempt| Attempt::from(Record::of(&attempt, sources, color, mask)))
                .collect(),
            ..Record::plain(outcome, mask)
        }
    }

    /// What is said of every test, which is all of a plain one: thousands of them are not worth being taken apart.
    pub fn plain(outcome: &ScenarioOutcome, mask: &Mask) -> Self {
        let masked = |text: &str| mask.text(text).into_owned();
        let sum = |of: fn(&outcome::StepOutcome) -> Duration| outcome.steps.iter().map(of).sum();
        let skipped = outcome.steps.iter().filter(|step| step.skipped.is_some());
        Record {
            name: seen(&mask.name(&outcome.name)),
            title: seen(&masked(&outcome.title)),
            verdict: verdict(&outcome.verdict),
            not_begun: outcome.not_begun,
            reason: match &outcome.verdict {
                outcome::Verdict::Skipped(reason) => Some(seen(&masked(reason))),
                outcome::Verdict::Interrupted => Some(seen(&masked(&interrupted(outcome)))),
                _ => None,
            },
            without: skipped.map(|step| seen(&masked(&format!("{} {}", step.number, step.label)))).collect(),
            elapsed: outcome.elapsed,
            requests: sum(|step| step.requests),
            pending: sum(|step| step.pending),
            text: String::new(),
            message: String::new(),
            warned: outcome.steps.iter().any(|step| !step.warnings.is_empty()),
            attempts: Vec::new(),
            most: outcome.most_attempts,
        }
    }

    /// Whether it passed only when it was tried again.
    pub fn is_flaky(&self) -> bool {
        self.verdict == Verdict::Passed && !self.attempts.is_empty()
    }

    /// Whether it passed at once or was skipped, and nothing of it is odd.
    pub fn is_usual(&self) -> bool {
        matches!(self.verdict, Verdict::Passed | Verdict::Skipped) && self.attempts.is_empty() && !self.warned
    }

    /// Whether it is told of once more at the end.
    pub fn is_told_again(&self) -> bool {
        self.is_flaky() || (self.verdict.is_failure() && self.verdict != Verdict::Interrupted)
    }
}

impl From<Record> for Attempt {
    fn from(record: Record) -> Self {
        Attempt { elapsed: record.elapsed, message: record.message, text: record.text }
    }
}

impl From<&journal::Test> for Record {
    fn from(test: &journal::Test) -> Self {
        let skipped = test.steps.iter().filter(|step| step.skipped.is_some());
        let wrong = test.failures().find(|failure| failure.grade == journal::Grade::Error);
        let attempt = |attempt: &journal::Attempt| Attempt {
            elapsed: seconds(attempt.seconds),
            message: seen(&attempt.message),
            text: attempt.explanation.clone(),
        };
        Record {
            name: seen(&test.name),
            title: seen(&test.title),
            verdict: test.verdict,
            not_begun: test.not_begun,
            reason: test.reason.as_deref().map(seen),
            without: skipped.map(|step| seen(&format!("{} {}", step.number, step.label))).collect(),
            elapsed: seconds(test.seconds),
            requests: seconds(test.request_seconds),
            pending: seconds(test.pending_seconds),
            text: test.explanation.clone(),
            message: wrong.map(|failure| seen(&failure.message)).unwrap_or_default(),
            warned: test.failures().any(|failure| failure.grade == journal::Grade::Warning),
            attempts: test.attempts.iter().map(attempt).collect(),
            most: test.most_attempts,
        }
    }
}

/// A time of a journal; what is no time in it is none.
pub(super) fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

/// A text of a line: what would move the cursor, or end the line, is replaced.
pub(super) fn seen(text: &str) -> String {
    text.replace(is_unseen, "\u{fffd}")
}
