//! Other ways into a flow: with values filled in beforehand, and by a signed address.

use hyper::header::{HOST, HeaderValue};
use serde_json::{Value, json};

use super::visit::Visit;
use crate::sandbox::engine::{Action, Refusal};
use crate::sandbox::server::reply::Reply;
use crate::sandbox::server::request::{Request, header};
use crate::sandbox::server::routes::INTERPRETER;
use crate::sandbox::server::state::State;

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

/// An address under which the applicant's session can be opened elsewhere. What it looks like is the sandbox's own: the
/// reference does not show it.
pub(super) fn signed_url(state: &State, request: Request) -> Reply {
    sign(state, &request).into()
}

fn sign(state: &State, request: &Request) -> Result<Value, Refusal> {
    let query = request.query();
    let client = query.iter().find(|(key, _)| key == "endClientId").map(|(_, id)| id.as_str()).unwrap_or_default();
    let visit = Visit::of(state, request)?;
    let id = HeaderValue::from_str(client).map_err(|_| Refusal::new(4100))?;
    let flow = visit.flow();
    let signed = |signature: String, id: &str| {
        let host = header(&request.headers, HOST.as_str()).unwrap_or("localhost");
        let place = format!("{INTERPRETER}{}/flow/{flow}", visit.version.prefix());
        json!({"url": format!("http://{host}{place}?endClientId={id}&signature={signature}")})
    };
    visit.with(state, &id, |session| Ok(signed(session.digest(&["signed address", flow], 32), &session.id)))
}
