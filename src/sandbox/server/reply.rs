//! What a call answers, before it is bytes.

use bytes::Bytes;
use http_body_util::Either;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use super::headers::SESSION;
use super::spoilt::Spoilt;
use crate::sandbox::engine::Refusal;

/// An answer's body: whole, or spoilt on purpose.
pub(super) type Body = Either<http_body_util::Full<Bytes>, Spoilt>;

/// An answer, with the session that it is about, if there is one.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) session: Option<HeaderValue>,
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// JSON, unless a header says otherwise.
    pub(super) body: String,
}

impl Reply {
    /// An answer about a session; one that nobody knows is none.
    pub(super) fn of(session: &HeaderValue, outcome: Result<String, Refusal>) -> Self {
        let unknown = outcome.as_ref().is_err_and(|refusal| refusal.code() == 4100);
        Reply { session: (!unknown).then(|| session.clone()), ..outcome.into() }
    }

    /// The same, about a session.
    pub(super) fn about(self, session: &HeaderValue) -> Self {
        Reply { session: Some(session.clone()), ..self }
    }

    /// An answer that is not the API's own: the reference has no code for it, so that the body carries the HTTP status.
    pub(super) fn status(status: u16, message: &str) -> Self {
        let body = json!({"code": status, "message": message}).to_string();
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Reply { session: None, status, headers: Vec::new(), body }
    }

    /// The same with another header.
    pub(super) fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        self
    }

    /// The answer as it is sent.
    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Either::Left(http_body_util::Full::new(Bytes::from(self.body))));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(session) = self.session {
            headers.insert(SESSION.clone(), session);
        }
        for (name, value) in self.headers {
            headers.insert(name, value);
        }
        response
    }
}

impl From<String> for Reply {
    fn from(body: String) -> Self {
        Reply { session: None, status: StatusCode::OK, headers: Vec::new(), body }
    }
}

impl From<Value> for Reply {
    fn from(body: Value) -> Self {
        body.to_string().into()
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Reply { session: None, status, headers: Vec::new(), body: refusal.body().to_string() }
    }
}

impl<T: Into<Reply>> From<Result<T, Refusal>> for Reply {
    fn from(outcome: Result<T, Refusal>) -> Self {
        outcome.map_or_else(Reply::from, Into::into)
    }
}

/// A session's id as a header's value.
pub(super) fn session_header(id: &str) -> HeaderValue {
    // An id is made here, of hex digits and dashes.
    HeaderValue::from_str(id).unwrap_or_else(|_| HeaderValue::from_static(""))
}
