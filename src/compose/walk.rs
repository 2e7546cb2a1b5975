//! A walk through a flow with made-up data: from its beginning as far as one gets, every call kept as in a recording.
//!
//! It fills in each form as a scenario's `fill` does, polls while a service is at work, and stops at what only a person or an
//! SDK can do, unless the API is the sandbox, where that is simulated.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::recording::Recorded;
use crate::api::client::{CallError, Client, Parameters};
use crate::api::element::Element;
use crate::api::exchange::{Exchange, RequestBody};
use crate::api::file::media_type;
use crate::api::operation::Operation;
use crate::api::wire::{BodyKind, elements};
use crate::fake::{self, Filled, Seed, sample_file};
use crate::redact::Secret;
use crate::scenario::Fill;
use crate::session::fill::{Form, country_of, fill_in};

/// The first pause between two polls; it doubles up to [`SLOWEST_POLL`].
const FIRST_POLL: Duration = Duration::from_millis(50);
const SLOWEST_POLL: Duration = Duration::from_millis(500);
/// The most steps of a flow that are walked.
const MOST_STEPS: usize = 60;
/// How often the same step may come.
const MOST_VISITS: usize = 3;

/// Gives the code of a text message by the id of the step that asks for it.
pub type CodeOf = dyn Fn(&str) -> Option<String> + Sync;

/// How a flow is walked.
pub struct Walk<'a> {
    /// The API.
    pub client: &'a Client,
    /// The flow's id.
    pub flow: String,
    /// `x-hf-language`
    pub language: Option<String>,
    /// Which fields are filled in.
    pub fill: Fill,
    /// What data grow from.
    pub seed: u64,
    /// The day that ages are reckoned from.
    pub today: Date,
    /// How long a pending answer is polled.
    pub wait: Duration,
    /// Where the API is the sandbox: the text message's code of a step, by the step's id. Then the interactive services,
    /// which it simulates, are passed; elsewhere the walk stops at the first one.
    pub simulated: Option<&'a CodeOf>,
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
    walk: &'a Walk<'a>,
    recording: Vec<Recorded>,
    session: Option<String>,
    bearer: Option<Secret>,
    country: Option<String>,
    /// The business that was entered, which is then looked for.
    company: Option<Value>,
}

impl Walk<'_> {
    /// Walks.
    ///
    /// # Errors
    ///
    /// When there is no answer to a call.
    pub async fn walk(&self) -> Result<Walked, CallError> {
        let mut walker =
            Walker { walk: self, recording: Vec::new(), session: None, bearer: None, country: None, company: None };
        let stop = walker.go().await?;
        Ok(Walked { recording: walker.recording, stop })
    }
}

/// What comes of one step.
enum Next {
    Answer(Box<Exchange>),
    Stop(Stop),
}

