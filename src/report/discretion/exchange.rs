//! What is kept back by where it stands in requests and answers.

use serde_json::Value;

use super::{DATA, Discreet, Mask, data};
use crate::api::exchange::{Answer, Body, Exchange, Request, RequestBody};
use crate::api::wire::SESSION_HEADER;
use crate::outcome::{ScenarioOutcome, SnapshotOutcome, StepOutcome};
use crate::redact::{MASK, places};
use crate::source::Diagnostic;

/// The parameter that names an applicant.
const CLIENT: &str = "endClientId";
/// The path of a connector, behind which a token stands alone.
const CONNECTOR: &str = "/connector/";
/// The members of a link between two applicants.
const LINK: [&str; 3] = ["from", "to", "type"];
/// The parts of paths behind which an applicant's session stands.
const APPLICANT: [&str; 2] = ["/query/client/", CONNECTOR];
/// The characters of a session that is told from a word of a path by its length.
const LEAST_SESSION: usize = 16;

/// What was found where something stands that is kept back.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Credentials and tokens.
    pub secrets: Vec<String>,
    /// Ids of sessions.
    pub sessions: Vec<String>,
    /// Leaves of what applicants entered.
    pub entered: Vec<Value>,
}

impl Kept {
    /// Takes in a test, with the attempts before.
    pub fn take(&mut self, outcome: &ScenarioOutcome) {
        self.sessions.extend(outcome.sessions.iter().chain(&outcome.foreign_sessions).cloned());
        self.secrets.extend(outcome.tokens.iter().filter(|token| places::is_distinctive(token)).cloned());
        for step in &outcome.steps {
            for exchange in &step.exchanges {
                self.request(&exchange.request);
                self.answer(&exchange.answer);
            }
            if let Some((request, _)) = &step.unanswered {
                self.request(request);
            }
        }
        outcome.attempts.iter().for_each(|attempt| self.take(attempt));
        self.secrets.sort_unstable();
        self.secrets.dedup();
        self.entered.sort_by_cached_key(Value::to_string);
        self.entered.dedup();
    }

    fn secret(&mut self, secret: &str) {
        if places::is_distinctive(secret) {
            self.secrets.push(secret.to_owned());
        }
    }

    fn headers(&mut self, headers: &[(String, String)]) {
        for (name, value) in headers {
            if name == SESSION_HEADER && !value.trim().is_empty() {
                self.sessions.push(value.trim().to_owned());
            }
            self.secrets.extend(places::header_secrets(name, value));
        }
    }

    fn request(&mut self, request: &Request) {
        self.headers(&request.headers);
        if let Some(token) = lone_token(&request.url) {
            self.secret(token);
        }
        self.sessions.extend(applicants(&request.url).map(str::to_owned));
        self.entered.extend(queries(&request.url));
        let mut found = Vec::new();
        places::mask_parameters(&request.url, &mut |secret| found.push(secret.to_owned()));
        match &request.body {
            RequestBody::Json(body) => {
                places::mask_members(&mut body.clone(), &mut |secret| found.push(secret.to_owned()));
                match link(body) {
                    Some(ends) => self.sessions.extend(ends.map(str::to_owned)),
                    None => data::leaves(body, &mut |leaf| self.entered.push(leaf.clone())),
                }
            }
            RequestBody::Text(text) => {
                places::mask_parameters(text, &mut |secret| found.push(secret.to_owned()));
                self.entered.push(Value::from(text.as_str()));
            }
            RequestBody::Form(pairs) if !asks_for_token(pairs) => {
                self.entered.extend(pairs.iter().map(|(_, value)| Value::from(value.as_str())));
            }
            RequestBody::Form(_) | RequestBody::Empty => {}
            RequestBody::File { name, path, .. } => {
                self.entered.extend(path.iter().chain([name]).map(|text| Value::from(text.as_str())));
            }
        }
        found.iter().for_each(|secret| self.secret(secret));
    }

    fn answer(&mut self, answer: &Answer) {
        self.headers(&answer.headers);
        let mut found = Vec::new();
        match &answer.body {
            Body::Json(body) => {
                let mut body = body.clone();
                places::mask_members(&mut body, &mut |secret| found.push(secret.to_owned()));
                data::each_value(&mut body, &mut |value| {
                    data::leaves(value, &mut |leaf| self.entered.push(leaf.clone()))
                });
            }
            Body::Text(text) => drop(places::mask_parameters(text, &mut |secret| found.push(secret.to_owned()))),
        }
        found.iter().for_each(|secret| self.secret(secret));
    }
}

/// The token in the URL of a connector that is redeemed: the only part behind it.
fn lone_token(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once(CONNECTOR)?;
    let token = rest.split(['?', '#']).next()?;
    (!token.is_empty() && !token.contains('/')).then_some(token)
}

/// The values in the query of a URL that an applicant may have entered.
fn queries(url: &str) -> Vec<Value> {
    let Some((_, query)) = url.split_once('?') else { return Vec::new() };
    let pairs = query.split(['&', '#']).filter_map(|pair| pair.split_once('='));
    let pairs = pairs.filter(|(name, value)| is_entered(name, value));
    pairs
        .map(|(_, value)| percent_encoding::percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into())
        .collect()
}

/// A URL with the values in its query masked.
fn queries_masked(url: &str) -> String {
    let Some((path, query)) = url.split_once('?') else { return url.to_owned() };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if is_entered(name, value) => format!("{name}={DATA}"),
        _ => pair.to_owned(),
    });
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

/// Whether a parameter of a URL may be data: no client, no token, nothing empty.
fn is_entered(name: &str, value: &str) -> bool {
    name != CLIENT && !places::is_secret_member(name) && !value.is_empty()
}

