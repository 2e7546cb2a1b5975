//! A walk through a flow with made-up data: from its beginning as far as one gets, every call kept as in a recording.
//!
//! It fills in each form as a scenario's `fill` does, polls while a service is at work, and stops at what only a person or an
//! SDK can do, unless the API is the sandbox, where that is simulated.

use std::collections::HashMap;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::recording::Recorded;
use crate::api::client::CallError;
use crate::api::element::Element;
use crate::api::exchange::Exchange;
use crate::api::wire::{BodyKind, elements};
use crate::fake::{self, Seed};
use crate::scenario::Fill;
use crate::session::driver::{Course, Driver, Reply};
use crate::session::fill::{Form, country_of, fill_in};

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
    pub seed: u64,
    /// The day that ages are reckoned from.
    pub today: Date,
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

/// What is known on the way.
struct Walker<'a> {
    walk: &'a Walk,
    driver: Driver,
    country: Option<String>,
}

impl Walk {
    /// Walks.
    ///
    /// # Errors
    ///
    /// When there is no answer to a call.
    pub async fn walk(&self) -> Result<Walked, CallError> {
        let mut walker = Walker { walk: self, driver: Driver::new(self.course.clone()), country: None };
        let stop = walker.go().await?;
        let numbered = walker.driver.into_exchanges().into_iter().enumerate();
        let recording = numbered.map(|(at, exchange)| Recorded { number: at + 1, exchange, lost: false }).collect();
        Ok(Walked { recording, stop })
    }
}

/// What comes of one step.
enum Next {
    Answer(Box<Exchange>),
    Stop(Stop),
}

impl Walker<'_> {
    async fn go(&mut self) -> Result<Stop, CallError> {
        let mut exchange = self.driver.begin().await?;
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
            let is_form = step.get("elements").is_some_and(Value::is_array);
            let next = if is_form { self.fill_in(&elements(&step)).await? } else { self.pass(&step).await? };
            exchange = match next {
                Next::Answer(exchange) => *exchange,
                Next::Stop(stop) => return Ok(stop),
            };
        }
        Ok(Stop::Circle)
    }

    async fn fill_in(&mut self, elements: &[Element]) -> Result<Next, CallError> {
        let seed = Seed::new(self.walk.seed);
        let given = Map::new();
        let country = self.country.clone();
        let (omitted, why) = self.unfillable(elements, &seed);
        let (country, today) = (country.as_deref(), self.walk.today);
        let form = Form { elements, given: &given, omitted: &omitted, country, today };
        let filled = match fill_in(&form, self.walk.fill, &seed) {
            Ok(filled) => filled,
            Err(error) => return Ok(Next::Stop(Stop::Unfillable(error.to_string()))),
        };
        let body = match self.driver.body(filled).await? {
            Ok(body) => body,
            Err(refused) => return Ok(Next::Answer(refused)),
        };
        self.country = country_of(elements, &body).or(self.country.take());
        let exchange = Box::new(self.driver.submit(Value::Object(body)).await?);
        Ok(match why {
            // What the form would have led to is not known; that it is refused so is a scenario to go on from.
            Some(why) if exchange.answer.is_error() => Next::Stop(Stop::Unfillable(why)),
            _ => Next::Answer(exchange),
        })
    }

    /// The required fields of a form for which nothing valid can be made up, and why the first of them cannot: the form is
    /// sent without them.
    fn unfillable(&self, elements: &[Element], seed: &Seed) -> (Vec<String>, Option<String>) {
        let context = fake::Context { today: self.walk.today, country: self.country.clone() };
        let why = |element: &Element| {
            fake::value_for(element, seed, &context).err().map(|error| (element.id.clone(), error.to_string()))
        };
        let found: Vec<_> = elements.iter().filter(|element| element.required()).filter_map(why).collect();
        let first = found.first().map(|(_, why)| why.clone());
        (found.into_iter().map(|(id, _)| id).collect(), first)
    }

    /// Passes an interactive service, as the sandbox simulates it.
    async fn pass(&mut self, step: &Value) -> Result<Next, CallError> {
        let kind = step.get("type").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        let reply = match self.walk.course.simulated {
            Some(_) => self.driver.reply(step).await?,
            None => Reply::Nothing,
        };
        Ok(match reply {
            Reply::Body(body) => Next::Answer(Box::new(self.driver.submit(body).await?)),
            Reply::Refused(refused) => Next::Answer(refused),
            Reply::Nothing => Next::Stop(Stop::Interactive(kind)),
        })
    }
}
