//! JSON Schemas: written in a scenario, or in a file beside it.

use std::sync::Arc;

use jsonschema::paths::LocationSegment;

use crate::source::{Code, Diagnostic};
use crate::yaml::{Kind, NAMED_HERE, Node, Reading, parse, parse_json};

/// A JSON Schema, compiled when the file is read.
#[derive(Clone)]
pub struct Schema(pub(super) Arc<jsonschema::Validator>);

impl std::fmt::Debug for Schema {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Schema")
    }
}

/// A schema stands in the scenario itself, or is the path of a JSON or YAML file beside it.
pub(super) fn read(node: &Node, reading: &mut Reading<'_>) -> Option<Schema> {
    let Some(path) = node.as_str() else { return compile(node, reading) };
    let source = reading.named_file(node, path)?;
    let before = reading.mistakes.len();
    let is_json = path.to_ascii_lowercase().ends_with(".json");
    let parsed = if is_json { parse_json(reading.sources, source) } else { parse(reading.sources, source) };
    let schema = reading.keep(parsed).and_then(|root| compile(&root, reading));
    for mistake in &mut reading.mistakes[before..] {
        mistake.related.push((node.span, NAMED_HERE.to_owned()));
    }
    schema
}

fn compile(node: &Node, reading: &mut Reading<'_>) -> Option<Schema> {
    match jsonschema::validator_for(&node.to_json(reading.sources)) {
        Ok(validator) => Some(Schema(Arc::new(validator))),
        Err(error) => {
            let at = error.instance_path().iter().fold(node, |node, segment| below(node, &segment).unwrap_or(node));
            reading.mistake(
                Diagnostic::mistake(Code::BadSchema, at.span, format!("this is not a JSON Schema: {error}"))
                    .help("what a schema may say stands in https://json-schema.org/understanding-json-schema"),
            );
            None
        }
    }
}

/// What a segment of a path leads to.
fn below<'n>(node: &'n Node, segment: &LocationSegment<'_>) -> Option<&'n Node> {
    match (&node.kind, segment) {
        (Kind::Map(entries), LocationSegment::Property(name)) => {
            entries.iter().find(|(key, _)| key.as_str() == Some(name.as_ref())).map(|(_, value)| value)
        }
        (Kind::List(items), LocationSegment::Index(at)) => items.get(*at),
        _ => None,
    }
}
