//! What applicants entered, wherever it comes up again: in a title that greets, in an error's message, in a label.
//!
//! A text counts from four characters on: a shorter one could be part of anything. What the flow itself said before the text
//! was entered are the flow's own words.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use serde_json::{Map, Value};

use crate::api::element::{Element, ElementType};
use crate::api::exchange::{Answer, Exchange, RequestBody};
use crate::api::operation::LINK_TYPES;
use crate::api::wire::{SESSION_HEADER, elements, is_blank};
use crate::fake::{self, date_in};
use crate::redact::dates;

/// The shortest text that is looked for, in characters.
const SHORTEST: usize = 4;
/// The longest body without structure whose words are looked for, in bytes.
const LONGEST_BODY: usize = 4096;
/// The kinds of data that are called by a part of them too.
const NAMES: [&str; 5] = ["first_name", "last_name", "middle_name", "full_name", "company"];

/// What was entered in a recording.
#[derive(Debug, Default)]
pub struct Entered {
    /// The fields that forms showed, by id.
    elements: HashMap<String, Element>,
    /// Sessions whose beginning was heard: what these are told first is nobody's.
    begun: HashSet<String>,
    /// What the flow said, and when first.
    shown: HashMap<String, usize>,
    /// The longest first.
    texts: Vec<Text>,
    count: usize,
}

#[derive(Debug)]
struct Text {
    text: String,
    folded: Vec<char>,
    first: usize,
}

