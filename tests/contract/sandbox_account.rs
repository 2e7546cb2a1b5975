//! What the sandbox does beside the flow itself: connector tokens, links and profiles, byte for byte.

use crate::sandbox_server::Sandbox;
use crate::wire::{self, RawAnswer};

const OK: &str = "HTTP/1.1 200 OK";
const BAD_REQUEST: &str = "HTTP/1.1 400 Bad Request";
const NOT_FOUND: &str = "HTTP/1.1 404 Not Found";
const LINK: &str = "/wfs/interpreter-v2/test/endclient/link";

fn unlink(sandbox: &Sandbox, body: &str) -> RawAnswer {
    sandbox.raw(&wire::with_json("DELETE", LINK, "", body))
}

#[test]
fn a_link_is_made_and_removed_once() {
    let sandbox = Sandbox::start();
    let (from, to) = (sandbox.begin(), sandbox.begin());
    let made = format!(r#"{{"to":"{to}","from":"{from}","type":"RELATES_TO"}}"#);
    sandbox.post(LINK, None, &made).is(OK, r#"{"message":"Link created","code":0}"#);
    let gone = format!(r#"{{"to":"{to}","from":"{from}"}}"#);
    unlink(&sandbox, &gone).is(OK, r#"{"message":"Link deleted","code":0}"#);
    let again = r#"{"code":4106,"message":"Delete linked leads invalid request: there is no such link"}"#;
    unlink(&sandbox, &gone).is(BAD_REQUEST, again);
    let untyped = r#"{"code":4105,"message":"Create linked leads invalid request: type"}"#;
    sandbox.post(LINK, None, &gone).is(BAD_REQUEST, untyped);
}

#[test]
fn a_connector_token_needs_a_client_and_a_flow_and_a_flow_that_follows_it() {
    let sandbox = Sandbox::start();
    let session = sandbox.begin();
    let connector = |rest: &str| sandbox.get(&format!("/wfs/interpreter-v2/test/connector/{rest}"), None);
    connector("nobody/tiny").is(NOT_FOUND, r#"{"code":4100,"message":"Client not found"}"#);
    let no_flow = r#"{"code":4101,"message":"Client has no flow with given ID"}"#;
    connector(&format!("{session}/nowhere")).is(NOT_FOUND, no_flow);
    let made = connector(&format!("{session}/tiny"));
    let token = made.body.strip_prefix(r#"{"token":""#).and_then(|rest| rest.strip_suffix(r#""}"#)).unwrap();
    let root = r#"{"code":4005,"message":"Root node is not a subsequent token node"}"#;
    connector(token).is(BAD_REQUEST, root);
    connector("guess").is("HTTP/1.1 401 Unauthorized", r#"{"code":4011,"message":"Invalid token"}"#);
}

#[test]
fn a_profile_is_that_of_the_session_and_only_in_its_version() {
    let sandbox = Sandbox::start();
    let session = sandbox.at_proof();
    let path = |version: &str, client: &str| format!("/wfs/export{version}/v2/query/client/{client}");
    let profile = sandbox.get(&path("/test", &session), None);
    assert_eq!(profile.status, OK);
    assert!(profile.body.starts_with(&format!(r#"{{"id":"{session}","ownerIds":[],"created":""#)), "{}", profile.body);
    assert!(profile.body.contains(r#""status":"IN_PROGRESS","statusManuallyChanged":false,"flowData":{"tiny":{"#));
    assert!(profile.body.contains(r#""name":"First name","value":["Ada"],"role":"first_name"}"#), "{}", profile.body);
    let unknown = r#"{"code":4100,"message":"Client not found"}"#;
    sandbox.get(&path("", &session), None).is(NOT_FOUND, unknown);
    sandbox.get(&path("/test", "nobody"), None).is(NOT_FOUND, unknown);
}
