//! A text as a YAML scalar that a person would have written: quotes only where something else would be read without them.

use crate::phrase::is_unseen;

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On a line of its own or after a key.
    Block,
    /// Between `{ … }` or `[ … ]`, where brackets and commas mean something.
    Flow,
}

/// Words that YAML, in this version or an older one, takes for something else than text.
const WORDS: [&str; 11] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf", ".nan"];
/// What may stand in a text without quotes, beside letters and digits.
const PLAIN: &str = " -_./'()&+@!?;$%^*=<>";

/// Whether a text is read as itself without quotes, by this program and by people.
pub fn is_plain(text: &str, place: Place) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let allowed = |c: char| {
        c.is_alphanumeric() || PLAIN.contains(c) || (place == Place::Block && matches!(c, ',' | '[' | ']' | '"'))
    };
    // A colon is text where no space follows; at the end it would make a key.
    let colons = text.match_indices(':').all(|(at, _)| text[at + 1..].starts_with(|c: char| c.is_alphanumeric()));
    let fits = colons && text.chars().all(|c| allowed(c) || c == ':') && !text.ends_with(' ');
    let word = WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    let begins =
        first.is_alphabetic() || (first.is_ascii_digit() && (is_date(text) || is_counted(text) || is_duration(text)));
    fits && begins && !word && (place == Place::Block || !text.contains(':'))
}

/// `1990-03-07`: every reader of scenarios takes it for text.
fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// `12 Sample Street`: no number has a space and a letter in it.
fn is_counted(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(_, rest)| rest.starts_with(char::is_alphabetic))
}

/// `60s`
fn is_duration(text: &str) -> bool {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    matches!(unit, "ms" | "s" | "m" | "h")
}

/// A text in quotes: in single ones where double ones would need backslashes.
pub fn quoted(text: &str) -> String {
    let printable = !text.chars().any(is_escaped);
    if printable && (text.contains('"') || text.contains('\\')) {
        return single_quoted(text);
    }
    double_quoted(text)
}

/// A text in single quotes; it must have nothing in it that only double ones can [escape](is_escaped).
pub fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text in double quotes.
pub fn double_quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if is_escaped(c) => {
                let code = u32::from(c);
                quoted.push_str(&if code > 0xFFFF { format!("\\U{code:08X}") } else { format!("\\u{code:04X}") });
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// What does not stand in a line of text as itself: what cannot be seen, and what YAML does not take.
pub fn is_escaped(c: char) -> bool {
    is_unseen(c) || matches!(c, '\u{fffe}' | '\u{ffff}')
}
