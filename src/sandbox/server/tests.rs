use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::testing::{Answer, Api};
use crate::sandbox::examples::{RETAIL, library};

#[tokio::test]
async fn from_the_first_step_to_the_end() {
    let api = Api::retail().await;
    let first = api.get("/test/flow/retail", None).await;
    let id = first.session.clone().unwrap();
    assert_eq!((first.status, uuid::Uuid::parse_str(&id).unwrap().get_version_num()), (200, 4));
    let session = Some(id.as_str());
    let submitted = api.post("/test/submit/retail", session, &first.personal("Doe")).await;
    assert_eq!(submitted.session.as_deref(), session);
    let proof = api.settled(&id).await;
    assert_eq!(proof.body["title"], "Proof of address");
    let back = api.get("/test/back/retail", session).await;
    assert_eq!((back.status, &back.body["elements"][1]["value"]), (200, &json!("Doe")));
    api.post("/test/submit/retail", session, &first.personal("Doe")).await;
    api.settled(&id).await;
    assert_eq!(api.upload(session, Some("a.exe")).await.refusal(), (400, 4007));
    assert_eq!(api.upload(session, None).await.refusal(), (400, 4006));
    let typed = reqwest::multipart::Part::bytes(vec![7]).mime_str("application/pdf").unwrap();
    let form = reqwest::multipart::Form::new().part("file", typed);
    let nameless = api.call(Method::POST, "/test/file/retail", session).multipart(form).send().await.unwrap();
    assert_eq!(nameless.status(), 200);
    let key = api.upload(session, Some("a.pdf")).await;
    let end = api.post("/test/submit/retail", session, &json!({proof.id("Proof"): key.body["key"]})).await;
    assert_eq!((end.status, &end.body["type"]), (200, &json!("end")));
    assert_eq!(api.get("/test/flow/retail", session).await.body, end.body);
    assert_eq!(api.post("/test/submit/retail", session, &json!({})).await.refusal(), (400, 4013));
    assert_eq!(api.get("/test/back/retail", session).await.refusal(), (400, 4103));
}

#[tokio::test]
async fn a_direct_submit_makes_a_session() {
    let api = Api::of(&[
        ("retail.flow.yaml", RETAIL),
        ("other.flow.yaml", "nodes: [ { interactive: d, type: TRULIOO_DOCV } ]\n"),
    ])
    .await;
    let first = api.get("/test/flow/retail", None).await;
    let direct = api.post("/test/submit/retail", None, &first.personal("Doe")).await;
    assert_eq!(direct.body, json!({"type": "pending"}));
    assert!(direct.session.is_some() && direct.session != first.session);
    let refused = api.post("/test/submit/retail", None, &json!({})).await;
    assert_eq!((refused.refusal(), refused.session.clone()), ((400, 4006), None));
    assert_eq!(api.post("/test/submit/other", None, &json!({})).await.refusal(), (400, 4015));
}

#[tokio::test]
async fn a_submit_that_retries_on_pending_answers_the_next_step() {
    let api = Api::of(&[("retail.flow.yaml", &RETAIL.replace("takes: 2s", "takes: 20ms"))]).await;
    let first = api.get("/test/flow/retail", None).await;
    let request = api.call(Method::POST, "/test/submit/retail", None).header("x-hf-retry-on-pending", "true");
    let next = Answer::of(request.json(&first.personal("Doe")).send().await.unwrap()).await;
    assert_eq!(next.body["title"], "Proof of address");
}

#[tokio::test]
async fn a_submit_that_retries_on_pending_gives_up_in_the_end() {
    let slow = RETAIL.replace("takes: 2s", "takes: 1h");
    let api = Api::of(&[("retail.flow.yaml", &slow), ("sandbox.yaml", "retry_on_pending: 1ms\n")]).await;
    let first = api.get("/test/flow/retail", None).await;
    let request = api.call(Method::POST, "/test/submit/retail", None).header("x-hf-retry-on-pending", "true");
    let pending = Answer::of(request.json(&first.personal("Doe")).send().await.unwrap()).await;
    assert_eq!(pending.body, json!({"type": "pending"}));
    let again = api.get("/test/flow/retail", pending.session.as_deref()).await;
    assert_eq!(again.body, pending.body);
}

#[tokio::test]
async fn what_is_malformed_is_refused() {
    let api = Api::retail().await;
    let session = api.get("/test/flow/retail", None).await.session;
    for body in ["", "{", "[]", "7", "\u{0}", "{\"a\": 1e999}"] {
        let request = api.call(Method::POST, "/test/submit/retail", session.as_deref()).body(body);
        assert_eq!(Answer::of(request.send().await.unwrap()).await.refusal(), (400, 4007), "{body:?}");
    }
    let request = api.call(Method::POST, "/test/file/retail", session.as_deref()).body("no form");
    assert_eq!(Answer::of(request.send().await.unwrap()).await.refusal(), (400, 4007));
}

