//! Sessions: nobody's, another flow's, none at all; and two applicants at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::applicant::{Applicant, Route, Went, ask, described, differently, essential, identity, same, step_name};
use super::ledger::{self, Finding, Ledger, at_path, entry, literal};
use super::routes::pinned;
use super::rules::RuleId;
use super::standing::changed;
use super::{Plan, Trail};
use crate::api::client::CallError;
use crate::api::element::{Element, ElementType};
use crate::api::exchange::{Exchange, RequestBody};
use crate::api::operation::Operation;
use crate::api::wire::{BodyKind, elements};
use crate::compose::Data;
use crate::session::driver::Course;
use crate::session::entry::{Entry, Growth};

const UNKNOWN_SESSION: i64 = 4100;
const FOREIGN_FLOW: i64 = 4101;

/// The most other flows that are tried before it is said that there is none.
const MOST_FLOWS: usize = 8;
/// What findings share that show one applicant's doing to another.
pub(super) const SEEN: &str = "another applicant";
/// The most pairs who go once more, alone, where applicants are not apart.
const MOST_ALONE: usize = 3;
/// The most pairs of applicants.
const MOST_PAIRS: usize = 8;
/// The fewest characters of a value that is told from everything else.
const DISTINCT: usize = 5;

/// A session that nobody was given, and one that belongs to another flow.
pub(super) async fn strangers(course: &Course, plan: &Plan) -> Result<Ledger, CallError> {
    let mut ledger = Ledger::default();
    let mut applicant = Applicant::begin(course, plan.growth).await?;
    let mine = applicant.driver.session().map(str::to_owned);
    let name = format!("draftgate conform nobody {}", plan.growth.seed);
    applicant.driver.assume(Some(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string()));
    let answer = applicant.driver.current().await?;
    let wrong = (answer.answer.error_code() != Some(UNKNOWN_SESSION)).then(|| {
        let came = described(&answer.answer);
        let text = format!("a session that nobody was given: {UNKNOWN_SESSION} must come, and {came} came");
        let finding = Finding::new(RuleId::UnknownSession, "the beginning", text, vec![answer.clone()]);
        finding.expecting(Data::Json(UNKNOWN_SESSION.into()))
    });
    ledger.check(RuleId::UnknownSession, wrong);
    let begun = essential(applicant.driver.exchanges());
    // Its own call carries a session that is none: not judged as an answer to the other's.
    let mut log = applicant.driver.into_exchanges();
    log.pop();
    ledger.logs.push(log);
    let Some(mine) = mine else { return Ok(ledger) };
    for other in plan.others.iter().filter(|other| **other != course.flow).take(MOST_FLOWS) {
        let elsewhere = Course { flow: other.clone(), ..course.clone() };
        let mut applicant = Applicant::begin(&elsewhere, plan.growth).await?;
        if applicant.here.answer.is_error() || applicant.here.answer.kind() == BodyKind::Other {
            continue;
        }
        applicant.driver.assume(Some(mine));
        let answer = applicant.driver.current().await?;
        let wrong = (answer.answer.error_code() != Some(FOREIGN_FLOW)).then(|| {
            let mut calls = begun.clone();
            calls.push(answer.clone());
            let came = described(&answer.answer);
            let text = format!("a session of this flow in the flow {other}: {FOREIGN_FLOW} must come, and {came} came");
            let finding = Finding::new(RuleId::ForeignFlow, "the beginning", text, calls);
            finding.expecting(Data::Json(FOREIGN_FLOW.into()))
        });
        ledger.check(RuleId::ForeignFlow, wrong);
        ledger.finish(applicant);
        return Ok(ledger);
    }
    ledger.cannot(RuleId::ForeignFlow, "there is no other flow within reach");
    Ok(ledger)
}

