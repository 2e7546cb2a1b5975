//! Expectations.
#![allow(dead_code, reason = "schemars alone reads these types")]

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::matcher::{Matcher, Matchers};
use super::optional;
use super::value::{MapOf, OneOrMore, TEMPLATE, Text, Time, known_codes, written};
use crate::api::element::TYPES;

written! {
    /// A short form, or a map of checks.
    Expect = |generator| json_schema!({
        "description": "What must come back: a step's title, id or type, `end`, `pending`, an error code, an HTTP status, or a \
            map of checks.",
        "anyOf": [
            generator.subschema_for::<CheckMap>(),
            { "enum": ["end", "pending"] },
            known_codes(),
            { "type": "integer", "minimum": 1000, "maximum": 9999 },
            { "type": "integer", "minimum": 100, "maximum": 599 },
            { "type": "string" },
        ],
    });
    /// A step's title, id or type.
    StepName (inline) = |_| json_schema!({ "type": ["string", "number", "boolean", "null"] });
    /// A text, or matchers.
    TextMatcher (inline) = |generator| matched(json!({ "type": ["string", "number", "null"] }), generator);
    /// True, false, or matchers.
    BooleanMatcher (inline) = |generator| matched(json!({ "type": "boolean" }), generator);
    /// A status, or matchers.
    StatusMatcher (inline) = |generator| matched(json!({ "type": "integer", "minimum": 100, "maximum": 599 }), generator);
    /// Any value but a map, or matchers.
    HeaderMatcher (inline) = |generator| matched(json!({ "type": ["string", "number", "boolean", "null", "array"] }), generator);
    /// A code, or matchers of it.
    CodeMatcher (inline) = |generator| json_schema!({ "anyOf": codes(generator) });
    /// A code, matchers of it, or what the error must be like.
    ErrorMatcher (inline) = |generator| {
        let mut forms = vec![generator.subschema_for::<ErrorMap>().into()];
        forms.append(&mut codes(generator));
        json_schema!({ "anyOf": forms })
    };
    /// The fields that are there, or more.
    Elements (inline) = |generator| json_schema!({
        "anyOf": [
            { "type": "array", "minItems": 1, "items": { "type": ["string", "number", "boolean"] } },
            { "type": ["string", "number", "boolean"] },
            generator.subschema_for::<ElementsMap>(),
        ],
    });
    /// What must have become of the session.
    Session (inline) = |_| json_schema!({
        "enum": ["same", "new", "none"],
        "enumDescriptions": [
            "The answer names the session that it had",
            "The answer names another session",
            "The answer names no session",
        ],
    });
    /// Matchers by JSONPath.
    Json (inline) = |generator| json_schema!({
        "type": "object",
        "propertyNames": { "pattern": format!(r"^\$|{TEMPLATE}") },
        "additionalProperties": generator.subschema_for::<Matcher>(),
    });
    /// An element's type, or matchers.
    TypeMatcher (inline) = |generator| {
        let types: Vec<&str> = TYPES.iter().map(|(_, wire, ..)| *wire).collect();
        json_schema!({ "anyOf": [{ "enum": types }, generator.subschema_for::<Matcher>()] })
    };
}

fn matched(literal: Value, generator: &mut SchemaGenerator) -> Schema {
    let template = json!({ "type": "string", "pattern": TEMPLATE });
    json_schema!({ "anyOf": [literal, template, generator.subschema_for::<Matchers>()] })
}

fn codes(generator: &mut SchemaGenerator) -> Vec<Value> {
    let any = json!({ "type": "integer", "minimum": 1000 });
    let template = json!({ "type": "string", "pattern": TEMPLATE });
    vec![known_codes().into(), any, template, generator.subschema_for::<Matchers>().into()]
}

