//! The document verification's SDK, simulated: where the real one reports to its maker, this takes what it captured.

use hyper::body::Incoming;
use serde_json::json;

use crate::sandbox::engine::{Action, Refusal, act, short_code_shown};
use crate::sandbox::server::reply::Reply;
use crate::sandbox::server::request::read;
use crate::sandbox::server::state::State;
use crate::sandbox::server::stores::lock;

/// Takes what was captured, a JSON object or nothing, for the applicant that a short code was shown to. The applicant's
/// submit then goes on.
pub(in crate::sandbox::server) async fn capture(state: &State, short_code: &str, body: Incoming) -> Reply {
    let body = match read(body).await {
        Ok(body) => body,
        Err(reply) => return reply,
    };
    let captured = if body.is_empty() { Ok(Default::default()) } else { serde_json::from_slice(&body) };
    let Ok(captured) = captured else { return Refusal::about(4007, "the body is no JSON object").into() };
    let client = state.short_codes.client(short_code).and_then(|client| state.clients.get(&client).ok());
    let Some(client) = client else { return Reply::status(404, "no applicant has this short code") };
    let mut client = lock(&client);
    for enrolment in &mut client.enrolled {
        let Ok(definition) = state.definition(&enrolment.flow, enrolment.version) else { continue };
        if short_code_shown(&definition, &enrolment.session).as_deref() == Some(&short_code.to_ascii_lowercase()) {
            let outcome = act(&definition, &mut enrolment.session, Action::Capture(&captured), state.now());
            return outcome.map(|_| json!({"status": "COMPLETED"})).into();
        }
    }
    Refusal::about(4014, "the applicant is not at the document verification any more").into()
}
