//! YAML as a tree in which every key and value knows its place.
//!
//! One reader for everything a person writes in YAML: scenarios, configuration, flow definitions. It applies anchors and
//! merge keys, refuses duplicate keys, tabs, alias bombs and absurd nesting, and never panics. What the keys mean is
//! for the readers above it; [`Reading`] and [`Mapping`] help them to go on after a mistake and to report an unknown key.

mod json;
mod pattern;
mod plain;
mod reading;
pub mod scalar;
mod slips;

use std::ops::Range;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use serde_yaml::{Location, Spanned};

pub use json::parse_json;
pub use pattern::{BrokenPattern, broken_pattern};
pub use reading::{Mapping, NAMED_HERE, Reading, missing_space, not_a_switch, not_wanted, unknown_word};

use crate::source::{Code, Diagnostic, SourceId, Sources, Span};

/// The largest file that is read, in bytes: a scenario is written by hand.
pub const MAX_FILE_BYTES: u64 = 4 * 1024 * 1024;
/// The deepest nesting that is read.
const MAX_DEPTH: usize = 100;
/// The largest number of nodes in one document, aliases expanded.
const MAX_NODES: usize = 250_000;

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it stands. A collection's span reaches from its first to its last child.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`; `yes`, `no`, `on` and `off` are strings.
    Bool(bool),
    /// A number; one with leading zeros or underscores is a string.
    Number(Number),
    /// Any other scalar, dates too.
    String(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the file, keys unique.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// A map key as text: scalars other than strings are taken as they are written.
    pub fn key_text(&self, sources: &Sources) -> String {
        match &self.kind {
            Kind::String(text) => text.clone(),
            _ => sources.slice(self.span).trim().to_owned(),
        }
    }

    /// Whether a map has a key so near to a missing one that it must be a misspelling of it; then the unknown key is what is
    /// worth saying.
    pub fn misspells(&self, missing: &str) -> bool {
        let near = |(key, _): &(Node, Node)| key.as_str().is_some_and(|key| reading::is_misspelt(key, missing));
        matches!(&self.kind, Kind::Map(entries) if entries.iter().any(near))
    }

    /// The place of a part of a string, given in bytes of it, as [`part_of`] finds it.
    pub fn part(&self, sources: &Sources, part: Range<usize>) -> Span {
        self.as_str().map_or(self.span, |text| part_of(sources, self.span, text, part))
    }

    /// What it is, for messages: "a list", "the number 5".
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Null => "nothing".to_owned(),
            Kind::Bool(value) => format!("`{value}`"),
            Kind::Number(value) => format!("the number {value}"),
            Kind::String(text) if text.chars().count() > 40 => "a string".to_owned(),
            Kind::String(text) => format!("the string {text:?}"),
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a map".to_owned(),
        }
    }

    /// The value without its places.
    pub fn to_json(&self, sources: &Sources) -> serde_json::Value {
        use serde_json::Value;
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(value) => Value::Number(value.clone()),
            Kind::String(text) => Value::String(text.clone()),
            Kind::List(items) => items.iter().map(|item| item.to_json(sources)).collect(),
            Kind::Map(entries) => Value::Object(
                entries.iter().map(|(key, value)| (key.key_text(sources), value.to_json(sources))).collect(),
            ),
        }
    }
}

/// The place of a part of a text, given in bytes of it, where it stands at its place as it is; its whole place where it does
/// not, since escapes and folded lines count differently.
pub fn part_of(sources: &Sources, whole: Span, text: &str, part: Range<usize>) -> Span {
    match sources.slice(whole).find(text) {
        Some(at) => {
            let from = whole.start as usize + at;
            sources.span(whole.source, from + part.start..from + part.end)
        }
        None => whole,
    }
}

/// Reads the one YAML document of a source.
///
/// ```
/// let mut sources = draftgate::source::Sources::default();
/// let id = sources.add("a.yaml", "a: 1\na: 2\n");
/// let mistake = draftgate::yaml::parse(&sources, id).unwrap_err();
/// assert_eq!(sources.line_column(mistake.span), (2, 1));
/// assert_eq!(mistake.message, "the key `a` is given twice");
/// ```
pub fn parse(sources: &Sources, source: SourceId) -> Result<Node, Diagnostic> {
    let text = &sources.get(source).text;
    let start = sources.span(source, 0..0);
    if text.trim().is_empty() {
        return Err(
            Diagnostic::mistake(Code::EmptyFile, start, "the file is empty").help("write into it, or remove it")
        );
    }
    if let Some(mistake) = slips::lone_return(sources, source) {
        return Err(mistake);
    }
    let reader = Reader { sources, source };
    let node = match plain::read(&reader) {
        Some(node) => node,
        None => {
            let raw: Result<Raw, _> = serde_yaml::from_str_with_options(text, options());
            reader.node(raw.map_err(|error| slips::mistake(sources, source, &error))?)
        }
    };
    match unquoted_template(&node) {
        Some(span) => {
            Err(Diagnostic::mistake(Code::UnquotedTemplate, span, "braces that are not in quotes make a YAML map")
                .help("put a template in quotes: \"{{ name }}\""))
        }
        None => Ok(node),
    }
}

