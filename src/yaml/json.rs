//! JSON as the same tree. YAML contains JSON nearly, but not quite: tabs, some escapes and what parsers say of a mistake differ.

use std::collections::HashMap;

use super::{Kind, Node, whole_number};
use crate::source::{Code, Diagnostic, SourceId, Sources, Span};

/// Reads the JSON value of a source.
///
/// ```
/// let mut sources = draftgate::source::Sources::default();
/// let id = sources.add("a.json", "[\n  { \"a\": 1, }\n]");
/// let mistake = draftgate::yaml::parse_json(&sources, id).unwrap_err();
/// assert_eq!(sources.line_column(mistake.span), (2, 13));
/// assert_eq!(mistake.message, "this is not JSON: trailing comma");
/// ```
///
/// # Errors
///
/// Where it is no JSON, or a key of it is given twice.
pub fn parse_json(sources: &Sources, source: SourceId) -> Result<Node, Diagnostic> {
    let text = &*sources.get(source).text;
    if text.trim().is_empty() {
        let start = sources.span(source, 0..0);
        return Err(
            Diagnostic::mistake(Code::EmptyFile, start, "the file is empty").help("write into it, or remove it")
        );
    }
    // It says best what is wrong; behind it everything is as it must be, no deeper than its limit.
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| not_json(sources, source, &error))?;
    Walk { sources, source, text, at: 0 }.value()
}

/// The mistake at the place where the parser stopped.
fn not_json(sources: &Sources, source: SourceId, error: &serde_json::Error) -> Diagnostic {
    let text = &sources.get(source).text;
    let before = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    // A column is counted in bytes from one; at the end of a text it is the last.
    let at = (before + error.column().saturating_sub(1)).min(text.trim_end().len().saturating_sub(1));
    let said = error.to_string();
    let reason = said.split(" at line ").next().unwrap_or(&said);
    Diagnostic::mistake(Code::BadJson, sources.span(source, at..at + 1), format!("this is not JSON: {reason}"))
        .help("most often a comma, a quote or a bracket is missing or too many just here")
}

/// A walk over a text that is JSON.
struct Walk<'a> {
    sources: &'a Sources,
    source: SourceId,
    text: &'a str,
    at: usize,
}

impl Walk<'_> {
    fn value(&mut self) -> Result<Node, Diagnostic> {
        let start = self.next_token();
        match self.text.as_bytes().get(start) {
            Some(b'{') => self.map(start),
            Some(b'[') => self.list(start),
            _ => Ok(self.scalar(start)),
        }
    }

    /// Skips space, commas and colons, which stand where they must.
    fn next_token(&mut self) -> usize {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n', ',', ':']).len();
        self.at
    }

    fn closes(&mut self, bracket: u8) -> bool {
        let at = self.next_token();
        let closes = self.text.as_bytes().get(at).is_none_or(|byte| *byte == bracket);
        self.at += usize::from(closes);
        closes
    }

    fn list(&mut self, start: usize) -> Result<Node, Diagnostic> {
        self.at += 1;
        let mut items = Vec::new();
        while !self.closes(b']') {
            items.push(self.value()?);
        }
        Ok(Node { span: self.span(start), kind: Kind::List(items) })
    }

    fn map(&mut self, start: usize) -> Result<Node, Diagnostic> {
        self.at += 1;
        let mut entries: Vec<(Node, Node)> = Vec::new();
        let mut seen: HashMap<String, Span> = HashMap::new();
        while !self.closes(b'}') {
            let start = self.next_token();
            let key = self.scalar(start);
            let name = key.key_text(self.sources);
            if let Some(first) = seen.get(&name) {
                return Err(Diagnostic::mistake(Code::KeyTwice, key.span, format!("the key `{name}` is given twice"))
                    .related(*first, "the first one")
                    .help("keep one of the two"));
            }
            seen.insert(name, key.span);
            entries.push((key, self.value()?));
        }
        Ok(Node { span: self.span(start), kind: Kind::Map(entries) })
    }

    fn scalar(&mut self, start: usize) -> Node {
        let rest = &self.text[start..];
        let length = match rest.strip_prefix('"') {
            Some(inside) => 2 + closing_quote(inside),
            None => rest.find([' ', '\t', '\r', '\n', ',', ':', ']', '}']).unwrap_or(rest.len()),
        };
        self.at = (start + length).min(self.text.len());
        let written = &self.text[start..self.at];
        let kind = match serde_json::from_str(written) {
            Ok(serde_json::Value::Bool(value)) => Kind::Bool(value),
            Ok(serde_json::Value::Number(value)) => whole_number(value, written),
            Ok(serde_json::Value::String(value)) => Kind::String(value),
            _ => Kind::Null,
        };
        Node { span: self.span(start), kind }
    }

    fn span(&self, start: usize) -> Span {
        self.sources.span(self.source, start..self.at)
    }
}

/// How many bytes stand before the quote that closes a string.
fn closing_quote(inside: &str) -> usize {
    let mut escaped = false;
    let quote = inside.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    quote.unwrap_or(inside.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Sources, Result<Node, Diagnostic>) {
        let mut sources = Sources::default();
        let id = sources.add("a.json", text);
        let node = parse_json(&sources, id);
        (sources, node)
    }

    #[test]
    fn values_are_those_of_the_text() {
        let text = "\u{9}[{\"a\\n\\ud83d\\ude00\": [1, -2.5e3, \"\\\"]\"]}, {}, [], null, true,\n\"\"]\n";
        let (sources, node) = read(text);
        assert_eq!(node.unwrap().to_json(&sources), serde_json::from_str::<serde_json::Value>(text).unwrap());
    }

    #[test]
    fn places_are_those_of_the_text() {
        let (sources, node) = read("[ 1, { \"b\": \"x\" } ]");
        let Kind::List(items) = node.unwrap().kind else { panic!("a list") };
        assert_eq!(sources.slice(items[1].span), "{ \"b\": \"x\" }");
        let (sources, node) = read("{\"a\": 1, \"a\": 2}");
        let mistake = node.unwrap_err();
        assert_eq!((mistake.span.start, sources.slice(mistake.related[0].0)), (9, "\"a\""));
    }
}
