//! An answer with every generated value under its name.
//!
//! What a value is, is told by where it stands ([`Place`], [`Role`]) and by its shape ([`super::generated`]).

use std::collections::HashSet;

use serde_json::{Map, Number, Value};

use super::generated::{Shape, is_date_time, shape_at};
use super::names::Names;

/// What an object is, told by what it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A whole answer that is a step.
    Step,
    /// A whole answer to an upload.
    Upload,
    /// One of a step's elements.
    Element,
    /// A rule of an element's condition.
    Rule,
    /// A rule of an element's validations: what it bounds is the flow's behaviour, also where it is an instant.
    Validation,
    /// A map whose keys are ids.
    IdMap,
    /// Anything else.
    Other,
}

impl Place {
    /// The place of an item of the list under this key.
    pub(super) fn of_item(key: &str) -> Self {
        match key {
            "elements" => Place::Element,
            "rules" => Place::Rule,
            "validations" => Place::Validation,
            _ => Place::Other,
        }
    }

    /// The place of an object under this key.
    pub(super) fn of_object(key: &str) -> Self {
        match key {
            "fieldData" | "fileData" | "enhancedFileData" | "flowData" => Place::IdMap,
            _ => Place::Other,
        }
    }
}

/// What a value is, told by the key that it stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Where ids stand.
    Id,
    /// Generated, and called by this word.
    Secret(&'static str),
    /// Where instants stand.
    Time,
    /// A name that people or the API gave: only what has a generated shape is none.
    Data,
    /// A bound that values are held to; nothing of it is generated.
    Bound,
    Plain,
}

impl Role {
    fn of(key: &str, place: Place) -> Self {
        let squashed: String =
            key.chars().filter(|character| !matches!(character, '_' | '-')).collect::<String>().to_ascii_lowercase();
        match squashed.as_str() {
            "role" | "normalizedname" | "type" | "name" | "title" => Role::Data,
            _ if place == Place::Validation => Role::Bound,
            "element" | "field" => Role::Id,
            "key" if place == Place::Upload => Role::Secret("key"),
            "shortcode" => Role::Secret("short-code"),
            "jwt" => Role::Secret("token"),
            "created" | "modified" | "updated" | "lastmodified" | "lastupdated" => Role::Time,
            _ if squashed.ends_with("token") => Role::Secret("token"),
            _ if squashed.ends_with("timestamp") || ends_a_word(key, "at") => Role::Time,
            _ if squashed == "id" || ends_a_word(key, "id") || ends_a_word(key, "ids") => Role::Id,
            _ => Role::Plain,
        }
    }
}

/// Whether a key's last word is this one: `createdAt`, `created_at`, but not `format`.
fn ends_a_word(key: &str, word: &str) -> bool {
    let Some(split) = key.len().checked_sub(word.len()).filter(|split| key.is_char_boundary(*split)) else {
        return false;
    };
    let (before, last) = key.split_at(split);
    last.eq_ignore_ascii_case(word)
        && (before.ends_with(['_', '-'])
            || (last.starts_with(|first: char| first.is_ascii_uppercase())
                && before.ends_with(|end: char| end.is_ascii_lowercase() || end.is_ascii_digit())))
}

/// An epoch before 1973 is taken for a small number.
const FIRST_EPOCH: f64 = 1e8;
const EPOCH_DIGITS: usize = 9;
const TIME: &str = "[time]";
const BLANK: &str = "[id]";
const LABEL_CHARS: usize = 60;

/// Who gives out names.
pub(super) trait Naming {
    /// What has been named so far.
    fn names(&self) -> &Names;
    /// The name of a value after this stem.
    fn after(&mut self, value: &str, stem: &str) -> String;
    /// The name of a value that only its shape tells for generated.
    fn by_appearance(&mut self, value: &str) -> String;
}

impl Naming for Names {
    fn names(&self) -> &Names {
        self
    }
    fn after(&mut self, value: &str, stem: &str) -> String {
        self.name(value, stem)
    }
    fn by_appearance(&mut self, value: &str) -> String {
        self.name_by_appearance(value)
    }
}

/// Gives out none: what has no name yet is blank, all alike. So things are put in order before they have names.
struct Blank<'a>(&'a Names);

impl Naming for Blank<'_> {
    fn names(&self) -> &Names {
        self.0
    }
    fn after(&mut self, value: &str, stem: &str) -> String {
        self.0.known_after(value, stem).unwrap_or(BLANK).to_owned()
    }
    fn by_appearance(&mut self, value: &str) -> String {
        self.0.known_anywhere(value).unwrap_or(BLANK).to_owned()
    }
}

/// A value's text with what has no name yet left blank.
pub(super) fn blank_text(names: &Names, value: &Value, key: &str, place: Place) -> String {
    render(&mut Blank(names), value, key, place).to_string()
}

/// The stem of a step's own id: its title, or else its type.
pub(super) fn step_stem(names: &Names, step: &Map<String, Value>) -> String {
    let kind = || label(names, step, &["type"]).map(|kind| kind.to_lowercase());
    format!("id:{}", label(names, step, &["title"]).or_else(kind).unwrap_or_else(|| "step".to_owned()))
}

/// The stem of an element's id: its label, or what else tells it from others.
pub(super) fn element_stem(names: &Names, element: &Map<String, Value>) -> String {
    let label = label(names, element, &["name", "normalizedName", "role", "type"]);
    format!("id:{}", label.unwrap_or_else(|| "element".to_owned()))
}

