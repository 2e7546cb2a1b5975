//! Going on as applicants who were held.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value};
use tokio::task::JoinSet;

use super::file::{Held, HeldPlace, HeldSession};
use super::judge::{Arrival, Grade, Known, Mended, OF_SERVICES, Went, arrival, fared, goal, reloaded};
use crate::api::client::CallError;
use crate::api::exchange::Exchange;
use crate::api::field::{called, find};
use crate::api::wire::{BodyKind, elements};
use crate::compose::walk::Stop;
use crate::conform::applicant::{Applicant, Went as Entered, identity, is_form, step_name};
use crate::fake::{Filled, Seed, is_visible};
use crate::scenario::Fill;
use crate::semantic::Sentence;
use crate::session::driver::{Course, Driver};
use crate::session::entry::{Body, Entry, Growth};
use crate::session::fill::{Form, fill_in, held_values};

/// The most steps that are gone on.
const MOST_STEPS: usize = 60;
/// How often the same step may come.
const MOST_VISITS: usize = 3;
/// A form is refused with one of these for what is entered.
const OF_DATA: [i64; 3] = [4006, 4007, 4008];

/// What came of looking after everybody.
#[derive(Debug)]
pub struct Resumed {
    /// Those who were looked after.
    pub met: Vec<Met>,
    /// Those whom an interruption left on their way, by the numbers of place and session.
    pub broken_off: Vec<(usize, usize)>,
    /// Whether it was interrupted.
    pub interrupted: bool,
}

/// What was met with when somebody was looked after.
#[derive(Debug)]
pub struct Met {
    /// The number of the place.
    pub place: usize,
    /// The number of the session there.
    pub session: usize,
    /// How they fare; an answer that did not come.
    pub found: Result<Found, CallError>,
    /// Whether something was submitted as them, so that they do not stand any more where they were left.
    pub moved: bool,
    /// How many requests it took.
    pub requests: usize,
}

/// How somebody fares.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// How.
    pub grade: Grade,
    /// Why, and what else is worth knowing.
    pub told: Vec<Sentence>,
    /// What has changed of the step that they see.
    pub changed: Vec<Sentence>,
    /// How far they got; none where nobody went on.
    pub goal: Option<String>,
}

/// How somebody is looked after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It is only looked where they stand.
    Stay,
    /// They ask where they stand, and go on from there.
    GoOn,
    /// Their page was open all the time: they submit it as it was, and ask where they stand only when that is refused.
    OpenPage,
}

/// Looks after everybody who stands where they were left. What was found out until `stopped` comes is told.
pub async fn resume(
    course: &Course,
    held: &Held,
    growth: Growth,
    manner: Manner,
    stopped: impl Future<Output = ()>,
) -> Resumed {
    let held = Arc::new(held.clone());
    let mut tasks = JoinSet::new();
    let mut under_way: BTreeMap<(usize, usize), Arc<AtomicBool>> = BTreeMap::new();
    for (place, sessions) in held.places.iter().map(|place| &place.sessions).enumerate() {
        for (session, _) in sessions.iter().enumerate().filter(|(_, session)| session.gone_on.is_none()) {
            let moved = Arc::new(AtomicBool::new(false));
            under_way.insert((place, session), Arc::clone(&moved));
            let (course, held) = (course.clone(), Arc::clone(&held));
            tasks.spawn(async move {
                let one = One { held: &held, place: &held.places[place], growth, manner, moved: &moved };
                let (found, requests) = one.look_after(course, &held.places[place].sessions[session]).await;
                Met { place, session, found, moved: moved.load(Ordering::SeqCst), requests }
            });
        }
    }
    let mut met: Vec<Met> = Vec::new();
    tokio::pin!(stopped);
    let interrupted = loop {
        tokio::select! {
            done = tasks.join_next() => match done {
                // A panic is a fault of this program's own, and goes on.
                Some(done) => met.push(done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))),
                None => break false,
            },
            () = &mut stopped => break true,
        }
    };
    met.sort_by_key(|met| (met.place, met.session));
    met.iter().for_each(|met| drop(under_way.remove(&(met.place, met.session))));
    under_way.retain(|_, moved| moved.load(Ordering::SeqCst));
    Resumed { met, broken_off: under_way.into_keys().collect(), interrupted }
}

/// Somebody who is looked after.
struct One<'a> {
    held: &'a Held,
    place: &'a HeldPlace,
    growth: Growth,
    manner: Manner,
    moved: &'a AtomicBool,
}

