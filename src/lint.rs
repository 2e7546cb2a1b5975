//! What is odd in scenarios, told without sending anything.
//!
//! [`lint()`] is pure: the suite, its texts and the flows' maps go in, diagnostics come out, each with a code `W…` that
//! `draftgate explain` says more about. What stops a scenario from being read at all is not its business: that is `E…`, and
//! found by [`crate::scenario`].
//!
//! **A new check** is a function in a file of its own, a row of the table below, and a row of [`crate::source::CODES`] with its
//! explanation. A check reports only what is certain: where a template, a case or a branch decides, it stays silent.

mod allow;
mod chart;
mod columns;
mod contradictions;
mod duplicates;
mod ending;
mod fields;
pub mod fix;
mod flows;
mod fragments;
mod known;
pub mod maps;
mod matchers;
mod names;
mod operations;
mod outcome;
mod place;
mod secrets;
mod steps;
mod values;
mod walk;
mod words;

use std::collections::BTreeMap;

pub use flows::Flows;

use crate::map::FlowMap;
use crate::scenario::Suite;
use crate::source::{Diagnostic, SourceId, Sources};

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// The scenarios and fragments.
    pub suite: &'a Suite,
    /// Their texts.
    pub sources: &'a Sources,
    /// What is known of the flows, by alias.
    pub maps: &'a BTreeMap<String, FlowMap>,
    /// The flows that there are.
    pub flows: &'a Flows,
    /// Whether the suite is all that the scenario folder holds: only then is what nobody uses unused.
    pub whole: bool,
    /// The configuration, where there is one.
    pub config: Option<SourceId>,
    /// Secrets that protect nothing, such as those of the sandbox's own account.
    pub harmless: &'a [String],
}

/// One way of looking at the material.
type Check = fn(&Material<'_>, &mut Vec<Diagnostic>);

/// All checks. Those of fields, values, steps and the end share one walk through each scenario.
const CHECKS: &[Check] = &[
    walk::check,
    names::check,
    flows::check,
    fragments::check,
    operations::check,
    contradictions::check,
    matchers::check,
    duplicates::check,
    secrets::check,
    words::check,
    columns::check,
];

/// Everything that is odd, in the order of files and places, without what comments allow.
pub fn lint(material: &Material<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for check in CHECKS {
        check(material, &mut found);
    }
    allow::filter(material, &mut found);
    found.sort_by(|a, b| order(a).cmp(&order(b)));
    // A fragment that several scenarios use is looked at with each of them.
    found.dedup_by(|a, b| a.code == b.code && a.span == b.span && a.message == b.message);
    found
}

fn order(diagnostic: &Diagnostic) -> (SourceId, u32, Option<&'static str>, &str) {
    let number = diagnostic.code.map(crate::source::Code::number);
    (diagnostic.span.source, diagnostic.span.start, number, &diagnostic.message)
}

#[cfg(test)]
mod tests;
