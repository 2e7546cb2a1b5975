//! From a request to its answer: the route, the faults that lie on it, the call.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::ALLOW;
use hyper::http::request::Parts;
use hyper::{Request as HttpRequest, Response};

use super::faults::{self, NoAnswer};
use super::headers::FAULT;
use super::reply::{Body, Reply};
use super::request::{Request, read};
use super::routes::{NoRoute, Route, find};
use super::state::State;
use super::{browsers, calls};

/// Answers a request.
///
/// # Errors
///
/// Where a fault on demand wants no answer.
pub(super) async fn answer(state: Arc<State>, request: HttpRequest<Incoming>) -> Result<Response<Body>, NoAnswer> {
    let (parts, body) = request.into_parts();
    if state.browsers
        && let Some(mut response) = browsers::preflight(&parts.method, &parts.headers)
    {
        browsers::allow(&mut response);
        return Ok(response);
    }
    let mut response = match find(&parts.method, parts.uri.path()) {
        Ok(route) if state.has_faults() || parts.headers.contains_key(&FAULT) => {
            with_faults(&state, route, parts, body).await?
        }
        Ok(route) => call(&state, route, parts, body).await.into_response(),
        Err(nowhere) => refuse(nowhere, &parts).into_response(),
    };
    if state.browsers {
        browsers::allow(&mut response);
    }
    Ok(response)
}

/// Makes the call that a route leads to.
async fn call(state: &Arc<State>, route: Route, parts: Parts, body: Incoming) -> Reply {
    match route {
        Route::Operation(row, version, parameters) => {
            let query = parts.uri.query().map(str::to_owned);
            let request = Request { version, parameters, query, headers: parts.headers, body, arrived: state.now() };
            calls::call(state, row.operation, request).await
        }
        Route::Token => calls::token(state, parts.headers, body).await,
        Route::Capture(short_code) => calls::capture(state, &short_code, body).await,
    }
}

async fn with_faults(
    state: &Arc<State>,
    route: Route,
    parts: Parts,
    body: Incoming,
) -> Result<Response<Body>, NoAnswer> {
    let met = faults::met(state, &parts.headers, &route);
    if !met.latency.is_zero() {
        let mut stopping = state.stopping.clone();
        tokio::select! {
            () = tokio::time::sleep(met.latency) => {}
            _ = stopping.wait_for(|stop| *stop) => {}
        }
    }
    let reply = match met.refused {
        Some(refused) => {
            // A client that is still sending would not see the refusal.
            drop(read(body).await);
            refused
        }
        None => call(state, route, parts, body).await,
    };
    match met.spoil {
        Some(spoil) => faults::spoil(reply, spoil),
        None => Ok(reply.into_response()),
    }
}

/// The reference has no code for what is none of its routes.
fn refuse(nowhere: NoRoute, parts: &Parts) -> Reply {
    let (method, path) = (&parts.method, parts.uri.path());
    match nowhere {
        NoRoute::Path => Reply::status(404, &format!("no such route: {method} {path}")),
        NoRoute::Method(allowed) => {
            Reply::status(405, &format!("{method} is not allowed here: {path}")).with(ALLOW, &allowed.join(", "))
        }
    }
}
