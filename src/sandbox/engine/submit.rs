//! Taking what an applicant submits to the step they stand at.

use std::time::Duration;

use serde_json::{Map, Value};

use super::refusal::Refusal;
use super::session::{Position, Session};
use super::{advance, validate};
use crate::api::wire::is_blank;
use crate::sandbox::definition::{Definition, Demand, Interactive, Node, NodeKind};

/// The step that waits for the applicant.
///
/// # Errors
///
/// 4013 at END; 4014 while a service is at work, which takes no data; 4002 where the step's node is gone.
pub(super) fn current<'d>(definition: &'d Definition, session: &Session) -> Result<&'d Node, Refusal> {
    match &session.position {
        Position::At(name) => Session::node(definition, name),
        Position::Ended(_) => Err(Refusal::new(4013)),
        Position::Before(name) | Position::Running { node: name, .. } => Err(Refusal::about(4014, name)),
    }
}

pub(super) fn submit(
    definition: &Definition,
    session: &mut Session,
    data: &Map<String, Value>,
    now: Duration,
) -> Result<(), Refusal> {
    let node = current(definition, session)?;
    match &node.kind {
        NodeKind::Form(form) => {
            let values = validate::validate(form, session, data)?;
            session.answers.insert(node.name.clone(), values);
        }
        NodeKind::Interactive(interactive) => demand(interactive, session, data)?,
        // A republished flow may have another kind of node under the same name.
        _ => return Err(Refusal::new(4002)),
    }
    advance::leave(definition, session, node, now)
}

/// What the submit to an interactive service must hold. The reference does not show these bodies, so they are read by
/// what is in them, not by their keys.
fn demand(interactive: &Interactive, session: &Session, data: &Map<String, Value>) -> Result<(), Refusal> {
    let mut given = data.values().filter(|value| !is_blank(value)).peekable();
    if interactive.kind.demands != Demand::Nothing && given.peek().is_none() {
        return Err(Refusal::about(4014, interactive.kind.wire));
    }
    match interactive.kind.demands {
        Demand::Nothing | Demand::Data => Ok(()),
        Demand::Code => {
            let is_code = |value: &Value| match value {
                Value::String(text) => text.trim() == interactive.code,
                Value::Number(number) => number.to_string() == interactive.code,
                _ => false,
            };
            if given.any(is_code) { Ok(()) } else { Err(Refusal::new(5300)) }
        }
        Demand::Files => {
            let is_key = |value: &Value| value.as_str().is_some_and(|key| session.files.contains_key(key));
            if given.any(is_key) { Ok(()) } else { Err(Refusal::about(4014, interactive.kind.wire)) }
        }
    }
}
