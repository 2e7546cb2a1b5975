//! A journal's entries: whatever they hold, they are as their schema has them, and are read again as they were.

use draftgate::journal::*;
use draftgate::schema::SchemaKind;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::complete::each_key;
use crate::{complaints, schema_of};

#[path = "../../src/journal/random.rs"]
mod random;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn an_entry_is_valid_on_one_line_and_is_read_as_it_was(journal in random::journal()) {
        let validator = VALIDATOR.with(std::clone::Clone::clone);
        for entry in journal.entries() {
            let line = serde_json::to_string(&entry).unwrap();
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(&serde_json::from_str::<Entry>(&line).unwrap(), &entry);
            let value: Value = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(complaints(&validator, &value), Vec::<String>::new());
        }
    }
}

thread_local! {
    static VALIDATOR: std::rc::Rc<jsonschema::Validator> =
        std::rc::Rc::new(jsonschema::draft7::new(&schema_of(SchemaKind::Journal)).unwrap());
}

#[test]
fn the_schema_lets_pass_what_a_later_draftgate_adds_and_nothing_that_is_no_entry() {
    let validator = jsonschema::draft7::new(&schema_of(SchemaKind::Journal)).unwrap();
    let ended = json!({"event": "run-ended", "seconds": 1.5, "exit": 0});
    let with = |key: &str, value: Value| {
        let mut entry = ended.clone();
        entry[key] = value;
        entry
    };
    assert!(validator.is_valid(&ended) && validator.is_valid(&with("mood", json!({"deep": [1]}))));
    let mut without = ended.clone();
    without.as_object_mut().unwrap().remove("exit");
    for wrong in [json!([]), json!({"event": "file"}), without, with("exit", json!("0")), with("exit", json!(-1))] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
    }
}

#[test]
fn every_member_is_described() {
    let (schema, mut members) = (schema_of(SchemaKind::Journal), 0);
    each_key(&schema, "", &mut |pointer, member| {
        members += 1;
        // What is one of several things is described as that thing: an entry, a body.
        let (of, _) = pointer.rsplit_once("/properties/").unwrap();
        let alternative =
            schema.pointer(of).and_then(|of| of["description"].as_str()).filter(|_| of.contains("/oneOf/"));
        let description = member["description"].as_str().or(alternative).unwrap_or_default();
        assert!(description.ends_with('.'), "{pointer} has no description: {member}");
    });
    assert!(members > 100, "only {members} members are looked at");
}
