//! What a persona enters into a form.

use super::classes::Override;
use crate::api::element::Element;
use crate::api::field::find;
use crate::compose::field::key;
use crate::scenario::Persona;

/// What somebody enters into a form, by what a scenario calls its fields.
pub fn entries(person: &Persona, elements: &[Element]) -> Vec<Override> {
    let entry = |(name, value): &(String, serde_json::Value)| {
        let element = find(elements, name).ok()?;
        Some((key(elements, element), Some(element.offered(value))))
    };
    person.data.iter().filter_map(entry).collect()
}
