//! Recordings made by hand, and what is written of them.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::api::exchange::{Body, RequestBody};
use crate::compose::write;

mod privacy;

const BASE: &str = "https://api.example/wfs/interpreter-v2/test";

/// A recording in the making.
#[derive(Default)]
struct Tape(Vec<Recorded>);

impl Tape {
    fn call(
        mut self,
        method: &str,
        path: &str,
        session: Option<&str>,
        body: RequestBody,
        answer: (u16, Option<&str>, Value),
    ) -> Self {
        let header = |session: Option<&str>| session.map(|session| ("x-hf-session".to_owned(), session.to_owned()));
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{BASE}{path}") };
        let request = Request { method: method.to_owned(), url, headers: header(session).into_iter().collect(), body };
        let (status, answered, body) = answer;
        let headers = header(answered).into_iter().collect();
        let answer = Answer { status, headers, body: Body::Json(body.into()), elapsed: Duration::ZERO };
        self.0.push(Recorded { number: self.0.len() + 1, exchange: Exchange { request, answer }, lost: false });
        self
    }

    fn init(self, session: &str) -> Self {
        self.call("GET", "/flow/f1", None, RequestBody::Empty, (200, Some(session), personal()))
    }

    fn submit(self, session: &str, body: Value, answer: Value) -> Self {
        let status = if answer.get("code").is_some() { 400 } else { 200 };
        self.call("POST", "/submit/f1", Some(session), RequestBody::Json(body), (status, Some(session), answer))
    }

    fn composed(&self, treatment: Treatment) -> Composition {
        compose(&self.0, &options(treatment))
    }

    fn text(&self, treatment: Treatment) -> String {
        let composition = self.composed(treatment);
        assert_eq!((composition.scenarios.len(), composition.notes), (1, Vec::new()));
        write(&composition.scenarios[0].draft)
    }
}

fn options(treatment: Treatment) -> Options {
    Options {
        flow: None,
        flows: HashMap::from([("retail".to_owned(), "f1".to_owned())]),
        paths: Paths::new(),
        treatment,
        rules: false,
        seed: 1,
        today: jiff::civil::date(2026, 11, 23),
        unit: "entry",
    }
}

fn personal() -> Value {
    json!({"id": "s1", "title": "Personal details", "type": "form", "canGoBack": false, "elements": [
        {"id": "e1", "name": "First name", "role": "first_name", "type": "text", "validations": [{"type": "required"}]},
        {"id": "e2", "name": "Why now", "type": "text"},
        {"id": "e3", "name": "Plan", "type": "dropdown", "options": ["basic", "pro"]},
        {"id": "e4", "name": "Passport", "type": "file"},
    ]})
}

fn end() -> Value {
    json!({"id": "end", "type": "end", "text": "Bye", "redirectUrl": null})
}

#[test]
fn ids_become_names_and_people_become_variables() {
    let tape = Tape::default()
        .init("S-1")
        .submit("s-1", json!({"e2": "x"}), json!({"code": 4006, "message": "Missing data"}))
        .submit("s-1", json!({"e1": "Grace", "e2": "I am Grace", "e3": "pro", "e4": ""}), json!({"type": "pending"}))
        .call("GET", "/flow/f1", Some("s-1"), RequestBody::Empty, (200, None, json!({"type": "pending"})))
        .call("GET", "/flow/f1", Some("s-1"), RequestBody::Empty, (200, None, end()));
    let text = tape.text(Treatment::Replace);
    assert!(!text.contains("Grace") && !text.contains("e1"), "{text}");
    let steps = text.split("steps:\n").nth(1).unwrap();
    assert_eq!(
        steps,
        "  - init:\n    expect: Personal details\n\n  # Personal details\n  - submit:\n      first_name: \"\"\n      Why now: \"{{ why_now }}\"\n    \
         expect: 4006\n\n  # Personal details\n  - submit:\n      first_name: \"{{ first_name }}\"\n      Why now: \"{{ why_now_2 }}\"\n      \
         Plan: pro\n    wait: 60s  # the answer was pending at first\n    expect: end\n"
            .replace("      first_name: \"\"\n", "")
    );
    assert!(text.starts_with("scenario: An applicant goes through retail to the end\nflow: retail\n"), "{text}");
    let kept = tape.text(Treatment::Keep);
    assert!(kept.contains("first_name: Grace\n") && kept.contains("Why now: I am Grace\n"), "{kept}");
}

