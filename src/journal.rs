//! The journal of a run: all that happened, as plain data that can be written, read again and merged.
//!
//! A run tells it entry by entry, one JSON object a line (`--jsonl`); every other report is made of it, during the run or
//! later (`draftgate report`). So a run that was ended halfway leaves what is needed for a report of what it did, and the
//! journals of shards are one run again once they lie together.
//!
//! What is in an entry has been masked already: an entry leaves this program as it is.
//!
//! **The format** has a number, [`FORMAT`]. A member or an entry may be added to a format, and readers pass over what they do
//! not know; whatever changes the meaning of a member raises the number. The JSON Schema is derived from these types.

mod entry;
mod exchange;
mod exercised;
mod flow;
mod merge;
#[cfg(test)]
pub(crate) mod random;
mod shard;
mod test;
mod under_way;
mod unfinished;
mod whole;
mod working_folder;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use exchange::{Answer, Body, Exchange, Json, Part, Request};
pub use exercised::{Exercised, UsedField};
pub use flow::{Flow, Form, FormField, Move};
pub use merge::MergeError;
pub use shard::{Shard, ShardError};
pub use test::{
    Attempt, Failure, Grade, Place, Poll, Related, Snapshot, Spot, Standing, Step, Test, Unanswered, Verdict, Visit,
};
pub use under_way::UnderWay;
pub use unfinished::Unfinished;
pub use whole::{Journal, JournalError};
pub use working_folder::WorkingFolder;

/// The version of the format that is written, and the latest that is read.
pub const FORMAT: u32 = 1;

/// What stands in a journal where something was that an applicant entered, and that is masked.
pub const DATA: &str = "[data]";

/// Something that happened, one line of the file. Times are in seconds since the run began, unless said otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Entry {
    /// The run begins: the first line of every journal.
    RunStarted(RunStarted),
    /// A file that tests are written in, before the first of them.
    File(File),
    /// What was known of a flow before the run.
    Flow(Flow),
    /// A test begins, or begins once more.
    TestStarted(TestStarted),
    /// A test goes on to its next step.
    StepStarted(StepStarted),
    /// A test waits for the pending answer of its step to become another.
    StepPending(StepPending),
    /// A test has ended, or was skipped.
    TestFinished(Box<Test>),
    /// How many requests may be in flight at a host, or how many a second, is found to be another.
    LimitChanged(LimitChanged),
    /// The run has ended: the last line, which a run that was killed does not write.
    RunEnded(RunEnded),
    /// What a later draftgate added.
    #[schemars(skip)]
    Unknown,
}

/// How the run begins.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunStarted {
    /// The version of the format.
    pub format: u32,
    /// The version of draftgate.
    pub draftgate: String,
    /// When, as RFC 3339 has it.
    pub started: String,
    /// The address of the API; null for the embedded sandbox.
    pub server: Option<String>,
    /// The environment of the configuration that was chosen.
    pub environment: Option<String>,
    /// What generated data grow from.
    pub seed: u64,
    /// Where the run stood: the paths of files begin there.
    #[serde(flatten)]
    pub folder: WorkingFolder,
    /// Which part of the selected tests this run plays; null for all of them.
    pub shard: Option<Shard>,
    /// A digest of which test falls to which shard: the same in all shards of one run. Null for a whole run.
    pub division: Option<String>,
    /// The shards that are missing where this journal was put together from those of others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Shard>,
    /// A digest of the names of all selected tests, those of the other shards too: the same in all shards of one run.
    pub suite: String,
    /// How many tests were selected, those of the other shards too.
    pub selected: usize,
    /// The tests that this run plays or skips.
    pub tests: Vec<Planned>,
}

/// A test that is to be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Planned {
    /// Its place among all selected tests, from zero, by which it is known in every shard.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// The file that it is written in, with forward slashes; empty where that is not told.
    #[serde(default)]
    pub file: String,
    /// The line there, from one; zero where that is not told.
    #[serde(default)]
    pub line: usize,
    /// Whether it is skipped: nothing is missing where it was not reached.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skipped: bool,
}

/// A file that tests are written in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct File {
    /// As it is shown, with forward slashes.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// A test begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TestStarted {
    /// Its name.
    pub test: String,
    /// Which attempt it is, from one.
    pub attempt: usize,
    /// When.
    pub at: f64,
}

/// A test goes on to its next step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepStarted {
    /// The test's name.
    pub test: String,
    /// The step's number.
    pub step: usize,
    /// Its name, or its action.
    pub label: String,
    /// When.
    pub at: f64,
}

/// A test waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepPending {
    /// The test's name.
    pub test: String,
    /// Since when.
    pub at: f64,
}

/// The exit code of a run that was interrupted: its tests under way are `interrupted`, and others never began.
pub const INTERRUPTED: u8 = 130;

/// How much is asked of a host has changed notably, as its answers had it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LimitChanged {
    /// The host, with its port.
    pub host: String,
    /// How many requests could be in flight.
    pub from: usize,
    /// How many can be now.
    pub to: usize,
    /// The most requests a second from now on; null where that is not bounded by what was found out.
    pub rate: Option<f64>,
    /// How long no request begins, in seconds; null where there is no pause.
    pub pause: Option<f64>,
    /// Why.
    pub reason: LimitReason,
    /// When.
    pub at: f64,
}

/// Why more or less is asked of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LimitReason {
    /// Answers come as quickly as with fewer requests in flight.
    Level,
    /// Answers take longer the more requests are in flight.
    Slower,
    /// Answers take longer, however few requests are in flight.
    NotOurs,
    /// It answered 429.
    Refused,
    /// It answered 503.
    Unavailable,
    /// Connections fail, or answers do not come.
    Broken,
}

/// How the run ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunEnded {
    /// How long it took.
    pub seconds: f64,
    /// The exit code that follows from the tests.
    pub exit: u8,
}
