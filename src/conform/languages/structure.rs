//! What of a step is the same in every language.

use serde_json::{Value, json};

use crate::api::element::Element;
use crate::api::wire::elements;
use crate::compose::Data;
use crate::conform::ledger::{at_path, entry};
use crate::conform::negatives::name;
use crate::phrase::counted;

/// What of a step does not change with the language, with the members that say it.
const HEAD: [(&str, &str); 3] = [("the step's id", "id"), ("its type", "type"), ("`canGoBack`", "canGoBack")];
/// The same of an element.
const ELEMENT: [(&str, &str); 5] = [
    ("the id", "id"),
    ("the type", "type"),
    ("the role", "role"),
    ("the normalised name", "normalizedName"),
    ("the validations", "validations"),
];
/// Members of an option or a validation that are the same in every language.
const STABLE: [&str; 6] = ["value", "id", "type", "min", "max", "pattern"];

/// What does not change with the language.
fn structure(step: &Value) -> Vec<Value> {
    let head =
        json!({"the step's id": step.get("id"), "its type": step.get("type"), "`canGoBack`": step.get("canGoBack")});
    let body = elements(step).into_iter().map(|element| {
        let values: Vec<Value> = element.options().into_iter().map(|(value, label)| {
            // A label that stands for a value is a text.
            let is_text = value.as_str() == Some(&label) && !label.chars().all(|c| c.is_ascii_uppercase());
            if is_text { json!({ TEXT: label }) } else { value }
        }).collect();
        json!({"the id": element.id, "the type": element.json.get("type"), "the role": element.role,
            "the normalised name": element.normalized_name, "the validations": element.json.get("validations").map(bare),
            "the options": values, "the format of dates": element.json.get("dateFormat").map(Value::is_string)})
    });
    std::iter::once(head).chain(body).collect()
}

/// The member of an option that is only a text.
const TEXT: &str = "text";

/// Whether a property of a step is the same in two languages. What is a text in both may be another; what is a text in one
/// language, and a value with a label in the other, is one option where text and value are the same.
fn same(was: &Value, is: &Value) -> bool {
    match (was, is) {
        (Value::Array(was), Value::Array(is)) => was.len() == is.len() && was.iter().zip(is).all(|(a, b)| same(a, b)),
        _ => match (was.get(TEXT), is.get(TEXT)) {
            (Some(_), Some(_)) => true,
            (was_text, is_text) => was_text.unwrap_or(was) == is_text.unwrap_or(is),
        },
    }
}

/// Validations without what is said to people when they fail.
fn bare(validations: &Value) -> Value {
    let mut rules = validations.clone();
    for rule in rules.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        rule.retain(|key, _| {
            !["message", "errorMessage", "error", "text", "label", "description"].contains(&key.as_str())
        });
    }
    rules
}

/// In what a step is another in a language.
pub(super) struct Difference {
    pub text: String,
    /// What a scenario expects of the language's answer.
    pub expect: Option<Data>,
    /// The element's id, where it is one.
    pub about: Option<String>,
}

/// The first thing in which two steps differ.
pub(super) fn differs(usual: &Value, other: &Value) -> Option<Difference> {
    let (was, is) = (structure(usual), structure(other));
    if was.len() != is.len() {
        let fields = counted(is.len() - 1, "field");
        let expect = at_path("$.elements", entry("length", Data::Json((was.len() - 1).into())));
        let text = format!("the step has {fields} in place of {}", was.len() - 1);
        return Some(Difference { text, expect: Some(expect), about: None });
    }
    was.iter().zip(&is).enumerate().find_map(|(at, (was, is))| {
        let (was, is) = (was.as_object()?, is.as_object()?);
        let what = was.keys().find(|key| !same(&was[*key], is.get(*key).unwrap_or(&Value::Null)))?;
        let Some(at) = at.checked_sub(1) else {
            let text = format!("{what} is {} in place of {}", brief(&is[what]), brief(&was[what]));
            let member = HEAD.iter().find(|(name, _)| name == what).map(|(_, member)| *member)?;
            let expect = usual.get(member).map(|value| at_path(format!("$.{member}"), Data::Json(value.clone())));
            return Some(Difference { text, expect, about: None });
        };
        let element = elements(usual).into_iter().nth(at)?;
        let text = format!("{what} of {} is {} in place of {}", name(&element), brief(&is[what]), brief(&was[what]));
        Some(Difference { text, expect: expected(&element, other, at, what), about: Some(element.id) })
    })
}

/// A value for people: a list of rules or of options by what it holds.
fn brief(value: &Value) -> String {
    match value {
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(brief).collect::<Vec<_>>().join(", "),
        Value::Object(members) if members.len() == 1 && members.contains_key(TEXT) => brief(&members[TEXT]),
        Value::Object(members) => {
            let kind = members.get("type").map(brief).unwrap_or_default();
            let others = members.iter().filter(|(key, _)| *key != "type");
            let others: Vec<String> = others.map(|(key, value)| format!("{key} {}", brief(value))).collect();
            [kind, others.join(" and ")].join(" ").trim().to_owned()
        }
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// How a scenario expects of an element what it is by default: by the member itself, or by how many entries that has.
fn expected(element: &Element, other: &Value, at: usize, what: &str) -> Option<Data> {
    let member = match what {
        "the options" => ["options", "prefillOptions"].into_iter().find(|key| element.json.get(*key).is_some())?,
        what => ELEMENT.iter().find(|(name, _)| *name == what).map(|(_, member)| *member)?,
    };
    let was = element.json.get(member)?;
    let is = other.get("elements").and_then(|elements| elements.get(at)?.get(member));
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned();
    let path = format!("$.elements[{at}].{member}");
    let Some((old, new)) = list(Some(was)).zip(list(is)) else { return Some(at_path(path, Data::Json(was.clone()))) };
    if old.len() != new.len() {
        return Some(at_path(path, entry("length", Data::Json(old.len().into()))));
    }
    // What is said to people beside the values is another in each language.
    let (place, value) = old.iter().zip(&new).enumerate().find_map(|(place, (old, new))| match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let member = STABLE.iter().find(|key| old.contains_key(**key) && old.get(**key) != new.get(**key))?;
            Some((format!("[{place}].{member}"), old[*member].clone()))
        }
        (old, new) if old != new && !old.is_object() => Some((format!("[{place}]"), old.clone())),
        _ => None,
    })?;
    Some(at_path(format!("{path}{place}"), Data::Json(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_may_be_a_text_in_one_language_and_a_value_with_a_label_in_another() {
        let step = |options: Value| {
            let element = json!({"id": "a", "type": "dropdown", "name": "Kind", "options": options});
            json!({"id": "s", "type": "form", "elements": [element]})
        };
        let english = step(json!(["Utility bill", "Something else"]));
        let labelled = |value: &str| json!({"value": value, "label": "Facture"});
        let french = step(json!([labelled("Utility bill"), "Autre chose"]));
        assert!(differs(&english, &french).is_none() && differs(&french, &english).is_none());
        let other = step(json!([labelled("Bank statement"), "Autre chose"]));
        let told = "the options of Kind is Bank statement, Autre chose in place of Utility bill, Something else";
        assert_eq!(differs(&english, &other).unwrap().text, told);
    }
}
