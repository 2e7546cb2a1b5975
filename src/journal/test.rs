//! What came of a test and of its steps.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::exchange::{Exchange, Request, is_none};
use super::exercised::{self, Exercised};
use super::flow::FormField;

/// What came of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Test {
    /// Its place among all selected tests, from zero, by which it is known in every shard.
    pub number: usize,
    /// Its name: `retail/happy`, or `retail/happy::canada`.
    pub name: String,
    /// What it proves, a sentence.
    pub title: String,
    /// Where it stands: its file, or the place of its case.
    pub place: Place,
    /// The files that it is written in, its own first.
    pub files: Vec<String>,
    /// What came of it.
    pub verdict: Verdict,
    /// Whether it had not begun when the time of the whole run was up, which is a failure; left out where it is not so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_begun: bool,
    /// Why it was skipped, when it was; of an interrupted one what it was at: `interrupted at step 2 submit`.
    pub reason: Option<String>,
    /// The flow's alias or id; null where the scenario did not come so far.
    pub flow: Option<String>,
    /// `draft` or `live`.
    pub version: String,
    /// The language that was asked for.
    pub language: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// When it began; null when it was skipped, or had not begun.
    pub started: Option<f64>,
    /// How long it took.
    pub seconds: f64,
    /// How long of that requests were under way.
    pub request_seconds: f64,
    /// How long of that an answer was pending.
    pub pending_seconds: f64,
    /// The sessions that its applicants had, in order.
    pub sessions: Vec<String>,
    /// The attempts that failed before this one. A test that passed and has any is flaky.
    pub attempts: Vec<Attempt>,
    /// How many attempts there might have been; only where it was tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_attempts: Option<usize>,
    /// Its steps, as far as they were reached.
    pub steps: Vec<Step>,
    /// What stopped it as a whole: a variable without value, a time-out, a refusal.
    pub problem: Option<Failure>,
    /// All that is to be said of it where it did not simply pass, for people, without colours.
    pub explanation: String,
}

/// What came of a test, or of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// All that it asks for holds.
    Passed,
    /// It was not run.
    Skipped,
    /// Everything holds, but snapshots are new or changed and await review.
    Review,
    /// The API could not be reached, or broke its contract.
    Broken,
    /// Something that the scenario asks for does not hold.
    Failed,
    /// It asks for what the run does not allow.
    Refused,
    /// The run was interrupted.
    Interrupted,
}

/// An attempt that failed, after which the test was tried again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attempt {
    /// What came of it.
    pub verdict: Verdict,
    /// How long it took.
    pub seconds: f64,
    /// Its first failure in a line.
    pub message: String,
    /// All that is to be said of it, for people, without colours.
    pub explanation: String,
}

/// A place in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The file as it is shown, with forward slashes.
    pub file: String,
    /// The line, from one.
    pub line: usize,
    /// The column, from one, in characters.
    pub column: usize,
    /// The line of the end.
    pub end_line: usize,
    /// The column behind the last character.
    pub end_column: usize,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Its number in the scenario, from one.
    pub number: usize,
    /// Its name, or its action.
    pub label: String,
    /// Where it stands.
    pub place: Place,
    /// Who acted; null for the scenario's only applicant.
    pub applicant: Option<String>,
    /// What came of it.
    pub verdict: Verdict,
    /// Why it was not done, when it was not.
    pub skipped: Option<String>,
    /// When it began, in seconds since the test did.
    pub started: f64,
    /// How long it took.
    pub seconds: f64,
    /// How long of that requests were under way.
    pub request_seconds: f64,
    /// How long of that an answer was pending.
    pub pending_seconds: f64,
    /// Where it led.
    pub visit: Option<Visit>,
    /// The fields of the step that it led to, where no test of the run had told of them yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub form: Vec<FormField>,
    /// What it exercised of its flow; left out where that is nothing.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "exercised::write",
        deserialize_with = "exercised::read"
    )]
    #[schemars(with = "Vec<Exercised>")]
    pub exercised: Vec<Arc<Exercised>>,
    /// What does not hold, and what is odd.
    pub failures: Vec<Failure>,
    /// Its requests: what was needed before, its own, the last poll.
    pub exchanges: Vec<Exchange>,
    /// The answers that were seen while polling.
    pub polls: Vec<Poll>,
    /// The request that got no answer.
    pub unanswered: Option<Unanswered>,
    /// How the answer compares with the accepted one; null where nothing is compared.
    pub snapshot: Option<Snapshot>,
}

