//! Which call of the API a recorded request is, at whatever address the API was.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use crate::api::exchange::{Exchange, RequestBody};
use crate::api::operation::{OPERATIONS, Operation, Version};
use crate::api::wire::{BodyKind, SESSION_HEADER};

/// Paths of operations that differ from the usual ones: method and path by operation.
pub type Paths = HashMap<Operation, (String, String)>;

/// A request that is a call of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What is called.
    pub kind: CallKind,
    /// Draft or live.
    pub version: Version,
    /// `{flow}` in its path.
    pub flow: String,
    /// `{client}`
    pub client: String,
    /// `{token}`
    pub token: String,
    /// The address before the operation's own path: `https://api.example/wfs/interpreter-v2`.
    pub base: String,
}

/// What is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallKind {
    /// An operation of the API.
    Operation(Operation),
    /// The token endpoint.
    Token,
    /// The sandbox's simulated SDK, with the short code that it reports for.
    Capture(String),
}

/// Where the sandbox's simulated SDK reports.
const CAPTURE: &str = "/sandbox/docv/{short_code}";
/// The longest request for a token, in bytes.
const LONGEST_TOKEN_REQUEST: usize = 16 * 1024;
/// How the token endpoint's path ends.
const TOKEN: &str = "/connect/token";

/// The call that a recorded request is; none for anything else that a browser asks for.
pub fn recognise(exchange: &Exchange, paths: &Paths) -> Option<Call> {
    let request = &exchange.request;
    let call = by_path(&request.method, &request.url, paths);
    let is_of_the_api = |call: &Call| call.operation().is_none_or(|operation| is_of_the_api(operation, exchange));
    if let Some(call) = call.filter(is_of_the_api) {
        return Some(call);
    }
    if !request.method.eq_ignore_ascii_case("POST") || !asks_for_token(&request.body) {
        return None;
    }
    let url = Url::parse(&request.url).ok()?;
    Some(Call::of(CallKind::Token, &url, url.path().len()))
}

/// The call that a request is, by its method and address alone: where these lead to the API for sure.
pub fn by_path(method: &str, url: &str, paths: &Paths) -> Option<Call> {
    let url = Url::parse(url).ok()?;
    if method.eq_ignore_ascii_case("POST") {
        if url.path().ends_with(TOKEN) {
            return Some(Call::of(CallKind::Token, &url, url.path().len()));
        }
        if let Some(found) = fitting(CAPTURE, url.path()) {
            return Some(Call::of(CallKind::Capture(found.get("short_code")), &url, found.from));
        }
    }
    OPERATIONS.iter().find_map(|row| {
        let (known_method, path) = match paths.get(&row.operation) {
            Some((method, path)) => (method.as_str(), path.as_str()),
            None => (row.method, row.path),
        };
        let found = fitting(path, url.path()).filter(|_| known_method.eq_ignore_ascii_case(method))?;
        let mut call = Call::of(CallKind::Operation(row.operation), &url, found.from);
        (call.flow, call.client, call.token) = (found.get("flow"), found.get("client"), found.get("token"));
        Some(call)
    })
}

impl Call {
    fn of(kind: CallKind, url: &Url, from: usize) -> Self {
        let before = &url.path()[..from];
        let draft = before.strip_suffix(Version::Draft.prefix());
        Call {
            kind,
            version: if draft.is_some() { Version::Draft } else { Version::Live },
            flow: String::new(),
            client: String::new(),
            token: String::new(),
            base: format!("{}{}", url.origin().ascii_serialization(), draft.unwrap_or(before)),
        }
    }

    /// The operation, where it is one.
    pub fn operation(&self) -> Option<Operation> {
        match self.kind {
            CallKind::Operation(operation) => Some(operation),
            CallKind::Token | CallKind::Capture(_) => None,
        }
    }
}

/// A path that ends as a template says.
struct Fitting {
    /// The byte at which the operation's own path begins.
    from: usize,
    parts: Vec<(String, String)>,
}

