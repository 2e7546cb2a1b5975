//! Judging a value by a matcher: pure, and a value that does not hold is data.

use serde_json::Value;

use crate::jsonpath::JsonPath;

use super::{Literal, Matcher, Schema, Test};
use crate::source::Span;

/// What a JSONPath, or a field's property, gave.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// No node at all, which is not the same as null.
    Missing,
    /// One node.
    One(&'a Value),
    /// Several nodes, or the nodes of a path that may select several.
    Many(&'a [&'a Value]),
}

impl<'a> Subject<'a> {
    /// What a path selected: one node gives its value, several their list.
    ///
    /// An object found by a path that may select several is still a list of one: nobody counts an object's members
    /// through a filter.
    pub fn of(path: &JsonPath, nodes: &'a [&'a Value]) -> Self {
        match nodes {
            [] if path.is_singular() => Subject::Missing,
            [] => Subject::Many(nodes),
            [Value::Object(_)] if !path.is_singular() => Subject::Many(nodes),
            [one] => Subject::One(one),
            _ => Subject::Many(nodes),
        }
    }
}

/// Why a matcher does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch {
    /// The matcher's place.
    pub span: Span,
    /// What was wanted, to be read after "expected".
    pub expected: String,
    /// What there was, to be read after "got".
    pub actual: String,
    /// The way out, where one is known.
    pub help: Option<String>,
    /// The two values, where a structural comparison of them helps.
    pub values: Option<(Value, Value)>,
}

impl Matcher<Literal> {
    /// Judges a subject; `None` when it holds.
    pub fn judge(&self, subject: Subject<'_>) -> Option<Mismatch> {
        match &self.test {
            Test::AllOf(inner) => return inner.iter().find_map(|matcher| matcher.judge(subject)),
            Test::Exists(wanted) => return self.exists(wanted.value.as_bool().unwrap_or(true), subject),
            Test::Not(inner) => return self.not(inner, subject),
            Test::Length(inner) => return self.length(inner, subject),
            Test::Every(inner) => return self.every(inner, subject),
            Test::Any(inner) => return self.any(inner, subject),
            _ => {}
        }
        match subject {
            Subject::Missing => {
                Some(self.mismatch(self.describe(), "nothing: the path selects no node".to_owned()).with_help(
                    "check the path against the answer; to ask that there is nothing, write `exists: false`",
                ))
            }
            Subject::One(value) | Subject::Many(&[value]) => self.judge_value(value),
            Subject::Many([]) if matches!(self.test, Test::Literal(_)) => self.judge(Subject::Missing),
            Subject::Many(nodes) => self.judge_many(nodes),
        }
    }

    fn judge_many(&self, nodes: &[&Value]) -> Option<Mismatch> {
        if let Test::Literal(_) = &self.test {
            let actual = format!("{} nodes: {}", nodes.len(), brief_list(nodes));
            return Some(self.mismatch(self.describe(), actual).with_help(
                "the path selects several nodes: say `every`, `any` or `length` of them, or make the path narrower",
            ));
        }
        let list = Value::Array(nodes.iter().map(|node| (*node).clone()).collect());
        self.judge_value(&list)
    }

