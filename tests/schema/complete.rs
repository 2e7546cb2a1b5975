//! Every key says what it is for and shows what may stand there.

use draftgate::schema::SCHEMAS;
use serde_json::{Map, Value, json};

use crate::readers::value_of;
use crate::{complaints, schema_of};

/// Calls `see` with every key of every map of a schema: the pointer to it, and its schema.
pub fn each_key(schema: &Value, pointer: &str, see: &mut dyn FnMut(&str, &Value)) {
    let Value::Object(members) = schema else {
        for (at, item) in schema.as_array().into_iter().flatten().enumerate() {
            each_key(item, &format!("{pointer}/{at}"), see);
        }
        return;
    };
    for (name, member) in members {
        let below = format!("{pointer}/{name}");
        match (name.as_str(), member) {
            ("properties", Value::Object(properties)) if !pointer.ends_with("/then") => {
                for (key, schema) in properties {
                    let key = format!("{below}/{}", key.replace('~', "~0").replace('/', "~1"));
                    see(&key, schema);
                    each_key(schema, &key, see);
                }
            }
            // What they hold narrows keys that are described elsewhere, or is no schema.
            ("if" | "dependencies" | "enum" | "required" | "examples" | "defaultSnippets", _) => {}
            _ => each_key(member, &below, see),
        }
    }
}

/// What a key's schema gives as examples: values, and snippets.
fn examples(schema: &Value) -> Vec<Value> {
    let list = |key: &str| schema[key].as_array().cloned().unwrap_or_default();
    let snippets = list("defaultSnippets").into_iter().map(|snippet| value_of(snippet["label"].as_str().unwrap()));
    list("examples").into_iter().chain(snippets).collect()
}

#[test]
fn the_schemas_are_schemas() {
    for (kind, name, _) in SCHEMAS {
        let schema = schema_of(kind);
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
        jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn every_key_has_a_description_and_an_example() {
    let mut keys = 0;
    // What a journal's members mean is looked at in a test of its own.
    for (kind, name, _) in SCHEMAS.into_iter().filter(|(kind, ..)| kind.is_written_by_people()) {
        let schema = schema_of(kind);
        each_key(&schema, "", &mut |pointer, key| {
            keys += 1;
            let description = key["description"].as_str().unwrap_or_default();
            assert!(description.ends_with('.'), "{name}{pointer} has no description: {key}");
            assert!(!description.contains('\n'), "{name}{pointer} is described in broken lines: {description}");
            let takes_nothing = key["anyOf"][1]["maxProperties"] == 0;
            assert!(takes_nothing || !examples(key).is_empty(), "{name}{pointer} has no example: {key}");
        });
    }
    assert!(keys > 500, "only {keys} keys are looked at");
}

#[test]
fn every_example_is_valid() {
    for (kind, name, _) in SCHEMAS {
        let schema = schema_of(kind);
        let mut all: Vec<(String, Vec<Value>)> = Vec::new();
        each_key(&schema, "", &mut |pointer, key| all.push((pointer.to_owned(), examples(key))));
        // One validator for them all: a property for each key.
        let refs: Map<String, Value> =
            all.iter().map(|(pointer, _)| (pointer.clone(), json!({ "$ref": format!("#{pointer}") }))).collect();
        let mut whole = schema.clone();
        whole["definitions"]["Examples"] = json!({ "properties": refs });
        let also = json!({ "$ref": "#/definitions/Examples" });
        match whole.get_mut("allOf").and_then(Value::as_array_mut) {
            Some(all) => all.push(also),
            None => whole["allOf"] = json!([also]),
        }
        for key in ["required", "additionalProperties"] {
            whole.as_object_mut().unwrap().remove(key);
        }
        let validator = jsonschema::draft7::new(&whole).unwrap();
        for (pointer, examples) in all {
            for example in examples {
                let value = json!({ pointer.clone(): example });
                assert_eq!(complaints(&validator, &value), Vec::<String>::new(), "{name}{pointer}: {example}");
            }
        }
    }
}
