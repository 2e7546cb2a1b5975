//! Error codes that the operation of a step cannot give.

use serde_json::Value;

use super::Material;
use super::outcome::Outcome;
use crate::api::codes::lookup;
use crate::api::wire::is_blank;
use crate::scenario::action::{Action, Fields};
use crate::scenario::{Fill, Rule, Step};
use crate::source::{Code, Diagnostic, Span};
use crate::template::Templated;

/// Codes that only some operations give, by the reference's table: a code that is not here may come from any.
const GIVEN_BY: [(i64, &[&str]); 10] = [
    (4005, &["redeem"]),
    (4006, &["submit", "upload"]),
    (4007, &["submit", "upload"]),
    (4008, &["submit", "upload"]),
    (4013, &["submit", "upload", "back"]),
    (4015, &["submit"]),
    (4103, &["back"]),
    (4105, &["link"]),
    (4106, &["unlink"]),
    (4110, &["profile"]),
];
/// The actions whose answers the table is about.
const OPERATIONS: [&str; 10] =
    ["init", "current", "submit", "upload", "back", "connect", "redeem", "link", "unlink", "profile"];

/// Looks at the error that each step expects.
pub(super) fn check(material: &Material<'_>, found: &mut Vec<Diagnostic>) {
    for scenario in &material.suite.scenarios {
        for step in scenario.all_steps() {
            let Outcome::Error(Some(code)) = Outcome::of(step) else { continue };
            // A header may ask the sandbox for any fault.
            if !step.headers.is_empty() {
                continue;
            }
            let span = place_of_code(step);
            found.extend(no_code(step, code, span));
            found.extend(wrong_operation(step, code, span));
            found.extend(nothing_missing(step, code, span));
        }
    }
}

fn place_of_code(step: &Step) -> Span {
    use crate::scenario::expectation::Expect;
    match &step.expect {
        Some(Expect::Short(value)) => value.span,
        Some(Expect::Full(full)) => {
            full.error.as_ref().map_or(full.span, |error| error.code.as_ref().map_or(error.span, |code| code.span))
        }
        None => step.action_span,
    }
}

/// A number like that of an error, and there is none. Whoever does not check codes may expect any.
fn no_code(step: &Step, code: i64, span: Span) -> Option<Diagnostic> {
    let checked = OPERATIONS.contains(&step.action.name()) && step.checks.includes(Rule::Code);
    let known = lookup(code).is_some();
    (checked && !known && (4000..5000).contains(&code)).then(|| {
        Diagnostic::mistake(Code::ImpossibleCode, span, format!("there is no error {code}"))
            .help("the API's errors are listed by `draftgate explain`")
    })
}

fn wrong_operation(step: &Step, code: i64, span: Span) -> Option<Diagnostic> {
    let word = step.action.name();
    let (_, given_by) = GIVEN_BY.iter().find(|(known, _)| *known == code)?;
    if given_by.contains(&word) || !OPERATIONS.contains(&word) {
        return None;
    }
    let text = lookup(code).map_or("", |row| row.text);
    let givers: Vec<String> = given_by.iter().map(|word| format!("`{word}`")).collect();
    Some(
        Diagnostic::mistake(Code::ImpossibleCode, span, format!("`{word}` cannot give error {code} ({text})"))
            .help(format!("it comes from {}; `draftgate explain {code}` says when", givers.join(", "))),
    )
}

/// `fill: valid` leaves no required field out.
fn nothing_missing(step: &Step, code: i64, span: Span) -> Option<Diagnostic> {
    let Action::Submit(Fields::Entries(entries)) = &step.action else { return None };
    // A box that is not ticked may count as missing.
    let says = |value: &Value| !is_blank(value) && *value != Value::Bool(false);
    let plain = |value: &Templated| value.as_literal().is_some_and(|value| says(&value));
    let filled = step.fill == Some(Fill::Valid) && step.omit.is_empty() && step.repeat.is_none();
    (code == 4006 && filled && entries.iter().all(|(_, value)| plain(value))).then(|| {
        Diagnostic::mistake(Code::ImpossibleCode, span, "nothing is missing here that error 4006 could be about")
            .label("`fill: valid` gives every field")
            .help("leave a required field out with `omit: [FIELD]`, or take `fill` away")
    })
}
