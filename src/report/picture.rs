//! Pictures of flows: their steps, the ways between them, and which of both a run went.

use std::collections::BTreeMap;

use crate::journal::Journal;

/// A picture of one flow, in one version and language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The flow's alias or id.
    pub flow: String,
    /// `draft` or `live`.
    pub version: String,
    /// The language that is asked for.
    pub language: Option<String>,
    /// An `<svg>` element without a size of its own, coloured by classes: `visited` on what the run went. Each step and way
    /// has an `id`.
    pub svg: String,
    /// The ids of the steps and ways that each test went, by the test's number.
    pub paths: BTreeMap<usize, Vec<String>>,
}

/// The pictures of all flows that a journal knows of.
pub fn pictures(_journal: &Journal) -> Vec<Picture> {
    Vec::new()
}
