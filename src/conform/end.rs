//! What can be done at END: nothing.

use serde_json::{Value, json};

use super::applicant::{Applicant, described, essential, same};
use super::ledger::Ledger;
use super::rules::RuleId;
use super::standing::Spot;
use crate::api::client::CallError;
use crate::api::exchange::{Exchange, RequestBody};
use crate::api::operation::Operation;
use crate::api::wire::BodyKind;
use crate::compose::Data;

/// What a submit after END is refused with.
const FINISHED: i64 = 4013;

/// Stands at END, and tries to get away.
pub(super) async fn end(spot: &Spot<'_>) -> Result<Ledger, CallError> {
    let mut ledger = Ledger::default();
    let Some(applicant) = spot.arrive().await? else { return Ok(ledger) };
    let mut end = AtEnd { spot, way: essential(applicant.driver.exchanges()), applicant };
    let first = end.applicant.driver.current().await?;
    let second = end.applicant.driver.current().await?;
    let asked = [first, second];
    let wrong = asked.iter().position(|call| !end.is_here(call));
    let text = wrong.map(|at| format!("at END, FlowStep gives {}", described(&asked[at].answer)));
    let last = asked[..=wrong.unwrap_or(0)].to_vec();
    let moved = wrong.is_some();
    end.note(&mut ledger, RuleId::End, text, last, Data::text("end"));
    // What is asked for at END has moved the applicant away already.
    if moved && !end.anew(&mut ledger).await? {
        return Ok(ledger);
    }
    let submit = end.applicant.driver.call(Operation::SubmitStep, RequestBody::Json(json!({}))).await?;
    let code = submit.answer.error_code();
    if refuses(&submit) {
        let wrong = (code != Some(FINISHED))
            .then(|| format!("a submit after END: {FINISHED} must come, and {} came", described(&submit.answer)));
        end.note(&mut ledger, RuleId::Finished, wrong, vec![submit.clone()], Data::Json(FINISHED.into()));
    } else {
        ledger.cannot(RuleId::Finished, "a submit after END is taken, which is a matter of DG-09");
    }
    // END is also an answer that goes nowhere.
    let wrong = (!refuses(&submit)).then(|| format!("after END, a submit gives {}", described(&submit.answer)));
    let moved = wrong.is_some();
    end.note(&mut ledger, RuleId::End, wrong, vec![submit.clone()], Data::Json(FINISHED.into()));
    if moved && !end.anew(&mut ledger).await? {
        return Ok(ledger);
    }
    let back = end.applicant.driver.call(Operation::BackStep, RequestBody::Empty).await?;
    let wrong = (!refuses(&back)).then(|| format!("after END, back gives {}", described(&back.answer)));
    let moved = wrong.is_some();
    end.note(&mut ledger, RuleId::End, wrong, vec![back.clone()], Data::Json(4103.into()));
    if !moved && wrong_so_far(&ledger) == 0 {
        let last = end.applicant.driver.current().await?;
        let wrong = (!end.is_here(&last))
            .then(|| format!("after what was refused at END, FlowStep gives {}", described(&last.answer)));
        end.note(&mut ledger, RuleId::End, wrong, vec![submit, back, last], Data::text("end"));
    }
    ledger.finish(end.applicant);
    Ok(ledger)
}

/// How many findings there are.
fn wrong_so_far(ledger: &Ledger) -> usize {
    ledger.findings.len()
}

struct AtEnd<'a> {
    spot: &'a Spot<'a>,
    way: Vec<Exchange>,
    applicant: Applicant,
}

impl AtEnd<'_> {
    fn is_here(&self, call: &Exchange) -> bool {
        same(&self.applicant.here.answer, &call.answer)
    }

    fn note(&self, ledger: &mut Ledger, rule: RuleId, wrong: Option<String>, last: Vec<Exchange>, expect: Data) {
        let finding = wrong.map(|text| {
            let mut calls = self.way.clone();
            calls.extend(last);
            self.spot.finding(rule, text, calls, Some(expect))
        });
        ledger.check(rule, finding);
    }

    /// A fresh applicant at END.
    async fn anew(&mut self, ledger: &mut Ledger) -> Result<bool, CallError> {
        let Some(fresh) = self.spot.arrive().await? else { return Ok(false) };
        ledger.finish(std::mem::replace(&mut self.applicant, fresh));
        Ok(true)
    }
}

fn refuses(call: &Exchange) -> bool {
    call.answer.is_error() || call.answer.kind() == BodyKind::End || call.answer.json().is_none_or(Value::is_null)
}
