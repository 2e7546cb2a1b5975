//! A step as two sides are compared by it: without ids, without values, without what is one applicant's own.

use serde_json::{Map, Value, json};

use crate::api::element::Element;
use crate::api::wire::elements;
use crate::explore::trail::Sight;
use crate::map::{KnownElement, KnownStep};

/// What of a step is compared, its elements and the text of an END aside.
const STEP: [&str; 7] = ["type", "title", "subtitle", "description", "codeLength", "accept", "providers"];
/// What of an element is compared.
const ELEMENT: [&str; 14] = [
    "name",
    "role",
    "normalizedName",
    "type",
    "required",
    "validations",
    "accept",
    "dateFormat",
    "tooltip",
    "placeholder",
    "subtitle",
    "description",
    "hint",
    "content",
];

/// A step as an answer shows it.
pub(super) fn of_answer(sight: &Sight) -> Value {
    of_answer_called(sight, &[])
}

/// The same in another language: what stands in place of ids is made of the labels that elements have `usually`, each by its id
/// or, where ids are made anew, by its place.
pub(super) fn of_answer_called(sight: &Sight, usually: &[(String, String)]) -> Value {
    let body = &sight.body;
    let mut step = kept(body, &STEP);
    if sight.is_end() {
        step.insert("type".to_owned(), "end".into());
        if !sight.text().is_empty() {
            step.insert("text".to_owned(), sight.lasting_text().into());
        }
        // What follows the address itself may be one applicant's own.
        if let Some(url) = body.get("redirectUrl").and_then(Value::as_str) {
            step.insert("redirectUrl".to_owned(), url.split(['?', '#']).next().unwrap_or_default().into());
        }
    }
    if body.get("elements").is_some_and(Value::is_array) {
        let all = elements(body);
        let usual = |(at, element): (usize, &Element)| {
            let same = usually.iter().find(|(id, _)| *id == element.id);
            same.or_else(|| usually.get(at).filter(|_| usually.len() == all.len())).map(|(_, name)| name.clone())
        };
        let name = |(at, element)| usual((at, element)).unwrap_or_else(|| element.name.clone());
        let names: Vec<String> = all.iter().enumerate().map(name).collect();
        let ids = ids(names.iter().map(String::as_str));
        let called = |id: &str| all.iter().position(|element| element.id == id).map(|at| ids[at].clone());
        let elements = all.iter().zip(&ids).map(|(element, id)| of_element(element, id, &all, &called));
        step.insert("elements".to_owned(), elements.collect());
    }
    Value::Object(step)
}

fn of_element(element: &Element, id: &str, all: &[Element], called: &dyn Fn(&str) -> Option<String>) -> Value {
    let mut kept = kept(&element.json, &ELEMENT);
    kept.insert("id".to_owned(), id.into());
    // Under whatever key they stand; those that are made for one applicant are none of the flow's.
    if !element.lasting_options().is_empty() {
        let option = |(value, label): (Value, String)| json!({"value": element.lasting(&value), "label": label});
        kept.insert("options".to_owned(), element.options().into_iter().map(option).collect());
    }
    if kept.get("content").is_some_and(Value::is_array) {
        kept.shift_remove("content");
    }
    if let Some(mut condition) = element.condition().cloned() {
        for rule in &mut condition.rules {
            if let Some(looked_at) = all.iter().find(|other| other.id == rule.element) {
                rule.value = looked_at.lasting(&rule.value);
            }
            rule.element = called(&rule.element).unwrap_or_else(|| "[id:?]".to_owned());
        }
        kept.insert("condition".to_owned(), condition.to_json());
    }
    Value::Object(kept)
}

/// Has a step's fields come filled in with these values, each by the place of its field.
pub(super) fn fill_in(step: &mut Value, values: Vec<(usize, Value)>) {
    let Some(elements) = step.get_mut("elements").and_then(Value::as_array_mut) else { return };
    for (at, value) in values {
        if let Some(element) = elements.get_mut(at).and_then(Value::as_object_mut) {
            element.insert("value".to_owned(), value);
        }
    }
}

/// A step as a map has it, which knows less than an answer says.
pub(super) fn of_known(step: &KnownStep) -> Value {
    let mut body = Map::new();
    body.insert("type".to_owned(), step.kind.as_str().into());
    if !step.title.is_empty() {
        body.insert("title".to_owned(), step.title.as_str().into());
    }
    if step.kind == "form" || !step.elements.is_empty() {
        let ids = ids(step.elements.iter().map(|element| element.name.as_str()));
        let elements = step.elements.iter().zip(&ids).map(|(element, id)| of_known_element(element, id));
        body.insert("elements".to_owned(), elements.collect());
    }
    Value::Object(body)
}

fn of_known_element(element: &KnownElement, id: &str) -> Value {
    let mut body = json!({
        "id": id, "name": element.name, "role": element.role, "normalizedName": element.normalized_name,
        "type": element.kind, "required": element.required, "validations": element.validations,
        "options": element.options, "accept": element.accept, "dateFormat": element.date_format,
    });
    if let (Some(condition), Some(members)) = (&element.condition, body.as_object_mut()) {
        let mut condition = condition.clone();
        for rule in condition.get_mut("rules").and_then(Value::as_array_mut).into_iter().flatten() {
            let label = rule.get("elementId").and_then(Value::as_str).map(|label| format!("[id:{label}]"));
            if let (Some(label), Some(rule)) = (label, rule.as_object_mut()) {
                rule.insert("elementId".to_owned(), label.into());
            }
        }
        members.insert("condition".to_owned(), condition);
    }
    let empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    if let Some(members) = body.as_object_mut() {
        members.retain(|key, value| key == "validations" || !empty(value));
    }
    body
}

/// The members that are compared, without those that say nothing.
fn kept(of: &Value, keys: &[&str]) -> Map<String, Value> {
    let member = |key: &&str| Some(((*key).to_owned(), of.get(*key).filter(|value| !value.is_null())?.clone()));
    keys.iter().filter_map(member).collect()
}

/// Ids made of labels, as snapshots have them.
fn ids<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for name in names {
        let id = |number: usize| match number {
            1 => format!("[id:{}]", name.trim()),
            number => format!("[id:{}#{number}]", name.trim()),
        };
        let free = (1..).map(id).find(|id| !ids.contains(id));
        ids.extend(free);
    }
    ids
}
