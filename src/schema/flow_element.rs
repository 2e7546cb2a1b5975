//! The elements of a form in a flow definition.
#![allow(dead_code, reason = "schemars alone reads these types")]

use schemars::{JsonSchema, Schema, json_schema};
use serde_json::{Map, Value, json};

use super::flow::words;
use super::required;
use super::value::{Anything, Text, written};
use crate::api::element::{ElementType, TYPES};
use crate::api::file::FILE_TYPES;

/// A field of a form, or a text in it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = by_type)]
pub(super) struct Element {
    /// The label that the applicant sees.
    #[schemars(example = &"First name")]
    name: Text,
    /// What kind of field it is.
    #[schemars(example = &"text")]
    r#type: ElementTypeName,
    /// What the field means, such as `first_name`: scenarios can call it so.
    #[schemars(example = &"first_name")]
    role: Text,
    /// A name that is the same in every language.
    #[schemars(example = &"MiddleName")]
    normalized_name: Text,
    /// Whether a value must be given. `false` when left out.
    #[schemars(example = true)]
    required: bool,
    /// For numbers and dates: the least value.
    #[schemars(example = 18, example = &"1900-01-01")]
    min: Bound,
    /// For numbers and dates: the greatest value.
    #[schemars(example = 99, example = &"2030-12-31")]
    max: Bound,
    /// For texts: the least number of characters.
    #[schemars(example = 2)]
    min_length: Length,
    /// For texts: the greatest number of characters.
    #[schemars(example = 50)]
    max_length: Length,
    /// For texts: a regular expression that the value must match.
    #[schemars(example = &"^[A-Z]{2}[0-9]{6}$")]
    pattern: Text,
    /// What can be chosen: texts, or maps of `value` and `label`. For a country_select, the countries by their two letters.
    #[schemars(example = json!(["Utility bill", "Bank statement"]), example = json!([{ "value": "CA", "label": "Canada" }]))]
    options: Options,
    /// For files: the types that are taken. All that the API takes when left out.
    #[schemars(example = json!(["pdf", "png"]))]
    accept: Extensions,
    /// For dates: how one is written, with YYYY, MM and DD once each. YYYY-MM-DD when left out.
    #[schemars(example = &"DD/MM/YYYY")]
    date_format: Text,
    /// The hint beside the field.
    #[schemars(example = &"As in your passport")]
    tooltip: Text,
    /// Hints by country of residence, by its two letters.
    #[schemars(example = json!({ "CA": "Nine digits" }))]
    tooltip_by_country: ByCountry,
    /// The text that stands in the empty field.
    #[schemars(example = &"name@example.com")]
    placeholder: Text,
    /// What the field comes filled in with.
    #[schemars(example = &"Ada", example = true)]
    value: Anything,
    /// For static elements: the text that the applicant reads.
    #[schemars(example = &"Nothing here is binding")]
    content: Text,
    /// When the element is shown. Always when left out.
    #[schemars(example = json!({ "element": "Country of residence", "equals": "CA" }))]
    condition: Condition,
}

/// Something that can be chosen.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["value"]))]
pub(super) struct ElementOption {
    /// What is submitted.
    #[schemars(example = &"CA")]
    value: Text,
    /// What the applicant sees. The value when left out.
    #[schemars(example = &"Canada")]
    label: Text,
}

/// Whether another element is as asked. Without a comparison: whether it is filled in.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["element"]))]
pub(super) struct Rule {
    /// The other element of the form: its label, role or normalised name.
    #[schemars(example = &"Country of residence")]
    element: Text,
    /// It has this value.
    #[schemars(example = &"CA", example = true)]
    equals: Anything,
    /// It has another value than this.
    #[schemars(example = &"CA", example = true)]
    not_equals: Anything,
    /// It has one of these values.
    #[schemars(example = json!(["CA", "GB"]))]
    r#in: Anything,
    /// It is filled in.
    #[schemars(example = true)]
    filled: Anything,
    /// It is empty.
    #[schemars(example = true)]
    empty: Anything,
}

