//! Secrets, and the one place where they are masked.
//!
//! A secret is registered when it is first read; everything that leaves the program (terminal, reports, snapshots,
//! pending snapshots, errors) passes through [`Redactor::mask`], which knows it raw, percent-encoded, JSON-escaped and in
//! base64.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, RwLock};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in an output where a secret was.
pub const MASK: &str = "[secret]";

/// A value that no output shows: neither `Debug` nor `Display` prints it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Secret(value.into())
    }

    /// The value itself, for the request that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(MASK)
    }
}

/// Knows the run's secrets and masks them; clones share what they know.
#[derive(Clone, Default)]
pub struct Redactor {
    forms: Arc<RwLock<Vec<String>>>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Redactor")
    }
}

impl Redactor {
    /// Learns a secret.
    pub fn add(&self, secret: &str) {
        if secret.is_empty() {
            return;
        }
        let mut forms = self.forms.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if forms.iter().any(|form| form == secret) {
            return;
        }
        forms.extend(encodings(secret));
        // A long form may contain a shorter one: masked first, it leaves nothing of either.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
    }

    /// Whether a text holds a secret in any form.
    pub fn finds(&self, text: &str) -> bool {
        self.forms
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .iter()
            .any(|form| text.contains(form.as_str()))
    }

    /// The text with every secret replaced.
    ///
    /// ```
    /// let redactor = draftgate::redact::Redactor::default();
    /// redactor.add("p&ss word");
    /// assert_eq!(redactor.mask("a=p%26ss%20word"), "a=[secret]");
    /// ```
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let forms = self.forms.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut masked = Cow::Borrowed(text);
        for form in forms.iter().filter(|form| text.contains(form.as_str())) {
            masked = Cow::Owned(masked.replace(form.as_str(), MASK));
        }
        masked
    }
}

/// Every way in which a secret may stand in a text.
fn encodings(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    if secret.len() < 4 {
        return forms;
    }
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    // What browsers and form encoders leave as it is differs; the common choices are these.
    let gentle = ["%2D", "%2E", "%5F", "%7E"]
        .iter()
        .zip(["-", ".", "_", "~"])
        .fold(percent.clone(), |text, (from, to)| text.replace(from, to));
    let form = gentle.replace("%2A", "*").replace("%7E", "~").replace("%20", "+");
    forms.extend([percent.to_lowercase(), gentle.to_lowercase(), percent, gentle, form]);
    let json = serde_json::to_string(secret).unwrap_or_default();
    forms.push(json.trim_matches('"').to_owned());
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        forms.extend((0..3).filter_map(|offset| aligned_base64(engine, secret, offset)));
    }
    forms.retain(|form| form.len() >= 4);
    forms
}

/// The characters that a secret surely gives when base64 is made of a longer text in which it begins `offset` bytes after a
/// multiple of three: the first and last ones also depend on its neighbours and are left out.
fn aligned_base64(engine: &impl Engine, secret: &str, offset: usize) -> Option<String> {
    let padded = [vec![0; offset], secret.as_bytes().to_vec()].concat();
    let encoded = engine.encode(&padded);
    let first = (offset * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    encoded.get(first..last).filter(|core| core.len() >= 6).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn masks_every_form() {
        let redactor = Redactor::default();
        let secret = "s3cr\"et/ü+value";
        redactor.add(secret);
        let json = serde_json::json!({"a": secret}).to_string();
        let basic = STANDARD.encode(format!("client:{secret}"));
        let url = format!("https://x/?q={}", utf8_percent_encode(secret, NON_ALPHANUMERIC));
        for text in [secret, &json, &basic, &url] {
            let masked = redactor.mask(text);
            assert!(masked.contains(MASK), "{text}");
            assert!(redactor.finds(text) && !redactor.finds(&masked), "{masked}");
        }
    }

    #[test]
    fn secrets_do_not_print() {
        assert_eq!(format!("{:?}", Secret::new("x")), MASK);
    }
}
