//! The way forward: through services, conditions and verdicts to the next step that waits for the applicant.

use std::time::Duration;

use serde_json::{Map, Value};

use super::refusal::Refusal;
use super::session::{Left, Position, Run, Session};
use super::submit::offers;
use crate::sandbox::definition::{Definition, Expression, Interactive, Next, Node, NodeKind, Task};

/// Lets happen what time has brought: the first entry, services that are done by now.
pub(in crate::sandbox) fn settle(definition: &Definition, session: &mut Session, now: Duration) -> Result<(), Refusal> {
    match &session.position {
        Position::Before(name) => {
            let node = Session::node(definition, name)?;
            enter(definition, session, Way { node: Some(node), at: now, now })
        }
        Position::Running { node, since } => {
            let (node, since) = (Session::node(definition, node)?, *since);
            // A republished flow may have another kind of node under the same name.
            if node.kind.service().is_none() {
                return Err(Refusal::new(4002));
            }
            match run(definition, session, node, since, now)? {
                Some(done) if node.kind.runs_first() => {
                    session.modified = session.modified.max(done);
                    session.position = Position::At(node.name.clone());
                    Ok(())
                }
                Some(done) => conclude(definition, session, node, done, now),
                None => Ok(()),
            }
        }
        Position::At(_) | Position::Ended(_) => Ok(()),
    }
}

/// Leaves a step whose data was taken.
pub(super) fn leave(definition: &Definition, session: &mut Session, node: &Node, now: Duration) -> Result<(), Refusal> {
    session.trail.push(Left { node: node.name.clone(), verdict: session.verdict });
    session.modified = now;
    match node.kind.service() {
        None => enter(definition, session, Way { node: follow(definition, node.next), at: now, now }),
        Some(_) if node.kind.runs_first() => conclude(definition, session, node, now, now),
        Some(_) => {
            begin(session, node, now);
            match run(definition, session, node, now, now)? {
                Some(done) => conclude(definition, session, node, done, now),
                None => Ok(()),
            }
        }
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
            kind if kind.runs_first() => {
                begin(session, node, way.at);
                if let Some(done) = run(definition, session, node, way.at, way.now)? {
                    session.modified = session.modified.max(done);
                    session.position = Position::At(node.name.clone());
                }
                return Ok(());
            }
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
                let record = session.record(&node.name);
                record.attempts = record.attempts.saturating_add(1);
                record.last = Some(Run { attempt: record.attempts, matched: true, at: way.at });
                node.next
            }
            NodeKind::Condition(branch) => {
                let outcome = holds(&branch.when, &session.values(definition));
                if outcome.map_err(|refusal| retreat(session, node, refusal))? { branch.then } else { node.next }
            }
            NodeKind::Service(_) => {
                begin(session, node, way.at);
                let Some(done) = run(definition, session, node, way.at, way.now)? else { return Ok(()) };
                record_run(definition, session, node, done)?;
                way.at = done;
                node.next
            }
        };
        way.node = follow(definition, next);
    }
}

/// A service begins: from here on it counts as an attempt, whatever becomes of it.
fn begin(session: &mut Session, node: &Node, at: Duration) {
    let record = session.record(&node.name);
    record.attempts = record.attempts.saturating_add(1);
    session.position = Position::Running { node: node.name.clone(), since: at };
}

/// Runs a service: when it was done, or nothing where it is still at work.
fn run(
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
    for failure in &service.fails {
        let due = failure.when.as_ref().map_or(Ok(true), |when| holds(when, &own_values(definition, session, node)));
        if due.map_err(|refusal| retreat(session, node, refusal))? {
            return Err(retreat(session, node, Refusal::about(failure.code, &service.service_type)));
        }
    }
    // A register that cannot be searched is told of here, where there is a step to go back to.
    if let NodeKind::Interactive(interactive) = &node.kind {
        offers(definition, session, node, interactive).map_err(|refusal| retreat(session, node, refusal))?;
    }
    Ok(Some(done))
}

/// A service is through: its outcome is recorded, and the flow goes on.
fn conclude(
    definition: &Definition,
    session: &mut Session,
    node: &Node,
    done: Duration,
    now: Duration,
) -> Result<(), Refusal> {
    record_run(definition, session, node, done)?;
    enter(definition, session, Way { node: follow(definition, node.next), at: done, now })
}

fn record_run(definition: &Definition, session: &mut Session, node: &Node, at: Duration) -> Result<(), Refusal> {
    let Some(service) = node.kind.service() else { return Ok(()) };
    let matched = match &service.matches {
        Some(matches) => {
            let outcome = holds(matches, &own_values(definition, session, node));
            outcome.map_err(|refusal| retreat(session, node, refusal))?
        }
        None => !found_nothing(session, node),
    };
    let record = session.record(&node.name);
    record.last = Some(Run { attempt: record.attempts, matched, at });
    if let NodeKind::Interactive(Interactive { task: Task::Read { reads, .. }, .. }) = &node.kind {
        reads.iter().for_each(|(name, text)| session.prefill(name.clone(), text.clone()));
    }
    Ok(())
}

/// Whether a search of a register ended without a choice.
fn found_nothing(session: &Session, node: &Node) -> bool {
    let NodeKind::Interactive(interactive) = &node.kind else { return false };
    matches!(&interactive.task, Task::Search { businesses: Some(_), .. })
        && session.recorded(&node.name).is_none_or(|record| record.told.is_none())
}

/// What a service's own expressions see: its attempt, and what all expressions see.
pub(super) fn own_values(definition: &Definition, session: &Session, node: &Node) -> Map<String, Value> {
    let mut values = session.values(definition);
    let attempt = session.recorded(&node.name).map_or(0, |record| record.attempts);
    values.insert("attempt".to_owned(), attempt.into());
    values
}

pub(super) fn holds(expression: &Expression, values: &Map<String, Value>) -> Result<bool, Refusal> {
    expression.holds(values).map_err(|error| Refusal::about(5000, &error.to_string()))
}

/// Puts the applicant back to the step before a node that failed, so that there is something to try again from; where
/// there is none, the node itself is entered anew by whoever asks next.
fn retreat(session: &mut Session, node: &Node, refusal: Refusal) -> Refusal {
    // A document is captured anew for a verification that failed.
    if let Some((_, record)) = session.services.iter_mut().find(|(name, _)| *name == node.name) {
        record.told = None;
    }
    match session.trail.pop() {
        Some(left) => {
            session.position = Position::At(left.node);
            session.verdict = left.verdict;
        }
        None => session.position = Position::Before(node.name.clone()),
    }
    refusal
}