/// Pairs of applicants on ways that come to every form, each pair with data of its own.
pub(super) async fn apart(course: &Course, plan: &Plan, ways: &[(Route, Trail)]) -> Ledger {
    let mut known = BTreeSet::new();
    let mut tasks = JoinSet::new();
    for (number, (route, trail)) in ways.iter().enumerate() {
        let new = trail.stages.iter().filter(|stage| known.insert(identity(&stage.step))).count();
        if new == 0 || tasks.len() >= MOST_PAIRS {
            continue;
        }
        let (course, plan, route, trail) = (course.clone(), plan.clone(), pinned(route, trail), trail.clone());
        tasks.spawn(async move { (number, pair(&course, &plan, number as u64, &route, &trail).await) });
    }
    let mut done = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        // A panic is a fault of this program's own, and goes on.
        done.push(ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())));
    }
    done.sort_by_key(|(number, _)| *number);
    let mut ledger = Ledger::default();
    let mut found = Vec::new();
    for (number, ended) in done {
        if ended.as_ref().is_ok_and(|own| own.findings.iter().any(|one| one.rule == RuleId::Isolation)) {
            found.push(number);
        }
        ledger.take(ended);
    }
    // Pairs who are alone show whose doing it is.
    for number in found.into_iter().take(MOST_ALONE) {
        let (route, trail) = &ways[number];
        let data = (number + ways.len()) as u64;
        if let Ok(own) = pair(course, plan, data, &pinned(route, trail), trail).await
            && own.findings.iter().any(|one| one.rule == RuleId::Isolation && one.sayable)
        {
            ledger.findings.retain(|one| one.rule != RuleId::Isolation);
            ledger.add(own);
            break;
        }
    }
    ledger
}

/// Two applicants with different data, step by step in turn.
async fn pair(course: &Course, plan: &Plan, number: u64, route: &Route, trail: &Trail) -> Result<Ledger, CallError> {
    let mut ledger = Ledger::default();
    let grown = |by: u64| Growth { seed: plan.growth.seed.wrapping_add(2 * number + by), ..plan.growth };
    let mut one = Applicant::begin(course, grown(1)).await?;
    let mut other = Applicant::begin(course, grown(2)).await?;
    let mut found = None;
    let steps = trail.stages.len().saturating_sub(1);
    for at in 0..steps {
        let mut went = false;
        for turn in 0..2 {
            let (acts, waits) = if turn == 0 { (&mut one, &mut other) } else { (&mut other, &mut one) };
            let unasked = ask(waits, Operation::FlowStep).await?;
            let before = ask(waits, Operation::FlowStep).await?;
            if turn == 1 && key_of_another(acts, waits, route.entry(at), &mut ledger).await? {
                break;
            }
            went |= matches!(acts.enter(route.entry(at)).await?, Went::On);
            found = found.or_else(|| leak(acts, waits, trail)).or_else(|| leak(waits, acts, trail));
            // Where FlowStep gives something else by itself, nobody else moves the one who asks.
            if same(&unasked.answer, &before.answer) {
                let moves = moved(acts, waits, &before).await?;
                found = found.or_else(|| leak(acts, waits, trail)).or(moves);
            }
        }
        if !went || found.is_some() {
            break;
        }
    }
    if found.is_none() {
        // What is shown again is the applicant's own.
        for applicant in [&mut one, &mut other] {
            drop(ask(applicant, Operation::BackStep).await?);
            drop(ask(applicant, Operation::FlowStep).await?);
        }
        found = leak(&one, &other, trail).or_else(|| leak(&other, &one, trail));
    }
    ledger.check(RuleId::Isolation, found);
    ledger.finish(one);
    ledger.finish(other);
    Ok(ledger)
}

