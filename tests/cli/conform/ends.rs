//! `draftgate conform`: ends that are none, and flows without.

use serde_json::json;

use super::{after, all_reproduce, found, shows};
use crate::spoiling::{Call, Fault};

#[test]
fn an_end_that_is_not_final() {
    let back = after(|call, answer, memory| {
        let past = memory.of(call.session.as_deref());
        if call.operation == "back" && past.ended {
            answer.status = 200;
            answer.body = past.steps.last().unwrap().clone();
        }
    });
    shows(back, &["DG-09"], 6);
    let submit = after(|call, answer, memory| {
        let past = memory.of(call.session.as_deref());
        if call.operation == "submit" && answer.body["code"] == 4013 {
            answer.status = 200;
            answer.body = past.steps[0].clone();
        }
    });
    shows(submit, &["DG-09"], 6);
    let flow = after(|call, answer, memory| {
        let past = memory.of(call.session.as_deref());
        if call.operation == "flow" && past.ended {
            answer.body = past.steps[0].clone();
        }
    });
    shows(flow, &["DG-09"], 6);
}

#[test]
fn a_flow_that_goes_round() {
    // Where the flow would end, it begins anew.
    let fault = Fault {
        before: |call, memory| {
            if let Some(renewed) = memory.of(call.session.as_deref()).renewed.clone() {
                call.session = Some(renewed);
            }
        },
        after: |call, answer, memory| {
            let known = memory.sessions.iter().find(|(_, past)| past.renewed == call.session && call.session.is_some());
            let session = known.map(|(session, _)| session.clone()).or(call.session.clone());
            if answer.body["type"] == "end" {
                let begin = Call { session: None, body: None, ..call.clone() }.to("flow");
                let anew = memory.ask(&begin);
                memory.of(session.as_deref()).renewed = anew.session.clone();
                answer.body = anew.body;
            }
            if call.session.is_some() {
                answer.session = session;
            }
        },
    };
    let found = found(fault, &["--rule", "DG-11"]);
    assert_eq!(found.len(), 1, "{found:#?}");
    let text = "valid data lead round Personal details \u{2192} Home address \u{2192} Proof of address \u{2192} Personal details \
        and never to END";
    assert_eq!((&found[0].1[0]["step"], &found[0].1[0]["text"]), (&"Proof of address".into(), &text.into()));
    // Beginning, two forms, an upload and the third form.
    assert_eq!(found[0].1[0]["witness"]["calls"], 5, "{found:#?}");
    all_reproduce(fault, &found);
}

#[test]
fn an_end_that_does_not_say_so() {
    let form = after(|_, answer, _| {
        if answer.body["type"] == "end" {
            answer.body["type"] = "form".into();
            answer.body["title"] = "Goodbye".into();
            answer.body["elements"] = json!([]);
        }
    });
    let found = found(form, &["--rule", "DG-11", "--rule", "DG-12"]);
    let text = "after Goodbye nothing comes any more (4013), and it is not answered as END";
    assert_eq!((found.len(), &found[0].1[0]["text"]), (1, &text.into()), "{found:#?}");
    // Beginning, two forms, an upload and the third form.
    assert_eq!(found[0].1[0]["witness"]["calls"], 5, "{found:#?}");
    all_reproduce(form, &found);
}
