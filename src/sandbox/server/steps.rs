//! The four calls that move an applicant through a flow: FlowStep, SubmitStep, submit file, getBackStep.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::multipart::MultipartRejection;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, Multipart, Path, State as Shared};
use axum::http::HeaderMap;
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::clients::{Enrolment, lock};
use super::connector;
use super::reply::Reply;
use super::state::State;
use crate::api::operation::Version;
use crate::api::wire::{LANGUAGE_HEADER, RETRY_HEADER, SESSION_HEADER};
use crate::sandbox::definition::{Definition, NodeKind};
use crate::sandbox::engine::{Action, Answer, Refusal, Session, UploadedFile, act, render};

/// A call about a flow: what of it every handler looks at.
pub(super) struct Call {
    pub(super) flow: String,
    pub(super) version: Version,
    pub(super) definition: Arc<Definition>,
    pub(super) session: Option<String>,
    language: Option<String>,
}

/// A header's value. One that is no text is still one: a session that nobody knows, a language that no flow has.
pub(super) fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("\u{fffd}").trim()).filter(|value| !value.is_empty())
}

impl Call {
    pub(super) fn of(state: &State, flow: String, version: Version, headers: &HeaderMap) -> Result<Self, Refusal> {
        let definition = match state.definition(&flow, version) {
            Ok(definition) => definition,
            // A session tells a flow that was deleted from one that never was.
            Err(refusal) => {
                let session = header(headers, SESSION_HEADER).and_then(|id| state.clients.get(id).ok());
                let known = session.is_some_and(|client| lock(&client).session(&flow, version).is_ok());
                return Err(if known { Refusal::new(4101) } else { refusal });
            }
        };
        if definition.authenticated {
            state.tokens.check(headers, state.now())?;
        }
        let text = |name: &str| header(headers, name).map(str::to_owned);
        Ok(Call { flow, version, definition, session: text(SESSION_HEADER), language: text(LANGUAGE_HEADER) })
    }

    /// Acts on the session with this id.
    fn act(&self, state: &State, id: &str, action: Action<'_>) -> Result<(Answer, Value), Refusal> {
        let client = state.clients.get(id)?;
        let mut client = lock(&client);
        connector::begin(&mut client, id, self, state.now())?;
        self.act_on(state, client.session(&self.flow, self.version)?, action)
    }

    pub(super) fn act_on(
        &self,
        state: &State,
        session: &mut Session,
        action: Action<'_>,
    ) -> Result<(Answer, Value), Refusal> {
        let answer = act(&self.definition, session, action, state.now())?;
        let body = match &answer {
            Answer::Uploaded(key) => json!({"key": key}),
            _ => render(&self.definition, session, self.language.as_deref())?,
        };
        Ok((answer, body))
    }

    /// A session that nobody knows of yet.
    pub(super) fn new_session(&self, state: &State) -> Result<Session, Refusal> {
        if self.definition.follows_token {
            return Err(Refusal::new(4102));
        }
        Session::new(&self.definition, &Uuid::new_v4().to_string(), state.now())
    }

    pub(super) fn keep(&self, state: &State, session: Session) {
        let id = session.id.clone();
        state.clients.add(&id, Enrolment { flow: self.flow.clone(), version: self.version, session });
    }
}

/// What every call about a flow comes with.
pub(super) type Way = (Shared<Arc<State>>, Extension<Version>, Path<String>, HeaderMap);

/// FlowStep: the current step, or the first of a new session.
pub(super) async fn flow((Shared(state), Extension(version), Path(flow), headers): Way) -> Reply {
    let call = match Call::of(&state, flow, version, &headers) {
        Ok(call) => call,
        Err(refusal) => return refusal.into(),
    };
    if let Some(id) = &call.session {
        return Reply::of(id, call.act(&state, id, Action::Current).map(|(_, body)| body));
    }
    let mut session = match call.new_session(&state) {
        Ok(session) => session,
        Err(refusal) => return refusal.into(),
    };
    let outcome = call.act_on(&state, &mut session, Action::Current);
    let id = session.id.clone();
    call.keep(&state, session);
    Reply::of(&id, outcome.map(|(_, body)| body))
}

/// getBackStep.
pub(super) async fn back((Shared(state), Extension(version), Path(flow), headers): Way) -> Reply {
    let call = match Call::of(&state, flow, version, &headers) {
        Ok(call) => call,
        Err(refusal) => return refusal.into(),
    };
    let Some(id) = &call.session else { return Refusal::new(4100).into() };
    Reply::of(id, call.act(&state, id, Action::Back).map(|(_, body)| body))
}