/// Whether a form takes the key of a file that somebody else uploaded and submitted just before.
async fn key_of_another(
    acts: &mut Applicant,
    of: &Applicant,
    entry: &Entry,
    ledger: &mut Ledger,
) -> Result<bool, CallError> {
    let files: Vec<String> =
        acts.elements().into_iter().filter(|element| element.kind == ElementType::File).map(|file| file.id).collect();
    let theirs = of.passed.last().map(|(_, sent)| sent.clone()).unwrap_or_default();
    let Some((file, key)) = files.iter().find_map(|id| Some((id, theirs.get(id)?.clone()))) else { return Ok(false) };
    let Some(mut body) = acts.body(entry).await? else { return Ok(false) };
    body.insert(file.clone(), key);
    let answer = acts.driver.call(Operation::SubmitStep, RequestBody::Json(Value::Object(body))).await?;
    let taken = !answer.answer.is_error();
    let finding = taken.then(|| {
        let mut calls = essential(of.driver.exchanges());
        calls.extend(essential(acts.driver.exchanges()));
        let text = "the key of a file that another applicant uploaded is taken";
        let step = acts.step().map(step_name).unwrap_or_default();
        let refused = ledger::entry("status", ledger::entry("gte", Data::Json(400.into())));
        Finding::new(RuleId::ForeignKey, step, text, calls).expecting(refused)
    });
    ledger.check(RuleId::ForeignKey, finding);
    Ok(taken)
}

/// Whether the one who waited stands elsewhere for what the other did.
async fn moved(acted: &Applicant, waited: &mut Applicant, before: &Exchange) -> Result<Option<Finding>, CallError> {
    let since = waited.mark();
    let now = waited.driver.current().await?;
    // A service that was at work may be done by now.
    if before.answer.kind() == BodyKind::Pending || same(&before.answer, &now.answer) {
        return Ok(None);
    }
    let step = before.answer.json().cloned().unwrap_or_default();
    let theirs = acted.passed.iter().flat_map(|(_, sent)| sent);
    let shown = now.answer.json().map(elements).unwrap_or_default();
    let entered = theirs.into_iter().find(|(id, value)| {
        let held = shown.iter().find(|element| element.id == **id).and_then(|element| element.json.get("value"));
        let was = before.answer.json().map(elements).unwrap_or_default();
        let was =
            was.into_iter().find(|element| element.id == **id).and_then(|element| element.json.get("value").cloned());
        held == Some(value) && was.as_ref() != Some(value)
    });
    if let Some((_, value)) = entered {
        let mut calls = essential(&waited.driver.exchanges()[..since]);
        calls.extend(essential(acted.driver.exchanges()));
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let body = now.answer.json().cloned().unwrap_or_default();
        calls.push(now);
        return Ok(Some(shown_to_another(step_name(&step), &text, &body, calls)));
    }
    // Who entered what is shown now is not known: a third one, perhaps.
    let stays = now.answer.json().map(identity) == before.answer.json().map(identity);
    let gives = differently(&before.answer, &now.answer);
    let text = format!("what another applicant submits changes what FlowStep gives to this one: {gives}");
    let mut calls = essential(&waited.driver.exchanges()[..since]);
    calls.extend(essential(acted.driver.exchanges()));
    calls.push(now);
    let finding = Finding::new(RuleId::Isolation, step_name(&step), text, calls).caused_by(SEEN);
    let finding = changed(finding, before);
    Ok(Some(Finding { sayable: finding.sayable && !stays, ..finding }))
}

/// Whether anything that the one entered is in an answer to the other.
fn leak(of: &Applicant, to: &Applicant, trail: &Trail) -> Option<Finding> {
    let secrets = distinct(&of.passed, &to.passed, trail);
    let answers = to.driver.exchanges();
    let (at, value) = answers.iter().enumerate().find_map(|(at, call)| {
        let body = call.answer.json()?;
        secrets.iter().find(|value| holds_text(body, value)).map(|value| (at, value.clone()))
    })?;
    let step = answers[at].answer.json().map(step_name).unwrap_or_default();
    let entered = of.driver.exchanges().iter().position(|call| match &call.request.body {
        RequestBody::Json(body) => holds_text(body, &value),
        _ => false,
    });
    let mut calls = essential(&of.driver.exchanges()[..=entered?]);
    calls.extend(essential(&answers[..at]));
    calls.push(answers[at].clone());
    let body = answers[at].answer.json().cloned().unwrap_or_default();
    Some(shown_to_another(step, &value, &body, calls))
}

