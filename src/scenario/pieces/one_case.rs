//! A scenario of which one case is left, written out where the cases stand.

use serde_json::Value;

use super::entries;
use crate::scenario::{Case, Scenario};
use crate::source::{Edited, Sources};
use crate::template::Templated;
use crate::yaml::{self, Kind, Node};

/// The text of a scenario's file with one of its cases and no others, wherever they come from: a list, a file, a matrix. The
/// case keeps its name, and so the test its own. None where the file has no cases.
pub fn one_case(sources: &Sources, scenario: &Scenario, case: &Case) -> Option<Edited> {
    let source = scenario.span.source;
    let root = yaml::parse(sources, source).ok()?;
    let (key, cases) = entries(&root).find(|(key, _)| key.as_str() == Some("cases"))?;
    let text = &*sources.get(source).text;
    let named = |item: &Node| entries(item).any(|(key, _)| key.as_str() == Some("case"));
    if let Kind::List(items) = &cases.kind
        && items.len() == 1
        && items.iter().all(named)
    {
        return Some(Edited::new(text, Vec::new()));
    }
    let colon = key.span.range().end + text[key.span.range().end..].find(':')? + 1;
    let end = cases.span.range().end.max(colon);
    let line_break = if text[..end].ends_with('\n') { "\n" } else { "" };
    let name = (!case.values.iter().any(|(name, _)| name == "case"))
        .then(|| format!("case: {}", yaml::scalar::quoted(&case.name)));
    let values = case.values.iter().map(|(name, value)| format!("{}: {}", word(name), written(sources, value)));
    let all: Vec<String> = name.into_iter().chain(values).collect();
    Some(Edited::new(text, vec![(colon..end, format!(" [ {{ {} }} ]{line_break}", all.join(", ")))]))
}

fn word(name: &str) -> String {
    if yaml::scalar::is_plain(name, yaml::scalar::Place::Flow) { name.to_owned() } else { yaml::scalar::quoted(name) }
}

/// A value as it is written in brackets: JSON is YAML.
fn written(sources: &Sources, value: &Templated) -> String {
    match (value.as_literal(), value.written()) {
        (_, Some(number)) => number.to_owned(),
        (Some(literal), _) => in_brackets(&literal),
        // A template is read once more as it stands.
        (None, _) => {
            let mut alone = Sources::default();
            let text = sources.slice(value.span);
            let source = alone.add("case", text);
            in_brackets(&yaml::parse(&alone, source).map_or(Value::from(text), |node| node.to_json(&alone)))
        }
    }
}

fn in_brackets(value: &Value) -> String {
    match value {
        Value::String(text) => word(text),
        other => other.to_string(),
    }
}
