//! People whom services know: data that go together, for each step that asks for them.

use serde_json::Value;

use super::classes::Override;
use crate::api::element::Element;
use crate::api::field::find;
use crate::compose::field::key;

/// A person, or a business, of whom services have something to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// What the person stands for: `without a match`.
    pub name: String,
    /// What is entered into which field, by role, label or whatever else names it.
    pub data: Vec<(String, Value)>,
}

impl Person {
    /// What this person enters into a form.
    pub fn entries(&self, elements: &[Element]) -> Vec<Override> {
        let entry =
            |(name, value): &(String, Value)| Some((key(elements, find(elements, name).ok()?), Some(value.clone())));
        self.data.iter().filter_map(entry).collect()
    }
}
