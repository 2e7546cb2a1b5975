//! What a step exercised of a flow: names only, no value that an applicant entered but the options that the flow offers.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Spot;

/// What a step exercised of the flow that its applicant is in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Exercised {
    /// The flow's alias, or its id where it has none.
    pub flow: String,
    /// `draft` or `live`.
    pub version: String,
    /// The language that was asked for.
    pub language: Option<String>,
    /// Where the applicant stood; null where that is not known.
    pub at: Option<Spot>,
    /// The fields of that step of which something was exercised, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<UsedField>,
    /// The code with which the API refused; null where it did not.
    pub error: Option<i64>,
}

/// What was exercised of a field.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct UsedField {
    /// What the form calls it, as [`FormField::name`](super::FormField).
    pub name: String,
    /// Whether a value was given.
    pub given: bool,
    /// The options that were chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// The rules that the value kept, and it was accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub satisfied: Vec<String>,
    /// The rules that the value broke, and it was refused for that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violated: Vec<String>,
}

/// Thousands of tests exercise the same: it is in memory once.
pub(super) fn write<S: Serializer>(all: &[Arc<Exercised>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(all.iter().map(Arc::as_ref))
}

/// Reads what [`write()`] wrote.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Arc<Exercised>>, D::Error> {
    Ok(Vec::<Exercised>::deserialize(deserializer)?.into_iter().map(Arc::new).collect())
}
