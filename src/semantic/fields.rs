//! Which field of one form is which of another, and what stands elsewhere.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::element::{self, label, what};
use super::{Place, StepChange};
use crate::api::element::Element;
use crate::api::rename::renamed;
use crate::diff::in_order;

/// A field of the old form and the same one in the new form, by their indices.
type Pair = (usize, usize);

/// The old answer with every id that is made of a label called as the new answer calls it, so that a new label is one change
/// and not one wherever the id stands.
pub(super) fn with_new_names(old: &Map<String, Value>, new: &Map<String, Value>) -> Map<String, Value> {
    let elements =
        |step: &Map<String, Value>| step.get("elements").and_then(Value::as_array).cloned().unwrap_or_default();
    let (before, after) = (elements(old), elements(new));
    let mut names = HashMap::new();
    let mut learn = |old: Option<&Value>, new: Option<&Value>| {
        if let (Some(Value::String(old)), Some(Value::String(new))) = (old, new)
            && old != new
            && is_made_of_a_label(old)
            && is_made_of_a_label(new)
        {
            names.insert(old.clone(), new.clone());
        }
    };
    learn(old.get("id"), new.get("id"));
    for (from, to) in pair(&before, &after) {
        learn(before[from].get("id"), after[to].get("id"));
    }
    old.iter().map(|(key, value)| (key.clone(), called_anew(value, &names))).collect()
}

fn is_made_of_a_label(id: &str) -> bool {
    id.starts_with("[id:") && id.ends_with(']')
}

fn called_anew(value: &Value, names: &HashMap<String, String>) -> Value {
    match value {
        Value::String(text) => Value::from(names.get(text).unwrap_or(text).as_str()),
        Value::Array(items) => items.iter().map(|item| called_anew(item, names)).collect(),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(key, value)| (key.clone(), called_anew(value, names))).collect())
        }
        value => value.clone(),
    }
}

/// Whether elements stand as a snapshot has those whose order says nothing: sorted by their text. Where they do before and
/// after, one that stands elsewhere does so for its new text, and nobody moved it.
pub(super) fn are_sorted(elements: Option<&Value>) -> bool {
    elements.and_then(Value::as_array).is_some_and(|elements| elements.is_sorted_by_key(Value::to_string))
}

/// Says what changed of a form's fields: what is gone, then, in the order of the new form, what is new, moved or otherwise.
pub(super) fn changes(old: &[Value], new: &[Value], unordered: bool, found: &mut Vec<StepChange>) {
    let pairs = pair(old, new);
    for element in not_in(old, |at| pairs.iter().any(|(from, _)| *from == at)) {
        found.push(StepChange::FieldRemoved { field: label(element), what: what(element) });
    }
    let moved = if unordered { Vec::new() } else { moved(&pairs, old.len(), new.len()) };
    for (to, element) in new.iter().enumerate() {
        match pairs.iter().find(|(_, other)| *other == to) {
            None => {
                let place = after_or_before(new, to);
                found.push(StepChange::FieldAdded { field: label(element), place, what: what(element) });
            }
            Some(pair @ (from, _)) => {
                let before = found.len();
                element::changes((&old[*from], element), (old, new), found);
                if moved.contains(pair) {
                    // After a new label and before what else changed of the field.
                    let renamed = matches!(found.get(before), Some(StepChange::FieldRenamed { .. }));
                    let place = before_or_after(new, to, &pairs, &moved);
                    found
                        .insert(before + usize::from(renamed), StepChange::FieldMoved { field: label(element), place });
                }
            }
        }
    }
}

fn not_in(elements: &[Value], known: impl Fn(usize) -> bool) -> impl Iterator<Item = &Value> {
    elements.iter().enumerate().filter(move |(at, _)| !known(*at)).map(|(_, element)| element)
}

/// Where a new field stands: after the one above it.
fn after_or_before(elements: &[Value], at: usize) -> Place {
    match (at.checked_sub(1).map(|above| &elements[above]), elements.get(at + 1)) {
        (Some(above), _) => Place::After(label(above)),
        (None, Some(below)) => Place::Before(label(below)),
        (None, None) => Place::Alone,
    }
}

/// Where a field stands that moved: before the next one that did not, or after the last.
fn before_or_after(elements: &[Value], at: usize, pairs: &[Pair], moved: &[Pair]) -> Place {
    let stayed = |at: &usize| pairs.iter().any(|pair| pair.1 == *at && !moved.contains(pair));
    match (at + 1..elements.len()).find(stayed) {
        Some(below) => Place::Before(label(&elements[below])),
        None => after_or_before(elements, at),
    }
}

/// The pairs that do not keep their order, as few as can be. Of two that changed places it is the lower one that went up:
/// mirrored, the sequence prefers what stood first.
fn moved(pairs: &[Pair], old_len: usize, new_len: usize) -> Vec<Pair> {
    let mirrored: Vec<Pair> = pairs.iter().rev().map(|(from, to)| (old_len - 1 - from, new_len - 1 - to)).collect();
    let kept = in_order(&mirrored);
    pairs.iter().zip(kept.iter().rev()).filter(|(_, kept)| !**kept).map(|(pair, _)| *pair).collect()
}

/// Which fields are the same, by what tells a field best: its id, its label with its type, its label, and at last whatever
/// says of one with another label that it is certainly the same. Sorted by the old index.
fn pair(old: &[Value], new: &[Value]) -> Vec<Pair> {
    let mut pairing = Pairing { pairs: Vec::new(), old, new };
    pairing.by(|element| element.get("id").filter(|id| !id.is_null()).map(Value::to_string));
    pairing.by(|element| Some(format!("{}\n{}", text(element, "name")?, text(element, "type")?)));
    pairing.by(|element| text(element, "name"));
    pairing.renamed();
    pairing.pairs.sort_unstable();
    pairing.pairs
}

fn text(element: &Value, key: &str) -> Option<String> {
    element.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

struct Pairing<'a> {
    pairs: Vec<Pair>,
    old: &'a [Value],
    new: &'a [Value],
}

impl Pairing<'_> {
    fn open(&self) -> (Vec<usize>, Vec<usize>) {
        let old = (0..self.old.len()).filter(|at| !self.pairs.iter().any(|(from, _)| from == at));
        let new = (0..self.new.len()).filter(|at| !self.pairs.iter().any(|(_, to)| to == at));
        (old.collect(), new.collect())
    }

    /// Pairs what has one identity on both sides, the first with the first.
    fn by(&mut self, identity: impl Fn(&Value) -> Option<String>) {
        let (old, new) = self.open();
        let mut candidates: HashMap<String, Vec<usize>> = HashMap::new();
        for at in new.into_iter().rev() {
            if let Some(identity) = identity(&self.new[at]) {
                candidates.entry(identity).or_default().push(at);
            }
        }
        for from in old {
            let left = identity(&self.old[from]).and_then(|identity| candidates.get_mut(&identity));
            self.pairs.extend(left.and_then(Vec::pop).map(|to| (from, to)));
        }
    }

    /// Pairs what is the same under another label.
    fn renamed(&mut self) {
        let (old, new) = self.open();
        let read = |elements: &[Value], at: Vec<usize>| -> (Vec<usize>, Vec<Element>) {
            at.into_iter().filter_map(|at| Some((at, element::readable(&elements[at])?))).unzip()
        };
        let ((old, gone), (new, added)) = (read(self.old, old), read(self.new, new));
        self.pairs.extend(renamed(&gone, &added).into_iter().map(|(from, to)| (old[from], new[to])));
    }
}
