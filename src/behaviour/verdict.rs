//! What a comparison comes to, as data: what `diff --json` writes, what its reports are made of, and what a gate asks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::grade::{Grade, Kind};
use crate::semantic::Sentence;

/// The version of the file's shape.
pub const FORMAT: u32 = 1;

/// How two sides of one flow differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The version of this shape.
    pub format: u32,
    /// The release of draftgate that wrote it.
    pub draftgate: String,
    /// The flow, as it was asked for.
    pub flow: String,
    /// What was there before.
    pub before: Extent,
    /// What is there now.
    pub after: Extent,
    /// What came of the scenarios of the suite, where they were played on both sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite: Option<Replayed>,
    /// What could not be compared, and why.
    pub notes: Vec<String>,
    /// What differs, the gravest first.
    pub differences: Vec<Difference>,
}

/// A side, and how much of it was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Extent {
    /// What it is: `live`, `draft`, `draft on staging`, `the map of 2026-11-25`.
    pub name: String,
    /// How many steps were seen.
    pub steps: usize,
    /// Whether all of it was seen, as far as exploring sees it: where not, nothing is told as gone from it.
    pub whole: bool,
    /// How many sessions were begun in it.
    pub sessions: usize,
    /// How many requests were sent to it.
    pub requests: usize,
}

/// What came of the scenarios of a suite on both sides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Replayed {
    /// How many tests were played on both.
    pub tests: usize,
    /// How many passed on the side before, snapshots aside.
    pub passed_before: usize,
    /// How many pass now.
    pub passed_after: usize,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// How grave it is.
    pub grade: Grade,
    /// What differs.
    pub kind: Kind,
    /// The language in which it is so; none for the one that is asked for without saying so, and for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The scenario of the suite that shows it; none for what was found by exploring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The step, by the name that it has now, or had where it is gone; empty where it is the flow as a whole.
    pub step: String,
    /// What differs, a sentence without a full stop; labels stand between asterisks: `*City* became required`.
    pub text: String,
    /// The same in parts, of which some are labels; empty where it was read from a file.
    #[serde(skip)]
    #[schemars(skip)]
    pub sentence: Sentence,
    /// The shortest scenario that shows it; none where none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
    /// Why there is no scenario, where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without_witness: Option<String>,
}

/// A scenario that passes on the one side and fails on the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Witness {
    /// The side on which it passes.
    pub passes: Which,
    /// Its text, YAML.
    pub scenario: String,
}

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    /// What was there before.
    Before,
    /// What is there now.
    After,
}

impl Comparison {
    /// The gravest grade of all differences; none where nothing differs.
    pub fn worst(&self) -> Option<Grade> {
        self.differences.iter().map(|difference| difference.grade).max()
    }

    /// The differences of a grade.
    pub fn of(&self, grade: Grade) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(move |difference| difference.grade == grade)
    }

    /// The side's name.
    pub fn name(&self, which: Which) -> &str {
        match which {
            Which::Before => &self.before.name,
            Which::After => &self.after.name,
        }
    }
}
