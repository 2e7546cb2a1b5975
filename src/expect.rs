//! Judging an answer: pure functions from an expectation and an answer to what does not hold.
//!
//! A check that does not hold is data ([`Failure`]), never an `Err`. [`judge`] makes the checks that a scenario asks for,
//! [`contract`] those that every answer is held to, by what the reference promises and nothing more.

pub mod contract;
mod fields;

use serde_json::Value;

use crate::api::codes;
use crate::api::element::Element;
use crate::api::exchange::{Answer, Body};
use crate::api::field;
use crate::api::wire::BodyKind;
use crate::jsonpath::JsonPath;
use crate::matcher::evaluate::{Mismatch, Subject, brief};
use crate::matcher::{Literal, Matcher, Test};
use crate::phrase::{did_you_mean, nearest};
use crate::scenario::expectation::{ErrorExpect, Expect, Full, Path, Property, SessionExpect};
use crate::scenario::{Rule, parse_duration};
use crate::source::{Diagnostic, Span};

/// Something that does not hold.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Whose demand it is.
    pub demand: Demand,
    /// What is wrong, under which part of the scenario.
    pub diagnostic: Diagnostic,
    /// Two values whose comparison explains it.
    pub values: Option<(Value, Value)>,
}

/// Who demands what does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// The scenario.
    Scenario,
    /// The API's contract.
    Contract(Rule),
}

/// An answer and what was known when it came.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The answer.
    pub answer: &'a Answer,
    /// Where the step's action is named: the caret of what nobody asked for goes there.
    pub span: Span,
    /// The session that the request carried.
    pub sent_session: Option<&'a str>,
    /// The elements that a label may name: the answer's, or after an error those of the step before.
    pub elements: &'a [Element],
    /// The time from the step's first request to this answer.
    pub elapsed: std::time::Duration,
}

impl Failure {
    /// A demand of the scenario that does not hold.
    pub fn of_scenario(diagnostic: Diagnostic) -> Self {
        Failure { demand: Demand::Scenario, diagnostic, values: None }
    }

    fn mismatch(what: &str, mismatch: Mismatch) -> Self {
        let label = format!("expected {}", mismatch.expected);
        let message = format!("{what}: expected {}, got {}", mismatch.expected, mismatch.actual);
        let diagnostic = Diagnostic::new(mismatch.span, message).label(label).maybe_help(mismatch.help);
        Failure { demand: Demand::Scenario, diagnostic, values: mismatch.values }
    }
}

/// Makes every check of an expectation. Without one, a step must still succeed.
pub fn judge(expect: Option<&Expect<Literal>>, seen: &Seen<'_>) -> Vec<Failure> {
    match expect {
        None => unexpected_error(seen).into_iter().collect(),
        Some(Expect::Short(short)) => judge_short(short, seen).into_iter().collect(),
        Some(Expect::Full(full)) => judge_full(full, seen),
    }
}

/// Whether an expectation asks for a pending answer, so that nobody polls it away.
pub fn wants_pending(expect: &Expect<Literal>) -> bool {
    let is_pending = |value: &Value| value.as_str() == Some("pending");
    let asks = |test: &Test<Literal>| match test {
        Test::Literal(value) | Test::Equals(value) => is_pending(&value.value),
        Test::OneOf(list) => list.value.as_array().is_some_and(|list| list.iter().any(is_pending)),
        _ => false,
    };
    match expect {
        Expect::Short(short) => is_pending(&short.value),
        Expect::Full(full) => {
            full.step.as_ref().is_some_and(|step| is_pending(&step.value))
                || full.properties.iter().any(|(property, matcher)| *property == Property::Type && asks(&matcher.test))
        }
    }
}

/// Whether an expectation asks for a fault of the server, so that nobody asks again until it is gone.
pub fn wants_fault(expect: &Expect<Literal>) -> bool {
    let status = |status: u16| Value::from(status);
    match expect {
        Expect::Short(short) => matches!(short.value.as_i64(), Some(429 | 503 | 1000..)),
        Expect::Full(full) => {
            full.error.is_some()
                || full.status.as_ref().is_some_and(|matcher| {
                    [429, 503].iter().any(|code| matcher.judge(Subject::One(&status(*code))).is_none())
                })
        }
    }
}