impl Walker<'_> {
    async fn go(&mut self) -> Result<Stop, CallError> {
        let mut exchange = self.begin().await?;
        let mut visits: HashMap<String, usize> = HashMap::new();
        for _ in 0..MOST_STEPS {
            exchange = self.settle(exchange).await?;
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

    /// Begins; with the token of the configured credentials where the flow wants one.
    async fn begin(&mut self) -> Result<Exchange, CallError> {
        let exchange = self.call(Operation::FlowStep, RequestBody::Empty).await?;
        if exchange.answer.status != 401 || self.walk.client.config().credentials.is_none() {
            return Ok(exchange);
        }
        self.recording.clear();
        self.session = None;
        self.bearer = self.walk.client.bearer().await?;
        self.call(Operation::FlowStep, RequestBody::Empty).await
    }

    /// Calls an operation and keeps what went to and fro.
    async fn call(&mut self, operation: Operation, body: RequestBody) -> Result<Exchange, CallError> {
        let parameters = Parameters {
            flow: self.walk.flow.clone(),
            client: self.session.clone(),
            session: self.session.clone(),
            language: self.walk.language.clone(),
            bearer: self.bearer.clone(),
            body,
            ..Parameters::default()
        };
        let exchange = self.walk.client.call(operation, parameters, true).await?;
        if self.session.is_none() {
            self.session = exchange.answer.session().map(str::to_owned);
        }
        self.keep(&exchange);
        Ok(exchange)
    }

    fn keep(&mut self, exchange: &Exchange) {
        let number = self.recording.len() + 1;
        self.recording.push(Recorded { number, exchange: exchange.clone(), lost: false });
    }

    /// Polls while the answer is pending.
    async fn settle(&mut self, mut exchange: Exchange) -> Result<Exchange, CallError> {
        let began = Instant::now();
        let mut pause = FIRST_POLL;
        while exchange.answer.kind() == BodyKind::Pending && began.elapsed() < self.walk.wait {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(SLOWEST_POLL);
            exchange = self.call(Operation::FlowStep, RequestBody::Empty).await?;
        }
        Ok(exchange)
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
        let mut body = Map::new();
        for (element, filled) in filled {
            let value = match filled {
                Filled::Nothing => continue,
                Filled::Value(value) => value,
                Filled::File { name, media_type, bytes } => match self.upload(name, media_type, bytes).await? {
                    Ok(key) => key,
                    Err(refused) => return Ok(Next::Answer(refused)),
                },
            };
            if fake::meaning(element) == Some("company") {
                self.company.get_or_insert(value.clone());
            }
            body.insert(element.id.clone(), value);
        }
        self.country = country_of(elements, &body).or(self.country.take());
        let next = self.submit(Value::Object(body)).await?;
        Ok(match (next, why) {
            // What the form would have led to is not known; that it is refused so is a scenario to go on from.
            (Next::Answer(exchange), Some(why)) if exchange.answer.is_error() => Next::Stop(Stop::Unfillable(why)),
            (next, _) => next,
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

    async fn submit(&mut self, body: Value) -> Result<Next, CallError> {
        let exchange = self.call(Operation::SubmitStep, RequestBody::Json(body)).await?;
        Ok(Next::Answer(Box::new(exchange)))
    }

    /// Uploads a file: its key, or the answer that refuses it.
    async fn upload(
        &mut self,
        name: String,
        media_type: String,
        bytes: Vec<u8>,
    ) -> Result<Result<Value, Box<Exchange>>, CallError> {
        let file = RequestBody::File { name, media_type, bytes, path: None };
        let exchange = self.call(Operation::SubmitFile, file).await?;
        let key =
            exchange.answer.json().and_then(|body| body.get("key")).cloned().filter(|_| !exchange.answer.is_error());
        Ok(key.ok_or_else(|| Box::new(exchange)))
    }

    /// Passes an interactive service, as the sandbox simulates it.
    async fn pass(&mut self, step: &Value) -> Result<Next, CallError> {
        let text = |key: &str| step.get(key).and_then(Value::as_str).unwrap_or_default();
        let kind = text("type").to_ascii_lowercase();
        let Some(code_of) = self.walk.simulated else { return Ok(Next::Stop(Stop::Interactive(kind))) };
        let first = |key: &str| step.get(key).and_then(|list| list.get(0));
        let body = match kind.as_str() {
            "trulioo_doc_v" => {
                let path = format!("/sandbox/docv/{}", text("shortCode"));
                let parameters = Parameters { body: RequestBody::Json(json!({})), ..Parameters::default() };
                let exchange = self.walk.client.call_path("POST", &path, parameters, true).await?;
                self.keep(&exchange);
                json!({"done": true})
            }
            "twilio" => match code_of(text("id")) {
                Some(code) => json!({"code": code}),
                None => return Ok(Next::Stop(Stop::Interactive(kind))),
            },
            "trulioo_kyb_search" => {
                let found = first("businesses").and_then(|business| business.get("name"));
                let entered = found.or(self.company.as_ref()).cloned();
                json!({"business": entered.unwrap_or_else(|| "Sample Trading Ltd".into())})
            }
            "trulioo_electronic_id" => {
                json!({"provider": first("providers").cloned().unwrap_or_else(|| "bankid".into())})
            }
            "person_ocr" | "business_ocr" => {
                let ending = first("accept").and_then(Value::as_str).unwrap_or("pdf");
                let name = format!("document.{ending}");
                match self.upload(name.clone(), media_type(&name).to_owned(), sample_file(&name)).await? {
                    Ok(key) => json!({"front": key}),
                    Err(refused) => return Ok(Next::Answer(refused)),
                }
            }
            "flow_connector" => {
                let exchange = self.call(Operation::Connect, RequestBody::Empty).await?;
                json!({"token": exchange.answer.json().and_then(|body| body.get("token")).cloned()})
            }
            _ => return Ok(Next::Stop(Stop::Interactive(kind))),
        };
        self.submit(body).await
    }
}
