//! Who goes through the flow while it is explored: somebody with a session at the API.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::classes::{Override, fields, sent, without_files};
use super::trail::{Act, Hop, Outcome, Sight};
use crate::api::client::CallError;
use crate::api::element::{Element, ElementType};
use crate::api::exchange::{Exchange, RequestBody};
use crate::api::wire::{BodyKind, elements};
use crate::compose::field::key;
use crate::fake::{Filled, is_visible};
use crate::scenario::{Fill, Persona};
use crate::session::driver::{Course, Driver};
use crate::session::entry::{Entered, Entry, Growth};
use crate::session::fill::{Form, fill_in, held_values};
use crate::session::languages;

/// Somebody who goes through a flow, at the API or in thought.
pub trait Applicant: Send {
    /// Begins, anew.
    fn begin(&mut self) -> impl Future<Output = Result<Hop, CallError>> + Send;
    /// Enters into a step where one stands.
    fn enter(&mut self, at: &Sight, given: Vec<Override>) -> impl Future<Output = Result<Hop, CallError>> + Send;
    /// Goes back.
    fn back(&mut self) -> impl Future<Output = Result<Hop, CallError>> + Send;
    /// How many requests that took so far.
    fn requests(&self) -> usize;
    /// Whether nothing more may be done, since what was allowed is used up. What comes next is set aside until it is done.
    fn must_stop(&mut self) -> impl Future<Output = bool> + Send;
}

/// What was used of what may be, by all that go through the flow at the same time.
#[derive(Debug)]
pub struct Used {
    /// Requests.
    pub requests: AtomicUsize,
    /// Times that a service was seen at work.
    pub services: AtomicUsize,
    /// Requests that are about to be sent.
    reserved: AtomicUsize,
    /// Service runs that are left; closed when none are.
    runs: Arc<Semaphore>,
}

impl Used {
    /// Nothing yet.
    pub fn none_of(allowance: &Allowance) -> Self {
        let runs = Semaphore::new(allowance.services.min(Semaphore::MAX_PERMITS));
        if allowance.services == 0 {
            runs.close();
        }
        let [requests, services, reserved] = std::array::from_fn(|_| AtomicUsize::new(0));
        Used { requests, services, reserved, runs: Arc::new(runs) }
    }

    /// Sets requests aside that are about to be sent: whether so many may be.
    fn reserve(&self, number: usize, most: usize) -> bool {
        let within = |reserved: usize| {
            let all = reserved.checked_add(number)?.checked_add(self.requests.load(Ordering::SeqCst))?;
            (all <= most).then_some(reserved + number)
        };
        self.reserved.fetch_update(Ordering::SeqCst, Ordering::SeqCst, within).is_ok()
    }

    /// Counts what was sent, and frees what was set aside for it.
    fn send(&self, number: usize, reserved: usize) {
        // In this order, so that whoever reserves meanwhile counts too many rather than too few.
        self.requests.fetch_add(number, Ordering::SeqCst);
        self.reserved.fetch_sub(reserved, Ordering::SeqCst);
    }
}

/// What may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Sessions that are begun.
    pub sessions: usize,
    /// Requests that are sent.
    pub requests: usize,
    /// Times that a service is run.
    pub services: usize,
    /// When it must be over.
    pub until: Option<tokio::time::Instant>,
}

/// Somebody with a session at the API.
pub(super) struct Real {
    driver: Driver,
    growth: Growth,
    people: Arc<[Persona]>,
    used: Arc<Used>,
    allowance: Allowance,
    counted: usize,
    /// Where one stands.
    at: Option<Sight>,
    /// Requests that are set aside for what comes next.
    reserved: usize,
    /// The service run that is set aside for what comes next.
    run: Option<OwnedSemaphorePermit>,
}

impl Real {
    pub fn new(course: Course, growth: Growth, people: Arc<[Persona]>, used: Arc<Used>, allowance: Allowance) -> Self {
        let driver = Driver::new(course);
        Real { driver, growth, people, used, allowance, counted: 0, at: None, reserved: 0, run: None }
    }

    /// How many requests come next at most, polls aside: a submit with the uploads before it, or what an interactive service
    /// wants beside it.
    fn needed(&self) -> usize {
        let Some(at) = &self.at else { return 1 };
        match at.body.get("elements").is_some_and(Value::is_array) {
            true => 1 + elements(&at.body).iter().filter(|element| element.kind == ElementType::File).count(),
            false => 2,
        }
    }

    /// Which languages the step where one stands is offered in.
    pub async fn offered(&mut self) -> Result<Vec<String>, CallError> {
        let Some(at) = self.at.clone() else { return Ok(Vec::new()) };
        languages::offered(&mut self.driver, &at.body).await
    }

    /// The step where one stands, in a language; none where it cannot be had in it.
    pub async fn shown_in(&mut self, language: &str) -> Result<Option<Sight>, CallError> {
        let exchange = self.driver.current_in(language).await?;
        Ok(Outcome::of(&exchange.answer).sight().cloned())
    }