    fn judge_value(&self, actual: &Value) -> Option<Mismatch> {
        let holds = match &self.test {
            Test::Literal(wanted) | Test::Equals(wanted) => {
                return (!equal(&wanted.value, actual)).then(|| self.unequal(&wanted.value, actual));
            }
            Test::Contains(wanted) => contains(actual, &wanted.value),
            Test::Matches(pattern) => return self.matches(&pattern.value, actual),
            Test::OneOf(list) => list.value.as_array().is_some_and(|list| list.iter().any(|item| equal(item, actual))),
            Test::Gt(bound) => ordered(actual, &bound.value).is_some_and(std::cmp::Ordering::is_gt),
            Test::Gte(bound) => ordered(actual, &bound.value).is_some_and(std::cmp::Ordering::is_ge),
            Test::Lt(bound) => ordered(actual, &bound.value).is_some_and(std::cmp::Ordering::is_lt),
            Test::Lte(bound) => ordered(actual, &bound.value).is_some_and(std::cmp::Ordering::is_le),
            Test::Between(ends) => {
                let end = |at: usize| ends.value.get(at).and_then(|end| ordered(actual, end));
                end(0).is_some_and(std::cmp::Ordering::is_ge) && end(1).is_some_and(std::cmp::Ordering::is_le)
            }
            Test::Type(name) => name.value.as_str().is_some_and(|name| is_type(actual, name)),
            Test::Unordered(list) => list.value.as_array().is_some_and(|list| same_items(list, actual)),
            Test::StartsWith(part) => {
                both_strings(actual, &part.value).is_some_and(|(text, part)| text.starts_with(part))
            }
            Test::EndsWith(part) => both_strings(actual, &part.value).is_some_and(|(text, part)| text.ends_with(part)),
            Test::IsUuid(wanted) => is_uuid(actual) == wanted.value.as_bool().unwrap_or(true),
            Test::IsDate(wanted) => is_date(actual) == wanted.value.as_bool().unwrap_or(true),
            Test::Schema(Schema(validator)) => {
                return validator.iter_errors(actual).next().map(|error| {
                    self.mismatch(
                        self.describe(),
                        format!("{error} (at {:?} of the value)", error.instance_path().to_string()),
                    )
                });
            }
            Test::Not(_) | Test::Length(_) | Test::Exists(_) | Test::Every(_) | Test::Any(_) | Test::AllOf(_) => true,
        };
        (!holds).then(|| self.mismatch(self.describe(), brief(actual)))
    }

    fn exists(&self, wanted: bool, subject: Subject<'_>) -> Option<Mismatch> {
        let there = !matches!(subject, Subject::Missing | Subject::Many([]));
        (there != wanted).then(|| {
            let expected = if wanted { "a node" } else { "no node" };
            self.mismatch(expected.to_owned(), describe_subject(subject))
        })
    }

    fn not(&self, inner: &Matcher<Literal>, subject: Subject<'_>) -> Option<Mismatch> {
        // Of nothing one cannot say what it is not: a misspelt path must not pass as a difference.
        if matches!(subject, Subject::Missing) && !inner.asks_for_existence() {
            return inner
                .judge(subject)
                .map(|mismatch| Mismatch { expected: format!("not {}", mismatch.expected), ..mismatch });
        }
        if let (Subject::Many([] | [_, _, ..]), Test::Literal(_)) = (subject, &inner.test) {
            return inner
                .judge(subject)
                .map(|mismatch| Mismatch { expected: format!("not {}", mismatch.expected), ..mismatch });
        }
        inner
            .judge(subject)
            .is_none()
            .then(|| self.mismatch(format!("not {}", inner.describe()), describe_subject(subject)))
    }

    fn asks_for_existence(&self) -> bool {
        match &self.test {
            Test::Exists(_) => true,
            Test::Not(inner) => inner.asks_for_existence(),
            Test::AllOf(inner) => inner.iter().any(Matcher::asks_for_existence),
            _ => false,
        }
    }

    fn length(&self, inner: &Matcher<Literal>, subject: Subject<'_>) -> Option<Mismatch> {
        let length = match subject {
            Subject::Missing => None,
            Subject::Many(nodes) => Some(nodes.len()),
            Subject::One(Value::String(text)) => Some(text.chars().count()),
            Subject::One(Value::Array(items)) => Some(items.len()),
            Subject::One(Value::Object(members)) => Some(members.len()),
            Subject::One(_) => None,
        };
        let expected = || format!("a length of {}", inner.describe());
        let Some(length) = length else { return Some(self.mismatch(expected(), describe_subject(subject))) };
        inner.judge(Subject::One(&Value::from(length)))?;
        Some(self.mismatch(expected(), format!("a length of {length}: {}", describe_subject(subject))))
    }