/// The first of these that says something, in one line of bounded length.
pub(super) fn label(names: &Names, fields: &Map<String, Value>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| {
        let text = rewrite(&mut Blank(names), fields.get(*key)?.as_str()?, Role::Data);
        let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((cut, _)) = line.char_indices().nth(LABEL_CHARS) {
            line.truncate(cut);
            line.push('…');
        }
        (!line.is_empty()).then_some(line)
    })
}

/// What an id of any shape is known by: a text or a number.
pub(super) fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(plain_number(number).to_string()),
        _ => None,
    }
}

/// An object's entries in an order that neither the server's nor the ids decide: by key, and where the key is an id without
/// a name yet, by what it holds.
pub(super) fn ordered<'a>(names: &Names, fields: &'a Map<String, Value>, place: Place) -> Vec<(&'a String, &'a Value)> {
    let mut entries: Vec<_> = fields
        .iter()
        .map(|(key, value)| {
            let mut shown = render_key(&mut Blank(names), key, place);
            if place == Place::IdMap && shown == *key {
                shown = BLANK.to_owned();
            }
            let content = if shown.contains(BLANK) && shown != *key {
                blank_text(names, value, "", Place::Other)
            } else {
                String::new()
            };
            (shown, content, (key, value))
        })
        .collect();
    entries.sort_by(|left, right| (&left.0, &left.1).cmp(&(&right.0, &right.1)));
    entries.into_iter().map(|(.., entry)| entry).collect()
}

/// A value with names in the place of what was generated, and its keys sorted.
pub(super) fn render<N: Naming>(naming: &mut N, value: &Value, key: &str, place: Place) -> Value {
    match value {
        Value::Object(fields) => Value::Object(render_object(naming, fields, place)),
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| render(naming, item, key, Place::of_item(key))).collect())
        }
        Value::String(text) => Value::String(rewrite(naming, text, Role::of(key, place))),
        Value::Number(number) => render_number(naming, number, Role::of(key, place)),
        Value::Bool(_) | Value::Null => value.clone(),
    }
}

fn render_object<N: Naming>(naming: &mut N, fields: &Map<String, Value>, place: Place) -> Map<String, Value> {
    let stem = match place {
        Place::Step => Some(step_stem(naming.names(), fields)),
        Place::Element => Some(element_stem(naming.names(), fields)),
        _ => None,
    };
    let mut taken = HashSet::new();
    let mut entries = Vec::with_capacity(fields.len());
    for (key, value) in ordered(naming.names(), fields, place) {
        let shown = distinct(render_key(naming, key, place), &mut taken);
        let own_id = stem.as_ref().filter(|_| key == "id").zip(id_text(value));
        let value = match own_id {
            Some((stem, id)) => Value::String(naming.after(&id, stem)),
            None => render_child(naming, value, key, place),
        };
        entries.push((shown, value));
    }
    entries.sort_by(|left, right| left.0.cmp(&right.0));
    entries.into_iter().collect()
}

/// A value under a key of an object in this place.
fn render_child<N: Naming>(naming: &mut N, value: &Value, key: &str, place: Place) -> Value {
    match value {
        Value::Object(_) => render(naming, value, key, Place::of_object(key)),
        Value::Array(_) => render(naming, value, key, Place::Other),
        _ if place == Place::IdMap => render(naming, value, "", Place::Other),
        _ => render(naming, value, key, place),
    }
}

fn render_key<N: Naming>(naming: &mut N, key: &str, place: Place) -> String {
    rewrite(naming, key, if place == Place::IdMap { Role::Id } else { Role::Plain })
}

/// Two keys that got one name (two instants, say) are kept apart.
fn distinct(shown: String, taken: &mut HashSet<String>) -> String {
    let mut key = shown.clone();
    let mut number = 1;
    while !taken.insert(key.clone()) {
        number += 1;
        key = format!("{shown}#{number}");
    }
    key
}

fn render_number<N: Naming>(naming: &mut N, number: &Number, role: Role) -> Value {
    let number = plain_number(number);
    match role {
        Role::Time if number.as_f64().is_some_and(|epoch| epoch >= FIRST_EPOCH) => TIME.into(),
        Role::Id => match naming.names().known_id(&number.to_string()) {
            Some(name) => name.into(),
            None => Value::Number(number),
        },
        _ => Value::Number(number),
    }
}

/// A whole number without its decimals: `1.0` is `1`.
fn plain_number(number: &Number) -> Number {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < EXACT =>
        {
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and within bounds")]
            Number::from(float as i64)
        }
        _ => number.clone(),
    }
}

/// A text with names in the place of what was generated.
pub(super) fn rewrite_text<N: Naming>(naming: &mut N, text: &str) -> String {
    rewrite(naming, text, Role::Plain)
}

fn rewrite<N: Naming>(naming: &mut N, text: &str, role: Role) -> String {
    let digits_only = || text.len() >= EPOCH_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    match role {
        Role::Bound => return text.to_owned(),
        Role::Secret(stem) if !text.is_empty() => return naming.after(text, stem),
        Role::Time if is_date_time(text) || digits_only() => return TIME.to_owned(),
        Role::Id => {
            if let Some(name) = naming.names().known_id(text) {
                return name.to_owned();
            }
        }
        _ => {}
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let known = if role == Role::Data { None } else { naming.names().known_at(text, at) };
        if let Some((length, name)) = known {
            out.push_str(name);
            at += length;
        } else if let Some((shape, length)) = shape_at(text, at) {
            let found = &text[at..at + length];
            out.push_str(&match shape {
                Shape::Id => naming.by_appearance(found),
                Shape::Token => naming.after(found, "token"),
                Shape::Instant => TIME.to_owned(),
            });
            at += length;
        } else {
            out.push(next);
            at += next.len_utf8();
        }
    }
    out
}
