//! What every answer is held to, whoever asked for it and why.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::Plan;
use super::applicant::{described, essential, step_name};
use super::ledger::{Finding, Ledger, entry};
use super::negatives::{INVALID, MALFORMED, MISSING};
use super::rules::{RULES, RuleId};
use crate::api::codes;
use crate::api::exchange::{Answer, Exchange};
use crate::api::operation::Operation;
use crate::api::wire::{BodyKind, SESSION_HEADER};
use crate::compose::Data;
use crate::compose::recording::recognise::recognise;
use crate::compose::witness::sent_session;

/// Rules that an answer keeps or not, wherever its applicant stands.
const BY_ITSELF: [RuleId; 5] =
    [RuleId::Status, RuleId::Schema, RuleId::UnknownSession, RuleId::Enterable, RuleId::Distinct];
/// The API's own fault.
const INTERNAL: i64 = 5000;

/// Holds the calls of all applicants to the rules of single answers, and their sessions to being their own.
pub(super) fn judge(plan: &Plan, ledger: &mut Ledger) {
    let logs = std::mem::take(&mut ledger.logs);
    let mut owners: HashMap<String, (usize, usize)> = HashMap::new();
    let sends = sends_the_session(&logs);
    for (number, log) in logs.iter().enumerate() {
        for at in 0..log.len() {
            let Some(operation) = recognise(&log[at], &plan.paths).and_then(|call| call.operation()) else {
                // What is not recognised by its answer is judged by where it went.
                if of_the_flow(plan, &log[at]) {
                    check(ledger, RuleId::Schema, shape(Operation::FlowStep, &log[at].answer), log, at);
                }
                continue;
            };
            if !matches!(
                operation,
                Operation::FlowStep | Operation::SubmitStep | Operation::SubmitFile | Operation::BackStep
            ) {
                continue;
            }
            let answer = &log[at].answer;
            check(ledger, RuleId::Status, status(answer), log, at);
            check(ledger, RuleId::Schema, shape(operation, answer), log, at);
            check_session(ledger, session(&log[at], (number, at), &mut owners, sends), &logs, (number, at));
        }
    }
    ledger.logs = logs;
}

/// Where an applicant was given the session of another, what the one did the other ran into: nothing that hangs on where somebody
/// stands is certain then, and only that they were given it is told.
pub(super) fn leave_out_shared(ledger: &mut Ledger) {
    let is_given = |finding: &Finding| finding.rule == RuleId::Session && finding.capture.is_some();
    if !ledger.findings.iter().any(is_given) {
        return;
    }
    ledger.findings.retain(|finding| is_given(finding) || BY_ITSELF.contains(&finding.rule));
    for rule in RULES.iter().map(|rule| rule.id).filter(|rule| *rule != RuleId::Session && !BY_ITSELF.contains(rule)) {
        ledger.checks.remove(&rule);
        ledger.reasons.insert(rule, "an applicant is given the session of another".to_owned());
    }
}

/// Whether a call went to the flow interpreter, connector and profile aside.
fn of_the_flow(plan: &Plan, call: &Exchange) -> bool {
    let url = &call.request.url;
    url.starts_with(plan.base.as_str())
        && !["/sandbox/", "/connector/", "/query/client/"].iter().any(|other| url.contains(other))
}

fn check(ledger: &mut Ledger, rule: RuleId, wrong: Option<String>, log: &[Exchange], at: usize) {
    let finding = wrong.map(|text| {
        let mut calls = essential(&log[..at]);
        calls.push(log[at].clone());
        let answer = &log[at].answer;
        Finding::new(rule, step_of(log, at), text, calls).expecting(documented(rule, answer))
    });
    ledger.check(rule, finding);
}

/// The step at which a call was made.
fn step_of(log: &[Exchange], at: usize) -> String {
    let before = log[..at].iter().rev().filter_map(|call| call.answer.json());
    let step = before.chain(log[at].answer.json()).find(|body| body.get("elements").is_some()).map(step_name);
    step.unwrap_or_else(|| "the beginning".to_owned())
}

/// How a scenario expects an answer that is as documented. Its form is looked at by every scenario unasked, where the answer is
/// not a surprise by itself.
fn documented(rule: RuleId, answer: &Answer) -> Option<Data> {
    let range = |low: u16, high: u16| entry("between", Data::Json(Value::from(vec![low, high])));
    let refused = answer.is_error() || answer.status >= 400;
    match (rule, answer.kind()) {
        (RuleId::Status, BodyKind::Error(code)) => {
            let status = match code {
                MISSING | MALFORMED | INVALID => range(400, 499),
                INTERNAL => range(500, 599),
                _ => range(400, 599),
            };
            Some(Data::Map(vec![("error".to_owned(), Data::Json(code.into())), ("status".to_owned(), status)]))
        }
        (RuleId::Status, _) => Some(entry("status", range(200, 299))),
        (RuleId::Schema, _) if refused => Some(entry("status", entry("gte", Data::Json(400.into())))),
        _ => None,
    }
}

/// Whether the answers to calls with a session carry it, most of them.
fn sends_the_session(logs: &[Vec<Exchange>]) -> bool {
    let calls = || logs.iter().flatten().filter(|call| sent_session(call).is_some() && !call.answer.is_error());
    let with = calls().filter(|call| call.answer.session().is_some()).count();
    with * 2 > calls().count()
}

