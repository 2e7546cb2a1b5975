//! `draftgate conform`: what a form must refuse, and what a refusal must not do.

use super::{after, elements, found, refuse, shows};
use crate::spoiling::{Answer, Call};

#[test]
fn wrong_codes() {
    fn recode(answer: &mut Answer, from: u16, to: u16) {
        if answer.body["code"] == from {
            answer.body["code"] = to.into();
        }
    }
    shows(after(|_, answer, _| recode(answer, 4006, 4008)), &["DG-20"], 2);
    shows(after(|_, answer, _| recode(answer, 4007, 4008)), &["DG-21"], 2);
    shows(after(|_, answer, _| recode(answer, 4008, 4006)), &["DG-22"], 2);
    shows(after(|_, answer, _| recode(answer, 4100, 4000)), &["DG-23"], 1);
    shows(after(|_, answer, _| recode(answer, 4101, 4100)), &["DG-24"], 2);
    shows(after(|_, answer, _| recode(answer, 4013, 4014)), &["DG-25"], 6);
    shows(after(|_, answer, _| recode(answer, 4103, 4002)), &["DG-26"], 2);
    shows(after(|_, answer, _| recode(answer, 4006, 4999)), &["DG-16", "DG-20"], 2);
}

#[test]
fn a_refused_submit_that_changes_something() {
    let back = after(|call, answer, memory| {
        if call.operation == "submit" && answer.status >= 400 {
            let call = Call { body: None, ..call.clone() }.to("back");
            drop(memory.ask(&call));
        }
    });
    // Beginning, a submit, the refused one, FlowStep.
    shows(back, &["DG-07"], 4);
    // After a refusal nothing is taken any more.
    let stuck = after(|call, answer, memory| {
        let session = call.session.clone().unwrap_or_default();
        let past = memory.of(Some(&session));
        if call.operation == "submit" && past.renewed.is_some() {
            refuse(answer, 4008);
        } else if past.refused {
            past.renewed = Some(session);
        }
    });
    let found = found(stuck, &["--rule", "DG-07"]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].1[0]["witness"]["calls"], 3, "{found:#?}");
}

#[test]
fn a_refused_submit_that_takes_away_what_was_entered_before() {
    let wipes = after(|call, answer, memory| {
        let past = memory.of(call.session.as_deref());
        let at_address = past.steps.last().is_some_and(|step| step["title"] == "Home address");
        if call.operation == "submit" && answer.status >= 400 && at_address {
            past.renewed = call.session.clone();
        }
        if past.renewed.is_some() && answer.body["title"] == "Personal details" {
            elements(answer).for_each(|element| drop(element.as_object_mut().unwrap().remove("value")));
        }
    });
    // Beginning, a submit, the refused one, back.
    shows(wipes, &["DG-07"], 4);
}
