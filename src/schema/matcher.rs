//! Matchers.
#![allow(dead_code, reason = "schemars alone reads these types")]

use schemars::{JsonSchema, Schema, json_schema};
use serde_json::{Value, json};

use super::optional;
use super::value::{Anything, TEMPLATE, written};
use crate::matcher::{JSON_TYPES, MATCHERS};

/// What a value is asked to be. Several matchers in one map must all hold.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = one_at_least)]
pub(super) struct Matchers {
    /// The value is equal to this: numbers by value, texts by every letter.
    #[schemars(example = &"Address")]
    equals: Anything,
    /// The matcher inside does not hold.
    #[schemars(example = &"Address", example = json!({ "contains": "error" }))]
    not: Matcher,
    /// A text has this part, a list this item, a map these members.
    #[schemars(example = &"name", example = json!({ "type": "required" }))]
    contains: Anything,
    /// A text matches this regular expression somewhere.
    #[schemars(example = &"^[A-Z]{2}$")]
    matches: Regex,
    /// The value is equal to one of a list.
    #[schemars(example = json!(["CA", "GB"]))]
    one_of: List,
    /// The value, a number or a date, is greater than this.
    #[schemars(example = 17, example = &"{{ today() }}")]
    gt: Ordered,
    /// The value, a number or a date, is this or greater.
    #[schemars(example = 18, example = &"2026-01-01")]
    gte: Ordered,
    /// The value, a number or a date, is less than this.
    #[schemars(example = 100, example = &"{{ today() }}")]
    lt: Ordered,
    /// The value, a number or a date, is this or less.
    #[schemars(example = 99, example = &"2026-12-31")]
    lte: Ordered,
    /// The value is from the first to the second, both included.
    #[schemars(example = json!([18, 99]))]
    between: Pair,
    /// How many characters, items or members there are, as a number or a matcher.
    #[schemars(example = 3, example = json!({ "gte": 1 }))]
    length: Matcher,
    /// The value is of this JSON type.
    #[schemars(example = &"string")]
    r#type: JsonType,
    /// There is something here, or with `false` there is nothing.
    #[schemars(example = true)]
    exists: Switch,
    /// The matcher inside holds for every item.
    #[schemars(example = json!({ "matches": "^[A-Z]" }))]
    every: Matcher,
    /// The matcher inside holds for one item at least.
    #[schemars(example = &"Street", example = json!({ "contains": "name" }))]
    any: Matcher,
    /// All matchers of the list hold.
    #[schemars(example = json!([{ "contains": "@" }, { "not": { "contains": " " } }]))]
    all_of: AllOf,
    /// The list has these items, in whatever order.
    #[schemars(example = json!(["CA", "GB"]))]
    unordered: List,
    /// The text begins so.
    #[schemars(example = &"https://")]
    starts_with: Part,
    /// The text ends so.
    #[schemars(example = &".pdf")]
    ends_with: Part,
    /// The value is a UUID, or with `false` is none.
    #[schemars(example = true)]
    is_uuid: Switch,
    /// The value is an ISO date or date-time, or with `false` is none.
    #[schemars(example = true)]
    is_date: Switch,
    /// The value is valid against a JSON Schema: a file's path, or the schema itself.
    #[schemars(example = &"schemas/element.json", example = json!({ "type": "array", "minItems": 1 }))]
    schema: SchemaOrPath,
}

written! {
    /// A matcher or a value to be equal to.
    Matcher = |generator| json_schema!({
        "description": "A value to be equal to, or a map of matchers such as `{contains: name}`.",
        "anyOf": [
            { "type": ["string", "number", "boolean", "null", "array"] },
            generator.subschema_for::<Matchers>(),
            { "type": "object", "propertyNames": { "not": { "enum": names() } } },
        ],
    });
    /// A regular expression.
    Regex (inline) = |_| json_schema!({ "type": "string" });
    /// A list, or a template that gives one.
    List (inline) = |_| or_template(json!({ "type": "array" }));
    /// What has an order.
    Ordered (inline) = |_| json_schema!({ "type": ["number", "string"] });
    /// Two that have an order.
    Pair (inline) = |_| or_template(json!({
        "type": "array",
        "items": { "type": ["number", "string"] },
        "minItems": 2,
        "maxItems": 2,
    }));
    /// One of JSON's types.
    JsonType (inline) = |_| or_template(json!({ "enum": JSON_TYPES }));
    /// True or false.
    Switch (inline) = |_| or_template(json!({ "type": "boolean" }));
    /// Matchers that all hold.
    AllOf (inline) = |generator| json_schema!({
        "type": "array",
        "minItems": 1,
        "items": generator.subschema_for::<Matcher>(),
    });
    /// A part of a text.
    Part (inline) = |_| json_schema!({ "type": "string" });
    /// A schema, or its file.
    SchemaOrPath (inline) = |_| json_schema!({ "type": ["string", "object", "boolean"] });
}

/// A value of some type, or a template that gives it.
fn or_template(schema: Value) -> Schema {
    json_schema!({ "anyOf": [schema, { "type": "string", "pattern": TEMPLATE }] })
}

fn names() -> Vec<&'static str> {
    MATCHERS.iter().map(|(name, _)| *name).collect()
}

fn one_at_least(schema: &mut Schema) {
    optional(schema);
    schema.insert("minProperties".to_owned(), 1.into());
}
