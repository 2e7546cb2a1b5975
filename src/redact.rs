//! Secrets, and the one place where they are masked.
//!
//! A secret is registered when it is first read; everything that leaves the program (terminal, reports, snapshots,
//! pending snapshots, errors) passes through [`Redactor::mask`], which knows it raw, percent-encoded, JSON-escaped (twice
//! too, as of JSON in a JSON string), quoted for a shell and in base64; a line of it alone; and cut off where a report
//! shortens a text with `…`.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, RwLock};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// The character by which reports shorten a text.
const CUT: char = '…';
/// The fewest characters of a secret's beginning that are masked before a cut: fewer tell nothing, and stand everywhere.
const LEAST_CUT: usize = 4;
/// The shortest line of a secret of several lines that counts as a secret by itself.
const LEAST_LINE: usize = 8;

/// What encodeURI encodes.
const URL: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b';')
    .remove(b'/')
    .remove(b'?')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b',')
    .remove(b'#')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

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
        // A report indents a text line by line, so that a key of several lines stands nowhere as a whole.
        let lines = secret.lines().map(str::trim).filter(|line| line.len() >= LEAST_LINE && *line != secret);
        forms.extend(lines.flat_map(encodings));
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
        if masked.contains(CUT) { Cow::Owned(mask_cut(&masked, &forms)) } else { masked }
    }
}

impl Redactor {
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

    /// Whether there is anything to mask.
    pub fn is_empty(&self) -> bool {
        self.forms.read().unwrap_or_else(std::sync::PoisonError::into_inner).is_empty()
    }
}

/// The text with the beginnings of secrets replaced that stand where a report cut it.
fn mask_cut(text: &str, forms: &[String]) -> String {
    let mut parts = text.split(CUT).peekable();
    let mut masked = String::with_capacity(text.len());
    while let Some(part) = parts.next() {
        let cut = parts.peek().is_some();
        match forms.iter().map(|form| begun(part, form)).max().filter(|length| cut && *length > 0) {
            Some(length) => {
                masked.push_str(&part[..part.len() - length]);
                masked.push_str(MASK);
            }
            None => masked.push_str(part),
        }
        if cut {
            masked.push(CUT);
        }
    }
    masked
}

/// How many bytes of a secret's beginning a text ends with; none when they are too few to tell anything.
fn begun(text: &str, form: &str) -> usize {
    let ends = form.char_indices().map(|(at, _)| at).skip(LEAST_CUT);
    ends.filter(|end| text.ends_with(&form[..*end])).max().unwrap_or(0)
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
    // What a URL may keep as it is, as encodeURI leaves it.
    let url = utf8_percent_encode(secret, URL).to_string();
    let path = gentle.replace("%2F", "/");
    forms.extend([&percent, &gentle, &form, &url, &path].map(|text| lower_escapes(text)));
    forms.extend([percent, gentle, form, url, path]);
    let json = json_text(secret);
    let slashes = json.replace('/', "\\/");
    let thrice = json_text(&json_text(&json));
    forms.extend([json_text(&json), thrice, slashes, json]);
    forms.extend([unicode_escapes(secret, false), unicode_escapes(secret, true)]);
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    forms.extend([html.replace('\'', "&#39;"), html.replace('\'', "&#x27;"), html]);
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    forms.extend([hex.to_uppercase(), hex]);
    let quoted: Vec<String> = forms.iter().filter(|form| form.contains('\'')).map(|form| shell_text(form)).collect();
    forms.extend(quoted);
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        forms.extend((0..3).filter_map(|offset| aligned_base64(engine, secret, offset)));
    }
    forms.retain(|form| form.len() >= 4);
    forms
}

/// Percent-encoding with small letters in its escapes.
fn lower_escapes(text: &str) -> String {
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (escape, rest) = part.split_at(part.len().min(2));
        out.push('%');
        out.push_str(&escape.to_lowercase());
        out.push_str(rest);
    }
    out
}

/// A text as JSON writers have it that escape all but letters and digits of ASCII, or all beyond ASCII.
fn unicode_escapes(text: &str, punctuation: bool) -> String {
    text.chars()
        .map(|letter| match letter {
            _ if letter.is_ascii_alphanumeric() || (letter.is_ascii() && !punctuation) => {
                json_text(&letter.to_string())
            }
            _ => letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        })
        .collect()
}

/// A text as it stands in a JSON string.
fn json_text(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap_or_default();
    json.get(1..json.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// A text as it stands between single quotes of a POSIX shell.
fn shell_text(text: &str) -> String {
    text.replace('\'', "'\\''")
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
        ] {
            assert_eq!(redactor.mask(text), MASK, "{text}");
        }
        assert_eq!(
            redactor.mask_json(&serde_json::json!({"a": ["Ab/9+\"Zq&kÜ!"]})),
            serde_json::json!({"a": ["[secret]!"]})
        );
    }

    #[test]
    fn secrets_do_not_print() {
        assert_eq!(format!("{:?}", Secret::new("x")), MASK);
    }
}
