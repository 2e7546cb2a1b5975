//! What came back, as an expectation and as a line for people.

use serde_json::{Value, json};

use super::Recorded;
use super::recognise::{CallKind, Paths, recognise};
use crate::api::exchange::Answer;
use crate::api::wire::BodyKind;
use crate::compose::draft::Data;
use crate::compose::entered::Entered;

/// What a scenario expects where this answer was seen; nothing for an answer that no short form says.
pub(super) fn expected(answer: &Answer) -> Option<Data> {
    match answer.kind() {
        BodyKind::Error(code) if (1000..10_000).contains(&code) => Some(Data::Json(json!(code))),
        _ if answer.status >= 400 => Some(Data::Json(json!(answer.status))),
        BodyKind::End => Some(Data::text("end")),
        BodyKind::Pending => Some(Data::text("pending")),
        BodyKind::Step => Some(step_expected(answer.json()?)),
        BodyKind::Error(_) | BodyKind::Other => None,
    }
}

fn step_expected(step: &Value) -> Data {
    let text = |key: &str| step.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    let Some(title) = text("title") else {
        return Data::text(text("type").unwrap_or("form"));
    };
    // As a short form these say something else.
    let other = ["end", "pending"].iter().any(|word| title.eq_ignore_ascii_case(word)) || title.parse::<f64>().is_ok();
    if other { Data::Map(vec![("title".to_owned(), Data::text(title))]) } else { Data::text(title) }
}

/// An answer in a few words: a step's title, `end`, an error.
pub(super) fn words(answer: &Answer) -> String {
    match answer.kind() {
        BodyKind::Error(code) => format!("error {code}: {}", answer.message().unwrap_or_default()),
        _ if answer.status >= 400 => format!("HTTP {}", answer.status),
        BodyKind::End => "end".to_owned(),
        BodyKind::Pending => "pending".to_owned(),
        BodyKind::Step => answer.json().map(step_words).unwrap_or_default(),
        BodyKind::Other => "done".to_owned(),
    }
}

/// The same for a scenario's title: without what the API says of itself.
pub(super) fn short_words(answer: &Answer) -> String {
    match answer.kind() {
        BodyKind::Error(code) => format!("error {code}"),
        BodyKind::Pending => "a pending answer".to_owned(),
        BodyKind::End => "the end".to_owned(),
        _ => words(answer),
    }
}

fn step_words(step: &Value) -> String {
    let text = |key: &str| step.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    text("title").or(text("type")).unwrap_or("a step").to_owned()
}

/// An exchange in a line, for whoever watches a recording being made: what was asked for and what came back. None for what
/// is no call of the API. What the API says may repeat what was entered so far: that is hidden.
pub fn describe(recorded: &Recorded, paths: &Paths, entered: &Entered) -> Option<String> {
    let call = recognise(&recorded.exchange, paths)?;
    let what = match &call.kind {
        CallKind::Operation(operation) => operation.row().name,
        CallKind::Token => "token",
        CallKind::Capture(_) => "document captured",
    };
    let answer = &recorded.exchange.answer;
    let flow = if call.flow.is_empty() { String::new() } else { format!(" {}", call.flow) };
    Some(format!("{what}{flow} -> {}", entered.hide(&words(answer))))
}

/// Whether an answer says that a flow is at its end.
pub(super) fn is_end(answer: &Answer) -> bool {
    answer.kind() == BodyKind::End
}
