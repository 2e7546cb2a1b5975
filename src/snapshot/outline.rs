//! The text of an answer but for the names in it.
//!
//! Thousands of applicants are shown the same documents, and of a document's text only the names of what was generated can be
//! another for each. Of one that comes again the rest is made once, and then only filled in.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;

use super::generated::is_distinctive;
use super::json_text::{Layout, push_text};
use super::names::Names;
use super::normalise::{learn, place_of};
use super::place::{Place, Role};
use super::render::{BLANK, Naming, render, render_key, rewrite};
use crate::api::exchange::Document;

/// The most documents that are remembered.
const MOST: usize = 256;

/// The text of a document without the names in it, and what is needed to fill it in.
#[derive(Debug)]
pub struct Outline {
    text: String,
    /// What stands in the text, before which byte of it, in order.
    holes: Vec<(usize, Hole)>,
    /// The ids of the step and its elements, each with the stem that it is called after, in the order in which they are named.
    lessons: Vec<(String, String)>,
    /// The same in the order in which an id is held to mean them.
    ordinary: Vec<(String, Arc<str>)>,
}

#[derive(Debug)]
enum Hole {
    Text(String, Role),
    Number(String),
    /// The id of a step or an element, by the number of its lesson.
    OwnId(usize),
}

impl Outline {
    /// The outline of a document; none of one in which more than the names depends on what was named before.
    fn of(document: &Value) -> Option<Self> {
        let place = place_of(document);
        let mut lessons = Lessons { unnamed: Names::new(), all: Vec::new() };
        let mut ordinary = Vec::new();
        learn(&mut lessons, document, "", place, &mut ordinary);
        // One that cannot be mistaken means the same everywhere.
        ordinary.retain(|(id, _)| !is_distinctive(id));
        let mut outliner = Outliner { unnamed: Names::new(), lessons: &lessons.all, holes: Vec::new(), certain: true };
        let text = render(&mut outliner, document, "", place, Layout::Lines);
        let Outliner { holes, certain, .. } = outliner;
        certain.then_some(Outline { text, holes, lessons: lessons.all, ordinary })
    }

    /// What [`Names::normalise`] makes of the document; none where it has to be asked, because something has a name that may
    /// stand anywhere in a text.
    pub fn fill(&self, names: &mut Names) -> Option<String> {
        let called: Vec<Arc<str>> = self.lessons.iter().map(|(id, stem)| names.name(id, stem)).collect();
        if !names.all_have_shapes() {
            return None;
        }
        let current = self.ordinary.iter().map(|(id, stem)| (id.clone(), names.name(id, stem))).collect();
        names.set_current(current);
        let mut out = String::with_capacity(self.text.len() + 32 * self.holes.len());
        let mut from = 0;
        for (at, hole) in &self.holes {
            out.push_str(&self.text[from..*at]);
            from = *at;
            match hole {
                Hole::Text(text, role) => names.text(&mut out, text, *role),
                Hole::Number(number) => Naming::number(names, &mut out, number),
                Hole::OwnId(lesson) => push_text(&mut out, &called[*lesson]),
            }
        }
        out.push_str(&self.text[from..]);
        Some(out)
    }
}

/// Notes what is to be named.
struct Lessons {
    unnamed: Names,
    all: Vec<(String, String)>,
}

impl Naming for Lessons {
    fn names(&self) -> &Names {
        &self.unnamed
    }
    /// The stem for the name, which is not known yet.
    fn after(&mut self, value: &str, stem: &str) -> Arc<str> {
        self.all.push((value.to_owned(), stem.to_owned()));
        stem.into()
    }
    fn by_appearance(&mut self, _: &str) -> Arc<str> {
        BLANK.into()
    }
}

/// Leaves out what depends on names.
struct Outliner<'a> {
    unnamed: Names,
    lessons: &'a [(String, String)],
    holes: Vec<(usize, Hole)>,
    /// Whether all that depends on names was left out.
    certain: bool,
}

impl Naming for Outliner<'_> {
    fn names(&self) -> &Names {
        &self.unnamed
    }
    /// A token, which from then on is known wherever it stands.
    fn after(&mut self, _: &str, _: &str) -> Arc<str> {
        self.certain = false;
        BLANK.into()
    }
    fn by_appearance(&mut self, _: &str) -> Arc<str> {
        BLANK.into()
    }
    /// Keys decide the order.
    fn key<'t>(&mut self, key: &'t str, place: Place) -> Cow<'t, str> {
        let shown = render_key(self, key, place);
        self.certain &= place != Place::IdMap && matches!(shown, Cow::Borrowed(_));
        shown
    }
    fn text(&mut self, out: &mut String, text: &str, role: Role) {
        let shown = rewrite(self, text, role);
        if role == Role::Id || matches!(shown, Cow::Owned(_)) {
            self.holes.push((out.len(), Hole::Text(text.to_owned(), role)));
        } else {
            push_text(out, text);
        }
    }
    fn number(&mut self, out: &mut String, number: &str) {
        self.holes.push((out.len(), Hole::Number(number.to_owned())));
    }
    fn own_id(&mut self, out: &mut String, id: &str, stem: &str) {
        let lesson = self.lessons.iter().position(|(other, name)| other == id && name == stem);
        self.certain &= lesson.is_some() && !stem.contains(BLANK);
        self.holes.extend(lesson.map(|lesson| (out.len(), Hole::OwnId(lesson))));
    }
}

