//! Somebody who is led along a route, and remembers what led there.

use serde_json::{Map, Value};

use super::Stage;
use crate::api::client::CallError;
use crate::api::element::{Element, ElementType};
use crate::api::exchange::{Answer, Exchange};
use crate::api::operation::Operation;
use crate::api::wire::{BodyKind, elements};
use crate::compose::walk::Stop;
use crate::compose::witness::sent_session;
use crate::session::driver::{Course, Driver};
use crate::session::entry::{Body, Entered, Entry, Growth};

/// How many differences of two answers are told.
const MOST_CHANGES: usize = 2;

/// A way through a flow: what is entered into each step in turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Into the first steps, in order.
    pub entries: Vec<Entry>,
    /// Into each further one.
    pub rest: Entry,
}

impl Route {
    /// What is entered into the step at a place, counted from zero.
    pub fn entry(&self, at: usize) -> &Entry {
        self.entries.get(at).unwrap_or(&self.rest)
    }

    /// This route with one more thing said of one step.
    pub fn with(&self, at: usize, field: String, value: Value) -> Self {
        let mut route = self.clone();
        while route.entries.len() <= at {
            route.entries.push(self.rest.clone());
        }
        route.entries[at].given.push((field, Some(value)));
        route
    }
}

/// What came of entering into a step.
pub(crate) enum Went {
    /// On, to another step or to END.
    On,
    /// Nowhere: why.
    Nowhere(Stop),
}

/// Somebody on the way.
pub(crate) struct Applicant {
    pub driver: Driver,
    growth: Growth,
    /// The answer that shows the step where they stand.
    pub here: Exchange,
    /// The steps that they have passed, with what was submitted to them.
    pub passed: Vec<(Value, Map<String, Value>)>,
}

impl Applicant {
    /// Begins.
    pub async fn begin(course: &Course, growth: Growth) -> Result<Self, CallError> {
        let mut driver = Driver::new(course.clone());
        let here = driver.begin().await?;
        Ok(Applicant::standing(driver, growth, here))
    }

    /// Somebody who stands where an answer shows.
    pub fn standing(driver: Driver, growth: Growth, here: Exchange) -> Self {
        Applicant { driver, growth, here, passed: Vec::new() }
    }

    /// A fresh one who has passed so many steps of a route; none where that cannot be done again.
    pub async fn at(course: &Course, growth: Growth, route: &Route, steps: usize) -> Result<Option<Self>, CallError> {
        let mut applicant = Applicant::begin(course, growth).await?;
        for at in 0..steps {
            if let Went::Nowhere(_) = applicant.enter(route.entry(at)).await? {
                return Ok(None);
            }
        }
        Ok(Some(applicant))
    }

    /// The step where they stand.
    pub fn step(&self) -> Option<&Value> {
        self.here.answer.json()
    }

    /// The elements of that step.
    pub fn elements(&self) -> Vec<Element> {
        self.step().map(elements).unwrap_or_default()
    }

    /// Whether that is a form.
    pub fn is_at_form(&self) -> bool {
        self.here.answer.kind() == BodyKind::Step && self.step().is_some_and(is_form)
    }

    /// Why it goes no further from here, where it does not.
    pub fn stopped(&self) -> Option<Stop> {
        let answer = &self.here.answer;
        match answer.kind() {
            BodyKind::Error(code) => Some(Stop::Refused(code, answer.message().unwrap_or_default().to_owned())),
            _ if answer.status >= 400 => Some(Stop::Refused(i64::from(answer.status), String::new())),
            BodyKind::End => Some(Stop::End),
            BodyKind::Pending => Some(Stop::Pending),
            BodyKind::Step => None,
            BodyKind::Other => Some(Stop::Unknown),
        }
    }

    /// Valid data for the form where they stand, files uploaded.
    pub async fn body(&mut self, entry: &Entry) -> Result<Option<Map<String, Value>>, CallError> {
        Ok(match self.driver.filled(&self.elements(), entry, self.growth).await? {
            Body::Filled(body, None) => Some(body),
            _ => None,
        })
    }

    /// Enters into the step where they stand.
    pub async fn enter(&mut self, entry: &Entry) -> Result<Went, CallError> {
        if let Some(stop) = self.stopped() {
            return Ok(Went::Nowhere(stop));
        }
        let step = self.step().cloned().unwrap_or_default();
        let (sent, answer) = if is_form(&step) {
            match self.driver.filled(&elements(&step), entry, self.growth).await? {
                Body::Filled(body, why) => {
                    let answer = self.driver.submit(Value::Object(body.clone())).await?;
                    if let Some(why) = why.filter(|_| answer.answer.is_error()) {
                        return Ok(Went::Nowhere(Stop::Unfillable(why)));
                    }
                    (body, answer)
                }
                Body::Refused(refused) => (Map::new(), *refused),
                Body::Unfillable(why) => return Ok(Went::Nowhere(Stop::Unfillable(why))),
            }
        } else {
            match self.driver.enter(&step, entry, self.growth).await? {
                Entered::Answer(answer) => (Map::new(), *answer),
                Entered::Unfillable(why) => return Ok(Went::Nowhere(Stop::Unfillable(why))),
                Entered::Interactive(kind) => return Ok(Went::Nowhere(Stop::Interactive(kind))),
            }
        };
        Ok(self.came_to(step, sent, answer))
    }

