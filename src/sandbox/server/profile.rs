//! The export API: a client's profile.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Extension, Path, Query, State as Shared};
use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

use super::clients::lock;
use super::reply::Reply;
use super::state::State;
use crate::api::operation::Version;
use crate::sandbox::engine::{Action, Refusal, Status, act, flow_data, status, timestamp};

/// The profile of a client, over all its flows of this version. Where the account has clients, it needs a token of
/// theirs.
pub(super) async fn profile(
    Shared(state): Shared<Arc<State>>,
    Extension(version): Extension<Version>,
    Path(client): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Reply {
    if !state.served().account.clients.is_empty()
        && let Err(refusal) = state.tokens.check(&headers, state.now())
    {
        return refusal.into();
    }
    let full = query.get("includeFullServiceDetails").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    match put_together(&state, &client, version, full) {
        Ok(body) => body.into(),
        Err(refusal) => refusal.into(),
    }
}

/// # Errors
///
/// 4100 for a client that nobody knows in this version; 4110 where one of its flows is not there any more.
fn put_together(state: &State, client: &str, version: Version, full: bool) -> Result<Value, Refusal> {
    let id = client.to_ascii_lowercase();
    let client = state.clients.get(&id)?;
    let client = lock(&client);
    let mut flows = Map::new();
    let mut settled = Vec::new();
    for enrolment in client.enrolled.iter().filter(|enrolment| enrolment.version == version) {
        let definition = state.definition(&enrolment.flow, version).map_err(|_| Refusal::new(4110))?;
        // Services end when their time is up, not when somebody asks; but asking here is not the applicant's asking, to
        // whom a failure is still to be told, so it is done on a copy.
        let mut session = enrolment.session.clone();
        drop(act(&definition, &mut session, Action::Current, state.now()));
        flows.insert(enrolment.flow.clone(), flow_data(&definition, &session, state.epoch, full));
        settled.push(session);
    }
    let sessions = || settled.iter();
    let created = sessions().map(|session| session.created).min().ok_or_else(|| Refusal::new(4100))?;
    let modified = sessions().map(|session| session.modified).max().unwrap_or(created);
    let status = sessions().map(status).max().unwrap_or(Status::InProgress);
    Ok(json!({
        "id": id,
        "ownerIds": [],
        "created": timestamp(state.epoch, created),
        "lastModified": timestamp(state.epoch, modified),
        "profileType": "PERSON",
        "status": status.wire_name(),
        "statusManuallyChanged": false,
        "flowData": flows,
        "notes": [],
        "tasks": [],
        "user": Value::Null,
    }))
}
