//! The schema of what is known of a flow.

use std::path::Path;

use draftgate::map::FlowMap;
use draftgate::schema::SchemaKind;
use serde_json::{Value, json};

use crate::{complaints, schema_of};

#[test]
fn every_map_fits_its_schema_and_what_cannot_be_read_does_not() {
    let validator = jsonschema::draft7::new(&schema_of(SchemaKind::Map)).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/maps");
    let mut maps = 0;
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let map: Value = serde_json::from_slice(&std::fs::read(entry.path()).unwrap()).unwrap();
        assert_eq!(complaints(&validator, &map), Vec::<String>::new(), "{}", entry.path().display());
        let read: FlowMap = serde_json::from_value(map.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), map);
        maps += 1;
    }
    assert!(maps > 10, "the maps are somewhere else");
    let way = |when: Value| {
        json!({"format": 1, "flow": "tiny", "recorded": "2026-11-29", "complete": true, "views": [{
            "version": "draft", "explored": true, "first": ["a"], "steps": [{"key": "a", "type": "form"}],
            "moves": [{"from": "a", "way": "submit", "to": "end", "when": when}]}]})
    };
    let given = |entered: Value| {
        let mut given = json!({"step": "a", "field": "Sum"});
        given.as_object_mut().unwrap().extend(entered.as_object().unwrap().clone());
        way(json!([[given]]))
    };
    for fine in [json!({"is": ["CA", 5]}), json!({"between": [10, null]}), json!({"filled": false})] {
        assert_eq!(complaints(&validator, &given(fine)), Vec::<String>::new());
    }
    let known = [given(json!({"is": "CA"})), given(json!({"between": 10})), given(json!({})), way(json!("CA"))];
    for wrong in known.into_iter().chain([json!([]), json!({"format": 1})]) {
        assert!(!validator.is_valid(&wrong), "{wrong}");
        assert!(serde_json::from_value::<FlowMap>(wrong.clone()).is_err(), "{wrong}");
    }
}