    fn every(&self, inner: &Matcher<Literal>, subject: Subject<'_>) -> Option<Mismatch> {
        let items = items_of(subject);
        if items.is_empty() {
            let expected = format!("every item to be {}", inner.describe());
            return Some(
                self.mismatch(expected, "no items at all".to_owned())
                    .with_help("to ask for an empty list, write `length: 0`"),
            );
        }
        items.iter().enumerate().find_map(|(at, item)| {
            let mismatch = inner.judge(Subject::One(item))?;
            Some(Mismatch {
                expected: format!("every item to be {}", mismatch.expected),
                actual: format!("item {at} to be {}", mismatch.actual),
                ..mismatch
            })
        })
    }

    fn any(&self, inner: &Matcher<Literal>, subject: Subject<'_>) -> Option<Mismatch> {
        let items = items_of(subject);
        if items.iter().any(|item| inner.judge(Subject::One(item)).is_none()) {
            return None;
        }
        let actual = if items.is_empty() { "no items at all".to_owned() } else { brief_list(&items) };
        Some(self.mismatch(format!("an item that is {}", inner.describe()), actual))
    }

    fn matches(&self, pattern: &Value, actual: &Value) -> Option<Mismatch> {
        let text = match actual {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            other => return Some(self.mismatch(self.describe(), brief(other))),
        };
        match pattern.as_str().map(regex::Regex::new) {
            Some(Ok(regex)) if regex.is_match(&text) => None,
            Some(Ok(_)) => Some(self.mismatch(self.describe(), brief(actual))),
            _ => Some(self.mismatch("a regular expression to match".to_owned(), brief(pattern))),
        }
    }

    fn unequal(&self, wanted: &Value, actual: &Value) -> Mismatch {
        let collections = !is_scalar(wanted) && !is_scalar(actual);
        let help = match (wanted, actual) {
            (Value::Number(number), Value::String(text)) if number.to_string() == *text => {
                Some(format!("the answer has a string: write \"{text}\""))
            }
            (Value::String(text), Value::Number(number)) if number.to_string() == *text => {
                Some(format!("the answer has a number: write {number} without quotes"))
            }
            _ => None,
        };
        let mismatch = self.mismatch(brief(wanted), brief(actual));
        Mismatch { help, values: collections.then(|| (wanted.clone(), actual.clone())), ..mismatch }
    }

    fn mismatch(&self, expected: String, actual: String) -> Mismatch {
        Mismatch { span: self.span, expected, actual, help: None, values: None }
    }

    /// What is wanted, to be read after "expected".
    pub fn describe(&self) -> String {
        match &self.test {
            Test::Literal(value) | Test::Equals(value) => brief(&value.value),
            Test::Not(inner) => format!("not {}", inner.describe()),
            Test::Contains(value) => format!("something that contains {}", brief(&value.value)),
            Test::Matches(value) => format!("something that matches {}", brief(&value.value)),
            Test::OneOf(value) => format!("one of {}", brief(&value.value)),
            Test::Gt(value) => format!("more than {}", brief(&value.value)),
            Test::Gte(value) => format!("at least {}", brief(&value.value)),
            Test::Lt(value) => format!("less than {}", brief(&value.value)),
            Test::Lte(value) => format!("at most {}", brief(&value.value)),
            Test::Between(value) => {
                format!("something between {} and {}", brief(&value.value[0]), brief(&value.value[1]))
            }
            Test::Length(inner) => format!("a length of {}", inner.describe()),
            Test::Type(value) => format!("a value of type {}", value.value.as_str().unwrap_or_default()),
            Test::Exists(value) => (if value.value == Value::Bool(false) { "no node" } else { "a node" }).to_owned(),
            Test::Every(inner) => format!("every item to be {}", inner.describe()),
            Test::Any(inner) => format!("an item that is {}", inner.describe()),
            Test::AllOf(inner) => inner.iter().map(Matcher::describe).collect::<Vec<_>>().join(" and "),
            Test::Unordered(value) => format!("the items {} in any order", brief(&value.value)),
            Test::StartsWith(value) => format!("something that starts with {}", brief(&value.value)),
            Test::EndsWith(value) => format!("something that ends with {}", brief(&value.value)),
            Test::IsUuid(value) => (if value.value == Value::Bool(false) { "no UUID" } else { "a UUID" }).to_owned(),
            Test::IsDate(value) => (if value.value == Value::Bool(false) { "no date" } else { "a date" }).to_owned(),
            Test::Schema(_) => "a value that the schema allows".to_owned(),
        }
    }
}

