//! Secrets that are written in clear, in scenarios, fragments and the configuration.
//!
//! Looked for in the text itself, line by line, so that comments are looked at too.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::Material;
use super::outcome::Outcome;
use crate::api::id::is_generated_id;
use crate::scenario::action::Action;
use crate::source::{Code, Diagnostic, SourceId, Span};

/// The shortest text that is taken for a secret by its looks.
const LEAST_LENGTH: usize = 24;
/// The shortest value of a key that is called like a secret.
const LEAST_VALUE: usize = 6;
/// The least entropy of such a text, in bits a character.
const LEAST_ENTROPY: f64 = 4.0;

/// A key that is called like a secret, and its value.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)((?:[a-z]+_)?secret(?:_?key)?|client_?secret|signing_?key|encryption_?key|password|passwd|api[_-]?key|access_?token|private_?key|authorization)["']?\s*:\s*(?:"([^"]+)"|'([^']+)'|([^\s"'{}\[\],#&*|>][^,}\]#\n]*))"#,
    )
});
/// What goes into an Authorization header.
static BEARER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(?:bearer|basic)\s+([A-Za-z0-9_\-.+/=]{12,})"));
/// A JSON Web Token.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"));
/// A text without anything that words are parted by.
static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"[A-Za-z0-9_+/=-]{24,}"));
/// Tokens and keys that say by their beginning what they are.
static BEGINNING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:[srp]k_(?:live|test)_[A-Za-z0-9]{10,}|gh[pousr]_[A-Za-z0-9]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[0-9A-Z]{16}\b)|-----BEGIN [A-Z ]*PRIVATE KEY-----",
    )
});
/// A password in an address.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| pattern(r#"://[^/\s:@"'{}]+:([^@/\s"'{}]{4,})@"#));
/// The value of a cookie that is sent.
static COOKIE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)\bcookie["']?\s*:\s*["']?[^"'\n]*?=([A-Za-z0-9%._~+/-]{12,})"#));
/// What stands before the sum of a file.
static SUM: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)(?:sha[-_]?\d*|md5|hash|checksum|digest|etag)\W[^,]*$"));
/// What such a line must have in it, so that the others cost nothing.
static SUSPICIOUS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)secret|passw|api.?key|token|private|authoriz|bearer|basic|eyj|://|cookie|_live_|_test_|xox|akia|[a-z0-9_+/=-]{24}",
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant")
}

/// Looks at every text.
pub(super) fn check(material: &Material<'_>, found: &mut Vec<Diagnostic>) {
    for (span, name) in places(material) {
        let name = name.unwrap_or_else(|| "TOKEN".to_owned());
        found.push(
            Diagnostic::mistake(Code::SecretInClear, span, "a secret is written here for everybody to read")
                .note("whoever reads the file, or its history, has it: make a new one and withdraw this one")
                .help(format!("write \"{{{{ secret.{name} }}}}\", and set the environment variable {name}")),
        );
    }
}

/// The place of every secret, and the variable that it could be kept in.
fn places(material: &Material<'_>) -> Vec<(Span, Option<String>)> {
    let suite = material.suite;
    let files: HashSet<SourceId> = (suite.scenarios.iter().map(|scenario| scenario.span.source))
        .chain(suite.fragments.iter().map(|fragment| fragment.span.source))
        .chain(material.config)
        .collect();
    let refused = refused(material);
    let mut all = Vec::new();
    for file in files {
        let mut places = in_file(material, file);
        places.retain(|(span, _)| {
            let text = material.sources.slice(*span);
            let inside = |step: &Span| step.source == file && step.start <= span.start && span.end <= step.end;
            !refused.iter().any(inside) && !material.harmless.iter().any(|known| known == text)
        });
        all.extend(places);
    }
    all
}

/// Steps that must be refused: what they send opens nothing.
fn refused(material: &Material<'_>) -> Vec<Span> {
    let steps = material.suite.scenarios.iter().flat_map(|scenario| scenario.all_steps());
    let opens_nothing = |step: &&crate::scenario::Step| {
        let sends = matches!(step.action, Action::Authenticate { .. } | Action::Redeem { .. } | Action::Request { .. })
            || matches!(step.action, Action::Profile { .. })
            || step.session.is_some()
            || !step.headers.is_empty();
        sends && matches!(Outcome::of(step), Outcome::Error(_))
    };
    steps.filter(opens_nothing).map(|step| step.span).collect()
}

