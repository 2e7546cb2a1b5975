//! What matchers can take: checked when a file is read, and again once templates are rendered.

use serde_json::Value;

use crate::phrase::{did_you_mean, nearest};
use crate::source::{Code, Diagnostic, Span};
use crate::template::Templated;
use crate::yaml::{Node, Reading, broken_pattern};

/// Whether an argument is one that a matcher can take; if not, a mistake at its place.
pub(super) type Check = fn(&Value, Span) -> Result<(), Box<Diagnostic>>;

/// The JSON types that `type` knows.
pub const JSON_TYPES: [&str; 7] = ["string", "number", "integer", "boolean", "array", "object", "null"];

/// Reads an argument and, where it holds no template, checks it at once.
pub(super) fn checked(node: &Node, reading: &mut Reading<'_>, check: Check) -> Option<Templated> {
    let value = Templated::read(node, reading);
    let Some(Err(mut mistake)) = value.as_literal().map(|literal| check(&literal, node.span)) else {
        return Some(value);
    };
    if let Some(broken) = node.as_str().filter(|_| mistake.code == Some(Code::BadRegex)).and_then(broken_pattern) {
        mistake.span = node.part(reading.sources, broken.part);
    }
    reading.mistake(*mistake);
    None
}

pub(super) fn check_regex(value: &Value, span: Span) -> Result<(), Box<Diagnostic>> {
    let Some(pattern) = value.as_str() else {
        let message = format!("`matches` takes a regular expression, not {value}");
        let mistake = Diagnostic::mistake(Code::BadMatcher, span, message);
        return Err(Box::new(mistake.help("write it in single quotes, such as '^[A-Z]{2}$'")));
    };
    match broken_pattern(pattern) {
        Some(broken) => Err(Box::new(broken.mistake(span))),
        None => Ok(()),
    }
}

pub(super) fn check_list(value: &Value, span: Span) -> Result<(), Box<Diagnostic>> {
    let mistake = || {
        Diagnostic::mistake(Code::BadMatcher, span, format!("a list is wanted here, not {value}"))
            .help("a list stands in brackets: [first, second]")
    };
    value.is_array().then_some(()).ok_or_else(|| Box::new(mistake()))
}

pub(super) fn check_ordered(value: &Value, span: Span) -> Result<(), Box<Diagnostic>> {
    let mistake = || {
        Diagnostic::mistake(Code::BadMatcher, span, format!("a number or a date is wanted here, not {value}"))
            .help("only numbers, dates and other texts have an order: `gt: 18`, `lt: 2000-01-01`")
    };
    (value.is_number() || value.is_string()).then_some(()).ok_or_else(|| Box::new(mistake()))
}

pub(super) fn check_pair(value: &Value, span: Span) -> Result<(), Box<Diagnostic>> {
    if let Some([low, high]) = value.as_array().map(Vec::as_slice) {
        return check_ordered(low, span).and_then(|()| check_ordered(high, span));
    }
    let message = format!("`between` takes the two ends, not {value}");
    Err(Box::new(
        Diagnostic::mistake(Code::BadMatcher, span, message).help("both ends belong to it: `between: [1, 10]`"),
    ))
}

pub(super) fn check_type(value: &Value, span: Span) -> Result<(), Box<Diagnostic>> {
    let name = value.as_str().unwrap_or_default();
    let mistake = || {
        let near = nearest(name, JSON_TYPES).map(did_you_mean);
        Diagnostic::mistake(Code::BadMatcher, span, format!("{value} is no type of a JSON value"))
            .help(near.unwrap_or_else(|| format!("the types are {}", JSON_TYPES.join(", "))))
    };
    JSON_TYPES.contains(&name).then_some(()).ok_or_else(|| Box::new(mistake()))
}

pub(super) fn check_boolean(value: &Value, span: Span) -> Result<(), Box<Diagnostic>> {
    let mistake = || {
        Diagnostic::mistake(Code::BadMatcher, span, format!("true or false is wanted here, not {value}"))
            .help("without quotes: `true`, `false`")
    };
    value.is_boolean().then_some(()).ok_or_else(|| Box::new(mistake()))
}

pub(super) fn check_string(value: &Value, span: Span) -> Result<(), Box<Diagnostic>> {
    let mistake = || {
        Diagnostic::mistake(Code::BadMatcher, span, format!("a string is wanted here, not {value}"))
            .help("what is meant as text stands in quotes")
    };
    value.is_string().then_some(()).ok_or_else(|| Box::new(mistake()))
}
