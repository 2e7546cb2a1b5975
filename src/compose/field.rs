//! What a scenario calls a field, and what is said of its rules.

use serde_json::Value;

use crate::api::element::{Element, ElementType, JsonType};
pub use crate::api::field::key;
use crate::api::id::is_generated_id;
use crate::api::wire::{Condition, Rule};
use crate::fake::accepted_files;

/// How many options are listed; of more, the first few are.
const MOST_OPTIONS: usize = 6;
const FEW_OPTIONS: usize = 3;
/// The longest option, pattern or content that is shown, in characters.
const LONGEST: usize = 60;

/// A field's rules in words, for the comment beside it: its label where the key is another, whether it is required, what it
/// takes, and when it is shown.
pub fn rules(elements: &[Element], element: &Element, key: &str) -> String {
    let label = element.name.trim();
    let mut said = vec![if element.required() { "required" } else { "optional" }.to_owned()];
    said.extend(kind(element));
    said.extend(bounds(element));
    if let Some(pattern) = &element.limits().pattern {
        said.push(format!("pattern {}", shortened(pattern)));
    }
    match element.condition() {
        Some(condition) => said.push(format!("shown when {}", condition_words(elements, condition))),
        None if element.json.get("condition").is_some_and(|condition| !condition.is_null()) => {
            said.push("shown at times only".to_owned());
        }
        None => {}
    }
    let said = said.join(", ");
    if label.is_empty() || key == label { said } else { format!("{label}: {said}") }
}

/// What kind of value it takes, where the value itself does not show it.
fn kind(element: &Element) -> Option<String> {
    let options = element.options();
    if !options.is_empty() && element.kind != ElementType::Static {
        let which = if element.takes() == JsonType::List { "any of" } else { "one of" };
        return Some(format!("{which} {}", options_words(&options)));
    }
    match element.kind {
        ElementType::CountrySelect => Some("a country's two-letter code".to_owned()),
        ElementType::Date => {
            let format = element.json.get("dateFormat").and_then(Value::as_str);
            Some(format.map_or_else(|| "a date".to_owned(), |format| format!("a date as {format}")))
        }
        ElementType::Number => Some("a number".to_owned()),
        ElementType::Checkbox => Some("true or false".to_owned()),
        ElementType::File => {
            let accepted = accepted_files(element);
            Some(if accepted.is_empty() { "a file".to_owned() } else { format!("a file: {}", accepted.join(", ")) })
        }
        ElementType::Text | ElementType::Dropdown | ElementType::CheckboxGroup => None,
        ElementType::Static | ElementType::Unknown => None,
    }
}

fn options_words(options: &[(Value, String)]) -> String {
    let one = |(value, label): &(Value, String)| {
        let value = plain(value);
        if is_generated_id(&value) {
            shortened(label.trim())
        } else if value.eq_ignore_ascii_case(label) {
            shortened(&value)
        } else {
            format!("{} ({})", shortened(&value), shortened(label))
        }
    };
    let listed = if options.len() > MOST_OPTIONS { FEW_OPTIONS } else { options.len() };
    let mut text = options.iter().take(listed).map(one).collect::<Vec<_>>().join(", ");
    if listed < options.len() {
        text.push_str(&format!(" (+ {} more)", options.len() - listed));
    }
    text
}

fn bounds(element: &Element) -> Option<String> {
    let limits = element.limits();
    let length = match (limits.min_length, limits.max_length) {
        (Some(least), Some(most)) if least == most => Some(format!("{least} characters")),
        (Some(least), Some(most)) => Some(format!("{least} to {most} characters")),
        (Some(least), None) => Some(format!("at least {least} characters")),
        (None, Some(most)) => Some(format!("at most {most} characters")),
        (None, None) => None,
    };
    let range = match (limits.min.as_ref().map(plain), limits.max.as_ref().map(plain)) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}")),
        (Some(least), None) => Some(format!("from {least}")),
        (None, Some(most)) => Some(format!("up to {most}")),
        (None, None) => None,
    };
    match (length, range) {
        (Some(length), Some(range)) => Some(format!("{length}, {range}")),
        (length, range) => length.or(range),
    }
}

fn condition_words(elements: &[Element], condition: &Condition) -> String {
    let rules: Vec<String> = condition.rules.iter().map(|rule| rule_words(elements, rule)).collect();
    rules.join(if condition.any { " or " } else { " and " })
}

fn rule_words(elements: &[Element], rule: &Rule) -> String {
    let named = elements.iter().find(|element| element.id == rule.element);
    let field = named.map_or("another field", |element| element.name.trim());
    let value = match &named.map_or_else(|| rule.value.clone(), |element| element.lasting(&rule.value)) {
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        value => plain(value),
    };
    format!("{field}{}", rule.operator.in_words(&value))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::field::find;
    use serde_json::json;

    fn elements() -> Vec<Element> {
        [
            json!({"id": "a1", "name": "First name", "role": "first_name", "type": "text",
                "validations": [{"type": "required"}, {"type": "length", "max": 50}]}),
            json!({"id": "a2", "name": "Home phone", "role": "phone", "type": "text"}),
            json!({"id": "a3", "name": "Other phone", "role": "phone", "type": "text"}),
            json!({"id": "a4", "name": "first_name", "type": "text"}),
            json!({"id": "a5", "name": "Suburb", "normalizedName": "Suburb", "type": "text", "validations": [{"type": "pattern", "pattern": "^[a-z]+$"}]}),
            json!({"id": "a6", "name": "Note", "type": "text"}),
            json!({"id": "a7", "name": "Note", "type": "text"}),
            json!({"id": "a8", "name": "", "type": "text"}),
            json!({"id": "a9", "name": "Plan", "type": "dropdown", "options": [{"value": "b", "label": "Basic"}, "pro"],
                "condition": {"type": "any", "rules": [{"elementId": "a6", "operator": "filled"}, {"elementId": "a5", "operator": "in", "value": ["x", "y"]}]}}),
            json!({"id": "b1", "name": "Country", "type": "country_select", "options": ["AT", "BE", "CA", "DE", "FR", "GB", "US"]}),
            json!({"id": "b2", "name": "Born", "type": "date", "dateFormat": "DD/MM/YYYY", "validations": [{"type": "range", "min": "1900-01-01"}]}),
        ]
        .iter()
        .filter_map(Element::from_json)
        .collect()
    }

    #[test]
    fn a_key_always_names_its_own_field() {
        let elements = elements();
        let keys: Vec<String> = elements.iter().map(|element| key(&elements, element)).collect();
        let expected = [
            "first_name",
            "Home phone",
            "Other phone",
            "name:first_name",
            "Suburb",
            "Note[1]",
            "Note[2]",
            "a8",
            "Plan",
            "Country",
            "Born",
        ];
        assert_eq!(keys, expected);
        for (element, key) in elements.iter().zip(&keys) {
            assert_eq!(find(&elements, key).unwrap().id, element.id);
        }
    }

    #[test]
    fn rules_in_words() {
        let elements = elements();
        let said = |at: usize| rules(&elements, &elements[at], &key(&elements, &elements[at]));
        assert_eq!(said(0), "First name: required, at most 50 characters");
        assert_eq!(said(4), "optional, pattern ^[a-z]+$");
        assert_eq!(said(8), "optional, one of b (Basic), pro, shown when Note is filled in or Suburb is one of x, y");
        assert_eq!(said(9), "optional, one of AT, BE, CA (+ 4 more)");
        assert_eq!(said(10), "optional, a date as DD/MM/YYYY, from 1900-01-01");
    }
}