impl Entered {
    /// What was entered in some exchanges, in the order of time.
    pub fn of<'r>(exchanges: impl Iterator<Item = &'r Exchange> + Clone) -> Self {
        let mut entered = Entered::default();
        exchanges.clone().for_each(|exchange| entered.learn(&exchange.answer));
        exchanges.for_each(|exchange| entered.follow(exchange));
        entered
    }

    /// Hears one exchange more.
    pub fn follow(&mut self, exchange: &Exchange) {
        self.count += 1;
        self.hear(&exchange.request.body);
        if let Ok(url) = url::Url::parse(&exchange.request.url) {
            url.query_pairs().filter(|(name, _)| name != "endClientId").for_each(|(_, value)| self.add(&value));
        }
        self.learn(&exchange.answer);
        let sent = exchange.request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(SESSION_HEADER));
        let Some(session) = exchange.answer.session() else { return };
        if !sent && exchange.request.method.eq_ignore_ascii_case("GET") && !exchange.request.url.contains('?') {
            self.begun.insert(session.to_ascii_lowercase());
        }
        if self.begun.contains(&session.to_ascii_lowercase())
            && let Some(body) = exchange.answer.json()
        {
            self.show(body);
        }
    }

    /// Whether a text holds something that was entered.
    pub fn tells(&self, text: &str) -> bool {
        !self.found(text).is_empty()
    }

    /// A text with `…` in place of what was entered.
    pub fn hide(&self, text: &str) -> String {
        self.replace(text, |_| Some("…".to_owned())).unwrap_or_else(|| text.to_owned())
    }

    /// A text with what was entered replaced; none where one of the pieces has no replacement.
    pub fn replace(&self, text: &str, by: impl Fn(&str) -> Option<String>) -> Option<String> {
        let mut replaced = String::new();
        let mut rest = 0;
        for (range, value) in self.found(text) {
            replaced.push_str(&text[rest..range.start]);
            replaced.push_str(&by(value)?);
            rest = range.end;
        }
        replaced.push_str(&text[rest..]);
        Some(replaced)
    }

    /// Where what was entered stands in a text. A word may go on after it, as in a genitive, but does not begin before it.
    fn found(&self, text: &str) -> Vec<(Range<usize>, &str)> {
        let folded: Vec<(usize, char)> = text.char_indices().map(|(at, c)| (at, fold(c))).collect();
        let said = self.shown.get(text.trim()).copied().unwrap_or(usize::MAX);
        let mut found: Vec<(Range<usize>, &str)> = Vec::new();
        for known in self.texts.iter().filter(|known| known.folded.len() <= folded.len() && said >= known.first) {
            let length = known.folded.len();
            for (at, window) in folded.windows(length).enumerate() {
                let same = window.iter().map(|(_, c)| c).eq(&known.folded);
                if !same || !edge(at.checked_sub(1).map(|before| folded[before].1), known.folded[0]) {
                    continue;
                }
                let next = folded.get(at + length);
                if next.is_some_and(|(_, c)| c.is_numeric() && known.folded[length - 1].is_numeric()) {
                    continue;
                }
                let range = window[0].0..next.map_or(text.len(), |(end, _)| *end);
                if found.iter().all(|(other, _)| other.end <= range.start || range.end <= other.start) {
                    found.push((range, &known.text));
                }
            }
        }
        found.sort_by_key(|(range, _)| range.start);
        found
    }

    fn learn(&mut self, answer: &Answer) {
        let Some(body) = answer.json().filter(|_| !answer.is_error()) else { return };
        for element in elements(body) {
            self.elements.insert(element.id.clone(), element);
        }
    }

    fn show(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                self.shown.entry(text.trim().to_owned()).or_insert(self.count);
            }
            Value::Array(items) => items.iter().for_each(|item| self.show(item)),
            Value::Object(members) => members.values().for_each(|member| self.show(member)),
            _ => {}
        }
    }

    fn hear(&mut self, body: &RequestBody) {
        match body {
            RequestBody::Json(Value::Object(body)) => self.hear_fields(body),
            RequestBody::Json(other) => self.hear_value(other),
            RequestBody::Form(pairs) => {
                let pairs = pairs.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
                self.hear_fields(&pairs.collect());
            }
            RequestBody::File { name, .. } => {
                self.add(name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem));
            }
            RequestBody::Text(text) if text.len() <= LONGEST_BODY => {
                text.split(|c: char| !c.is_alphanumeric()).for_each(|word| self.add(word));
            }
            RequestBody::Text(_) | RequestBody::Empty => {}
        }
    }

    fn hear_fields(&mut self, body: &Map<String, Value>) {
        for (key, value) in body {
            if key == "type" && value.as_str().is_some_and(|kind| LINK_TYPES.contains(&kind)) {
                continue;
            }
            let element = self.elements.get(key).cloned();
            if element.as_ref().is_some_and(|element| decides(element, value)) {
                continue;
            }
            self.hear_value(value);
            let (Some(element), Some(text)) = (element, value.as_str()) else { continue };
            if fake::meaning(&element).is_some_and(|kind| NAMES.contains(&kind)) {
                text.split_whitespace().for_each(|word| self.add(word));
            }
            if let Some(date) = date_in(&element, text).filter(|_| element.kind == ElementType::Date) {
                dates::written(date).for_each(|written| self.add(&written));
            }
        }
    }

    fn hear_value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add(text),
            Value::Number(number) => self.add(&number.to_string()),
            Value::Array(items) => items.iter().for_each(|item| self.hear_value(item)),
            Value::Object(members) => members.values().for_each(|member| self.hear_value(member)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn add(&mut self, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let folded: Vec<char> = text.chars().map(fold).collect();
        if folded.len() < SHORTEST || self.texts.iter().any(|known| known.folded == folded) {
            return;
        }
        let at = self.texts.partition_point(|known| known.folded.len() >= folded.len());
        self.texts.insert(at, Text { text, folded, first: self.count });
    }
}

/// Whether a value is a choice: one of a few that the flow offers. It decides the way and tells of nobody.
pub(super) fn decides(element: &Element, value: &Value) -> bool {
    let options = element.options();
    let offered = |value: &Value| options.iter().any(|(option, _)| option == value);
    match value {
        Value::Bool(_) => true,
        Value::Array(items) if !items.is_empty() && !options.is_empty() => items.iter().all(offered),
        Value::String(text) if element.kind == ElementType::Checkbox => {
            ["true", "false"].contains(&text.as_str()) || offered(value)
        }
        Value::String(text) if element.kind == ElementType::CountrySelect && options.is_empty() => {
            (2..=3).contains(&text.len()) && text.chars().all(|c| c.is_ascii_uppercase())
        }
        _ => is_blank(value) || offered(value),
    }
}

/// Whether a text may begin here: not within a word or a number.
fn edge(before: Option<char>, first: char) -> bool {
    match before {
        None => true,
        Some(before) if first.is_numeric() => !before.is_numeric(),
        Some(before) => !before.is_alphanumeric() || !first.is_alphanumeric(),
    }
}

fn fold(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}
