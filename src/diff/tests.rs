use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Each change as one line.
fn shown(old: Value, new: Value) -> Vec<String> {
    diff(&old, &new)
        .into_iter()
        .map(|Change { path, kind }| match kind {
            ChangeKind::Added(value) => format!("+ {path} {value}"),
            ChangeKind::Removed(value) => format!("- {path} {value}"),
            ChangeKind::Replaced { old, new } => format!("~ {path} {old} {new}"),
            ChangeKind::Moved { from, to } => format!("> {path} {from} {to}"),
        })
        .collect()
}

#[test]
fn equal_is_equal_by_value() {
    assert_eq!(diff(&json!({"a": 1, "b": [1.0]}), &json!({"b": [1], "a": 1.0})), []);
    assert_eq!(diff(&json!([0.0, -0.0, 1e20]), &json!([-0.0, 0, 100_000_000_000_000_000_000_u128 as f64])), []);
    assert_eq!(diff(&json!(u64::MAX), &json!(u64::MAX)), []);
    assert_eq!(diff(&json!(u64::MAX), &json!(u64::MAX - 1)).len(), 1);
    assert_eq!(shown(json!(1), json!("1")), ["~ $ 1 \"1\""]);
}

#[test]
fn objects_are_compared_by_key() {
    assert_eq!(
        shown(json!({"a": {"x y": 1, "it's": 2}, "b": 1}), json!({"a": {"x y": 2}, "c": null})),
        ["~ $.a['x y'] 1 2", "- $.a['it\\'s'] 2", "- $.b 1", "+ $.c null"]
    );
}

#[test]
fn a_change_inside_an_element_is_told_inside_it() {
    let old = json!({"elements": [
        {"id": "[id:First name]", "name": "First name", "role": "first_name", "validations": [{"type": "required"}]},
        {"id": "[id:Last name]", "name": "Last name"},
        {"id": "[id:Born]", "name": "Born", "validations": [{"type": "min", "value": 1}, {"type": "max", "value": 5}]},
    ]});
    let new = json!({"elements": [
        {"id": "[id:Given name]", "name": "Given name", "role": "first_name", "validations": []},
        {"id": "[id:Middle name]", "name": "Middle name"},
        {"id": "[id:Last name]", "name": "Last name"},
        {"id": "[id:Born]", "name": "Born", "validations": [{"type": "min", "value": 1}, {"type": "max", "value": 9}]},
    ]});
    assert_eq!(
        shown(old, new),
        [
            "~ $.elements[0] (First name).id \"[id:First name]\" \"[id:Given name]\"",
            "~ $.elements[0] (First name).name \"First name\" \"Given name\"",
            "- $.elements[0] (First name).validations[0] {\"type\":\"required\"}",
            "+ $.elements[1] (Middle name) {\"id\":\"[id:Middle name]\",\"name\":\"Middle name\"}",
            "~ $.elements[3] (Born).validations[1].value 5 9",
        ]
    );
}

#[test]
fn other_things_in_one_place_are_two_changes() {
    let old = json!([{"name": "A", "id": 1, "type": "text"}]);
    let new = json!([{"name": "B", "id": 2, "type": "text"}]);
    assert_eq!(shown(old, new).len(), 2);
    assert_eq!(shown(json!(["a", "b"]), json!(["a", "c"])), ["~ $[1] \"b\" \"c\""]);
    assert_eq!(shown(json!(["a"]), json!([{"a": 1}])), ["- $[0] \"a\"", "+ $[0] {\"a\":1}"]);
    assert_eq!(shown(json!([[1, 2]]), json!([[1, 3]])), ["~ $[0][1] 2 3"]);
}

#[test]
fn what_stands_elsewhere_has_moved() {
    let item = |name: &str, kind: &str| json!({"name": name, "type": kind});
    assert_eq!(shown(json!([1, 2, 3, 4]), json!([4, 1, 2, 3])), ["> $[0] 3 0"]);
    assert_eq!(
        shown(
            json!([item("A", "text"), item("B", "text"), item("C", "text")]),
            json!([item("B", "text"), item("C", "text"), item("A", "date")])
        ),
        ["> $[2] (A) 0 2", "~ $[2] (A).type \"text\" \"date\""]
    );
}

#[test]
fn one_insertion_at_the_head_is_one_change() {
    let old: Vec<Value> = (0..5000).map(|n| json!({"id": n, "name": format!("Field {n}")})).collect();
    let mut new = old.clone();
    new.insert(0, json!({"id": "x", "name": "New"}));
    assert_eq!(shown(old.into(), new.into()), ["+ $[0] (New) {\"id\":\"x\",\"name\":\"New\"}"]);
}

#[test]
fn two_lists_without_anything_in_common() {
    let list = |from: usize| Value::from((from..from + 3000).map(|n| json!({ "id": n })).collect::<Vec<_>>());
    assert_eq!(diff(&list(0), &list(3000)).len(), 3000, "each is told inside the item");
    let mut turned = list(0);
    turned.as_array_mut().unwrap().reverse();
    assert_eq!(diff(&list(0), &turned).len(), 2999);
}

#[test]
fn lines_have_context_and_numbers() {
    let old: String = (1..=20).map(|n| format!("{n}\r\n")).collect();
    let new = old.replace("5\r\n6", "5\r\nnew\r\n6").replace("20\r\n", "twenty").replace('\r', "");
    let all = lines(&old, &new);
    let shown: Vec<_> = all
        .iter()
        .map(|line| {
            let sign = match line.kind {
                LineKind::Context => ' ',
                LineKind::Added => '+',
                LineKind::Removed => '-',
            };
            format!("{}{sign}{}", if line.after_gap { "…" } else { "" }, line.text)
        })
        .collect();
    assert_eq!(shown, ["… 3", " 4", " 5", "+new", " 6", " 7", " 8", "… 17", " 18", " 19", "-20", "+twenty"]);
    assert_eq!((all[3].old_line, all[3].new_line), (None, Some(6)));
    assert_eq!((all[4].old_line, all[4].new_line), (Some(6), Some(7)));
    assert_eq!(lines("a\nb\n", "a\r\nb"), []);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..4).prop_map(Value::from),
        "[ab]".prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::hash_map("id|name|a|b", inner, 0..4).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn there_are_changes_exactly_where_values_differ(old in any_json(), new in any_json()) {
        prop_assert_eq!(diff(&old, &old), []);
        prop_assert_eq!(diff(&old, &new).is_empty(), canonical(&old) == canonical(&new));
        // What is told is enough to tell how many things a list gained.
        if let (Value::Array(before), Value::Array(after)) = (&old, &new) {
            // A path to an item of the outer list, with its one-letter name or without.
            let outer = |path: &str| path.strip_prefix("$[").and_then(|rest| rest.split_once(']')).is_some_and(|(_, rest)| matches!(rest, "" | " (a)" | " (b)"));
            let all = diff(&old, &new);
            let count = |wanted: fn(&ChangeKind) -> bool| all.iter().filter(|change| outer(&change.path) && wanted(&change.kind)).count();
            let added = count(|kind| matches!(kind, ChangeKind::Added(_)));
            let removed = count(|kind| matches!(kind, ChangeKind::Removed(_)));
            prop_assert_eq!(before.len() + added, after.len() + removed);
        }
    }
}
