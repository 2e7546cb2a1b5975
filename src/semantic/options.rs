//! What changed of the options of a choice.

use serde_json::Value;

use super::element::readable;
use super::{Rest, StepChange, same};

/// Where options may stand.
const KEYS: [&str; 3] = ["options", "prefillOptions", "content"];

/// Takes the options away where the sentences say all that changed of them.
pub(super) fn changes(field: &str, (old, new): (&Value, &Value), rest: &mut Rest, found: &mut Vec<StepChange>) {
    let filled =
        |element: &Value, key: &str| element.get(key).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    let Some(key) = KEYS.into_iter().find(|key| filled(old, key) || filled(new, key)) else { return };
    let forms = [old, new].map(|element| element.get(key).and_then(|list| list.get(0)).is_some_and(Value::is_object));
    if !(filled(old, key) && filled(new, key) && forms[0] == forms[1] && is_plain(old, key) && is_plain(new, key)) {
        return;
    }
    let read = |element: &Value| readable(element).map(|element| element.options()).unwrap_or_default();
    let (before, after) = (read(old), read(new));
    let has = |list: &[(Value, String)], value: &Value| list.iter().any(|(other, _)| same(other, value));
    let only = |list: &[(Value, String)], other: &[(Value, String)]| -> Vec<String> {
        list.iter().filter(|(value, _)| !has(other, value)).map(|(value, label)| shown(value, label)).collect()
    };
    let (added, removed) = (only(&after, &before), only(&before, &after));
    if !added.is_empty() {
        found.push(StepChange::OptionsAdded { field: field.to_owned(), options: added });
    }
    if !removed.is_empty() {
        found.push(StepChange::OptionsRemoved { field: field.to_owned(), options: removed });
    }
    for (value, label) in &after {
        if let Some((_, old)) = before.iter().find(|(other, old)| same(other, value) && old != label) {
            let (old, new) = (old.clone(), label.clone());
            found.push(StepChange::OptionRenamed { field: field.to_owned(), old, new });
        }
    }
    let kept = |list: &[(Value, String)], other: &[(Value, String)]| -> Vec<Value> {
        list.iter().map(|(value, _)| value.clone()).filter(|value| has(other, value)).collect()
    };
    if kept(&before, &after) != kept(&after, &before) {
        found.push(StepChange::OptionsReordered { field: field.to_owned() });
    }
    rest.take(key);
}

/// An option by its label, with the value that is submitted where that is another.
fn shown(value: &Value, label: &str) -> String {
    match value {
        Value::String(text) if text == label => label.to_owned(),
        Value::String(text) => format!("{label} ({text})"),
        value => format!("{label} ({value})"),
    }
}

/// Whether the options are only texts, or values with labels, each once: then nothing of them is left to be said.
fn is_plain(element: &Value, key: &str) -> bool {
    let Some(list) = element.get(key).and_then(Value::as_array) else { return false };
    let plain = |option: &Value| match option {
        Value::Object(members) => members.len() == 2 && members.contains_key("value") && members.contains_key("label"),
        Value::Array(_) => false,
        _ => true,
    };
    let value = |option: &Value| option.get("value").cloned().unwrap_or_else(|| option.clone());
    let values: Vec<Value> = list.iter().map(value).collect();
    let once = values.iter().enumerate().all(|(at, value)| !values[..at].contains(value));
    let alike = list.iter().all(Value::is_object) || !list.iter().any(Value::is_object);
    once && alike && list.iter().all(plain)
}