/// SubmitStep, with or without a session.
pub(super) async fn submit(way: Way, body: Result<Bytes, BytesRejection>) -> Reply {
    let (Shared(state), Extension(version), Path(flow), headers) = way;
    let call = match Call::of(&state, flow, version, &headers) {
        Ok(call) => call,
        Err(refusal) => return refusal.into(),
    };
    let data = body.ok().and_then(|body| serde_json::from_slice::<Map<String, Value>>(&body).ok());
    let malformed = || Refusal::about(4007, "the body is no JSON object");
    let (id, outcome) = match &call.session {
        Some(id) => {
            let outcome = data.ok_or_else(malformed).and_then(|data| call.act(&state, id, Action::Submit(&data)));
            (Some(id.clone()), outcome)
        }
        None => direct_submit(&state, &call, data.ok_or_else(malformed)),
    };
    let Some(id) = id else {
        return Reply { session: None, outcome: outcome.map(|(_, body)| body) };
    };
    let outcome = match outcome {
        Ok((Answer::Pending { until }, body)) if wants_to_wait(&headers) => wait(&state, &call, &id, until, body).await,
        other => other.map(|(_, body)| body),
    };
    Reply::of(&id, outcome)
}

type Outcome = Result<(Answer, Value), Refusal>;

/// Submits to the root of a new session, which is kept only if its data was taken.
fn direct_submit(state: &State, call: &Call, data: Result<Map<String, Value>, Refusal>) -> (Option<String>, Outcome) {
    let begun = call.new_session(state).and_then(|session| {
        let root_is_form = matches!(call.definition.nodes.first().map(|node| &node.kind), Some(NodeKind::Form(_)));
        if root_is_form { Ok((session, data?)) } else { Err(Refusal::new(4015)) }
    });
    let (mut session, data) = match begun {
        Ok(begun) => begun,
        Err(refusal) => return (None, Err(refusal)),
    };
    let outcome = call.act_on(state, &mut session, Action::Submit(&data));
    if outcome.is_err() && !session.has_data() {
        return (None, outcome);
    }
    let id = session.id.clone();
    call.keep(state, session);
    (Some(id), outcome)
}

fn wants_to_wait(headers: &HeaderMap) -> bool {
    header(headers, RETRY_HEADER).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Blocks until the services are done, for as long as the reference allows.
async fn wait(state: &State, call: &Call, id: &str, until: Duration, body: Value) -> Result<Value, Refusal> {
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
        match call.act(state, id, Action::Current)? {
            (Answer::Pending { until: next }, still) => (until, body) = (next, still),
            (_, step) => return Ok(step),
        }
    }
}

/// Submit file: multipart with the file as its part.
pub(super) async fn file(way: Way, form: Result<Multipart, MultipartRejection>) -> Reply {
    let (Shared(state), Extension(version), Path(flow), headers) = way;
    let call = match Call::of(&state, flow, version, &headers) {
        Ok(call) => call,
        Err(refusal) => return refusal.into(),
    };
    let Some(id) = call.session.clone() else { return Refusal::new(4100).into() };
    let file = match form {
        Ok(form) => read_file(form).await,
        Err(_) => Err(Refusal::about(4007, "the body is no multipart form")),
    };
    let outcome = file.and_then(|file| {
        let key = Uuid::new_v4().to_string();
        call.act(&state, &id, Action::Upload { key, file })
    });
    Reply::of(&id, outcome.map(|(_, body)| body))
}

/// A name for a part that comes with a content type only: the reference calls the file just a "string" of binary data.
fn typed_name(content_type: Option<&str>) -> Option<String> {
    let kind = content_type?.split(';').next()?.trim().to_ascii_lowercase();
    let extension = match kind.rsplit('/').next()? {
        "plain" => "txt",
        "msword" => "doc",
        "vnd.ms-excel" => "xls",
        "vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        other => other,
    };
    Some(format!("upload.{extension}"))
}

/// The first part that is a file; what is in it is counted and let go.
async fn read_file(mut form: Multipart) -> Result<UploadedFile, Refusal> {
    let malformed = || Refusal::about(4007, "the multipart form is broken");
    while let Some(mut part) = form.next_field().await.map_err(|_| malformed())? {
        let Some(name) = part.file_name().map(str::to_owned).or_else(|| typed_name(part.content_type())) else {
            continue;
        };
        let mut size = 0;
        while let Some(chunk) = part.chunk().await.map_err(|_| malformed())? {
            size += chunk.len();
        }
        return Ok(UploadedFile { name, size });
    }
    Err(Refusal::about(4006, "the file"))
}
