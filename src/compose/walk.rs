//! A walk through a flow with made-up data: from its beginning as far as one gets, every call kept as in a recording.
//!
//! It fills in each form as a scenario's `fill` does, polls while a service is at work, and stops at what only a person or an
//! SDK can do, unless the API is the sandbox, where that is simulated.

use std::collections::HashMap;

use serde_json::Value;

use super::recording::Recorded;
use crate::api::client::CallError;
use crate::api::wire::BodyKind;
use crate::scenario::Fill;
use crate::session::driver::{Course, Driver};
use crate::session::entry::{Entered, Entry, Growth};

/// The most steps of a flow that are walked.
const MOST_STEPS: usize = 60;
/// How often the same step may come.
const MOST_VISITS: usize = 3;

/// How a flow is walked.
pub struct Walk {
    /// The flow, and where. Where the API is not the sandbox, the walk stops at the first interactive service.
    pub course: Course,
    /// Which fields are filled in.
    pub fill: Fill,
    /// What data grow from.
    pub growth: Growth,
}

/// A walk that is over.
#[derive(Debug)]
pub struct Walked {
    /// The calls.
    pub recording: Vec<Recorded>,
    /// Why it is over.
    pub stop: Stop,
}

/// Why a walk is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The flow is at its end.
    End,
    /// The API refused: code or status, and its message.
    Refused(i64, String),
    /// A step that only a person or an SDK can pass, by its type.
    Interactive(String),
    /// The answer is pending still.
    Pending,
    /// A form was refused that lacks a required field for which nothing valid can be made up: why.
    Unfillable(String),
    /// The flow comes back to the same step again and again, or has no end.
    Circle,
    /// An answer that is no step.
    Unknown,
}

impl Walk {
    /// Walks.
    ///
    /// # Errors
    ///
    /// When there is no answer to a call.
    pub async fn walk(&self) -> Result<Walked, CallError> {
        let mut driver = Driver::new(self.course.clone());
        let stop = self.go(&mut driver).await?;
        let numbered = driver.into_exchanges().into_iter().enumerate();
        let recording = numbered.map(|(at, exchange)| Recorded { number: at + 1, exchange, lost: false }).collect();
        Ok(Walked { recording, stop })
    }

    async fn go(&self, driver: &mut Driver) -> Result<Stop, CallError> {
        let entry = Entry { fill: self.fill, given: Vec::new(), services: self.course.simulated.is_some() };
        let mut exchange = driver.begin().await?;
        let mut visits: HashMap<String, usize> = HashMap::new();
        for _ in 0..MOST_STEPS {
            let answer = &exchange.answer;
            let step = match (answer.kind(), answer.json()) {
                (BodyKind::Error(code), _) => {
                    return Ok(Stop::Refused(code, answer.message().unwrap_or_default().to_owned()));
                }
                _ if answer.status >= 400 => return Ok(Stop::Refused(i64::from(answer.status), String::new())),
                (BodyKind::End, _) => return Ok(Stop::End),
                (BodyKind::Pending, _) => return Ok(Stop::Pending),
                (BodyKind::Step, Some(step)) => step.clone(),
                _ => return Ok(Stop::Unknown),
            };
            let id = step.get("id").map(Value::to_string).unwrap_or_default();
            let visit = visits.entry(id).or_default();
            *visit += 1;
            if *visit > MOST_VISITS {
                return Ok(Stop::Circle);
            }
            exchange = match driver.enter(&step, &entry, self.growth).await? {
                Entered::Answer(exchange) => *exchange,
                Entered::Unfillable(why) => return Ok(Stop::Unfillable(why)),
                Entered::Interactive(kind) => return Ok(Stop::Interactive(kind)),
            };
        }
        Ok(Stop::Circle)
    }
}
