//! What exploring a flow comes to, as data: what `explore --json` writes.

use schemars::JsonSchema;
use serde::Serialize;

use super::findings::{Finding, What};
use crate::compose::witness::Witness;

/// The version of the file's shape.
pub const FORMAT: u32 = 1;

/// What exploring a flow came to.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The version of this shape.
    pub format: u32,
    /// The release of draftgate that wrote it.
    pub draftgate: String,
    /// The flow, as it was asked for.
    pub flow: String,
    /// `draft` or `live`.
    pub version: String,
    /// The language that was asked for; none where none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Whether all that was to be found out was found out; otherwise a limit was reached.
    pub whole: bool,
    /// How many combinations of an entry and a later way were not tried, to send few requests.
    pub left_out: usize,
    /// How many steps were found.
    pub steps: usize,
    /// How many ways between them.
    pub ways: usize,
    /// How many applicants began.
    pub sessions: usize,
    /// How many requests it took.
    pub requests: usize,
    /// How often a service was run.
    pub service_runs: usize,
    /// What is wrong, the nearest to the beginning first.
    pub findings: Vec<FindingVerdict>,
}

/// Something that is wrong.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingVerdict {
    /// What kind of fault it is.
    pub kind: Kind,
    /// The title of the step where it shows, or its type where it has none; none where the flow does not begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What is wrong, in a sentence without a full stop.
    pub text: String,
    /// The calls that show it; none where it did not show again, or no more requests were allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
}

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The flow does not begin.
    NoBeginning,
    /// Nobody gets to an end from there.
    NoEnd,
    /// A value that a form offers, or allows, is refused.
    Refused,
    /// Whatever is entered, nothing comes of it.
    NoWayOn,
    /// A service or the server failed.
    Failed,
    /// Going back is refused where it is said that one can.
    BackRefused,
    /// Going back leads to another step than the one before.
    BackElsewhere,
    /// The same data led to different steps.
    Unsteady,
    /// No entry shows a field.
    NeverShown,
}

impl Finding {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match &self.what {
            What::NoBeginning(_) => Kind::NoBeginning,
            What::NoEnd(_) => Kind::NoEnd,
            What::Refused { .. } => Kind::Refused,
            What::NoWayOn { .. } => Kind::NoWayOn,
            What::Failed { .. } => Kind::Failed,
            What::BackRefused(_) => Kind::BackRefused,
            What::BackElsewhere { .. } => Kind::BackElsewhere,
            What::Unsteady(..) => Kind::Unsteady,
            What::NeverShown { .. } => Kind::NeverShown,
        }
    }
}
