//! The actions of an applicant.

use std::time::Duration;

use serde_json::{Map, Value};

use super::refusal::Refusal;
use super::session::{Position, Session, UploadedFile};
use super::{advance, submit};
use crate::sandbox::definition::{Definition, Interactive, NodeKind, Task};

/// What an applicant does.
#[derive(Debug, Clone)]
pub enum Action<'a> {
    /// Asks for the current step (FlowStep).
    Current,
    /// Submits data for it (SubmitStep).
    Submit(&'a Map<String, Value>),
    /// Goes back (getBackStep).
    Back,
    /// Uploads a file, which is to have this key.
    Upload {
        /// The key, unheard of so far.
        key: String,
        /// The file.
        file: UploadedFile,
    },
    /// Has a document captured by the SDK of the document verification, which tells this of it.
    Capture(&'a Map<String, Value>),
}

/// What the API does about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Gives the step that waits for the applicant.
    Step,
    /// A service is at work.
    Pending {
        /// When it will be done.
        until: Duration,
    },
    /// Gives END.
    End,
    /// Takes the file.
    Uploaded(String),
}

/// Does what the API would do. Time never runs backwards; `now` counts from whatever `Session::new` was given counts from.
///
/// # Errors
///
/// The refusal that the reference has for it. The session then stands where it stood, except that a service that failed
/// leaves it at the step before.
pub fn act(
    definition: &Definition,
    session: &mut Session,
    action: Action<'_>,
    now: Duration,
) -> Result<Answer, Refusal> {
    arrive(definition, session, now, now)?;
    perform(definition, session, action, now)
}

/// What comes before every action: what time has brought happens, and the applicant is noted as present. A call that takes
/// its time, as one with a large body or one that blocks, `arrived` before it acts, which is `now`.
///
/// # Errors
///
/// 4109 where the applicant had stayed away for too long, from then on for ever; the refusal of a service that failed.
pub fn arrive(definition: &Definition, session: &mut Session, arrived: Duration, now: Duration) -> Result<(), Refusal> {
    if session.abandoned {
        return Err(Refusal::new(4109));
    }
    let settled = advance::settle(definition, session, now);
    let ended = matches!(session.position, Position::Ended(_));
    let away = arrived.saturating_sub(session.called);
    if !ended && definition.abandon_after.is_some_and(|limit| away > limit) {
        session.abandoned = true;
        return Err(Refusal::new(4109));
    }
    session.called = session.called.max(now);
    settled
}

/// Does what the applicant wants, who has [arrived](arrive).
///
/// # Errors
///
/// As for [`act`].
pub fn perform(
    definition: &Definition,
    session: &mut Session,
    action: Action<'_>,
    now: Duration,
) -> Result<Answer, Refusal> {
    match action {
        Action::Current => {}
        Action::Submit(data) => submit::submit(definition, session, data, now)?,
        Action::Back => back(definition, session, now)?,
        Action::Capture(captured) => submit::capture(definition, session, captured, now)?,
        Action::Upload { key, file } => {
            upload(definition, session, &key, file, now)?;
            return Ok(Answer::Uploaded(key));
        }
    }
    standing(definition, session)
}

fn standing(definition: &Definition, session: &Session) -> Result<Answer, Refusal> {
    match &session.position {
        Position::Running { node, since } => {
            let takes = Session::node(definition, node)?.kind.service().map_or(Duration::ZERO, |service| service.takes);
            Ok(Answer::Pending { until: since.saturating_add(takes) })
        }
        Position::Before(_) => Ok(Answer::Pending { until: session.modified }),
        Position::At(name) => Session::node(definition, name).map(|_| Answer::Step),
        Position::Ended(_) => Ok(Answer::End),
    }
}

fn back(definition: &Definition, session: &mut Session, now: Duration) -> Result<(), Refusal> {
    if matches!(session.position, Position::Ended(_)) {
        return Err(Refusal::new(4103));
    }
    let previous = session.trail.last().ok_or_else(|| Refusal::new(4103))?;
    if !Session::node(definition, &previous.node)?.kind.can_be_reentered() {
        return Err(Refusal::new(4103));
    }
    if let Some(left) = session.trail.pop() {
        session.position = Position::At(left.node);
        session.verdict = left.verdict;
        session.modified = now;
    }
    Ok(())
}

fn upload(
    definition: &Definition,
    session: &mut Session,
    key: &str,
    file: UploadedFile,
    now: Duration,
) -> Result<(), Refusal> {
    let node = submit::current(definition, session)?;
    if file.size == 0 {
        return Err(Refusal::about(4006, "the file"));
    }
    if file.name.is_empty() {
        return Err(Refusal::about(4007, "the file has no name"));
    }
    let extension = file.extension();
    let taken = match &node.kind {
        NodeKind::Form(form) => form.elements.iter().any(|element| element.rules.accept.contains(&extension)),
        NodeKind::Interactive(Interactive { task: Task::Read { accept, .. }, .. }) => accept.contains(&extension),
        _ => return Err(Refusal::about(4014, "the step takes no file")),
    };
    if !taken {
        return Err(Refusal::about(4007, &file.name));
    }
    session.files.insert(key.to_owned(), file);
    session.modified = now;
    Ok(())
}
