//! Which path leads to which handler.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};
use serde_json::json;

use super::state::State;
use super::{connector, entry, links, profile, steps, tokens};
use crate::api::operation::{OPERATIONS, Operation, Service, Version};

/// Below which the interpreter's operations hang.
pub(super) const INTERPRETER: &str = "/wfs/interpreter-v2";
/// Below which the export API's operations hang.
pub(super) const EXPORT: &str = "/wfs/export";
/// Where client-credential tokens are made.
pub(super) const TOKEN: &str = "/connect/token";
/// The largest body, a file's with its wrapping.
const LARGEST_BODY: usize = 25 * 1024 * 1024;

/// All routes, each for the draft and for the live version.
pub(super) fn router(state: &Arc<State>) -> Router {
    let mut router = Router::new();
    for version in [Version::Draft, Version::Live] {
        let mut versioned = Router::new();
        for row in &OPERATIONS {
            let service = match row.service {
                Service::Interpreter => INTERPRETER,
                Service::Export => EXPORT,
            };
            let path = row.path.split('?').next().unwrap_or_default();
            versioned = versioned.route(&format!("{service}{}{path}", version.prefix()), handler(row.operation));
        }
        router = router.merge(versioned.layer(Extension(version)));
    }
    router
        .route(TOKEN, post(tokens::token))
        .fallback(no_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(Arc::clone(state))
}

fn handler(operation: Operation) -> MethodRouter<Arc<State>> {
    match operation {
        Operation::FlowStep => get(steps::flow),
        Operation::SubmitStep => post(steps::submit),
        Operation::SubmitFile => post(steps::file),
        Operation::BackStep => get(steps::back),
        Operation::PrefilledInit => get(entry::prefilled),
        Operation::SignedUrl => get(entry::signed_url),
        Operation::Connect => get(connector::connect),
        Operation::Redeem => get(connector::redeem),
        Operation::Link => post(links::link),
        Operation::Unlink => delete(links::unlink),
        Operation::Profile => get(profile::profile),
    }
}

/// Nothing of the API's is at this path. The reference has no code for that, so the body carries the HTTP status.
async fn no_route(method: Method, uri: Uri) -> Response {
    refuse(StatusCode::NOT_FOUND, &format!("no such route: {method} {}", uri.path()))
}

async fn wrong_method(method: Method, uri: Uri) -> Response {
    refuse(StatusCode::METHOD_NOT_ALLOWED, &format!("{method} is not allowed here: {}", uri.path()))
}

fn refuse(status: StatusCode, message: &str) -> Response {
    (status, axum::Json(json!({"code": status.as_u16(), "message": message}))).into_response()
}
