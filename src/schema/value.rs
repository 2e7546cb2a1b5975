//! What stands as a value at many a key: texts, times, words of a table.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::api::codes::CODES;
use crate::api::language::LANGUAGES;
use crate::scenario::MOST_RETRIES;
use crate::template::scope::BUILT_IN;

/// Types whose schema is written out. Those that are `inline` stand where they are used, without a name of their own.
macro_rules! written {
    ($($(#[doc = $doc:literal])+ $name:ident $(($inline:ident))? = $schema:expr;)+) => {$(
        $(#[doc = $doc])+
        pub(super) struct $name;

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema = $schema;
                schema(generator)
            }

            fn inline_schema() -> bool {
                written!(@inline $($inline)?)
            }
        }
    )+};
    (@inline inline) => { true };
    (@inline) => { false };
}
pub(super) use written;

/// How a template is told from a text.
pub(super) const TEMPLATE: &str = r"\{[{%]";
/// How a duration is written.
const DURATION: &str = r"^\s*([0-9.]+\s*(ms|s|min|m|h)\s*)+$";
const DURATION_HELP: &str = "A duration has a unit: 500ms, 60s, 1m30s, 2h";

written! {
    /// A text; a number or a truth value counts as the text that it is written as.
    Text (inline) = |_| json_schema!({ "type": ["string", "number", "boolean"] });
    /// A text without templates: files and reports are named by it before anything runs.
    Plain (inline) = |_| json_schema!({
        "type": "string",
        "not": { "pattern": r"\{\{" },
    });
    /// Any value, templates in it.
    Anything (inline) = |_| json_schema!({});
    /// A duration.
    Duration (inline) = |_| json_schema!({
        "type": "string",
        "pattern": DURATION,
        "patternErrorMessage": DURATION_HELP,
    });
    /// A duration, or a template that gives one.
    Time (inline) = |_| json_schema!({
        "type": "string",
        "pattern": format!("{DURATION}|{TEMPLATE}"),
        "patternErrorMessage": DURATION_HELP,
    });
    /// A time as the sandbox takes it: at most a day, with its unit.
    SandboxTime (inline) = |_| json_schema!({
        "type": "string",
        "pattern": r"^\s*[0-9.]+\s*(ms|s|min|m|h)$",
        "patternErrorMessage": "A time has a unit: 500ms, 2s, 1m",
    });
    /// How often something is tried again.
    Retries (inline) = |_| json_schema!({ "type": "integer", "minimum": 0, "maximum": MOST_RETRIES });
    /// A JSONPath.
    JsonPath (inline) = |_| json_schema!({
        "type": "string",
        "pattern": r"^\$",
        "patternErrorMessage": "A JSONPath begins with $, such as $.title",
    });
    /// A language that the API knows, any other tag, or a template.
    Language (inline) = |_| json_schema!({ "anyOf": [{ "enum": LANGUAGES.to_vec() }, { "type": "string" }] });
    /// One of the API's error codes.
    KnownCode (inline) = |_| known_codes();
    /// The names that a scenario defines: what a template can say, and no word of the language.
    Names (inline) = |_| json_schema!({
        "pattern": r"^[^\s.{}()\[\]'0-9-][^\s.{}()\[\]'-]*$",
        "not": { "enum": BUILT_IN },
    });
}

/// The error codes, each with its text.
pub(super) fn known_codes() -> Schema {
    let codes: Vec<u16> = CODES.iter().map(|row| row.number).collect();
    let texts: Vec<String> = CODES.iter().map(|row| format!("{}: {}", row.text, row.when)).collect();
    json_schema!({ "enum": codes, "enumDescriptions": texts })
}

/// A list, or its only item without the brackets; nothing is an empty list.
pub(super) struct OneOrMore<T>(std::marker::PhantomData<T>);

impl<T: JsonSchema> JsonSchema for OneOrMore<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMore{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let item = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [item, { "type": "array", "items": item }, nothing()] })
    }
}

/// A map from names of the author's own to values.
pub(super) struct MapOf<T>(std::marker::PhantomData<T>);

impl<T: JsonSchema> JsonSchema for MapOf<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("MapOf{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": generator.subschema_for::<T>() })
    }
}

/// The same where the key may stand without a value.
pub(super) struct MapOrNothing<T>(std::marker::PhantomData<T>);

impl<T: JsonSchema> JsonSchema for MapOrNothing<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("MapOrNothing{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["object", "null"], "additionalProperties": generator.subschema_for::<T>() })
    }
}

/// What a key has that stands without a value.
pub(super) fn nothing() -> Value {
    json!({ "type": "null" })
}

/// A value, or nothing where the key stands alone.
pub(super) struct OrNothing<T>(std::marker::PhantomData<T>);

impl<T: JsonSchema> JsonSchema for OrNothing<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}OrNothing", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [generator.subschema_for::<T>(), nothing()] })
    }
}

/// A pattern of words in whatever case, as the readers of flow definitions take them.
pub(super) fn in_any_case<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let letter = |letter: char| match letter.is_ascii_alphabetic() {
        true => format!("[{}{}]", letter.to_ascii_uppercase(), letter.to_ascii_lowercase()),
        false => letter.to_string(),
    };
    let words: Vec<String> = words.into_iter().map(|word| word.chars().map(letter).collect()).collect();
    format!("^({})$", words.join("|"))
}
