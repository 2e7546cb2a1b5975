//! The four calls that move an applicant through a flow: FlowStep, SubmitStep, submit file, getBackStep.

use std::time::Duration;

use hyper::header::HeaderValue;
use serde_json::{Map, Value};
use tokio::time::Instant;
use uuid::Uuid;

use super::visit::{Outcome, Visit};
use super::{connector, entry};
use crate::sandbox::definition::NodeKind;
use crate::sandbox::engine::{Action, Answer, Refusal};
use crate::sandbox::server::headers::{RETRY_ON_PENDING, header};
use crate::sandbox::server::reply::Reply;
use crate::sandbox::server::request::Request;
use crate::sandbox::server::state::State;

fn body(outcome: Outcome) -> Result<String, Refusal> {
    outcome.map(|(_, body)| body)
}

/// FlowStep: the current step, or the first of a new session.
pub(super) fn flow(state: &State, request: Request) -> Reply {
    let visit = match Visit::of(state, &request) {
        Ok(visit) => visit,
        Err(refusal) => return refusal.into(),
    };
    let opened = match &visit.session {
        Some(id) => Ok(Some(id.clone())),
        None => entry::opened(state, &visit, &request),
    };
    let begun = match opened {
        Ok(Some(id)) => return Reply::of(&id, body(visit.act(state, &id, Action::Current))),
        Ok(None) => visit.new_session(),
        Err(refusal) => Err(refusal),
    };
    let mut session = match begun {
        Ok(session) => session,
        Err(refusal) => return refusal.into(),
    };
    let outcome = visit.act_on(state, &mut session, Action::Current);
    Reply::of(&visit.keep(state, session), body(outcome))
}

/// getBackStep.
pub(super) fn back(state: &State, request: Request) -> Reply {
    let visit = match Visit::of(state, &request) {
        Ok(visit) => visit,
        Err(refusal) => return refusal.into(),
    };
    let Some(id) = &visit.session else { return Refusal::new(4100).into() };
    Reply::of(id, body(visit.act(state, id, Action::Back)))
}

/// SubmitStep, with or without a session.
pub(super) async fn submit(state: &State, request: Request) -> Reply {
    let visit = match Visit::of(state, &request) {
        Ok(visit) => visit,
        Err(refusal) => return refusal.into(),
    };
    let waits = header(&request.headers, &RETRY_ON_PENDING).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let data = match request.object().await {
        Ok(data) => data.ok_or_else(|| Refusal::about(4007, "the body is no JSON object")),
        Err(reply) => return reply,
    };
    let (id, outcome) = match &visit.session {
        Some(id) => (id.clone(), data.and_then(|data| submit_to(state, &visit, id, &data))),
        None => match direct_submit(state, &visit, data) {
            Ok(begun) => begun,
            Err(refusal) => return refusal.into(),
        },
    };
    let outcome = match outcome {
        Ok((Answer::Pending { until }, body)) if waits => wait(state, &visit, &id, until, body).await,
        other => body(other),
    };
    Reply::of(&id, outcome)
}

fn submit_to(state: &State, visit: &Visit, id: &HeaderValue, data: &Map<String, Value>) -> Outcome {
    visit.with(state, id, |session| {
        connector::spend(state, visit, session, data)?;
        visit.act_on(state, session, Action::Submit(data))
    })
}

/// Submits to the root of a new session, which is kept only if its data was taken.
fn direct_submit(
    state: &State,
    visit: &Visit,
    data: Result<Map<String, Value>, Refusal>,
) -> Result<(HeaderValue, Outcome), Refusal> {
    let mut session = visit.new_session()?;
    if !matches!(visit.definition.nodes.first().map(|node| &node.kind), Some(NodeKind::Form(_))) {
        return Err(Refusal::new(4015));
    }
    let outcome = visit.act_on(state, &mut session, Action::Submit(&data?));
    match outcome {
        Err(refusal) if !session.has_data() => Err(refusal),
        outcome => Ok((visit.keep(state, session), outcome)),
    }
}

/// Blocks until the services are done, for as long as the reference allows.
async fn wait(
    state: &State,
    visit: &Visit,
    id: &HeaderValue,
    until: Duration,
    body: String,
) -> Result<String, Refusal> {
    let limit = Instant::now() + state.retry_on_pending();
    let mut stopping = state.stopping.clone();
    let (mut until, mut body) = (until, body);
    loop {
        let done = state.instant(until);
        tokio::select! {
            () = tokio::time::sleep_until(done.min(limit)) => {}
            _ = stopping.wait_for(|stop| *stop) => return Ok(body),
        }
        if done > limit {
            return Ok(body);
        }
        match visit.act(state, id, Action::Current)? {
            (Answer::Pending { until: next }, still) => (until, body) = (next, still),
            (_, step) => return Ok(step),
        }
    }
}

/// Submit file: multipart with the file as its part.
pub(super) async fn file(state: &State, request: Request) -> Reply {
    let visit = match Visit::of(state, &request) {
        Ok(visit) => visit,
        Err(refusal) => return refusal.into(),
    };
    let Some(id) = &visit.session else { return Refusal::new(4100).into() };
    let file = match request.file().await {
        Ok(file) => file,
        Err(reply) => return reply.about(id),
    };
    let key = Uuid::new_v4().to_string();
    Reply::of(id, body(visit.act(state, id, Action::Upload { key, file })))
}
