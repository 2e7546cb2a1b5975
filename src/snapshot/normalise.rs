//! One text of an answer that stays the same while the flow's behaviour does.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::json_text::Layout;
use super::names::Names;
use super::place::Place;
use super::prune::prune;
use super::render::{Naming, element_stem, id_text, label, ordered, render, rewrite_text, step_stem};
use crate::api::wire::{BodyKind, body_kind};
use crate::jsonpath::JsonPath;

/// What a scenario says about its snapshots.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// Nodes that are left out, so that a difference in them is none.
    pub ignore: Vec<JsonPath>,
    /// Nodes that are replaced by a value.
    pub redact: Vec<(JsonPath, Value)>,
    /// Lists whose order says nothing.
    pub unordered: Vec<JsonPath>,
}

impl Names {
    /// The text of an answer's body: JSON with two spaces of indentation, sorted keys, and no line end after it.
    ///
    /// Ids of steps and elements are called by their label whatever shape they have, and so is the same value where ids
    /// stand (conditions, profiles), or anywhere at all when it cannot be mistaken. Other ObjectIds and UUIDs are numbered
    /// as they appear; tokens, short codes and instants are called by what they are.
    pub fn normalise(&mut self, body: &Value, options: &Options) -> String {
        let place = place_of(body);
        let kept = prune(body, options, self);
        let mut ordinary = Vec::new();
        learn(self, &kept, "", place, &mut ordinary);
        if let Cow::Owned(_) = kept {
            // What is left out may still be referred to by what is not.
            learn(self, body, "", place, &mut ordinary);
        }
        self.set_current(ordinary);
        render(self, &kept, "", place, Layout::Lines)
    }

    /// The text of a body that is no JSON.
    pub fn normalise_text(&mut self, text: &str) -> String {
        rewrite_text(self, &text.replace("\r\n", "\n")).into_owned()
    }
}

pub(super) fn place_of(body: &Value) -> Place {
    match body_kind(body) {
        BodyKind::Step | BodyKind::Pending | BodyKind::End => Place::Step,
        BodyKind::Other if body.get("key").is_some_and(Value::is_string) => Place::Upload,
        BodyKind::Other | BodyKind::Error(_) => Place::Other,
    }
}

/// Names the ids of a step and of its elements, wherever they are.
///
/// Ids with their names go into `ordinary` as well: within this answer they mean this, and of several of one id the first
/// holds. Elements go before the step itself, because conditions refer to them.
pub(super) fn learn<N: Naming>(
    naming: &mut N,
    value: &Value,
    key: &str,
    place: Place,
    ordinary: &mut Vec<(String, Arc<str>)>,
) {
    match value {
        Value::Array(items) => {
            items.iter().for_each(|item| learn(naming, item, key, Place::of_item(key), ordinary));
        }
        Value::Object(fields) => {
            let stem = match place {
                Place::Step => Some(step_stem(naming.names(), fields)),
                Place::Element => Some(element_stem(naming.names(), fields)),
                _ => None,
            };
            let mut own = stem.zip(fields.get("id").and_then(id_text)).map(|(stem, id)| {
                let name = naming.after(&id, &stem);
                (id, name)
            });
            if place == Place::Element {
                ordinary.extend(own.take());
            }
            // In any other object there is nothing to learn of a leaf.
            let branches =
                fields.iter().filter(|(_, value)| place == Place::IdMap || value.is_object() || value.is_array());
            for (inner, value) in ordered(naming.names(), branches, place) {
                if place == Place::IdMap {
                    learn_entry(naming, inner, value, ordinary);
                }
                let inside = if value.is_object() { Place::of_object(inner) } else { Place::Other };
                learn(naming, value, inner, inside, ordinary);
            }
            ordinary.extend(own);
        }
        _ => {}
    }
}

/// Names an id by what a profile says of it, where no step did.
fn learn_entry<N: Naming>(naming: &mut N, id: &str, entry: &Value, ordinary: &mut Vec<(String, Arc<str>)>) {
    let names = naming.names();
    let described = entry.as_object().and_then(|fields| label(names, fields, &["name", "normalizedName", "role"]));
    if let Some(label) = described
        && names.known_id(id).is_none()
    {
        let name = naming.after(id, &format!("id:{label}"));
        ordinary.push((id.to_owned(), name));
    }
}

#[cfg(test)]
mod tests;
