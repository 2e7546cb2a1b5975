//! The text of a snapshot file: a YAML header between two lines of dashes, and the body.

use std::fmt::Write as _;
use std::sync::LazyLock;

use memchr::{memchr, memmem};
use regex::Regex;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::Header;

const FENCE: &str = "---";

/// What is wrong with a file that should be a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// It is not UTF-8.
    #[error("it is not UTF-8")]
    Encoding,
    /// It has lines that a merge left behind.
    #[error("it has the marks of an unresolved merge in it")]
    Conflict,
    /// It has no header.
    #[error("it does not begin with a line `---`")]
    NoHeader,
    /// The header does not end.
    #[error("its header has no second line `---`")]
    OpenHeader,
    /// The header is no YAML, or not a map.
    #[error("its header is not a YAML map")]
    Header,
    /// It stands for a binary file.
    #[error("it is a binary snapshot, and answers are text")]
    Binary,
}

// A number that insta's reader of headers breaks down at.
static NO_NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)(?:^|[\s\[\]{},:])[-+]?\.(?:inf|nan)\b"));
static QUOTED: LazyLock<Regex> = LazyLock::new(|| pattern(r#""(?:[^"\\]|\\.)*"|'[^']*'"#));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant")
}

/// The keys of the headers that are written here, each with a line of its own.
const KEYS: [&str; 5] = ["source", "assertion_line", "description", "info", "input_file"];

/// A file's text, unless it is none, or one that a merge left half done.
pub(super) fn readable(bytes: &[u8]) -> Result<&str, Malformed> {
    let text = std::str::from_utf8(bytes).map_err(|_| Malformed::Encoding)?;
    let has_line =
        |mark: &str| memmem::find(bytes, mark.as_bytes()).is_some() && text.lines().any(|line| line.starts_with(mark));
    if has_line("<<<<<<< ") && has_line(">>>>>>> ") { Err(Malformed::Conflict) } else { Ok(text) }
}

/// What stands after a header that is as [`write()`] writes it, so that no YAML has to be read to know that it is one. None for
/// any other file, such as one with a header of `cargo insta`.
pub(super) fn own_body(text: &str) -> Option<&str> {
    if memchr(b'\r', text.as_bytes()).is_some() {
        return None;
    }
    let mut rest = text.strip_prefix("---\n").filter(|rest| !rest.starts_with(FENCE))?;
    loop {
        let line;
        (line, rest) = rest.split_once('\n')?;
        if line == FENCE {
            return Some(rest);
        }
        let (key, value) = line.split_once(": ")?;
        if !KEYS.contains(&key) || serde_json::from_str::<IgnoredAny>(value).is_err() {
            return None;
        }
    }
}

/// Finds what insta's own reader would print about, or panic at, or take for something else.
pub(super) fn check(bytes: &[u8]) -> Result<(), Malformed> {
    let text = readable(bytes)?;
    let mut lines = text.lines();
    if lines.next().map(str::trim_end) != Some(FENCE) {
        return Err(Malformed::NoHeader);
    }
    let header: Vec<&str> = lines.by_ref().take_while(|line| line.trim_end() != FENCE).collect();
    // The header's lines and both fences, or fewer where the second one is missing.
    if text.lines().count() < header.len() + 2 {
        return Err(Malformed::OpenHeader);
    }
    if NO_NUMBER.is_match(&QUOTED.replace_all(&header.join("\n"), "")) {
        return Err(Malformed::Header);
    }
    Ok(())
}

/// The text of a file.
pub(super) fn write(header: &Header, source: Option<String>, input_file: Option<String>, body: &str) -> String {
    let mut text = format!("{FENCE}\n");
    let mut line = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{key}: {}", yaml(&value));
        }
    };
    line("source", source.map(Value::from));
    line("assertion_line", header.assertion_line.map(Value::from));
    line("description", header.description.clone().map(Value::from));
    line("info", header.info.clone());
    line("input_file", input_file.map(Value::from));
    if text.lines().count() == 1 {
        // Without a single key there would be no map, and insta would refuse the file.
        text.push_str("{}\n");
    }
    text.push_str(FENCE);
    text.push('\n');
    text.push_str(body);
    text.push('\n');
    text
}

/// What of a pending file is kept when it is accepted: all but the line in its header, byte by byte.
pub(super) fn accepted(pending: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(pending.len());
    let mut fences = 0;
    for line in pending.split_inclusive(|byte| *byte == b'\n') {
        fences += usize::from(fences < 2 && line.trim_ascii_end() == FENCE.as_bytes());
        if fences == 1 && line.starts_with(b"assertion_line:") {
            continue;
        }
        kept.extend_from_slice(line);
    }
    kept
}

/// A value in YAML's flow style, which is JSON with every character escaped that YAML does not take as it is.
fn yaml(value: &Value) -> String {
    let json = value.to_string();
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
        {
            let _ = write!(text, "\\u{:04x}", u32::from(character));
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_files_are_told_apart() {
        assert_eq!(check(b"---\nsource: a\n---\nbody\n---\n"), Ok(()));
        assert_eq!(check(b"---\r\nsource: \".inf\"\r\n---\r\n"), Ok(()));
        assert_eq!(check(b"---\n---"), Ok(()));
        assert_eq!(check(b"\xff"), Err(Malformed::Encoding));
        assert_eq!(check(b""), Err(Malformed::NoHeader));
        assert_eq!(check(b"Expression: a\n\nbody\n"), Err(Malformed::NoHeader));
        assert_eq!(check(b"---\nsource: a\nbody\n"), Err(Malformed::OpenHeader));
        assert_eq!(check(b"---\ninfo: [1, -.INF]\n---\n"), Err(Malformed::Header));
        assert_eq!(check(b"---\n---\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n"), Err(Malformed::Conflict));
    }

    #[test]
    fn the_body_of_a_file_of_our_own_is_found_without_reading_yaml() {
        let header =
            Header { assertion_line: Some(3), description: Some("a: \"b\"\n---".to_owned()), ..Header::default() };
        let text = write(&header, Some("a.yaml".to_owned()), None, "{}\n---\nx");
        assert_eq!(own_body(&text), Some("{}\n---\nx\n"));
        for other in [
            "",
            "---\n---\nbody\n",
            "---\n{}\n---\nbody\n",
            "---\nsource: a.yaml\n---\nbody\n",
            "---\nsource: \"a.yaml\"\nexpression: \"a\"\n---\nbody\n",
            "---\nsource: \"a.yaml\"\nsnapshot_kind: \"binary\"\n---\n",
            "---\nsource: \"a.yaml\"\n",
            "---\r\nsource: \"a.yaml\"\r\n---\r\nbody\r\n",
        ] {
            assert_eq!(own_body(other), None, "{other:?}");
        }
    }

    #[test]
    fn only_the_headers_line_is_dropped() {
        let text = |line: &str| format!("---\r\nsource: a\r\n{line}---\r\nassertion_line: 2\n---\nassertion_line: 3");
        assert_eq!(accepted(text("assertion_line: 1\r\n").as_bytes()), text("").into_bytes());
        assert_eq!(accepted(text("").as_bytes()), text("").into_bytes());
    }

    #[test]
    fn what_yaml_does_not_take_is_escaped() {
        assert_eq!(yaml(&Value::from("é\t\u{7f}\u{85}\u{2028}🦀")), "\"é\\t\\u007f\\u0085\\u2028🦀\"");
    }
}
