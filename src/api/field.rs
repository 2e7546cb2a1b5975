//! Dynamic field mapping: from what a scenario calls a field to the element, and from its value to the wire.
//!
//! The builder generates element ids anew whenever a flow is rebuilt, so scenarios name fields by what lasts: their label,
//! role or normalised name.

use serde_json::Value;

use super::element::{Element, JsonType};
use crate::phrase::{did_you_mean, nearest};

/// Whether an element is the one that a key names.
type Rank = fn(&Element, &str) -> bool;

/// The ranks in which a key is looked up, and the prefix that forces each.
const RANKS: [(&str, Rank); 5] = [
    ("id:", |element, key| element.id == key),
    ("role:", |element, key| element.role.as_deref() == Some(key)),
    ("normalized:", |element, key| element.normalized_name.as_deref() == Some(key)),
    ("name:", |element, key| element.name == key),
    ("", |element, key| element.name.trim().to_lowercase() == key.trim().to_lowercase()),
];

/// Why a key names no element.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// Nothing by that name.
    #[error("the step has no field `{key}`")]
    Unknown {
        /// The key.
        key: String,
        /// The nearest label, role or name.
        nearest: Option<String>,
        /// The step's fields.
        fields: Vec<String>,
    },
    /// Several fields by that name.
    #[error("`{key}` names {} fields of the step", candidates.len())]
    Ambiguous {
        /// The key.
        key: String,
        /// The fields.
        candidates: Vec<String>,
    },
}

impl FieldError {
    /// The way out.
    pub fn help(&self) -> String {
        match self {
            FieldError::Unknown { nearest: Some(near), fields, .. } => {
                format!("{} The step has {}", did_you_mean(near), fields.join(", "))
            }
            FieldError::Unknown { fields, .. } if fields.is_empty() => "the step has no fields at all".to_owned(),
            FieldError::Unknown { fields, .. } => format!("the step has {}", fields.join(", ")),
            FieldError::Ambiguous { key, candidates } => {
                format!("`{key}[1]` picks the first of {}", candidates.join(", "))
            }
        }
    }
}

/// The element that a key names: by id, role, normalised name, exact label, then label whatever its case.
///
/// ```
/// use draftgate::api::{element::Element, field::find};
/// let step = [Element::from_json(&serde_json::json!({"id": "64f0", "name": "First name", "role": "first_name"})).unwrap()];
/// assert_eq!(find(&step, "first name").unwrap().id, "64f0");
/// assert_eq!(find(&step, "frist name").unwrap_err().help(), "did you mean `First name`? The step has First name (first_name)");
/// ```
pub fn find<'a>(elements: &'a [Element], key: &str) -> Result<&'a Element, FieldError> {
    if let Some(outcome) = look_up(elements, key) {
        return outcome;
    }
    let words = elements.iter().flat_map(|element| {
        [Some(element.name.as_str()), element.role.as_deref(), element.normalized_name.as_deref()].into_iter().flatten()
    });
    let (_, plain) = forced(key);
    Err(FieldError::Unknown {
        key: key.to_owned(),
        nearest: nearest(plain, words).map(str::to_owned),
        fields: elements.iter().map(describe).collect(),
    })
}

/// The same without a word on what may have been meant; `None` where nothing has the name.
pub fn look_up<'a>(elements: &'a [Element], key: &str) -> Option<Result<&'a Element, FieldError>> {
    match candidates(elements, key)[..] {
        [] => {
            let (base, index) = indexed(key)?;
            candidates(elements, base).get(index - 1).copied().map(Ok)
        }
        [one] => Some(Ok(one)),
        ref several => Some(Err(FieldError::Ambiguous {
            key: key.to_owned(),
            candidates: several.iter().map(|element| format!("{} [id:{}]", describe(element), element.id)).collect(),
        })),
    }
}

/// The elements of the first rank in which there is any.
fn candidates<'a>(elements: &'a [Element], key: &str) -> Vec<&'a Element> {
    let (prefix, plain) = forced(key);
    let found = in_ranks(elements, prefix, plain);
    // A label may itself begin like a forced rank.
    if found.is_empty() && prefix.is_some() { in_ranks(elements, None, key) } else { found }
}

fn in_ranks<'a>(elements: &'a [Element], prefix: Option<&str>, plain: &str) -> Vec<&'a Element> {
    RANKS
        .iter()
        // A name that is forced may still differ in case.
        .filter(|(rank, _)| prefix.is_none_or(|prefix| *rank == prefix || (prefix == "name:" && rank.is_empty())))
        .map(|(_, is)| elements.iter().filter(|element| is(element, plain)).collect::<Vec<_>>())
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

fn forced(key: &str) -> (Option<&'static str>, &str) {
    RANKS
        .iter()
        .filter(|(prefix, _)| !prefix.is_empty())
        .find_map(|(prefix, _)| Some((Some(*prefix), key.strip_prefix(prefix)?.trim_start())))
        .unwrap_or((None, key))
}

fn indexed(key: &str) -> Option<(&str, usize)> {
    let (base, rest) = key.trim_end().strip_suffix(']')?.rsplit_once('[')?;
    let index = rest.trim().parse().ok().filter(|index| *index > 0)?;
    Some((base.trim_end(), index))
}

