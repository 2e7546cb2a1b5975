//! Other data after back: what is entered the second time must be what back shows then.

use serde_json::{Map, Value};

use super::kept::{agree, expected_value, is_comparable};
use crate::api::client::CallError;
use crate::api::element::{Element, ElementType};
use crate::api::exchange::Exchange;
use crate::api::wire::{BodyKind, elements};
use crate::conform::applicant::{Applicant, essential, identity, step_name};
use crate::conform::ledger::Ledger;
use crate::conform::negatives::name;
use crate::conform::rules::RuleId;
use crate::conform::standing::Spot;
use crate::session::driver::Driver;
use crate::session::entry::{Body, Entry, Growth};

/// How far the seed of the other data is from that of the first.
const OTHER: u64 = 7919;

/// Goes back once more to a form whose fields were seen to hold `sent`, enters other data, and goes back to see them. `way` are
/// the calls that led there the first time, back among them. Where the applicant does not come to the form again, nothing is
/// said.
pub(super) async fn changed(
    spot: &Spot<'_>,
    applicant: &mut Applicant,
    place: usize,
    sent: &Map<String, Value>,
    way: &[Exchange],
    ledger: &mut Ledger,
) -> Result<(), CallError> {
    let stage = &spot.trail.stages[place];
    // A key may be good for one submit only.
    if elements(&stage.step).iter().any(|element| element.kind == ElementType::File) {
        return Ok(());
    }
    let is_there = |exchange: &Exchange| {
        exchange.answer.kind() == BodyKind::Step && exchange.answer.json().map(identity) == Some(identity(&stage.step))
    };
    let there = applicant.driver.back().await?;
    if !is_there(&there) {
        return Ok(());
    }
    let form = there.answer.json().map(elements).unwrap_or_default();
    let other = others(spot, &mut applicant.driver, &form, sent).await?;
    let new: Vec<String> =
        other.iter().filter(|(id, value)| sent.get(*id) != Some(value)).map(|(id, _)| id.clone()).collect();
    if new.is_empty() {
        return Ok(());
    }
    let since = applicant.mark();
    let went = applicant.driver.submit(Value::Object(other.clone())).await?;
    if went.answer.kind() != BodyKind::Step || went.answer.is_error() {
        return Ok(());
    }
    let again = applicant.driver.back().await?;
    if !is_there(&again) {
        return Ok(());
    }
    let form = again.answer.json().map(elements).unwrap_or_default();
    let held = |element: &Element| element.json.get("value").cloned().unwrap_or_default();
    // Only what was there before: anything else may be a way of writing it.
    let stale = form.iter().find(|element| {
        let (Some(old), Some(now)) = (sent.get(&element.id), other.get(&element.id)) else { return false };
        let held = held(element);
        new.contains(&element.id)
            && is_comparable(element, &form, &other)
            && agree(element, old, &held)
            && !agree(element, now, &held)
    });
    let finding = stale.map(|element| {
        let mut calls = essential(way);
        let all = applicant.driver.exchanges();
        let before = essential(&all[..since]).len();
        calls.extend(essential(all).split_off(before));
        let now = other.get(&element.id).cloned().unwrap_or_default();
        let text = format!(
            "after back and other data, {} holds {} still, and {now} was entered",
            name(element),
            held(element)
        );
        let expect = expected_value(&form, &other, &element.id);
        let mut finding = spot.finding(RuleId::Kept, text, calls, expect);
        finding.step = step_name(&stage.step);
        finding.about = vec![element.id.clone()];
        finding
    });
    ledger.check(RuleId::Kept, finding);
    Ok(())
}

/// The same data with other texts; where there are none, with other dates; else with other numbers. What decides the way is left
/// alone as far as possible.
async fn others(
    spot: &Spot<'_>,
    driver: &mut Driver,
    form: &[Element],
    sent: &Map<String, Value>,
) -> Result<Map<String, Value>, CallError> {
    let mut all = sent.clone();
    for kind in [ElementType::Text, ElementType::Date, ElementType::Number] {
        let of_kind = form.iter().filter(|element| element.kind == kind && is_comparable(element, form, sent));
        let fields: Vec<Element> = of_kind.cloned().collect();
        let growth = Growth { seed: spot.plan.growth.seed.wrapping_add(OTHER), ..spot.plan.growth };
        let entry = Entry { given: Vec::new(), ..spot.route.rest.clone() };
        let fill = Entry { fill: crate::scenario::Fill::Valid, ..entry };
        if let Body::Filled(other, _) = driver.filled(&fields, &fill, growth).await? {
            all.extend(other);
        }
        if all != *sent {
            break;
        }
    }
    Ok(all)
}
