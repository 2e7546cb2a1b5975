//! What a handler answers, before it is bytes.

use axum::Json;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::api::wire::SESSION_HEADER;
use crate::sandbox::engine::Refusal;

/// An answer with the session that it is about, if there is one.
pub(super) struct Reply {
    pub(super) session: Option<String>,
    pub(super) outcome: Result<Value, Refusal>,
}

impl Reply {
    /// An answer about a session; one that nobody knows is none.
    pub(super) fn of(session: &str, outcome: Result<Value, Refusal>) -> Self {
        let unknown = outcome.as_ref().is_err_and(|refusal| refusal.code() == 4100);
        Reply { session: (!unknown).then(|| session.to_owned()), outcome }
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Reply { session: None, outcome: Err(refusal) }
    }
}

impl From<Value> for Reply {
    fn from(body: Value) -> Self {
        Reply { session: None, outcome: Ok(body) }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let (status, body) = match self.outcome {
            Ok(body) => (StatusCode::OK, body),
            Err(refusal) => {
                (StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), refusal.body())
            }
        };
        let mut response = (status, Json(body)).into_response();
        if let Some(value) = self.session.and_then(|session| HeaderValue::from_str(&session).ok()) {
            response.headers_mut().insert(SESSION_HEADER, value);
        }
        response
    }
}
