//! Holds an answer's text against the accepted one.

use std::borrow::Cow;

use memchr::memchr;

/// How an answer stands to the accepted one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// It is as accepted.
    Same,
    /// Nothing was accepted yet.
    New,
    /// It is not as accepted.
    Changed,
}

/// Compares an answer's text with the accepted one, if there is one. White space at the end of either, and how lines end,
/// make no difference: reviewing a snapshot changes both.
pub fn compare(accepted: Option<&str>, actual: &str) -> Comparison {
    match accepted {
        None => Comparison::New,
        Some(accepted) if canonical(accepted) == canonical(actual) => Comparison::Same,
        Some(_) => Comparison::Changed,
    }
}

/// A text as a snapshot file holds it: lines end with a line feed, and nothing but text is at the end.
pub(super) fn canonical(text: &str) -> Cow<'_, str> {
    let text = text.trim_end();
    if memchr(b'\r', text.as_bytes()).is_some() { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_counts() {
        assert_eq!(compare(None, ""), Comparison::New);
        assert_eq!(compare(Some("a\r\nb\n\n"), "a\nb"), Comparison::Same);
        assert_eq!(compare(Some("a \nb"), "a\nb"), Comparison::Changed);
        assert_eq!(compare(Some(" a"), "a"), Comparison::Changed);
        assert_eq!(compare(Some("a\rb"), "a\nb"), Comparison::Changed);
    }
}
