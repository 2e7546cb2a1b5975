//! What of requests and answers is kept back in all that is said of their test, told by where it stands.
//!
//! It is looked for where they are let go, too: what only an answer long gone named is masked wherever it comes again.

use indexmap::IndexSet;
use serde_json::Value;

use crate::api::exchange::{Answer, Body, Exchange, Request, RequestBody};
use crate::api::wire::SESSION_HEADER;
use crate::redact::{MASK, places};

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

/// What was found where something stands that is kept back, each once.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// Credentials and tokens.
    pub secrets: IndexSet<String>,
    /// Ids of sessions.
    pub sessions: IndexSet<String>,
    /// Leaves of what applicants entered, where these are kept back.
    pub entered: IndexSet<Value>,
    data: bool,
}

impl Kept {
    /// Nothing was found yet; `data` says whether what applicants entered is looked for.
    pub fn new(data: bool) -> Self {
        Kept { data, ..Kept::default() }
    }

    /// Takes in what another found.
    pub fn absorb(&mut self, other: Kept) {
        let Kept { secrets, sessions, entered, data: _ } = other;
        self.secrets.extend(secrets);
        self.sessions.extend(sessions);
        self.entered.extend(entered);
    }

    /// Takes in a request and its answer, and masks the credentials in their bodies and in the URL.
    pub fn exchange(&mut self, exchange: &mut Exchange) {
        self.request(&mut exchange.request);
        self.answer(&mut exchange.answer);
    }

    fn secret(&mut self, secret: &str) {
        if places::is_distinctive(secret) && !self.secrets.contains(secret) {
            self.secrets.insert(secret.to_owned());
        }
    }

    fn session(&mut self, session: &str) {
        // Most is said in the session in which something was said before.
        let known = self.sessions.last().is_some_and(|last| last == session);
        if !known && !session.is_empty() {
            self.sessions.insert(session.to_owned());
        }
    }

    fn headers(&mut self, headers: &[(String, String)]) {
        for (name, value) in headers {
            if name == SESSION_HEADER {
                self.session(value.trim());
            }
            self.secrets.extend(places::header_secrets(name, value));
        }
    }

    fn enter(&mut self, leaf: &Value) {
        if !self.entered.contains(leaf) {
            self.entered.insert(leaf.clone());
        }
    }

    /// What applicants entered, a leaf or a text.
    fn entered(&mut self, values: impl IntoIterator<Item = Value>) {
        if self.data {
            self.entered.extend(values);
        }
    }

    /// Takes in a request, and masks the credentials in it.
    pub fn request(&mut self, request: &mut Request) {
        self.headers(&request.headers);
        self.sessions.extend(applicants(&request.url).map(str::to_owned));
        if self.data {
            self.entered.extend(queries(&request.url));
        }
        let mut found = Vec::new();
        if request.url.contains(['=', '?']) || request.url.contains(CONNECTOR) {
            request.url = url(&request.url, &mut |secret| found.push(secret.to_owned()));
        }
        match &mut request.body {
            RequestBody::Json(body) => {
                match link(body) {
                    Some(ends) => self.sessions.extend(ends.map(str::to_owned)),
                    None if self.data => leaves(body, &mut |leaf| self.enter(leaf)),
                    None => {}
                }
                places::mask_members(body, &mut |secret| found.push(secret.to_owned()));
                places::mask_links(body, &mut |secret| found.push(secret.to_owned()));
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
            Body::Json(body) if self.data || !body.tokens().is_empty() || body.has_token_in_link() => {
                body.edit(|body| {
                    places::mask_members(body, &mut |secret| found.push(secret.to_owned()));
                    places::mask_links(body, &mut |secret| found.push(secret.to_owned()));
                    if self.data {
                        each_value(body, &mut |value| {
                            leaves(value, &mut |leaf| self.enter(leaf));
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

/// A URL without the tokens that stand in it, each of which is told.
fn url(url: &str, see: &mut dyn FnMut(&str)) -> String {
    let Some(token) = lone_token(url) else { return places::mask_link(url, see) };
    see(token);
    let url = url.replace(&format!("{CONNECTOR}{token}"), &format!("{CONNECTOR}{MASK}"));
    places::mask_link(&url, see)
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

/// Whether a parameter of a URL may be data: no client, no token, nothing empty.
pub fn is_entered(name: &str, value: &str) -> bool {
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
pub fn link(body: &Value) -> Option<impl Iterator<Item = &str>> {
    let members = body.as_object()?;
    let is_link = members.keys().all(|key| LINK.contains(&key.as_str()))
        && (members.contains_key("to") || members.contains_key("from"));
    is_link.then(|| ["from", "to"].into_iter().filter_map(|key| members.get(key)?.as_str()))
}

/// Whether a form asks the authorization server for a token: that is nothing an applicant entered.
pub fn asks_for_token(pairs: &[(String, String)]) -> bool {
    pairs.iter().any(|(name, _)| name == "grant_type")
}

/// Every leaf of a value that tells something.
pub fn leaves(value: &Value, see: &mut dyn FnMut(&Value)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| leaves(item, see)),
        Value::Object(members) => members.values().for_each(|value| leaves(value, see)),
        Value::Null => {}
        leaf => see(leaf),
    }
}

/// What answers hold of an applicant's data: the members `value` of elements and profiles. Those of conditions, validations
/// and options belong to the flow.
pub fn each_value<'v>(body: &'v mut Value, see: &mut dyn FnMut(&'v mut Value)) {
    match body {
        Value::Array(items) => items.iter_mut().for_each(|item| each_value(item, see)),
        Value::Object(members) => {
            for (key, value) in members {
                match key.as_str() {
                    "value" => see(value),
                    "condition" | "validations" | "rules" | "options" | "prefillOptions" => {}
                    _ => each_value(value, see),
                }
            }
        }
        _ => {}
    }
}
