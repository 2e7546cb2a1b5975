//! What a way through a flow is called: by what is special about it.

use std::cmp::Ordering;

use serde_json::Value;

use super::name;
use crate::api::field::find;
use crate::api::wire::elements;
use crate::explore::Explored;
use crate::explore::mapping::ways;
use crate::explore::model::Model;
use crate::explore::paths::Gone;
use crate::map::{Entered, Given};

/// What is special about each of several ways, in a sentence: what was entered that decided, and the steps that not all of them
/// come by. "Country of residence is CA, Amount is 10000 or more: to Proof of wealth and the end".
pub fn titles(explored: &Explored, all: &[Gone]) -> Vec<String> {
    let model = &explored.model;
    let mut titles: Vec<String> = Vec::new();
    for gone in all {
        let common = |step: &usize| all.iter().all(|other| other.steps.contains(step));
        let mut special: Vec<String> = Vec::new();
        for step in gone.steps.iter().filter(|step| !common(step) && !model.steps[**step].sight.is_end()) {
            let name = name(model, *step);
            if !special.contains(&name) {
                special.push(name);
            }
        }
        let conditions = conditions(explored, gone);
        let first = if conditions.is_empty() { "With usual data".to_owned() } else { conditions.join(", ") };
        let to = match special[..] {
            [] => "the end".to_owned(),
            _ => format!("{} and the end", special.join(", ")),
        };
        let title = format!("{first}: to {to}");
        let alike = titles.iter().filter(|known| **known == title || known.starts_with(&format!("{title} ("))).count();
        titles.push(if alike > 0 { format!("{title} ({})", alike + 1) } else { title });
    }
    titles
}

/// What was entered on a way that decided where it led.
fn conditions(explored: &Explored, gone: &Gone) -> Vec<String> {
    let model = &explored.model;
    let mut said: Vec<String> = Vec::new();
    for (at, pair) in gone.steps.windows(2).enumerate() {
        let all = ways(model, pair[0], &explored.forks[pair[0]]);
        let Some((_, when)) = all.into_iter().find(|(to, _)| *to == pair[1]) else { continue };
        let holds = |given: &Given<usize>| fits(&given.entered, gone.entered(at, given.step, &given.field));
        let Some(row) = when.iter().find(|row| row.iter().all(holds)) else { continue };
        for given in row {
            let sentence = condition(model, given, gone.entered(at, given.step, &given.field));
            if !said.contains(&sentence) {
                said.push(sentence);
            }
        }
    }
    said
}

fn fits(entered: &Entered, value: Option<&Value>) -> bool {
    let bound = |bound: &Option<Value>, wrong: Ordering| {
        let Some(bound) = bound else { return true };
        let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
        let order = value.and_then(|value| match (number(value), number(bound)) {
            (Some(value), Some(bound)) => value.partial_cmp(&bound),
            _ => Some(value.as_str()?.cmp(bound.as_str()?)),
        });
        order.is_some_and(|order| order != wrong)
    };
    match entered {
        Entered::Is(values) => value.is_some_and(|value| values.contains(value)),
        Entered::Between(least, most) => bound(least, Ordering::Less) && bound(most, Ordering::Greater),
        Entered::Filled(filled) => value.is_some() == *filled,
    }
}

fn condition(model: &Model, given: &Given<usize>, value: Option<&Value>) -> String {
    let elements = elements(&model.steps[given.step].sight.body);
    let element = find(&elements, &given.field).ok();
    let label = element.map(|element| element.name.trim()).filter(|label| !label.is_empty()).unwrap_or(&given.field);
    let text = |value: &Value| {
        let options = element.map(|element| element.options()).unwrap_or_default();
        let option = options.into_iter().find(|(option, _)| option == value).map(|(_, label)| label);
        let is_code = value.as_str().is_some_and(|text| text.len() <= 3);
        option
            .filter(|label| !is_code && !label.trim().is_empty())
            .unwrap_or_else(|| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    match (&given.entered, value) {
        (Entered::Is(_), Some(Value::Bool(true))) => format!("{label} is ticked"),
        (Entered::Is(_), Some(Value::Bool(false))) => format!("{label} is not ticked"),
        (Entered::Is(_), Some(Value::Array(values))) => {
            format!("{label} is {}", values.iter().map(text).collect::<Vec<_>>().join(" and "))
        }
        (Entered::Between(Some(least), None), _) => format!("{label} is {} or more", text(least)),
        (Entered::Between(None, Some(most)), _) => format!("{label} is {} or less", text(most)),
        (Entered::Between(Some(least), Some(most)), _) if least != most => {
            format!("{label} is {} to {}", text(least), text(most))
        }
        (Entered::Filled(true), _) => format!("{label} is filled in"),
        (_, None) => format!("{label} is empty"),
        (_, Some(value)) => format!("{label} is {}", text(value)),
    }
}
