//! Going back, and forward again.

mod changed;
mod kept;

use serde_json::{Map, Value};

use self::kept::compare;
pub(super) use self::kept::{Kept, agree, expected_value, is_comparable};
use super::applicant::{Applicant, Went, ask, described, differently, identity, is_form, same, step_name};
use super::ledger::{Ledger, entry};
use super::rules::RuleId;
use super::standing::{Spot, changed, expected_step};
use crate::api::client::CallError;
use crate::api::element::ElementType;
use crate::api::exchange::{Exchange, RequestBody};
use crate::api::operation::Operation;
use crate::api::wire::{BodyKind, elements};
use crate::compose::Data;

/// What back is refused with.
const ILLEGAL: i64 = 4103;
/// Services that fail leave the applicant where they stand: no fault of going forward.
const SERVICE_FAILED: [i64; 4] = [4009, 4200, 4201, 6504];

/// Goes back from a step, and forward again; `whole` where other data are entered then.
pub(super) async fn back(spot: &Spot<'_>, whole: bool) -> Result<(Ledger, Option<Kept>), CallError> {
    let mut ledger = Ledger::default();
    let Some(mut applicant) = spot.arrive().await? else { return Ok((ledger, None)) };
    let arrived = applicant.mark();
    let can = applicant.step().and_then(|step| step.get("canGoBack")).and_then(Value::as_bool);
    let answer = applicant.driver.back().await?;
    let calls = applicant.calls(arrived, arrived);
    let way = applicant.calls(arrived, usize::MAX);
    let succeeded = !answer.answer.is_error();
    let finding = |rule, text: String, expect| Some(spot.finding(rule, text, calls.clone(), expect));
    match can {
        Some(can) => ledger.check(
            RuleId::CanGoBack,
            (can != succeeded)
                .then(|| {
                    let text = format!("`canGoBack` is {can}, and back is answered with {}", described(&answer.answer));
                    // Where it says that there is no way back and there is one, it is the step that is wrong; and at the
                    // first step where it says that there is one.
                    match can && spot.at > 0 {
                        true => finding(RuleId::CanGoBack, text, None),
                        false => {
                            let expect = entry("can_go_back", Data::Json((!can).into()));
                            Some(spot.finding(RuleId::CanGoBack, text, way.clone(), Some(expect)))
                        }
                    }
                })
                .flatten(),
        ),
        None => ledger.cannot(RuleId::CanGoBack, "no step has `canGoBack`"),
    }
    if spot.at == 0 {
        let wrong = answer.answer.error_code() != Some(ILLEGAL);
        let text = || format!("back at the first step: {ILLEGAL} must come, and {} came", described(&answer.answer));
        let illegal = wrong.then(|| finding(RuleId::IllegalBack, text(), Some(Data::Json(ILLEGAL.into())))).flatten();
        ledger.check(RuleId::IllegalBack, illegal);
        ledger.finish(applicant);
        return Ok((ledger, None));
    }
    let mut kept = None;
    if succeeded && answer.answer.kind() == BodyKind::Step {
        kept = after_back(spot, applicant, &answer, &mut ledger, (arrived, whole)).await?;
    } else {
        ledger.finish(applicant);
    }
    Ok((ledger, kept))
}

