//! Going on as applicants who were held.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value};
use tokio::task::JoinSet;

use super::file::{Held, HeldPlace, HeldSession};
use super::judge::{Arrival, Grade, Known, Mended, Went, arrival, fared, goal};
use crate::api::client::CallError;
use crate::api::field::{called, find};
use crate::api::wire::elements;
use crate::compose::walk::Stop;
use crate::conform::applicant::{Applicant, Went as Entered, identity, is_form, step_name};
use crate::fake::{Filled, Seed, is_visible};
use crate::scenario::Fill;
use crate::semantic::Sentence;
use crate::session::driver::{Course, Driver};
use crate::session::entry::{Entry, Growth};
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

/// Looks after everybody who stands where they were left; with `stay`, without going on. What was found out until `stopped` comes
/// is told.
pub async fn resume(
    course: &Course,
    held: &Held,
    growth: Growth,
    stay: bool,
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
                let one = One { held: &held, place: &held.places[place], growth, stay, moved: &moved };
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
    stay: bool,
    moved: &'a AtomicBool,
}

impl One<'_> {
    /// How they fare, and how many requests it took to find out.
    async fn look_after(&self, course: Course, session: &HeldSession) -> (Result<Found, CallError>, usize) {
        let mut driver = Driver::new(course);
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
        if self.stay {
            return (Ok(Found { changed, ..found(Grade::Fine, Vec::new()) }), requests);
        }
        let mut applicant = Applicant::standing(driver, self.growth, here);
        let went = self.go_on(&mut applicant, session).await;
        let found = went.map(|went| {
            let (grade, told) = fared(self.place, &went);
            Found { grade, told, changed, goal: Some(goal(&went.stop)) }
        });
        (found, applicant.mark())
    }

    /// Goes on as far as one gets.
    async fn go_on(&self, applicant: &mut Applicant, session: &HeldSession) -> Result<Went, CallError> {
        let mut went = Went { steps: Vec::new(), mended: Vec::new(), stop: Stop::End };
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
            let tries = self.tries(&step, first.then_some(session));
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
