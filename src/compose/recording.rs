//! A recording of calls to the API as scenarios.
//!
//! A recording is a list of exchanges, whoever made it: a browser ([`super::har`]), the recording proxy, or the walk through
//! a flow ([`super::walk`]). `recognise` tells what is a call of the API, `sort` who acts in it and who meets whom, and
//! `scribe`, with `act` and `submit`, what a scenario says of it. What is not understood is told of, with the number of its
//! entry; nothing is left out in silence.

mod act;
mod answer;
mod files;
pub mod recognise;
mod scribe;
mod sort;
mod submit;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;
use jiff::civil::Date;

use super::draft::Draft;
use super::entered::Entered;
use super::personal::Treatment;
use crate::api::exchange::{Answer, Body, Exchange, Request};
use crate::api::operation::Operation;
use recognise::{Call, CallKind, Paths, recognise};
use scribe::Scribe;
use sort::{Assigned, assign, group, sent_session};

pub use answer::describe;

/// One exchange of a recording.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Its number in the recording, from one.
    pub number: usize,
    /// What went to and fro. A file whose bytes the recording does not hold is empty.
    pub exchange: Exchange,
    /// Whether the recording lacks the answer's body.
    pub lost: bool,
}

impl Recorded {
    /// An exchange of which the bytes are known, as they went to and fro. `whole` is whether the answer's body is all there.
    pub fn from_bytes(
        number: usize,
        mut request: Request,
        body: &[u8],
        mut answer: Answer,
        answered: &[u8],
        whole: bool,
    ) -> Self {
        let kind = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        request.body = super::har::body_of(kind.map_or("", |(_, kind)| kind), body);
        let text = String::from_utf8_lossy(answered);
        answer.body = match serde_json::from_str(&text) {
            Ok(json) => Body::Json(serde_json::Value::into(json)),
            Err(_) => Body::Text(text.into_owned()),
        };
        Recorded { number, exchange: Exchange { request, answer }, lost: !whole }
    }
}

/// How scenarios are made of a recording.
#[derive(Debug, Clone)]
pub struct Options {
    /// The flow's alias, in place of what its id leads to.
    pub flow: Option<String>,
    /// Ids of flows by alias.
    pub flows: HashMap<String, String>,
    /// Paths of operations that differ from the usual ones.
    pub paths: Paths,
    /// What becomes of the applicants' data.
    pub treatment: Treatment,
    /// Whether each field's rules stand beside it, and fields that were not sent stand there as comments.
    pub rules: bool,
    /// What made-up data grow from.
    pub seed: u64,
    /// The day that ages are reckoned from.
    pub today: Date,
    /// What one exchange is called in notes: `entry`.
    pub unit: &'static str,
}

/// A scenario made of a recording.
#[derive(Debug)]
pub struct Composed {
    /// The scenario.
    pub draft: Draft,
    /// The files that it sends: their paths from its own folder, and their bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// The session that it begins with; empty where there is none.
    pub session: String,
    /// Whether all its applicants have got to the end of a flow.
    pub ended: bool,
    /// How many values of applicants were replaced.
    pub replaced: usize,
}

/// What a recording comes to.
#[derive(Debug, Default)]
pub struct Composition {
    /// The scenarios, in the order in which they begin.
    pub scenarios: Vec<Composed>,
    /// What was not understood or could not be kept, each with the number of its entry.
    pub notes: Vec<String>,
    /// How many exchanges are calls of the API.
    pub calls: usize,
    /// How many have nothing to do with it.
    pub unrelated: usize,
}

/// Makes scenarios of a recording.
pub fn compose(recording: &[Recorded], options: &Options) -> Composition {
    let mut composition = Composition::default();
    let mut notes = Vec::new();
    let mut calls = Vec::new();
    let mut strangers = Vec::new();
    for recorded in recording {
        match recognise(&recorded.exchange, &options.paths) {
            Some(call) => calls.push((recorded, call)),
            None => strangers.push(recorded),
        }
    }
    let main = main_host(&calls);
    let is_elsewhere = |call: &Call| is_bound(call) && main.as_deref().is_some_and(|main| host(call) != main);
    calls.retain(|(recorded, call)| {
        let elsewhere = is_elsewhere(call);
        if elsewhere {
            let main = main.as_deref().unwrap_or_default();
            notes.push((
                recorded.number,
                format!("{} is called as the flow API is, but most calls go to {main}: left out", host(call)),
            ));
        }
        !elsewhere
    });
    let entered = Entered::of(heard(calls.iter().map(|(recorded, call)| (*recorded, call))));
    composition.calls = calls.len();
    composition.unrelated = strangers.len();
    let beside = beside_the_api(&calls, &strangers);
    composition.unrelated -= beside.len();
    notes.extend(beside);
    let signed = |recorded: &Recorded| has_bearer(&recorded.exchange);
    let tokens = calls.iter().any(|(_, call)| call.kind == CallKind::Token);
    // A recording without secrets does not show who carried the token that was fetched.
    let all_signed = tokens && !calls.iter().any(|(recorded, _)| signed(recorded));
    calls.retain(|(_, call)| call.kind != CallKind::Token);
    let groups = group(assign(calls));
    let several = groups.len() > 1;
    for group in groups {
        // A front end that is loaded twice begins twice; what nobody went on with is no scenario of its own.
        if several && only_begins(&group) {
            notes.push((group[0].recorded.number, "a session was begun and not gone on with: left out".to_owned()));
            continue;
        }
        let of_flow = |call: &Assigned<'_>| call.call.operation() != Some(Operation::Profile);
        let authenticated = all_signed || group.iter().any(|call| of_flow(call) && signed(call.recorded));
        let mine = Entered::of(heard(group.iter().map(|call| (call.recorded, &call.call))));
        let (composed, told) = Scribe::new(options, authenticated, mine).write(&group);
        notes.extend(told);
        composition.scenarios.push(composed);
    }
    if options.treatment == Treatment::Replace {
        notes.iter_mut().for_each(|(_, note)| *note = entered.hide(note));
    }
    composition.notes = gathered(notes, options.unit);
    composition
}

