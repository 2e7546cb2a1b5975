//! Other ways into a flow: with values filled in beforehand, and by a signed address.

use std::sync::Arc;

use axum::extract::{Extension, Path, Query, RawQuery, State as Shared};
use axum::http::{HeaderMap, Uri, header};
use serde_json::json;

use super::clients::lock;
use super::reply::Reply;
use super::routes;
use super::state::State;
use super::steps::{self, Call, Way};
use crate::api::operation::Version;
use crate::sandbox::engine::{Action, Refusal};

/// A new session whose forms come filled in with the query's values, each by an element's role, normalised name or label.
pub(super) async fn prefilled(way: Way, RawQuery(query): RawQuery) -> Reply {
    let (Shared(state), Extension(version), Path(flow), headers) = way;
    let begun = Call::of(&state, flow, version, &headers).and_then(|call| {
        let session = call.new_session(&state)?;
        Ok((call, session))
    });
    let (call, session) = match begun {
        Ok(begun) => begun,
        Err(refusal) => return refusal.into(),
    };
    let uri = format!("/?{}", query.unwrap_or_default()).parse::<Uri>().ok();
    let values = uri.and_then(|uri| Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
    let mut session = session.prefilled(values.map(|Query(values)| values).unwrap_or_default());
    let outcome = call.act_on(&state, &mut session, Action::Current);
    let id = session.id.clone();
    call.keep(&state, session);
    Reply::of(&id, outcome.map(|(_, body)| body))
}

/// An address under which the applicant's session can be opened elsewhere. What it looks like is the sandbox's own: the
/// reference does not show it.
pub(super) async fn signed_url(
    Shared(state): Shared<Arc<State>>,
    Extension(version): Extension<Version>,
    Path(flow): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Reply {
    let client = query.iter().find(|(key, _)| key == "endClientId").map(|(_, id)| id.as_str()).unwrap_or_default();
    let signed = Call::of(&state, flow, version, &headers).and_then(|call| {
        let client = state.clients.get(client)?;
        let mut client = lock(&client);
        let session = client.session(&call.flow, call.version)?;
        let signature = session.digest(&["signed address", &call.flow], 32);
        let host = steps::header(&headers, header::HOST.as_str()).unwrap_or("localhost");
        let place = format!("{}{}/flow/{}", routes::INTERPRETER, version.prefix(), call.flow);
        Ok(json!({"url": format!("http://{host}{place}?endClientId={}&signature={signature}", session.id)}))
    });
    match signed {
        Ok(body) => body.into(),
        Err(refusal) => Refusal::into(refusal),
    }
}