/// Where an answer led an applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Visit {
    /// The flow's alias, or its id where it has none.
    pub flow: String,
    /// `draft` or `live`.
    pub version: String,
    /// The language that was asked for.
    pub language: Option<String>,
    /// Where the applicant stood before; null where that is not known, and at the beginning.
    pub from: Option<Spot>,
    /// How the applicant came here: `begin`, `submit`, `back` or `stay`.
    pub way: String,
    /// Where the applicant stands now.
    pub to: Spot,
}

/// A step of a flow, known by what lasts when the flow is rebuilt.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Spot {
    /// Its title; empty where it has none.
    pub title: String,
    /// Such as `form`; `end` for the end.
    #[serde(rename = "type")]
    pub kind: String,
    /// A digest of its elements' labels, roles and types, by which steps of one title are told apart.
    pub shape: String,
}

/// What does not hold, or is odd.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// How grave it is.
    pub grade: Grade,
    /// The kind of mistake in a file, such as `E020`; null for a check that failed.
    pub code: Option<String>,
    /// The rule of the API's contract that was broken; null for a demand of the scenario.
    pub rule: Option<String>,
    /// What is wrong, a lower-case fragment.
    pub message: String,
    /// Where.
    pub place: Place,
    /// A few words at the place.
    pub label: Option<String>,
    /// The way out.
    pub help: Option<String>,
    /// What else is to be known.
    pub notes: Vec<String>,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// The value that was wanted, where two values explain it; left out otherwise, as null is a value.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub expected: Option<Value>,
    /// The value that came, where two values explain it; left out otherwise, as null is a value.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub actual: Option<Value>,
}

/// A value that is there, null among them.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// How grave something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// It does not hold.
    Error,
    /// It is odd.
    Warning,
}

/// Another place that belongs to a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What is to be seen there.
    pub message: String,
}

/// An answer that was seen while polling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Poll {
    /// When, in seconds since the step began.
    pub at: f64,
    /// The answer in a few words.
    pub answer: String,
    /// How many answers right before this one are not listed, of a wait that saw many; left out where it is none.
    #[serde(default, skip_serializing_if = "is_none")]
    pub left_out: usize,
}

/// A request that got no answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unanswered {
    /// What was sent.
    pub request: Request,
    /// Why there is none.
    pub why: String,
}

/// How an answer compares with the accepted one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    /// The snapshot's file, with forward slashes.
    pub file: String,
    /// How they stand to each other.
    pub standing: Standing,
    /// Whether the step passes as far as its snapshot goes.
    pub passes: bool,
    /// What was done about it.
    pub note: Option<String>,
    /// What was accepted; null where nothing was, and where the answer is the same.
    pub accepted: Option<String>,
    /// The answer as it is compared; null where it is as accepted.
    pub actual: Option<String>,
    /// What the change means for an applicant, in sentences with labels between asterisks.
    pub changes: Vec<String>,
}

/// How an answer stands to the accepted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It is as accepted.
    Same,
    /// Nothing was accepted yet.
    New,
    /// It is not as accepted.
    Changed,
}

impl Verdict {
    /// The word for it, as it is written.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::Skipped => "skipped",
            Verdict::Review => "review",
            Verdict::Broken => "broken",
            Verdict::Failed => "failed",
            Verdict::Refused => "refused",
            Verdict::Interrupted => "interrupted",
        }
    }

    /// Whether the test counts as failed.
    pub fn is_failure(self) -> bool {
        self >= Verdict::Review
    }
}

impl Test {
    /// Whether it passed only when it was tried again.
    pub fn is_flaky(&self) -> bool {
        self.verdict == Verdict::Passed && !self.attempts.is_empty()
    }

    /// Everything that does not hold or is odd, in order.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.problem.iter().chain(self.steps.iter().flat_map(|step| &step.failures))
    }
}
