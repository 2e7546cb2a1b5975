//! Client-credential tokens: made for the clients of `sandbox.yaml`, demanded by authenticated flows and by the export API.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hyper::HeaderMap;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CACHE_CONTROL, WWW_AUTHENTICATE};
use percent_encoding::percent_decode_str;
use serde_json::json;

use crate::sandbox::server::headers::header;
use crate::sandbox::server::reply::Reply;
use crate::sandbox::server::request::{pairs, read};
use crate::sandbox::server::state::State;

/// Makes a token. Its refusals are those of OAuth 2.0 (RFC 6749, 5.2), not codes of the flow API.
pub(in crate::sandbox::server) async fn token(state: &State, headers: HeaderMap, body: Incoming) -> Reply {
    let form = match read(body).await {
        Ok(body) => pairs(String::from_utf8_lossy(&body).trim()),
        Err(reply) => return reply,
    };
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let (id, secret) = basic(&headers)
        .unwrap_or_else(|| (field("client_id").unwrap_or_default(), field("client_secret").unwrap_or_default()));
    match field("grant_type").as_deref() {
        Some("client_credentials") => {}
        Some(_) => return refuse(400, "unsupported_grant_type"),
        None => return refuse(400, "invalid_request"),
    }
    let library = state.served();
    let mut clients = library.account.clients.iter();
    let Some(client) = clients.find(|client| client.client_id == id && client.client_secret == secret) else {
        return refuse(401, "invalid_client").with(WWW_AUTHENTICATE, "Basic realm=\"sandbox\"");
    };
    if field("scope").is_some_and(|scope| !scope.is_empty() && scope != client.scope) {
        return refuse(400, "invalid_scope");
    }
    let token = state.tokens.make(&client.scope, state.now(), client.expires_in);
    let body = json!({
        "access_token": token,
        "expires_in": client.expires_in.as_secs(),
        "token_type": "Bearer",
        "scope": client.scope,
    });
    Reply::from(body).with(CACHE_CONTROL, "no-store")
}

fn refuse(status: u16, error: &str) -> Reply {
    Reply { body: json!({"error": error}).to_string(), ..Reply::status(status, error) }.with(CACHE_CONTROL, "no-store")
}

/// The client and its secret as RFC 6749, 2.3.1 sends them in a header, which many OAuth clients prefer to the form.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (kind, value) = header(headers, &AUTHORIZATION)?.split_once(' ')?;
    let decoded = BASE64_STANDARD.decode(value.trim()).ok().filter(|_| kind.eq_ignore_ascii_case("basic"))?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some((plain(id), plain(secret)))
}
