//! An answer with every generated value under its name.
//!
//! What a value is, is told by where it stands ([`super::place`]) and by its shape ([`super::generated`]).

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Number, Value};

use super::generated::{SHORTEST_SHAPE, Shape, is_date_time, shape_at};
use super::json_text::{Layout, push_text};
use super::names::Names;
use super::place::{Place, Role};

/// An epoch before 1973 is taken for a small number.
const FIRST_EPOCH: f64 = 1e8;
const EPOCH_DIGITS: usize = 9;
const TIME: &str = "[time]";
pub(super) const BLANK: &str = "[id]";
const LABEL_CHARS: usize = 60;

/// Who gives out names.
pub(super) trait Naming {
    /// What has been named so far.
    fn names(&self) -> &Names;
    /// The name of a value after this stem.
    fn after(&mut self, value: &str, stem: &str) -> Arc<str>;
    /// The name of a value that only its shape tells for generated.
    fn by_appearance(&mut self, value: &str) -> Arc<str>;

    /// What a key of an object in this place is called.
    fn key<'t>(&mut self, key: &'t str, place: Place) -> Cow<'t, str>
    where
        Self: Sized,
    {
        render_key(self, key, place)
    }

    /// Writes a text that stands in this role.
    fn text(&mut self, out: &mut String, text: &str, role: Role)
    where
        Self: Sized,
    {
        push_text(out, &rewrite(self, text, role));
    }

    /// Writes a number that stands where ids stand.
    fn number(&mut self, out: &mut String, number: &str) {
        match self.names().known_id(number) {
            Some(name) => push_text(out, name),
            None => out.push_str(number),
        }
    }

    /// Writes the id of a step or an element, which is called after this stem.
    fn own_id(&mut self, out: &mut String, id: &str, stem: &str) {
        push_text(out, &self.after(id, stem));
    }
}

impl Naming for Names {
    fn names(&self) -> &Names {
        self
    }
    fn after(&mut self, value: &str, stem: &str) -> Arc<str> {
        self.name(value, stem)
    }
    fn by_appearance(&mut self, value: &str) -> Arc<str> {
        self.name_by_appearance(value)
    }
}

/// Gives out none: what has no name yet is blank, all alike. So things are put in order before they have names.
struct Blank<'a>(&'a Names);

impl Naming for Blank<'_> {
    fn names(&self) -> &Names {
        self.0
    }
    fn after(&mut self, value: &str, stem: &str) -> Arc<str> {
        self.0.known_after(value, stem).unwrap_or(BLANK).into()
    }
    fn by_appearance(&mut self, value: &str) -> Arc<str> {
        self.0.known_anywhere(value).unwrap_or(BLANK).into()
    }
}

