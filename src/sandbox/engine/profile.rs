//! What the export API tells of a session.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::answers::{Given, answer};
use super::session::{Position, Session};
use crate::api::element::ElementType;
use crate::sandbox::definition::{Definition, Node, NodeKind, Verdict};

/// What has become of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// On the way.
    InProgress,
    /// At the end, with nothing decided.
    Completed,
    /// Accepted.
    Accepted,
    /// Declined.
    Declined,
}

impl Status {
    /// Its name on the wire. Only `ACCEPTED` and `DECLINED` are known of the real service.
    pub fn wire_name(self) -> &'static str {
        match self {
            Status::InProgress => "IN_PROGRESS",
            Status::Completed => "COMPLETED",
            Status::Accepted => "ACCEPTED",
            Status::Declined => "DECLINED",
        }
    }
}

/// What has become of the client in this flow.
pub fn status(session: &Session) -> Status {
    match session.verdict {
        Some(Verdict::Accept) => Status::Accepted,
        Some(Verdict::Reject) => Status::Declined,
        None if matches!(session.position, Position::Ended(_)) => Status::Completed,
        None => Status::InProgress,
    }
}

/// The profile's part on one flow: what was entered, what was uploaded, what services found. `epoch` is the wall clock's
/// time at which the engine's begins; `full` asks for the services' details.
pub fn flow_data(definition: &Definition, session: &Session, epoch: Timestamp, full: bool) -> Value {
    let (fields, files, enhanced) = entered(definition, session);
    json!({
        "id": &*definition.id,
        "completed": matches!(session.position, Position::Ended(_)),
        "fieldData": fields,
        "fileData": files,
        "enhancedFileData": enhanced,
        "serviceData": services(definition, session, epoch, full),
    })
}

/// What was entered, which of it are files, and more about these; each by the element's id.
fn entered(definition: &Definition, session: &Session) -> (Map<String, Value>, Map<String, Value>, Map<String, Value>) {
    let (mut fields, mut files, mut enhanced) = (Map::new(), Map::new(), Map::new());
    for node in &definition.nodes {
        let NodeKind::Form(form) = &node.kind else { continue };
        let Some(answers) = session.answers(&node.name) else { continue };
        for element in &form.elements {
            let Some(value) = answer(answers, &element.name).map(Given::value) else { continue };
            let values = if value.is_array() { value.clone() } else { json!([value]) };
            let mut field = json!({"id": element.id, "name": &*element.name, "value": values});
            if let Some(role) = &element.role {
                field["role"] = role.as_str().into();
            } else if let Some(name) = &element.normalized_name {
                field["normalizedName"] = name.as_str().into();
            }
            if element.kind != ElementType::File {
                fields.insert(element.id.clone(), field);
                continue;
            }
            if let Some(file) = value.as_str().and_then(|key| session.files.get(key)) {
                enhanced.insert(element.id.clone(), json!([{"key": value, "fileName": file.name, "size": file.size}]));
            }
            files.insert(element.id.clone(), field);
        }
    }
    (fields, files, enhanced)
}

fn services(definition: &Definition, session: &Session, epoch: Timestamp, full: bool) -> Vec<Value> {
    session
        .runs()
        .filter_map(|(name, run)| {
            let node = definition.node(name)?;
            // A verdict that going back undid is none.
            if matches!(&node.kind, NodeKind::Verdict(verdict) if session.verdict != Some(*verdict)) {
                return None;
            }
            let mut details = json!({"nodeId": node.id, "match": run.matched, "attempt": run.attempt});
            if let (Some(key), Some(told)) =
                (node.kind.tells(), session.recorded(name).and_then(|record| record.told.as_ref()))
            {
                details[key] = told.value();
            }
            Some(json!({
                "timestamp": timestamp(epoch, run.at),
                "serviceStatus": "COMPLETED",
                "nodeId": node.id,
                "nodeTitle": node.title,
                "nodeType": node_type(node),
                "match": run.matched,
                "transactionInfo": {
                    "transactionId": session.digest(&["transaction", &definition.id, name, &run.attempt.to_string()], 24),
                    "attempt": run.attempt,
                },
                "fullServiceDetails": if full { details } else { Value::Null },
                "watchlistResults": Value::Null,
            }))
        })
        .collect()
}

/// A moment of the engine's as the wire writes it.
pub(in crate::sandbox) fn timestamp(epoch: Timestamp, at: Duration) -> Value {
    let at = SignedDuration::try_from(at).ok().and_then(|at| epoch.checked_add(at).ok());
    at.map_or(Value::Null, |at| format!("{at:.3}").into())
}

fn node_type(node: &Node) -> &str {
    match &node.kind {
        NodeKind::Verdict(Verdict::Accept) => "ACCEPT",
        NodeKind::Verdict(Verdict::Reject) => "REJECT",
        kind => kind.service().map_or("", |service| service.service_type.as_str()),
    }
}
