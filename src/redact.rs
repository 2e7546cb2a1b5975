//! Secrets, and the one place where they are masked.
//!
//! A secret is registered when it is first read; everything that leaves the program (terminal, reports, snapshots,
//! pending snapshots, errors) passes through [`Redactor::mask`], which knows it raw, percent-encoded, JSON-escaped (twice
//! too, as of JSON in a JSON string), HTML-escaped, quoted for a shell, in hexadecimal digits and in base64; a line of it
//! alone; and cut off where a report shortens a text with `…`. What is secret by where it stands, [`places`] tells; where
//! that is in a file, [`written`].

pub mod dates;
mod encodings;
mod needles;
pub mod places;
pub mod written;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value;

pub use encodings::{common_encodings, encodings};
pub use needles::{Found, Needle, Needles, mask};

/// The shortest line of a secret of several lines that counts as a secret by itself.
const LEAST_LINE: usize = 8;
/// How many times as large a set of forms is, at least, than the one after it. So few sets are looked through, and each
/// form is put into a larger one only now and then, however many secrets are learnt one by one.
const GROWTH: usize = 4;

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
    known: Arc<RwLock<Known>>,
}

#[derive(Default)]
struct Known {
    secrets: HashSet<String>,
    /// Forms that were learnt since something was last masked.
    fresh: Vec<Needle>,
    /// The others, the largest set first.
    sets: Vec<Arc<Needles>>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Redactor")
    }
}

impl Redactor {
    /// Learns a secret.
    pub fn add(&self, secret: &str) {
        if secret.is_empty() || self.knows(secret) {
            return;
        }
        let forms = secret_forms(secret);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.secrets.insert(secret.to_owned()) {
            known.fresh.extend(forms);
        }
    }

    /// Learns the tokens of an answer, which are told by the names that they stand under.
    ///
    /// ```
    /// let redactor = draftgate::redact::Redactor::default();
    /// redactor.add_tokens(&serde_json::json!({"token": "t0ken-of-this"}));
    /// assert_eq!(redactor.mask("/go?t=t0ken-of-this"), "/go?t=[secret]");
    /// ```
    pub fn add_tokens(&self, answer: &Value) {
        places::see_members(answer, &mut |token| self.add_distinctive(token));
    }

    /// Learns the tokens of an answer that is no JSON, as [`Redactor::add_tokens`] does.
    pub fn add_parameters(&self, text: &str) {
        places::mask_parameters(text, &mut |token| self.add_distinctive(token));
    }

    /// Learns a credential, unless it is short enough to be an ordinary word: that is masked only where credentials stand.
    pub fn add_distinctive(&self, token: &str) {
        if places::is_distinctive(token) {
            self.add(token);
        }
    }

    /// Whether this is a secret that was learnt.
    pub fn knows(&self, secret: &str) -> bool {
        self.known.read().unwrap_or_else(PoisonError::into_inner).secrets.contains(secret)
    }

    /// Whether a text holds a secret in any form.
    pub fn finds(&self, text: &str) -> bool {
        self.sets().iter().any(|set| set.find(text).next().is_some())
    }

    /// The text with every secret replaced.
    ///
    /// ```
    /// let redactor = draftgate::redact::Redactor::default();
    /// redactor.add("p&ss word");
    /// assert_eq!(redactor.mask("a=p%26ss%20word"), "a=[secret]");
    /// ```
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        mask(&self.sets(), text)
    }

    /// A JSON value with every secret in its strings replaced, before anything else is made of it.
    pub fn mask_json(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.mask(text).into_owned()),
            Value::Array(items) => items.iter().map(|item| self.mask_json(item)).collect(),
            Value::Object(members) => Value::Object(
                members.iter().map(|(key, value)| (self.mask(key).into_owned(), self.mask_json(value))).collect(),
            ),
            other => other.clone(),
        }
    }

    /// Where a text holds secrets, in any form, in ranges of its bytes.
    pub fn places(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        self.sets().iter().flat_map(|set| set.find(text).map(|found| found.range()).collect::<Vec<_>>()).collect()
    }

    /// Whether [`Redactor::mask_json`] would give a value back as it is: most hold no secret, and need not be copied.
    pub fn leaves(&self, value: &Value) -> bool {
        fn all_left(sets: &[Arc<Needles>], value: &Value) -> bool {
            let left = |text: &str| matches!(mask(sets, text), Cow::Borrowed(_));
            match value {
                Value::String(text) => left(text),
                Value::Array(items) => items.iter().all(|item| all_left(sets, item)),
                Value::Object(members) => members.iter().all(|(key, value)| left(key) && all_left(sets, value)),
                _ => true,
            }
        }
        let sets = self.sets();
        sets.is_empty() || all_left(&sets, value)
    }

    /// All that is looked for by now.
    pub fn sets(&self) -> Vec<Arc<Needles>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.fresh.is_empty() {
            return known.sets.clone();
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let mut forms = std::mem::take(&mut known.fresh);
        while let Some(last) = known.sets.pop_if(|last| last.len() < GROWTH * forms.len()) {
            forms.extend_from_slice(last.all());
        }
        if !forms.is_empty() {
            known.sets.push(Arc::new(Needles::new(forms)));
        }
        known.sets.clone()
    }
}

