//! One request and its answer, as plain data.

use std::time::Duration;

use serde_json::Value;

use super::wire::{BodyKind, SESSION_HEADER, body_kind, error_code};

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
    Json(Value),
    /// Anything else, as text.
    Text(String),
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
        match &self.body {
            Body::Json(value) => Some(value),
            Body::Text(_) => None,
        }
    }

    /// What the body is.
    pub fn kind(&self) -> BodyKind {
        let Some(body) = self.json() else { return BodyKind::Other };
        match error_code(body).filter(|_| self.status >= 400) {
            Some(code) => BodyKind::Error(code),
            None => body_kind(body),
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