impl One<'_> {
    /// How they fare, and how many requests it took to find out.
    async fn look_after(&self, course: Course, session: &HeldSession) -> (Result<Found, CallError>, usize) {
        let mut driver = Driver::new(course);
        let page = if self.manner == Manner::OpenPage && !self.place.pending && is_form(&self.place.seen) {
            driver.stand_in(&session.session, session.memory.clone());
            self.submit_page(&mut driver).await
        } else {
            Ok(Page::Closed)
        };
        match page {
            Err(error) => (Err(error), driver.exchanges().len()),
            Ok(Page::Taken(answer)) => {
                let mut applicant = Applicant::standing(driver, self.growth, *answer);
                let went = self.go_on(&mut applicant, None).await;
                (went.map(|went| self.fared(&went, Vec::new())), applicant.mark())
            }
            Ok(Page::Refused(code, message)) => {
                let (found, requests) = self.take_up(driver, session).await;
                (found.map(|found| found.after_reload(code, &message)), requests)
            }
            Ok(Page::Closed) => self.take_up(driver, session).await,
        }
    }

    /// Submits the page that was open, as it was.
    async fn submit_page(&self, driver: &mut Driver) -> Result<Page, CallError> {
        let given = self.place.onward.first().map(|onward| onward.given.clone()).unwrap_or_default();
        let entry = Entry { fill: Fill::Valid, given, services: self.held.services };
        let elements = elements(&self.place.seen);
        self.moved.store(true, Ordering::SeqCst);
        let answer = match driver.filled(&elements, &entry, self.growth).await? {
            Body::Filled(body, _) => {
                let answer = driver.submit(Value::Object(body.clone())).await?;
                if answer.answer.status == 401 && driver.authorise().await? {
                    driver.submit(Value::Object(body)).await?
                } else {
                    answer
                }
            }
            Body::Refused(refused) => *refused,
            Body::Unfillable(_) => return Ok(Page::Closed),
        };
        Ok(match answer.answer.kind() {
            // What fails behind the form is none of the page's doing.
            BodyKind::Error(code) if !OF_SERVICES.contains(&code) => {
                Page::Refused(code, answer.answer.message().unwrap_or_default().to_owned())
            }
            BodyKind::Step | BodyKind::Other if answer.answer.status >= 400 => {
                Page::Refused(i64::from(answer.answer.status), String::new())
            }
            _ => Page::Taken(Box::new(answer)),
        })
    }

    /// Asks where they stand, and goes on from there.
    async fn take_up(&self, mut driver: Driver, session: &HeldSession) -> (Result<Found, CallError>, usize) {
        let here = match driver.take_up(&session.session, session.memory.clone()).await {
            Ok(here) => here,
            Err(error) => return (Err(error), driver.exchanges().len()),
        };
        let requests = driver.exchanges().len();
        let known = Known { id: &self.held.id, flow: &self.held.flow, session: &session.session };
        let found = |grade, told| Found { grade, told, changed: Vec::new(), goal: None };
        let changed = match arrival(self.place, &here.answer, known) {
            Arrival::Lost(why) => return (Ok(found(Grade::Lost, vec![why])), requests),
            Arrival::Waiting => {
                let why = "the service that was at work when they were left is at work still";
                return (Ok(found(Grade::Hindered, vec![Sentence::default().words(why)])), requests);
            }
            Arrival::Here(changed) => changed,
        };
        if self.manner == Manner::Stay {
            return (Ok(Found { changed, ..found(Grade::Fine, Vec::new()) }), requests);
        }
        let mut applicant = Applicant::standing(driver, self.growth, here);
        let went = self.go_on(&mut applicant, Some(session)).await;
        (went.map(|went| self.fared(&went, changed)), applicant.mark())
    }

    /// How somebody fares who was gone on with, and what has changed of the step that they saw.
    fn fared(&self, went: &Went, changed: Vec<Sentence>) -> Found {
        let (grade, told) = fared(self.place, went);
        Found { grade, told, changed, goal: Some(goal(&went.stop)) }
    }

    /// Goes on as far as one gets: as whoever stands at the step where they were held, or, without a session, has passed it.
    async fn go_on(&self, applicant: &mut Applicant, session: Option<&HeldSession>) -> Result<Went, CallError> {
        let passed = if session.is_none() { vec![step_name(&self.place.seen)] } else { Vec::new() };
        let mut went = Went { steps: passed, mended: Vec::new(), stop: Stop::End };
        let mut visits: HashMap<String, usize> = HashMap::new();
        loop {
            if let Some(stop) = applicant.stopped() {
                return Ok(Went { stop, ..went });
            }
            let step = applicant.step().cloned().unwrap_or_default();
            let visit = visits.entry(identity(&step)).or_default();
            *visit += 1;
            if *visit > MOST_VISITS || went.steps.len() >= MOST_STEPS {
                return Ok(Went { stop: Stop::Circle, ..went });
            }
            let first = went.steps.is_empty();
            went.steps.push(step_name(&step));
            let tries = self.tries(&step, session.filter(|_| first));
            if let Some(stop) = self.enter(applicant, &step, tries, &mut went.mended).await? {
                return Ok(Went { stop, ..went });
            }
        }
    }

    /// What is tried at a step in turn, each with whether it was valid when they were held: as the first step of whoever was held
    /// there, what they had typed; what leads the way; whatever is asked for.
    fn tries(&self, step: &Value, held: Option<&HeldSession>) -> Vec<(Entry, bool)> {
        let entry =
            |given: Vec<(String, Option<Value>)>| Entry { fill: Fill::Valid, given, services: self.held.services };
        let name = step_name(step);
        let mut known = self.place.onward.iter();
        let onward = if held.is_some() { known.next() } else { known.find(|onward| onward.step == name) };
        let given = onward.map(|onward| onward.given.clone()).unwrap_or_default();
        let mut tries: Vec<(Entry, bool)> = Vec::new();
        if let Some(session) = held {
            let typed = typed(&self.place.seen, step, session.memory.country.as_deref(), &given, self.growth);
            tries.push((entry(typed.into_iter().chain(given.clone()).collect()), true));
        }
        tries.push((entry(given), held.is_some()));
        tries.push((entry(Vec::new()), false));
        tries.dedup_by(|later, earlier| later.0 == earlier.0);
        tries
    }

    /// Enters into a step until it is taken: none where it goes on then, else why it does not.
    async fn enter(
        &self,
        applicant: &mut Applicant,
        step: &Value,
        tries: Vec<(Entry, bool)>,
        mended: &mut Vec<Mended>,
    ) -> Result<Option<Stop>, CallError> {
        let mut refused: Vec<Mended> = Vec::new();
        let mut taken = false;
        for (entry, was_valid) in tries {
            self.moved.store(true, Ordering::SeqCst);
            match applicant.enter(&entry).await? {
                Entered::On => {
                    taken = true;
                    break;
                }
                Entered::Nowhere(Stop::Refused(code, message)) if OF_DATA.contains(&code) && is_form(step) => {
                    refused.push(Mended { step: step_name(step), code, message, was_valid });
                    // They are shown the form anew.
                    applicant.here = applicant.driver.current().await?;
                    if let Some(stop) = applicant.stopped() {
                        return Ok(Some(stop));
                    }
                }
                Entered::Nowhere(stop) => return Ok(Some(stop)),
            }
        }
        let is_here = applicant.step().is_some_and(|here| identity(here) == identity(step));
        match refused.pop() {
            Some(last) if !taken && is_here => Ok(Some(Stop::Refused(last.code, last.message))),
            last => {
                mended.extend(refused.into_iter().chain(last));
                Ok(None)
            }
        }
    }
}

