//! What the API answers when it does not do what it was asked.

use serde_json::{Value, json};

use crate::api::codes;

/// A refusal: one of the codes of the reference, and which thing it is about.
///
/// ```
/// use draftgate::sandbox::engine::Refusal;
/// let refusal = Refusal::about(4006, "First name");
/// assert_eq!(refusal.body()["message"], "Missing data for required element: First name");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    code: u16,
    message: String,
}

impl Refusal {
    /// A refusal in the reference's own words.
    pub fn new(code: u16) -> Self {
        let text = codes::lookup(i64::from(code)).map_or("Internal error", |row| row.text);
        Refusal { code, message: text.to_owned() }
    }

    /// The same, with what it is about.
    pub fn about(code: u16, what: &str) -> Self {
        let mut refusal = Refusal::new(code);
        refusal.message = format!("{}: {what}", refusal.message);
        refusal
    }

    /// The code.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// The HTTP status that goes with it.
    pub fn status(&self) -> u16 {
        codes::lookup(i64::from(self.code)).map_or(500, |row| row.status)
    }

    /// The body of the answer.
    pub fn body(&self) -> Value {
        json!({"code": self.code, "message": self.message})
    }
}
