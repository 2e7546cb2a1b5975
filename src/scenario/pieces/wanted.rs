//! What a scenario enters because a step expects to find it again.

use crate::source::{Diagnostic, SourceId, Sources, Span};
use crate::yaml::{self, Kind, Node};

/// The places where values are entered that a step expects of a field, or of a part of its answer, in the check that stands
/// `at` a place. Without them it would fail for want of what was never entered, whatever becomes of it.
///
/// # Errors
///
/// When the file is no YAML.
pub fn entered_for(sources: &Sources, source: SourceId, step: Span, at: Span) -> Result<Vec<Span>, Diagnostic> {
    let root = yaml::parse(sources, source)?;
    let steps = match entry(&root, "steps", sources).map(|steps| &steps.kind) {
        Some(Kind::List(steps)) => steps.as_slice(),
        _ => &[],
    };
    let has = |node: &Node, place: Span| {
        node.span.source == place.source && node.span.range().contains(&(place.start as usize))
    };
    let Some(number) = steps.iter().position(|node| has(node, step)) else { return Ok(Vec::new()) };
    let mut expected = Vec::new();
    let checks = ["fields", "json"].map(|kind| (kind, entry(&steps[number], "expect", sources)));
    for (kind, checks) in checks.map(|(kind, expect)| (kind, expect.and_then(|expect| entry(expect, kind, sources)))) {
        let Some(Kind::Map(checks)) = checks.map(|checks| &checks.kind) else { continue };
        for (_, check) in checks.iter().filter(|(of, check)| has(of, at) || has(check, at)) {
            let value = if kind == "json" { Some(check) } else { entry(check, "value", sources) };
            value.into_iter().for_each(|value| leaves(value, &mut expected));
        }
    }
    let same = |value: &Node| {
        let mut entered = Vec::new();
        leaves(value, &mut entered);
        entered.iter().any(|entered| expected.iter().any(|expected| entered.kind == expected.kind))
    };
    let submits = steps[..number].iter().filter_map(|step| entry(step, "submit", sources));
    let fields = submits.filter_map(|fields| match &fields.kind {
        Kind::Map(fields) => Some(fields.iter().filter(|(_, value)| same(value)).map(|(_, value)| value.span)),
        _ => None,
    });
    Ok(fields.flatten().collect())
}

/// The value of a key.
fn entry<'a>(node: &'a Node, name: &str, sources: &Sources) -> Option<&'a Node> {
    let Kind::Map(entries) = &node.kind else { return None };
    entries.iter().find(|(key, _)| key.key_text(sources) == name).map(|(_, value)| value)
}

/// The texts and numbers of a value, templates among them, and what is true or false.
fn leaves<'a>(node: &'a Node, all: &mut Vec<&'a Node>) {
    match &node.kind {
        Kind::Null => {}
        Kind::List(items) => items.iter().for_each(|item| leaves(item, all)),
        Kind::Map(entries) => entries.iter().for_each(|(_, value)| leaves(value, all)),
        _ => all.push(node),
    }
}
