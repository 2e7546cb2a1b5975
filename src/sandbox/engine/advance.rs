//! The way forward: through services, conditions and verdicts to the next step that waits for the applicant.

use std::time::Duration;

use serde_json::Value;

use super::refusal::Refusal;
use super::session::{Position, Run, Session};
use crate::sandbox::definition::{Definition, Expression, Next, Node, NodeKind};

/// Lets happen what time has brought: the first entry, services that are done by now.
pub(super) fn settle(definition: &Definition, session: &mut Session, now: Duration) -> Result<(), Refusal> {
    match session.position.clone() {
        Position::Before(name) => {
            let node = Session::node(definition, &name)?;
            enter(definition, session, Way { node: Some(node), at: now, now })
        }
        Position::Running { node, since } => {
            let node = Session::node(definition, &node)?;
            match finish(definition, session, node, since, now)? {
                Some(done) => enter(definition, session, Way { node: follow(definition, node.next), at: done, now }),
                None => Ok(()),
            }
        }
        Position::At(_) | Position::Ended(_) => Ok(()),
    }
}

/// Leaves a step whose data was taken.
pub(super) fn leave(definition: &Definition, session: &mut Session, node: &Node, now: Duration) -> Result<(), Refusal> {
    session.trail.push(super::session::Left { node: node.name.clone(), verdict: session.verdict });
    session.modified = now;
    let mut done = Some(now);
    if node.kind.service().is_some() {
        begin(session, node, now);
        done = finish(definition, session, node, now, now)?;
    }
    match done {
        Some(done) => enter(definition, session, Way { node: follow(definition, node.next), at: done, now }),
        None => Ok(()),
    }
}

fn follow(definition: &Definition, next: Next) -> Option<&Node> {
    match next {
        Next::Node(at) => definition.nodes.get(at),
        Next::End => None,
    }
}

/// Where the flow goes on, at which moment of its own time, and what time it is.
struct Way<'d> {
    /// The node to enter; none for END.
    node: Option<&'d Node>,
    /// When it is entered: a service that follows a slow one begins when that one is done, not when somebody asks.
    at: Duration,
    now: Duration,
}

fn enter<'d>(definition: &'d Definition, session: &mut Session, mut way: Way<'d>) -> Result<(), Refusal> {
    loop {
        session.modified = session.modified.max(way.at);
        let Some(node) = way.node else {
            session.position = Position::Ended(None);
            return Ok(());
        };
        let next = match &node.kind {
            NodeKind::Form(_) | NodeKind::Interactive(_) => {
                session.position = Position::At(node.name.clone());
                return Ok(());
            }
            NodeKind::End(_) => {
                session.position = Position::Ended(Some(node.name.clone()));
                return Ok(());
            }
            NodeKind::Verdict(verdict) => {
                session.verdict = Some(*verdict);
                let record = session.services.entry(node.name.clone()).or_default();
                record.attempts = record.attempts.saturating_add(1);
                record.last = Some(Run { attempt: record.attempts, matched: true, at: way.at });
                node.next
            }
            NodeKind::Condition(branch) => {
                let values = Value::Object(session.values(definition));
                if holds(&branch.when, &values).map_err(|refusal| retreat(session, node, refusal))? {
                    branch.then
                } else {
                    node.next
                }
            }
            NodeKind::Service(_) => {
                begin(session, node, way.at);
                match finish(definition, session, node, way.at, way.now)? {
                    Some(done) => way.at = done,
                    None => return Ok(()),
                }
                node.next
            }
        };
        way.node = follow(definition, next);
    }
}

/// A service begins: from here on it counts as an attempt, whatever becomes of it.
fn begin(session: &mut Session, node: &Node, at: Duration) {
    let record = session.services.entry(node.name.clone()).or_default();
    record.attempts = record.attempts.saturating_add(1);
    session.position = Position::Running { node: node.name.clone(), since: at };
}

/// The outcome of a service, once its time is up: when it was done, or nothing where it is still at work.
fn finish(
    definition: &Definition,
    session: &mut Session,
    node: &Node,
    since: Duration,
    now: Duration,
) -> Result<Option<Duration>, Refusal> {
    let Some(service) = node.kind.service() else { return Ok(Some(since)) };
    let done = since.saturating_add(service.takes);
    if now < done {
        return Ok(None);
    }
    let attempt = session.services.get(&node.name).map_or(0, |record| record.attempts);
    let mut values = session.values(definition);
    values.insert("attempt".to_owned(), attempt.into());
    let values = Value::Object(values);
    let outcome = (|| {
        if let Some(failure) = &service.fails
            && failure.when.as_ref().map_or(Ok(true), |when| holds(when, &values))?
        {
            return Err(Refusal::about(failure.code, &service.service_type));
        }
        service.matches.as_ref().map_or(Ok(true), |matches| holds(matches, &values))
    })();
    let matched = outcome.map_err(|refusal| retreat(session, node, refusal))?;
    let record = session.services.entry(node.name.clone()).or_default();
    record.last = Some(Run { attempt, matched, at: done });
    Ok(Some(done))
}

fn holds(expression: &Expression, values: &Value) -> Result<bool, Refusal> {
    expression.holds(values).map_err(|error| Refusal::about(5000, &error.to_string()))
}

/// Puts the applicant back to the step before a node that failed, so that there is something to try again from; where
/// there is none, the node itself is entered anew by whoever asks next.
fn retreat(session: &mut Session, node: &Node, refusal: Refusal) -> Refusal {
    match session.trail.pop() {
        Some(left) => {
            session.position = Position::At(left.node);
            session.verdict = left.verdict;
        }
        None => session.position = Position::Before(node.name.clone()),
    }
    refusal
}
