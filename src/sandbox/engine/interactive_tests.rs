//! What each kind of interactive service asks for.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::tests::Applicant;
use super::{Action, Answer, arrive, takes_token};

fn flow(kind: &str) -> String {
    format!(
        "nodes:\n  - form: a\n    elements: [ {{ name: N, type: text }} ]\n  - {{ interactive: i, type: {kind} }}\n  - form: last\n    elements: [ {{ name: Given, role: first_name, type: text }} ]\n"
    )
}

/// An applicant at the interactive step.
fn at(kind: &str) -> Applicant {
    let mut applicant = Applicant::new(&flow(kind));
    applicant.submit(json!({"N": "x"})).unwrap();
    applicant
}

impl Applicant {
    fn give(&mut self, body: Value) -> Result<Answer, u16> {
        self.act(Action::Submit(body.as_object().unwrap())).map_err(|refusal| refusal.code())
    }
}

#[test]
fn a_document_is_captured_before_it_is_submitted() {
    let mut applicant = at("TRULIOO_DOCV, match: i.captured.kind == 'passport', takes: 1s");
    assert_eq!(applicant.step()["shortCode"].as_str().unwrap().len(), 16);
    assert_eq!(applicant.give(json!({"done": true})), Err(4014));
    let captured = json!({"kind": "passport"});
    applicant.act(Action::Capture(captured.as_object().unwrap())).unwrap();
    assert_eq!(applicant.step()["type"], "trulioo_doc_v", "the SDK alone does not lead on");
    assert!(matches!(applicant.give(json!({})), Ok(Answer::Pending { .. })));
    assert_eq!(applicant.wait(1.0).unwrap(), Answer::Step);
    assert!(applicant.session.runs().next().unwrap().1.matched);
    assert_eq!(applicant.act(Action::Capture(&Map::new())).unwrap_err().code(), 4014);
}

#[test]
fn a_verification_that_failed_wants_another_document() {
    let mut applicant = at("TRULIOO_DOCV, fails: { code: 6504, when: attempt == 1 }");
    let code = applicant.step()["shortCode"].clone();
    applicant.act(Action::Capture(&Map::new())).unwrap();
    assert_eq!(applicant.give(json!({})), Err(6504));
    assert_eq!(applicant.step()["shortCode"], code);
    assert_eq!(applicant.give(json!({})), Err(4014));
    applicant.act(Action::Capture(&Map::new())).unwrap();
    assert_eq!(applicant.give(json!({})), Ok(Answer::Step));
}

#[test]
fn a_text_message_is_sent_before_its_code_is_asked_for() {
    let mut unsent = Applicant::new(&flow("TWILIO, fails: { code: 5301, when: a.n == 'nobody' }"));
    assert_eq!(unsent.code(json!({"N": "nobody"})), 5301);
    assert_eq!(unsent.step()["title"], "a", "the number can be corrected");
    unsent.submit(json!({"N": "somebody"})).unwrap();
    assert_eq!(unsent.step()["type"], "twilio");

    let mut applicant = Applicant::new(&flow("TWILIO, code: '123456', takes: 1s"));
    assert!(matches!(applicant.submit(json!({"N": "x"})).unwrap(), Answer::Pending { .. }));
    applicant.wait(1.0).unwrap();
    assert_eq!(applicant.step()["codeLength"], 6);
    assert_eq!(applicant.give(json!({})), Err(4014));
    assert_eq!(applicant.give(json!({"code": "1"})), Err(5300));
    assert_eq!(applicant.give(json!({"code": 123_456})), Ok(Answer::Step));
    assert_eq!(applicant.act(Action::Back).unwrap(), Answer::Step);
    assert_eq!(applicant.give(json!({"code": " 123456 "})), Ok(Answer::Step), "the code holds until another is sent");
}

#[test]
fn one_of_the_businesses_found_is_picked() {
    let kind = "TRULIOO_KYB_SEARCH, finds: \"a.n in business.name\", businesses: [ { name: Engines Ltd, registration_number: AE1, country: GB }, { name: Looms }, { name: More Engines } ]";
    let mut applicant = Applicant::new(&flow(kind));
    applicant.submit(json!({"N": "Engines"})).unwrap();
    let found = applicant.step()["businesses"].clone();
    let names: Vec<&Value> = found.as_array().unwrap().iter().map(|business| &business["name"]).collect();
    assert_eq!(names, ["Engines Ltd", "More Engines"]);
    assert_eq!((&found[0]["registrationNumber"], &found[0]["country"]), (&json!("AE1"), &json!("GB")));
    assert_eq!(applicant.give(json!({"business": "Looms"})), Err(4014));
    assert_eq!(applicant.give(json!({})), Err(4014));
    for pick in [json!({"id": found[0]["id"]}), json!({"business": found[0]}), json!({"n": "AE1"})] {
        assert_eq!(applicant.give(pick), Ok(Answer::Step));
        assert!(applicant.session.runs().next().unwrap().1.matched);
        applicant.act(Action::Back).unwrap();
    }
    applicant.act(Action::Back).unwrap();
    applicant.submit(json!({"N": "Steam"})).unwrap();
    assert_eq!(applicant.step()["businesses"], json!([]));
    assert_eq!(applicant.give(json!({})), Ok(Answer::Step), "where nothing is found there is nothing to pick");
    assert!(!applicant.session.runs().next().unwrap().1.matched);
}

