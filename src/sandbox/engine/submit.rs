//! Taking what an applicant submits to the step they stand at.

use std::time::Duration;

use serde_json::{Map, Value};

use super::answers::{Given, packed_object};
use super::refusal::Refusal;
use super::session::{Position, Session};
use super::{advance, validate};
use crate::api::wire::is_blank;
use crate::sandbox::definition::{Definition, Interactive, Node, NodeKind, Offer, Task};

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

/// Whether the session stands where data is taken.
///
/// # Errors
///
/// As for a submit: 4013, 4014, 4002.
pub fn takes_data(definition: &Definition, session: &Session) -> Result<(), Refusal> {
    current(definition, session).map(drop)
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
            session.answers.set(&node.name, values);
        }
        NodeKind::Interactive(interactive) => {
            let told = done(definition, session, node, interactive, data)?;
            // What was captured was told by the SDK already.
            if !matches!(interactive.task, Task::Capture) {
                session.record(&node.name).told = told;
            }
        }
        // A republished flow may have another kind of node under the same name.
        _ => return Err(Refusal::new(4002)),
    }
    advance::leave(definition, session, node, now)
}

/// What the document verification's SDK captured.
pub(super) fn capture(
    definition: &Definition,
    session: &mut Session,
    captured: &Map<String, Value>,
    now: Duration,
) -> Result<(), Refusal> {
    let node = current(definition, session)?;
    let NodeKind::Interactive(Interactive { task: Task::Capture, .. }) = &node.kind else {
        return Err(Refusal::about(4014, "the applicant is not at a document verification"));
    };
    session.record(&node.name).told = Some(packed_object(captured));
    session.modified = now;
    Ok(())
}

/// Whether the step that waits for the applicant takes a connector token.
pub fn takes_token(definition: &Definition, session: &Session) -> bool {
    let node = current(definition, session).ok();
    node.is_some_and(|node| matches!(&node.kind, NodeKind::Interactive(Interactive { task: Task::Connect, .. })))
}

/// What there is to pick from at a search: those of the register that are found for what was entered.
pub(super) fn offers<'d>(
    definition: &Definition,
    session: &Session,
    node: &Node,
    interactive: &'d Interactive,
) -> Result<Vec<&'d Offer>, Refusal> {
    let Task::Search { businesses: Some(businesses), finds } = &interactive.task else { return Ok(Vec::new()) };
    let Some(finds) = finds else { return Ok(businesses.iter().collect()) };
    let mut values = advance::own_values(definition, session, node);
    let mut found = Vec::new();
    for offer in businesses {
        values.insert("business".to_owned(), offer.seen.clone());
        if advance::holds(finds, &values)? {
            found.push(offer);
        }
    }
    Ok(found)
}

/// Whether an interactive service's task is done with this data, and what expressions are told of it. The reference does
/// not show these bodies, so they are read by what is in them, not by their keys.
fn done(
    definition: &Definition,
    session: &Session,
    node: &Node,
    interactive: &Interactive,
    data: &Map<String, Value>,
) -> Result<Option<Given>, Refusal> {
    let invalid = |what: &str| Refusal::about(4014, &format!("{}: {what}", interactive.kind.wire));
    let demand = |holds: bool, refusal: Refusal| if holds { Ok(None) } else { Err(refusal) };
    let texts = || data.values().flat_map(texts_of);
    let blank = data.values().all(is_blank);
    match &interactive.task {
        Task::Capture => {
            let captured = session.recorded(&node.name).is_some_and(|record| record.told.is_some());
            demand(captured, invalid("no document has been captured for its short code yet"))
        }
        Task::Code(_) | Task::Identify(_) if blank => Err(invalid("there is nothing in it")),
        Task::Code(code) => demand(texts().any(|text| text == *code), Refusal::new(5300)),
        Task::Search { businesses: None, .. } => demand(!blank, invalid("there is nothing in it")),
        Task::Search { .. } => {
            let found = offers(definition, session, node, interactive)?;
            let picked = found.iter().find(|offer| texts().any(|text| offer.keys.contains(&text)));
            match picked {
                Some(offer) => Ok(Some(Given::new(&offer.seen))),
                None => demand(found.is_empty(), invalid("none of the businesses found is picked")),
            }
        }
        Task::Identify(providers) => {
            let provider = texts().find(|text| providers.is_empty() || providers.contains(text));
            let provider = provider.map(|provider| Given::new(&provider.into()));
            provider.map(Some).ok_or_else(|| invalid("none of the providers is named"))
        }
        Task::Read { accept, .. } => {
            let file = texts().find_map(|key| session.files.get(&key));
            let file = file.ok_or_else(|| invalid("there is no key of an uploaded file in it"))?;
            demand(accept.contains(&file.extension()), Refusal::about(4007, &file.name))
        }
        // The token itself was looked at by whoever knows the tokens.
        Task::Connect => demand(!blank, invalid("there is no token in it")),
    }
}

/// The texts in a value, numbers as they are written: those of a list or a map too.
fn texts_of(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.trim().to_owned()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(items) => items.iter().flat_map(texts_of).collect(),
        Value::Object(members) => members.values().flat_map(texts_of).collect(),
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}