/// The exchanges in which applicants say something: not those for a token.
fn heard<'r>(
    calls: impl Iterator<Item = (&'r Recorded, &'r Call)> + Clone,
) -> impl Iterator<Item = &'r Exchange> + Clone {
    calls.filter(|(_, call)| call.kind != CallKind::Token).map(|(recorded, _)| &recorded.exchange)
}

/// Whether a call goes to the flow interpreter, which is at one host.
fn is_bound(call: &Call) -> bool {
    call.operation().is_some_and(|operation| operation != Operation::Profile)
}

fn host(call: &Call) -> &str {
    let from = call.base.find("://").map_or(0, |at| at + 3);
    call.base[from..].split('/').next().unwrap_or_default()
}

/// The host that most calls go to; of several the first.
fn main_host(calls: &[(&Recorded, Call)]) -> Option<String> {
    let mut counts: IndexMap<&str, usize> = IndexMap::new();
    for (_, call) in calls.iter().filter(|(_, call)| is_bound(call)) {
        *counts.entry(host(call)).or_default() += 1;
    }
    let most = counts.values().max()?;
    counts.iter().find(|(_, count)| *count == most).map(|(host, _)| (*host).to_owned())
}

/// Requests to the API's own address that are no call of it. An asset elsewhere is nobody's business, and neither is what a
/// browser asks before a call.
fn beside_the_api(calls: &[(&Recorded, Call)], strangers: &[&Recorded]) -> Vec<(usize, String)> {
    let deep = |base: &String| base.matches('/').count() > 3;
    let bases: BTreeSet<String> = calls.iter().map(|(_, call)| format!("{}/", call.base)).filter(deep).collect();
    let beside = |request: &Request| {
        bases.iter().any(|base| request.url.starts_with(base))
            && !matches!(request.method.to_ascii_uppercase().as_str(), "OPTIONS" | "HEAD")
    };
    let strange = strangers.iter().filter(|stranger| beside(&stranger.exchange.request));
    strange
        .map(|stranger| {
            let request = &stranger.exchange.request;
            let path = plain_path(&request.url);
            (stranger.number, format!("{} {path} is no operation of the flow API: left out", request.method))
        })
        .collect()
}

/// An address without what may be somebody's: its query, and segments that are no plain words.
fn plain_path(url: &str) -> String {
    let address = url.split(['?', '#']).next().unwrap_or_default();
    let path = address.find("://").and_then(|at| address[at + 3..].find('/').map(|slash| at + 3 + slash));
    let (host, path) = address.split_at(path.unwrap_or(address.len()));
    let is_plain = |part: &&str| part.chars().all(|c| c.is_ascii_alphabetic() || "-_".contains(c)) || is_version(part);
    let parts: Vec<&str> = path.split('/').map(|part| if is_plain(&part) { part } else { "…" }).collect();
    format!("{host}{}", parts.join("/"))
}

/// `v2`, `interpreter-v2`
fn is_version(part: &str) -> bool {
    let plain = part.trim_end_matches(|c: char| c.is_ascii_digit());
    part.len() - plain.len() <= 3 && plain.ends_with('v') && plain.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

fn only_begins(group: &[Assigned<'_>]) -> bool {
    let [only] = group else { return false };
    only.call.operation() == Some(Operation::FlowStep) && sent_session(only.recorded).is_none()
}

/// Notes as they are told: what holds for several entries once.
fn gathered(mut notes: Vec<(usize, String)>, unit: &str) -> Vec<String> {
    notes.sort();
    let mut told: IndexMap<String, Vec<usize>> = IndexMap::new();
    for (number, text) in notes {
        told.entry(text).or_default().push(number);
    }
    let words = |(text, numbers): (String, Vec<usize>)| {
        let unit = match (numbers.len(), unit.strip_suffix('y')) {
            (1, _) => unit.to_owned(),
            (_, Some(stem)) => format!("{stem}ies"),
            (_, None) => format!("{unit}s"),
        };
        let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
        format!("{unit} {}: {text}", numbers.join(", "))
    };
    told.into_iter().map(words).collect()
}

fn has_bearer(exchange: &Exchange) -> bool {
    exchange.request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
}
