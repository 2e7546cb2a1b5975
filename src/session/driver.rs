//! One applicant who is led through a flow call by call, without a scenario.
//!
//! It keeps what an API makes a client keep (the session, the bearer token), uploads files, polls while a service is at work, and
//! knows what to answer an interactive service with. Which way it goes, its caller says by what is entered ([`super::entry`]).

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::transient;
use crate::api::client::{CallError, Client, Parameters};
use crate::api::element::Element;
use crate::api::exchange::{Exchange, RequestBody};
use crate::api::file::media_type;
use crate::api::operation::{Operation, Service, Version};
use crate::api::wire::BodyKind;
use crate::fake::{self, Filled, sample_file};
use crate::redact::Secret;

/// The first pause between two polls; it doubles up to [`SLOWEST_POLL`].
const FIRST_POLL: Duration = Duration::from_millis(50);
const SLOWEST_POLL: Duration = Duration::from_millis(500);

/// How often what acts is done again after a fault of the moment.
const MOST_AGAIN: u32 = 4;

/// Gives the code of a text message by the id of the step that asks for it.
pub type CodeOf = dyn Fn(&str) -> Option<String> + Send + Sync;

/// The flow that applicants are led through, and where.
#[derive(Clone)]
pub struct Course {
    /// The API.
    pub client: Client,
    /// The flow's id.
    pub flow: String,
    /// Draft or live.
    pub version: Version,
    /// `x-hf-language`
    pub language: Option<String>,
    /// How long a pending answer is polled.
    pub wait: Duration,
    /// Where the API is the sandbox: the text message's code of a step, by the step's id. The services behind interactive
    /// steps are simulated there.
    pub simulated: Option<Arc<CodeOf>>,
}

/// An applicant under way.
pub struct Driver {
    course: Course,
    session: Option<String>,
    bearer: Option<Secret>,
    /// The country that was entered, which addresses and identity numbers follow.
    pub(super) country: Option<String>,
    /// The business that was entered, which is then looked for.
    company: Option<Value>,
    exchanges: Vec<Exchange>,
}

/// What an applicant's later data follow from, for who goes on as them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// The country that was entered, which addresses and identity numbers follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The business that was entered, which is then looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Value>,
}

/// What an interactive service can be answered with.
#[derive(Debug)]
pub enum Reply {
    /// This, submitted, passes it.
    Body(Value),
    /// What had to come before was refused.
    Refused(Box<Exchange>),
    /// Only a person, or the service's own SDK, passes it.
    Nothing,
}

impl Driver {
    /// An applicant who has not begun.
    pub fn new(course: Course) -> Self {
        Driver { course, session: None, bearer: None, country: None, company: None, exchanges: Vec::new() }
    }

    /// The session, once there is one.
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// All calls so far, in order.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// All calls, in order, when it is over.
    pub fn into_exchanges(self) -> Vec<Exchange> {
        self.exchanges
    }