#[tokio::test]
async fn sessions_and_flows_that_are_not_known() {
    let two = [
        ("a.flow.yaml", "nodes: [ { form: f } ]\n"),
        ("b.draft.flow.yaml", "nodes: [ { form: f } ]\n"),
        ("c.flow.yaml", "nodes: []\n"),
    ];
    let api = Api::of(&two).await;
    let session = api.get("/test/flow/a", None).await.session;
    assert_eq!(api.get("/test/flow/nobody", None).await.refusal(), (404, 4000));
    assert_eq!(api.get("/test/flow/b", None).await.status, 200);
    assert_eq!(api.get("/flow/b", None).await.refusal(), (404, 4000), "a draft that is not published");
    assert_eq!(api.get("/test/flow/c", None).await.refusal(), (400, 4003));
    let unknown = api.get("/test/flow/a", Some("no-such-session")).await;
    assert_eq!((unknown.refusal(), unknown.session), ((404, 4100), None));
    let garbled = reqwest::header::HeaderValue::from_bytes(b"\xff\xfe").unwrap();
    let garbled = api.call(Method::GET, "/test/flow/a", None).header("x-hf-session", garbled).send().await.unwrap();
    assert_eq!(Answer::of(garbled).await.refusal(), (404, 4100));
    assert_eq!(api.get("/test/back/a", None).await.refusal(), (404, 4100));
    assert_eq!(api.get("/test/flow/b", session.as_deref()).await.refusal(), (404, 4101));
    assert_eq!(api.get("/flow/a", session.as_deref()).await.refusal(), (404, 4101));
    assert_eq!(api.get("/test/flow/a", session.map(|id| id.to_uppercase()).as_deref()).await.status, 200);
    assert_eq!(api.get("/test/flaw/a", None).await.refusal(), (404, 404));
    assert_eq!(api.post("/test/flow/a", None, &json!({})).await.refusal(), (405, 405));
}

#[tokio::test]
async fn publishing_again_under_applicants() {
    let api = Api::of(&[("a.flow.yaml", "nodes: [ { form: f } ]\n")]).await;
    let session = api.get("/flow/a", None).await.session;
    api.server.publish(library(&[("a.flow.yaml", "nodes: [ { form: g } ]\n")]));
    assert_eq!(api.get("/flow/a", session.as_deref()).await.refusal(), (404, 4002));
    api.server.publish(library(&[("b.flow.yaml", "nodes: [ { form: g } ]\n")]));
    assert_eq!(api.get("/flow/a", session.as_deref()).await.refusal(), (404, 4101));
    assert_eq!(api.get("/flow/a", None).await.refusal(), (404, 4000));
}

#[tokio::test]
async fn the_language_is_that_of_the_request() {
    let api = Api::retail().await;
    let request = api.call(Method::GET, "/flow/retail", None).header("x-hf-language", "fr-FR");
    let french = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(french.body["title"], "Vos coordonnées");
    assert_eq!(api.get("/flow/retail", french.session.as_deref()).await.body["title"], "Personal details");
}

#[tokio::test(flavor = "multi_thread")]
async fn applicants_at_once_do_not_meet() {
    let api = Arc::new(Api::retail().await);
    let mut walks = tokio::task::JoinSet::new();
    for length in 1..50 {
        let api = Arc::clone(&api);
        walks.spawn(async move {
            let first = api.get("/test/flow/retail", None).await;
            let session = first.session.clone().unwrap();
            let name = "x".repeat(length);
            api.post("/test/submit/retail", Some(&session), &first.personal(&name)).await;
            api.settled(&session).await;
            let back = api.get("/test/back/retail", Some(&session)).await;
            assert_eq!(back.body["elements"][1]["value"], json!(name));
        });
    }
    while let Some(walk) = walks.join_next().await {
        walk.unwrap();
    }
}

#[tokio::test]
async fn stops_though_a_connection_is_open_and_a_request_waits() {
    let api = Api::of(&[("retail.flow.yaml", &RETAIL.replace("takes: 2s", "takes: 1h"))]).await;
    let first = api.get("/test/flow/retail", None).await;
    let address = api.server.address();
    let idle = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = api.call(Method::POST, "/test/submit/retail", None).header("x-hf-retry-on-pending", "true");
    let waiting = tokio::spawn(request.json(&first.personal("Doe")).send());
    tokio::time::timeout(Duration::from_secs(20), api.server.stop()).await.expect("it stops");
    tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("the request ends").unwrap().ok();
    drop(idle);
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn stops_when_it_is_dropped() {
    let api = Api::of(&[("a.flow.yaml", "nodes: [ { form: f } ]\n")]).await;
    let address = api.server.address();
    drop(api);
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