/// A value's text with what has no name yet left blank.
pub(super) fn blank_text(names: &Names, value: &Value, key: &str, place: Place) -> String {
    render(&mut Blank(names), value, key, place, Layout::Compact)
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
        let mut line = String::with_capacity(text.len());
        for word in text.split_whitespace() {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
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

/// Entries of an object in an order that neither the server's nor the ids decide: by key, and where the key is an id without
/// a name yet, by what it holds.
pub(super) fn ordered<'a>(
    names: &Names,
    entries: impl Iterator<Item = (&'a String, &'a Value)>,
    place: Place,
) -> Vec<(&'a String, &'a Value)> {
    let mut entries: Vec<_> = entries
        .map(|(key, value)| {
            let shown = match render_key(&mut Blank(names), key, place) {
                shown if place == Place::IdMap && shown == *key => Cow::Borrowed(BLANK),
                shown => shown,
            };
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

/// The text of a value with names in the place of what was generated, and its keys sorted.
pub(super) fn render<N: Naming>(naming: &mut N, value: &Value, key: &str, place: Place, layout: Layout) -> String {
    let mut writer = Writer { naming, out: String::new(), layout };
    writer.value(value, key, place, 0);
    writer.out
}

/// Writes a value's text in one pass: an answer is rendered at every step, and most of it stays as it is.
struct Writer<'n, N> {
    naming: &'n mut N,
    out: String,
    layout: Layout,
}

impl<N: Naming> Writer<'_, N> {
    fn value(&mut self, value: &Value, key: &str, place: Place, depth: usize) {
        match value {
            Value::Object(fields) => self.object(fields, place, depth),
            Value::Array(items) => {
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    self.layout.begin(&mut self.out, at == 0, depth + 1);
                    self.value(item, key, Place::of_item(key), depth + 1);
                }
                self.layout.end(&mut self.out, items.is_empty(), depth);
                self.out.push(']');
            }
            Value::String(text) => self.naming.text(&mut self.out, text, Role::of(key, place)),
            Value::Number(number) => self.number(number, Role::of(key, place)),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Null => self.out.push_str("null"),
        }
    }

    fn object(&mut self, fields: &Map<String, Value>, place: Place, depth: usize) {
        let stem = match place {
            Place::Step => Some(step_stem(self.naming.names(), fields)),
            Place::Element => Some(element_stem(self.naming.names(), fields)),
            _ => None,
        };
        self.out.push('{');
        let start = self.out.len();
        let mut entries = Entries::default();
        for (key, value) in ordered(self.naming.names(), fields.iter(), place) {
            let shown = entries.distinct(self.naming.key(key, place));
            self.layout.begin(&mut self.out, entries.written.is_empty(), depth + 1);
            let from = self.out.len();
            push_text(&mut self.out, &shown);
            self.layout.colon(&mut self.out);
            let own_id = stem.as_ref().filter(|_| key == "id").zip(id_text(value));
            match own_id {
                Some((stem, id)) => self.naming.own_id(&mut self.out, &id, stem),
                None => self.child(value, key, place, depth + 1),
            }
            entries.written.push((shown, from..self.out.len()));
        }
        if !entries.written.is_sorted_by(|left, right| left.0 <= right.0) {
            entries.written.sort_by(|left, right| left.0.cmp(&right.0));
            let text = self.out.split_off(start);
            for (at, (_, range)) in entries.written.iter().enumerate() {
                self.layout.begin(&mut self.out, at == 0, depth + 1);
                self.out.push_str(&text[range.start - start..range.end - start]);
            }
        }
        self.layout.end(&mut self.out, fields.is_empty(), depth);
        self.out.push('}');
    }

    /// A value under a key of an object in this place.
    fn child(&mut self, value: &Value, key: &str, place: Place, depth: usize) {
        match value {
            Value::Object(_) => self.value(value, key, Place::of_object(key), depth),
            Value::Array(_) => self.value(value, key, Place::Other, depth),
            _ if place == Place::IdMap => self.value(value, "", Place::Other, depth),
            _ => self.value(value, key, place, depth),
        }
    }

    fn number(&mut self, number: &Number, role: Role) {
        let text = plain_number(number).to_string();
        match role {
            Role::Time if number.as_f64().is_some_and(|epoch| epoch >= FIRST_EPOCH) => push_text(&mut self.out, TIME),
            Role::Id => self.naming.number(&mut self.out, &text),
            _ => self.out.push_str(&text),
        }
    }
}

/// The entries of an object that were written: what their keys are called, and where in the text they stand.
#[derive(Default)]
struct Entries<'a> {
    written: Vec<(Cow<'a, str>, Range<usize>)>,
    /// The keys, once there is one that was given another name.
    taken: Option<HashSet<String>>,
}

impl<'a> Entries<'a> {
    /// Two keys that got one name (two instants, say) are kept apart.
    fn distinct(&mut self, shown: Cow<'a, str>) -> Cow<'a, str> {
        if self.taken.is_none() && matches!(shown, Cow::Borrowed(_)) {
            return shown;
        }
        let taken =
            self.taken.get_or_insert_with(|| self.written.iter().map(|(key, _)| key.clone().into_owned()).collect());
        let mut key = shown.clone();
        let mut number = 1;
        while !taken.insert(key.clone().into_owned()) {
            number += 1;
            key = Cow::Owned(format!("{shown}#{number}"));
        }
        key
    }
}

pub(super) fn render_key<'t, N: Naming>(naming: &mut N, key: &'t str, place: Place) -> Cow<'t, str> {
    rewrite(naming, key, if place == Place::IdMap { Role::Id } else { Role::Plain })
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
pub(super) fn rewrite_text<'t, N: Naming>(naming: &mut N, text: &'t str) -> Cow<'t, str> {
    rewrite(naming, text, Role::Plain)
}

/// The same of a text in this role. One in which nothing was generated is given back as it is.
pub(super) fn rewrite<'t, N: Naming>(naming: &mut N, text: &'t str, role: Role) -> Cow<'t, str> {
    let digits_only = || text.len() >= EPOCH_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    match role {
        Role::Bound => return Cow::Borrowed(text),
        Role::Secret(stem) if !text.is_empty() => return Cow::Owned(naming.after(text, stem).to_string()),
        Role::Time if is_date_time(text) || digits_only() => return Cow::Owned(TIME.to_owned()),
        Role::Id => {
            if let Some(name) = naming.names().known_id(text) {
                return Cow::Owned(name.to_owned());
            }
        }
        _ => {}
    }
    let mut out = String::new();
    let (mut at, mut copied) = (0, 0);
    while let Some(next) = text[at..].chars().next() {
        let known = if role == Role::Data { None } else { naming.names().known_at(text, at) };
        if known.is_none()
            && text.len() - at < SHORTEST_SHAPE
            && (role == Role::Data || naming.names().all_have_shapes())
        {
            break;
        }
        let (length, name) = match known.map(|(length, name)| (length, name.to_owned())) {
            Some(known) => known,
            None => match shape_at(text, at) {
                Some((shape, length)) => (length, named(naming, shape, &text[at..at + length])),
                None => {
                    at += next.len_utf8();
                    continue;
                }
            },
        };
        out.push_str(&text[copied..at]);
        out.push_str(&name);
        at += length;
        copied = at;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

fn named<N: Naming>(naming: &mut N, shape: Shape, found: &str) -> String {
    match shape {
        Shape::Id => naming.by_appearance(found).to_string(),
        Shape::Token => naming.after(found, "token").to_string(),
        Shape::Instant => TIME.to_owned(),
    }
}
