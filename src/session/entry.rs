//! What one enters into a step when led through a flow: made-up data but for what is said.

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::driver::{Driver, Reply};
use super::fill::{Form, country_of, fill_in};
use crate::api::client::CallError;
use crate::api::element::Element;
use crate::api::exchange::Exchange;
use crate::api::field::find;
use crate::api::wire::elements;
use crate::fake::{self, Seed};
use crate::scenario::Fill;

/// What made-up data grow from.
#[derive(Debug, Clone, Copy)]
pub struct Growth {
    /// The same seed gives the same data.
    pub seed: u64,
    /// The day that ages are reckoned from.
    pub today: Date,
}

/// What is entered into one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Which fields of a form are filled in with made-up data.
    pub fill: Fill,
    /// Fields with a value of their own, by what a scenario calls them; none for one that stays empty. A field that the form
    /// does not have is passed over.
    pub given: Vec<(String, Option<Value>)>,
    /// Whether interactive services are answered; one stands before them otherwise.
    pub services: bool,
}

/// What came of entering.
#[derive(Debug)]
pub enum Entered {
    /// The answer.
    Answer(Box<Exchange>),
    /// A refusal of a form that lacks a required field for which nothing valid can be made up: why.
    Unfillable(String),
    /// A step that only a person or an SDK can pass, by its type in lower case.
    Interactive(String),
}

/// A form's data before they are submitted.
#[derive(Debug)]
pub enum Body {
    /// By element id; and why a required field is missing, where one is for which nothing valid can be made up.
    Filled(Map<String, Value>, Option<String>),
    /// A file was refused.
    Refused(Box<Exchange>),
    /// No data: why.
    Unfillable(String),
}

impl Driver {
    /// Enters into a step, a form or an interactive service, and waits for what comes of it.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub async fn enter(&mut self, step: &Value, entry: &Entry, growth: Growth) -> Result<Entered, CallError> {
        if step.get("elements").is_some_and(Value::is_array) {
            return self.fill_in(&elements(step), entry, growth).await;
        }
        let kind = step.get("type").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        let reply = if entry.services { self.reply(step).await? } else { Reply::Nothing };
        Ok(match reply {
            Reply::Body(body) => Entered::Answer(Box::new(self.submit(body).await?)),
            Reply::Refused(refused) => Entered::Answer(refused),
            Reply::Nothing => Entered::Interactive(kind),
        })
    }

    async fn fill_in(&mut self, elements: &[Element], entry: &Entry, growth: Growth) -> Result<Entered, CallError> {
        let (body, why) = match self.filled(elements, entry, growth).await? {
            Body::Filled(body, why) => (body, why),
            Body::Refused(refused) => return Ok(Entered::Answer(refused)),
            Body::Unfillable(why) => return Ok(Entered::Unfillable(why)),
        };
        let exchange = Box::new(self.submit(Value::Object(body)).await?);
        Ok(match why {
            // What the form would have led to is not known; that it is refused so is a scenario to go on from.
            Some(why) if exchange.answer.is_error() => Entered::Unfillable(why),
            _ => Entered::Answer(exchange),
        })
    }

    /// What a form is filled in with by an entry, its files uploaded; nothing is submitted.
    ///
    /// # Errors
    ///
    /// When there is no answer to an upload.
    pub async fn filled(&mut self, elements: &[Element], entry: &Entry, growth: Growth) -> Result<Body, CallError> {
        let seed = Seed::new(growth.seed);
        let mut given = Map::new();
        let unfillable = self.unfillable(elements, &seed, growth.today);
        let mut omitted: Vec<String> = unfillable.iter().map(|(id, _)| id.clone()).collect();
        for (field, value) in &entry.given {
            match (find(elements, field), value) {
                (Ok(element), Some(value)) => drop(given.insert(element.id.clone(), element.offered(value))),
                (Ok(element), None) => omitted.push(element.id.clone()),
                (Err(_), _) => {}
            }
        }
        omitted.retain(|id| !given.contains_key(id));
        let why = unfillable.into_iter().find(|(id, _)| !given.contains_key(id)).map(|(_, why)| why);
        let country = self.country.clone();
        let form =
            Form { elements, given: &given, omitted: &omitted, country: country.as_deref(), today: growth.today };
        let filled = match fill_in(&form, entry.fill, &seed) {
            Ok(filled) => filled,
            Err(error) => return Ok(Body::Unfillable(error.to_string())),
        };
        let mut body = match self.body(filled).await? {
            Ok(body) => body,
            Err(refused) => return Ok(Body::Refused(refused)),
        };
        body.extend(given);
        self.country = country_of(elements, &body).or(self.country.take());
        Ok(Body::Filled(body, why))
    }

    /// The required fields of a form for which nothing valid can be made up, by id, and why: the form is sent without them.
    fn unfillable(&self, elements: &[Element], seed: &Seed, today: Date) -> Vec<(String, String)> {
        let context = fake::Context { today, country: self.country.clone() };
        let why = |element: &Element| {
            fake::value_for(element, seed, &context).err().map(|error| (element.id.clone(), error.to_string()))
        };
        elements.iter().filter(|element| element.required()).filter_map(why).collect()
    }
}