/// What is wrong with a session.
enum Astray {
    /// The header of this answer.
    Here(&'static str),
    /// It was begun by somebody else already: in which log, by which call.
    Given(usize, usize),
}

fn check_session(ledger: &mut Ledger, wrong: Option<Astray>, logs: &[Vec<Exchange>], (number, at): (usize, usize)) {
    let log = &logs[number];
    let finding = wrong.map(|wrong| {
        let mut calls = essential(&log[..at]);
        let (text, expect) = match &wrong {
            Astray::Here(text) => {
                let there = entry("exists", Data::Json(true.into()));
                (*text, entry("headers", entry(SESSION_HEADER, there)))
            }
            Astray::Given(other, begun) => {
                calls = vec![logs[*other][*begun].clone()];
                let other = entry("not", Data::Template("{{ was }}".to_owned()));
                ("an applicant is given the session of another", entry("headers", entry(SESSION_HEADER, other)))
            }
        };
        calls.push(log[at].clone());
        let given = matches!(wrong, Astray::Given(..));
        let step = if given { "the beginning".to_owned() } else { step_of(log, at) };
        let mut finding = Finding::new(RuleId::Session, step, text, calls).expecting(expect);
        finding.capture = given.then(|| "session".to_owned());
        finding
    });
    ledger.check(RuleId::Session, finding);
}

fn status(answer: &Answer) -> Option<String> {
    let status = answer.status;
    let wrong = match answer.kind() {
        BodyKind::Error(MISSING | MALFORMED | INVALID) => !(400..500).contains(&status),
        BodyKind::Error(INTERNAL) => status < 500,
        BodyKind::Error(_) => status < 400,
        BodyKind::Step | BodyKind::Pending | BodyKind::End => !(200..300).contains(&status),
        BodyKind::Other => false,
    };
    wrong.then(|| format!("{} comes with HTTP status {status}", described(answer)))
}

/// What of an answer is not as it is documented.
fn shape(operation: Operation, answer: &Answer) -> Option<String> {
    if (300..400).contains(&answer.status) {
        return Some(format!("an answer redirects (HTTP {})", answer.status));
    }
    let Some(body) = answer.json() else {
        return Some(format!("an answer (HTTP {}) is not JSON", answer.status));
    };
    if answer.is_error() {
        let integer = body.get("code").is_some_and(|code| code.is_i64() || code.is_u64());
        if !integer || !body.get("message").is_some_and(Value::is_string) {
            return Some("an error is not {\"code\": number, \"message\": text}".to_owned());
        }
        let code = answer.error_code();
        let unknown = code.filter(|code| codes::lookup(*code).is_none());
        return unknown.map(|code| format!("{code} is no code of the reference"));
    }
    if operation == Operation::SubmitFile {
        let key = body.get("key").and_then(Value::as_str).is_some_and(|key| !key.is_empty());
        return (!key).then(|| "the answer to an upload has no `key`".to_owned());
    }
    match answer.kind() {
        BodyKind::Other => Some("an answer is neither a step nor pending nor END".to_owned()),
        BodyKind::Step => step(body),
        _ => None,
    }
}

fn step(body: &Value) -> Option<String> {
    let present = |of: &Value, key: &str| of.get(key).filter(|value| !value.is_null()).cloned();
    if present(body, "id").is_none() {
        return Some("a step has no `id`".to_owned());
    }
    if present(body, "canGoBack").is_some_and(|value| !value.is_boolean()) {
        return Some("`canGoBack` is neither true nor false".to_owned());
    }
    let texts = ["title", "subtitle", "type", "countryOfResidence", "countryOfIncorporation"];
    if let Some(key) = texts.iter().find(|key| present(body, key).is_some_and(|value| !value.is_string())) {
        return Some(format!("`{key}` is not a string"));
    }
    let elements = match present(body, "elements") {
        None => return None,
        Some(Value::Array(elements)) => elements,
        Some(_) => return Some("`elements` is not a list".to_owned()),
    };
    let mut ids = HashSet::new();
    for (at, element) in elements.iter().enumerate() {
        let Some(id) = present(element, "id").filter(|id| id.is_string() || id.is_number()) else {
            return Some(format!("element {} has no `id`", at + 1));
        };
        if !ids.insert(id.to_string()) {
            return Some(format!("two elements have the id {id}"));
        }
        if !present(element, "type").is_some_and(|kind| kind.is_string()) {
            return Some(format!("element {} has no `type`", at + 1));
        }
        let listed = |key: &str| present(element, key).is_none_or(|value| value.is_array());
        if !listed("validations") {
            return Some(format!("`validations` of element {} is not a list", at + 1));
        }
    }
    None
}

fn session(
    call: &Exchange,
    place: (usize, usize),
    owners: &mut HashMap<String, (usize, usize)>,
    sends: bool,
) -> Option<Astray> {
    let answered = call.answer.session();
    match (sent_session(call), answered) {
        (Some(sent), Some(answered)) if !sent.eq_ignore_ascii_case(answered) => {
            Some(Astray::Here("the session in the answer is not the one that was sent"))
        }
        (Some(_), None) if sends && !call.answer.is_error() => {
            Some(Astray::Here("the answer has no x-hf-session, which others have"))
        }
        (None, None) if !call.answer.is_error() => {
            Some(Astray::Here("a session begins and the answer has no x-hf-session"))
        }
        (None, Some(answered)) if !call.answer.is_error() => {
            let owner = *owners.entry(answered.to_ascii_lowercase()).or_insert(place);
            (owner.0 != place.0).then_some(Astray::Given(owner.0, owner.1))
        }
        _ => None,
    }
}
