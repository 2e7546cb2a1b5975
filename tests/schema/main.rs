//! The JSON Schemas: those in the repository are the program's own, they know every key that the readers know, they accept
//! what the readers accept, and they refuse what somebody may mistype.

mod complete;
mod journal;
mod known;
mod maps;
mod planted;
mod readers;
mod renewed;
mod substituted;
mod valid;

use draftgate::schema::{SchemaKind, schema};
use serde_json::Value;

/// A schema as the program makes it.
fn schema_of(kind: SchemaKind) -> Value {
    serde_json::from_str(&schema(kind)).unwrap()
}

/// What a schema has against a value: nothing where it is valid.
fn complaints(validator: &jsonschema::Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}