impl Fitting {
    fn get(&self, name: &str) -> String {
        self.parts.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

/// Holds the end of a path against a template.
fn fitting(template: &str, path: &str) -> Option<Fitting> {
    let template = template.split('?').next().unwrap_or_default();
    let wanted: Vec<&str> = template.trim_matches('/').split('/').collect();
    let trimmed = path.trim_end_matches('/');
    let starts: Vec<usize> = trimmed.match_indices('/').map(|(at, _)| at).collect();
    let from = *starts.get(starts.len().checked_sub(wanted.len())?)?;
    let mut parts = Vec::new();
    for (wanted, given) in wanted.iter().zip(trimmed[from + 1..].split('/')) {
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !given.is_empty() => {
                parts.push((name.to_owned(), percent_decode_str(given).decode_utf8_lossy().into_owned()));
            }
            None if *wanted == given => {}
            _ => return None,
        }
    }
    Some(Fitting { from, parts })
}

/// Whether what went to and fro is the API's: a path alone may be any page's.
fn is_of_the_api(operation: Operation, exchange: &Exchange) -> bool {
    let header = exchange.request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(SESSION_HEADER));
    if header || exchange.answer.session().is_some() || exchange.answer.error_code().is_some() {
        return true;
    }
    let Some(body) = exchange.answer.json() else { return false };
    let has = |key: &str| body.get(key).is_some_and(|value| !value.is_null());
    match operation {
        Operation::FlowStep | Operation::PrefilledInit | Operation::SubmitStep | Operation::BackStep => {
            exchange.answer.kind() != BodyKind::Other
        }
        Operation::SubmitFile => has("key"),
        Operation::SignedUrl => has("url"),
        Operation::Connect => has("token"),
        Operation::Redeem => has("flowId"),
        Operation::Link | Operation::Unlink => has("message"),
        Operation::Profile => has("flowData") || has("profileType"),
    }
}

fn asks_for_token(body: &RequestBody) -> bool {
    match body {
        RequestBody::Form(pairs) => pairs.iter().any(|(name, _)| name == "grant_type"),
        RequestBody::Json(Value::Object(members)) => members.contains_key("grant_type"),
        RequestBody::Text(text) => {
            text.len() <= LONGEST_TOKEN_REQUEST
                && url::form_urlencoded::parse(text.as_bytes()).any(|(name, _)| name == "grant_type")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::api::exchange::{Answer, Body, Request};
    use serde_json::json;

    fn exchange(method: &str, url: &str, session: bool, answer: Value) -> Exchange {
        let headers = if session { vec![("X-HF-Session".to_owned(), "s".to_owned())] } else { Vec::new() };
        let request = Request { method: method.to_owned(), url: url.to_owned(), headers, body: RequestBody::Empty };
        let answer =
            Answer { status: 200, headers: Vec::new(), body: Body::Json(answer.into()), elapsed: Duration::ZERO };
        Exchange { request, answer }
    }

    #[test]
    fn operations_are_told_by_their_paths_at_any_address() {
        let step = json!({"id": "1", "type": "form", "elements": []});
        let call = |method: &str, url: &str| recognise(&exchange(method, url, false, step.clone()), &Paths::new());
        let draft = call("GET", "https://a.example/wfs/interpreter-v2/test/flow/f%201?x=1").unwrap();
        assert_eq!(
            (draft.operation(), draft.version, draft.flow.as_str()),
            (Some(Operation::FlowStep), Version::Draft, "f 1")
        );
        assert_eq!(draft.base, "https://a.example/wfs/interpreter-v2");
        assert_eq!(call("POST", "http://localhost:1/submit/f").unwrap().version, Version::Live);
        assert_eq!(call("OPTIONS", "http://localhost:1/submit/f"), None);
        assert_eq!(call("GET", "http://localhost:1/flow"), None);
        let capture = call("POST", "http://localhost:1/wfs/interpreter-v2/sandbox/docv/a1").unwrap();
        assert_eq!(capture.kind, CallKind::Capture("a1".to_owned()));
        assert_eq!(call("POST", "https://id.example/connect/token").unwrap().kind, CallKind::Token);
    }

    #[test]
    fn a_page_at_such_a_path_is_none_and_a_configured_path_is_one() {
        let page = exchange("GET", "https://shop.example/flow/spring", false, json!({"articles": 3}));
        assert_eq!(recognise(&page, &Paths::new()), None);
        let known = exchange("GET", "https://shop.example/flow/spring", true, json!({"articles": 3}));
        assert!(recognise(&known, &Paths::new()).is_some());
        let paths = Paths::from([(Operation::BackStep, ("POST".to_owned(), "/return/{flow}/now".to_owned()))]);
        let back =
            recognise(&exchange("POST", "https://a.example/v1/test/return/f/now", true, json!({})), &paths).unwrap();
        assert_eq!((back.operation(), back.version), (Some(Operation::BackStep), Version::Draft));
    }
}