fn in_file(material: &Material<'_>, file: SourceId) -> Vec<(Span, Option<String>)> {
    let text = &material.sources.get(file).text;
    let mut found: Vec<(std::ops::Range<usize>, Option<String>)> = Vec::new();
    if !SUSPICIOUS.is_match(text) {
        return Vec::new();
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mut note = |range: std::ops::Range<usize>, name: Option<String>| {
            let range = start + range.start..start + range.end;
            let known = found.iter().any(|(other, _)| other.start < range.end && range.start < other.end);
            if !known {
                found.push((range, name));
            }
        };
        if SUSPICIOUS.is_match(line) {
            for captures in BEARER.captures_iter(line) {
                captures
                    .get(1)
                    .filter(|token| !is_id(token.as_str()) && !is_words(token.as_str()))
                    .into_iter()
                    .for_each(|token| note(token.range(), None));
            }
            for named in NAMED.captures_iter(line) {
                let value = (2..=4).find_map(|group| named.get(group));
                let value = value.filter(|value| is_value(value.as_str(), material.config == Some(file)));
                value.into_iter().for_each(|value| {
                    let end = value.start() + value.as_str().trim_end().len();
                    note(value.start()..end, Some(named[1].to_uppercase().replace('-', "_")));
                });
            }
            let whole = BEGINNING.find_iter(line).map(|token| (token.range(), None));
            let password = |found: regex::Captures<'_>| Some((found.get(1)?.range(), Some("PASSWORD".to_owned())));
            let passwords = ADDRESS.captures_iter(line).filter_map(password);
            let cookies = COOKIE.captures_iter(line).filter_map(|found| found.get(1));
            let cookies = cookies.filter(|value| !is_id(value.as_str()) && !is_words(value.as_str()));
            let cookies = cookies.map(|value| (value.range(), Some("COOKIE".to_owned())));
            whole.chain(passwords).chain(cookies).for_each(|(range, name)| note(range, name));
            TOKEN.find_iter(line).for_each(|token| note(token.range(), None));
            let words = WORD.find_iter(line).filter(|word| is_random(word.as_str()));
            let secrets = words.filter(|word| !is_of_a_file(&line[..word.start()], word.as_str()));
            secrets.for_each(|word| note(word.range(), None));
        }
        start += line.len();
    }
    found.into_iter().map(|(range, name)| (material.sources.span(file, range), name)).collect()
}

/// Whether what stands here are a file's bytes, or their sum, given what stands before it on its line.
fn is_of_a_file(before: &str, text: &str) -> bool {
    before.ends_with("base64,") || (SUM.is_match(before) && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether a text is made of words: `identification-form`, `Representative`.
fn is_words(text: &str) -> bool {
    let is_word = |word: &str| {
        let mut letters = word.chars();
        letters.next().is_none_or(char::is_alphabetic) && letters.all(|c| c.is_alphabetic() && !c.is_uppercase())
    };
    text.split(['-', '_', '/', '.']).all(is_word)
}

/// Whether a text is the path of a file.
fn is_path(text: &str) -> bool {
    let ending = text.rsplit_once('/').and_then(|(_, name)| name.rsplit_once('.'));
    ending.is_some_and(|(_, ending)| (1..=5).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_lowercase()))
}

/// Whether the value of a key that is called like a secret is one: no template, no matcher, no `[token]`. In a scenario a word,
/// such as `wrong`, or a path is not; in the configuration everything is.
fn is_value(text: &str, configured: bool) -> bool {
    let text = text.trim();
    let word = is_words(text) || is_path(text) || text.len() < LEAST_VALUE || text.contains(' ');
    let written = !text.contains("{{") && !text.starts_with(['*', '&', '!', '$', '[', '<']);
    written && text.len() >= 4 && (configured || !word)
}

/// Whether a text is too irregular to be a name or a number: letters of both cases and digits in no order.
fn is_random(text: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(kind);
    // Hexadecimal digits may be anybody's number.
    !is_id(text)
        && text.len() >= LEAST_LENGTH
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && entropy(text) >= LEAST_ENTROPY
        && turns(text) * 4 >= text.len()
}

fn is_id(text: &str) -> bool {
    text.split('/').any(is_generated_id)
}

/// How often a digit follows a letter, a letter a digit, or a capital a small letter: seldom in words, often in secrets.
fn turns(text: &str) -> usize {
    let turn = |pair: &[u8]| match *pair {
        [before, after] if before.is_ascii_digit() => after.is_ascii_alphabetic(),
        [before, after] if before.is_ascii_lowercase() => after.is_ascii_uppercase() || after.is_ascii_digit(),
        [before, after] => before.is_ascii_uppercase() && after.is_ascii_digit(),
        _ => false,
    };
    text.as_bytes().windows(2).filter(|pair| turn(pair)).count()
}

/// Shannon's entropy of a text's bytes, in bits a byte.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    text.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let length = text.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / length)
        .map(|share| -share * share.log2())
        .sum()
}
