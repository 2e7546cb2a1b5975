//! The flow connector: a client that exists is led into another flow by a token, or past a step that asks for one.

use std::time::Duration;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::visit::Visit;
use crate::sandbox::engine::{Refusal, Session, takes_token};
use crate::sandbox::server::reply::{Reply, session_header};
use crate::sandbox::server::request::Request;
use crate::sandbox::server::state::State;
use crate::sandbox::server::stores::connector::Token;
use crate::sandbox::server::stores::lock;

/// How long a token can be redeemed where nothing is said.
const EXPIRES_IN: Duration = Duration::from_secs(3600);

/// Makes a token for a client and a flow.
///
/// # Errors
///
/// 4100 for a client that nobody knows, 4109 for one that has gone away, 4101 for a flow that it cannot be in because there
/// is none, 4050 without a token that an authenticated flow asks for.
pub(super) fn connect(state: &State, request: &Request) -> Result<Reply, Reply> {
    let (flow, version) = (&request.parameters.flow, request.version);
    let client = request.parameters.client.to_ascii_lowercase();
    if lock(&*state.client(&client, version)?).is_abandoned() {
        return Err(Refusal::new(4109).into());
    }
    let definition = state.definition(flow, version).map_err(|_| Refusal::new(4101))?;
    if definition.authenticated {
        state.authorize(&request.headers, request.arrived)?;
    }
    let expires_in = definition.token_expires_in.or(state.served().account.connector_token_expires_in);
    let end = request.arrived.saturating_add(expires_in.unwrap_or(EXPIRES_IN));
    let name = Uuid::new_v4().simple().to_string();
    let token = Token { client: client.into(), flow: flow.clone(), version, end, redeemed: false };
    state.connector.add(&name, token);
    Ok(json!({"token": name}).into())
}

/// Redeems a token. The client may then begin the flow with its session header, which the answer carries.
///
/// # Errors
///
/// 4011 and 4012 for a token that is not good, 4000 and 4005 for a flow that takes none, 4050 for one that asks for
/// another token first.
pub(super) fn redeem(state: &State, request: &Request) -> Result<Reply, Reply> {
    let version = request.version;
    let follows_token = |token: &Token| {
        if token.version != version {
            return Err(Refusal::new(4011));
        }
        let definition = state.definition(&token.flow, version)?;
        if definition.authenticated {
            state.authorize(&request.headers, request.arrived)?;
        }
        if definition.follows_token { Ok(()) } else { Err(Refusal::new(4005)) }
    };
    let name = &request.parameters.token;
    let token = state.connector.check(name, request.arrived, follows_token)?;
    let client = state.clients.get(&token.client)?;
    if !state.connector.spend(name) {
        // Somebody else was quicker.
        return Err(Refusal::new(4011).into());
    }
    lock(&client).connect(&token.flow, version);
    Ok(Reply::of(&session_header(&token.client), Ok(json!({"flowId": token.flow}).to_string())))
}

/// The token that is submitted to a step that asks for one; none at any other step.
///
/// # Errors
///
/// 4011 and 4012 for a token that is not good, 4102 for one of another client or flow, 4014 for a submit without one.
pub(super) fn token(
    state: &State,
    visit: &Visit,
    session: &Session,
    data: &Map<String, Value>,
    now: Duration,
) -> Result<Option<String>, Refusal> {
    if !takes_token(&visit.definition, session) {
        return Ok(None);
    }
    let token = data.values().find_map(Value::as_str).map(str::trim).filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| Refusal::about(4014, "flow_connector: there is no token in it"))?;
    let for_it = |token: &Token| {
        let its = *token.client == *session.id && *token.flow == **visit.flow() && token.version == visit.version;
        if its { Ok(()) } else { Err(Refusal::new(4102)) }
    };
    state.connector.check(token, now, for_it)?;
    Ok(Some(token.to_owned()))
}
