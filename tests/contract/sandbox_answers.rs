//! What the sandbox answers when all is well, byte for byte.

use crate::sandbox_server::{AGE, BACK, FIRST_NAME, FLOW, NEWSLETTER, PROOF, PROOF_STEP, SUBMIT, Sandbox};

const OK: &str = "HTTP/1.1 200 OK";
const END: &str =
    r#"{"id":"8f85803a226a1d1d69a232c0","type":"end","text":"Thank you, you have reached the end","redirectUrl":null}"#;
const PENDING: &str = r#"{"type":"pending"}"#;

/// The first step, with what the applicant entered as First name.
fn personal(value: &str) -> String {
    format!(
        r#"{{"id":"9d97f4f26c8eae2e11ccdca8","title":"Personal details","subtitle":"As in your passport","type":"form","canGoBack":false,"elements":[{{"id":"{FIRST_NAME}","name":"First name","type":"text","role":"first_name","validations":[{{"type":"required"}},{{"type":"length","min":2,"max":10}}]{value}}},{{"id":"{AGE}","name":"Age","type":"number","validations":[{{"type":"range","min":18}}]}},{{"id":"{NEWSLETTER}","name":"Newsletter","type":"checkbox"}},{{"id":"de9d3241d814a1c24bdc87f5","name":"Email","type":"text","condition":{{"type":"all","rules":[{{"elementId":"{NEWSLETTER}","operator":"equals","value":true}}]}},"placeholder":"a@b"}}]}}"#
    )
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[test]
fn a_flow_step_without_a_session_begins_one() {
    let sandbox = Sandbox::start();
    let first = sandbox.get(FLOW, None).is(OK, &personal(""));
    let second = sandbox.get(FLOW, None).is(OK, &personal(""));
    let (first, second) = (first.session().unwrap(), second.session().unwrap());
    assert!(is_uuid(&first) && is_uuid(&second) && first != second);
}

#[test]
fn a_flow_step_with_a_session_is_where_it_stands() {
    let sandbox = Sandbox::start();
    let session = sandbox.at_proof();
    let answer = sandbox.get(FLOW, Some(&session)).is(OK, PROOF_STEP);
    assert_eq!(answer.session(), Some(session));
}

#[test]
fn back_gives_the_step_before_with_what_was_entered() {
    let sandbox = Sandbox::start();
    let session = sandbox.at_proof();
    let answer = sandbox.get(BACK, Some(&session)).is(OK, &personal(r#","value":"Ada""#));
    assert_eq!(answer.session(), Some(session));
}

#[test]
fn an_upload_gives_a_key_that_a_submit_takes_to_the_end() {
    let sandbox = Sandbox::start();
    let session = sandbox.at_proof();
    let answer = sandbox.upload(&session, "bill.PDF");
    let key = answer.body.strip_prefix(r#"{"key":""#).and_then(|rest| rest.strip_suffix(r#""}"#)).unwrap();
    assert!(answer.status == OK && is_uuid(key), "{}", answer.body);
    let body = format!(r#"{{"{PROOF}":"{key}"}}"#);
    sandbox.post(SUBMIT, Some(&session), &body).is(OK, END);
    sandbox.get(FLOW, Some(&session)).is(OK, END);
}

#[test]
fn a_direct_submit_begins_a_session_beyond_the_first_step() {
    let sandbox = Sandbox::start();
    let answer = sandbox.post(SUBMIT, None, &format!(r#"{{"{FIRST_NAME}":"Ada","{AGE}":18}}"#)).is(OK, PROOF_STEP);
    sandbox.get(FLOW, answer.session().as_deref()).is(OK, PROOF_STEP);
}

#[test]
fn a_service_at_work_is_pending_for_whoever_asks() {
    let sandbox = Sandbox::start();
    let (flow, submit) = (FLOW.replace("tiny", "slow"), SUBMIT.replace("tiny", "slow"));
    let answer = sandbox.post(&submit, None, "{}").is(OK, PENDING);
    let session = answer.session().expect("a pending answer names its session");
    sandbox.get(&flow, Some(&session)).is(OK, PENDING);
    let begun = sandbox.get(&flow, None).session().unwrap();
    let waiting = format!(
        "POST {submit} HTTP/1.1\r\nHost: sandbox\r\nx-hf-session: {begun}\r\nx-hf-retry-on-pending: true\r\n\
         Content-Length: 2\r\nConnection: close\r\n\r\n{{}}"
    );
    sandbox.raw(waiting.as_bytes()).is(OK, PENDING);
}

#[test]
fn document_verification_has_a_short_code_and_takes_a_submit_once_the_sdk_is_through() {
    let sandbox = Sandbox::start();
    let answer = sandbox.get(&FLOW.replace("tiny", "docv"), None);
    let (before, after) = answer.body.split_once(r#""shortCode":""#).unwrap();
    assert_eq!(before, r#"{"id":"a727c0cb83f173ae7f0f84a4","type":"trulioo_doc_v","#);
    assert_eq!(&after[16..], r#"","canGoBack":false}"#);
    let next = r#"{"id":"a720f4cb83ebad5c864b84a4","title":"F","type":"form","canGoBack":false,"elements":[]}"#;
    let submit = SUBMIT.replace("tiny", "docv");
    let early = r#"{"code":4014,"message":"Invalid submit data: trulioo_doc_v: no document has been captured for its short code yet"}"#;
    sandbox.post(&submit, answer.session().as_deref(), "{}").is("HTTP/1.1 400 Bad Request", early);
    let captured = format!("/wfs/interpreter-v2/sandbox/docv/{}", &after[..16]);
    sandbox.post(&captured, None, r#"{"document":"passport"}"#).is(OK, r#"{"status":"COMPLETED"}"#);
    // Nobody goes back onto a document verification.
    sandbox.post(&submit, answer.session().as_deref(), "{}").is(OK, next);
}