fn unexpected_error(seen: &Seen<'_>) -> Option<Failure> {
    seen.answer.is_error().then(|| {
        let message = format!("expected the step to succeed, got {}", describe(seen.answer));
        let help = "if the error is what should come, say so with `expect`";
        Failure::of_scenario(Diagnostic::new(seen.span, message).help(help))
    })
}

fn judge_short(short: &Literal, seen: &Seen<'_>) -> Option<Failure> {
    match (short.value.as_i64(), &short.value) {
        (Some(number), _) if number >= 1000 => judge_code(number, short.span, seen),
        (Some(status), _) => (i64::from(seen.answer.status) != status).then(|| {
            let message = format!("expected HTTP status {status}, got {}", describe(seen.answer));
            Failure::of_scenario(
                Diagnostic::new(short.span, message).label(format!("the status is {}", seen.answer.status)),
            )
        }),
        (None, Value::String(name)) => judge_step(name, short.span, seen),
        (None, other) => {
            let message = format!("`expect` takes a step's title, a code or a status, and this is {}", brief(other));
            Some(Failure::of_scenario(Diagnostic::new(short.span, message)))
        }
    }
}

fn judge_code(code: i64, span: Span, seen: &Seen<'_>) -> Option<Failure> {
    (seen.answer.error_code() != Some(code)).then(|| {
        let text = codes::lookup(code).map_or(String::new(), |row| format!(" ({})", row.text));
        let message = format!("expected error {code}{text}, got {}", describe(seen.answer));
        Failure::of_scenario(Diagnostic::new(span, message))
    })
}

fn judge_step(name: &str, span: Span, seen: &Seen<'_>) -> Option<Failure> {
    let answer = seen.answer;
    let kind = answer.kind();
    let text = |key: &str| answer.json().and_then(|body| body.get(key)?.as_str()).unwrap_or_default();
    let holds = match name {
        "end" => kind == BodyKind::End,
        "pending" => kind == BodyKind::Pending,
        _ => text("title") == name || text("type") == name || is_id(answer, name),
    };
    if holds && !answer.is_error() {
        return None;
    }
    let wanted = match name {
        "end" => "the end".to_owned(),
        "pending" => "a pending answer".to_owned(),
        _ => format!("the step `{name}`"),
    };
    let near = nearest(name, [text("title"), text("type")]).filter(|near| *near != name && !answer.is_error());
    let diagnostic = Diagnostic::new(span, format!("expected {wanted}, got {}", describe(answer)));
    Some(Failure::of_scenario(diagnostic.maybe_help(near.map(did_you_mean))))
}

/// Whether a step's id is this one, whatever it is made of.
fn is_id(answer: &Answer, name: &str) -> bool {
    match answer.json().and_then(|body| body.get("id")) {
        Some(Value::String(id)) => id == name,
        Some(Value::Number(id)) => id.to_string() == name,
        _ => false,
    }
}

