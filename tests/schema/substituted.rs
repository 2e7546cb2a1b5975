//! Whatever the readers accept is valid: each value of the samples is put in the place of another.

use draftgate::schema::SchemaKind;
use serde_json::{Value, json};

use crate::readers::{Folder, value_of};
use crate::schema_of;
use crate::valid::SAMPLES;

/// What may stand anywhere.
fn values() -> Vec<Value> {
    let texts = ["text", "{{ first }}", "5s", "$.x", "end", "en-CA", "none", "2020-01-01", "files/bill.pdf"];
    let mut values: Vec<Value> = texts.into_iter().map(Value::from).collect();
    values.extend([
        json!(null),
        json!(true),
        json!(3),
        json!(-1.5),
        json!(404),
        json!(4006),
        json!([]),
        json!(["text"]),
    ]);
    values.extend([json!([1, 2]), json!(["$.x"]), json!({}), json!({ "equals": 1 }), json!({ "a": { "b": 1 } })]);
    values
}

/// Every place below a value, as JSON pointers.
fn places(value: &Value, pointer: &str, all: &mut Vec<String>) {
    all.push(pointer.to_owned());
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| places(item, &format!("{pointer}/{at}"), all));
        }
        Value::Object(members) => members.iter().for_each(|(key, member)| {
            places(member, &format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), all);
        }),
        _ => {}
    }
}

/// Where a request takes a text, the schema wants one; the reader takes any value, since a template may give it.
const TEXTS: [&str; 28] = [
    "/link/from",
    "/link/to",
    "/link/type",
    "/upload/field",
    "/upload/file",
    "/upload/type",
    "/connect/client",
    "/connect/flow",
    "/redeem/token",
    "/profile/client",
    "/authenticate/client_id",
    "/authenticate/client_secret",
    "/authenticate/scope",
    "/request/method",
    "/request/path",
    "/headers",
    "/language",
    "/omit",
    "/session",
    "/error/field",
    "/faults/1/id",
    "/flows",
    "/base_url",
    "/export_url",
    "/token_url",
    "/server/scope",
    "/server/client_id",
    "/server/client_secret",
];

/// Whether the schema is stricter at a place than the reader, and means to be.
fn wants_a_text(pointer: &str) -> bool {
    let pointer = pointer.replace("/unlink/", "/link/");
    let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
    TEXTS.iter().any(|place| pointer.ends_with(place) || parent.ends_with(place))
}

/// The sample in pieces, each a file of its own that reads fast, and the place below which it is changed.
fn pieces(kind: SchemaKind, sample: &Value) -> Vec<(Value, String)> {
    match kind {
        SchemaKind::Scenario => {
            let mut top = sample.clone();
            top["steps"] = json!(["init", { "init": null, "capture": { "who": "session", "key": "$.id" } }]);
            let names = json!({ "first": "Ada", "last": "x", "who": "x", "id": "x", "key": "x", "token": "x" });
            let piece = |step: &Value| json!({ "scenario": "A", "flow": "x", "vars": names, "steps": ["init", step] });
            let steps = sample["steps"].as_array().unwrap().iter();
            let steps = steps.map(|step| (piece(step), "/steps/1".to_owned()));
            std::iter::once((top, String::new())).chain(steps).collect()
        }
        // A fragment's steps are a scenario's.
        SchemaKind::Fragment => {
            let mut top = sample.clone();
            top["steps"] = json!(["init"]);
            vec![(top, String::new())]
        }
        _ => vec![(sample.clone(), String::new())],
    }
}

#[test]
fn what_a_reader_accepts_is_valid() {
    let folder = Folder::new();
    for (kind, text) in SAMPLES {
        let validator = jsonschema::draft7::new(&schema_of(kind)).unwrap();
        let (mut accepted, mut wrong) = (0, Vec::new());
        for (piece, below) in pieces(kind, &value_of(text)) {
            assert_eq!(folder.mistakes(kind, &piece.to_string()), Vec::<String>::new(), "{piece}");
            let mut pointers = Vec::new();
            places(piece.pointer(&below).unwrap(), &below, &mut pointers);
            let all = values();
            // A definition is read as a whole: each place has its turn with one value in three.
            let turn = |place: usize, value: usize| kind != SchemaKind::Flow || (place + value).is_multiple_of(3);
            for (place, pointer) in pointers.iter().enumerate().skip(1) {
                for (_, value) in all.iter().enumerate().filter(|(value, _)| turn(place, *value)) {
                    if wants_a_text(pointer) && !value.is_string() {
                        continue;
                    }
                    let mut changed = piece.clone();
                    *changed.pointer_mut(pointer).unwrap() = value.clone();
                    if folder.mistakes(kind, &changed.to_string()).is_empty() {
                        accepted += 1;
                        if !validator.is_valid(&changed) {
                            wrong.push(format!("{pointer}: {value}"));
                        }
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{kind:?} refuses what its reader accepts:\n{}", wrong.join("\n"));
        assert!(accepted > 20, "{kind:?}: only {accepted} changes are accepted");
    }
}
