//! The top of scenarios and fragments.
#![allow(dead_code, reason = "schemars alone reads these types")]

use schemars::{JsonSchema, json_schema};
use serde_json::json;

use super::step::Steps;
use super::value::{Anything, Duration, JsonPath, Language, MapOf, Names, OneOrMore, Plain, Retries, written};
use super::{optional, required};

/// A scenario: what an applicant does in a flow, and what must come of it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["scenario", "flow", "steps"]))]
pub(super) struct Scenario {
    /// What the scenario proves, in a sentence.
    #[schemars(example = &"A customer corrects a missing name, then passes")]
    scenario: String,
    /// The flow: its alias in draftgate.yaml, or its id.
    #[schemars(example = &"retail-onboarding", example = &"652ffc65c792412ab8ea0e20")]
    flow: FlowName,
    /// Which version of the flow is called: `draft` (the /test endpoints) or `live`, which a run must allow with
    /// --allow-live. `draft` when left out.
    #[schemars(example = &"draft")]
    version: Version,
    /// Words by which a run selects scenarios: `draftgate run --tag smoke`.
    #[schemars(example = ["smoke"], example = &"smoke")]
    tags: OneOrMore<String>,
    /// Why the scenario is not run. It is then reported as ignored, with this reason.
    #[schemars(example = &"waits for the new address form")]
    skip: Plain,
    /// The language of every step's texts, sent as x-hf-language.
    #[schemars(example = &"en-CA")]
    language: Language,
    /// How the scenario's requests authenticate: `client` sends the client-credential bearer token. `none` when left out.
    #[schemars(example = &"client")]
    auth: Auth,
    /// Values under names, for templates such as "{{ first_name }}". One may refer to those above it.
    #[schemars(example = json!({ "first_name": "Ada", "birthday": "{{ today() | years(-18) }}" }))]
    vars: Vars,
    /// Runs the scenario once for each case: a list of maps, a CSV, JSON or YAML file's path, or the product of a matrix.
    /// Each key of a case is a name for templates.
    #[schemars(
        example = json!([{ "case": "adult", "age": 18 }, { "case": "minor", "age": 17 }]),
        example = &"people.csv",
        example = json!({ "matrix": { "country": ["CA", "GB"], "language": ["en-CA", "fr-CA"] } })
    )]
    cases: Cases,
    /// Whether every step's answer is compared with an accepted snapshot, or what such a comparison leaves out. `true`
    /// when left out.
    #[schemars(example = false, example = json!({ "ignore": ["$.subtitle"] }))]
    snapshot: Snapshot,
    /// How long the whole scenario may take.
    #[schemars(example = &"2m")]
    timeout: Duration,
    /// How often a test of the scenario that failed is run again, from nothing and with the same data. One that passes then
    /// is called flaky. Wins over run.scenario_retries and --retries.
    #[schemars(example = 2)]
    retries: Retries,
    /// What the applicant does, step by step, each step after a dash.
    #[schemars(example = json!(["init", { "submit": { "First name": "Ada" }, "expect": "Address" }]))]
    steps: Steps,
    /// Steps that run at the end whatever happened, to clean up.
    #[schemars(example = json!([{ "unlink": { "from": "{{ one }}", "to": "{{ two }}" } }]))]
    finally: Steps,
}

/// A fragment: steps kept in a file of their own, which scenarios run with `use`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["fragment", "steps"]))]
pub(super) struct Fragment {
    /// What the fragment does, in a sentence.
    #[schemars(example = &"Fills in the personal details")]
    fragment: String,
    /// The fragment's parameters with their defaults, for templates. One without a default must be given by `with`.
    #[schemars(example = json!({ "first_name": "Ada", "last_name": null }))]
    params: MapOf<Anything>,
    /// What the fragment does, step by step, each step after a dash.
    #[schemars(example = json!([{ "submit": { "First name": "{{ first_name }}" }, "fill": "valid" }]))]
    steps: Steps,
}

/// Cases as the product of lists.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["matrix"]))]
pub(super) struct Matrix {
    /// Lists of values under names: there is a case for each combination.
    #[schemars(example = json!({ "country": ["CA", "GB"], "language": ["en-CA", "fr-CA"] }))]
    matrix: Axes,
}

/// What a comparison with the accepted snapshot leaves out.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = optional)]
pub(super) struct SnapshotOptions {
    /// Parts of the answer that are left out, by JSONPath.
    #[schemars(example = json!(["$.subtitle", "$.elements[*].value"]))]
    ignore: OneOrMore<JsonPath>,
    /// Lists whose order makes no difference, by JSONPath.
    #[schemars(example = json!(["$.elements"]))]
    unordered: OneOrMore<JsonPath>,
    /// Parts of the answer that are replaced, by JSONPath, and what stands there instead.
    #[schemars(example = json!({ "$.reference": "[reference]" }))]
    redact: Redactions,
}

written! {
    /// The flow's alias or id.
    FlowName (inline) = |_| json_schema!({ "type": ["string", "number"] });
    /// Draft or live.
    Version (inline) = |_| json_schema!({
        "enum": ["draft", "live"],
        "enumDescriptions": ["What the builder holds: the /test endpoints", "What is published"],
    });
    /// With a token or without.
    Auth (inline) = |_| json_schema!({
        "enum": ["none", "client"],
        "enumDescriptions": ["No token is sent", "The client-credential bearer token is sent"],
    });
    /// Values under names.
    Vars (inline) = |generator| json_schema!({
        "type": "object",
        "propertyNames": generator.subschema_for::<Names>(),
    });
    /// A list, a file or a matrix.
    Cases (inline) = |generator| json_schema!({
        "anyOf": [
            { "type": "array", "minItems": 1, "items": generator.subschema_for::<Case>() },
            { "type": "string" },
            generator.subschema_for::<Matrix>(),
        ],
    });
    /// One test of the scenario: values under names.
    Case = |_| json_schema!({
        "description": "One test of the scenario: values under names, for templates.",
        "type": "object",
        "properties": {
            "case": {
                "description": "What the case is called in the test's name. Its number when left out.",
                "examples": ["adult"],
            },
        },
    });
    /// At least one list under a name.
    Axes (inline) = |_| json_schema!({ "type": "object", "minProperties": 1 });
    /// True, false or options.
    Snapshot (inline) = |generator| json_schema!({
        "anyOf": [{ "type": "boolean" }, generator.subschema_for::<SnapshotOptions>()],
    });
    /// Values by JSONPath.
    Redactions (inline) = |generator| {
        json_schema!({ "type": "object", "propertyNames": generator.subschema_for::<JsonPath>() })
    };
}