    /// All calls, in order, when it is over.
    pub fn into_exchanges(self) -> Vec<Exchange> {
        self.driver.exchanges().to_vec()
    }

    /// What was done, with what came of it. A service that was seen at work before the answer came is counted.
    fn hop(&mut self, act: Act, sent: Vec<(String, Value)>, to: Outcome, interactive: bool) -> Hop {
        let all = self.driver.exchanges().len();
        let new = &self.driver.exchanges()[self.counted..];
        let service = interactive || new.iter().any(|exchange| exchange.answer.kind() == BodyKind::Pending);
        self.used.send(new.len(), std::mem::take(&mut self.reserved));
        self.counted = all;
        let run = self.run.take();
        if service {
            run.into_iter().for_each(OwnedSemaphorePermit::forget);
            if self.used.services.fetch_add(1, Ordering::SeqCst) + 1 >= self.allowance.services {
                self.used.runs.close();
            }
        }
        if let Outcome::At(sight) = &to {
            self.at = Some(sight.clone());
        }
        Hop { act, sent, service, to }
    }
}

impl Applicant for Real {
    async fn begin(&mut self) -> Result<Hop, CallError> {
        let exchange = self.driver.begin().await?;
        Ok(self.hop(Act::Begin, Vec::new(), Outcome::of(&exchange.answer), false))
    }

    async fn enter(&mut self, at: &Sight, given: Vec<Override>) -> Result<Hop, CallError> {
        let elements = elements(&at.body);
        let given = shown_only(&elements, without_files(&elements, given), self.growth);
        let entry = Entry { fill: Fill::Valid, given: given.clone(), services: true };
        let interactive = !at.body.get("elements").is_some_and(Value::is_array);
        let (to, submitted) = match self.driver.enter(&at.body, &entry, self.growth).await? {
            Entered::Answer(exchange) => (Outcome::of(&exchange.answer), true),
            Entered::Unfillable(why) => (Outcome::Unfillable(why), false),
            Entered::Interactive(kind) => (Outcome::Stuck(kind), false),
        };
        let body = self.driver.exchanges().iter().rev().find_map(submission).filter(|_| submitted && !interactive);
        let tried = fields(&elements, &self.people, self.growth.today);
        let sent = body.map(|body| sent(&elements, &tried, body)).unwrap_or_default();
        Ok(self.hop(Act::Enter(given), sent, to, interactive && submitted))
    }

    async fn back(&mut self) -> Result<Hop, CallError> {
        let exchange = self.driver.back().await?;
        Ok(self.hop(Act::Back, Vec::new(), Outcome::of(&exchange.answer), false))
    }

    fn requests(&self) -> usize {
        self.driver.exchanges().len()
    }

    async fn must_stop(&mut self) -> bool {
        let over = || self.allowance.until.is_some_and(|until| tokio::time::Instant::now() >= until);
        self.used.send(0, std::mem::take(&mut self.reserved));
        self.run = None;
        if over() {
            return true;
        }
        // Whether a service runs shows only afterwards, so that no more is under way than there are runs left.
        self.run = Arc::clone(&self.used.runs).acquire_owned().await.ok();
        let needed = self.needed();
        if self.run.is_none() || over() || !self.used.reserve(needed, self.allowance.requests) {
            self.run = None;
            return true;
        }
        self.reserved = needed;
        false
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        self.used.send(0, self.reserved);
    }
}

/// The body of a submit.
fn submission(exchange: &Exchange) -> Option<&Map<String, Value>> {
    match &exchange.request.body {
        RequestBody::Json(Value::Object(body)) => Some(body),
        _ => None,
    }
}

/// What is given without what goes to fields that are hidden then.
fn shown_only(elements: &[Element], mut given: Vec<Override>, growth: Growth) -> Vec<Override> {
    loop {
        let named = |name: &str| elements.iter().find(|element| key(elements, element) == name);
        let mut values = Map::new();
        let mut omitted = Vec::new();
        for (name, value) in &given {
            match (named(name), value) {
                (Some(element), Some(value)) => drop(values.insert(element.id.clone(), value.clone())),
                (Some(element), None) => omitted.push(element.id.clone()),
                (None, _) => {}
            }
        }
        let form = Form { elements, given: &values, omitted: &omitted, country: None, today: growth.today };
        let mut all = held_values(elements);
        let filled = fill_in(&form, Fill::Valid, &crate::fake::Seed::new(growth.seed)).unwrap_or_default();
        all.extend(filled.into_iter().map(|(element, filled)| {
            let value = if let Filled::Value(value) = filled { value } else { Value::from("file") };
            (element.id.clone(), value)
        }));
        all.extend(values);
        omitted.iter().for_each(|id| drop(all.remove(id)));
        let before = given.len();
        given.retain(|(name, _)| named(name).is_some_and(|element| is_visible(element, &all)));
        if given.len() == before {
            return given;
        }
    }
}
