use reqwest::Method;
use serde_json::{Value, json};

use super::testing::{Answer, Api};
use crate::sandbox::examples::library;

const ACCOUNT: &str = "clients: [ { client_id: me, client_secret: a b&c, expires_in: 1h } ]\n";
const FORM: &str = "nodes: [ { form: f, elements: [ { name: Age, type: number }, { name: City, role: address_city, type: text, value: Here } ] } ]\n";

impl Api {
    async fn export(&self, path: &str, token: Option<&str>) -> Answer {
        let mut request = self.client.get(format!("{}{path}", self.server.export_url()));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        Answer::of(self.client.post(self.server.token_url()).form(fields).send().await.unwrap()).await
    }

    async fn good_token(&self) -> String {
        let fields = [("client_id", "me"), ("client_secret", "a b&c"), ("grant_type", "client_credentials")];
        self.token(&fields).await.body["access_token"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_profile_tells_what_was_entered_and_found() {
    let api = Api::retail().await;
    let first = api.get("/test/flow/retail", None).await;
    let id = first.session.clone().unwrap();
    let mut personal = first.personal("Doe");
    personal[first.id("Hobbies")] = json!(["chess", "golf"]);
    api.post("/test/submit/retail", Some(&id), &personal).await;
    let proof = api.settled(&id).await;
    let path = format!("/test/v2/query/client/{id}?includeFullServiceDetails=true");
    assert_eq!(api.export(&path, None).await.body["status"], "IN_PROGRESS");
    let key = api.upload(Some(&id), Some("a.pdf")).await.body["key"].clone();
    api.post("/test/submit/retail", Some(&id), &json!({proof.id("Proof"): key})).await;
    let profile = api.export(&path, None).await.body;
    assert_eq!((&profile["id"], &profile["status"]), (&json!(id), &json!("ACCEPTED")));
    let flow = &profile["flowData"]["retail"];
    assert_eq!(flow["completed"], true);
    let name = first.id("First name");
    let field = json!({"id": name, "name": "First name", "value": ["Jo"], "role": "first_name"});
    assert_eq!(flow["fieldData"][name], field);
    assert_eq!(flow["fieldData"][first.id("Hobbies")]["value"], json!(["chess", "golf"]));
    assert_eq!(flow["fileData"][proof.id("Proof")]["value"], json!([key]));
    let services = flow["serviceData"].as_array().unwrap();
    let types: Vec<&Value> = services.iter().map(|service| &service["nodeType"]).collect();
    assert_eq!(types, ["TRULIOO_EIDV", "ACCEPT"]);
    assert_eq!((&services[0]["match"], &services[0]["transactionInfo"]["attempt"]), (&json!(true), &json!(1)));
    assert!(services[0]["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    assert!(services[0]["fullServiceDetails"].is_object());
    let brief = api.export(&format!("/test/v2/query/client/{id}"), None).await.body;
    assert!(brief["flowData"]["retail"]["serviceData"][0]["fullServiceDetails"].is_null());
}

#[tokio::test]
async fn profiles_that_are_not_there() {
    let api = Api::of(&[("a.flow.yaml", FORM)]).await;
    let id = api.get("/test/flow/a", None).await.session.unwrap();
    assert_eq!(api.export("/v2/query/client/nobody", None).await.refusal(), (404, 4100));
    assert_eq!(api.export(&format!("/v2/query/client/{id}"), None).await.refusal(), (404, 4100), "it is in the draft");
    api.server.publish(library(&[("b.flow.yaml", FORM)]));
    assert_eq!(api.export(&format!("/test/v2/query/client/{id}"), None).await.refusal(), (500, 4110));
}

#[tokio::test]
async fn a_profile_sees_what_time_has_brought() {
    let text = "nodes: [ { form: f }, { service: s, type: TRULIOO_EIDV, takes: 1ms } ]\n";
    let api = Api::of(&[("a.flow.yaml", text)]).await;
    let id = api.post("/submit/a", None, &json!({})).await.session.unwrap();
    let path = format!("/v2/query/client/{id}");
    while api.export(&path, None).await.body["status"] != "COMPLETED" {}
}

#[tokio::test]
async fn tokens_are_made_for_clients_only() {
    let api = Api::of(&[("sandbox.yaml", ACCOUNT)]).await;
    let (id, secret, grant) = (("client_id", "me"), ("client_secret", "a b&c"), ("grant_type", "client_credentials"));
    let made = api.token(&[id, secret, grant, ("scope", "workflow.studio.api")]).await;
    assert_eq!(
        (made.status, &made.body["expires_in"], &made.body["token_type"]),
        (200, &json!(3600), &json!("Bearer"))
    );
    for (fields, status, error) in [
        (vec![id, ("client_secret", "guess"), grant], 401, "invalid_client"),
        (vec![id, secret, ("grant_type", "password")], 400, "unsupported_grant_type"),
        (vec![id, secret, grant, ("scope", "all")], 400, "invalid_scope"),
    ] {
        let refused = api.token(&fields).await;
        assert_eq!((refused.status, refused.body), (status, json!({"error": error})));
    }
}

#[tokio::test]
async fn authenticated_flows_and_profiles_need_a_token_that_holds() {
    let flow = format!("authenticated: true\n{FORM}");
    let api = Api::of(&[("a.flow.yaml", &flow), ("sandbox.yaml", ACCOUNT)]).await;
    assert_eq!(api.get("/flow/a", None).await.refusal(), (401, 4050));
    let with = |token: &str| api.call(Method::GET, "/flow/a", None).header("Authorization", token.to_owned()).send();
    let token = api.good_token().await;
    assert_eq!(Answer::of(with("Bearer guess").await.unwrap()).await.refusal(), (401, 4050));
    assert_eq!(Answer::of(with(&token).await.unwrap()).await.refusal(), (401, 4050));
    let begun = Answer::of(with(&format!("bearer {token}")).await.unwrap()).await;
    let path = format!("/v2/query/client/{}", begun.session.unwrap());
    assert_eq!(api.export(&path, None).await.refusal(), (401, 4050));
    assert_eq!(api.export(&path, Some(&token)).await.status, 200);
}

#[tokio::test]
async fn tokens_expire() {
    let flow = format!("authenticated: true\n{FORM}");
    let account = ACCOUNT.replace("1h", "0s");
    let api = Api::of(&[("a.flow.yaml", &flow), ("sandbox.yaml", &account)]).await;
    let token = api.good_token().await;
    let refused = api.call(Method::GET, "/flow/a", None).bearer_auth(token).send().await.unwrap();
    assert_eq!(Answer::of(refused).await.refusal(), (401, 4050));
}

#[tokio::test]
async fn a_client_is_led_into_another_flow_by_a_token() {
    let follower = format!("follows_token: true\n{FORM}");
    let api = Api::of(&[("a.flow.yaml", FORM), ("b.flow.yaml", &follower)]).await;
    let session = api.get("/flow/a", None).await.session.unwrap();
    let id = Some(session.as_str());
    assert_eq!(api.get("/flow/b", None).await.refusal(), (404, 4102));
    assert_eq!(api.get("/flow/b", id).await.refusal(), (404, 4102));
    assert_eq!(api.post("/submit/b", None, &json!({})).await.refusal(), (404, 4102));
    assert_eq!(api.get("/connector/nobody/b", None).await.refusal(), (404, 4100));
    assert_eq!(api.get(&format!("/connector/{session}/nowhere"), None).await.refusal(), (404, 4101));
    let token = |answer: Answer| answer.body["token"].as_str().unwrap().to_owned();
    let to_a = token(api.get(&format!("/connector/{session}/a"), None).await);
    assert_eq!(api.get(&format!("/connector/{to_a}"), None).await.refusal(), (400, 4005));
    let to_b = token(api.get(&format!("/connector/{session}/b"), None).await);
    let redeemed = api.get(&format!("/connector/{to_b}"), None).await;
    assert_eq!((&redeemed.body, redeemed.session.as_deref()), (&json!({"flowId": "b"}), id));
    assert_eq!(api.get(&format!("/connector/{to_b}"), None).await.refusal(), (401, 4011));
    assert_eq!(api.get("/connector/guess", None).await.refusal(), (401, 4011));
    assert_eq!(api.get("/flow/b", id).await.body["title"], "f");
    assert_eq!(api.post("/submit/b", id, &json!({})).await.body["type"], "end");
    assert_eq!(api.get("/flow/a", id).await.body["type"], "form", "the first flow stands where it stood");
    let profile = api.export(&format!("/v2/query/client/{session}"), None).await.body;
    assert_eq!(profile["flowData"].as_object().unwrap().keys().collect::<Vec<_>>(), ["a", "b"]);
}

#[tokio::test]
async fn connector_tokens_expire() {
    let follower = format!("follows_token: true\n{FORM}");
    let files =
        [("a.flow.yaml", FORM), ("b.flow.yaml", &*follower), ("sandbox.yaml", "connector_token_expires_in: 0s\n")];
    let api = Api::of(&files).await;
    let session = api.get("/flow/a", None).await.session.unwrap();
    let made = api.get(&format!("/connector/{session}/b"), None).await;
    let token = made.body["token"].as_str().unwrap();
    assert_eq!(api.get(&format!("/connector/{token}"), None).await.refusal(), (401, 4012));
}

#[tokio::test]
async fn links_are_made_and_removed() {
    let api = Api::of(&[("a.flow.yaml", FORM)]).await;
    let from = api.get("/flow/a", None).await.session.unwrap();
    let to = api.get("/flow/a", None).await.session.unwrap();
    let path = "/endclient/link";
    let unlink =
        async |body: Value| Answer::of(api.call(Method::DELETE, path, None).json(&body).send().await.unwrap()).await;
    assert_eq!(unlink(json!({"from": from, "to": to})).await.refusal(), (400, 4106));
    for kind in ["RELATES_TO", "DUPLICATE_OF", "OWNS", "OWNED_BY"] {
        let made = api.post(path, None, &json!({"from": from, "to": to, "type": kind})).await;
        assert_eq!((made.status, &made.body["code"]), (200, &json!(0)));
    }
    for body in [
        json!({"from": from, "to": to}),
        json!({"from": from, "to": to, "type": "LIKES"}),
        json!({"from": from, "type": "OWNS"}),
        json!({"from": from, "to": from, "type": "OWNS"}),
        json!([]),
    ] {
        assert_eq!(api.post(path, None, &body).await.refusal(), (400, 4105), "{body}");
    }
    let nobody = api.post(path, None, &json!({"from": from, "to": "nobody", "type": "OWNS"})).await;
    assert_eq!(nobody.refusal(), (404, 4100));
    assert_eq!(unlink(json!({"from": from})).await.refusal(), (400, 4106));
    assert_eq!(unlink(json!({"from": from, "to": to})).await.body["code"], 0);
    assert_eq!(unlink(json!({"from": from, "to": to})).await.refusal(), (400, 4106));
}

#[tokio::test]
async fn a_session_begins_with_values_filled_in() {
    let api = Api::of(&[("a.flow.yaml", FORM)]).await;
    let begun = api.get("/init/a?age=33&address_city=New%20York&nobody=1", None).await;
    let values = |answer: &Answer| [0, 1].map(|at: usize| answer.body["elements"][at]["value"].clone());
    assert_eq!(values(&begun), [json!(33), json!("New York")]);
    assert_eq!(values(&api.get("/flow/a", begun.session.as_deref()).await), [json!(33), json!("New York")]);
    assert_eq!(values(&api.get("/init/a", None).await), [Value::Null, json!("Here")]);
}

#[tokio::test]
async fn a_signed_address_is_made_for_a_session() {
    let api = Api::of(&[("a.flow.yaml", FORM)]).await;
    let id = api.get("/test/flow/a", None).await.session.unwrap();
    let signed = api.get(&format!("/test/signed-url/a?endClientId={id}"), None).await;
    let address = format!("{}/test/flow/a?endClientId={id}&signature=", api.server.base_url());
    assert!(signed.body["url"].as_str().unwrap().starts_with(&address), "{}", signed.body);
    assert_eq!(api.get("/test/signed-url/a", None).await.refusal(), (404, 4100));
    assert_eq!(api.get(&format!("/signed-url/a?endClientId={id}"), None).await.refusal(), (404, 4101));
}
