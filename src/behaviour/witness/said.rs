//! What a scenario says of a step: how it expects what a side shows.

use serde_json::Value;

use crate::api::element::Element;
use crate::api::rules::Rule;
use crate::behaviour::side::Side;
use crate::compose::{Argument, Data, Field, Step};
use crate::map::KnownStep;
use crate::route::steps::shown;
use crate::semantic::Bound;

/// The options of an element, with the key under which they stand.
pub(in crate::behaviour) fn options_of(element: &Element) -> Option<(&'static str, Value)> {
    let list = |key: &'static str| {
        let list = element.json.get(key)?;
        list.as_array().filter(|options| !options.is_empty()).map(|_| (key, list.clone()))
    };
    ["options", "prefillOptions", "content"].into_iter().find_map(list)
}

/// The condition of a field, as it is compared.
pub(super) fn condition_of(side: &Side, at: usize, field: &str) -> Option<Value> {
    let elements = side.steps[at].body.get("elements")?.as_array()?;
    elements.iter().find(|element| element["name"] == field)?.get("condition").cloned()
}

/// A part of a condition; a list of one is the one.
pub(super) fn part_of(condition: &Value, part: &str) -> Value {
    let Some(member) = part.strip_prefix("rules[*].") else { return condition.get(part).cloned().unwrap_or_default() };
    let rules = condition.get("rules").and_then(Value::as_array);
    let values: Vec<Value> =
        rules.into_iter().flatten().map(|rule| rule.get(member).cloned().unwrap_or_default()).collect();
    match <[Value; 1]>::try_from(values) {
        Ok([only]) => only,
        Err(values) => Value::from(values),
    }
}

/// A step that is as this expects.
pub(super) fn at_step(step: &KnownStep, expected: Vec<(String, Data)>) -> Data {
    let step = ("step".to_owned(), Data::text(shown(step)));
    Data::Map([step].into_iter().chain(expected).collect())
}

/// The path to an element of a label.
pub(in crate::behaviour) fn selected(label: &str) -> String {
    format!("$.elements[?@.name == '{}']", label.replace('\\', "\\\\").replace('\'', "\\'"))
}

pub(super) fn rule(bound: Bound) -> Rule {
    match bound {
        Bound::Minimum => Rule::Min,
        Bound::Maximum => Rule::Max,
        Bound::MinimumLength => Rule::MinLength,
        Bound::MaximumLength => Rule::MaxLength,
        Bound::Pattern => Rule::Pattern,
    }
}

/// Gives a field of a submit a value.
pub(super) fn with_value(mut step: Step, field: &str, value: Value) -> Step {
    let mut fields = match step.argument {
        Argument::Fields(fields) => fields,
        _ => Vec::new(),
    };
    fields.retain(|known| known.key != field);
    fields.push(Field { key: field.to_owned(), value: Data::Json(value), comment: String::new(), sent: true });
    step.argument = Argument::Fields(fields);
    step
}
