//! Values as YAML that a person would have written: quotes only where something else would be read without them.

use serde_json::Value;

use super::draft::Data;

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// On a line of its own or after a key.
    Block,
    /// Between `{ … }` or `[ … ]`, where brackets and commas mean something.
    Flow,
}

/// Words that YAML, in this version or an older one, takes for something else than text.
const WORDS: [&str; 11] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf", ".nan"];
/// What may stand in a text without quotes, beside letters and digits.
const PLAIN: &str = " -_./'()&+@!?;$%^*=<>";

/// A value on one line.
pub(super) fn inline(data: &Data, place: Place) -> String {
    match data {
        Data::Json(value) => json(value, place),
        Data::Template(text) => quoted(text),
        Data::Map(entries) if entries.is_empty() => "{}".to_owned(),
        Data::Map(entries) => {
            let entry =
                |(key, value): &(String, Data)| format!("{}: {}", text(key, Place::Flow), inline(value, Place::Flow));
            format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

fn json(value: &Value, place: Place) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(string) => text(string, place),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(|item| json(item, Place::Flow)).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let entries = members.iter().map(|(key, value)| (key.clone(), Data::Json(value.clone()))).collect();
            inline(&Data::Map(entries), Place::Flow)
        }
    }
}

/// A text that is meant as it is, a key too: one with braces is written as the template that gives it.
pub(super) fn text(text: &str, place: Place) -> String {
    if text.contains("{{") || text.contains("{%") {
        let escaped = text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n").replace('\r', "\\r");
        return quoted(&format!("{{{{ '{escaped}' }}}}"));
    }
    if is_plain(text, place) { text.to_owned() } else { quoted(text) }
}

/// Whether a text is read as itself without quotes, by this program and by people.
fn is_plain(text: &str, place: Place) -> bool {
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
fn quoted(text: &str) -> String {
    let printable = !text.chars().any(is_escaped);
    if printable && (text.contains('"') || text.contains('\\')) {
        return format!("'{}'", text.replace('\'', "''"));
    }
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

/// What does not stand in a line of text as itself: control characters, YAML's other line ends, what cannot be seen.
fn is_escaped(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn quotes_only_where_they_are_needed() {
        for (text, written) in [
            ("Ada", "Ada"),
            ("Utility bill", "Utility bill"),
            ("12 Sample Street", "12 Sample Street"),
            ("1990-03-07", "1990-03-07"),
            ("St James's, London", "St James's, London"),
            ("http://a.example/b", "\"http://a.example/b\""),
            ("role:first_name", "role:first_name"),
            ("Zürich", "Zürich"),
            ("no", "\"no\""),
            ("Null", "\"Null\""),
            ("", "\"\""),
            ("1.0", "\"1.0\""),
            ("0123", "\"0123\""),
            ("12e5", "\"12e5\""),
            ("60s", "60s"),
            ("0x1F", "\"0x1F\""),
            ("+447700900123", "\"+447700900123\""),
            ("07/03/1990", "\"07/03/1990\""),
            ("a: b", "\"a: b\""),
            ("a #b", "\"a #b\""),
            (" a", "\" a\""),
            ("a:", "\"a:\""),
            ("- a", "\"- a\""),
            ("^[A-Z]\\d$", "'^[A-Z]\\d$'"),
            ("say \"it's\"", "say \"it's\""),
            ("a\nb\u{7}", "\"a\\nb\\u0007\""),
            ("🦀", "\"🦀\""),
            ("{{ x }}", "\"{{ '{{ x }}' }}\""),
        ] {
            assert_eq!(super::text(text, Place::Block), written);
        }
        assert_eq!(super::text("St James's, London", Place::Flow), "\"St James's, London\"");
        assert_eq!(
            inline(&Data::Json(json!({"a": ["x, y", 1, null], "b": {}})), Place::Block),
            "{ a: [\"x, y\", 1, null], b: {} }"
        );
    }
}
