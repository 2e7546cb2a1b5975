//! A client for the tests of the server.

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

use super::{Server, ServerOptions};
use crate::sandbox::examples::{RETAIL, library};

pub(super) struct Api {
    pub(super) server: Server,
    pub(super) client: Client,
}

impl Api {
    pub(super) async fn of(files: &[(&str, &str)]) -> Self {
        let server = Server::start(library(files), ServerOptions::default()).await.unwrap();
        // The provider is needed by the client's build even where nothing is encrypted; a second installation is no harm.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        Api { server, client }
    }

    pub(super) async fn retail() -> Self {
        // Next to no time, so that polling ends at once.
        Api::of(&[("retail.flow.yaml", &RETAIL.replace("takes: 2s", "takes: 1ms"))]).await
    }

    pub(super) fn call(&self, method: Method, path: &str, session: Option<&str>) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.server.base_url()));
        match session {
            Some(session) => request.header("X-HF-Session", session),
            None => request,
        }
    }

    pub(super) async fn get(&self, path: &str, session: Option<&str>) -> Answer {
        Answer::of(self.call(Method::GET, path, session).send().await.unwrap()).await
    }

    pub(super) async fn post(&self, path: &str, session: Option<&str>, body: &Value) -> Answer {
        Answer::of(self.call(Method::POST, path, session).json(body).send().await.unwrap()).await
    }

    pub(super) async fn upload(&self, session: Option<&str>, file: Option<&str>) -> Answer {
        let mut form = reqwest::multipart::Form::new().text("note", "no file");
        if let Some(name) = file {
            form = form.part("file", reqwest::multipart::Part::bytes(vec![7; 3_000_000]).file_name(name.to_owned()));
        }
        let request = self.call(Method::POST, "/test/file/retail", session).multipart(form);
        Answer::of(request.send().await.unwrap()).await
    }

    /// The current step, once no service is at work any more.
    pub(super) async fn settled(&self, session: &str) -> Answer {
        loop {
            let answer = self.get("/test/flow/retail", Some(session)).await;
            if answer.body["type"] != "pending" {
                return answer;
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) session: Option<String>,
    pub(super) body: Value,
}

impl Answer {
    pub(super) async fn of(response: Response) -> Self {
        let status = response.status().as_u16();
        let session = response.headers().get("x-hf-session").map(|value| value.to_str().unwrap().to_owned());
        Answer { status, session, body: response.json().await.unwrap() }
    }

    pub(super) fn id(&self, label: &str) -> &str {
        let mut elements = self.body["elements"].as_array().unwrap().iter();
        elements.find(|element| element["name"] == label).unwrap()["id"].as_str().unwrap()
    }

    pub(super) fn personal(&self, last_name: &str) -> Value {
        json!({self.id("First name"): "Jo", self.id("Last name"): last_name, self.id("Country of residence"): "CA"})
    }

    pub(super) fn refusal(&self) -> (u16, i64) {
        assert_eq!(self.body.as_object().unwrap().len(), 2, "{}", self.body);
        (self.status, self.body["code"].as_i64().unwrap())
    }
}
