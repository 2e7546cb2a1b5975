//! What applicants enter: which texts are looked for, and how.

use serde_json::Value;

use super::DATA;
use crate::outcome::each_value;
use crate::redact::{Needle, common_encodings, dates};

/// The fewest characters of a text that is looked for anywhere, and of one that is looked for as a word.
const LEAST_ANYWHERE: usize = 4;
const LEAST_WORD: usize = 2;
/// The fewest digits of a number that is looked for as a word, and of one in a text that is looked for anywhere.
const LEAST_NUMBER: usize = 4;
const LEAST_DIGITS_ANYWHERE: usize = 9;
/// Words that stand in nearly every answer, so that one more of them tells nothing, and without which no report could be
/// read. They are masked where data stand.
const WORDS: [&str; 66] = [
    "accepted",
    "actual",
    "address",
    "answer",
    "begin",
    "boolean",
    "canGoBack",
    "case",
    "cases",
    "checkbox",
    "code",
    "complete",
    "condition",
    "content",
    "data",
    "date",
    "declined",
    "draft",
    "dropdown",
    "element",
    "elements",
    "error",
    "expect",
    "expected",
    "false",
    "field",
    "file",
    "flow",
    "form",
    "http",
    "https",
    "init",
    "json",
    "label",
    "language",
    "live",
    "message",
    "name",
    "normalizedName",
    "null",
    "number",
    "option",
    "options",
    "other",
    "pending",
    "request",
    "required",
    "role",
    "rules",
    "secret",
    "session",
    "status",
    "step",
    "steps",
    "submit",
    "subtitle",
    "test",
    "text",
    "title",
    "token",
    "true",
    "type",
    "validations",
    "value",
    "vars",
    "version",
];

/// What is looked for in the texts of a test into which these values were entered.
pub(super) fn needles<'v>(values: impl IntoIterator<Item = &'v Value>) -> Vec<Needle> {
    let mut needles = Vec::new();
    let mut push = |text: String, whole: bool| needles.push(Needle { text, shown: DATA.into(), whole });
    for value in values {
        match value {
            Value::String(text) => {
                let lines = text.lines().map(str::trim).filter(|line| *line != text);
                for part in std::iter::once(text.as_str()).chain(lines) {
                    forms(part, &mut push);
                    dates::others(part).iter().for_each(|date| forms(date, &mut push));
                }
            }
            Value::Number(number) => {
                let text = number.to_string();
                if text.bytes().filter(u8::is_ascii_digit).count() >= LEAST_NUMBER {
                    push(text, true);
                }
            }
            _ => {}
        }
    }
    needles
}

fn forms(text: &str, push: &mut dyn FnMut(String, bool)) {
    let length = text.chars().count();
    let trimmed = text.trim();
    if is_word(trimmed) || trimmed.is_empty() {
        return;
    }
    let digits = trimmed.bytes().all(|byte| byte.is_ascii_digit());
    // An HTTP status has three.
    if digits && length < LEAST_NUMBER {
        return;
    }
    if length < LEAST_ANYWHERE || (digits && length < LEAST_DIGITS_ANYWHERE) {
        if length >= LEAST_WORD {
            push(text.to_owned(), true);
        }
        return;
    }
    for written in [text.to_owned(), text.to_uppercase(), text.to_lowercase()] {
        if !is_word(written.trim()) {
            common_encodings(&written).into_iter().for_each(|form| push(form, false));
        }
    }
    // As it stands in the name of a snapshot's file.
    if text.contains(char::is_whitespace) {
        push(text.split_whitespace().collect::<Vec<_>>().join("-"), false);
    }
}

fn is_word(text: &str) -> bool {
    WORDS.binary_search(&text).is_ok()
}

/// The value with each of its leaves masked: how many there are, and under which names, stays.
pub(super) fn masked(value: &mut Value, by: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| masked(item, by)),
        Value::Object(members) => members.values_mut().for_each(|value| masked(value, by)),
        Value::Null => {}
        Value::String(text) if text.is_empty() => {}
        leaf => *leaf = Value::from(by),
    }
}

