//! The flow connector: a client that exists is led into another flow by a token.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Extension, Path, State as Shared};
use serde_json::{Value, json};
use uuid::Uuid;

use super::clients::{Client, Enrolment, lock};
use super::reply::Reply;
use super::state::State;
use super::steps::Call;
use crate::api::operation::Version;
use crate::sandbox::engine::{Refusal, Session};

/// How long a token can be redeemed where nothing is said.
const EXPIRES_IN: Duration = Duration::from_secs(3600);

/// The tokens that were made.
#[derive(Default)]
pub(super) struct Connector {
    made: Mutex<HashMap<String, Token>>,
}

struct Token {
    client: String,
    flow: String,
    end: Duration,
    redeemed: bool,
}

impl Connector {
    /// Redeems a token: the client and the flow that it was made for. `allowed` says whether that flow takes it.
    fn redeem(
        &self,
        token: &str,
        now: Duration,
        allowed: impl Fn(&str) -> Result<(), Refusal>,
    ) -> Result<(String, String), Refusal> {
        let mut made = lock(&self.made);
        let token = made.get_mut(token).filter(|token| !token.redeemed).ok_or_else(|| Refusal::new(4011))?;
        if token.end <= now {
            return Err(Refusal::new(4012));
        }
        allowed(&token.flow)?;
        token.redeemed = true;
        Ok((token.client.clone(), token.flow.clone()))
    }
}

/// Makes a token for a client and a flow.
pub(super) async fn connect(
    Shared(state): Shared<Arc<State>>,
    Extension(version): Extension<Version>,
    Path((client, flow)): Path<(String, String)>,
) -> Reply {
    if let Err(refusal) = state.clients.get(&client) {
        return refusal.into();
    }
    if state.definition(&flow, version).is_err() {
        return Refusal::new(4101).into();
    }
    let expires_in = state.served().account.connector_token_expires_in.unwrap_or(EXPIRES_IN);
    let name = Uuid::new_v4().simple().to_string();
    let token = Token { client, flow, end: state.now().saturating_add(expires_in), redeemed: false };
    lock(&state.connector.made).insert(name.clone(), token);
    json!({"token": name}).into()
}

/// Redeems a token. The client may then begin the flow with its session header, which the answer carries.
pub(super) async fn redeem(
    Shared(state): Shared<Arc<State>>,
    Extension(version): Extension<Version>,
    Path(token): Path<String>,
) -> Reply {
    let follows_token = |flow: &str| {
        let follows = state.definition(flow, version)?.follows_token;
        if follows { Ok(()) } else { Err(Refusal::new(4005)) }
    };
    let redeemed = state.connector.redeem(&token, state.now(), follows_token);
    let connected = redeemed.and_then(|(client, flow)| Ok((state.clients.get(&client)?, client, flow)));
    match connected {
        Ok((entry, client, flow)) => {
            let body: Value = json!({"flowId": &flow});
            lock(&entry).connected.push((flow, version));
            Reply::of(&client, Ok(body))
        }
        Err(refusal) => refusal.into(),
    }
}

/// Lets a client begin a flow that a token led it to.
///
/// # Errors
///
/// 4102 for a flow that follows a token, where none was redeemed.
pub(super) fn begin(client: &mut Client, id: &str, call: &Call, now: Duration) -> Result<(), Refusal> {
    if !call.definition.follows_token || client.session(&call.flow, call.version).is_ok() {
        return Ok(());
    }
    let is_it = |(flow, version): &(String, Version)| *flow == call.flow && *version == call.version;
    let at = client.connected.iter().position(is_it).ok_or_else(|| Refusal::new(4102))?;
    let session = Session::new(&call.definition, &id.to_ascii_lowercase(), now)?;
    client.connected.remove(at);
    client.enrolled.push(Enrolment { flow: call.flow.clone(), version: call.version, session });
    Ok(())
}
