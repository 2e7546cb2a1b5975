//! Maps of flows that cannot be used: without them, what scenarios send and expect is not checked.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::map::store::{self, MapError};
use crate::map::{FlowMap, KnownElement};
use crate::scenario::Suite;
use crate::source::{Code, Diagnostic, SourceId, Sources};
use crate::yaml::{MAX_FILE_BYTES, broken_pattern};

/// The maps below a folder of snapshots, as far as a suite needs them.
#[derive(Debug, Default)]
pub struct Maps {
    /// What is known of the flows, by alias.
    pub known: BTreeMap<String, FlowMap>,
    /// What cannot be used.
    pub odd: Vec<Diagnostic>,
}

/// Reads the maps below a folder of snapshots. What is wrong with one is told where all of them are looked at, or where a
/// scenario goes through its flow.
pub fn read(snapshots: &Path, suite: &Suite, whole: bool, sources: &mut Sources) -> Maps {
    let (known, unread) = store::read_all(snapshots);
    let flows: Vec<&str> = suite.scenarios.iter().filter_map(|scenario| scenario.flow.as_str()).collect();
    let concerned = |path: &Path| whole || flows.iter().any(|flow| store::path(snapshots, flow) == path);
    let mut odd: Vec<Diagnostic> =
        unread.iter().filter(|error| concerned(error.path())).map(|error| unusable(error, sources)).collect();
    for map in known.values() {
        let path = store::path(snapshots, &map.flow);
        let steps = map.views.iter().flat_map(|view| &view.steps);
        let broken: Vec<(&KnownElement, String)> =
            steps.flat_map(|step| &step.elements).filter_map(|element| Some((element, unreadable(element)?))).collect();
        if !broken.is_empty() && concerned(&path) {
            let source = source_of(&path, sources);
            odd.extend(broken.iter().map(|(element, pattern)| no_pattern(element, pattern, source, sources)));
        }
    }
    Maps { known, odd }
}

fn source_of(path: &Path, sources: &mut Sources) -> SourceId {
    sources.read(path, MAX_FILE_BYTES).unwrap_or_else(|unread| unread.span.source)
}

fn unusable(error: &MapError, sources: &mut Sources) -> Diagnostic {
    let source = source_of(error.path(), sources);
    match error {
        MapError::Flawed { flaw, .. } => {
            let span = sources.span(source, flaw.place.clone());
            let message = format!("{}, so that nothing is checked against it", flaw.why);
            Diagnostic::mistake(Code::UnusableMap, span, message).help(&flaw.way_out)
        }
        MapError::File { error, .. } => {
            let message = format!("this map cannot be read ({}), so that nothing is checked against it", error.kind());
            Diagnostic::mistake(Code::UnusableMap, sources.span(source, 0..0), message).help("let it be read")
        }
    }
}

/// A pattern that is a regular expression in no dialect.
fn unreadable(element: &KnownElement) -> Option<String> {
    let pattern = element.to_element("")?.limits().pattern.clone()?;
    let broken = broken_pattern(&pattern)?;
    // What this engine does not know, such as `(?=`, or nests, such as `[[a]`, another one may.
    let everywhere = match &*broken.reason {
        "unclosed group" => !pattern.contains("(?") && !pattern.contains('['),
        "unclosed character class" => pattern.matches('[').count() == 1,
        "repetition operator missing expression" => !pattern.contains('(') && !pattern.contains('['),
        _ => false,
    };
    everywhere.then_some(pattern)
}

fn no_pattern(element: &KnownElement, pattern: &str, source: SourceId, sources: &Sources) -> Diagnostic {
    let quoted = Value::from(pattern).to_string();
    let text = &sources.get(source).text;
    let start = text.find(&quoted).unwrap_or_default();
    let span = sources.span(source, start..start + quoted.len());
    let message =
        format!("the pattern of `{}` is no regular expression, so that its values are not checked", element.name);
    Diagnostic::mistake(Code::UnusableMap, span, message)
        .help("a run writes what the flow says; if the flow says this, put it right there")
}
