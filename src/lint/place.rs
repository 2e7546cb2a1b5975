//! Places of words in what was written, and how to write others in their stead.

use crate::source::{SourceId, Sources, Span};
use crate::yaml::scalar::{Place, double_quoted, is_escaped, is_plain, single_quoted};

/// The place of a word inside a span, or the span itself where it does not stand there as it is.
pub(super) fn word(sources: &Sources, span: Span, word: &str) -> Span {
    match sources.slice(span).find(word) {
        Some(at) => {
            let start = span.start as usize + at;
            sources.span(span.source, start..start + word.len())
        }
        None => span,
    }
}

/// The place of the key that a value belongs to: what stands before the value on its line. The value's own place where the
/// key is written in another way, as in a table.
pub(super) fn key_of(sources: &Sources, value: Span, key: &str) -> Span {
    let text = &sources.get(value.source).text;
    let before = &text[..value.start as usize];
    // Between a key and its value stand a colon, white space, comments, the name of an anchor, the beginning of a list.
    let skipped = |line: &str| {
        let line = line.trim().trim_start_matches(['-', '[', '{', ' ']);
        line.is_empty() || line.starts_with(['#', '&'])
    };
    let gap = |rest: &str| {
        let rest = rest.trim_start_matches(['"', '\'']).trim_start();
        rest.strip_prefix(':').is_some_and(|rest| rest.lines().all(skipped))
    };
    match before.rfind(key).filter(|at| gap(&before[at + key.len()..])) {
        Some(at) => sources.span(value.source, at..at + key.len()),
        None => value,
    }
}

/// The place of a column's name at the head of a table; none in a file of another kind.
pub(super) fn column(sources: &Sources, table: SourceId, name: &str) -> Option<Span> {
    let table_file = sources.path(table).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let head = sources.get(table).text.lines().next().filter(|_| table_file)?;
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let whole = |at: usize| !head[..at].ends_with(is_name) && !head[at + name.len()..].starts_with(is_name);
    let (at, _) = head.match_indices(name).find(|(at, _)| whole(*at))?;
    Some(sources.span(table, at..at + name.len()))
}

/// What to write in a place so that it says something else than before, in the same kind of quotes. None where the place does
/// not hold just what it said before, as with an alias, or where the new text would mean something else there.
pub(super) fn rewritten(sources: &Sources, span: Span, before: &str, now: &str) -> Option<String> {
    let written = sources.slice(span);
    if now.contains("{{") || now.contains("{%") {
        return None;
    }
    let text = &sources.get(span.source).text;
    // A part of a longer text, as in `key: field LABEL`, has no quotes of its own.
    let part = text[..span.start as usize].strip_suffix(' ').is_some_and(|before| before.trim_end().ends_with("field"));
    match written.chars().next()? {
        quote @ ('"' | '\'') if written.len() > 1 && written.ends_with(quote) => Some(quoted_like(written, now)),
        _ if written != before => None,
        _ if part => is_plain(now, Place::Flow).then(|| now.to_owned()),
        _ => Some(quoted_like(written, now)),
    }
}

/// A text written as another one is: in quotes of the same kind, or plain where that is possible.
fn quoted_like(written: &str, text: &str) -> String {
    match written.chars().next() {
        Some('\'') if !text.contains(is_escaped) => single_quoted(text),
        Some('"' | '\'') => double_quoted(text),
        _ if is_plain(text, Place::Flow) => text.to_owned(),
        _ => double_quoted(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_stay_what_they_are() {
        assert_eq!(quoted_like("\"Last name\"", "Family \"name\""), r#""Family \"name\"""#);
        assert_eq!(quoted_like("'Last name'", "Family's"), "'Family''s'");
        assert_eq!(quoted_like("Last name", "Family name"), "Family name");
        for text in ["a: b", "1st", "#1", "a, b", "true", "", "- a"] {
            assert!(quoted_like("Last name", text).starts_with('"'), "{text}");
        }
    }

    #[test]
    fn keys_stand_before_their_values() {
        let mut sources = Sources::default();
        let text = "vars: { first: first, 'second' : &x x }\nmore:\n  # said here\n  third:\n    # and here\n    - 1\n";
        let id = sources.add("a.yaml", text);
        let at = |value: &str, nth: usize| {
            let start = text.match_indices(value).nth(nth).unwrap().0;
            sources.span(id, start..start + value.len())
        };
        let key = |value: Span, key: &str| sources.line_column(key_of(&sources, value, key));
        assert_eq!(key(at("first", 1), "first"), (1, 9));
        assert_eq!(key(at("x }", 0), "second"), (1, 24));
        assert_eq!(key(at("1\n", 0), "third"), (4, 3));
        assert_eq!(key(at("more", 0), "absent"), (2, 1), "the value's own place");
    }
}
