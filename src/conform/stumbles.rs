//! Somebody who is refused at every form, and goes back to the beginning: what was entered must be there still.
//!
//! A refusal that takes away what was entered at another form does not show in FlowStep. Whether it was the refusal, is seen by
//! somebody who goes the same way without one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::applicant::{Applicant, Route, Went, essential, identity, is_form, step_name};
use super::back::{agree, expected_value, is_comparable};
use super::ledger::{Finding, Ledger};
use super::negatives::{cases, name};
use super::rules::RuleId;
use super::{Plan, Trail};
use crate::api::client::CallError;
use crate::api::exchange::{Exchange, RequestBody};
use crate::api::operation::Operation;
use crate::api::wire::{BodyKind, elements};
use crate::session::driver::Course;

/// The most ways that are gone so.
const MOST_WAYS: usize = 4;
/// The most forms of which it is found out whether a refusal there is what took something away.
const MOST_FORMS: usize = 12;

/// A field of a form on the way: the form's place, and the field's id.
type Field = (usize, String);

/// Goes the ways that come to forms which none before comes to.
pub(super) async fn stumbles(course: &Course, plan: &Plan, ways: &[(Route, Trail)]) -> Ledger {
    let mut ledger = Ledger::default();
    let mut known = BTreeSet::new();
    let mut gone = 0;
    for (route, trail) in ways {
        let forms = trail.stages.iter().filter(|stage| is_form(&stage.step));
        let new = forms.filter(|stage| known.insert(identity(&stage.step))).count();
        if new == 0 || gone == MOST_WAYS {
            continue;
        }
        gone += 1;
        let way = Way { course, plan, route, trail };
        ledger.take(way.gone().await);
    }
    ledger
}

struct Way<'a> {
    course: &'a Course,
    plan: &'a Plan,
    route: &'a Route,
    trail: &'a Trail,
}

/// What became of somebody who went a way and back.
struct Gone {
    /// The fields that held, after going back, what was entered.
    held: BTreeSet<Field>,
    /// Those that did not.
    lost: BTreeSet<Field>,
    /// The calls that changed anything, and those that were refused.
    calls: Vec<Exchange>,
    applicant: Applicant,
}

