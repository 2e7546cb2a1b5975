//! What changed of the bounds that a value is held to.

use serde_json::{Map, Value};

use super::element::readable;
use super::sentence::brief;
use super::{Rest, StepChange, same};
use crate::api::element::{Element, ElementType};

/// A bound that a value is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bound {
    /// The least number or date.
    Minimum,
    /// The greatest number or date.
    Maximum,
    /// The fewest characters.
    MinimumLength,
    /// The most characters.
    MaximumLength,
    /// A regular expression.
    Pattern,
}

impl Bound {
    /// What people call it.
    pub fn noun(self) -> &'static str {
        match self {
            Bound::Minimum => "minimum",
            Bound::Maximum => "maximum",
            Bound::MinimumLength => "minimum length",
            Bound::MaximumLength => "maximum length",
            Bound::Pattern => "pattern",
        }
    }
}

/// The bounds of an element in a few words: `minimum 18`.
pub(super) fn words(element: &Element) -> Vec<String> {
    let limits = element.limits();
    let length = |length: Option<usize>| length.map(Value::from);
    [
        (Bound::Minimum, limits.min.clone()),
        (Bound::Maximum, limits.max.clone()),
        (Bound::MinimumLength, length(limits.min_length)),
        (Bound::MaximumLength, length(limits.max_length)),
        (Bound::Pattern, limits.pattern.as_deref().map(Value::from)),
    ]
    .into_iter()
    .filter_map(|(bound, value)| Some(format!("{} {}", bound.noun(), brief(&value?))))
    .collect()
}

/// A bound as a rule sets it.
struct Set {
    bound: Bound,
    value: Value,
    /// The rule's type, and the key in it: where the value stays, another spelling is a change by itself.
    spelling: (String, String),
}

/// Says what changed of the validations, and takes away what that says.
pub(super) fn changes(field: &str, (old, new): (&Value, &Value), rest: &mut Rest, found: &mut Vec<StepChange>) {
    let required = |element: &Value| readable(element).is_some_and(|element| element.required());
    if required(old) != required(new) {
        found.push(StepChange::Required { field: field.to_owned(), now: required(new) });
        rest.take("required");
    }
    let (before, after) = (rest.old.get("validations"), rest.new.get("validations"));
    let (Some(before), Some(after)) = (rules(before), rules(after)) else { return };
    let (Some((old_set, old_left)), Some((new_set, new_left))) = (read(old, &before), read(new, &after)) else {
        return;
    };
    for bound in [Bound::Minimum, Bound::Maximum, Bound::MinimumLength, Bound::MaximumLength, Bound::Pattern] {
        let find = |set: &[Set]| set.iter().find(|set| set.bound == bound).map(|set| set.value.clone());
        let (old, new) = (find(&old_set), find(&new_set));
        let equal = match (&old, &new) {
            (Some(old), Some(new)) => same(old, new),
            (old, new) => old.is_none() && new.is_none(),
        };
        if !equal {
            found.push(StepChange::Bound { field: field.to_owned(), bound, old, new });
        }
    }
    let respelt = |set: &Set| new_set.iter().any(|new| new.bound == set.bound && new.spelling != set.spelling);
    if old_set.iter().any(respelt) {
        return;
    }
    rest.take("validations");
    for (members, left) in [(&mut rest.old, old_left), (&mut rest.new, new_left)] {
        if !left.is_empty() {
            members.insert("validations".to_owned(), Value::Array(left));
        }
    }
}

fn rules(validations: Option<&Value>) -> Option<Vec<Map<String, Value>>> {
    match validations {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(rules)) => rules.iter().map(|rule| rule.as_object().cloned()).collect(),
        Some(_) => None,
    }
}

/// The bounds of all rules, and what else is in the rules; none where one bound is set twice.
fn read(element: &Value, rules: &[Map<String, Value>]) -> Option<(Vec<Set>, Vec<Value>)> {
    let (mut set, mut left): (Vec<Set>, Vec<Value>) = (Vec::new(), Vec::new());
    let text = element.get("type").and_then(Value::as_str).map(ElementType::from_wire) == Some(ElementType::Text);
    for rule in rules {
        let kind = rule.get("type").and_then(Value::as_str).unwrap_or_default();
        let squashed: String =
            kind.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        let mut more = rule.clone();
        let before = set.len();
        for (key, value) in rule {
            if let Some(bound) = bound(&squashed, key, text) {
                more.shift_remove(key);
                set.push(Set { bound, value: value.clone(), spelling: (squashed.clone(), key.clone()) });
            }
        }
        if squashed == "required" {
            more.shift_remove("value");
        }
        let told = set.len() > before || squashed == "required";
        if !told || more.len() > 1 {
            left.push(Value::Object(more));
        }
    }
    let twice = set.iter().enumerate().any(|(at, one)| set[..at].iter().any(|other| other.bound == one.bound));
    (!twice).then_some((set, left))
}

/// Which bound a key of a rule sets, as [`Element::limits`] understands it.
fn bound(kind: &str, key: &str, text: bool) -> Option<Bound> {
    if kind == "required" {
        return None;
    }
    if kind.contains("pattern") || kind.contains("regex") {
        return matches!(key, "pattern" | "regex" | "value").then_some(Bound::Pattern);
    }
    let length = kind.contains("length") || text;
    match key {
        "minLength" => Some(Bound::MinimumLength),
        "maxLength" => Some(Bound::MaximumLength),
        "min" | "minimum" if length => Some(Bound::MinimumLength),
        "min" | "minimum" => Some(Bound::Minimum),
        "max" | "maximum" if length => Some(Bound::MaximumLength),
        "max" | "maximum" => Some(Bound::Maximum),
        "value" if kind.starts_with("min") => Some(if length { Bound::MinimumLength } else { Bound::Minimum }),
        "value" if kind.starts_with("max") => Some(if length { Bound::MaximumLength } else { Bound::Maximum }),
        _ => None,
    }
}
