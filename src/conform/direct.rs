//! Submitting without a session: the first form's data must lead where they lead with one.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::applicant::{Applicant, Route, described, identity};
use super::ledger::{Finding, Ledger};
use super::rules::RuleId;
use super::standing::{Spot, expected_step};
use super::{Plan, Trail};
use crate::api::client::CallError;
use crate::api::element::{Element, ElementType};
use crate::api::exchange::{Exchange, RequestBody};
use crate::api::operation::Operation;
use crate::api::wire::is_blank;
use crate::session::driver::Course;

const DIRECT_REFUSED: i64 = 4015;
/// The most data for the first form that are submitted so.
const MOST_BODIES: usize = 6;

/// A submit without a session. `ways` tell what else leads from the first form to where.
pub(super) async fn direct(
    course: &Course,
    plan: &Plan,
    whole: &(Route, Trail),
    ways: &[(Route, Trail)],
) -> Result<Ledger, CallError> {
    let mut ledger = Ledger::default();
    let (route, trail) = whole;
    let spot = Spot { course, plan, route, trail, at: 0 };
    let Some(mut applicant) = spot.arrive().await? else { return Ok(ledger) };
    if !applicant.is_at_form() {
        refused(&spot, applicant, &mut ledger).await?;
        return Ok(ledger);
    }
    ledger.cannot(RuleId::DirectRefused, "the flow begins with a form");
    if trail.stages.len() < 2 {
        ledger.cannot(RuleId::Direct, "the walk does not get beyond the first form");
        return Ok(ledger);
    }
    let form = applicant.elements();
    if form.iter().any(|element| element.kind == ElementType::File) {
        ledger.cannot(RuleId::Direct, "the first form takes a file, which is uploaded to a session");
        return Ok(ledger);
    }
    let Some(body) = applicant.body(spot.route.entry(0)).await? else { return Ok(ledger) };
    ledger.finish(applicant);
    for body in bodies(&form, body, trail, ways) {
        if !one(&spot, body, &mut ledger).await? {
            break;
        }
    }
    Ok(ledger)
}

/// A flow that begins with no form takes nothing directly.
async fn refused(spot: &Spot<'_>, mut applicant: Applicant, ledger: &mut Ledger) -> Result<(), CallError> {
    ledger.cannot(RuleId::Direct, "the flow does not begin with a form");
    let since = applicant.mark();
    applicant.driver.assume(None);
    let answer = applicant.driver.call(Operation::SubmitStep, RequestBody::Json(json!({}))).await?;
    let text = || {
        format!(
            "a direct submit to a flow that begins with no form: {DIRECT_REFUSED} must come, and {} came",
            described(&answer.answer)
        )
    };
    let wrong = answer.answer.error_code() != Some(DIRECT_REFUSED);
    let expect = Some(crate::compose::Data::Json(DIRECT_REFUSED.into()));
    let finding = wrong.then(|| spot.finding(RuleId::DirectRefused, text(), applicant.calls(0, since), expect));
    ledger.check(RuleId::DirectRefused, finding);
    finish(applicant, since, ledger);
    Ok(())
}

/// What is submitted: the data of the straight way, those of ways that lead from the first form elsewhere, and the first with
/// every number at its least and at its most.
fn bodies(
    form: &[Element],
    straight: Map<String, Value>,
    trail: &Trail,
    ways: &[(Route, Trail)],
) -> Vec<Map<String, Value>> {
    let next = |trail: &Trail| trail.stages.get(1).map(|stage| identity(&stage.step));
    let mut known = BTreeSet::from([next(trail)]);
    let mut bodies = vec![straight.clone()];
    for (_, other) in ways.iter().filter(|(_, other)| next(other).is_some()) {
        if known.insert(next(other)) {
            bodies.push(other.stages[0].sent.clone());
        }
    }
    for most in [false, true] {
        let mut body = straight.clone();
        for element in form.iter().filter(|element| element.kind == ElementType::Number) {
            let limits = element.limits();
            let bound = if most { &limits.max } else { &limits.min };
            if let (Some(bound), true) =
                (bound.as_ref().filter(|bound| bound.is_number()), body.contains_key(&element.id))
            {
                body.insert(element.id.clone(), bound.clone());
            }
        }
        bodies.push(body);
    }
    let mut distinct: Vec<Map<String, Value>> = Vec::new();
    for body in bodies.into_iter().filter(|body| body.values().any(|value| !is_blank(value))) {
        if !distinct.contains(&body) {
            distinct.push(body);
        }
    }
    distinct.truncate(MOST_BODIES);
    distinct
}

/// Submits the same with a session and without; whether both led to the same.
async fn one(spot: &Spot<'_>, body: Map<String, Value>, ledger: &mut Ledger) -> Result<bool, CallError> {
    let with = with_session(spot, &body, ledger).await?;
    // What is refused with a session leads nowhere.
    if with.answer.is_error() {
        return Ok(true);
    }
    let mut applicant = Applicant::begin(spot.course, spot.plan.growth).await?;
    let since = applicant.mark();
    let begun = applicant.here.clone();
    applicant.driver.assume(None);
    applicant.here = applicant.driver.submit(Value::Object(body.clone())).await?;
    let goal = |exchange: &Exchange| (exchange.answer.kind(), exchange.answer.json().map(identity));
    let other = goal(&applicant.here) != goal(&with);
    // Where it leads elsewhere each time, nobody knows where it should.
    if other && goal(&with_session(spot, &body, ledger).await?) != goal(&with) {
        finish(applicant, since, ledger);
        return Ok(true);
    }
    let finding = other.then(|| {
        let (came, next) = (described(&applicant.here.answer), described(&with.answer));
        let text = format!("submitted directly, the first form's data lead to {came}, and with a session to {next}");
        let expect = with.answer.json().and_then(expected_step);
        let finding = spot.finding(RuleId::Direct, text, applicant.calls(0, since), expect);
        Finding { begun: Some(Box::new(begun)), ..finding }
    });
    ledger.check(RuleId::Direct, finding);
    finish(applicant, since, ledger);
    Ok(!other)
}

async fn with_session(spot: &Spot<'_>, body: &Map<String, Value>, ledger: &mut Ledger) -> Result<Exchange, CallError> {
    let mut applicant = Applicant::begin(spot.course, spot.plan.growth).await?;
    let answer = applicant.driver.submit(Value::Object(body.clone())).await?;
    ledger.finish(applicant);
    Ok(answer)
}

/// Two applicants: the one who began, and the one who did not.
fn finish(applicant: Applicant, since: usize, ledger: &mut Ledger) {
    let mut begun = applicant.driver.into_exchanges();
    let direct = begun.split_off(since);
    ledger.logs.extend([begun, direct]);
}
