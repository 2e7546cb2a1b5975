//! A sentence with marked labels.

use std::fmt;

use serde_json::Value;

use crate::phrase::is_unseen;

/// A sentence without a full stop, in parts of which some are labels. `Display` marks these with asterisks, which is what
/// Markdown takes too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Sentence {
    /// Its parts, in order.
    pub parts: Vec<Part>,
}

/// A part of a [`Sentence`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// Words.
    Words(String),
    /// What somebody called a field, an option or a step.
    Label(String),
}

/// The most characters of a value that are shown.
const MOST_CHARS: usize = 80;
/// The characters that are shown before the place where two long values begin to differ.
const CONTEXT_CHARS: usize = 20;
/// The most things of a list that are named.
const MOST_NAMED: usize = 8;

impl Sentence {
    /// With words, or with what has been said already.
    pub fn words(mut self, words: impl AsRef<str>) -> Self {
        match self.parts.last_mut() {
            Some(Part::Words(last)) => last.push_str(&plain(words.as_ref())),
            _ => self.parts.push(Part::Words(plain(words.as_ref()))),
        }
        self
    }

    /// With a label; an empty one is said to be so.
    pub fn label(self, label: &str) -> Self {
        let label = plain(label);
        match label.trim() {
            "" => self.words("(no label)"),
            label => {
                let label = Part::Label(label.to_owned());
                Sentence { parts: self.parts.into_iter().chain([label]).collect() }
            }
        }
    }

    /// With another sentence.
    pub fn and(self, other: &Sentence) -> Self {
        other.parts.iter().fold(self, |sentence, part| match part {
            Part::Words(words) => sentence.words(words),
            Part::Label(label) => sentence.label(label),
        })
    }

    /// With a list of labels: the first eight, and how many more there are.
    pub fn labels(self, labels: &[String]) -> Self {
        let shown = if labels.len() <= MOST_NAMED + 1 { labels.len() } else { MOST_NAMED };
        let named = labels
            .iter()
            .take(shown)
            .enumerate()
            .fold(self, |sentence, (at, label)| if at == 0 { sentence } else { sentence.words(", ") }.label(label));
        if shown < labels.len() { named.words(format!(" and {} more", labels.len() - shown)) } else { named }
    }

    /// The sentence without any marks.
    pub fn plain(&self) -> String {
        self.marked(str::to_owned)
    }

    /// The sentence with its labels as this makes them: bold, say.
    pub fn marked(&self, mark: impl Fn(&str) -> String) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Words(words) => words.clone(),
                Part::Label(label) => mark(label),
            })
            .collect()
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.marked(|label| format!("*{label}*")))
    }
}

/// A text in one line, with nothing in it that a terminal would obey.
fn plain(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\n' | '\r' | '\t' => ' ',
            letter if is_unseen(letter) => '\u{fffd}',
            letter => letter,
        })
        .collect()
}

/// A value as it stands in a sentence, cut where it is long.
pub(super) fn brief(value: &Value) -> String {
    let text = shown(value);
    cut(&text, 0)
}

/// Two values that differ, long ones cut so that the difference is still seen.
pub(super) fn brief_both(old: &Value, new: &Value) -> (String, String) {
    let (old, new) = (shown(old), shown(new));
    let alike = old.chars().zip(new.chars()).take_while(|(old, new)| old == new).count();
    let long = old.chars().count().max(new.chars().count()) > MOST_CHARS;
    let from = if long && alike > MOST_CHARS - CONTEXT_CHARS { alike - CONTEXT_CHARS } else { 0 };
    // From the next word on, where one begins before the difference.
    let word = old.chars().take(alike).skip(from).position(|letter| letter == ' ').filter(|_| from > 0);
    let from = from + word.map_or(0, |space| space + 1);
    (cut(&old, from), cut(&new, from))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) if !items.is_empty() && items.iter().all(|item| !item.is_object() && !item.is_array()) => {
            items.iter().map(Value::to_string).collect::<Vec<_>>().join(", ")
        }
        Value::Null => "empty".to_owned(),
        value => value.to_string(),
    }
}

fn cut(text: &str, from: usize) -> String {
    let mut letters = text.chars().skip(from);
    let before = match text.chars().next() {
        Some('"') if from > 0 => "\"…",
        _ if from > 0 => "…",
        _ => "",
    };
    let mut cut = before.to_owned();
    cut.extend(letters.by_ref().take(MOST_CHARS));
    if letters.next().is_some() {
        cut.push('…');
    }
    cut
}
