//! What looks generated in a text, by its shape alone.
//!
//! ObjectIds, UUIDs, signed tokens and instants have a shape that ordinary data does not have. Which value is which, and
//! what it is called, is kept by [`super::names`].

use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

use crate::api::id::{id_length, is_generated_id};

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// An ObjectId (24 hexadecimal digits) or a UUID.
    Id,
    /// A JSON Web Token.
    Token,
    /// A date with a time and an offset (RFC 3339).
    Instant,
}

/// A known id this long that has a digit in it is taken for itself wherever it stands.
const DISTINCTIVE_CHARS: usize = 8;

/// The bytes of the shortest thing that is told by its shape: a token of three short parts.
pub(super) const SHORTEST_SHAPE: usize = 15;

// Colon, plus and space also as they stand in URLs.
const DATE_TIME: &str = r"\A\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:[Tt +]|%20)(?:[01]\d|2[0-3])(?::|%3[Aa])[0-5]\d(?::|%3[Aa])(?:[0-5]\d|60)(?:[.,]\d+)?";
const OFFSET: &str = r"(?:[Zz]|(?:[+-]|%2[Bb])\d\d(?::|%3[Aa])?\d\d)";

static INSTANT: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("{DATE_TIME}{OFFSET}")));
static LOCAL_TIME: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("{DATE_TIME}{OFFSET}?$")));
static TOKEN: LazyLock<Regex> = LazyLock::new(|| pattern(r"\AeyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)+"));

/// The standards know ASCII digits and letters only; with all of Unicode's, compiling the three would be half the time that a
/// short run takes.
fn pattern(text: &str) -> Regex {
    RegexBuilder::new(text).unicode(false).build().expect("the pattern is a constant")
}

/// The generated thing that begins at this byte of the text and ends on a boundary, with its length in bytes.
pub(super) fn shape_at(text: &str, at: usize) -> Option<(Shape, usize)> {
    let rest = text.get(at..)?;
    let first = *rest.as_bytes().first()?;
    if !first.is_ascii_alphanumeric() || !is_boundary(text, at) {
        return None;
    }
    let found = if first.is_ascii_hexdigit() { id_length(rest).map(|length| (Shape::Id, length)) } else { None };
    let found = found.or_else(|| {
        let (shape, regex) = match first {
            b'0'..=b'9' if rest.as_bytes().get(4) == Some(&b'-') => (Shape::Instant, &INSTANT),
            b'e' if rest.starts_with("eyJ") => (Shape::Token, &TOKEN),
            _ => return None,
        };
        regex.find(rest).map(|found| (shape, found.len()))
    });
    found.filter(|(_, length)| is_boundary(text, at + length))
}

/// Whether the whole text is a date with a time, with an offset or without.
pub(super) fn is_date_time(text: &str) -> bool {
    LOCAL_TIME.is_match(text)
}

/// Whether a known id can be told from ordinary data wherever it stands.
pub(super) fn is_distinctive(id: &str) -> bool {
    is_generated_id(id)
        || (id.chars().count() >= DISTINCTIVE_CHARS && id.contains(|character: char| character.is_ascii_digit()))
}

/// Whether a word may begin or end at this byte: no letter or digit goes on across it. What is escaped for a URL (`%2F`)
/// is no part of the word after it.
pub(super) fn is_boundary(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    if let (Some(before), Some(after)) = (at.checked_sub(1).and_then(|before| bytes.get(before)), bytes.get(at))
        && before.is_ascii()
        && after.is_ascii()
    {
        let goes_on = before.is_ascii_alphanumeric() && after.is_ascii_alphanumeric();
        return !goes_on || ends_in_url_escape(&bytes[..at]);
    }
    let (Some(before), Some(after)) = (text.get(..at), text.get(at..)) else { return false };
    let goes_on = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    !goes_on(before.chars().next_back()) || !goes_on(after.chars().next()) || ends_in_url_escape(before.as_bytes())
}

fn ends_in_url_escape(before: &[u8]) -> bool {
    matches!(before, [.., b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "5f2a9c0d1e3b4a5c6d7e8f90";
    const UUID: &str = "6F9619FF-8B86-D011-B42D-00CF4FC964FF";

    fn found(text: &str) -> Vec<(Shape, &str)> {
        let mut all = Vec::new();
        let mut at = 0;
        while at < text.len() {
            match shape_at(text, at) {
                Some((shape, length)) => {
                    all.push((shape, &text[at..at + length]));
                    at += length;
                }
                None => at += 1,
            }
        }
        all
    }

    #[test]
    fn ids_stand_out_of_longer_texts() {
        assert_eq!(found(&format!("/flow/{ID}?s={UUID}.")), [(Shape::Id, ID), (Shape::Id, UUID)]);
        assert_eq!(found(&format!("field_{ID}")), [(Shape::Id, ID)]);
        assert_eq!(found(&format!("to=https%3A%2F%2Fx%2F{ID}%2Fy")), [(Shape::Id, ID)]);
        assert_eq!(found(&format!("é{ID}")), []);
        assert_eq!(found(&format!("{ID}0")), [], "a longer run of digits is something else, a checksum perhaps");
        assert_eq!(found(&format!("{UUID}a")), []);
        assert_eq!(found("the face of 20240101"), []);
    }

    #[test]
    fn instants_are_not_plain_dates() {
        for time in ["2024-02-29T23:59:60.123456Z", "2024-01-01 00:00:00+02:00", "2024-01-01T00%3A00%3A00%2B0200"] {
            assert_eq!(found(&format!("at {time}!")), [(Shape::Instant, time)]);
        }
        for data in ["1815-12-10", "2024-01-01T00:00:00", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z"] {
            assert_eq!(found(data), []);
        }
        assert!(is_date_time("2024-01-01T00:00:00"));
        assert!(!is_date_time("2024-01-01"));
        assert!(!is_date_time("2024-01-01T00:00:00 or so"));
    }

    #[test]
    fn tokens_are_told_by_their_head() {
        let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln-_";
        assert_eq!(found(&format!("Bearer {token}")), [(Shape::Token, token)]);
        assert_eq!(found("eyJhbGciOiJub25lIn0"), []);
    }

    #[test]
    fn what_is_distinctive() {
        for id in [ID, UUID, "field-04711", "12345678"] {
            assert!(is_distinctive(id), "{id}");
        }
        for id in ["1", "name", "firstname", "a1", "normalizedName"] {
            assert!(!is_distinctive(id), "{id}");
        }
    }
}