    /// Begins the flow, with the token of the configured credentials where the flow wants one; a refusal for want of it is
    /// not kept.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub async fn begin(&mut self) -> Result<Exchange, CallError> {
        let exchange = self.call(Operation::FlowStep, RequestBody::Empty).await?;
        if exchange.answer.status != 401 || self.course.client.config().credentials.is_none() {
            return self.settle(exchange).await;
        }
        self.exchanges.clear();
        self.session = None;
        self.bearer = self.course.client.bearer().await?;
        let exchange = self.call(Operation::FlowStep, RequestBody::Empty).await?;
        self.settle(exchange).await
    }

    /// Goes on as somebody whom another driver led, without asking where they stand.
    pub fn stand_in(&mut self, session: &str, memory: Memory) {
        self.session = Some(session.to_owned());
        Memory { country: self.country, company: self.company } = memory;
    }

    /// Goes on as somebody whom another driver led: asks where they stand, with the token of the configured credentials where
    /// the flow wants one, and waits while a service is at work.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub async fn take_up(&mut self, session: &str, memory: Memory) -> Result<Exchange, CallError> {
        self.stand_in(session, memory);
        let exchange = self.current().await?;
        if exchange.answer.status != 401 || !self.authorise().await? {
            return self.settle(exchange).await;
        }
        self.exchanges.clear();
        let exchange = self.current().await?;
        self.settle(exchange).await
    }

    /// Sends the token of the configured credentials from now on: whether there are any.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub async fn authorise(&mut self) -> Result<bool, CallError> {
        if self.course.client.config().credentials.is_some() {
            self.bearer = self.course.client.bearer().await?;
        }
        Ok(self.bearer.is_some())
    }

    /// What the applicant's later data follow from.
    pub fn memory(&self) -> Memory {
        Memory { country: self.country.clone(), company: self.company.clone() }
    }

    /// From now on takes a pending answer as it is, instead of waiting for what comes of it.
    pub fn wait_no_more(&mut self) {
        self.course.wait = Duration::ZERO;
    }

    /// Asks for the current step.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub async fn current(&mut self) -> Result<Exchange, CallError> {
        self.call(Operation::FlowStep, RequestBody::Empty).await
    }

    /// Asks for the current step in another language.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub async fn current_in(&mut self, language: &str) -> Result<Exchange, CallError> {
        let usual = self.speak(Some(language.to_owned()));
        let exchange = self.current().await;
        self.speak(usual);
        exchange
    }

    /// Asks for all that comes in another language, or in none; returns the one of before.
    pub fn speak(&mut self, language: Option<String>) -> Option<String> {
        std::mem::replace(&mut self.course.language, language)
    }

    /// Goes on as whoever has this session, or as somebody who has none yet.
    pub fn assume(&mut self, session: Option<String>) {
        self.session = session;
    }

    /// Goes back a step.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub async fn back(&mut self) -> Result<Exchange, CallError> {
        let exchange = self.call(Operation::BackStep, RequestBody::Empty).await?;
        self.settle(exchange).await
    }

    /// Submits, and waits for what comes of it.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub async fn submit(&mut self, body: Value) -> Result<Exchange, CallError> {
        let exchange = self.call(Operation::SubmitStep, RequestBody::Json(body)).await?;
        self.settle(exchange).await
    }

    /// Uploads the files among what a form is filled in with: the body to submit, by element id, or the answer that refused
    /// a file.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub async fn body(
        &mut self,
        filled: Vec<(&Element, Filled)>,
    ) -> Result<Result<Map<String, Value>, Box<Exchange>>, CallError> {
        let mut body = Map::new();
        for (element, filled) in filled {
            let value = match filled {
                Filled::Nothing => continue,
                Filled::Value(value) => value,
                Filled::File { name, media_type, bytes } => match self.upload(name, media_type, bytes).await? {
                    Ok(key) => key,
                    Err(refused) => return Ok(Err(refused)),
                },
            };
            if fake::meaning(element) == Some("company") {
                self.company.get_or_insert(value.clone());
            }
            body.insert(element.id.clone(), value);
        }
        Ok(Ok(body))
    }

    /// Uploads a file: its key, or the answer that refuses it.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub async fn upload(
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

    /// What the interactive service of a step can be answered with. What must happen beside the flow first, such as
    /// photographing a document, happens where the API is the sandbox, which simulates it.
    ///
    /// # Errors
    ///
    /// When there is no answer to a call that comes before.
    pub async fn reply(&mut self, step: &Value) -> Result<Reply, CallError> {
        let text = |key: &str| step.get(key).and_then(Value::as_str).unwrap_or_default();
        let first = |key: &str| step.get(key).and_then(|list| list.get(0));
        let body = match (text("type").to_ascii_lowercase().as_str(), self.course.simulated.clone()) {
            ("trulioo_doc_v", Some(_)) => {
                let path = format!("/sandbox/docv/{}", text("shortCode"));
                let parameters = Parameters { body: RequestBody::Json(json!({})), ..Parameters::default() };
                let exchange = self.course.client.call_path("POST", &path, parameters, true).await?;
                self.exchanges.push(exchange);
                json!({"done": true})
            }
            ("twilio", Some(code_of)) => match code_of(text("id")) {
                Some(code) => json!({"code": code}),
                None => return Ok(Reply::Nothing),
            },
            ("trulioo_kyb_search", _) => {
                let found = first("businesses").and_then(|business| business.get("name"));
                let entered = found.or(self.company.as_ref()).cloned();
                json!({"business": entered.unwrap_or_else(|| "Sample Trading Ltd".into())})
            }
            ("trulioo_electronic_id", _) => {
                json!({"provider": first("providers").cloned().unwrap_or_else(|| "bankid".into())})
            }
            ("person_ocr" | "business_ocr", _) => {
                let ending = first("accept").and_then(Value::as_str).unwrap_or("pdf");
                let name = format!("document.{ending}");
                match self.upload(name.clone(), media_type(&name).to_owned(), sample_file(&name)).await? {
                    Ok(key) => json!({"front": key}),
                    Err(refused) => return Ok(Reply::Refused(refused)),
                }
            }
            ("flow_connector", _) => {
                let exchange = self.call(Operation::Connect, RequestBody::Empty).await?;
                json!({"token": exchange.answer.json().and_then(|body| body.get("token")).cloned()})
            }
            _ => return Ok(Reply::Nothing),
        };
        Ok(Reply::Body(body))
    }

    /// Calls an operation as this applicant, and keeps what went to and fro. What only looks is asked again by the client where
    /// a fault of the moment hit it; what acts is done again here, unless it turns out to have been done.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub async fn call(&mut self, operation: Operation, body: RequestBody) -> Result<Exchange, CallError> {
        let acts = [Operation::SubmitStep, Operation::SubmitFile, Operation::BackStep].contains(&operation);
        let mut outcome = self.once(operation, body.clone()).await;
        for again in 0..MOST_AGAIN {
            if !acts || !transient::is_transient(&outcome) {
                break;
            }
            tokio::time::sleep(FIRST_POLL * 2_u32.pow(again)).await;
            outcome = match self.done_already(operation, &outcome).await? {
                Some(answer) => Ok(answer),
                None => self.once(operation, body.clone()).await,
            };
        }
        let exchange = outcome?;
        if self.session.is_none() {
            self.session = exchange.answer.session().map(str::to_owned);
        }
        self.exchanges.push(exchange.clone());
        Ok(exchange)
    }

    async fn once(&self, operation: Operation, body: RequestBody) -> Result<Exchange, CallError> {
        let bearer = match operation.row().service {
            Service::Export if self.bearer.is_none() => self.course.client.bearer().await?,
            _ => self.bearer.clone(),
        };
        let parameters = Parameters {
            version: self.course.version,
            flow: self.course.flow.clone(),
            client: self.session.clone(),
            session: self.session.clone(),
            language: self.course.language.clone(),
            bearer,
            body,
            ..Parameters::default()
        };
        self.course.client.call(operation, parameters, true).await
    }

    /// Where a fault hit what moves the applicant: what it would have been answered with, if they stand elsewhere now.
    async fn done_already(
        &self,
        operation: Operation,
        outcome: &Result<Exchange, CallError>,
    ) -> Result<Option<Exchange>, CallError> {
        let before = self.exchanges.iter().rev().find_map(|call| transient::place(&call.answer));
        let (Some(before), Some(_)) = (before, &self.session) else { return Ok(None) };
        if operation == Operation::SubmitFile {
            return Ok(None);
        }
        let now = self.once(Operation::FlowStep, RequestBody::Empty).await?;
        let moved = now.answer.kind() == BodyKind::Pending
            || transient::place(&now.answer).is_some_and(|place| place != before);
        let request = match outcome {
            Ok(exchange) => &exchange.request,
            Err(error) => &error.request,
        };
        Ok(moved.then(|| Exchange { request: request.clone(), answer: now.answer }))
    }

    /// Polls while the answer is pending, for as long as may be waited.
    async fn settle(&mut self, mut exchange: Exchange) -> Result<Exchange, CallError> {
        let began = Instant::now();
        let mut pause = FIRST_POLL;
        while exchange.answer.kind() == BodyKind::Pending && began.elapsed() < self.course.wait {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(SLOWEST_POLL);
            exchange = self.current().await?;
        }
        Ok(exchange)
    }
}
