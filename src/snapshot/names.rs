//! Which generated value is called what, through one scenario.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use super::generated::{is_boundary, is_distinctive};
use crate::api::id::is_generated_id;

/// The stable names of one scenario's generated values.
///
/// Fed with every step's answer in turn, it calls the same value by the same name throughout: `[id:First name]`,
/// `[session]`, `[id:1]`. A value that the flow's rebuilding changes gets the name that its predecessor had, because a name
/// comes from what stays: an element's label, a step's title, the order of first appearance.
///
/// ```
/// use draftgate::snapshot::{Names, Options};
/// let mut names = Names::new();
/// names.name_session("6f9619ff-8b86-d011-b42d-00cf4fc964ff", None);
/// let answer = serde_json::json!({
///     "title": "You", "id": "5f2a9c0d1e3b4a5c6d7e8f90",
///     "elements": [{"id": "5f2a9c0d1e3b4a5c6d7e8f91", "name": "First name"}],
/// });
/// let text = names.normalise(&answer, &Options::default());
/// assert!(text.contains(r#""id": "[id:You]""#) && text.contains(r#""id": "[id:First name]""#));
/// assert_eq!(names.normalise_text("gone: 6F9619FF-8B86-D011-B42D-00CF4FC964FF"), "gone: [session]");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Values that cannot be mistaken, by their folded form; one name each for the whole scenario.
    distinctive: HashMap<Box<str>, Arc<str>>,
    /// Values that other things may be called too, each with the stem that it was named after: a foreign implementation
    /// may count its elements from one again in every step.
    ordinary: HashMap<(String, String), Arc<str>>,
    /// Which of their names an ordinary id has now, as the latest step to have it left it.
    current: HashMap<String, Arc<str>>,
    used: HashSet<Arc<str>>,
    /// The lengths in bytes of the distinctive values that have no shape of their own.
    lengths: BTreeSet<usize>,
    anonymous: usize,
}

impl Names {
    /// No value has a name yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls a flow's id by the alias that the scenario has for it; a flow known by its id only keeps that.
    pub fn name_flow(&mut self, id: &str, alias: &str) {
        if id != alias && !id.is_empty() {
            let name = self.name(id, &format!("flow:{alias}"));
            self.current.insert(id.to_owned(), name);
        }
    }

    /// Calls a session by the applicant whose it is; the unnamed applicant's is `[session]`, a second one of the same
    /// applicant `[session#2]`.
    pub fn name_session(&mut self, session: &str, applicant: Option<&str>) {
        if !session.is_empty() {
            let stem = applicant.map_or_else(|| "session".to_owned(), |name| format!("session:{name}"));
            let name = self.name(session, &stem);
            self.current.insert(session.to_owned(), name);
        }
    }

    /// The name of a value, made from the stem when it has none yet.
    pub(super) fn name(&mut self, value: &str, stem: &str) -> Arc<str> {
        let distinctive = is_distinctive(value);
        let known = match distinctive {
            true => self.distinctive.get(fold(value).as_ref()),
            false => self.ordinary.get(&(value.to_owned(), stem.to_owned())),
        };
        if let Some(name) = known {
            return name.clone();
        }
        let name = self.unused(stem);
        self.keep(value, stem, name.clone(), distinctive);
        name
    }

    /// The name of a value that only its shape tells for generated: `[id:1]`, `[id:2]`.
    pub(super) fn name_by_appearance(&mut self, value: &str) -> Arc<str> {
        if let Some(name) = self.distinctive.get(fold(value).as_ref()) {
            return name.clone();
        }
        let name = loop {
            self.anonymous += 1;
            let name: Arc<str> = format!("[id:{}]", self.anonymous).into();
            if self.used.insert(name.clone()) {
                break name;
            }
        };
        self.keep(value, "", name.clone(), is_distinctive(value));
        name
    }

    /// Says which names the ids of a step have now; of several of one id the first holds.
    pub(super) fn set_current(&mut self, names: Vec<(String, Arc<str>)>) {
        // One that cannot be mistaken has one name for good.
        let ordinary = names.into_iter().rev().filter(|(id, _)| !is_distinctive(id));
        self.current.extend(ordinary);
    }

    /// The name of a value that stands where ids stand.
    pub(super) fn known_id(&self, value: &str) -> Option<&str> {
        self.distinctive.get(fold(value).as_ref()).or_else(|| self.current.get(value)).map(|name| &**name)
    }

    /// The name of a value that cannot be mistaken for anything else.
    pub(super) fn known_anywhere(&self, value: &str) -> Option<&str> {
        self.distinctive.get(fold(value).as_ref()).map(|name| &**name)
    }