async fn after_back(
    spot: &Spot<'_>,
    mut applicant: Applicant,
    answer: &Exchange,
    ledger: &mut Ledger,
    (arrived, whole): (usize, bool),
) -> Result<Option<Kept>, CallError> {
    let landed = answer.answer.json().map(identity).unwrap_or_default();
    let stages = &spot.trail.stages[..spot.at];
    // Where a step cannot be entered again, back may pass over it to a form before.
    let passed_over = stages.iter().rev().take_while(|stage| !is_form(&stage.step)).count();
    let nearest = stages.len().saturating_sub(passed_over + 1);
    let place = stages.iter().rposition(|stage| identity(&stage.step) == landed).filter(|at| *at >= nearest);
    let calls = applicant.calls(arrived, arrived);
    let finding = place.is_none().then(|| {
        let before = &stages[stages.len() - 1].step;
        let text = format!("back gives {}, and the step before is {}", described(&answer.answer), step_name(before));
        spot.finding(RuleId::Back, text, calls.clone(), expected_step(before))
    });
    ledger.check(RuleId::Back, finding);
    let Some(place) = place else {
        ledger.finish(applicant);
        return Ok(None);
    };
    let since = applicant.mark();
    let now = applicant.driver.current().await?;
    let twice = (!same(&answer.answer, &now.answer)).then(|| {
        let mut calls = calls.clone();
        calls.extend(applicant.calls(0, since));
        let text = format!(
            "after back, FlowStep gives {}, and not what back answered",
            differently(&answer.answer, &now.answer)
        );
        changed(spot.finding(RuleId::Idempotent, text, calls, None), answer).caused_by("after back")
    });
    ledger.check(RuleId::Idempotent, twice);
    let sent = applicant.passed.get(place).map(|(_, sent)| sent.clone()).unwrap_or_default();
    let form = answer.answer.json().map(elements).unwrap_or_default();
    let mut kept = compare(spot, &form, &sent, &calls, place, ledger);
    forward(spot, &mut applicant, answer, place, &sent, ledger).await?;
    let is_on = applicant.stopped().is_none()
        && spot.trail.stages.get(place + 1).map(|next| identity(&next.step)) == applicant.step().map(identity);
    let shows = kept.as_ref().is_some_and(|kept| kept.shown > 0 && kept.missing.is_empty());
    if whole && is_on && shows && spot.plan.wants(RuleId::Kept) {
        changed::changed(spot, &mut applicant, place, &sent, &calls, ledger).await?;
    }
    ledger.finish(applicant);
    if let Some(kept) = kept.as_mut().filter(|kept| kept.shown == 0 && !kept.missing.is_empty()) {
        let demands = form.iter().any(|element| element.required() && sent.contains_key(&element.id));
        // What is not shown, the API may well have thrown away.
        let missing = sent.iter().filter(|(id, _)| kept.missing.contains(id)).map(|(_, value)| value.to_string());
        match holds_all_the_same(spot, missing.collect(), demands, ledger).await? {
            Held::Is(held) => kept.held = held,
            Held::Unknown(why) => kept.unknown = Some(why),
        }
    }
    Ok(kept)
}