impl Mismatch {
    fn with_help(mut self, help: &str) -> Self {
        self.help = Some(help.to_owned());
        self
    }
}

/// Whether two values are equal: numbers by value (`1` and `1.0` are), strings never to numbers, objects in any order.
///
/// ```
/// use draftgate::matcher::evaluate::equal;
/// use serde_json::json;
/// assert!(equal(&json!({"a": 1, "b": [2]}), &json!({"b": [2.0], "a": 1})));
/// assert!(!equal(&json!("1"), &json!(1)));
/// ```
pub fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || compare_numbers(left, right).is_some_and(std::cmp::Ordering::is_eq)
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, left)| right.get(key).is_some_and(|right| equal(left, right)))
        }
        _ => left == right,
    }
}

fn compare_numbers(left: &serde_json::Number, right: &serde_json::Number) -> Option<std::cmp::Ordering> {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

/// The order of two numbers, or of two dates (ISO dates order as text does).
fn ordered(actual: &Value, bound: &Value) -> Option<std::cmp::Ordering> {
    match (actual, bound) {
        (Value::Number(actual), Value::Number(bound)) => compare_numbers(actual, bound),
        (Value::String(actual), Value::String(bound)) => Some(actual.cmp(bound)),
        _ => None,
    }
}

fn contains(actual: &Value, wanted: &Value) -> bool {
    match (actual, wanted) {
        (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
        (Value::Array(items), Value::Object(_)) => {
            items.iter().any(|item| equal(item, wanted) || contains(item, wanted))
        }
        (Value::Array(items), Value::Array(parts)) => {
            items.iter().any(|item| equal(item, wanted))
                || parts.iter().all(|part| items.iter().any(|item| equal(item, part)))
        }
        (Value::Array(items), _) => items.iter().any(|item| equal(item, wanted)),
        (Value::Object(members), Value::Object(parts)) => parts.iter().all(|(key, part)| {
            members.get(key).is_some_and(|member| equal(member, part) || (part.is_object() && contains(member, part)))
        }),
        (Value::Object(members), Value::String(key)) => members.contains_key(key),
        _ => false,
    }
}

fn same_items(wanted: &[Value], actual: &Value) -> bool {
    let Some(items) = actual.as_array() else { return false };
    let mut left: Vec<&Value> = items.iter().collect();
    wanted.len() == items.len()
        && wanted
            .iter()
            .all(|want| left.iter().position(|item| equal(item, want)).map(|at| left.swap_remove(at)).is_some())
}

fn both_strings<'a>(actual: &'a Value, part: &'a Value) -> Option<(&'a str, &'a str)> {
    Some((actual.as_str()?, part.as_str()?))
}

fn is_type(value: &Value, name: &str) -> bool {
    match name {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => false,
    }
}

fn is_uuid(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.len() == 36 && uuid::Uuid::try_parse(text).is_ok())
}

fn is_date(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        text.parse::<jiff::Timestamp>().is_ok()
            || (text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok())
            || (text.contains('T') && text.parse::<jiff::civil::DateTime>().is_ok())
    })
}

fn is_scalar(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

fn items_of(subject: Subject<'_>) -> Vec<&Value> {
    match subject {
        Subject::Missing => Vec::new(),
        Subject::One(Value::Array(items)) => items.iter().collect(),
        Subject::One(value) => vec![value],
        Subject::Many(nodes) => nodes.to_vec(),
    }
}

fn describe_subject(subject: Subject<'_>) -> String {
    match subject {
        Subject::Missing => "nothing: the path selects no node".to_owned(),
        Subject::One(value) => brief(value),
        Subject::Many(nodes) => brief_list(nodes),
    }
}

/// A value on one line, cut when it is long.
pub fn brief(value: &Value) -> String {
    const LONGEST: usize = 200;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

fn brief_list(values: &[&Value]) -> String {
    brief(&Value::Array(values.iter().map(|value| (*value).clone()).collect()))
}

#[cfg(test)]
mod tests;
