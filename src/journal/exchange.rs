//! Requests and answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// A request and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// What it was for.
    pub part: Part,
    /// What was sent.
    pub request: Request,
    /// What came back.
    pub answer: Answer,
    /// How many requests right before this one are not listed, of a step that was repeated often; left out where it is none.
    #[serde(default, skip_serializing_if = "is_none")]
    pub left_out: usize,
}

/// Whether a number says nothing.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn is_none(count: &usize) -> bool {
    *count == 0
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// What the step needed first: a form to learn, a file to upload.
    Before,
    /// The step's own request.
    Own,
    /// The last poll of a pending answer.
    Poll,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// The HTTP method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Names, in small letters, and values, in order.
    pub headers: Vec<(String, String)>,
    /// Null for none.
    pub body: Option<Body>,
    /// A command for a POSIX shell that sends it again, with variables in place of what is secret.
    pub curl: String,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Names, in small letters, and values, in order.
    pub headers: Vec<(String, String)>,
    /// Null for an empty one.
    pub body: Option<Body>,
    /// From the request's first byte to the answer's last.
    pub seconds: f64,
}

/// What a request or an answer carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// JSON.
    Json(#[schemars(with = "Value")] Json),
    /// Any other text.
    Text(String),
    /// The fields of a form, in order.
    Form(Vec<(String, String)>),
    /// A file.
    File {
        /// Its name.
        name: String,
        /// Its media type.
        media_type: String,
        /// How long it is.
        bytes: usize,
    },
}

/// JSON as it is written: reports pass it on, and few look into it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    /// The text.
    pub fn text(&self) -> &str {
        self.0.get()
    }

    /// The value.
    pub fn value(&self) -> Value {
        // What was read, or made of a value, is one.
        serde_json::from_str(self.text()).unwrap_or_default()
    }
}

impl From<&Value> for Json {
    fn from(value: &Value) -> Self {
        // A value has no keys but texts, and so does not refuse to be written.
        Json(serde_json::value::to_raw_value(value).unwrap_or_default())
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}