/// What the answer must be like. All checks are made, and all that fail are reported.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = one_at_least)]
pub(super) struct CheckMap {
    /// The step's title, id or type; `end` or `pending`.
    #[schemars(example = &"Address")]
    step: StepName,
    /// The step's type.
    #[schemars(example = &"form")]
    r#type: TextMatcher,
    /// The step's title.
    #[schemars(example = &"Address", example = json!({ "contains": "Address" }))]
    title: TextMatcher,
    /// The step's subtitle.
    #[schemars(example = &"Where do you live?")]
    subtitle: TextMatcher,
    /// Whether the applicant can go back from the step.
    #[schemars(example = true)]
    can_go_back: BooleanMatcher,
    /// The country of residence that the answer names.
    #[schemars(example = &"CA")]
    country_of_residence: TextMatcher,
    /// The country of incorporation that the answer names.
    #[schemars(example = &"GB")]
    country_of_incorporation: TextMatcher,
    /// The error: its code, or `{code, message, field}`.
    #[schemars(example = 4006, example = json!({ "code": 4006, "field": "Last name" }))]
    error: ErrorMatcher,
    /// The HTTP status.
    #[schemars(example = 200, example = json!({ "between": [400, 499] }))]
    status: StatusMatcher,
    /// The answer's headers.
    #[schemars(example = json!({ "content-type": { "starts_with": "application/json" } }))]
    headers: MapOf<HeaderMatcher>,
    /// The fields that must be there in this order; others may stand between. Or `{exactly}`, `{in_order}`, `{absent}`.
    #[schemars(example = json!(["Street", "City"]), example = json!({ "exactly": ["Street", "City"] }))]
    elements: Elements,
    /// What fields must be like, by label, role, normalised name or id.
    #[schemars(example = json!({ "Street": { "required": true, "type": "text" } }))]
    fields: MapOf<FieldAttributes>,
    /// What parts of the answer must be, by JSONPath.
    #[schemars(example = json!({ "$.elements[*].name": { "contains": "Street" }, "$.id": { "exists": true } }))]
    json: Json,
    /// What must have become of the session: `same`, `new` or `none`.
    #[schemars(example = &"same")]
    session: Session,
    /// The answer came within this time.
    #[schemars(example = &"2s")]
    within: Time,
}

/// What the error must be like.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = optional)]
pub(super) struct ErrorMap {
    /// The error's code.
    #[schemars(example = 4006)]
    code: CodeMatcher,
    /// The error's message.
    #[schemars(example = json!({ "contains": "Last name" }))]
    message: Matcher,
    /// The field that the error is about.
    #[schemars(example = &"Last name")]
    field: Text,
}

/// Which fields the step has, and which it has not.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = optional)]
pub(super) struct ElementsMap {
    /// These fields in this order; others may stand between.
    #[schemars(example = json!(["Street", "City"]))]
    in_order: OneOrMore<Text>,
    /// These fields in this order, and no others.
    #[schemars(example = json!(["Street", "City"]))]
    exactly: OneOrMore<Text>,
    /// None of these fields.
    #[schemars(example = json!(["National id"]))]
    absent: OneOrMore<Text>,
}

/// What one field must be like. Any other key of the element may be asked for too.
#[derive(JsonSchema)]
#[schemars(transform = open)]
pub(super) struct FieldAttributes {
    /// Whether a value must be given.
    #[schemars(example = true)]
    required: Matcher,
    /// The field's type.
    #[schemars(example = &"text")]
    r#type: TypeMatcher,
    /// What the field is filled in with.
    #[schemars(example = &"Ada")]
    value: Matcher,
    /// The hint beside the field.
    #[schemars(example = json!({ "contains": "passport" }))]
    tooltip: Matcher,
    /// What can be chosen: the values, or the labels as the applicant sees them.
    #[schemars(example = json!(["CA", "GB"]), example = json!({ "contains": "CA" }))]
    options: Matcher,
    /// The text that stands in the empty field.
    #[schemars(example = &"name@example.com")]
    placeholder: Matcher,
    /// The field's validations, as the API gives them.
    #[schemars(example = json!({ "contains": { "type": "length", "min": 2, "max": 10 } }))]
    validations: Matcher,
    /// What the field means, such as `first_name`.
    #[schemars(example = &"first_name")]
    role: Matcher,
    /// The field's label.
    #[schemars(example = &"First name")]
    name: Matcher,
}

fn one_at_least(schema: &mut Schema) {
    optional(schema);
    schema.insert("minProperties".to_owned(), 1.into());
}

fn open(schema: &mut Schema) {
    optional(schema);
    schema.insert("additionalProperties".to_owned(), json!({ "$ref": "#/definitions/Matcher" }));
}
