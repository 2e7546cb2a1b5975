//! Links between end clients.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State as Shared;
use serde_json::{Value, json};

use super::clients::lock;
use super::reply::Reply;
use super::state::State;
use crate::sandbox::engine::Refusal;

/// The types of a link, by the reference.
const TYPES: [&str; 4] = ["RELATES_TO", "DUPLICATE_OF", "OWNS", "OWNED_BY"];

/// The links that were made.
#[derive(Default)]
pub(super) struct Links {
    made: Mutex<BTreeSet<Link>>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Link {
    from: String,
    to: String,
    kind: &'static str,
}

/// Both ends of a link, as clients that exist.
///
/// # Errors
///
/// The given code for a body that does not name two clients; 4100 for one that nobody knows.
fn ends(state: &State, body: &Value, code: u16) -> Result<(String, String), Refusal> {
    let end = |key: &str| {
        let id = body.get(key).and_then(Value::as_str).filter(|id| !id.is_empty());
        id.map(str::to_ascii_lowercase).ok_or_else(|| Refusal::about(code, key))
    };
    let (from, to) = (end("from")?, end("to")?);
    if from == to {
        return Err(Refusal::about(code, "both ends are one client"));
    }
    state.clients.get(&from)?;
    state.clients.get(&to)?;
    Ok((from, to))
}

fn parse(body: &Bytes) -> Value {
    serde_json::from_slice(body).unwrap_or(Value::Null)
}

/// Makes a link; making it again changes nothing.
pub(super) async fn link(Shared(state): Shared<Arc<State>>, body: Bytes) -> Reply {
    let body = parse(&body);
    let kind = body.get("type").and_then(Value::as_str).and_then(|kind| TYPES.iter().find(|known| **known == kind));
    let made = ends(&state, &body, 4105)
        .and_then(|(from, to)| Ok(Link { from, to, kind: kind.ok_or_else(|| Refusal::about(4105, "type"))? }));
    match made {
        Ok(link) => {
            lock(&state.links.made).insert(link);
            json!({"message": "Link created", "code": 0}).into()
        }
        Err(refusal) => refusal.into(),
    }
}

/// Removes the links between two clients, of whatever type.
pub(super) async fn unlink(Shared(state): Shared<Arc<State>>, body: Bytes) -> Reply {
    let (from, to) = match ends(&state, &parse(&body), 4106) {
        Ok(ends) => ends,
        Err(refusal) => return refusal.into(),
    };
    let mut made = lock(&state.links.made);
    let before = made.len();
    made.retain(|link| link.from != from || link.to != to);
    if made.len() == before {
        return Refusal::about(4106, "there is no such link").into();
    }
    json!({"message": "Link deleted", "code": 0}).into()
}