    /// The name that a value was given after this stem.
    pub(super) fn known_after(&self, value: &str, stem: &str) -> Option<&str> {
        self.known_anywhere(value)
            .or_else(|| self.ordinary.get(&(value.to_owned(), stem.to_owned())).map(|name| &**name))
    }

    /// Whether every value that cannot be mistaken is told by its shape alone.
    pub(super) fn all_have_shapes(&self) -> bool {
        self.lengths.is_empty()
    }

    /// The longest known value without a shape of its own that begins at this byte, as a word: its length and name.
    pub(super) fn known_at(&self, text: &str, at: usize) -> Option<(usize, &str)> {
        if self.lengths.is_empty() || !is_boundary(text, at) {
            return None;
        }
        self.lengths.iter().rev().find_map(|&length| {
            let name = self.distinctive.get(text.get(at..at + length)?)?;
            is_boundary(text, at + length).then_some((length, &**name))
        })
    }

    fn keep(&mut self, value: &str, stem: &str, name: Arc<str>, distinctive: bool) {
        if distinctive {
            if !is_generated_id(value) {
                self.lengths.insert(value.len());
            }
            self.distinctive.insert(fold(value).into(), name);
        } else {
            self.ordinary.insert((value.to_owned(), stem.to_owned()), name);
        }
    }

    fn unused(&mut self, stem: &str) -> Arc<str> {
        let mut name: Arc<str> = ["[", stem, "]"].concat().into();
        let mut number = 1;
        while !self.used.insert(Arc::clone(&name)) {
            number += 1;
            name = format!("[{stem}#{number}]").into();
        }
        name
    }
}

/// Hexadecimal ids are the same in either case.
fn fold(value: &str) -> Cow<'_, str> {
    let capitals = value.bytes().any(|byte| byte.is_ascii_uppercase());
    if capitals && is_generated_id(value) { Cow::Owned(value.to_ascii_lowercase()) } else { Cow::Borrowed(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";

    #[test]
    fn a_value_has_one_name_and_a_name_one_value() {
        let mut names = Names::new();
        assert_eq!(&*names.name(UUID, "session"), "[session]");
        assert_eq!(&*names.name(&UUID.to_uppercase(), "id:other"), "[session]");
        assert_eq!(&*names.name("04711-abc", "session"), "[session#2]");
        assert_eq!(&*names.name("field-0001", "id:X"), "[id:X]");
        assert_eq!(&*names.name("field-0002", "id:X"), "[id:X#2]");
        assert_eq!(&*names.name("field-0003", "id:X#2"), "[id:X#2#2]");
        assert_eq!(&*names.name("field-0004", "id:1"), "[id:1]");
        assert_eq!(&*names.name_by_appearance("5f2a9c0d1e3b4a5c6d7e8f90"), "[id:2]");
        assert_eq!(&*names.name_by_appearance("5F2A9C0D1E3B4A5C6D7E8F90"), "[id:2]");
    }

    #[test]
    fn an_ordinary_id_has_a_name_for_each_thing_that_it_is() {
        let mut names = Names::new();
        assert_eq!(&*names.name("1", "id:Street"), "[id:Street]");
        assert_eq!(&*names.name("1", "id:First name"), "[id:First name]");
        assert_eq!(&*names.name("1", "id:Street"), "[id:Street]");
        assert_eq!(names.known_id("1"), None);
        names.set_current(vec![("1".to_owned(), "[id:Street]".into()), ("1".to_owned(), "[id:Other]".into())]);
        assert_eq!(names.known_id("1"), Some("[id:Street]"));
        assert_eq!(names.known_anywhere("1"), None);
    }

    #[test]
    fn known_values_are_found_as_words_the_longest_first() {
        let mut names = Names::new();
        names.name("field-04711", "a");
        names.name("field-04711-b", "b");
        assert_eq!(names.known_at("x/field-04711-b", 2), Some((13, "[b]")));
        assert_eq!(names.known_at("x/field-04711-c", 2), Some((11, "[a]")));
        assert_eq!(names.known_at("x/field-047112", 2), None);
        assert_eq!(names.known_at("xfield-04711", 1), None);
    }

    #[test]
    fn a_flow_without_an_alias_keeps_its_id() {
        let mut names = Names::new();
        names.name_flow("field-04711", "field-04711");
        assert_eq!(names.known_id("field-04711"), None);
        names.name_flow("retail", "shop");
        assert_eq!(names.known_id("retail"), Some("[flow:shop]"));
        names.name_session("s", Some("Ada"));
        assert_eq!(names.known_id("s"), Some("[session:Ada]"));
    }
}
