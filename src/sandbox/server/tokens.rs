//! Client-credential tokens: made for the clients of `sandbox.yaml`, demanded by authenticated flows and by the export API.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State as Shared};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::clients::lock;
use super::state::State;
use crate::sandbox::engine::Refusal;

/// The tokens that were made, each with its end.
#[derive(Default)]
pub(super) struct Tokens {
    made: Mutex<HashMap<String, Duration>>,
}

impl Tokens {
    fn make(&self, now: Duration, expires_in: Duration) -> String {
        let token = Uuid::new_v4().simple().to_string();
        let mut made = lock(&self.made);
        made.retain(|_, end| *end > now);
        made.insert(token.clone(), now.saturating_add(expires_in));
        token
    }

    /// # Errors
    ///
    /// 4050 without a token that holds.
    pub(super) fn check(&self, headers: &HeaderMap, now: Duration) -> Result<(), Refusal> {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token =
            given.and_then(|value| value.split_once(' ')).filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
        let holds =
            token.and_then(|(_, token)| lock(&self.made).get(token.trim()).copied()).is_some_and(|end| end > now);
        if holds { Ok(()) } else { Err(Refusal::new(4050)) }
    }
}

#[derive(Deserialize)]
struct TokenRequest {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    client_secret: String,
    #[serde(default)]
    grant_type: String,
    scope: Option<String>,
}

/// Makes a token. Its refusals are those of OAuth 2.0 (RFC 6749, 5.2), not codes of the flow API.
pub(super) async fn token(Shared(state): Shared<Arc<State>>, body: String) -> Response {
    let refuse = |status: StatusCode, error: &str| (status, Json(json!({"error": error}))).into_response();
    // A form is written as the query of an address is.
    let request = format!("/?{}", body.trim()).parse::<Uri>().ok();
    let request = request.and_then(|uri| Query::<TokenRequest>::try_from_uri(&uri).ok());
    let Some(Query(request)) = request else { return refuse(StatusCode::BAD_REQUEST, "invalid_request") };
    if request.grant_type != "client_credentials" {
        return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type");
    }
    let library = state.served();
    let client = library
        .account
        .clients
        .iter()
        .find(|client| client.client_id == request.client_id && client.client_secret == request.client_secret);
    let Some(client) = client else { return refuse(StatusCode::UNAUTHORIZED, "invalid_client") };
    if request.scope.is_some_and(|scope| !scope.is_empty() && scope != client.scope) {
        return refuse(StatusCode::BAD_REQUEST, "invalid_scope");
    }
    let token = state.tokens.make(state.now(), client.expires_in);
    let body = json!({
        "access_token": token,
        "expires_in": client.expires_in.as_secs(),
        "token_type": "Bearer",
        "scope": client.scope,
    });
    Json(body).into_response()
}
