//! One applicant's way through a flow, as it was gone: plain data, which can be kept and read again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::classes::Override;
use crate::api::exchange::Answer;
use crate::api::wire::BodyKind;
use crate::journal::Spot;
use crate::map::KnownStep;

/// A way, from the beginning on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trail {
    /// What was done, and what came of it, in order.
    pub hops: Vec<Hop>,
    /// How many requests it took, polls among them.
    pub requests: usize,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hop {
    /// What.
    pub act: Act,
    /// What was sent of the fields in which there is something to try; null for one left empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<(String, Value)>,
    /// Whether a service was at work before the answer came.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub service: bool,
    /// What came of it.
    pub to: Outcome,
}

/// What an applicant does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// Begins.
    Begin,
    /// Fills in a form, or answers an interactive service; these fields as is said, the others with made-up data.
    Enter(Vec<Override>),
    /// Goes back.
    Back,
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// A step, or the end.
    At(Sight),
    /// The API refused: the code, or the HTTP status, and its message.
    Refused(i64, String),
    /// Only a person, or an SDK, gets on from here: the type of the step.
    Stuck(String),
    /// For a required field nothing valid can be made up: why.
    Unfillable(String),
    /// A service was at work for longer than was waited.
    Pending,
    /// An answer that is none of those that the reference describes.
    Unknown,
}

/// A step as an answer shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sight {
    /// What it is known by in other sessions.
    pub spot: Spot,
    /// Its id, which may be generated anew with every build of the flow.
    pub id: String,
    /// The answer.
    pub body: Arc<Value>,
}

impl Sight {
    /// Whether it is the end.
    pub fn is_end(&self) -> bool {
        self.spot.kind == "end"
    }

    /// Whether it says that one can go back from it.
    pub fn can_go_back(&self) -> bool {
        self.body.get("canGoBack") == Some(&Value::Bool(true))
    }

    /// What an end says; nothing for other steps.
    pub fn text(&self) -> &str {
        let text = self.body.get("text").and_then(Value::as_str).filter(|_| self.is_end());
        text.unwrap_or_default().trim()
    }

    /// What an end says without words that have digits: those may be a number that only this applicant has.
    pub fn lasting_text(&self) -> String {
        let words =
            self.text().split_whitespace().filter(|word| !word.contains(|letter: char| letter.is_ascii_digit()));
        words.collect::<Vec<_>>().join(" ")
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        if self.spot.title.is_empty() { &self.spot.kind } else { &self.spot.title }
    }
}

impl Outcome {
    /// Reads an answer.
    pub fn of(answer: &Answer) -> Self {
        let message = || answer.message().unwrap_or_default().trim().to_owned();
        match (answer.kind(), answer.document()) {
            (BodyKind::Error(code), _) => Outcome::Refused(code, message()),
            _ if answer.status >= 400 => Outcome::Refused(i64::from(answer.status), message()),
            (BodyKind::Pending, _) => Outcome::Pending,
            (BodyKind::Step | BodyKind::End, Some(body)) => match KnownStep::of(body.value()) {
                Some(step) => {
                    let id = match body.value().get("id") {
                        Some(Value::String(id)) => id.clone(),
                        Some(id) => id.to_string(),
                        None => String::new(),
                    };
                    Outcome::At(Sight { spot: step.spot(), id, body: body.value().clone() })
                }
                None => Outcome::Unknown,
            },
            _ => Outcome::Unknown,
        }
    }

    /// The step, where it is one.
    pub fn sight(&self) -> Option<&Sight> {
        match self {
            Outcome::At(sight) => Some(sight),
            _ => None,
        }
    }
}