/// The snapshot texts with their data masked, so that it stays to be seen where they differ.
pub(super) fn snapshots(accepted: Option<&str>, actual: &str) -> Option<(Option<String>, String)> {
    let mut actual: Value = serde_json::from_str(actual).ok()?;
    let mut accepted: Option<Value> = accepted.and_then(|text| serde_json::from_str(text).ok());
    if let Some(accepted) = &accepted {
        mark_changes(accepted, &mut actual, false);
    }
    each_value(&mut actual, &mut |value| mask_unmarked(value));
    if let Some(accepted) = &mut accepted {
        each_value(accepted, &mut |value| masked(value, DATA));
    }
    Some((accepted.map(|value| format!("{value:#}")), format!("{actual:#}")))
}

fn mask_unmarked(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(mask_unmarked),
        Value::Object(members) => members.values_mut().for_each(mask_unmarked),
        Value::String(text) if text == super::OTHER_DATA => {}
        other => masked(other, DATA),
    }
}

/// Replaces the data of the second value that are not as in the first, at the same place.
fn mark_changes(old: &Value, new: &mut Value, is_data: bool) {
    match (old, new) {
        (Value::Array(old), Value::Array(new)) => {
            old.iter().zip(new).for_each(|(old, new)| mark_changes(old, new, is_data));
        }
        (Value::Object(old), Value::Object(new)) => {
            for (key, new) in new {
                let flow = matches!(key.as_str(), "condition" | "validations" | "rules" | "options" | "prefillOptions");
                if let Some(old) = old.get(key).filter(|_| is_data || !flow) {
                    mark_changes(old, new, is_data || key == "value");
                }
            }
        }
        (old, new) => {
            if is_data && old != new && !new.is_null() {
                masked(new, super::OTHER_DATA);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_in_order() {
        assert!(WORDS.is_sorted());
    }

    #[test]
    fn short_texts_are_looked_for_as_words_and_shorter_ones_not_at_all() {
        let found =
            |value: Value| needles(&[value]).into_iter().map(|needle| (needle.text, needle.whole)).collect::<Vec<_>>();
        assert_eq!(found(json!("CA")), [("CA".to_owned(), true)]);
        assert_eq!(found(json!(1990)), [("1990".to_owned(), true)]);
        for value in [json!("x"), json!(17), json!("400"), json!(true), json!("title"), json!(" "), json!(null)] {
            assert_eq!(found(value.clone()), [], "{value}");
        }
        assert!(found(json!("Ada")).iter().all(|(_, whole)| *whole));
        for other in ["GRACE HOPPER", "grace hopper", "GRACE%20HOPPER"] {
            assert!(found(json!("Grace Hopper")).contains(&(other.to_owned(), false)), "{other}");
        }
        assert!(found(json!("Title")).iter().all(|(text, _)| text != "title"));
        for other in ["10/12/1815", "10.12.1815", "12/10/1815"] {
            assert!(found(json!("1815-12-10")).contains(&(other.to_owned(), false)), "{other}");
        }
        assert!(found(json!("1815-12-10")).contains(&("18151210".to_owned(), true)));
        assert!(found(json!("Grace Hopper")).contains(&("Grace-Hopper".to_owned(), false)));
        assert!(found(json!("a\nlonger text")).contains(&("longer text".to_owned(), false)));
    }

    #[test]
    fn snapshots_stay_different() {
        let old = json!({"elements": [{"name": "Age", "value": 17, "validations": [{"value": 3}]}, {"value": "a"}]})
            .to_string();
        let new = json!({"elements": [{"name": "Age", "value": 18, "validations": [{"value": 4}]}, {"value": "a"}]})
            .to_string();
        let (accepted, actual) = snapshots(Some(&old), &new).unwrap();
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(
            parse(&accepted.unwrap()),
            json!({"elements": [{"name": "Age", "value": "[data]", "validations": [{"value": 3}]}, {"value": "[data]"}]})
        );
        assert_eq!(
            parse(&actual),
            json!({"elements": [{"name": "Age", "value": "[other data]", "validations": [{"value": 4}]}, {"value": "[data]"}]})
        );
    }
}
