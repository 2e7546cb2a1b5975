//! `draftgate conform`: options that lead nowhere, and back.

use serde_json::Value;

use super::{after, all_reproduce, found, refuse, shows_with};
use crate::spoiling::{Answer, Call};

#[test]
fn an_option_that_leads_nowhere() {
    let gone = after(|call, answer, _| {
        let body = call.body.as_ref().and_then(Value::as_object);
        if answer.status == 200 && body.is_some_and(|body| body.values().any(|value| value == "bill")) {
            refuse(answer, 4002);
            answer.status = 404;
        }
    });
    // With the first seed every applicant would pay by bill, whatever else is wrong then.
    shows_with(gone, &["DG-12"], 2, &["--seed", "3"]);
}

/// Whether a submit that was taken has this value.
pub fn chose(call: &Call, answer: &Answer, value: &str) -> bool {
    let body = call.body.as_ref().and_then(Value::as_object);
    call.operation == "submit" && answer.status == 200 && body.is_some_and(|body| body.values().any(|one| one == value))
}

#[test]
fn an_option_that_leads_back() {
    // Who rents is asked for everything once more, whatever they begin with.
    let back = after(|call, answer, memory| {
        if chose(call, answer, "rent") {
            let back = Call { body: None, ..call.clone().to("back") };
            drop(memory.ask(&back));
            answer.body = memory.ask(&back).body;
        }
    });
    for seed in ["1", "2", "3"] {
        let found = found(back, &["--rule", "DG-28", "--rule", "DG-11", "--seed", seed]);
        let texts: Vec<&Value> =
            found.iter().flat_map(|(_, findings)| findings).map(|finding| &finding["text"]).collect();
        assert_eq!(texts, ["Home \u{201c}Rented\u{201d} leads back to Personal details"], "{seed}");
        all_reproduce(back, &found);
    }
    // Who shares a home is asked for the other one: the same form once more, which may be meant.
    let again = after(|call, answer, memory| {
        if chose(call, answer, "shared") {
            answer.body = memory.ask(&Call { body: None, ..call.clone().to("back") }).body;
        }
    });
    for seed in ["1", "2", "3"] {
        let found = found(again, &["--seed", seed, "--strict"]);
        assert!(found.is_empty(), "{seed}: {found:#?}");
    }
}
