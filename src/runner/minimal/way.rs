//! In which way a test fails, so that it can be told whether another one fails in the same way.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::api::exchange::Answer;
use crate::api::wire::BodyKind;
use crate::expect::{Demand, Failure, describe};
use crate::outcome::{ScenarioOutcome, SnapshotOutcome, StepOutcome, Verdict};
use crate::semantic;
use crate::snapshot::Comparison;
use crate::source::{Code, Diagnostic, SourceId, Span};

/// A place in a file as it was written: of what was cut out of one, where it stood there.
pub(super) type Place = (SourceId, usize);

/// In which way a test fails: at which step, and in what.
#[derive(Debug, Clone)]
pub struct Way {
    /// The step's number.
    pub(super) number: usize,
    /// Where it stands.
    pub(super) step: Span,
    /// Where what does not hold is written.
    pub(super) at: Span,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    /// A check does not hold, or a rule.
    Check(Check),
    /// There was no answer, for this reason.
    Unanswered(String),
    /// The answer is another one than was accepted: what was, and what the difference means.
    Snapshot { accepted: String, changes: BTreeSet<String> },
}

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Check {
    demand: Demand,
    code: Option<Code>,
    /// What came in place of what is wanted: `error 4006`, the step by its title.
    kind: String,
    /// What is said of the answer and of the failure, which may hold a time or a number that is new each time.
    words: (String, String),
}

/// How far another test fails in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alike {
    /// In another way, or not at all.
    No,
    /// In the same, but other words were said of it.
    InKind,
    /// To the word.
    Wholly,
}

/// Why a test that did not pass has no way of failing that could be looked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoWay {
    /// Nothing failed: its snapshots are new, it was skipped or interrupted.
    #[error("nothing of it failed")]
    Passed,
    /// The scenario is mistaken, which its text shows.
    #[error("what failed is a mistake in the scenario")]
    Mistake,
    /// It ran out of time, as each repetition would.
    #[error("it ran out of time")]
    OutOfTime,
}

impl Way {
    /// In which way a test failed.
    ///
    /// # Errors
    ///
    /// When it did not, or not in one that could be looked for again.
    pub fn of(outcome: &ScenarioOutcome) -> Result<Self, NoWay> {
        if matches!(outcome.verdict, Verdict::Refused) {
            return Err(NoWay::Mistake);
        }
        if !outcome.verdict.is_failure() || outcome.verdict == Verdict::Interrupted {
            return Err(NoWay::Passed);
        }
        if let Some(problem) = &outcome.problem {
            return Err(if problem.code.is_some() { NoWay::Mistake } else { NoWay::OutOfTime });
        }
        let step = outcome.steps.iter().find(|step| step.failed());
        let step = step.or_else(|| outcome.steps.iter().find(|step| changed(step).is_some())).ok_or(NoWay::Passed)?;
        let way = |at, what| Way { number: step.number, step: step.span, at, what };
        if let Some(failure) = step.failures.first() {
            return match failure.diagnostic.code.is_some_and(|code| code != Code::FieldNotFound) {
                true => Err(NoWay::Mistake),
                false => Ok(way(failure.diagnostic.span, What::Check(Check::of(failure, step)))),
            };
        }
        if let Some((_, why)) = &step.unanswered {
            return Ok(way(step.span, What::Unanswered(without_numbers(why))));
        }
        let snapshot = changed(step).ok_or(NoWay::Passed)?;
        let accepted = snapshot.accepted.clone().unwrap_or_default();
        let changes = changes(&accepted, &snapshot.actual);
        Ok(way(step.span, What::Snapshot { accepted, changes }))
    }

    /// Whether it is an answer's difference from its snapshot.
    pub(super) fn is_of_snapshot(&self) -> bool {
        matches!(self.what, What::Snapshot { .. })
    }

