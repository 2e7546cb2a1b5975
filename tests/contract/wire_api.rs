//! The flow API as a script: what the client tests talk to unless they script something of their own.

use crate::project::{Ended, Project};
use crate::scripted::{Reply, Request, Scripted};

/// The session of whoever begins a flow.
pub const SESSION: &str = "5f2c7c5e-90ab-4f6e-8d6e-1f1e3a7b9c0d";

/// The first step, with an element of every type that a value can be sent for.
pub const FORM: &str = r#"{"id":"s1","title":"Personal details","type":"form","canGoBack":false,"elements":[
 {"id":"e-first","name":"First name","role":"first_name","type":"text","validations":[{"type":"required"}]},
 {"id":"e-age","name":"Age","type":"number"},
 {"id":"e-news","name":"Newsletter","type":"checkbox"},
 {"id":"e-dob","name":"Date of birth","role":"dob","type":"date"},
 {"id":"e-hobbies","name":"Hobbies","type":"checkbox_group"},
 {"id":"e-country","name":"Country","role":"address_country","type":"country_select"},
 {"id":"e-plan","name":"Plan","type":"dropdown"},
 {"id":"e-proof","name":"Proof","type":"file"}]}"#;

/// The end.
pub const END: &str = r#"{"id":"s9","type":"end","text":"Bye","redirectUrl":null}"#;

/// Answers every operation as the reference says.
pub fn answer(request: &Request, _: usize) -> Reply {
    let path = request.target().split(['?', ' ']).nth(1).unwrap();
    let operation = path.trim_start_matches("/wfs/interpreter-v2").trim_start_matches("/test");
    match operation {
        "/connect/token" => {
            Reply::json(200, r#"{"access_token":"t0ken-value","expires_in":3600,"token_type":"Bearer","scope":"s"}"#)
        }
        "/endclient/link" => Reply::json(200, r#"{"message":"done","code":0}"#),
        _ if operation.starts_with("/file/") => Reply::json(200, r#"{"key":"key-1"}"#),
        _ if operation.starts_with("/submit/") => Reply::step(SESSION, END),
        _ if operation.starts_with("/connector/") && operation.matches('/').count() == 3 => {
            Reply::json(200, r#"{"token":"c0nnector/ü"}"#)
        }
        _ if operation.starts_with("/connector/") => Reply::json(200, r#"{"flowId":"f-2"}"#),
        _ if operation.contains("/v2/query/client/") => Reply::json(200, r#"{"id":"c","status":"ACCEPTED"}"#),
        _ => Reply::step(SESSION, FORM),
    }
}

/// A scenario of the flow `tiny` without snapshots.
pub fn scenario(rest: &str) -> String {
    format!("scenario: It goes over the wire\nflow: tiny\nsnapshot: false\n{rest}")
}

/// A project whose one scenario goes to a server.
pub fn project(server: &Scripted, rest: &str) -> Project {
    Project::new().with("scenarios/draftgate.yaml", server.config()).with("scenarios/wire.yaml", scenario(rest))
}

/// What is sent for a scenario that passes.
#[track_caller]
pub fn sent(rest: &str) -> Vec<Request> {
    let server = Scripted::start(answer);
    project(&server, rest).draftgate(&["run"]).exits(0);
    server.requests()
}

/// Runs a scenario against a script.
pub fn run(script: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static, rest: &str) -> (Scripted, Ended) {
    let server = Scripted::start(script);
    let ended = project(&server, rest).draftgate(&["run"]);
    (server, ended)
}
