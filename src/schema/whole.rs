//! One schema for every file of a scenario folder.

use schemars::json_schema;
use serde_json::{Value, json};

use super::config::{Config, Sandbox};
use super::flow::Flow;
use super::scenario::{Fragment, Scenario};
use super::value::written;

written! {
    /// Whatever its keys say that it is.
    AnyFile = |generator| {
        let kinds = [
            (json!(["fragment"]), generator.subschema_for::<Fragment>()),
            (json!(["nodes"]), generator.subschema_for::<Flow>()),
            (json!(["clients", "themes", "retry_on_pending"]), generator.subschema_for::<Sandbox>()),
            (json!(["server", "flows", "run", "snapshots", "environments"]), generator.subschema_for::<Config>()),
            (json!(["scenario", "flow", "steps"]), generator.subschema_for::<Scenario>()),
        ];
        // Data files lie beside scenarios: lists of cases, translations.
        let first = json!({
            "type": ["object", "array"],
            "properties": {
                "scenario": { "description": "A scenario: what it proves, in a sentence.", "examples": ["A customer is accepted"] },
                "fragment": { "description": "A fragment: what it does, in a sentence.", "examples": ["Fills in the address"] },
            },
        });
        // From the last to the first: each is the `else` of the one before.
        let any = kinds.into_iter().rev().fold(first, |other, (keys, schema)| {
            let one_of: Vec<Value> = keys.as_array().into_iter().flatten().map(|key| json!({ "required": [key] })).collect();
            json!({ "if": { "type": "object", "anyOf": one_of }, "then": schema, "else": other })
        });
        json_schema!({
            "description": "Any file of a scenario folder: a scenario, a fragment, a flow definition, draftgate.yaml or \
                sandbox.yaml.",
            "allOf": [any],
        })
    };
}
