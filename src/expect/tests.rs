use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::contract::{Before, contract};
use super::*;
use crate::api::wire;
use crate::redact::Redactor;
use crate::scenario::action::Action;
use crate::scenario::{Checks, load};
use crate::source::Sources;
use crate::template::scope::{Scope, World};

/// An answer with this status, session and body.
fn answer(status: u16, session: Option<&str>, body: Value) -> Answer {
    let headers = session.map(|session| ("X-HF-Session".to_owned(), session.to_owned())).into_iter().collect();
    Answer { status, headers, body: Body::Json(body.into()), elapsed: Duration::ZERO }
}

fn form() -> Answer {
    answer(
        200,
        Some("s1"),
        json!({"id": "64", "title": "Address", "type": "form", "canGoBack": true, "elements": [
            {"id": "e1", "name": "Street", "role": "address_1", "type": "text", "validations": [{"type": "required"}]},
            {"id": "e2", "name": "Country", "type": "country_select", "options": [{"value": "CA", "label": "Canada"}]},
        ]}),
    )
}

/// The messages of what does not hold of an `expect`, written as YAML.
fn failures(expect: &str, answer: &Answer) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let indented = expect.replace('\n', "\n      ");
    let text = format!("scenario: x\nflow: f\nsteps:\n  - init\n  - current:\n    expect: {indented}\n");
    std::fs::write(folder.path().join("a.yaml"), text).unwrap();
    let mut sources = Sources::default();
    let found = crate::scenario::discover(folder.path(), &mut sources);
    let suite = load(&found, &|_: &FilePath| true, &mut sources).unwrap();
    let world =
        World { environment: Default::default(), redactor: Redactor::default(), seed: 1, now: jiff::Timestamp::now };
    let step = &suite.scenarios[0].steps[1];
    let expect = step.expect.as_ref().unwrap().render(&Scope::new(Arc::new(world))).unwrap();
    let elements = answer.json().map(wire::elements).unwrap_or_default();
    let seen = Seen {
        answer,
        span: step.action_span,
        sent_session: Some("s1"),
        elements: &elements,
        elapsed: Duration::from_secs(1),
    };
    judge(Some(&expect), &seen).into_iter().map(|failure| failure.diagnostic.message).collect()
}

#[test]
fn short_forms() {
    let error = answer(400, None, json!({"code": 4006, "message": "Missing data", "extra": 1}));
    for holds in ["Address", "form", "'64'", "200"] {
        assert!(failures(holds, &form()).is_empty(), "{holds}");
    }
    for holds in ["4006", "400"] {
        assert!(failures(holds, &error).is_empty(), "{holds}");
    }
    assert!(failures("end", &answer(200, None, json!({"type": "END", "text": "Bye"}))).is_empty());
    assert!(failures("pending", &answer(200, None, json!({"type": "pending"}))).is_empty());
    assert_eq!(failures("Adress", &form()), ["expected the step `Adress`, got the step `Address` (form)"]);
    assert_eq!(
        failures("4008", &error),
        ["expected error 4008 (Failed validation for submitted data), got error 4006: Missing data (HTTP 400)"]
    );
    assert_eq!(failures("end", &error), ["expected the end, got error 4006: Missing data (HTTP 400)"]);
    assert_eq!(failures("404", &error), ["expected HTTP status 404, got error 4006: Missing data (HTTP 400)"]);
}

#[test]
fn every_check_of_a_map_is_made() {
    let map = "\n  step: Address\n  can_go_back: false\n  status: 201\n  headers: {x-hf-session: s2}\n  session: new\n  within: 10ms\n  json: {'$.elements[*].id': {length: 3}}\n  elements: [Country, Street, Zip]\n  fields: {Street: {required: false, type: number}}";
    let got = failures(map, &form());
    assert_eq!(
        got,
        [
            "canGoBack: expected false, got true",
            "HTTP status: expected 201, got 200",
            "header x-hf-session: expected \"s2\", got \"s1\"",
            "elements: expected `Street` after `Country`, got it before",
            "the step has no field `Zip`",
            "required of the field Street (address_1): expected false, got true",
            "type of the field Street (address_1): expected \"number\", got \"text\"",
            "$.elements[*].id: expected a length of 3, got a length of 2: [\"e1\",\"e2\"]",
            "expected a new session, got the same one",
            "expected an answer within 10ms, got it after 1.000s",
        ]
    );
}