/// What came of submitting a page that was open.
enum Page {
    /// None was, or nothing valid can be made up for it.
    Closed,
    /// It was taken: the answer.
    Taken(Box<Exchange>),
    /// It was refused with a code or status, and what that says.
    Refused(i64, String),
}

impl Found {
    /// The same of somebody who had to load their page again, since it was refused.
    fn after_reload(mut self, code: i64, message: &str) -> Self {
        // Whoever is lost has nothing to load.
        if self.grade != Grade::Lost || self.goal.is_some() {
            self.told.insert(0, reloaded(code, message));
            self.grade = self.grade.max(Grade::Hindered);
        }
        self
    }
}

/// What somebody had typed into the step that they were held at, as far as the step still has fields for it, by what a scenario
/// calls them.
fn typed(
    seen: &Value,
    step: &Value,
    country: Option<&str>,
    given: &[(String, Option<Value>)],
    growth: Growth,
) -> Vec<(String, Option<Value>)> {
    let (before, now) = (elements(seen), elements(step));
    let mut values = Map::new();
    let mut omitted = Vec::new();
    for (field, value) in given {
        match (find(&before, field), value) {
            (Ok(element), Some(value)) => drop(values.insert(element.id.clone(), value.clone())),
            (Ok(element), None) => omitted.push(element.id.clone()),
            (Err(_), _) => {}
        }
    }
    let form = Form { elements: &before, given: &values, omitted: &omitted, country, today: growth.today };
    let filled = fill_in(&form, Fill::Valid, &Seed::new(growth.seed)).unwrap_or_default();
    let named = filled.into_iter().filter_map(|(element, filled)| match filled {
        Filled::Value(value) => Some((called(&before, element), value)),
        // A file is uploaded anew.
        Filled::File { .. } | Filled::Nothing => None,
    });
    let kept: Vec<_> = named.filter_map(|(name, value)| Some((find(&now, &name).ok()?, name, value))).collect();
    let mut shown = held_values(&now);
    shown.extend(kept.iter().map(|(element, _, value)| (element.id.clone(), value.clone())));
    let kept = kept.into_iter().filter(|(element, ..)| is_visible(element, &shown));
    kept.map(|(_, name, value)| (name, Some(value))).collect()
}