#[test]
fn an_upload_becomes_a_file_of_the_submit_that_carries_its_key() {
    let file = |bytes: &[u8]| RequestBody::File {
        name: "../Grace Hopper.png".to_owned(),
        media_type: "image/png".to_owned(),
        bytes: bytes.to_vec(),
        path: None,
    };
    let tape = |bytes: &[u8]| {
        Tape::default()
            .init("s")
            .call("POST", "/file/f1", Some("s"), file(bytes), (200, None, json!({"key": "k-77"})))
            .submit("s", json!({"e1": "Grace", "e4": "k-77"}), end())
    };
    let composition = tape(b"picture").composed(Treatment::Replace);
    assert!(write(&composition.scenarios[0].draft).contains("Passport: { file: files/passport.png }"));
    let (path, bytes) = &composition.scenarios[0].files[0];
    assert_eq!(path, "files/passport.png");
    assert!(bytes.starts_with(b"\x89PNG"), "a made-up picture");
    let kept = tape(b"picture").composed(Treatment::Keep);
    assert_eq!(kept.scenarios[0].files, [("files/Grace Hopper.png".to_owned(), b"picture".to_vec())]);
    let without = tape(b"").composed(Treatment::Keep);
    assert_eq!(
        without.notes,
        ["entry 3: the recording does not hold the bytes of Grace Hopper.png: a made-up file stands in its place"]
    );
}

#[test]
fn an_upload_of_which_nothing_is_shown_is_a_file_that_the_field_takes() {
    let tape = Tape::default()
        .init("s")
        .call("POST", "/file/f1", Some("s"), RequestBody::Empty, (200, None, json!({"key": "k-77"})))
        .submit("s", json!({"e1": "Grace", "e4": "k-77"}), end());
    let composition = tape.composed(Treatment::Replace);
    assert!(write(&composition.scenarios[0].draft).contains("Passport: { file: files/passport.pdf }"));
    assert!(composition.notes.is_empty() && composition.scenarios[0].files[0].1.starts_with(b"%PDF"));
}

#[test]
fn strangers_are_apart_and_those_who_are_linked_are_together() {
    let link = json!({"from": "a", "to": "b", "type": "OWNS"});
    let both = Tape::default().init("a").init("b").submit("a", json!({"e1": "A"}), end()).submit(
        "b",
        json!({"e1": "B"}),
        end(),
    );
    let apart = both.composed(Treatment::Replace);
    assert_eq!(apart.scenarios.iter().map(|one| one.draft.steps.len()).collect::<Vec<_>>(), [2, 2]);
    assert!(apart.scenarios.iter().all(|one| one.ended));
    let linked = both.call(
        "POST",
        "/endclient/link",
        None,
        RequestBody::Json(link),
        (200, None, json!({"message": "ok", "code": 0})),
    );
    let text = linked.text(Treatment::Replace);
    assert!(text.contains("    as: applicant 2\n    expect: end\n"), "{text}");
    assert!(text.contains("  - link: { from: \"{{ client }}\", to: \"{{ client_2 }}\", type: OWNS }\n"), "{text}");
    assert!(text.contains("    capture: { client: session }\n"), "{text}");
}

