//! Values as YAML that a person would have written: quotes only where something else would be read without them.

use serde_json::Value;

use super::draft::Data;
use crate::yaml::scalar::{Place, is_plain, quoted};

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
