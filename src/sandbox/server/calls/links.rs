//! Links between end clients.

use serde_json::{Map, Value, json};

use crate::api::operation::{LINK_TYPES, Version};
use crate::sandbox::engine::Refusal;
use crate::sandbox::server::reply::Reply;
use crate::sandbox::server::request::Request;
use crate::sandbox::server::state::State;

/// Both ends of a link.
///
/// # Errors
///
/// The given code for a body that does not name two clients.
fn ends(body: &Map<String, Value>, code: u16) -> Result<(String, String), Refusal> {
    let end = |key: &str| {
        let id = body.get(key).and_then(Value::as_str).filter(|id| !id.is_empty());
        id.map(str::to_ascii_lowercase).ok_or_else(|| Refusal::about(code, key))
    };
    let (from, to) = (end("from")?, end("to")?);
    if from == to { Err(Refusal::about(code, "both ends are one client")) } else { Ok((from, to)) }
}

/// # Errors
///
/// 4100 for a client that nobody knows.
fn there(state: &State, version: Version, ends: &(String, String)) -> Result<(), Refusal> {
    state.client(&ends.0, version)?;
    state.client(&ends.1, version).map(drop)
}

/// Makes a link; making it again changes nothing.
///
/// # Errors
///
/// 4105 for a body that makes no link, 4100 for a client that nobody knows.
pub(super) async fn link(state: &State, request: Request) -> Result<Reply, Reply> {
    let version = request.version;
    let body = request.object().await?.unwrap_or_default();
    let ends = ends(&body, 4105)?;
    let kind =
        body.get("type").and_then(Value::as_str).and_then(|kind| LINK_TYPES.iter().find(|known| **known == kind));
    let kind = kind.ok_or_else(|| Refusal::about(4105, "type"))?;
    there(state, version, &ends)?;
    state.links.add(ends.0, ends.1, kind);
    Ok(json!({"message": "Link created", "code": 0}).into())
}

/// Removes the links between two clients, of whatever type.
///
/// # Errors
///
/// 4106 for a body that names no link that is there, 4100 for a client that nobody knows.
pub(super) async fn unlink(state: &State, request: Request) -> Result<Reply, Reply> {
    let version = request.version;
    let body = request.object().await?.unwrap_or_default();
    let ends = ends(&body, 4106)?;
    there(state, version, &ends)?;
    if !state.links.remove(&ends.0, &ends.1) {
        return Err(Refusal::about(4106, "there is no such link").into());
    }
    Ok(json!({"message": "Link deleted", "code": 0}).into())
}
