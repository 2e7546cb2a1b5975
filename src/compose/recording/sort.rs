//! Who did what: the calls of a recording, sorted into the applicants whom they are about, and those into the scenarios in
//! which they meet.

use std::collections::HashMap;

use serde_json::Value;

use super::Recorded;
use super::recognise::{Call, CallKind};
use crate::api::exchange::RequestBody;
use crate::api::operation::Operation;
use crate::api::wire::SESSION_HEADER;

/// A call and the applicant whom it is about.
#[derive(Debug, Clone)]
pub(super) struct Assigned<'r> {
    pub recorded: &'r Recorded,
    pub call: Call,
    /// The session of whoever acts; empty where there is none, as of a beginning that was refused.
    pub actor: String,
    /// Other sessions that it is about.
    pub others: Vec<String>,
    /// Those of them who are in another flow, and so in another scenario: their flows' ids.
    pub apart: Vec<String>,
    /// Its place in the recording.
    at: usize,
}

/// The session header that a request carried.
pub(super) fn sent_session(recorded: &Recorded) -> Option<String> {
    let headers = &recorded.exchange.request.headers;
    let sent = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(SESSION_HEADER));
    sent.map(|(_, session)| same(session)).filter(|session| !session.is_empty())
}

/// Session ids are taken in any case.
fn same(session: &str) -> String {
    session.trim().to_ascii_lowercase()
}

/// What is known of whom on the way through a recording.
#[derive(Default)]
struct Known {
    /// Who a connector token was made for.
    tokens: HashMap<String, String>,
    /// Whom a short code was shown to.
    codes: HashMap<String, String>,
}

/// Finds out whom each call is about.
pub(super) fn assign<'r>(calls: Vec<(&'r Recorded, Call)>) -> Vec<Assigned<'r>> {
    let mut known = Known::default();
    let mut assigned: Vec<_> =
        calls.into_iter().enumerate().map(|(at, (recorded, call))| known.assign(at, recorded, call)).collect();
    let mut flows: HashMap<String, String> = HashMap::new();
    for one in assigned.iter().filter(|one| one.others.is_empty() && !one.actor.is_empty() && is_in_flow(one)) {
        flows.entry(one.actor.clone()).or_insert_with(|| one.call.flow.clone());
    }
    for one in assigned.iter_mut().filter(|one| !one.others.is_empty()) {
        let mine = flows.get(&one.actor);
        let others = std::mem::take(&mut one.others);
        let is_apart = |other: &String| flows.get(other).is_some_and(|flow| mine.is_some_and(|mine| mine != flow));
        let (apart, together): (Vec<_>, Vec<_>) = others.into_iter().partition(is_apart);
        one.others = together;
        one.apart = apart.iter().filter_map(|other| flows.get(other).cloned()).collect();
    }
    assigned
}

/// Whether a call tells in which flow somebody is.
fn is_in_flow(one: &Assigned<'_>) -> bool {
    let telling = [Operation::FlowStep, Operation::PrefilledInit, Operation::SubmitStep, Operation::BackStep];
    !one.call.flow.is_empty() && one.call.operation().is_some_and(|operation| telling.contains(&operation))
}

impl Known {
    fn assign<'r>(&mut self, at: usize, recorded: &'r Recorded, call: Call) -> Assigned<'r> {
        let answer = &recorded.exchange.answer;
        let answered = answer.session().map(same);
        let sent = sent_session(recorded);
        let body = answer.json();
        let text = |key: &str| body.and_then(|body| body.get(key)?.as_str()).map(str::to_owned);
        let mut others = Vec::new();
        let actor = match (&call.kind, call.operation()) {
            (CallKind::Token, _) => None,
            (CallKind::Capture(code), _) => self.codes.get(code).cloned(),
            (_, Some(Operation::Connect)) => {
                if let Some(token) = text("token") {
                    self.tokens.insert(token, same(&call.client));
                }
                Some(same(&call.client))
            }
            (_, Some(Operation::Redeem)) => self.tokens.get(&call.token).cloned().or(answered).or(sent),
            (_, Some(Operation::Profile)) => Some(same(&call.client)),
            (_, Some(Operation::Link | Operation::Unlink)) => {
                let ends = link_ends(&recorded.exchange.request.body);
                others = ends.iter().flatten().map(|end| same(end)).collect();
                others.first().cloned().or(sent)
            }
            (_, Some(Operation::SignedUrl)) => client_in_query(&recorded.exchange.request.url).or(sent),
            _ => sent.or(answered),
        };
        if let (Some(code), Some(actor)) = (text("shortCode"), &actor) {
            self.codes.insert(code, actor.clone());
        }
        Assigned { recorded, call, actor: actor.unwrap_or_default(), others, apart: Vec::new(), at }
    }
}

fn client_in_query(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    url.query_pairs().find(|(name, _)| name == "endClientId").map(|(_, value)| same(&value))
}

/// `from` and `to` of a link.
pub(super) fn link_ends(body: &RequestBody) -> [Option<String>; 2] {
    let RequestBody::Json(body) = body else { return [None, None] };
    ["from", "to"].map(|key| body.get(key).and_then(Value::as_str).map(str::to_owned))
}

/// Parts the calls into those of one scenario each: applicants of one flow who are linked meet in one. The order is that of the
/// recording.
pub(super) fn group(assigned: Vec<Assigned<'_>>) -> Vec<Vec<Assigned<'_>>> {
    let mut groups: Vec<(Vec<String>, Vec<Assigned<'_>>)> = Vec::new();
    for one in assigned {
        let mut sessions = one.others.clone();
        sessions.push(one.actor.clone());
        let (mine, rest): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .partition(|(known, _)| !one.actor.is_empty() && sessions.iter().any(|session| known.contains(session)));
        groups = rest;
        let mut calls = Vec::new();
        for (known, earlier) in mine {
            sessions.extend(known);
            calls.extend(earlier);
        }
        calls.push(one);
        calls.sort_by_key(|call| call.at);
        groups.push((sessions, calls));
    }
    groups.sort_by_key(|(_, calls)| calls[0].at);
    groups.into_iter().map(|(_, calls)| calls).collect()
}