impl Way<'_> {
    /// The place of the last step that one can go back from.
    fn last(&self) -> usize {
        let ends = self.trail.stages.last().is_some_and(|stage| !is_form(&stage.step));
        self.trail.stages.len().saturating_sub(if ends { 2 } else { 1 })
    }

    async fn gone(&self) -> Result<Ledger, CallError> {
        let mut ledger = Ledger::default();
        let last = self.last();
        if last == 0 {
            return Ok(ledger);
        }
        let Some(stumbled) = self.go(&Vec::from_iter(0..=last), last, 0).await? else { return Ok(ledger) };
        let lost = stumbled.lost.clone();
        ledger.finish(stumbled.applicant);
        if lost.is_empty() {
            ledger.check(RuleId::Refusal, None);
            return Ok(ledger);
        }
        // Who was never refused: what they miss is another rule's.
        let Some(clean) = self.go(&[], last, 0).await?.filter(|clean| !clean.held.is_empty()) else {
            return Ok(ledger);
        };
        ledger.finish(clean.applicant);
        let taken: BTreeSet<Field> = lost.intersection(&clean.held).cloned().collect();
        let Some((place, _)) = taken.last().cloned() else {
            ledger.check(RuleId::Refusal, None);
            return Ok(ledger);
        };
        // The refusal nearest behind the form that lost something.
        for at in (place + 1..=last).take(MOST_FORMS) {
            let Some(one) = self.go(&[at], at, place).await? else { continue };
            let fields: Vec<String> = one.lost.intersection(&taken).map(|(_, id)| id.clone()).collect();
            let calls = one.calls;
            ledger.finish(one.applicant);
            if !fields.is_empty() {
                ledger.check(RuleId::Refusal, Some(self.finding(at, place, &fields, calls)));
                return Ok(ledger);
            }
        }
        Ok(ledger)
    }

    /// Goes as far as one step, refused at some forms, and back to another; none where the way is not the same.
    async fn go(&self, refused: &[usize], to: usize, back: usize) -> Result<Option<Gone>, CallError> {
        let mut applicant = Applicant::begin(self.course, self.plan.growth).await?;
        let mut calls = Vec::new();
        let mut seen = 0;
        for at in 0..=to {
            if applicant.step().map(identity) != Some(identity(&self.trail.stages[at].step)) {
                return Ok(None);
            }
            calls.extend(followed(applicant.driver.exchanges(), seen));
            seen = applicant.mark();
            if refused.contains(&at) {
                if !self.stumble(&mut applicant, at).await? {
                    return Ok(None);
                }
                calls.extend(applicant.driver.exchanges()[seen..].iter().cloned());
                seen = applicant.mark();
            }
            if at < to {
                match applicant.again(&self.trail.stages[at], self.route.entry(at)).await? {
                    Went::On => {}
                    Went::Nowhere(_) => return Ok(None),
                }
            }
        }
        let (mut held, mut lost) = (BTreeSet::new(), BTreeSet::new());
        let mut at = to;
        while at > back {
            let answer = applicant.driver.back().await?;
            let landed = answer.answer.json().filter(|_| answer.answer.kind() == BodyKind::Step).map(identity);
            let before = self.trail.stages[..at].iter().rposition(|stage| Some(identity(&stage.step)) == landed);
            let Some(place) = before else { break };
            at = place;
            self.compare(at, &answer, &mut held, &mut lost);
        }
        calls.extend(followed(applicant.driver.exchanges(), seen));
        Ok(Some(Gone { held, lost, calls, applicant }))
    }

    /// Is refused once with each code that the form has a case for; whether that was a refusal each time.
    async fn stumble(&self, applicant: &mut Applicant, at: usize) -> Result<bool, CallError> {
        let valid = &self.trail.stages[at].sent;
        let mut codes = BTreeSet::new();
        for case in cases(&applicant.elements(), valid).into_iter().filter(|case| codes.insert(case.code)) {
            let body = RequestBody::Json(Value::Object(case.body(valid)));
            let answer = applicant.driver.call(Operation::SubmitStep, body).await?;
            // What is taken all the same is told where the form is stood on.
            if !answer.answer.is_error() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What of a form shows what was entered there.
    fn compare(&self, at: usize, answer: &Exchange, held: &mut BTreeSet<Field>, lost: &mut BTreeSet<Field>) {
        let sent = &self.trail.stages[at].sent;
        let form = answer.answer.json().map(elements).unwrap_or_default();
        for element in form.iter().filter(|element| is_comparable(element, &form, sent)) {
            let Some(entered) = sent.get(&element.id) else { continue };
            let shows = element.json.get("value").is_some_and(|now| agree(element, entered, now));
            let list = if shows { &mut *held } else { &mut *lost };
            list.insert((at, element.id.clone()));
        }
    }

    fn finding(&self, at: usize, place: usize, fields: &[String], calls: Vec<Exchange>) -> Finding {
        let [here, there] = [at, place].map(|at| step_name(&self.trail.stages[at].step));
        let form = calls.last().and_then(|last| last.answer.json()).map(elements).unwrap_or_default();
        let names: Vec<String> = form.iter().filter(|element| fields.contains(&element.id)).map(name).collect();
        let text = format!("a refused submit takes away what was entered at {there}: {}", names.join(", "));
        let mut finding = Finding::new(RuleId::Refusal, here, text, calls);
        finding.expect = expected_value(&form, &self.trail.stages[place].sent, &fields[0]);
        finding.about = fields.to_vec();
        finding
    }
}

/// The calls from a place on that changed anything.
fn followed(calls: &[Exchange], since: usize) -> Vec<Exchange> {
    // What comes first is held against the beginning of all.
    let before = essential(&calls[..since]).len();
    essential(calls).split_off(before)
}
