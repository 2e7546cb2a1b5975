//! A flow as a run's journal names it.
//!
//! Ids of steps are generated anew whenever a flow is rebuilt, so that two runs, or a run and a map, know one step by its
//! [`Spot`]: title, type, and a digest of its elements. An element that has a condition is left out of the digest: an API may
//! leave out what is hidden, and one step must not become two by what an applicant entered.

use super::{KnownStep, View};
use crate::api::element::{Element, ElementType, option_text};
use crate::api::field::called;
use crate::api::rules::rules;
use crate::api::wire::is_blank;
use crate::journal::{Flow, FormField, Move, Spot};

/// FNV-1a of 64 bits: journals of different releases are laid over each other, and the standard library's hasher promises
/// nothing from one release to the next.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

impl KnownStep {
    /// What a journal calls this step.
    pub fn spot(&self) -> Spot {
        Spot { title: self.title.clone(), kind: self.kind.clone(), shape: self.shape() }
    }

    /// A digest of the labels, roles and types of the elements that are always shown, in whatever order they come: sixteen
    /// hexadecimal digits, nothing where there is no such element.
    fn shape(&self) -> String {
        let lasting = self.elements.iter().filter(|element| element.condition.is_none());
        let mut parts: Vec<_> = lasting.map(|element| (&element.name, &element.role, &element.kind)).collect();
        if parts.is_empty() {
            return String::new();
        }
        parts.sort_unstable();
        let text = serde_json::to_vec(&parts).unwrap_or_default();
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME);
        format!("{:016x}", text.iter().fold(FNV_OFFSET, step))
    }
}

impl KnownStep {
    /// Its elements as the field mapping takes them, with their places for ids.
    pub fn to_elements(&self) -> Vec<Element> {
        let numbered = self.elements.iter().enumerate();
        numbered.filter_map(|(at, element)| element.to_element(&at.to_string())).collect()
    }

    /// What a journal says of its fields.
    pub(super) fn fields(&self) -> Vec<FormField> {
        let elements = self.to_elements();
        elements
            .iter()
            .filter(|element| element.kind != ElementType::Static)
            .map(|element| FormField {
                name: called(&elements, element),
                options: {
                    // A blank one only asks to choose.
                    let options = element.lasting_options();
                    options.iter().filter(|option| !is_blank(option)).map(option_text).collect()
                },
                rules: rules(element).into_iter().map(|rule| rule.name().to_owned()).collect(),
            })
            .collect()
    }
}

impl View {
    /// What a journal says of this view. Steps that it has only one name for are one there.
    pub fn as_flow(&self, flow: &str) -> Flow {
        let mut steps: Vec<Spot> = Vec::new();
        let mut places = Vec::new();
        for step in &self.steps {
            let spot = step.spot();
            let place = steps.iter().position(|known| *known == spot);
            places.push((&step.key, place.unwrap_or(steps.len())));
            if place.is_none() {
                steps.push(spot);
            }
        }
        let place = |key: &String| places.iter().find(|(known, _)| *known == key).map(|(_, place)| *place);
        let mut first: Vec<usize> = self.first.iter().filter_map(place).collect();
        let known = |known: &super::Move| {
            Some(Move { from: place(&known.from)?, way: known.way.word().to_owned(), to: place(&known.to)? })
        };
        let mut moves: Vec<Move> = self.moves.iter().filter_map(known).collect();
        first.sort_unstable();
        first.dedup();
        moves.sort_unstable();
        moves.dedup();
        let mut flow = Flow {
            flow: flow.to_owned(),
            version: self.version.clone(),
            language: self.language.clone(),
            steps,
            first,
            moves,
            forms: Vec::new(),
        };
        for (step, (_, place)) in self.steps.iter().zip(&places) {
            step.fields().into_iter().for_each(|field| flow.learn_field(*place, field));
        }
        flow
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn form(elements: Value) -> Spot {
        let elements: Vec<Value> = elements.as_array().unwrap().iter().map(element).collect();
        KnownStep::of(&json!({"id": "1", "type": "form", "title": "Person", "elements": elements})).unwrap().spot()
    }

    fn element(of: &Value) -> Value {
        let mut element = json!({"id": "generated", "type": "text", "validations": []});
        element.as_object_mut().unwrap().extend(of.as_object().unwrap().clone());
        element
    }

    #[test]
    fn a_spot_is_the_same_while_labels_roles_and_types_are() {
        let plain = form(json!([{"name": "First", "role": "first_name"}, {"name": "Born", "type": "date"}]));
        // This digest is a promise: journals of earlier releases have it.
        assert_eq!(plain.shape, "889aabbba5dbca0a");
        for same in [
            json!([{"name": "Born", "type": "date"}, {"name": "First", "role": "first_name"}]),
            json!([{"name": "First", "role": "first_name", "id": "another"}, {"name": "Born", "type": "date"}]),
        ] {
            assert_eq!(form(same), plain);
        }
        for other in [
            json!([{"name": "First", "role": "first_name"}]),
            json!([{"name": "First"}, {"name": "Born", "type": "date"}]),
            json!([{"name": "Given", "role": "first_name"}, {"name": "Born", "type": "date"}]),
            json!([{"name": "First", "role": "first_name"}, {"name": "Born", "type": "text"}]),
        ] {
            assert_ne!(form(other.clone()).shape, plain.shape, "{other}");
        }
        assert_eq!(form(json!([])).shape, "");
    }

    #[test]
    fn what_a_condition_hides_makes_no_other_step() {
        let condition = json!({"type": "AND", "rules": [{"elementId": "1", "operator": "EQUALS", "value": "CA"}]});
        let shown = form(json!([{"name": "Country"}, {"name": "Province", "condition": condition}]));
        assert_eq!(shown, form(json!([{"name": "Country"}])));
    }
}