/// Submits what was submitted once more: the same step must come, or a service have been at work.
async fn forward(
    spot: &Spot<'_>,
    applicant: &mut Applicant,
    answer: &Exchange,
    place: usize,
    sent: &Map<String, Value>,
    ledger: &mut Ledger,
) -> Result<(), CallError> {
    let Some(next) = spot.trail.stages.get(place + 1).map(|stage| &stage.step) else { return Ok(()) };
    let step = answer.answer.json().cloned().unwrap_or_default();
    let since = applicant.mark();
    let before = services(applicant).await;
    if is_form(&step) {
        applicant.here = answer.clone();
        let takes_files = applicant.elements().iter().any(|element| element.kind == ElementType::File);
        // A key may be good for one submit only.
        let anew = if takes_files { applicant.body(spot.route.entry(place)).await? } else { None };
        let body = Value::Object(anew.unwrap_or_else(|| sent.clone()));
        applicant.here = applicant.driver.submit(body).await?;
    } else {
        applicant.here = answer.clone();
        if let Went::Nowhere(_) = applicant.enter(spot.route.entry(place)).await?
            && !applicant.here.answer.is_error()
        {
            return Ok(());
        }
    }
    let came = &applicant.here.answer;
    if came.error_code().is_some_and(|code| SERVICE_FAILED.contains(&code)) {
        return Ok(());
    }
    let other = came.json().map(identity) != Some(identity(next)) || came.is_error();
    if other {
        let pending = applicant.driver.exchanges()[since..].iter().any(|call| call.answer.kind() == BodyKind::Pending);
        if !came.is_error() && pending {
            ledger.check(RuleId::Forward, None);
            return Ok(());
        }
        // Whether a service was executed again, only the profile tells.
        if !came.is_error() {
            match (before, services(applicant).await) {
                (Ok(before), Ok(now)) if before == now => {}
                (Ok(before), Ok(now)) => {
                    let new = now.iter().filter(|service| !before.contains(service)).map(service_name);
                    let names: Vec<String> = new.collect();
                    let step = step_name(&step);
                    let why = format!(
                        "forward again from {step}, another step came: {} was executed again",
                        names.join(", ")
                    );
                    ledger.cannot(RuleId::Forward, why);
                    ledger.check(RuleId::Forward, None);
                    return Ok(());
                }
                (Err(why), _) | (_, Err(why)) => {
                    ledger.cannot(RuleId::Forward, why);
                    return Ok(());
                }
            }
        }
    }
    let finding = other.then(|| {
        let text = format!(
            "back to {} and forward again with the same data gives {}, and it gave {} before",
            step_name(&step),
            described(&applicant.here.answer),
            step_name(next)
        );
        let (to_here, since) = applicant.driver.exchanges().split_at(since);
        let mut calls = super::applicant::essential(to_here);
        calls.extend(since.iter().filter(|call| call.request.method == "POST").cloned());
        spot.finding(RuleId::Forward, text, calls, expected_step(next))
    });
    ledger.check(RuleId::Forward, finding);
    Ok(())
}

/// The profile; or why it cannot be read. It is none of the flow's answers, and may be nobody's to read, or not be served at all.
async fn profile(applicant: &mut Applicant) -> Result<Value, String> {
    let exchange =
        ask(applicant, Operation::Profile).await.map_err(|error| format!("the profile cannot be read: {error}"))?;
    let answer = &exchange.answer;
    let body = answer.json().filter(|body| !answer.is_error() && answer.status < 400 && body.get("flowData").is_some());
    body.cloned().ok_or_else(|| {
        let code = answer.error_code().map(|code| format!(", {code}")).unwrap_or_default();
        format!("the profile cannot be read (HTTP {}{code})", answer.status)
    })
}

/// The services that the profile tells of, with their times.
async fn services(applicant: &mut Applicant) -> Result<Vec<Value>, String> {
    let profile = profile(applicant).await?;
    let flows = profile.get("flowData").and_then(Value::as_object).into_iter().flatten();
    let executed = flows.filter_map(|(_, flow)| flow.get("serviceData"));
    Ok(executed.flat_map(|data| data.as_array().cloned().unwrap_or_else(|| vec![data.clone()])).collect())
}

/// What a service is called in a profile.
fn service_name(service: &Value) -> String {
    let text = |key: &str| service.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    text("nodeTitle").or(text("nodeType")).unwrap_or("a service").to_owned()
}

/// Whether data that no field shows are there all the same.
enum Held {
    Is(bool),
    Unknown(String),
}

/// Where no field shows anything after back: whether the step takes an empty submit, or the profile still has the data.
async fn holds_all_the_same(
    spot: &Spot<'_>,
    texts: Vec<String>,
    demands: bool,
    ledger: &mut Ledger,
) -> Result<Held, CallError> {
    let Some(mut applicant) = spot.arrive().await? else { return Ok(Held::Is(false)) };
    drop(applicant.driver.back().await?);
    let profile = profile(&mut applicant).await.map(|profile| profile.to_string());
    let body = RequestBody::Json(Value::Object(Map::new()));
    let empty = applicant.driver.call(Operation::SubmitStep, body).await?;
    ledger.finish(applicant);
    Ok(match profile {
        _ if demands && !empty.answer.is_error() => Held::Is(true),
        Ok(profile) => Held::Is(texts.iter().all(|text| profile.contains(text))),
        Err(why) => Held::Unknown(why),
    })
}
