//! One request and its answer, as plain data.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::Value;

use super::element::Element;
use super::wire::{self, BodyKind, SESSION_HEADER, body_kind, error_code};
use crate::redact::places;

/// A request as it is sent.
#[derive(Debug, Clone)]
pub struct Request {
    /// The HTTP method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Headers by lower-case name, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: RequestBody,
}

/// A request's body.
#[derive(Debug, Clone, Default)]
pub enum RequestBody {
    /// None.
    #[default]
    Empty,
    /// JSON.
    Json(Value),
    /// Text as it is; its content type stands among the headers, or is plain text.
    Text(String),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(String, String)>),
    /// One file in `multipart/form-data`.
    File {
        /// The file's name.
        name: String,
        /// Its media type.
        media_type: String,
        /// Its bytes.
        bytes: Vec<u8>,
        /// Its path, where it has one, for a command that sends it again.
        path: Option<String>,
    },
}

/// An answer as it came.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers by lower-case name, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// From the request's first byte to the answer's last.
    pub elapsed: Duration,
}

/// An answer's body.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// JSON.
    Json(Document),
    /// Anything else, as text.
    Text(String),
}

/// The JSON of an answer. It is read once, and shared by the applicant who remembers it, by templates, checks and reports.
#[derive(Clone)]
pub struct Document {
    value: Arc<Value>,
    read: Arc<Read>,
}

/// What was read out of it.
#[derive(Default)]
struct Read {
    kind: OnceLock<BodyKind>,
    elements: OnceLock<Arc<[Element]>>,
    tokens: OnceLock<Box<[String]>>,
    token_in_link: OnceLock<bool>,
}

impl From<Value> for Document {
    fn from(value: Value) -> Self {
        Document { value: value.into(), read: Arc::default() }
    }
}

impl Deref for Document {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.value
    }
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(formatter)
    }
}

impl Document {
    /// The JSON, to be kept.
    pub fn value(&self) -> &Arc<Value> {
        &self.value
    }

    /// What it is, by itself.
    pub fn kind(&self) -> BodyKind {
        *self.read.kind.get_or_init(|| body_kind(&self.value))
    }

    /// The elements of a step, read when they are first asked for.
    pub fn elements(&self) -> Arc<[Element]> {
        self.read.elements.get_or_init(|| wire::elements(&self.value).into()).clone()
    }

    /// The tokens in it, which are told by their names.
    pub fn tokens(&self) -> &[String] {
        self.read.tokens.get_or_init(|| {
            let mut tokens = Vec::new();
            places::see_members(&self.value, &mut |token| tokens.push(token.to_owned()));
            tokens.into()
        })
    }

    /// Whether there is a token in a URL in it.
    pub fn has_token_in_link(&self) -> bool {
        *self.read.token_in_link.get_or_init(|| places::has_token_in_link(&self.value))
    }

    /// Changes this document and none that shares it.
    pub fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        let mut value = Value::clone(&self.value);
        change(&mut value);
        *self = value.into();
    }
}

/// A request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// What was sent.
    pub request: Request,
    /// What came back.
    pub answer: Answer,
}

impl Answer {
    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The session that the answer names.
    pub fn session(&self) -> Option<&str> {
        self.header(SESSION_HEADER).map(str::trim).filter(|session| !session.is_empty())
    }

    /// The JSON body, if it is one.
    pub fn json(&self) -> Option<&Value> {
        self.document().map(|document| &**document)
    }

    /// The JSON body to be kept, if it is one.
    pub fn document(&self) -> Option<&Document> {
        match &self.body {
            Body::Json(document) => Some(document),
            Body::Text(_) => None,
        }
    }

    /// What the body is.
    pub fn kind(&self) -> BodyKind {
        let Some(body) = self.document() else { return BodyKind::Other };
        match Some(body).filter(|_| self.status >= 400).and_then(|body| error_code(body)) {
            Some(code) => BodyKind::Error(code),
            None => body.kind(),
        }
    }

    /// Whether the API refused: an error body, or a status from 400.
    pub fn is_error(&self) -> bool {
        self.status >= 400 || matches!(self.kind(), BodyKind::Error(_))
    }

    /// The code of an error answer.
    pub fn error_code(&self) -> Option<i64> {
        match self.kind() {
            BodyKind::Error(code) => Some(code),
            _ => None,
        }
    }

    /// The message of an error answer.
    pub fn message(&self) -> Option<&str> {
        self.json()?.get("message")?.as_str()
    }
}