#[test]
fn an_electronic_identity_comes_from_a_provider() {
    let mut applicant = at("TRULIOO_ELECTRONIC_ID, providers: [bankid, itsme]");
    assert_eq!(applicant.step()["providers"], json!(["bankid", "itsme"]));
    for wrong in [json!({}), json!({"a": ""}), json!({"provider": "passport"})] {
        assert_eq!(applicant.give(wrong), Err(4014));
    }
    assert_eq!(applicant.give(json!({"provider": "itsme"})), Ok(Answer::Step));
    assert_eq!(at("TRULIOO_ELECTRONIC_ID").give(json!({"anything": "goes"})), Ok(Answer::Step));
}

#[test]
fn what_is_read_from_a_document_fills_in_the_forms_that_follow() {
    for kind in ["PERSON_OCR", "BUSINESS_OCR"] {
        let mut applicant = at(&format!("{kind}, files: [png], reads: {{ first_name: Ada }}"));
        assert_eq!(applicant.step()["accept"], json!(["png"]));
        assert_eq!(applicant.upload("a.pdf").unwrap_err().code(), 4007);
        assert_eq!(applicant.give(json!({"front": "key of a.png"})), Err(4014));
        applicant.upload("a.png").unwrap();
        assert_eq!(applicant.give(json!({"front": "key of a.png"})), Ok(Answer::Step));
        assert_eq!(applicant.step()["elements"][0]["value"], "Ada");
    }
    assert_eq!(at("PERSON_OCR").upload("a.exe").unwrap_err().code(), 4007);
    assert_eq!(at("TWILIO").upload("a.png").unwrap_err().code(), 4014, "a step that takes no file");
}

#[test]
fn what_was_not_read_fills_in_nothing() {
    let mut applicant = at("PERSON_OCR, reads: { first_name: Ada }, fails: { code: 4009, when: attempt == 1 }");
    applicant.upload("a.png").unwrap();
    assert_eq!(applicant.give(json!({"front": "key of a.png"})), Err(4009));
    assert_eq!(applicant.session.prefill, []);
    assert_eq!(applicant.give(json!({"front": "key of a.png"})), Ok(Answer::Step));
    assert_eq!(applicant.step()["elements"][0]["value"], "Ada");
}

#[test]
fn a_register_that_cannot_be_searched_leaves_the_applicant_at_the_step_before() {
    let kind = "TRULIOO_KYB_SEARCH, finds: a.n + 1 > 1, businesses: [ { name: One } ]";
    let mut applicant = Applicant::new(&flow(kind));
    assert_eq!(applicant.code(json!({"N": "x"})), 5000);
    assert_eq!(applicant.step()["title"], "a");
}

#[test]
fn a_connector_step_takes_a_token() {
    let mut applicant = at("FLOW_CONNECTOR");
    assert!(takes_token(&applicant.definition, &applicant.session));
    assert_eq!(applicant.give(json!({})), Err(4014));
    assert_eq!(applicant.give(json!({"token": "looked at by the server"})), Ok(Answer::Step));
    assert!(!takes_token(&applicant.definition, &applicant.session));
}

#[test]
fn who_stays_away_for_too_long_is_gone_for_good() {
    let text = format!("abandon_after: 10s\n{}", flow("TWILIO"));
    let mut applicant = Applicant::new(&text);
    applicant.wait(10.0).unwrap();
    assert_eq!(applicant.wait(10.5).unwrap_err().code(), 4109);
    assert_eq!(applicant.wait(0.0).unwrap_err().code(), 4109);
    assert_eq!(applicant.submit(json!({})).unwrap_err().code(), 4109);
    let service = "nodes: [ { form: f }, { service: s, type: TRULIOO_EIDV, takes: 1s } ]";
    for nodes in ["nodes: [ { form: f } ]", service] {
        let mut ended = Applicant::new(&format!("abandon_after: 10s\n{nodes}\n"));
        ended.submit(json!({})).unwrap();
        assert_eq!(ended.wait(100.0).unwrap(), Answer::End, "who is through has not gone away");
    }
}

#[test]
fn a_call_that_takes_long_is_there_all_the_while() {
    let mut applicant = Applicant::new(&format!("abandon_after: 10s\n{}", flow("TWILIO")));
    let (early, late) = (Duration::from_secs(1), Duration::from_secs(60));
    arrive(&applicant.definition, &mut applicant.session, early, late).unwrap();
    arrive(&applicant.definition, &mut applicant.session, late, late).unwrap();
}
