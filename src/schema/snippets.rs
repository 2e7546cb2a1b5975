//! Examples as editors show them.
//!
//! The YAML language server, which most editors use, proposes a key's `examples` as its values, but calls one that is a map
//! "[object Object]". Such an example becomes a snippet, and stands in the hover text.

use schemars::Schema;
use serde_json::{Value, json};

/// Turns the examples of a schema that are maps into snippets.
pub(super) fn show_examples(schema: &mut Schema) {
    let Some(Value::Array(examples)) = schema.get("examples").cloned() else {
        return in_markdown(schema, &[]);
    };
    let (maps, plain): (Vec<Value>, Vec<Value>) = examples.into_iter().partition(Value::is_object);
    let maps: Vec<String> = maps.iter().map(flow_text).collect();
    in_markdown(schema, &maps);
    if maps.is_empty() {
        return;
    }
    schema.remove("examples");
    if !plain.is_empty() {
        schema.insert("examples".to_owned(), plain.into());
    }
    let snippets: Vec<Value> = maps.iter().map(|text| json!({ "label": text, "bodyText": escaped(text) })).collect();
    schema.insert("defaultSnippets".to_owned(), snippets.into());
}

/// The description with its words of the language set as such, and with examples.
fn in_markdown(schema: &mut Schema, examples: &[String]) {
    let Some(description) = schema.get("description").and_then(Value::as_str) else { return };
    if examples.is_empty() && !description.contains('`') {
        return;
    }
    let mut text = description.to_owned();
    for example in examples {
        text.push_str(&format!("\n\nExample:\n\n```yaml\n{example}\n```"));
    }
    schema.insert("markdownDescription".to_owned(), text.into());
}

/// A value as one writes it in one line of YAML.
fn flow_text(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(flow_text).collect::<Vec<_>>().join(", ")),
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let key = |key: &String| flow_text(&Value::from(key.as_str()));
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{}: {}", key(name), flow_text(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    }
}

/// Whether a text needs no quotes between braces.
fn is_plain(text: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || " _./-=".contains(letter);
    let first = text.chars().next().is_some_and(|letter| letter.is_ascii_alphabetic() || "_./".contains(letter));
    first && text.chars().all(fits) && !text.ends_with(' ') && !["true", "false", "null"].contains(&text)
}

/// A text in which a snippet's own signs mean nothing.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_in_one_line_is_yaml_that_reads_back() {
        for value in [
            json!({ "First name": "Ada", "dob": "1990-12-31", "n": 1.5, "on": true, "text": "true", "empty": "" }),
            json!({ "$.elements[*].name": { "contains": "a, b: c" }, "list": ["CA", "GB", [], {}], "none": null }),
            json!({ "time": "500ms", "what": "{{ one }}", "quote": "say \"x\" \\ y", "dash": "-x", "hash": "a #b" }),
        ] {
            let mut sources = crate::source::Sources::default();
            let id = sources.add("a.yaml", flow_text(&value));
            assert_eq!(crate::yaml::parse(&sources, id).unwrap().to_json(&sources), value, "{}", flow_text(&value));
        }
    }

    #[test]
    fn an_example_that_is_a_map_becomes_a_snippet() {
        let mut schema = schemars::json_schema!({
            "description": "What `x` does.",
            "examples": ["a", { "from": "{{ one }}", "n": 1 }],
        });
        show_examples(&mut schema);
        assert_eq!(schema.get("examples"), Some(&json!(["a"])));
        assert_eq!(
            schema.get("defaultSnippets"),
            Some(
                &json!([{ "label": "{ from: \"{{ one }}\", n: 1 }", "bodyText": "{ from: \"{{ one \\}\\}\", n: 1 \\}" }])
            )
        );
        let text = schema.get("markdownDescription").and_then(Value::as_str).unwrap();
        assert_eq!(text, "What `x` does.\n\nExample:\n\n```yaml\n{ from: \"{{ one }}\", n: 1 }\n```");
    }
}
