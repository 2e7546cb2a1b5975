//! What an answer is, in a few words.

use serde_json::Value;

use super::element;
use super::sentence::{Sentence, brief};
use crate::api::wire::{BodyKind, body_kind};
use crate::phrase::counted;

/// What an answer is, as far as a sentence needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A form, or an interactive service, by its title, or by its type where it has none.
    Step(String),
    /// A service is still at work.
    Pending,
    /// The end of the flow.
    End,
    /// A refusal.
    Error {
        /// Its code.
        code: i64,
        /// What it says.
        message: String,
    },
    /// Something else, such as a profile.
    Other,
}

impl Answer {
    /// Tells what a body is.
    pub fn of(body: &Value) -> Self {
        match body_kind(body) {
            BodyKind::Step => Answer::Step(title(body)),
            BodyKind::Pending => Answer::Pending,
            BodyKind::End => Answer::End,
            BodyKind::Error(code) => Answer::Error { code, message: text(body, "message") },
            BodyKind::Other => Answer::Other,
        }
    }

    /// What it is, after "is now" or "was".
    pub(super) fn named(&self) -> Sentence {
        let sentence = Sentence::default();
        match self {
            Answer::Step(title) => sentence.label(title),
            Answer::Pending => sentence.words("pending"),
            Answer::End => sentence.words("the end of the flow"),
            Answer::Error { code, message } => {
                sentence.words(format!("the error {code} {}", brief(&Value::from(message.as_str()))))
            }
            Answer::Other => sentence.words("no step"),
        }
    }
}

fn text(body: &Value, key: &str) -> String {
    body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn title(step: &Value) -> String {
    let title = text(step, "title");
    if title.trim().is_empty() { text(step, "type") } else { title }
}

/// What a whole answer is, for one that there is nothing to compare with: "the form *Address* with 2 fields: *Street*
/// (text, required), *City* (text)".
pub fn summary(body: &Value) -> Sentence {
    let sentence = Sentence::default();
    let answer = Answer::of(body);
    match &answer {
        Answer::Step(title) => match body.get("elements").and_then(Value::as_array) {
            Some(elements) => fields(sentence.words("the form ").label(title), elements),
            None => {
                let kind = text(body, "type");
                let step = sentence.words("the step ").label(title);
                if kind.is_empty() || kind == *title { step } else { step.words(format!(" ({kind})")) }
            }
        },
        Answer::Pending => sentence.words("pending: a service is still at work"),
        Answer::End => match body.get("text").filter(|text| !text.is_null()) {
            Some(text) => sentence.words(format!("the end of the flow: {}", brief(text))),
            None => sentence.words("the end of the flow"),
        },
        Answer::Error { .. } => answer.named(),
        Answer::Other => match body {
            Value::Object(members) if !members.is_empty() => {
                let keys: Vec<String> = members.keys().cloned().collect();
                sentence.words("an answer with ").labels(&keys)
            }
            value => sentence.words(format!("the answer {}", brief(value))),
        },
    }
}

fn fields(sentence: Sentence, elements: &[Value]) -> Sentence {
    match elements.len() {
        0 => sentence.words(" without fields"),
        count => {
            let sentence = sentence.words(format!(" with {}: ", counted(count, "field")));
            elements.iter().enumerate().fold(sentence, |sentence, (at, element)| {
                let sentence = if at == 0 { sentence } else { sentence.words(", ") };
                sentence.label(&element::label(element)).words(format!(" ({})", element::what(element)))
            })
        }
    }
}