/// Every way in which a secret is looked for.
pub fn secret_forms(secret: &str) -> Vec<Needle> {
    let shown: Arc<str> = MASK.into();
    // A report indents a text line by line, so that a key of several lines stands nowhere as a whole.
    let lines = secret.lines().map(str::trim).filter(|line| line.len() >= LEAST_LINE && *line != secret);
    let forms = encodings(secret).into_iter().chain(lines.flat_map(encodings));
    forms.map(|text| Needle { text, shown: shown.clone(), whole: false }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

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
    fn masks_what_a_report_takes_apart() {
        let redactor = Redactor::default();
        redactor.add("it's \"mine\"");
        redactor.add("-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----\n");
        let twice = serde_json::json!({"a": serde_json::json!({"b": "it's \"mine\""}).to_string()}).to_string();
        assert_eq!(redactor.mask(&twice), r#"{"a":"{\"b\":\"[secret]\"}"}"#);
        assert_eq!(redactor.mask(r#"--data '{"a":"it'\''s \"mine\""}'"#), r#"--data '{"a":"[secret]"}'"#);
        assert_eq!(redactor.mask("    MIIEvQIBADANBg\n"), "    [secret]\n");
        assert_eq!(redactor.mask("a: it's… b: it'… MIIEvQIB…"), "a: [secret]… b: it'… [secret]…");
        assert_eq!(redactor.mask("and so on…"), "and so on…");
    }

    #[test]
    fn masks_what_other_writers_make_of_it() {
        let redactor = Redactor::default();
        redactor.add("Ab/9+\"Zq&kÜ");
        for text in [
            "Ab%2f9%2b%22Zq%26k%c3%9c",
            "Ab/9+%22Zq&k%C3%9C",
            "Ab/9%2B%22Zq%26k%C3%9C",
            r#"Ab\/9+\"Zq&kÜ"#,
            r#"Ab/9+\"Zq&k\u00dc"#,
            "Ab/9+&quot;Zq&amp;kÜ",
            "41622f392b225a71266bc39c",
            "Ab%252F9%252B%2522Zq%2526k%25C3%259C",
            "Ab%252f9%252b%2522Zq%2526k%25c3%259c",
            "Ab&#x2F;9+&quot;Zq&amp;kÜ",
            "Ab&#47;9+&#34;Zq&amp;kÜ",
            "Ab&#x2F;9&#x2B;&#x22;Zq&#x26;k&#xDC;",
            "AB/9+\"ZQ&KÜ",
        ] {
            assert_eq!(redactor.mask(text), MASK, "{text}");
        }
        for (value, left) in
            [(serde_json::json!({"a": ["Ab/9"]}), true), (serde_json::json!({"Ab/9+\"Zq&kÜ": 1}), false)]
        {
            assert_eq!(redactor.leaves(&value), left);
            assert_eq!(redactor.mask_json(&value) == value, left);
        }
        assert_eq!(
            redactor.mask_json(&serde_json::json!({"a": ["Ab/9+\"Zq&kÜ!"]})),
            serde_json::json!({"a": ["[secret]!"]})
        );
    }

    #[test]
    fn masks_what_a_browser_makes_of_it() {
        let redactor = Redactor::default();
        redactor.add("pass (w'rd)!*/x~y");
        assert_eq!(redactor.mask("q=pass%20(w'rd)!*%2Fx~y"), "q=[secret]");
        assert_eq!(redactor.mask("q=pass%2520(w'rd)!*%252Fx~y"), "q=[secret]");
        let secret = "\u{fb}\u{ff}?>~~~~?>";
        let base64 = STANDARD.encode(secret);
        assert!(base64.contains('/') || base64.contains('+'), "{base64}");
        redactor.add(secret);
        let url = base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        assert!(redactor.mask(&url).starts_with(MASK), "{url}");
        redactor.add("short-1");
        assert_eq!(redactor.mask("SHORT-1"), "SHORT-1");
    }

    #[test]
    fn however_they_are_learnt_all_are_masked() {
        let redactor = Redactor::default();
        for number in 0..300 {
            redactor.add(&format!("secret-number-{number:03}!"));
            let text = format!("secret-number-{number:03}! secret-number-000! secret-number-{:03}!", number / 2);
            assert_eq!(redactor.mask(&text), "[secret] [secret] [secret]");
        }
        let sets = redactor.sets();
        assert!(sets.len() <= 6, "{} sets", sets.len());
        assert!(sets.windows(2).all(|pair| pair[0].len() >= GROWTH * pair[1].len()));
    }

    #[test]
    fn secrets_do_not_print() {
        assert_eq!(format!("{:?}", Secret::new("x")), MASK);
    }
}