fn judge_full(full: &Full<Literal>, seen: &Seen<'_>) -> Vec<Failure> {
    let answer = seen.answer;
    let mut failures = Vec::new();
    match &full.step {
        Some(step) => failures.extend(judge_step(&fields::label_text(step), step.span, seen)),
        None if full.error.is_some() => {}
        None => {
            let foreseen =
                full.status.as_ref().is_some_and(|status| status.judge(Subject::One(&answer.status.into())).is_none());
            if !foreseen {
                failures.extend(unexpected_error(seen));
            }
        }
    }
    for (property, matcher) in &full.properties {
        let node = answer.json().and_then(|body| body.get(property.wire_name()));
        failures.extend(judge_node(property.wire_name(), matcher, node));
    }
    if let Some(error) = &full.error {
        judge_error(error, seen, &mut failures);
    }
    if let Some(matcher) = &full.status {
        failures.extend(judge_node("HTTP status", matcher, Some(&answer.status.into())));
    }
    for (name, matcher) in &full.headers {
        let name = name.value.as_str().unwrap_or_default();
        let value = answer.header(name).map(Value::from);
        failures.extend(judge_node(&format!("header {name}"), matcher, value.as_ref()));
    }
    // An error has no fields; that it came is said already.
    let has_fields = !answer.is_error();
    if let Some(elements) = full.elements.as_ref().filter(|_| has_fields) {
        fields::judge_elements(elements, seen, &mut failures);
    }
    for expected in full.fields.iter().filter(|_| has_fields) {
        fields::judge_field(expected, seen, &mut failures);
    }
    for (path, matcher) in &full.json {
        if let Path::Parsed(span, path) = path {
            failures.extend(judge_path(*span, path, matcher, &answer.body));
        }
    }
    if let Some((span, wanted)) = full.session {
        failures.extend(judge_session(span, wanted, seen));
    }
    if let Some(within) = &full.within {
        failures.extend(judge_time(within, seen));
    }
    failures
}

fn judge_node(what: &str, matcher: &Matcher<Literal>, node: Option<&Value>) -> Option<Failure> {
    let mismatch = matcher.judge(node.map_or(Subject::Missing, Subject::One))?;
    let actual = if node.is_none() { "nothing: there is none".to_owned() } else { mismatch.actual.clone() };
    let help = if node.is_none() { None } else { mismatch.help.clone() };
    Some(Failure::mismatch(what, Mismatch { actual, help, ..mismatch }))
}

fn judge_path(span: Span, path: &JsonPath, matcher: &Matcher<Literal>, body: &Body) -> Option<Failure> {
    let Body::Json(body) = body else {
        let message = format!("{path}: the answer's body is not JSON");
        return Some(Failure::of_scenario(Diagnostic::new(span, message)));
    };
    let nodes = path.nodes(body);
    let mismatch = matcher.judge(Subject::of(path, &nodes))?;
    let mut failure = Failure::mismatch(path.as_str(), mismatch);
    failure.diagnostic.span =
        if failure.diagnostic.span.source == span.source { span.to(failure.diagnostic.span) } else { span };
    Some(failure)
}

fn judge_error(error: &ErrorExpect<Literal>, seen: &Seen<'_>, failures: &mut Vec<Failure>) {
    let answer = seen.answer;
    if !answer.is_error() {
        let wanted =
            error.code.as_ref().map_or_else(|| "an error".to_owned(), |code| format!("error {}", code.describe()));
        let message = format!("expected {wanted}, got {}", describe(answer));
        failures.push(Failure::of_scenario(Diagnostic::new(error.span, message)));
        return;
    }
    if let Some(matcher) = &error.code {
        let code = answer.error_code().map(Value::from);
        failures.extend(matcher.judge(code.as_ref().map_or(Subject::Missing, Subject::One)).map(|mismatch| {
            let message = format!("expected error {}, got {}", mismatch.expected, describe(answer));
            Failure::of_scenario(Diagnostic::new(mismatch.span, message))
        }));
    }
    if let Some(matcher) = &error.message {
        let text = answer.message().map(Value::from);
        failures.extend(judge_node("the error's message", matcher, text.as_ref()));
    }
    if let Some(wanted) = &error.field {
        failures.extend(judge_error_field(wanted, seen));
    }
}

/// Whether an error is about a field: a text of its body is, or as a word names, the field's id, label, role or normalised
/// name. The reference does not say where it stands.
fn judge_error_field(wanted: &Literal, seen: &Seen<'_>) -> Option<Failure> {
    let label = fields::label_text(wanted);
    let known = field::find(seen.elements, &label).is_ok_and(|element| is_about(seen.answer, element));
    let named = known || seen.answer.json().is_some_and(|body| !label.is_empty() && names_field(body, &label));
    (!named).then(|| {
        let message = format!("expected an error about the field {label}, got {}", describe(seen.answer));
        Failure::of_scenario(
            Diagnostic::new(wanted.span, message)
                .help("the error's body names neither the field's label nor its id or role"),
        )
    })
}

