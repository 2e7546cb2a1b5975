//! The export API: a client's profile.

use serde_json::{Map, Value, json};

use crate::sandbox::engine::{Refusal, Status, flow_data, settle, status, timestamp};
use crate::sandbox::server::reply::Reply;
use crate::sandbox::server::request::Request;
use crate::sandbox::server::state::State;
use crate::sandbox::server::stores::lock;

/// The profile of a client, over all its flows of this version. Where the account has clients, it needs a token of
/// theirs.
///
/// # Errors
///
/// 4050 without such a token; 4100 for a client that nobody knows in this version; 4110 where one of its flows is not there any more.
pub(super) fn profile(state: &State, request: &Request) -> Result<Reply, Reply> {
    if !state.served().account.clients.is_empty() {
        state.authorize(&request.headers, request.arrived)?;
    }
    let asked = request.query();
    let full = asked.iter().find(|(key, _)| key == "includeFullServiceDetails");
    let full = full.is_some_and(|(_, value)| value.eq_ignore_ascii_case("true"));
    let (id, version) = (request.parameters.client.to_ascii_lowercase(), request.version);
    let client = state.clients.get(&id)?;
    let client = lock(&client);
    let mut flows = Map::new();
    let mut settled = Vec::new();
    for enrolment in client.enrolled.iter().filter(|enrolment| enrolment.version == version) {
        let definition = state.definition(&enrolment.flow, version).map_err(|_| Refusal::new(4110))?;
        // Services end when their time is up, not when somebody asks; but asking here is not the applicant's asking, to
        // whom a failure is still to be told, so it is done on a copy.
        let mut session = enrolment.session.clone();
        drop(settle(&definition, &mut session, state.now()));
        flows.insert(enrolment.flow.to_string(), flow_data(&definition, &session, state.epoch, full));
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
    })
    .into())
}
