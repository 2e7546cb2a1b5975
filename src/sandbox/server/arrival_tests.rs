//! What comes first when a call arrives: who the session is, what time has brought, and only then what was sent.

use reqwest::Method;
use serde_json::json;

use super::testing::{Answer, Api};
use crate::sandbox::examples::library;

impl Api {
    /// A connector token for a client and a flow.
    async fn connector_token(&self, client: &str, flow: &str) -> String {
        let made = self.get(&format!("/test/connector/{client}/{flow}"), None).await;
        made.body["token"].as_str().unwrap().to_owned()
    }

    async fn send(&self, path: &str, session: Option<&str>, body: &str) -> Answer {
        let request = self.call(Method::POST, path, session).body(body.to_owned());
        Answer::of(request.send().await.unwrap()).await
    }
}

const CONNECTOR: &str = "
nodes:
  - form: a
  - { service: s, type: TRULIOO_EIDV, takes: 1ms }
  - { interactive: c, type: FLOW_CONNECTOR, fails: { code: 4009, when: attempt == 1 } }
  - { form: b, title: Through }
";

#[tokio::test]
async fn a_step_that_time_has_brought_asks_for_its_token() {
    let api = Api::of(&[("f.flow.yaml", CONNECTOR)]).await;
    let session = api.get("/test/flow/f", None).await.session.unwrap();
    api.post("/test/submit/f", Some(&session), &json!({})).await;
    // Nobody asks for the step that comes when the service is done: until then no data is taken.
    loop {
        let refusal = api.post("/test/submit/f", Some(&session), &json!({"x": "anything"})).await.refusal();
        if refusal != (400, 4014) {
            assert_eq!(refusal, (401, 4011));
            break;
        }
    }
}

#[tokio::test]
async fn only_a_submit_that_was_taken_uses_the_token_up() {
    let api = Api::of(&[("f.flow.yaml", &CONNECTOR.replace(", takes: 1ms", ""))]).await;
    let session = api.get("/test/flow/f", None).await.session.unwrap();
    api.post("/test/submit/f", Some(&session), &json!({})).await;
    let body = json!({"token": api.connector_token(&session, "f").await});
    assert_eq!(api.post("/test/submit/f", Some(&session), &body).await.refusal(), (400, 4009));
    assert_eq!(api.post("/test/submit/f", Some(&session), &body).await.body["title"], "Through");
    api.get("/test/back/f", Some(&session)).await;
    assert_eq!(api.post("/test/submit/f", Some(&session), &body).await.refusal(), (401, 4011));
}

#[tokio::test]
async fn a_flow_that_begins_with_a_connector_step_asks_for_its_token() {
    let root = "follows_token: true\nnodes: [ { interactive: c, type: FLOW_CONNECTOR }, { form: b } ]\n";
    let api = Api::of(&[("f.flow.yaml", root), ("g.flow.yaml", "nodes: [ { form: a } ]\n")]).await;
    let session = api.get("/test/flow/g", None).await.session.unwrap();
    let token = api.connector_token(&session, "f").await;
    api.get(&format!("/test/connector/{token}"), None).await;
    let guess = api.post("/test/submit/f", Some(&session), &json!({"x": "anything"})).await;
    assert_eq!(guess.refusal(), (401, 4011));
}

#[tokio::test]
async fn the_session_comes_before_what_was_sent() {
    let api = Api::of(&[("f.flow.yaml", "nodes: [ { form: a } ]\n")]).await;
    for path in ["/test/submit/f", "/test/file/f"] {
        let unknown = api.send(path, Some("no-such-session"), "no JSON").await;
        assert_eq!((unknown.refusal(), unknown.session), ((404, 4100), None), "{path}");
    }
    let session = api.get("/test/flow/f", None).await.session.unwrap();
    assert_eq!(api.send("/test/submit/f", Some(&session), "no JSON").await.refusal(), (400, 4007));
    api.post("/test/submit/f", Some(&session), &json!({})).await;
    for path in ["/test/submit/f", "/test/file/f"] {
        assert_eq!(api.send(path, Some(&session), "no JSON").await.refusal(), (400, 4013), "{path}");
    }
}

#[tokio::test]
async fn a_service_that_became_another_node_is_gone() {
    let slow = "nodes: [ { form: a }, { service: s, type: TRULIOO_EIDV, takes: 1h }, { form: z } ]\n";
    let api = Api::of(&[("f.flow.yaml", slow)]).await;
    let session = api.get("/test/flow/f", None).await.session.unwrap();
    assert_eq!(api.post("/test/submit/f", Some(&session), &json!({})).await.body["type"], "pending");
    api.server.publish(library(&[("f.flow.yaml", "nodes: [ { form: a }, { form: s }, { form: z } ]\n")]));
    assert_eq!(api.get("/test/flow/f", Some(&session)).await.refusal(), (404, 4002));
}

#[tokio::test]
async fn a_short_code_is_that_of_one_flow() {
    let docv = "nodes: [ { interactive: d, type: TRULIOO_DOCV } ]\n";
    let follows = format!("follows_token: true\n{docv}");
    let api = Api::of(&[("f.flow.yaml", docv), ("g.flow.yaml", &follows)]).await;
    let first = api.get("/test/flow/f", None).await;
    let session = first.session.as_deref().unwrap();
    let token = api.connector_token(session, "g").await;
    api.get(&format!("/test/connector/{token}"), None).await;
    let second = api.get("/test/flow/g", Some(session)).await;
    assert_ne!(first.body["shortCode"], second.body["shortCode"]);
    let captured = format!("/sandbox/docv/{}", second.body["shortCode"].as_str().unwrap());
    assert_eq!(api.post(&captured, None, &json!({})).await.status, 200);
    assert_eq!(api.post("/test/submit/f", Some(session), &json!({})).await.refusal(), (400, 4014));
    assert_eq!(api.post("/test/submit/g", Some(session), &json!({})).await.body["type"], "end");
}

#[tokio::test]
async fn a_forged_signature_begins_nothing() {
    let follows = "follows_token: true\nnodes: [ { form: a } ]\n";
    let api = Api::of(&[("f.flow.yaml", "nodes: [ { form: a } ]\n"), ("g.flow.yaml", follows)]).await;
    let session = api.get("/test/flow/f", None).await.session.unwrap();
    let token = api.connector_token(&session, "g").await;
    api.get(&format!("/test/connector/{token}"), None).await;
    let forged = format!("/test/flow/g?endClientId={session}&signature=forged");
    assert_eq!(api.get(&forged, None).await.refusal(), (404, 4101), "the client is not in the flow yet");
    assert_eq!(api.get("/test/flow/g", Some(&session)).await.status, 200, "and may still begin it");
    assert_eq!(api.get(&forged, None).await.refusal(), (401, 4011));
}
