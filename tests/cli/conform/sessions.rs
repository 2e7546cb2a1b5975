//! `draftgate conform`: applicants who are not apart.

use serde_json::Value;

use super::{after, all_reproduce, client, elements, found, mini, shows};
use crate::spoiling::{Call, Spoiling};

#[test]
fn sessions_that_leak() {
    // Whoever begins is shown what somebody else entered last.
    let data = after(|call, answer, memory| {
        let session = call.session.clone().or(answer.session.clone()).unwrap_or_default();
        let others: Vec<Value> = memory
            .sessions
            .iter()
            .filter(|(known, _)| **known != session)
            .flat_map(|(_, past)| past.taken.clone())
            .collect();
        for element in elements(answer).filter(|element| element["value"].is_null() && element["type"] == "text") {
            let id = element["id"].as_str().unwrap().to_owned();
            if let Some(value) = others.iter().find_map(|taken| taken.get(&id)) {
                element["value"] = value.clone();
            }
        }
    });
    let found_in_data = found(data, &["--rule", "DG-08"]);
    assert_eq!(found_in_data.len(), 1, "{found_in_data:#?}");
    assert_eq!(found_in_data[0].1[0]["witness"]["calls"], 3, "{found_in_data:#?}");
    all_reproduce(data, &found_in_data);
    // Everybody is given the first session.
    let given = after(|call, answer, memory| {
        if call.session.is_none() && call.operation == "flow" {
            answer.session = memory.first.clone();
        }
    });
    let found_in_sessions = found(given, &["--rule", "DG-02"]);
    assert_eq!(found_in_sessions.len(), 1, "{found_in_sessions:#?}");
    all_reproduce(given, &found_in_sessions);
    // A submit takes everybody who stands at the first form along.
    let moved = after(|call, answer, memory| {
        if call.operation == "submit" && answer.status == 200 && memory.of(call.session.as_deref()).taken.len() == 1 {
            let others: Vec<String> = memory.sessions.keys().cloned().collect();
            for other in others.into_iter().filter(|other| Some(other) != call.session.as_ref()) {
                let call = Call { session: Some(other), ..call.clone() };
                drop(memory.ask(&call));
            }
        }
    });
    let ids: Vec<String> = found(moved, &["--rule", "DG-08"]).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["DG-08"]);
}

#[test]
fn what_is_found_in_shared_sessions_is_no_fault_of_its_own() {
    // Every second applicant is given the session of the one before.
    let given = after(|call, answer, memory| {
        if call.session.is_none() && call.operation == "flow" {
            let last = memory.of(Some("last"));
            match last.renewed.take() {
                Some(session) => answer.session = Some(session),
                None => last.renewed = answer.session.clone(),
            }
        }
    });
    let ids: Vec<String> = found(given, &[]).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["DG-02"]);
    let spoiling = Spoiling::start(&mini(), given);
    client(&spoiling)
        .draftgate(&["conform", "mini"])
        .exits(1)
        .says("DG-08  MUST    not applicable  applicants are apart from each other (an applicant is given the session of another)");
}

#[test]
fn a_choice_that_is_shown_to_whoever_comes_next() {
    let shown = after(|call, answer, memory| {
        if let Some(body) = call.body.as_ref().filter(|_| call.operation == "submit" && answer.status == 200) {
            memory.of(Some("last")).taken.push(body.clone());
        }
        let taken = memory.of(Some("last")).taken.clone();
        let empty = |element: &&mut Value| element["name"] == "Payment" && element["value"].is_null();
        for element in elements(answer).filter(empty) {
            let id = element["id"].as_str().unwrap().to_owned();
            if let Some(value) = taken.iter().rev().find_map(|taken| taken.get(&id)) {
                element["value"] = value.clone();
            }
        }
    });
    for seed in ["1", "2", "3"] {
        let found = found(shown, &["--rule", "DG-08", "--seed", seed]);
        assert_eq!(found.len(), 1, "{seed}: {found:#?}");
        let finding = &found[0].1[0];
        // One begins and submits, another begins.
        assert_eq!(
            (&finding["step"], &finding["witness"]["calls"]),
            (&"Personal details".into(), &3.into()),
            "{found:#?}"
        );
        all_reproduce(shown, &found);
    }
}

#[test]
fn a_key_that_somebody_else_was_given() {
    let taken = after(|call, answer, memory| {
        let body = call.body.clone().and_then(|body| body.as_object().cloned()).unwrap_or_default();
        let others = memory.sessions.iter().filter(|(session, _)| Some(*session) != call.session.as_ref());
        let keys: Vec<String> = others.flat_map(|(_, past)| past.keys.clone()).collect();
        let is_key = |value: &Value| value.as_str().is_some_and(|value| keys.iter().any(|key| key == value));
        if call.operation != "submit" || answer.status == 200 || !body.values().any(is_key) {
            return;
        }
        let file = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\
            Content-Type: application/pdf\r\n\r\n%PDF-1.4\n%%EOF\n\r\n--b--\r\n";
        let content_type = "multipart/form-data; boundary=b".to_owned();
        let upload = Call { body: None, bytes: file.into(), content_type, ..call.clone() }.to("file");
        let own = memory.ask(&upload).body["key"].clone();
        let body = body.into_iter().map(|(id, value)| (id, if is_key(&value) { own.clone() } else { value }));
        *answer = memory.ask(&Call { body: Some(Value::Object(body.collect())), ..call.clone() });
    });
    // The one: beginning, two submits, an upload. The other: beginning, two submits, the key.
    shows(taken, &["DG-18"], 8);
}

#[test]
fn a_direct_submit_that_leads_elsewhere_with_other_data() {
    // Whoever is as young as allowed, and begins without a session, is taken past a form.
    let direct = after(|call, answer, _| {
        let body = call.body.as_ref().and_then(Value::as_object);
        if call.operation == "submit"
            && call.session.is_none()
            && answer.status == 200
            && body.is_some_and(|body| body.values().any(|value| *value == 18))
        {
            answer.body["id"] = "0123456789abcdef01234567".into();
            answer.body["title"] = "Elsewhere".into();
        }
    });
    shows(direct, &["DG-19"], 1);
}
