//! Whether what one applicant entered is shown to the next: tried by two who are alone, twice with other data.
//!
//! What shows while many are under way depends on who was there last. Here the one enters something into a form, and only then
//! the other comes to it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::applicant::{Applicant, Route, Went, essential, identity, is_form, step_name};
use super::ledger::{Finding, Ledger, at_path, entry, literal};
use super::rules::RuleId;
use super::sessions::SEEN;
use super::{Plan, Trail};
use crate::api::client::CallError;
use crate::api::element::{Element, ElementType, JsonType};
use crate::api::exchange::Exchange;
use crate::api::wire::{BodyKind, elements, is_blank};
use crate::compose::Data;
use crate::scenario::Fill;
use crate::session::driver::Course;
use crate::session::entry::{Entry, Growth};

/// The most forms at which it is tried.
const MOST_FORMS: usize = 4;
/// What the seeds of these applicants are counted from, so that nobody else has their data.
const SEEDS: u64 = 50_021;

/// Tries it at the forms that showed somebody's data, or other data to one than to another. What is certain then stands in place
/// of what was seen before.
pub(super) async fn confirm(course: &Course, plan: &Plan, ways: &[(Route, Trail)], ledger: &mut Ledger) {
    for suspect in suspects(ledger).into_iter().take(MOST_FORMS) {
        let at = |trail: &Trail| trail.stages.iter().position(|stage| identity(&stage.step) == suspect);
        let places = ways.iter().filter_map(|(route, trail)| Some((route, trail, at(trail)?)));
        let Some((route, trail, at)) = places.min_by_key(|(_, _, at)| *at) else { continue };
        let form = Form { course, plan, route, trail, at };
        match form.try_out(ledger).await {
            Ok(Some(finding)) => {
                ledger.findings.retain(|known| known.rule != RuleId::Isolation);
                ledger.check(RuleId::Isolation, Some(finding));
                return;
            }
            Ok(None) => {}
            Err(error) => ledger.hindered(&error),
        }
    }
}

/// The forms where it may be so, those first where somebody's data were seen.
fn suspects(ledger: &Ledger) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let isolation = ledger.findings.iter().filter(|finding| finding.rule == RuleId::Isolation);
    found.extend(isolation.filter_map(|finding| finding.calls.last()?.answer.json().map(identity)));
    let mut shown: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let mut varying: Vec<String> = Vec::new();
    for (step, fields) in ledger.logs.iter().flat_map(|log| arrivals(log)) {
        for (id, held) in fields {
            let values = shown.entry((step.clone(), id)).or_default();
            values.insert(held.to_string());
            if values.len() > 1 && !varying.contains(&step) {
                varying.push(step.clone());
            }
        }
    }
    found.extend(varying);
    let mut known = BTreeSet::new();
    found.retain(|step| known.insert(step.clone()));
    found
}

/// What the forms held to which an applicant came for the first time.
fn arrivals(log: &[Exchange]) -> Vec<(String, BTreeMap<String, Value>)> {
    let mut found: Vec<(String, BTreeMap<String, Value>)> = Vec::new();
    for call in log.iter().filter(|call| call.answer.kind() == BodyKind::Step) {
        let Some(step) = call.answer.json().filter(|step| is_form(step)) else { continue };
        if found.iter().all(|(known, _)| *known != identity(step)) {
            let held = |element: Element| (element.id.clone(), held(&element));
            found.push((identity(step), elements(step).into_iter().map(held).collect()));
        }
    }
    found
}

fn held(element: &Element) -> Value {
    element.json.get("value").filter(|value| !is_blank(value)).cloned().unwrap_or_default()
}

/// A form on a way.
struct Form<'a> {
    course: &'a Course,
    plan: &'a Plan,
    route: &'a Route,
    trail: &'a Trail,
    at: usize,
}

/// What two applicants showed.
struct Shown {
    entered: Map<String, Value>,
    /// Ids of fields that hold for the other what the one entered.
    same: BTreeSet<String>,
    calls: Vec<Exchange>,
}