    /// Enters into the step where they stand what was entered on a trail: files anew, for a key is one session's.
    pub async fn again(&mut self, stage: &Stage, entry: &Entry) -> Result<Went, CallError> {
        let step = self.step().cloned().unwrap_or_default();
        if self.stopped().is_some() || !is_form(&step) {
            return self.enter(entry).await;
        }
        let mut sent = stage.sent.clone();
        let is_sent = |element: &Element| element.kind == ElementType::File && sent.contains_key(&element.id);
        let files: Vec<Element> = elements(&step).into_iter().filter(is_sent).collect();
        if !files.is_empty() {
            match self.driver.filled(&files, entry, self.growth).await? {
                Body::Filled(keys, None) => sent.extend(keys),
                _ => return self.enter(entry).await,
            }
        }
        let answer = self.driver.submit(Value::Object(sent.clone())).await?;
        Ok(self.came_to(step, sent, answer))
    }

    /// Notes what came of entering into a step.
    fn came_to(&mut self, step: Value, sent: Map<String, Value>, answer: Exchange) -> Went {
        self.passed.push((step, sent));
        self.here = answer;
        match self.stopped() {
            None | Some(Stop::End) => Went::On,
            // They still stand where they stood: what was passed was not.
            Some(stop) => Went::Nowhere(stop),
        }
    }

    /// How many calls there were, to tell later ones by.
    pub fn mark(&self) -> usize {
        self.driver.exchanges().len()
    }

    /// The calls that led to a mark and no others, then all since another.
    pub fn calls(&self, to: usize, since: usize) -> Vec<Exchange> {
        let all = self.driver.exchanges();
        let mut calls = essential(&all[..to.min(all.len())]);
        calls.extend(all[since.min(all.len())..].iter().cloned());
        calls
    }
}

/// Of some calls those that changed anything: without what was refused, what only looked, and all polls but the last.
pub(super) fn essential(calls: &[Exchange]) -> Vec<Exchange> {
    let kept = |at: &usize| {
        let call = &calls[*at];
        // Asking for the step goes where beginning went; a profile is no answer of the flow.
        let looks = call.request.method == "GET"
            && (call.request.url == calls[0].request.url || call.answer.kind() == BodyKind::Other);
        let after_pending = *at > 0 && calls[*at - 1].answer.kind() == BodyKind::Pending;
        let pending = call.answer.kind() == BodyKind::Pending;
        let begins = sent_session(call).is_none();
        !call.answer.is_error() && (begins || !looks || after_pending && !pending)
    };
    (0..calls.len()).filter(kept).map(|at| calls[at].clone()).collect()
}

/// Whether a step takes data by fields.
pub(crate) fn is_form(step: &Value) -> bool {
    step.get("elements").is_some_and(Value::is_array)
}

/// What tells a step from others of one flow: its id, else its title and type.
pub(crate) fn identity(step: &Value) -> String {
    match step.get("id").filter(|id| !id.is_null()) {
        Some(id) => id.to_string(),
        None => format!("{:?} {:?}", step.get("title"), step.get("type")),
    }
}

/// What a person calls a step.
pub(crate) fn step_name(step: &Value) -> String {
    let text = |key: &str| step.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    text("title").or(text("type")).unwrap_or("the step").to_owned()
}

/// Whether two answers show the same: what is made anew for each asking aside.
pub(super) fn same(one: &Answer, other: &Answer) -> bool {
    let face = |answer: &Answer| {
        let mut body = answer.json().cloned()?;
        if let Some(body) = body.as_object_mut() {
            body.shift_remove("shortCode");
        }
        Some(body)
    };
    one.kind() == other.kind() && face(one) == face(other)
}

/// An answer in a few words.
pub(crate) fn described(answer: &Answer) -> String {
    match answer.kind() {
        BodyKind::Error(code) => code.to_string(),
        _ if answer.status >= 400 => format!("HTTP {}", answer.status),
        BodyKind::End => "END".to_owned(),
        BodyKind::Pending => "pending".to_owned(),
        BodyKind::Step => format!("the step {}", answer.json().map(step_name).unwrap_or_default()),
        BodyKind::Other => "an answer that is no step".to_owned(),
    }
}

/// How an answer differs from one that should be the same, in words after `FlowStep gives`.
pub(super) fn differently(was: &Answer, is: &Answer) -> String {
    let (Some(old), Some(new), true) = (was.json(), is.json(), was.kind() == is.kind()) else {
        return described(is);
    };
    if without_ids(old) == without_ids(new) {
        return format!("the step {} with other ids of its elements", step_name(new));
    }
    let changes = crate::semantic::changes(old, new);
    let told: Vec<String> =
        crate::semantic::sentences(&changes).iter().take(MOST_CHANGES).map(crate::semantic::Sentence::plain).collect();
    match told.is_empty() || old.get("id") != new.get("id") {
        true => described(is),
        false => format!("another step {}: {}", step_name(new), told.join("; ")),
    }
}

/// A step without its elements' ids.
fn without_ids(step: &Value) -> Value {
    let mut step = step.clone();
    let elements = step.get_mut("elements").and_then(Value::as_array_mut).into_iter().flatten();
    elements.filter_map(Value::as_object_mut).for_each(|element| drop(element.shift_remove("id")));
    step
}

/// Calls an operation with nothing to send.
pub(super) async fn ask(applicant: &mut Applicant, operation: Operation) -> Result<Exchange, CallError> {
    applicant.driver.call(operation, crate::api::exchange::RequestBody::Empty).await
}