fn address(document: &Document) -> usize {
    Arc::as_ptr(document.value()) as usize
}

/// The outlines of documents that came more than once.
#[derive(Debug, Default)]
pub struct Outlines(Mutex<HashMap<usize, Known>>);

#[derive(Debug)]
struct Known {
    /// Kept, so that no other document takes its place in memory.
    _document: Document,
    /// Made when it comes again.
    outline: OnceLock<Option<Arc<Outline>>>,
}

impl Outlines {
    /// The outline of a document that came before, where it has one.
    pub fn of(&self, document: &Document) -> Option<Arc<Outline>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(&address(document)) {
            return known.outline.get_or_init(|| Outline::of(document).map(Arc::new)).clone();
        }
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(address(document), Known { _document: document.clone(), outline: OnceLock::new() });
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::snapshot::Options;

    const IDS: [&str; 4] = [
        "5f2a9c0d1e3b4a5c6d7e8f90",
        "5F2A9C0D1E3B4A5C6D7E8F91",
        "6f9619ff-8b86-d011-b42d-00cf4fc964ff",
        "0f8fad5b-d9cb-469f-a165-70867728950e",
    ];
    const KEYS: [&str; 16] = [
        "id",
        "name",
        "title",
        "type",
        "elements",
        "rules",
        "validations",
        "elementId",
        "next",
        "createdAt",
        "token",
        "fieldData",
        "key",
        "text",
        "5f2a9c0d1e3b4a5c6d7e8f90",
        "role",
    ];

    fn word() -> impl Strategy<Value = String> {
        let id = prop::sample::select(&IDS[..]);
        prop_oneof![
            4 => "[a-c\"é ]{0,3}",
            2 => id.clone().prop_map(str::to_owned),
            1 => id.prop_map(|id| format!("/flow/{id}?x")),
            1 => prop::sample::select(&["1", "field-0001", "to field-0001", "form", "END", "1700000000"][..]).prop_map(str::to_owned),
            1 => Just("2024-01-01T00:00:00Z".to_owned()),
            1 => Just("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln".to_owned()),
        ]
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            6 => word().prop_map(Value::from),
            1 => (0..3_u64).prop_map(Value::from),
            1 => Just(json!(1.0)),
            1 => Just(Value::Null),
            1 => Just(Value::Bool(true)),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let entry = (prop::sample::select(&KEYS[..]).prop_map(str::to_owned), inner.clone());
            prop_oneof![
                1 => prop::collection::vec(inner, 0..4).prop_map(Value::from),
                3 => prop::collection::vec(entry, 0..6).prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    fn step() -> impl Strategy<Value = Value> {
        let element = (word(), word(), value())
            .prop_map(|(id, name, other)| json!({"id": id, "name": name, "type": "text", "next": other}));
        (word(), word(), prop::collection::vec(element, 0..4), value()).prop_map(
            |(id, title, elements, other)| json!({"id": id, "title": title, "type": "form", "elements": elements, "x": other}),
        )
    }

    proptest! {
        #[test]
        fn filled_in_it_is_what_normalising_gives(
            answers in prop::collection::vec(prop_oneof![step(), value()], 1..5), session in prop::sample::select(&IDS[..])
        ) {
            let (mut direct, mut filling) = (Names::new(), Names::new());
            for names in [&mut direct, &mut filling] {
                names.name_flow("retail", "shop");
                names.name_session(session, None);
            }
            for answer in answers.iter().chain(&answers) {
                let expected = direct.normalise(answer, &Options::default());
                let filled = Outline::of(answer).and_then(|outline| outline.fill(&mut filling));
                let text = filled.unwrap_or_else(|| filling.normalise(answer, &Options::default()));
                prop_assert_eq!(text, expected);
            }
        }
    }

    #[test]
    fn a_form_has_an_outline_from_the_second_time_on() {
        let form = Document::from(json!({"id": IDS[0], "title": "You", "type": "form", "elements": [
            {"id": IDS[1], "name": "First \"name\"", "condition": {"type": "all", "rules": [{"elementId": IDS[1]}]}}]}));
        let outlines = Outlines::default();
        assert!(outlines.of(&form).is_none());
        let outline = outlines.of(&form).expect("nothing in it depends on names but the names");
        let text = outline.fill(&mut Names::new()).unwrap();
        assert!(text.contains(r#""elementId": "[id:First \"name\"]""#), "{text}");
        assert!(Outline::of(&json!({"flowData": {IDS[0]: 1}})).is_none(), "its order depends on names");
    }
}
