//! Diagnostics as JSON, for editors and other programs.
//!
//! An array with an object for each, in the order of files and places. Its members, none of which will change its meaning:
//!
//! | member | is |
//! | --- | --- |
//! | `code` | the kind, such as `W001`; null where it has none |
//! | `severity` | `error` or `warning` |
//! | `message` | what is wrong, a lower-case fragment |
//! | `file` | the path as it is shown elsewhere, with forward slashes |
//! | `line`, `column`, `end_line`, `end_column` | the place, from one, columns in characters; the end is exclusive |
//! | `label` | a few words at the place; null where there are none |
//! | `help` | the way out; null where none is known |
//! | `notes` | a list of what else is to be known |
//! | `related` | a list of other places: `message` and the members of a place |
//! | `fix` | `message`, and `edits`: a list of `text` to write at a place; null where nothing is certain |

use serde_json::{Map, Value, json};

use super::diagnostic::Severity;
use crate::source::{Diagnostic, Sources, Span, path_text};

/// The array of findings.
pub fn to_json(found: &[(Severity, &Diagnostic)], sources: &Sources) -> Value {
    found.iter().map(|(severity, diagnostic)| finding(*severity, diagnostic, sources)).collect()
}

fn finding(severity: Severity, diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let mut members = Map::new();
    let word = if severity == Severity::Error { "error" } else { "warning" };
    members.insert("code".to_owned(), json!(diagnostic.code.map(crate::source::Code::number)));
    members.insert("severity".to_owned(), json!(word));
    members.insert("message".to_owned(), json!(diagnostic.message));
    place(&mut members, diagnostic.span, sources);
    members.insert("label".to_owned(), json!(diagnostic.label));
    members.insert("help".to_owned(), json!(diagnostic.help));
    members.insert("notes".to_owned(), json!(diagnostic.notes));
    let related = diagnostic.related.iter().map(|(span, label)| at("message", label, *span, sources));
    members.insert("related".to_owned(), related.collect());
    let fix = diagnostic.fix.as_ref().map(|fix| {
        let edits: Value = fix.edits.iter().map(|edit| at("text", &edit.text, edit.span, sources)).collect();
        json!({"message": fix.message, "edits": edits})
    });
    members.insert("fix".to_owned(), json!(fix));
    Value::Object(members)
}

fn at(key: &str, text: &str, span: Span, sources: &Sources) -> Value {
    let mut members = Map::new();
    members.insert(key.to_owned(), json!(text));
    place(&mut members, span, sources);
    Value::Object(members)
}

fn place(members: &mut Map<String, Value>, span: Span, sources: &Sources) {
    let source = sources.get(span.source);
    let (line, column) = source.line_column(span.start as usize);
    let (end_line, end_column) = source.line_column(span.end as usize);
    members.insert("file".to_owned(), json!(path_text(sources.path(span.source))));
    for (key, value) in [("line", line), ("column", column), ("end_line", end_line), ("end_column", end_column)] {
        members.insert(key.to_owned(), json!(value));
    }
}