/// How a field is shown in messages: its label and role.
pub fn describe(element: &Element) -> String {
    match (&element.role, element.name.is_empty()) {
        (Some(role), false) => format!("{} ({role})", element.name),
        (Some(role), true) => role.clone(),
        (None, false) => element.name.clone(),
        (None, true) => format!("id:{}", element.id),
    }
}

/// The key by which a scenario names a field: the role, else the normalised name, else the label, forced or counted where
/// it is another field's too. The id, which does not last, is what is left where nothing else names it.
pub fn key(elements: &[Element], element: &Element) -> String {
    let role = element.role.as_deref().unwrap_or_default();
    let normalised = element.normalized_name.as_deref().unwrap_or_default();
    let label = element.name.as_str();
    let alone = [role.to_owned(), normalised.to_owned(), label.to_owned()];
    let forced = [("role:", role), ("normalized:", normalised), ("name:", label)];
    let forced = forced.map(|(rank, name)| if name.is_empty() { String::new() } else { format!("{rank}{name}") });
    let names = |other: &Element, name: &str| other.role.as_deref() == Some(name) || other.name == name;
    let counted = [label, role].map(|name| {
        let before = elements.iter().take_while(|other| other.id != element.id);
        format!("{name}[{}]", before.filter(|other| names(other, name)).count() + 1)
    });
    let is_it = |key: &String| {
        let plain = key.trim();
        !plain.is_empty() && !plain.starts_with('[') && find(elements, key).is_ok_and(|found| found.id == element.id)
    };
    alone.into_iter().chain(forced).chain(counted).find(is_it).unwrap_or_else(|| element.id.clone())
}

/// What people call a field: its label where that names it alone, else its [`key`].
pub fn called(elements: &[Element], element: &Element) -> String {
    let label = element.name.trim();
    match look_up(elements, label) {
        Some(Ok(found)) if !label.is_empty() && found.id == element.id => label.to_owned(),
        _ => key(elements, element),
    }
}

/// The JSON in which a value goes out: numbers, booleans, dates and lists in the type that the element takes, strings as
/// they are, but for the label of an option, which becomes that option's value. `written` is how a number stood in the scenario, for an element that takes text.
pub fn to_wire(element: &Element, value: &Value, written: Option<&str>) -> Value {
    let typed = match (element.takes(), value) {
        (JsonType::String, Value::Number(number)) => {
            Value::String(written.map_or_else(|| number.to_string(), str::to_owned))
        }
        (JsonType::String, Value::Bool(flag)) => Value::String(flag.to_string()),
        (JsonType::List, Value::Number(_) | Value::Bool(_)) => Value::Array(vec![value.clone()]),
        (JsonType::List, Value::String(text)) => Value::Array(vec![Value::String(text.clone())]),
        _ => value.clone(),
    };
    element.offered(&typed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn elements() -> Vec<Element> {
        [
            json!({"id": "a1", "name": "First name", "role": "first_name", "type": "text"}),
            json!({"id": "a2", "name": "dob", "type": "text"}),
            json!({"id": "a3", "name": "Date of birth", "role": "dob", "type": "date"}),
            json!({"id": "a4", "name": "Phone", "type": "text"}),
            json!({"id": "a5", "name": "Phone", "normalizedName": "SecondPhone", "type": "text"}),
            json!({"id": "a6", "name": "Topics", "type": "checkbox_group", "options": ["x", {"value": "y", "label": "Why"}]}),
            json!({"id": "a7", "name": "Box[2]", "type": "number"}),
        ]
        .iter()
        .filter_map(Element::from_json)
        .collect()
    }

    #[test]
    fn the_first_rank_with_a_match_decides() {
        let elements = elements();
        let id = |key: &str| find(&elements, key).map(|element| element.id.clone()).map_err(|error| error.to_string());
        assert_eq!(id("a4"), Ok("a4".into()));
        assert_eq!(id("dob"), Ok("a3".into()), "role before name");
        assert_eq!(id("name:dob"), Ok("a2".into()));
        assert_eq!(id("SecondPhone"), Ok("a5".into()));
        assert_eq!(id(" FIRST NAME "), Ok("a1".into()));
        assert_eq!(id("Phone[2]"), Ok("a5".into()));
        assert_eq!(id("Box[2]"), Ok("a7".into()));
        assert_eq!(id("Phone"), Err("`Phone` names 2 fields of the step".into()));
        assert_eq!(id("role:first name"), Err("the step has no field `role:first name`".into()));
    }

    #[test]
    fn values_take_the_type_of_their_element() {
        let elements = elements();
        let wire = |key: &str, value: Value, written| to_wire(find(&elements, key).unwrap(), &value, written);
        assert_eq!(wire("first_name", json!(1.5), Some("1.50")), json!("1.50"));
        assert_eq!(wire("first_name", json!(true), None), json!("true"));
        assert_eq!(wire("Topics", json!("x"), None), json!(["x"]));
        assert_eq!(wire("Topics", json!("Why"), None), json!(["y"]));
        assert_eq!(wire("Topics", json!(["x", "Why", "not"]), None), json!(["x", "y", "not"]));
        assert_eq!(wire("a7", json!("abc"), None), json!("abc"), "so that 4007 can be provoked");
        assert_eq!(wire("a7", json!(null), None), json!(null));
    }
}
