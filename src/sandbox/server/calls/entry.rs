//! Other ways into a flow: with values filled in beforehand, and by a signed address.

use hyper::header::{HOST, HeaderValue};
use serde_json::{Value, json};

use super::visit::{CLIENT, Visit, client};
use crate::sandbox::engine::{Action, Refusal, Session, attend};
use crate::sandbox::server::headers::header;
use crate::sandbox::server::reply::Reply;
use crate::sandbox::server::request::Request;
use crate::sandbox::server::routes::INTERPRETER;
use crate::sandbox::server::state::State;

/// The part of a signed address that proves it.
const SIGNATURE: &str = "signature";

/// A new session whose forms come filled in with the query's values, each by an element's role, normalised name or label.
pub(super) fn prefilled(state: &State, request: Request) -> Reply {
    let begun = Visit::of(state, &request).and_then(|visit| Ok((visit.new_session()?, visit)));
    let (session, visit) = match begun {
        Ok(begun) => begun,
        Err(refusal) => return refusal.into(),
    };
    let mut session = session.prefilled(request.query());
    let outcome = visit.act_on(state, &mut session, Action::Current);
    Reply::of(&visit.keep(state, session), outcome.map(|(_, body)| body))
}

/// An address under which the applicant's session can be opened elsewhere: FlowStep takes it in place of the header. What it
/// looks like is the sandbox's own: the reference does not show it.
pub(super) fn signed_url(state: &State, request: Request) -> Reply {
    sign(state, &request).into()
}

fn sign(state: &State, request: &Request) -> Result<Value, Refusal> {
    let visit = Visit::of(state, request)?;
    let id = client(&request.query()).unwrap_or_else(|| HeaderValue::from_static("none"));
    let host = header(&request.headers, &HOST).unwrap_or("localhost");
    let place = format!("http://{host}{INTERPRETER}{}/flow/{}", visit.version.prefix(), visit.flow());
    visit.with(state, &id, |session| {
        attend(&visit.definition, session, visit.now)?;
        let signature = signature(&visit, session);
        Ok(json!({"url": format!("{place}?{CLIENT}={}&{SIGNATURE}={signature}", session.id)}))
    })
}

fn signature(visit: &Visit, session: &Session) -> String {
    session.digest(&["signed address", visit.flow()], 32)
}

/// The session that a signed address opens; none for any other address.
///
/// # Errors
///
/// 4011 for a signature that is not the session's.
pub(super) fn opened(state: &State, visit: &Visit, request: &Request) -> Result<Option<HeaderValue>, Refusal> {
    let query = request.query();
    let signed = query.iter().find(|(key, _)| key == SIGNATURE).map(|(_, signature)| signature);
    let (Some(signed), Some(id)) = (signed, client(&query)) else { return Ok(None) };
    let expected = visit.with(state, &id, |session| Ok(signature(visit, session)))?;
    if *signed == expected { Ok(Some(id)) } else { Err(Refusal::new(4011)) }
}