/// The first key that is itself a collection: nobody means that, and an unquoted `{{ name }}` reads so.
fn unquoted_template(node: &Node) -> Option<Span> {
    match &node.kind {
        Kind::Map(entries) => entries.iter().find_map(|(key, value)| {
            let collection = matches!(key.kind, Kind::Map(_) | Kind::List(_));
            collection.then_some(node.span).or_else(|| unquoted_template(value))
        }),
        Kind::List(items) => items.iter().find_map(unquoted_template),
        _ => None,
    }
}

fn options() -> serde_yaml::Options {
    let mut options = serde_yaml::Options::default();
    options.with_snippet = false;
    options.strict_booleans = true;
    options.leading_zero_numbers_as_strings = true;
    options.underscored_numbers_as_strings = true;
    options.alias_limits.max_total_replayed_events = MAX_NODES;
    options.alias_limits.max_replay_stack_depth = MAX_DEPTH;
    if let Some(budget) = options.budget.as_mut() {
        budget.max_depth = MAX_DEPTH;
        budget.max_nodes = MAX_NODES;
        budget.flow_nesting_limit = MAX_DEPTH;
    }
    options
}

fn byte_of(text: &str, location: Location) -> usize {
    if let Some(byte) = location.span().byte_offset() {
        let mut at = usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        return at;
    }
    let line = usize::try_from(location.line()).unwrap_or(1).max(1);
    let column = usize::try_from(location.column()).unwrap_or(1).max(1);
    let start = if line == 1 { 0 } else { text.match_indices('\n').nth(line - 2).map_or(text.len(), |(at, _)| at + 1) };
    start + text[start..].chars().take(column - 1).map(char::len_utf8).sum::<usize>()
}

/// A whole number of more digits than a number keeps stays text, so that none is lost.
fn whole_number(value: Number, written: &str) -> Kind {
    let digits = written.trim_start_matches(['-', '+']);
    let whole = value.is_f64() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole { Kind::String(written.to_owned()) } else { Kind::Number(value) }
}

/// The tree as the parser gives it, before its places are ours.
type Raw = Spanned<RawKind>;

enum RawKind {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    List(Vec<Raw>),
    Map(Vec<(Raw, Raw)>),
}

impl<'de> Deserialize<'de> for RawKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KindVisitor)
    }
}

struct KindVisitor;

impl<'de> Visitor<'de> for KindVisitor {
    type Value = RawKind;

    fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<RawKind, E> {
        Ok(RawKind::Null)
    }

    fn visit_none<E>(self) -> Result<RawKind, E> {
        Ok(RawKind::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<RawKind, E> {
        Ok(RawKind::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<RawKind, E> {
        Ok(RawKind::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<RawKind, E> {
        Ok(RawKind::Number(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<RawKind, E> {
        Ok(RawKind::String(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<RawKind, E> {
        Ok(RawKind::String(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<RawKind, E> {
        Number::from_f64(value).map(RawKind::Number).ok_or_else(|| E::custom("infinity and NaN have no JSON form"))
    }

    fn visit_str<E>(self, value: &str) -> Result<RawKind, E> {
        Ok(RawKind::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<RawKind, E> {
        Ok(RawKind::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<RawKind, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(RawKind::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<RawKind, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(RawKind::Map(entries))
    }
}

struct Reader<'a> {
    sources: &'a Sources,
    source: SourceId,
}

impl Reader<'_> {
    fn node(&self, raw: Raw) -> Node {
        let start = byte_of(&self.sources.get(self.source).text, raw.referenced);
        let length = raw.referenced.span().byte_len().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        let span = self.span(start, length);
        let kind = match raw.value {
            RawKind::Null => Kind::Null,
            RawKind::Bool(value) => Kind::Bool(value),
            RawKind::Number(value) => whole_number(value, self.sources.slice(span)),
            RawKind::String(value) => Kind::String(value),
            RawKind::List(items) => {
                return self.list(span, items.into_iter().map(|item| self.node(item)).collect());
            }
            RawKind::Map(entries) => {
                let entries = entries.into_iter().map(|(key, value)| (self.node(key), self.node(value)));
                return self.map(span, entries.collect());
            }
        };
        Node { span, kind }
    }

    fn span(&self, start: usize, length: usize) -> Span {
        self.sources.span(self.source, start..start.saturating_add(length))
    }

    /// A list that begins at a place.
    fn list(&self, span: Span, items: Vec<Node>) -> Node {
        let span = self.closed(items.iter().fold(span, |span, item| span.to(item.span)), '[', ']');
        Node { span, kind: Kind::List(items) }
    }

    /// A map that begins at a place.
    fn map(&self, span: Span, entries: Vec<(Node, Node)>) -> Node {
        let last = entries.iter().fold(span, |span, (key, value)| span.to(key.span).to(value.span));
        Node { span: self.closed(last, '{', '}'), kind: Kind::Map(entries) }
    }

    /// The span of a collection in brackets with the bracket that closes it, where nothing but space stands before that.
    fn closed(&self, span: Span, open: char, close: char) -> Span {
        let text = &self.sources.get(self.source).text[span.start as usize..];
        if !text.starts_with(open) {
            return span;
        }
        let inner = text.get((span.end - span.start).max(1) as usize..).unwrap_or_default();
        let rest = inner.trim_start_matches([' ', '\n', '\r', ',', '"', '\'']);
        match rest.starts_with(close) {
            true => self.sources.span(self.source, span.start as usize..self.end_of(rest) + 1),
            false => span,
        }
    }

    /// Where a rest of the text begins.
    fn end_of(&self, rest: &str) -> usize {
        self.sources.get(self.source).text.len() - rest.len()
    }
}