    /// How far a test fails in this way, given where its places stood in the files as they were written.
    pub(super) fn alike(&self, outcome: &ScenarioOutcome, origin: &dyn Fn(Span) -> Option<Place>) -> Alike {
        let here = |span: Span| Some((span.source, span.start as usize));
        // Of a step that lost its first key another one is the first.
        let is_step = |step: &StepOutcome| {
            origin(step.span).is_some_and(|(file, at)| file == self.step.source && self.step.range().contains(&at))
        };
        if outcome.problem.is_some() || outcome.verdict == Verdict::Interrupted {
            return Alike::No;
        }
        let first = outcome.steps.iter().find(|step| step.failed());
        match &self.what {
            What::Snapshot { accepted, changes: told } => {
                let steps = first.is_none().then(|| outcome.steps.iter().filter(|step| is_step(step)));
                let same = |step: &StepOutcome| {
                    let actual = step.snapshot.as_ref().map(|snapshot| changes(accepted, &snapshot.actual));
                    actual.is_some_and(|actual| actual == *told)
                };
                if steps.is_some_and(|mut steps| steps.any(same)) { Alike::Wholly } else { Alike::No }
            }
            What::Unanswered(why) => {
                let unanswered = first.filter(|step| is_step(step)).and_then(|step| step.unanswered.as_ref());
                let same = unanswered.is_some_and(|(_, other)| without_numbers(other) == *why);
                if same { Alike::Wholly } else { Alike::No }
            }
            What::Check(check) => {
                let Some(step) = first.filter(|step| is_step(step)) else { return Alike::No };
                let of_place = |failure: &&Failure| origin(failure.diagnostic.span) == here(self.at);
                let alike = step.failures.iter().filter(of_place).map(|failure| {
                    let other = Check::of(failure, step);
                    match () {
                        () if other == *check => Alike::Wholly,
                        () if (other.demand, other.code, &other.kind) == (check.demand, check.code, &check.kind) => {
                            Alike::InKind
                        }
                        () => Alike::No,
                    }
                });
                alike.max_by_key(|alike| *alike as u8).unwrap_or(Alike::No)
            }
        }
    }
}

impl Check {
    fn of(failure: &Failure, step: &StepOutcome) -> Self {
        let answer = step.exchanges.last().map(|exchange| &exchange.answer);
        let Diagnostic { code, span, message, .. } = &failure.diagnostic;
        // Of what is written in the file its place says which check it is; at a step's action several things are said.
        let at_action = span.start == step.span.start || failure.demand != Demand::Scenario || code.is_some();
        let what = if at_action { message.split(", got ").next().unwrap_or_default() } else { "" };
        let words = (answer.map(describe).unwrap_or_default(), what.to_owned());
        Check { demand: failure.demand, code: *code, kind: answer.map(kind).unwrap_or_default(), words }
    }
}

/// What an answer is, without what may be new each time.
fn kind(answer: &Answer) -> String {
    match answer.kind() {
        BodyKind::Error(code) => format!("error {code} (HTTP {})", answer.status),
        BodyKind::Other => format!("HTTP {}", answer.status),
        _ => describe(answer),
    }
}

/// A snapshot whose difference fails the test.
fn changed(step: &StepOutcome) -> Option<&SnapshotOutcome> {
    step.snapshot.as_ref().filter(|snapshot| !snapshot.passes && snapshot.comparison == Comparison::Changed)
}

/// What the difference of two answers means, in sentences; of what is no JSON the answer itself.
fn changes(accepted: &str, actual: &str) -> BTreeSet<String> {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    match (read(accepted), read(actual)) {
        (Some(old), Some(new)) => {
            semantic::changes(&old, &new).iter().map(|change| change.sentence().to_string()).collect()
        }
        _ if accepted == actual => BTreeSet::new(),
        _ => BTreeSet::from([actual.to_owned()]),
    }
}

/// Why there was no answer, whatever the port and however long it took.
fn without_numbers(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_ascii_digit()).collect()
}
