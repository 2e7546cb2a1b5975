//! What is kept back by where it stands in requests and answers.

use serde_json::Value;

use super::{DATA, Mask, data};
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
#[derive(Debug)]
pub(super) struct Kept {
    /// Credentials and tokens.
    pub secrets: Vec<String>,
    /// Ids of sessions.
    pub sessions: Vec<String>,
    /// Leaves of what applicants entered, where these are kept back.
    pub entered: Vec<Value>,
    data: bool,
}

impl Kept {
    /// Nothing was found yet; `data` says whether what applicants entered is looked for.
    pub fn new(data: bool) -> Self {
        Kept { secrets: Vec::new(), sessions: Vec::new(), entered: Vec::new(), data }
    }

    /// Takes in a test, with the attempts before, and masks the credentials in its bodies and URLs.
    pub fn take(&mut self, outcome: &mut ScenarioOutcome) {
        self.sessions.extend(outcome.sessions.iter().chain(&outcome.foreign_sessions).cloned());
        self.secrets.extend(outcome.tokens.iter().filter(|token| places::is_distinctive(token)).cloned());
        for step in &mut outcome.steps {
            for exchange in &mut step.exchanges {
                self.request(&mut exchange.request);
                self.answer(&mut exchange.answer);
            }
            if let Some((request, _)) = &mut step.unanswered {
                self.request(request);
            }
        }
        outcome.attempts.iter_mut().for_each(|attempt| self.take(attempt));
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

    /// What applicants entered, a leaf or a text.
    fn entered(&mut self, values: impl IntoIterator<Item = Value>) {
        if self.data {
            self.entered.extend(values);
        }
    }

    fn request(&mut self, request: &mut Request) {
        self.headers(&request.headers);
        self.sessions.extend(applicants(&request.url).map(str::to_owned));
        self.entered(queries(&request.url));
        let mut found = Vec::new();
        request.url = url(&request.url, &mut |secret| found.push(secret.to_owned()));
        match &mut request.body {
            RequestBody::Json(body) => {
                match link(body) {
                    Some(ends) => self.sessions.extend(ends.map(str::to_owned)),
                    None if self.data => data::leaves(body, &mut |leaf| self.entered.push(leaf.clone())),
                    None => {}
                }
                places::mask_members(body, &mut |secret| found.push(secret.to_owned()));
                links(body, &mut |secret| found.push(secret.to_owned()));
            }
            RequestBody::Text(text) => {
                self.entered([Value::from(text.as_str())]);
                *text = places::mask_link(text, &mut |secret| found.push(secret.to_owned()));
            }
            RequestBody::Form(pairs) => {
                if !asks_for_token(pairs) {
                    self.entered(pairs.iter().map(|(_, value)| Value::from(value.as_str())));
                }
                for (_, value) in pairs.iter_mut().filter(|(name, _)| places::is_secret_member(name)) {
                    found.push(std::mem::replace(value, MASK.to_owned()));
                }
            }
            RequestBody::Empty => {}
            RequestBody::File { name, path, .. } => {
                self.entered(path.iter().map(String::as_str).chain([name.as_str()]).map(Value::from));
            }
        }
        found.iter().for_each(|secret| self.secret(secret));
    }

    fn answer(&mut self, answer: &mut Answer) {
        self.headers(&answer.headers);
        let mut found = Vec::new();
        match &mut answer.body {
            // Most hold no token, and need not be copied.
            Body::Json(body) if self.data || !body.tokens().is_empty() || has_token_in_link(body) => {
                body.edit(|body| {
                    places::mask_members(body, &mut |secret| found.push(secret.to_owned()));
                    links(body, &mut |secret| found.push(secret.to_owned()));
                    if self.data {
                        data::each_value(body, &mut |value| {
                            data::leaves(value, &mut |leaf| self.entered.push(leaf.clone()));
                        });
                    }
                });
            }
            Body::Json(_) => {}
            Body::Text(text) => {
                *text = places::mask_link(text, &mut |secret| found.push(secret.to_owned()));
            }
        }
        found.iter().for_each(|secret| self.secret(secret));
    }
}

/// Takes away what a test's requests and answers carried: what is not said of it need not be masked.
pub(super) fn leave_out_carried(outcome: &mut ScenarioOutcome) {
    for Exchange { request, answer } in outcome.steps.iter_mut().flat_map(|step| &mut step.exchanges) {
        (request.headers, request.body) = (Vec::new(), RequestBody::Empty);
        (answer.headers, answer.body) = (Vec::new(), Body::Text(String::new()));
    }
}

/// A URL without the tokens that stand in it, each of which is told.
fn url(url: &str, see: &mut dyn FnMut(&str)) -> String {
    let Some(token) = lone_token(url) else { return places::mask_link(url, see) };
    see(token);
    let url = url.replace(&format!("{CONNECTOR}{token}"), &format!("{CONNECTOR}{MASK}"));
    places::mask_link(&url, see)
}

/// Masks the tokens in the URLs that a body holds, and tells of each.
fn links(body: &mut Value, see: &mut dyn FnMut(&str)) {
    match body {
        Value::Array(items) => items.iter_mut().for_each(|item| links(item, see)),
        Value::Object(members) => members.values_mut().for_each(|value| links(value, see)),
        Value::String(text) if is_link(text) => *text = places::mask_link(text, see),
        _ => {}
    }
}

/// Whether [`links`] would find a token.
fn has_token_in_link(body: &Value) -> bool {
    match body {
        Value::Array(items) => items.iter().any(has_token_in_link),
        Value::Object(members) => members.values().any(has_token_in_link),
        Value::String(text) if is_link(text) => {
            let mut seen = false;
            places::mask_link(text, &mut |_| seen = true);
            seen
        }
        _ => false,
    }
}

/// Whether a text may be a URL with parameters.
fn is_link(text: &str) -> bool {
    text.contains('=') && (text.contains("://") || text.starts_with(['/', '?']))
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
    /// Masks what is kept back by its place.
    pub(super) fn outcome(&self, outcome: &mut ScenarioOutcome) {
        outcome.span = self.moved(outcome.span);
        outcome.place = self.moved(outcome.place);
        outcome.problem.iter_mut().for_each(|problem| self.diagnostic(problem));
        outcome.attempts.iter_mut().for_each(|attempt| self.outcome(attempt));
        outcome.steps.iter_mut().for_each(|step| self.step(step));
    }

    fn step(&self, step: &mut StepOutcome) {
        step.span = self.moved(step.span);
        step.warnings.iter_mut().for_each(|warning| self.diagnostic(warning));
        for failure in &mut step.failures {
            self.diagnostic(&mut failure.diagnostic);
            if let Some((expected, actual)) = &mut failure.values {
                self.value(expected);
                self.value(actual);
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
        if let Some(files) = &self.files {
            files.move_places(diagnostic);
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

    fn request(&self, request: &mut Request) {
        let mask_data = self.entered.is_some();
        self.headers(&mut request.headers);
        if mask_data {
            request.url = queries_masked(&request.url);
        }
        request.url = self.text(&request.url).into_owned();
        match &mut request.body {
            RequestBody::Empty => {}
            RequestBody::Json(body) => {
                if mask_data && link(body).is_none() {
                    data::masked(body, DATA);
                }
                self.value(body);
            }
            RequestBody::Text(text) => {
                *text = if mask_data { DATA.to_owned() } else { self.text(text).into_owned() };
            }
            RequestBody::Form(pairs) => {
                if mask_data && !asks_for_token(pairs) {
                    let data = pairs.iter_mut().filter(|(name, _)| !places::is_secret_member(name));
                    data.for_each(|(_, value)| *value = DATA.to_owned());
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
        if let (Body::Json(body), true) = (&mut answer.body, self.entered.is_some()) {
            body.edit(|body| data::each_value(body, &mut |value| data::masked(value, DATA)));
        }
    }
}