/// All of several rules.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["all"]))]
pub(super) struct AllRules {
    /// All of these hold.
    #[schemars(example = json!([{ "element": "Newsletter", "equals": true }, { "element": "E-mail", "filled": true }]))]
    all: Vec<Rule>,
}

/// One of several rules.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["any"]))]
pub(super) struct AnyRule {
    /// One of these holds at least.
    #[schemars(example = json!([{ "element": "Phone", "filled": true }, { "element": "E-mail", "filled": true }]))]
    any: Vec<Rule>,
}

written! {
    /// The types of element; other spellings are taken too.
    ElementTypeName (inline) = |_| {
        let names: Vec<&str> = TYPES.iter().map(|(_, name, ..)| *name).collect();
        let spellings: Vec<&str> = TYPES.iter().flat_map(|(_, _, others, _)| others.iter().copied()).collect();
        let mut schema = words(&names);
        if let Some(forms) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
            forms.push(json!({ "type": "string", "pattern": format!("^({})$", spellings.join("|")) }));
        }
        schema
    };
    /// A number or a date.
    Bound (inline) = |_| json_schema!({
        "anyOf": [
            { "type": "number" },
            {
                "type": "string",
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}",
                "patternErrorMessage": "A date is written as 1990-12-31",
            },
        ],
    });
    /// A number of characters.
    Length (inline) = |_| json_schema!({ "type": "integer", "minimum": 0 });
    /// What can be chosen.
    Options (inline) = |generator| json_schema!({
        "type": "array",
        "minItems": 1,
        "items": { "anyOf": [{ "type": ["string", "number", "boolean"] }, generator.subschema_for::<ElementOption>()] },
    });
    /// Types of file.
    Extensions (inline) = |_| {
        let known: Vec<&str> = FILE_TYPES.iter().map(|(extension, _)| *extension).collect();
        json_schema!({ "type": "array", "items": words(&known) })
    };
    /// Texts by country.
    ByCountry (inline) = |_| json_schema!({
        "type": "object",
        "propertyNames": {
            "pattern": "^[A-Z]{2}$",
            "patternErrorMessage": "A country is written by its two letters, such as CA",
        },
        "additionalProperties": { "type": ["string", "number", "boolean"] },
    });
    /// A rule, or several.
    Condition (inline) = |generator| json_schema!({
        "anyOf": [
            generator.subschema_for::<Rule>(),
            generator.subschema_for::<AllRules>(),
            generator.subschema_for::<AnyRule>(),
        ],
    });
}

/// The keys that not all types of element have, each with those that do.
const OWN_KEYS: [(&str, &[ElementType]); 8] = [
    ("min", &[ElementType::Number, ElementType::Date]),
    ("max", &[ElementType::Number, ElementType::Date]),
    ("min_length", &[ElementType::Text]),
    ("max_length", &[ElementType::Text]),
    ("pattern", &[ElementType::Text]),
    ("options", &[ElementType::Dropdown, ElementType::CheckboxGroup, ElementType::CountrySelect]),
    ("accept", &[ElementType::File]),
    ("date_format", &[ElementType::Date]),
];

fn by_type(schema: &mut Schema) {
    required(["name", "type"])(schema);
    let rules = TYPES.iter().map(|(kind, name, ..)| {
        let others = OWN_KEYS.iter().filter(|(_, kinds)| !kinds.contains(kind));
        let none: Map<String, Value> = others.map(|(key, _)| ((*key).to_owned(), Value::Bool(false))).collect();
        let mut then = json!({ "properties": none });
        if matches!(kind, ElementType::Dropdown | ElementType::CheckboxGroup) {
            then["required"] = json!(["options"]);
        }
        json!({ "if": { "properties": { "type": { "const": name } }, "required": ["type"] }, "then": then })
    });
    schema.insert("allOf".to_owned(), rules.collect::<Vec<_>>().into());
}
