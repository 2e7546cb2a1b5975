//! JSON Schemas of everything that people write, for editors: completion, hover texts and typos underlined; and of the
//! journal, for whatever reads it.
//!
//! The files are read key by key ([`crate::yaml`]), because that gives better messages than typed parsing; so there are no
//! types to derive a schema from. Those here say the same for editors: a type a map, a field a key, its comment the text
//! that an editor shows. What the API or the language has a table of (actions, codes, languages, element types, faults)
//! comes out of that table. `tests/schema/` holds each of these types to the reader that it describes: a key that one of
//! the two lacks is a failed test.
//!
//! **A new key of the language** goes into the reader and into the type here; then `draftgate schema --out schemas`.
//!
//! Draft 7 is what editors know best. What else they know (snippets, Markdown, their own words for a mistake) is
//! given where it helps; a validator passes over it.

mod action;
mod config;
mod expect;
mod flow;
mod flow_element;
mod matcher;
mod personas;
mod scenario;
mod snippets;
mod step;
mod value;
mod whole;

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::behaviour::Comparison;
use crate::conform::verdict::Conformance;
use crate::explore::verdict::Verdict;
use crate::gate::Gate;
use crate::held::verdict::Resumption;
use crate::journal::Entry;
use crate::map::FlowMap;

/// What a schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaKind {
    /// Every YAML file of a scenario folder: which of the others it is held to, its keys tell.
    Any,
    /// A scenario.
    Scenario,
    /// A fragment.
    Fragment,
    /// A flow definition of the sandbox: `NAME.flow.yaml`.
    Flow,
    /// The configuration, `draftgate.yaml`.
    Config,
    /// The sandbox's settings, `sandbox.yaml`.
    Sandbox,
    /// Whom the services behind flows know, `personas.yaml`.
    Personas,
    /// A line of a run's journal, as `--jsonl` writes it.
    Journal,
    /// What is known of a flow: `maps/FLOW.map.json` below the snapshots.
    Map,
    /// What `conform --json` writes.
    Conformance,
    /// What `explore --json` writes.
    Exploration,
    /// What `gate --json` writes.
    Gate,
    /// What `diff --json` writes.
    Diff,
    /// What `resume --json` writes.
    Resumption,
}

impl SchemaKind {
    /// Whether people write such files; the others only the program does.
    pub fn is_written_by_people(self) -> bool {
        use SchemaKind::{Any, Config, Flow, Fragment, Personas, Sandbox, Scenario};
        matches!(self, Any | Scenario | Fragment | Flow | Config | Sandbox | Personas)
    }
}

/// Every schema with its name on the command line and its file.
pub const SCHEMAS: [(SchemaKind, &str, &str); 14] = [
    (SchemaKind::Any, "any", "draftgate.schema.json"),
    (SchemaKind::Scenario, "scenario", "scenario.schema.json"),
    (SchemaKind::Fragment, "fragment", "fragment.schema.json"),
    (SchemaKind::Flow, "flow", "flow.schema.json"),
    (SchemaKind::Config, "config", "config.schema.json"),
    (SchemaKind::Sandbox, "sandbox", "sandbox.schema.json"),
    (SchemaKind::Personas, "personas", "personas.schema.json"),
    (SchemaKind::Journal, "journal", "journal.schema.json"),
    (SchemaKind::Map, "map", "map.schema.json"),
    (SchemaKind::Conformance, "conformance", "conformance.schema.json"),
    (SchemaKind::Gate, "gate", "gate.schema.json"),
    (SchemaKind::Diff, "diff", "diff.schema.json"),
    (SchemaKind::Resumption, "resumption", "resumption.schema.json"),
    (SchemaKind::Exploration, "exploration", "exploration.schema.json"),
];

/// A schema as JSON text, the same at every call, with a newline at its end.
///
/// ```
/// use draftgate::schema::{SchemaKind, schema};
/// let scenario: serde_json::Value = serde_json::from_str(&schema(SchemaKind::Scenario)).unwrap();
/// assert_eq!(scenario["required"], serde_json::json!(["scenario", "flow", "steps"]));
/// ```
pub fn schema(kind: SchemaKind) -> String {
    let schema = match kind {
        SchemaKind::Any => root::<whole::AnyFile>("draftgate"),
        SchemaKind::Scenario => root::<scenario::Scenario>("draftgate: scenario"),
        SchemaKind::Fragment => root::<scenario::Fragment>("draftgate: fragment"),
        SchemaKind::Flow => root::<flow::Flow>("draftgate: flow definition"),
        SchemaKind::Config => root::<config::Config>("draftgate.yaml"),
        SchemaKind::Sandbox => root::<config::Sandbox>("sandbox.yaml"),
        SchemaKind::Personas => root::<personas::Personas>("personas.yaml"),
        SchemaKind::Journal => root::<Entry>("draftgate: an entry of a run's journal"),
        SchemaKind::Gate => root::<Gate>("draftgate: whether a flow may be published"),
        SchemaKind::Map => root::<FlowMap>("draftgate: what is known of a flow"),
        SchemaKind::Conformance => root::<Conformance>("draftgate: how flows keep the rules"),
        SchemaKind::Diff => root::<Comparison>("draftgate: how the behaviour of two sides of a flow differs"),
        SchemaKind::Resumption => root::<Resumption>("draftgate: how applicants fare who were held"),
        SchemaKind::Exploration => root::<Verdict>("draftgate: what exploring a flow found"),
    };
    // The alternate form of a value is indented JSON.
    format!("{:#}\n", schema.as_value())
}

/// A schema on its own, under the title that editors show above every hover text.
fn root<T: JsonSchema>(title: &str) -> Schema {
    let mut schema: Schema = SchemaGenerator::new(SchemaSettings::draft07()).into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    RecursiveTransform(in_one_line).transform(&mut schema);
    RecursiveTransform(snippets::show_examples).transform(&mut schema);
    schema
}

/// A comment's lines are broken where the source is; an editor breaks them where its window is.
fn in_one_line(schema: &mut Schema) {
    if let Some(serde_json::Value::String(text)) = schema.get_mut("description") {
        *text = text.split("\n\n").map(|part| part.replace('\n', " ")).collect::<Vec<_>>().join("\n\n");
    }
}

/// The keys that a map must have; all others may be left out.
fn required<const N: usize>(keys: [&'static str; N]) -> impl FnMut(&mut Schema) {
    move |schema| {
        schema.remove("required");
        if N > 0 {
            schema.insert("required".to_owned(), keys.to_vec().into());
        }
    }
}

/// A map in which every key may be left out.
fn optional(schema: &mut Schema) {
    schema.remove("required");
}