impl Form<'_> {
    async fn try_out(&self, ledger: &mut Ledger) -> Result<Option<Finding>, CallError> {
        if !is_form(&self.trail.stages[self.at].step) {
            return Ok(None);
        }
        let Some(first) = self.pair(0, ledger).await?.filter(|shown| !shown.same.is_empty()) else { return Ok(None) };
        let Some(second) = self.pair(1, ledger).await? else { return Ok(None) };
        // What was shown anyhow is the same both times.
        let follows = |id: &&String| second.same.contains(*id) && first.entered.get(*id) != second.entered.get(*id);
        let mut ids: Vec<&String> = first.same.iter().filter(follows).collect();
        // A scenario says it of one value, and not of a list.
        ids.sort_by_key(|id| second.entered.get(*id).is_some_and(Value::is_array));
        let Some(id) = ids.first().map(|id| (*id).clone()) else { return Ok(None) };
        Ok(Some(self.finding(&id, second)))
    }

    /// One who enters something, and another who comes after.
    async fn pair(&self, number: usize, ledger: &mut Ledger) -> Result<Option<Shown>, CallError> {
        let seed = self.plan.growth.seed.wrapping_add(SEEDS + number as u64);
        let growth = Growth { seed, ..self.plan.growth };
        let mut entered = None;
        for chosen in [true, false] {
            let Some(mut one) = self.arrive(growth).await? else { return Ok(None) };
            let given = if chosen { choices(&one.elements(), number) } else { Vec::new() };
            let entry = Entry { fill: Fill::Valid, given, ..self.route.entry(self.at).clone() };
            let went = one.enter(&entry).await?;
            if matches!(went, Went::On) {
                let sent = one.passed.last().map(|(_, sent)| sent.clone()).unwrap_or_default();
                entered = Some((sent, essential(one.driver.exchanges())));
                ledger.finish(one);
                break;
            }
            ledger.finish(one);
        }
        let Some((entered, mut calls)) = entered else { return Ok(None) };
        let Some(other) = self.arrive(growth).await? else { return Ok(None) };
        let shows = |element: &Element| entered.get(&element.id).is_some_and(|value| *value == held(element));
        let same = other.elements().into_iter().filter(shows).map(|element| element.id).collect();
        calls.extend(essential(other.driver.exchanges()));
        ledger.finish(other);
        Ok(Some(Shown { entered, same, calls }))
    }

    /// Somebody who comes to the form with the data of the way.
    async fn arrive(&self, growth: Growth) -> Result<Option<Applicant>, CallError> {
        let mut applicant = Applicant::begin(self.course, growth).await?;
        for at in 0..self.at {
            if let Went::Nowhere(_) = applicant.again(&self.trail.stages[at], self.route.entry(at)).await? {
                return Ok(None);
            }
        }
        let here = identity(&self.trail.stages[self.at].step);
        Ok(Some(applicant).filter(|applicant| applicant.step().map(identity) == Some(here)))
    }

    fn finding(&self, id: &str, shown: Shown) -> Finding {
        let step = shown.calls.last().and_then(|last| last.answer.json()).cloned().unwrap_or_default();
        let value = shown.entered.get(id).cloned().unwrap_or_default();
        let place = elements(&step).iter().position(|element| element.id == id).unwrap_or_default();
        let words = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let text = format!("what one applicant entered is shown to another: {words}");
        let mut finding = Finding::new(RuleId::Isolation, step_name(&step), text, shown.calls).caused_by(SEEN);
        // One that holds nothing has no such member, or null.
        let path = format!("$.elements[{place}][?@ == {}]", literal(&value));
        finding.sayable = !value.is_array();
        finding.expect = finding.sayable.then(|| at_path(path, entry("exists", Data::Json(false.into()))));
        finding.about = vec![id.to_owned()];
        finding
    }
}

/// Of each choice the option of a number, so that the next who chooses chooses another.
fn choices(form: &[Element], number: usize) -> Vec<(String, Option<Value>)> {
    let chosen = form.iter().filter_map(|element| {
        let options: Vec<Value> =
            element.options().into_iter().map(|(value, _)| value).filter(|value| !is_blank(value)).collect();
        let option = options.get(number % options.len().max(1)).cloned();
        let value = match element.kind {
            ElementType::Dropdown | ElementType::CountrySelect => option?,
            ElementType::CheckboxGroup => json!([option?]),
            ElementType::Checkbox if element.takes() == JsonType::Boolean && !element.required() => {
                json!(number.is_multiple_of(2))
            }
            _ => return None,
        };
        Some((format!("id:{}", element.id), Some(value)))
    });
    chosen.collect()
}
