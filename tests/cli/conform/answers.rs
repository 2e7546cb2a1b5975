//! `draftgate conform`: what is answered otherwise than documented, and what never ends.

use serde_json::{Value, json};

use super::{after, elements, found, refuse, shows};
use crate::spoiling::{Fault, NONE};

#[test]
fn answers_that_are_not_as_documented() {
    shows(
        after(|_, answer, _| {
            if answer.body["code"] == 4006 {
                answer.status = 200
            }
        }),
        &["DG-15"],
        2,
    );
    let no_id = after(|_, answer, _| {
        elements(answer).filter(|element| element["name"] == "Town or city").for_each(|element| {
            element.as_object_mut().unwrap().remove("id");
        });
    });
    let ids: Vec<String> = found(no_id, &["--rule", "DG-16"]).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["DG-16"]);
    shows(
        after(|call, answer, _| {
            if call.session.is_some() {
                answer.session = Some("another".into())
            }
        }),
        &["DG-02"],
        2,
    );
}

#[test]
fn what_never_ends_and_what_is_not_taken() {
    let pending = after(|call, answer, memory| {
        if !memory.of(call.session.as_deref()).taken.is_empty() && call.session.is_some() {
            answer.status = 200;
            answer.body = json!({"type": "pending"});
        }
    });
    let ids: Vec<String> = found(pending, &["--rule", "DG-10"]).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["DG-10"]);
    let direct = after(|call, answer, _| {
        if call.operation == "submit" && call.session.is_none() {
            refuse(answer, 4100)
        }
    });
    shows(direct, &["DG-19"], 1);
    let key = after(|call, answer, memory| {
        let past = memory.of(call.session.as_deref());
        let body = call.body.as_ref().map(Value::to_string).unwrap_or_default();
        if call.operation == "submit" && past.keys.iter().any(|key| body.contains(key.as_str())) {
            refuse(answer, 4007);
        }
    });
    let ids: Vec<String> = found(key, &["--rule", "DG-17"]).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["DG-17"]);
    // Any key will do.
    let any = Fault {
        before: |call, memory| {
            let key = memory.of(call.session.as_deref()).keys.last().cloned();
            let body = call.body.as_mut().and_then(Value::as_object_mut);
            for value in body.into_iter().flat_map(|body| body.values_mut()) {
                if let (Some(key), Some(36)) = (&key, value.as_str().map(str::len)) {
                    *value = key.as_str().into();
                }
            }
        },
        ..NONE
    };
    shows(any, &["DG-18"], 5);
}