#[test]
fn a_token_leads_to_another_flow_and_no_secret_is_written() {
    let signed = |mut tape: Tape| {
        let last = tape.0.last_mut().unwrap();
        last.exchange.request.headers.push(("authorization".to_owned(), "Bearer very-secret".to_owned()));
        tape
    };
    let form = RequestBody::Form(vec![
        ("client_secret".to_owned(), "very-secret".to_owned()),
        ("grant_type".to_owned(), "client_credentials".to_owned()),
    ]);
    let tape = Tape::default()
        .call(
            "POST",
            "https://id.example/connect/token",
            None,
            form,
            (200, None, json!({"access_token": "very-secret"})),
        )
        .init("s");
    let tape = signed(tape)
        .call("GET", "/connector/s/f2", None, RequestBody::Empty, (200, None, json!({"token": "one-two-three"})))
        .call("GET", "/connector/one-two-three", None, RequestBody::Empty, (200, Some("s"), json!({"flowId": "f2"})))
        .call("GET", "/connector/from-a-mail", None, RequestBody::Empty, (200, Some("s"), json!({"flowId": "f3"})));
    let composition = tape.composed(Treatment::Keep);
    assert_eq!(
        composition.notes,
        ["entry 5: the connector token was made outside the recording: the scenario reads it from CONNECTOR_TOKEN"]
    );
    let text = write(&composition.scenarios[0].draft);
    assert!(
        text.contains("auth: client")
            && text.contains(
                "  - connect: { flow: f2 }\n  - redeem\n  - redeem: { token: \"{{ secret.CONNECTOR_TOKEN }}\" }\n"
            ),
        "{text}"
    );
    for secret in ["very-secret", "one-two-three", "from-a-mail"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn what_is_not_in_the_recording_is_told() {
    let mut tape = Tape::default()
        .submit("s", json!({"e1": "Grace"}), personal())
        .submit("s", json!({"e1": "Grace", "zz": 1}), end())
        .call("GET", "/nonsense", Some("s"), RequestBody::Empty, (200, None, json!({})))
        .call("GET", "https://stats.example/flow/f1", None, RequestBody::Empty, (200, None, json!({"hits": 3})));
    let composition = tape.composed(Treatment::Replace);
    assert_eq!(
        composition.notes,
        [
            "entry 1: this session began before the recording: the scenario begins with `init` in its place",
            "entry 2: `zz` is no field of the step that was shown: left out",
            "entry 3: GET https://api.example/wfs/interpreter-v2/test/nonsense is no operation of the flow API: left out",
        ]
    );
    assert_eq!((composition.calls, composition.unrelated), (2, 1));
    let text = write(&composition.scenarios[0].draft);
    assert!(text.contains("  - submit:\n    fill: valid") && !text.contains("Grace"), "{text}");
    tape.0[0].lost = true;
    tape.0[1].lost = true;
    let notes = tape.composed(Treatment::Replace).notes;
    assert!(
        notes.contains(
            &"entries 1, 2: the recording has no body of this answer, so that the next step's fields are not known"
                .to_owned()
        ),
        "{notes:?}"
    );
}

#[test]
fn steps_without_fields_keep_their_keys_and_take_what_was_shown() {
    let search = json!({"id": "k", "type": "trulioo_kyb_search", "title": "Which?", "businesses": [{"id": "65f0a1b2c3d4e5f6", "name": "Looms"}]});
    let tape = Tape::default().init("s").submit("s", json!({"e1": "A"}), search).submit(
        "s",
        json!({"business": "65f0a1b2c3d4e5f6", "note": "Looms", "email": "a@b.example", "phone": "447700900123"}),
        end(),
    );
    let text = tape.text(Treatment::Replace);
    assert!(
        text.contains(
            "      business: \"{{ step.businesses[0].id }}\"\n      note: \"{{ step.businesses[0].name }}\"\n      email: \"{{ email }}\"\n"
        ),
        "{text}"
    );
    assert!(text.contains("      phone: \"{{ phone }}\"\n") && !text.contains("447700900123"), "no id: {text}");
}

#[test]
fn a_step_that_greets_the_applicant_tells_of_nobody() {
    let greeting =
        json!({"id": "s2", "title": "Welcome, Grace!", "subtitle": "Graceful as ever", "type": "form", "elements": []});
    let tape =
        Tape::default().init("s").submit("s", json!({"e1": "Grace"}), greeting).submit("s", json!({}), personal());
    let text = tape.text(Treatment::Replace);
    assert!(text.contains("    expect: \"Welcome, {{ first_name }}!\"\n"), "{text}");
    assert!(text.contains("  # Welcome, …!: …ful as ever\n") && !text.contains("Grace!"), "{text}");
}

#[test]
fn a_signed_url_is_asked_for_again() {
    let answer = (200, None, json!({"url": "https://api.example/x"}));
    let tape = Tape::default().init("s").call("GET", "/signed-url/f1?endClientId=S", None, RequestBody::Empty, answer);
    let text = tape.text(Treatment::Replace);
    assert!(text.contains("  - request: { path: \"/test/signed-url/{flow}?endClientId={{ session }}\" }\n"), "{text}");
}

#[test]
fn languages_are_said_once_where_they_are_one() {
    let speak = |mut tape: Tape, language: &str| {
        let last = tape.0.last_mut().unwrap();
        last.exchange.request.headers.push(("X-HF-Language".to_owned(), language.to_owned()));
        tape
    };
    let one = speak(speak(Tape::default().init("s"), "fr-CA").submit("s", json!({"e1": "A"}), end()), "fr-CA");
    let text = one.text(Treatment::Replace);
    assert!(text.contains("language: fr-CA\n") && text.matches("fr-CA").count() == 1, "{text}");
    let two = speak(Tape::default().init("s"), "fr-CA").submit("s", json!({"e1": "A"}), end());
    let text = two.text(Treatment::Replace);
    assert!(text.contains("  - init:\n    language: fr-CA\n") && text.matches("fr-CA").count() == 1, "{text}");
}

#[test]
fn linked_applicants_of_two_flows_stay_in_two_scenarios() {
    let other = (200, Some("b"), personal());
    let tape = Tape::default()
        .init("a")
        .submit("a", json!({"e1": "A"}), end())
        .call("GET", "/flow/f2", None, RequestBody::Empty, other)
        .call(
            "POST",
            "/endclient/link",
            None,
            RequestBody::Json(json!({"from": "a", "to": "B", "type": "OWNS"})),
            (200, None, json!({"message": "ok", "code": 0})),
        )
        .call("POST", "/submit/f2", Some("b"), RequestBody::Json(json!({"e1": "B"})), (200, Some("b"), end()));
    let composition = tape.composed(Treatment::Replace);
    let flows: Vec<&str> = composition.scenarios.iter().map(|one| one.draft.flow.as_str()).collect();
    assert_eq!(flows, ["retail", "f2"]);
    let text = write(&composition.scenarios[0].draft);
    assert!(text.contains("  # - link: { from: \"{{ session }}\", to: \"{{ env.CLIENT }}\", type: OWNS }\n"), "{text}");
    assert!(!text.contains("  - link"), "{text}");
    assert_eq!(
        composition.notes,
        [
            "entry 4: link with somebody in the flow f2, who has a scenario of their own: it stands in this one as a comment"
        ]
    );
}

#[test]
fn a_submit_without_a_body_is_filled_in_unless_it_was_empty() {
    let tape =
        Tape::default().init("s").call("POST", "/submit/f1", Some("s"), RequestBody::Empty, (200, Some("s"), end()));
    let composition = tape.composed(Treatment::Replace);
    assert_eq!(composition.notes, ["entry 2: the recording has no body of this submit: made-up data are sent"]);
    assert!(write(&composition.scenarios[0].draft).contains("    fill: valid"));
    let mut empty = tape;
    empty.0[1].exchange.request.headers.push(("Content-Length".to_owned(), "0".to_owned()));
    assert!(!empty.text(Treatment::Replace).contains("fill: valid"));
}

#[test]
fn the_host_of_most_calls_is_the_api() {
    let elsewhere = "https://facebook.example/wfs/interpreter-v2/test/submit/f1";
    let tape = Tape::default()
        .init("s")
        .call("POST", elsewhere, Some("s"), RequestBody::Json(json!({"e1": "Grace"})), (200, Some("s"), end()))
        .submit("s", json!({"e1": "Grace"}), end());
    let composition = tape.composed(Treatment::Replace);
    assert_eq!(composition.scenarios[0].draft.steps.len(), 2);
    assert_eq!(
        composition.notes,
        ["entry 2: facebook.example is called as the flow API is, but most calls go to api.example: left out"]
    );
}

#[test]
fn a_submit_of_rubbish_is_a_submit() {
    let rubbish = format!("{{{}&grant_type=x", "x".repeat(70_000));
    let refused = (400, Some("s"), json!({"code": 4006, "message": "Missing data"}));
    let tape = Tape::default().init("s").call("POST", "/submit/f1", Some("s"), RequestBody::Text(rubbish), refused);
    let line = describe(&tape.0[1], &Paths::new(), &Entered::default()).unwrap();
    assert_eq!(line, "submit f1 -> error 4006: Missing data");
    let composition = tape.composed(Treatment::Replace);
    assert_eq!(composition.notes, ["entry 2: the submitted body is no map of fields: left out"]);
}