/// The finding that somebody's value is in an answer to another, who should be shown another value, or none.
fn shown_to_another(step: String, value: &str, body: &Value, calls: Vec<Exchange>) -> Finding {
    let text = format!("what one applicant entered is shown to another: {value}");
    let mut finding = Finding::new(RuleId::Isolation, step, text, calls).caused_by(SEEN);
    let form = elements(body);
    let shown = form.iter().position(|element| element.json.get("value").is_some_and(|held| holds_text(held, value)));
    match shown {
        Some(at) => {
            let held = form[at].json.get("value").cloned().unwrap_or_default();
            // One that holds nothing has no such member, or null.
            let path = format!("$.elements[{at}][?@ == {}]", literal(&held));
            finding.expect = Some(at_path(path, entry("exists", Data::Json(false.into()))));
            finding.about = vec![form[at].id.clone()];
        }
        None => finding.sayable = false,
    }
    finding
}

/// What the one entered that nothing but that can have put into an answer.
fn distinct(of: &[(Value, Map<String, Value>)], to: &[(Value, Map<String, Value>)], trail: &Trail) -> Vec<String> {
    let mut found = Vec::new();
    for (step, sent) in of {
        let form = elements(step);
        for (id, value) in sent {
            let element = form.iter().find(|element| element.id == *id);
            let free = element.is_some_and(is_free);
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let known = to.iter().any(|(_, sent)| sent.values().any(|value| holds_text(value, &text)))
                || trail.stages.iter().any(|stage| holds_text(&stage.step, &text));
            if free && !known && text.chars().count() >= DISTINCT {
                found.push(text);
            }
        }
    }
    found
}

/// Whether an element takes what its applicant alone enters.
fn is_free(element: &Element) -> bool {
    matches!(element.kind, ElementType::Text | ElementType::Date | ElementType::Number)
}

/// Whether a form shows what only somebody else entered: to those who have not entered it yet.
pub(super) fn shown_to_strangers(trail: &Trail, ledger: &mut Ledger) {
    let mut entered: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (number, log) in ledger.logs.iter().enumerate() {
        for (at, text) in texts_entered(log) {
            let known = trail.stages.iter().any(|stage| holds_text(&stage.step, &text));
            let earlier = entered.get(&text).is_some_and(|(_, known)| *known <= at);
            if !known && !earlier && text.chars().count() >= DISTINCT {
                entered.insert(text, (number, at));
            }
        }
    }
    let mut shortest: Option<Finding> = None;
    for (number, log) in ledger.logs.iter().enumerate() {
        let own = texts_entered(log);
        for (at, call) in log.iter().enumerate() {
            let Some(body) = call.answer.json() else { continue };
            // An option may be chosen beforehand; a text that somebody entered is nobody else's.
            let shown = elements(body).into_iter().filter(is_free);
            let shown = shown.filter_map(|element| element.json.get("value").cloned());
            for value in shown {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let mine = own.iter().any(|(when, own)| *when <= at && *own == text);
                let Some((other, when)) = entered.get(&text).filter(|(other, _)| !mine && *other != number) else {
                    continue;
                };
                let mut calls = essential(&ledger.logs[*other][..=*when]);
                calls.extend(essential(&log[..at]));
                calls.push(call.clone());
                if shortest.as_ref().is_none_or(|known| calls.len() < known.calls.len()) {
                    shortest = Some(shown_to_another(step_name(body), &text, body, calls));
                }
            }
        }
    }
    ledger.check(RuleId::Isolation, shortest);
}

/// The texts that an applicant submitted, each with the place of the call.
fn texts_entered(log: &[Exchange]) -> Vec<(usize, String)> {
    let entered = log.iter().enumerate().filter_map(|(at, call)| match &call.request.body {
        RequestBody::Json(Value::Object(body)) => Some((at, body)),
        _ => None,
    });
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    entered.flat_map(|(at, body)| body.values().map(move |value| (at, text(value))).collect::<Vec<_>>()).collect()
}

/// Whether a text, or a number written so, is anywhere in a value.
fn holds_text(value: &Value, text: &str) -> bool {
    match value {
        Value::String(held) => held.contains(text),
        Value::Number(number) => number.to_string() == text,
        Value::Array(items) => items.iter().any(|item| holds_text(item, text)),
        Value::Object(members) => members.values().any(|member| holds_text(member, text)),
        _ => false,
    }
}