/// The sessions in a URL.
fn applicants(url: &str) -> impl Iterator<Item = &str> {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let of = move |before: &&str| {
        let (_, rest) = path.split_once(*before)?;
        // What stands alone behind a connector is a token.
        rest.split_once('/').map(|(first, _)| first).or_else(|| (*before != CONNECTOR).then_some(rest))
    };
    let query = url.split_once("endClientId=").map(|(_, rest)| rest.split('&').next().unwrap_or(rest));
    APPLICANT.iter().filter_map(of).chain(query).filter(|session| session.len() >= LEAST_SESSION)
}

/// The two ends of a link between applicants, where a body is one.
fn link(body: &Value) -> Option<impl Iterator<Item = &str>> {
    let members = body.as_object()?;
    let is_link = members.keys().all(|key| LINK.contains(&key.as_str()))
        && (members.contains_key("to") || members.contains_key("from"));
    is_link.then(|| ["from", "to"].into_iter().filter_map(|key| members.get(key)?.as_str()))
}

/// Whether a form asks the authorization server for a token: that is nothing an applicant entered.
fn asks_for_token(pairs: &[(String, String)]) -> bool {
    pairs.iter().any(|(name, _)| name == "grant_type")
}

impl Mask {
    /// The outcome with everything masked that is kept back by its place. What stands in other texts of it is not, yet.
    pub(in crate::report) fn outcome(&self, outcome: &ScenarioOutcome) -> Discreet<ScenarioOutcome> {
        let mut outcome = outcome.clone();
        self.mask_outcome(&mut outcome);
        Discreet(outcome)
    }

    fn mask_outcome(&self, outcome: &mut ScenarioOutcome) {
        outcome.span = self.moved(outcome.span);
        outcome.place = self.moved(outcome.place);
        outcome.problem.iter_mut().for_each(|problem| self.diagnostic(problem));
        outcome.attempts.iter_mut().for_each(|attempt| self.mask_outcome(attempt));
        outcome.steps.iter_mut().for_each(|step| self.step(step));
    }

    fn step(&self, step: &mut StepOutcome) {
        step.span = self.moved(step.span);
        step.warnings.iter_mut().for_each(|warning| self.diagnostic(warning));
        for failure in &mut step.failures {
            self.diagnostic(&mut failure.diagnostic);
            if let Some((expected, actual)) = &mut failure.values {
                *expected = self.value(expected);
                *actual = self.value(actual);
            }
        }
        for Exchange { request, answer } in &mut step.exchanges {
            self.request(request);
            self.answer(answer);
        }
        if let Some((request, _)) = &mut step.unanswered {
            self.request(request);
        }
        step.snapshot.iter_mut().for_each(|snapshot| self.snapshot(snapshot));
    }

    fn diagnostic(&self, diagnostic: &mut Diagnostic) {
        diagnostic.span = self.moved(diagnostic.span);
        diagnostic.related.iter_mut().for_each(|(span, _)| *span = self.moved(*span));
        for edit in diagnostic.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.span = self.moved(edit.span);
        }
    }

    fn snapshot(&self, snapshot: &mut SnapshotOutcome) {
        if self.entered.is_none() || snapshot.actual.is_empty() {
            return;
        }
        if let Some((accepted, actual)) = data::snapshots(snapshot.accepted.as_deref(), &snapshot.actual) {
            // What was accepted may be no JSON any more; its texts are masked later.
            snapshot.accepted = accepted.or(snapshot.accepted.take());
            snapshot.actual = actual;
        }
    }

    fn headers(&self, headers: &mut [(String, String)]) {
        for (name, value) in headers {
            *value = match self.sessions.get(value.trim()) {
                Some(shown) if name == SESSION_HEADER => shown.clone(),
                _ => places::shown_header(name, value),
            };
        }
    }

    fn url(&self, url: &str) -> String {
        let url = match lone_token(url) {
            Some(token) => url.replace(&format!("{CONNECTOR}{token}"), &format!("{CONNECTOR}{MASK}")),
            None => url.to_owned(),
        };
        places::mask_parameters(&url, &mut |_| {})
    }

    fn request(&self, request: &mut Request) {
        let mask_data = self.entered.is_some();
        self.headers(&mut request.headers);
        request.url = self.url(&request.url);
        if mask_data {
            request.url = queries_masked(&request.url);
        }
        request.url = self.text(&request.url).into_owned();
        match &mut request.body {
            RequestBody::Empty => {}
            RequestBody::Json(body) => {
                places::mask_members(body, &mut |_| {});
                if mask_data && link(body).is_none() {
                    data::masked(body, DATA);
                }
                *body = self.value(body);
            }
            RequestBody::Text(text) if mask_data => *text = DATA.to_owned(),
            RequestBody::Text(text) => {
                *text = self.text(&places::mask_parameters(text, &mut |_| {})).into_owned();
            }
            RequestBody::Form(pairs) => {
                let data = mask_data && !asks_for_token(pairs);
                for (name, value) in pairs {
                    if places::is_secret_member(name) {
                        *value = MASK.to_owned();
                    } else if data {
                        *value = DATA.to_owned();
                    }
                }
            }
            RequestBody::File { name, path, .. } => {
                if mask_data {
                    *name = DATA.to_owned();
                    *path = path.take().map(|_| DATA.to_owned());
                }
            }
        }
    }

    fn answer(&self, answer: &mut Answer) {
        self.headers(&mut answer.headers);
        match &mut answer.body {
            Body::Json(body) => {
                places::mask_members(body, &mut |_| {});
                if self.entered.is_some() {
                    data::each_value(body, &mut |value| data::masked(value, DATA));
                }
            }
            Body::Text(text) => *text = places::mask_parameters(text, &mut |_| {}),
        }
    }
}
