//! Other ways into a flow: with values filled in beforehand, and by a signed address.

use hyper::header::{HOST, HeaderValue};
use serde_json::json;

use super::visit::{CLIENT, Visit, client};
use crate::sandbox::engine::{Action, Refusal, Session};
use crate::sandbox::server::headers::{header, text};
use crate::sandbox::server::reply::Reply;
use crate::sandbox::server::request::Request;
use crate::sandbox::server::routes::INTERPRETER;
use crate::sandbox::server::state::State;
use crate::sandbox::server::stores::lock;

/// The part of a signed address that proves it.
const SIGNATURE: &str = "signature";

/// A new session whose forms come filled in with the query's values, each by an element's role, normalised name or label.
pub(super) fn prefilled(state: &State, request: &Request) -> Result<Reply, Reply> {
    let visit = Visit::of(state, request)?;
    let mut session = visit.new_session(state)?.prefilled(request.query());
    let outcome = visit.begin(state, &mut session, Action::Current);
    Ok(Reply::of(&visit.keep(state, session), outcome.map(|(_, body)| body)))
}

/// An address under which the applicant's session can be opened elsewhere: FlowStep takes it in place of the header. What it
/// looks like is the sandbox's own: the reference does not show it.
pub(super) fn signed_url(state: &State, request: &Request) -> Result<Reply, Reply> {
    let visit = Visit::of(state, request)?;
    let id = client(&request.query()).ok_or_else(|| Refusal::new(4100))?;
    let host = header(&request.headers, &HOST).unwrap_or("localhost");
    let place = format!("http://{host}{INTERPRETER}{}/flow/{}", visit.version.prefix(), visit.flow());
    let (id, signature) = visit.with(state, &id, |session, _| Ok((session.id.clone(), signature(&visit, session))))?;
    Ok(json!({"url": format!("{place}?{CLIENT}={id}&{SIGNATURE}={signature}")}).into())
}

fn signature(visit: &Visit, session: &Session) -> String {
    session.digest(&["signed address", visit.flow()], 32)
}

/// The session that a signed address opens; none for any other address.
///
/// # Errors
///
/// 4100 and 4101 for a session that is not there, 4011 for a signature that is not its own.
pub(super) fn opened(state: &State, visit: &Visit, request: &Request) -> Result<Option<HeaderValue>, Refusal> {
    let query = request.query();
    let signed = query.iter().find(|(key, _)| key == SIGNATURE).map(|(_, signature)| signature);
    let (Some(signed), Some(id)) = (signed, client(&query)) else { return Ok(None) };
    // Only looked at: a signature that is forged changes nothing.
    let client = state.clients.get(text(&id))?;
    let expected = signature(visit, lock(&client).session(visit.flow(), visit.version)?);
    if *signed == expected { Ok(Some(id)) } else { Err(Refusal::new(4011)) }
}
