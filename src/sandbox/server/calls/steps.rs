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
pub(super) fn flow(state: &State, request: &Request) -> Result<Reply, Reply> {
    let visit = Visit::of(state, request)?;
    let opened = match &visit.session {
        Some(id) => Some(id.clone()),
        None => entry::opened(state, &visit, request)?,
    };
    if let Some(id) = opened {
        return Ok(Reply::of(&id, body(visit.act(state, &id, Action::Current))));
    }
    let mut session = visit.new_session(state)?;
    let outcome = visit.begin(state, &mut session, Action::Current);
    Ok(Reply::of(&visit.keep(state, session), body(outcome)))
}

/// getBackStep.
pub(super) fn back(state: &State, request: &Request) -> Result<Reply, Reply> {
    let visit = Visit::of(state, request)?;
    let id = visit.session.as_ref().ok_or_else(|| Refusal::new(4100))?;
    Ok(Reply::of(id, body(visit.act(state, id, Action::Back))))
}

/// SubmitStep, with or without a session.
pub(super) async fn submit(state: &State, request: Request) -> Result<Reply, Reply> {
    let visit = Visit::of(state, &request);
    let waits = header(&request.headers, &RETRY_ON_PENDING).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    // A refusal waits until the body is read: a client that is still sending would not see it.
    let data = request.object().await;
    let visit = visit?;
    let about = |reply: Reply| match &visit.session {
        Some(id) => reply.about(id),
        None => reply,
    };
    let data = data.map_err(about)?.ok_or_else(|| Refusal::about(4007, "the body is no JSON object"));
    let (id, outcome) = match &visit.session {
        Some(id) => (id.clone(), submit_to(state, &visit, id, data)),
        None => direct_submit(state, &visit, data)?,
    };
    let outcome = match outcome {
        Ok((Answer::Pending { until }, body)) if waits => wait(state, &visit, &id, until, body).await,
        other => body(other),
    };
    Ok(Reply::of(&id, outcome))
}

type Data = Result<Map<String, Value>, Refusal>;

fn submit_to(state: &State, visit: &Visit, id: &HeaderValue, data: Data) -> Outcome {
    visit.with(state, id, |session, now| {
        visit.takes_data(session)?;
        let data = data?;
        let token = connector::token(state, visit, session, &data, now)?;
        let outcome = visit.perform(state, session, Action::Submit(&data), now)?;
        // Only a submit that was taken uses the token up.
        if let Some(token) = token {
            state.connector.spend(&token);
        }
        Ok(outcome)
    })
}

/// Submits to the root of a new session, which is kept only if its data was taken.
fn direct_submit(state: &State, visit: &Visit, data: Data) -> Result<(HeaderValue, Outcome), Refusal> {
    let mut session = visit.new_session(state)?;
    if !matches!(visit.definition.nodes.first().map(|node| &node.kind), Some(NodeKind::Form(_))) {
        return Err(Refusal::new(4015));
    }
    let outcome = visit.begin(state, &mut session, Action::Submit(&data?));
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
pub(super) async fn file(state: &State, request: Request) -> Result<Reply, Reply> {
    let visit = Visit::of(state, &request);
    let file = request.file().await;
    let visit = visit?;
    let id = visit.session.as_ref().ok_or_else(|| Refusal::new(4100))?;
    // A session that takes no file is told so, whatever was sent.
    if let Err(refusal) = visit.with(state, id, |session, _| visit.takes_data(session)) {
        return Ok(Reply::of(id, Err(refusal)));
    }
    let file = file.map_err(|reply| reply.about(id))?;
    let key = Uuid::new_v4().to_string();
    Ok(Reply::of(id, body(visit.act(state, id, Action::Upload { key, file }))))
}
