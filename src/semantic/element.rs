//! What changed of one field.

use serde_json::Value;

use super::limits;
use super::options;
use super::{Rest, StepChange, condition, same};
use crate::api::element::Element;
use crate::phrase::counted;

/// What of a field has a name, with its key.
const PROPERTIES: [(&str, &str); 11] = [
    ("value", "value that it comes filled in with"),
    ("tooltip", "tooltip"),
    ("placeholder", "placeholder"),
    ("subtitle", "subtitle"),
    ("description", "description"),
    ("hint", "hint"),
    ("text", "text"),
    ("content", "content"),
    ("role", "role"),
    ("normalizedName", "normalised name"),
    ("accept", "accepted file types"),
];

/// What an element is called: its label, or what else tells it from others.
pub(super) fn label(element: &Value) -> String {
    let text = |key: &str| element.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let named = ["name", "normalizedName", "role", "id", "type"].iter().find_map(|key| text(key));
    named.unwrap_or("a field without label").to_owned()
}

/// What an element is, in a few words: `text, required`.
pub(super) fn what(element: &Value) -> String {
    let kind = element.get("type").and_then(Value::as_str).unwrap_or("no type");
    let mut words = vec![kind.to_owned()];
    if let Some(read) = readable(element) {
        if read.required() {
            words.push("required".to_owned());
        }
        words.extend(limits::words(&read));
        let options = read.options().len();
        if options > 0 {
            words.push(counted(options, "option"));
        }
    }
    if element.get("condition").is_some_and(|condition| !condition.is_null()) {
        words.push("shown on a condition".to_owned());
    }
    words.join(", ")
}

/// An element as the API's reader has it; one without id is none to it, and still has validations and options.
pub(super) fn readable(element: &Value) -> Option<Element> {
    Element::from_json(element).or_else(|| {
        let mut with_id = element.clone();
        with_id.as_object_mut()?.insert("id".to_owned(), Value::from(""));
        Element::from_json(&with_id)
    })
}

/// Says what changed of a field; `old_elements` and `new_elements` are the whole forms, for the labels in conditions.
pub(super) fn changes(
    (old, new): (&Value, &Value),
    (old_elements, new_elements): (&[Value], &[Value]),
    found: &mut Vec<StepChange>,
) {
    let field = label(new);
    if same(old, new) {
        return;
    }
    let before = found.len();
    let (Value::Object(old_members), Value::Object(new_members)) = (old, new) else {
        found.extend(super::general(Some(&field), old, new));
        return;
    };
    let mut rest = Rest::of(old_members, new_members);
    // The label is told by who paired the two, and stands in for the id that is made of it.
    let (old_name, new_name) = rest.take("name");
    if old_name != new_name {
        found.push(StepChange::FieldRenamed { old: label(old), new: field.clone() });
    }
    if let (Some(old), Some(new)) = rest.take("type") {
        if old != new {
            found.push(StepChange::Type { field: field.clone(), old, new });
        }
    } else {
        restore(&mut rest, old, new, "type");
    }
    limits::changes(&field, (old, new), &mut rest, found);
    options::changes(&field, (old, new), &mut rest, found);
    shown_when(&field, (old_elements, new_elements), &mut rest, found);
    rest.properties(Some(&field), &PROPERTIES, found);
    rest.finish(Some(&field), found);
    if found.len() == before {
        found.extend(super::general(Some(&field), old, new));
    }
}

/// Puts a key back that is on one side only: it is told with the rest.
fn restore(rest: &mut Rest, old: &Value, new: &Value, key: &str) {
    for (members, from) in [(&mut rest.old, old), (&mut rest.new, new)] {
        if let Some(value) = from.get(key) {
            members.insert(key.to_owned(), value.clone());
        }
    }
}

fn shown_when(
    field: &str,
    (old_elements, new_elements): (&[Value], &[Value]),
    rest: &mut Rest,
    found: &mut Vec<StepChange>,
) {
    let (old, new) = rest.take("condition");
    let words = |condition: &Option<Value>, elements: &[Value]| match condition {
        None | Some(Value::Null) => Some(None),
        Some(condition) => condition::words(condition, elements).map(Some),
    };
    match (words(&old, old_elements), words(&new, new_elements)) {
        (Some(before), Some(after)) if before != after => {
            found.push(StepChange::Condition { field: field.to_owned(), old: before, new: after });
        }
        // Not understood, or different in what the words leave out: told by its path.
        _ => {
            for (members, value) in [(&mut rest.old, old), (&mut rest.new, new)] {
                members.extend(value.map(|value| ("condition".to_owned(), value)));
            }
        }
    }
}
