//! What the sandbox refuses: the HTTP status, the code and the reference's words.

use crate::sandbox_server::{AGE, BACK, FIRST_NAME, FLOW, PROOF, SUBMIT, Sandbox};

const BAD_REQUEST: &str = "HTTP/1.1 400 Bad Request";
const NOT_FOUND: &str = "HTTP/1.1 404 Not Found";

#[track_caller]
fn refused(body: &str, expected: &str) {
    let sandbox = Sandbox::start();
    let session = sandbox.begin();
    let answer = sandbox.post(SUBMIT, Some(&session), body).is(BAD_REQUEST, expected);
    assert_eq!(answer.session(), Some(session));
    sandbox.post(SUBMIT, None, body).is(BAD_REQUEST, expected);
}

#[test]
fn nothing_for_a_required_element_is_4006() {
    for body in ["{}".to_owned(), format!(r#"{{"{FIRST_NAME}":""}}"#), format!(r#"{{"{FIRST_NAME}":null}}"#)] {
        refused(&body, r#"{"code":4006,"message":"Missing data for required element: First name"}"#);
    }
}

#[test]
fn a_value_of_another_type_is_4007() {
    let age = format!(r#"{{"{FIRST_NAME}":"Ada","{AGE}":"18"}}"#);
    refused(&age, r#"{"code":4007,"message":"Submitted data is malformed: Age"}"#);
    let name = format!(r#"{{"{FIRST_NAME}":7}}"#);
    refused(&name, r#"{"code":4007,"message":"Submitted data is malformed: First name"}"#);
}

#[test]
fn a_body_that_is_no_object_is_4007() {
    for body in ["", "[]", "{", "\"x\""] {
        refused(body, r#"{"code":4007,"message":"Submitted data is malformed: the body is no JSON object"}"#);
    }
}

#[test]
fn a_value_outside_its_bounds_is_4008() {
    let young = format!(r#"{{"{FIRST_NAME}":"Ada","{AGE}":17.9}}"#);
    refused(&young, r#"{"code":4008,"message":"Failed validation for submitted data: Age"}"#);
    for name in ["A", "Adaadaadaad"] {
        let body = format!(r#"{{"{FIRST_NAME}":"{name}"}}"#);
        refused(&body, r#"{"code":4008,"message":"Failed validation for submitted data: First name"}"#);
    }
}

#[test]
fn a_refused_submit_leaves_the_applicant_where_they_stood() {
    let sandbox = Sandbox::start();
    let session = sandbox.begin();
    let before = sandbox.get(FLOW, Some(&session)).body;
    sandbox.post(SUBMIT, Some(&session), "{}");
    assert_eq!(sandbox.get(FLOW, Some(&session)).body, before);
}

#[test]
fn back_at_the_first_step_and_after_the_end_is_4103() {
    let illegal = r#"{"code":4103,"message":"Illegal back action"}"#;
    let sandbox = Sandbox::start();
    let session = sandbox.begin();
    let answer = sandbox.get(BACK, Some(&session)).is(BAD_REQUEST, illegal);
    assert_eq!(answer.session().as_ref(), Some(&session));
    let session = sandbox.at_proof();
    sandbox.post(SUBMIT, Some(&session), "{}");
    sandbox.get(BACK, Some(&session)).is(BAD_REQUEST, illegal);
}

#[test]
fn a_submit_after_the_end_is_4013() {
    let sandbox = Sandbox::start();
    let session = sandbox.at_proof();
    sandbox.post(SUBMIT, Some(&session), "{}");
    sandbox.post(SUBMIT, Some(&session), "{}").is(BAD_REQUEST, r#"{"code":4013,"message":"Flow already finished"}"#);
}

#[test]
fn a_direct_submit_where_the_root_is_no_form_is_4015() {
    let sandbox = Sandbox::start();
    let expected = r#"{"code":4015,"message":"Invalid direct submit on root not form node"}"#;
    let answer = sandbox.post(&SUBMIT.replace("tiny", "docv"), None, "{}").is(BAD_REQUEST, expected);
    assert_eq!(answer.session(), None);
}

#[test]
fn a_session_that_nobody_knows_is_4100_and_is_not_named() {
    let unknown = r#"{"code":4100,"message":"Client not found"}"#;
    let sandbox = Sandbox::start();
    for session in ["5f2c7c5e-90ab-4f6e-8d6e-1f1e3a7b9c0d", "nobody"] {
        for path in [FLOW, BACK] {
            assert_eq!(sandbox.get(path, Some(session)).is(NOT_FOUND, unknown).session(), None);
        }
        assert_eq!(sandbox.post(SUBMIT, Some(session), "{}").is(NOT_FOUND, unknown).session(), None);
    }
    sandbox.get(BACK, None).is(NOT_FOUND, unknown);
}

#[test]
fn a_flow_that_is_not_there_or_not_published_is_4000() {
    let sandbox = Sandbox::start();
    for path in [FLOW.replace("tiny", "tine"), FLOW.replace("/test", "")] {
        sandbox.get(&path, None).is(NOT_FOUND, r#"{"code":4000,"message":"Flow not found"}"#);
    }
}

#[test]
fn a_file_of_another_kind_and_a_key_that_was_never_given_are_4007() {
    let sandbox = Sandbox::start();
    let session = sandbox.at_proof();
    let file = r#"{"code":4007,"message":"Submitted data is malformed: bill.exe"}"#;
    sandbox.upload(&session, "bill.exe").is(BAD_REQUEST, file);
    let body = format!(r#"{{"{PROOF}":"5f2c7c5e-90ab-4f6e-8d6e-1f1e3a7b9c0d"}}"#);
    let key = r#"{"code":4007,"message":"Submitted data is malformed: Proof"}"#;
    sandbox.post(SUBMIT, Some(&session), &body).is(BAD_REQUEST, key);
}
