//! Checks of a step's elements.

use serde_json::Value;

use super::{Failure, Seen};
use crate::api::element::Element;
use crate::api::field::{self, FieldError};
use crate::matcher::evaluate::Subject;
use crate::matcher::{Literal, Matcher};
use crate::phrase::{did_you_mean, nearest};
use crate::scenario::expectation::{Elements, FieldExpect};
use crate::source::{Diagnostic, Span};

/// Which fields are there, in which order, and which are not.
pub(super) fn judge_elements(wanted: &Elements<Literal>, seen: &Seen<'_>, failures: &mut Vec<Failure>) {
    if let Some(list) = &wanted.ordered {
        in_order(list, seen, failures);
    }
    if let Some(list) = &wanted.exactly {
        let places = in_order(list, seen, failures);
        let further: Vec<String> = seen
            .elements
            .iter()
            .enumerate()
            .filter(|(at, _)| !places.contains(at))
            .map(|(_, element)| field::describe(element))
            .collect();
        if !further.is_empty() {
            let message = format!("elements: expected no others, got also {}", further.join(", "));
            failures.push(Failure::of_scenario(Diagnostic::new(wanted.span, message)));
        }
    }
    for label in wanted.absent.iter().flatten() {
        let found = match field::find(seen.elements, &label_text(label)) {
            Ok(element) => Some(field::describe(element)),
            Err(FieldError::Ambiguous { candidates, .. }) => Some(candidates.join(", ")),
            Err(FieldError::Unknown { .. }) => None,
        };
        if let Some(found) = found {
            let message = format!("elements: expected no field `{}`, got {found}", label_text(label));
            failures.push(Failure::of_scenario(Diagnostic::new(label.span, message)));
        }
    }
}

/// Checks that fields are there in this order, and gives their places.
fn in_order(list: &[Literal], seen: &Seen<'_>, failures: &mut Vec<Failure>) -> Vec<usize> {
    let mut places: Vec<usize> = Vec::new();
    for label in list {
        let place = match field::find(seen.elements, &label_text(label)) {
            Ok(element) => position(seen.elements, element),
            Err(error) => {
                failures.push(not_found(label.span, &error));
                continue;
            }
        };
        if let Some(before) = places.iter().max().filter(|before| **before > place) {
            let message = format!(
                "elements: expected `{}` after `{}`, got it before",
                label_text(label),
                field::describe(&seen.elements[*before])
            );
            failures.push(Failure::of_scenario(Diagnostic::new(label.span, message)));
        }
        places.push(place);
    }
    places
}

fn position(elements: &[Element], element: &Element) -> usize {
    elements.iter().position(|other| std::ptr::eq(other, element)).unwrap_or(0)
}

/// A label as text: one that looks like a number is a label all the same.
pub(super) fn label_text(label: &Literal) -> String {
    label.value.as_str().map_or_else(|| label.value.to_string(), str::to_owned)
}

fn not_found(span: Span, error: &FieldError) -> Failure {
    Failure::of_scenario(Diagnostic::new(span, error.to_string()).help(error.help()))
}

/// What one field is like.
pub(super) fn judge_field(wanted: &FieldExpect<Literal>, seen: &Seen<'_>, failures: &mut Vec<Failure>) {
    let element = match field::find(seen.elements, &label_text(&wanted.field)) {
        Ok(element) => element,
        Err(error) => return failures.push(not_found(wanted.field.span, &error)),
    };
    for (attribute, matcher) in &wanted.attributes {
        let what = format!("{} of the field {}", attribute, field::describe(element));
        let failure = match attribute.as_str() {
            "required" => super::judge_node(&what, matcher, Some(&Value::Bool(element.required()))),
            "options" => judge_options(&what, matcher, element),
            _ => super::judge_node(&what, matcher, attribute_of(element, attribute)),
        };
        let keys =
            element.json.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).chain(["required", "options"]);
        let near =
            nearest(attribute, keys).filter(|near| near != attribute && attribute_of(element, attribute).is_none());
        failures.extend(failure.map(|mut failure| {
            failure.diagnostic = failure.diagnostic.maybe_help(near.map(did_you_mean));
            failure
        }));
    }
}

/// A key of the element, also in the spelling that scenarios use for keys.
fn attribute_of<'a>(element: &'a Element, name: &str) -> Option<&'a Value> {
    let mut camel = String::new();
    let mut upper = false;
    for letter in name.chars() {
        match letter {
            '_' => upper = true,
            _ if upper => {
                camel.extend(letter.to_uppercase());
                upper = false;
            }
            _ => camel.push(letter),
        }
    }
    element.json.get(name).or_else(|| element.json.get(&camel))
}

/// Options are asked for by what is submitted or by what the applicant sees.
fn judge_options(what: &str, matcher: &Matcher<Literal>, element: &Element) -> Option<Failure> {
    let options = element.options();
    let values: Value = options.iter().map(|(value, _)| value.clone()).collect();
    let labels: Value = options.iter().map(|(_, label)| Value::from(label.as_str())).collect();
    matcher.judge(Subject::One(&values))?;
    super::judge_node(what, matcher, Some(&labels))
}