/// Whether an error answer speaks of a field, as its id, label, role or normalised name.
pub fn is_about(answer: &Answer, element: &Element) -> bool {
    let others = [element.role.as_deref(), element.normalized_name.as_deref()].into_iter().flatten();
    let mut names = [element.id.as_str(), element.name.as_str()].into_iter().chain(others);
    answer.json().is_some_and(|body| names.any(|name| !name.is_empty() && names_field(body, name)))
}

/// Names shorter than this are looked for as whole texts only: `9` stands in every time and trace.
const LEAST_WORD: usize = 3;

fn names_field(body: &Value, name: &str) -> bool {
    match body {
        Value::String(text) => text == name || (name.chars().count() >= LEAST_WORD && has_word(text, name)),
        Value::Array(items) => items.iter().any(|item| names_field(item, name)),
        Value::Object(members) => members.values().any(|member| names_field(member, name)),
        _ => false,
    }
}

fn has_word(text: &str, word: &str) -> bool {
    let (text, word) = (text.to_lowercase(), word.to_lowercase());
    let edge = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    text.match_indices(&word)
        .any(|(at, _)| edge(text[..at].chars().next_back()) && edge(text[at + word.len()..].chars().next()))
}

fn judge_session(span: Span, wanted: SessionExpect, seen: &Seen<'_>) -> Option<Failure> {
    let answered = seen.answer.session();
    let (holds, wanted) = match wanted {
        // The header need not come with every answer; what must not come is another one.
        SessionExpect::Same => (
            seen.sent_session.is_some() && answered.is_none_or(|answered| Some(answered) == seen.sent_session),
            "the same session",
        ),
        SessionExpect::New => (answered.is_some() && answered != seen.sent_session, "a new session"),
        SessionExpect::None => (answered.is_none(), "no session"),
    };
    (!holds).then(|| {
        let got = match answered {
            None => "no session header".to_owned(),
            Some(session) if seen.sent_session == Some(session) => "the same one".to_owned(),
            Some(session) => format!("the session {session}"),
        };
        Failure::of_scenario(Diagnostic::new(span, format!("expected {wanted}, got {got}")))
    })
}

fn judge_time(within: &Literal, seen: &Seen<'_>) -> Option<Failure> {
    let Some(limit) = within.value.as_str().and_then(parse_duration) else {
        let message = format!("{} is no duration", brief(&within.value));
        return Some(Failure::of_scenario(
            Diagnostic::new(within.span, message).help("a duration has a unit: 500ms, 60s, 1m30s"),
        ));
    };
    (seen.elapsed > limit).then(|| {
        let message = format!("expected an answer within {limit:?}, got it after {:.3}s", seen.elapsed.as_secs_f64());
        Failure::of_scenario(Diagnostic::new(within.span, message))
    })
}

/// An answer in a few words, to be read after "got".
pub fn describe(answer: &Answer) -> String {
    let status = answer.status;
    let Some(body) = answer.json() else {
        return format!("HTTP {status} with a body that is not JSON");
    };
    let text = |key: &str| body.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    match answer.kind() {
        BodyKind::Error(code) => match answer.message() {
            Some(message) => format!("error {code}: {message} (HTTP {status})"),
            None => format!("error {code} (HTTP {status})"),
        },
        _ if status >= 400 => format!("HTTP {status}"),
        BodyKind::Pending => "a pending answer".to_owned(),
        BodyKind::End => "the end".to_owned(),
        BodyKind::Step => match (text("title"), text("type")) {
            (Some(title), Some(kind)) => format!("the step `{title}` ({kind})"),
            (Some(name), None) | (None, Some(name)) => format!("the step `{name}`"),
            (None, None) => "a step without title".to_owned(),
        },
        BodyKind::Other => format!("HTTP {status} with {}", brief(body)),
    }
}

#[cfg(test)]
mod tests;