#[test]
fn elements_and_fields() {
    for holds in [
        "{elements: [Street, Country]}",
        "{elements: {exactly: [address_1, Country], absent: [Zip]}}",
        "{fields: {Country: {options: [Canada]}, Street: {required: true, validations: {length: 1}}}}",
        "{fields: {Country: {options: [CA], placeholder: {exists: false}}}}",
        "{session: same, status: {between: [200, 299]}}",
    ] {
        assert_eq!(failures(holds, &form()), Vec::<String>::new(), "{holds}");
    }
    assert_eq!(
        failures("{elements: {exactly: [Street]}}", &form()),
        ["elements: expected no others, got also Country"]
    );
    assert_eq!(
        failures("{elements: {absent: [Street]}}", &form()),
        ["elements: expected no field `Street`, got Street (address_1)"]
    );
}

#[test]
fn an_error_fails_where_none_is_expected() {
    let error = answer(400, None, json!({"code": 4006, "message": "Missing data: Street", "more": {"a": 1}}));
    for holds in [
        "{error: 4006}",
        "{error: {code: 4006, message: {contains: Missing}, field: Street}}",
        "{status: 400}",
        "{error: {one_of: [4006, 4007]}}",
    ] {
        assert_eq!(failures(holds, &error), Vec::<String>::new(), "{holds}");
    }
    assert_eq!(failures("{within: 2s}", &error).len(), 1);
    assert_eq!(failures("{json: {$.code: 4006}}", &error).len(), 1);
    assert_eq!(failures("{error: {code: 4006, field: Zip}}", &error).len(), 1);
    assert_eq!(failures("{error: 4006}", &form()), ["expected error 4006, got the step `Address` (form)"]);
}

fn broken(action: &Action, before: &Before, answer: &Answer, sent: Option<&str>) -> Vec<Rule> {
    let mut sources = Sources::default();
    let id = sources.add("a", "x");
    let seen =
        Seen { answer, span: sources.span(id, 0..1), sent_session: sent, elements: &[], elapsed: Duration::ZERO };
    contract(action, before, &seen, &Checks::default())
        .iter()
        .map(|failure| match failure.demand {
            Demand::Contract(rule) => rule,
            Demand::Scenario => panic!("a rule of the contract is no demand of the scenario"),
        })
        .collect()
}

#[test]
fn the_contract() {
    let none = Before::default();
    assert_eq!(broken(&Action::Current, &none, &form(), Some("s1")), []);
    assert_eq!(broken(&Action::Init, &none, &form(), None), [Rule::CanGoBack]);
    assert_eq!(broken(&Action::Current, &none, &form(), Some("other")), [Rule::Session]);
    let quiet = answer(200, None, json!({"type": "pending"}));
    assert_eq!(broken(&Action::Init, &none, &quiet, None), [Rule::Session]);
    assert_eq!(broken(&Action::Current, &none, &quiet, Some("s1")), []);
    let under_200 = answer(200, None, json!({"code": 4006, "message": "m"}));
    assert_eq!(broken(&Action::Current, &none, &under_200, Some("s1")), [Rule::Status]);
    let unknown = answer(400, None, json!({"code": 4444, "message": "m"}));
    assert_eq!(broken(&Action::Current, &none, &unknown, Some("s1")), [Rule::Code]);
    let html = Answer { body: Body::Text("<html>".into()), ..answer(502, None, json!(null)) };
    assert_eq!(broken(&Action::Current, &none, &html, Some("s1")), [Rule::Shape]);
    let ended = Before { ended: true, ..Before::default() };
    assert_eq!(broken(&Action::Current, &ended, &form(), Some("s1")), [Rule::End]);
    let finished = answer(400, None, json!({"code": 4013, "message": "m"}));
    let submit = Action::Submit(crate::scenario::action::Fields::Entries(Vec::new()));
    assert_eq!(broken(&submit, &ended, &finished, Some("s1")), []);
    let root = Before { first_step: Some(json!("64")), ..Before::default() };
    assert_eq!(broken(&Action::Back, &root, &form(), Some("s1")), [Rule::CanGoBack]);
    assert_eq!(broken(&submit, &root, &form(), Some("s1")), [], "it is asked once more");
    let linked = answer(200, None, json!({"message": "ok", "code": 0}));
    let link = Action::Link(Box::new(crate::scenario::action::Link { from: None, to: None, kind: None }));
    assert_eq!(broken(&link, &none, &linked, None), []);
}
