//! What a changed answer means for an applicant, as sentences: a field became required, another step comes next.
//!
//! [`changes`] holds two bodies against each other and gives plain data, [`StepChange`]; [`StepChange::sentence`] says each,
//! with the labels of fields and steps marked, so that a terminal makes them bold and a page or a list marks them in its own
//! way. Bodies are expected as snapshots have them, with generated ids called by their labels.
//!
//! **Nothing that changed goes unsaid**: each reader takes away what it has compared, and what is left at the end gets a
//! general sentence with its path ([`StepChange::Other`]). A sentence may be shorter than the change (it cuts long texts and
//! lists), never silent about it.

mod answer;
mod condition;
mod element;
pub mod entry;
mod fields;
mod limits;
mod options;
mod sentence;
mod wording;

use serde_json::{Map, Value};

pub use answer::{Answer, summary};
pub use limits::Bound;
pub use sentence::{Part, Sentence};

use crate::api::wire::{BodyKind, body_kind};
use crate::diff::{ChangeKind, diff};

/// One thing that an applicant, or a client of the API, will find different. Fields are called by their new labels, except
/// those that are gone.
#[derive(Debug, Clone, PartialEq)]
pub enum StepChange {
    /// The answer is something else altogether: another step, an error, the end.
    Answer {
        /// What it was.
        old: Answer,
        /// What it is.
        new: Answer,
    },
    /// There is a new field.
    FieldAdded {
        /// Its label.
        field: String,
        /// Where it stands.
        place: Place,
        /// What it is, in a few words: `text, required`.
        what: String,
    },
    /// A field is gone.
    FieldRemoved {
        /// Its label.
        field: String,
        /// What it was, in a few words.
        what: String,
    },
    /// A field has another label.
    FieldRenamed {
        /// The label that it had.
        old: String,
        /// The label that it has.
        new: String,
    },
    /// A field stands elsewhere.
    FieldMoved {
        /// Its label.
        field: String,
        /// Where it stands now.
        place: Place,
    },
    /// A value must be given now, or need not be given any more.
    Required {
        /// The field.
        field: String,
        /// Whether it must.
        now: bool,
    },
    /// A field is of another type.
    Type {
        /// The field.
        field: String,
        /// The type that it had, as it is sent.
        old: Value,
        /// The type that it has.
        new: Value,
    },
    /// A value is held to another bound.
    Bound {
        /// The field.
        field: String,
        /// Which bound.
        bound: Bound,
        /// What it was; none where there was none.
        old: Option<Value>,
        /// What it is; none where there is none any more.
        new: Option<Value>,
    },
    /// Options can be chosen that could not be.
    OptionsAdded {
        /// The field.
        field: String,
        /// Their labels.
        options: Vec<String>,
    },
    /// Options can no longer be chosen.
    OptionsRemoved {
        /// The field.
        field: String,
        /// Their labels.
        options: Vec<String>,
    },
    /// An option has another label, and is still submitted as the same value.
    OptionRenamed {
        /// The field.
        field: String,
        /// The label that it had.
        old: String,
        /// The label that it has.
        new: String,
    },
    /// The options stand in another order.
    OptionsReordered {
        /// The field.
        field: String,
    },
    /// A field is shown under another condition.
    Condition {
        /// The field.
        field: String,
        /// When it was shown; none for always.
        old: Option<Sentence>,
        /// When it is shown; none for always.
        new: Option<Sentence>,
    },
    /// Something else of a field, or of the answer itself, that has a name: its tooltip, its title.
    Property {
        /// The field; none for the answer itself.
        field: Option<String>,
        /// The key in the answer: `tooltip`.
        key: &'static str,
        /// What people call it: `tooltip`.
        noun: &'static str,
        /// What it was; none where there was none.
        old: Option<Value>,
        /// What it is; none where there is none any more.
        new: Option<Value>,
    },
    /// Anything else, by its path.
    Other {
        /// The field that it belongs to; none for the answer itself.
        field: Option<String>,
        /// The path in the field or the answer, a JSONPath with names of list items in it.
        path: String,
        /// What became different there.
        kind: ChangeKind,
    },
}

impl StepChange {
    /// Whether the sentence says all that changed; one that names only what something is, such as a new field, does not.
    pub fn says_all(&self) -> bool {
        !matches!(self, StepChange::Answer { .. } | StepChange::FieldAdded { .. } | StepChange::FieldRemoved { .. })
    }
}

/// Where a field stands among the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Before the field of this label.
    Before(String),
    /// After the field of this label, the last one.
    After(String),
    /// It is the only field.
    Alone,
}

/// What of an answer itself has a name, with its key.
const PROPERTIES: [(&str, &str); 13] = [
    ("type", "type"),
    ("title", "title"),
    ("subtitle", "subtitle"),
    ("description", "description"),
    ("text", "text"),
    ("message", "message"),
    ("redirectUrl", "link to go on with"),
    ("canGoBack", "way back"),
    ("countryOfResidence", "country of residence"),
    ("countryOfIncorporation", "country of incorporation"),
    ("codeLength", "length of the code"),
    ("accept", "accepted file types"),
    ("status", "status"),
];

/// What changed from one body to another, in the order in which an applicant meets it; none when they are equal.
///
/// ```
/// use draftgate::semantic::changes;
/// use serde_json::json;
/// let step = |validations| json!({
///     "id": "[id:Address]", "title": "Address", "type": "form", "canGoBack": false,
///     "elements": [{"id": "[id:Suburb]", "name": "Suburb", "type": "text", "validations": validations}],
/// });
/// let changes = changes(&step(json!([])), &step(json!([{"type": "required"}])));
/// assert_eq!(changes[0].sentence().to_string(), "*Suburb* became required");
/// ```
pub fn changes(old: &Value, new: &Value) -> Vec<StepChange> {
    if same(old, new) {
        return Vec::new();
    }
    let found = match (old, new) {
        (Value::Object(before), Value::Object(after)) if is_same_answer(old, new) => answer_changes(before, after),
        (Value::Object(_), Value::Object(_)) => vec![StepChange::Answer { old: Answer::of(old), new: Answer::of(new) }],
        _ => Vec::new(),
    };
    if found.is_empty() { general(None, old, new) } else { found }
}

/// The sentences of all changes.
pub fn sentences(changes: &[StepChange]) -> Vec<Sentence> {
    changes.iter().map(StepChange::sentence).collect()
}

/// Whether two values are equal as the API means them: numbers by value, objects whatever the order of their keys.
fn same(old: &Value, new: &Value) -> bool {
    old == new || diff(old, new).is_empty()
}

/// Whether two answers are the same one, changed, rather than one in place of another.
fn is_same_answer(old: &Value, new: &Value) -> bool {
    match (body_kind(old), body_kind(new)) {
        (BodyKind::Step, BodyKind::Step) => is_same_step(old, new),
        (before, after) => before == after,
    }
}

fn is_same_step(old: &Value, new: &Value) -> bool {
    let equal = |key: &str| old.get(key).is_some_and(|value| new.get(key) == Some(value));
    let untitled = |step: &Value| step.get("title").is_none_or(Value::is_null);
    if equal("title") || equal("id") || (untitled(old) && untitled(new) && equal("type")) {
        return true;
    }
    let names = |step: &Value| -> Vec<Value> {
        let elements = step.get("elements").and_then(Value::as_array);
        elements.into_iter().flatten().filter_map(|element| element.get("name").cloned()).collect()
    };
    let (before, after) = (names(old), names(new));
    let shared = before.iter().filter(|name| after.contains(name)).count();
    shared > 0 && shared * 2 >= before.len().max(after.len())
}

/// The changes of an answer that is still the same one.
fn answer_changes(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<StepChange> {
    let is_form = |step: &Map<String, Value>| step.get("elements").is_some_and(Value::is_array);
    let mut found = Vec::new();
    let unordered = fields::are_sorted(old.get("elements")) && fields::are_sorted(new.get("elements"));
    let old = &fields::with_new_names(old, new);
    let mut rest = Rest::of(old, new);
    rest.properties(None, &PROPERTIES, &mut found);
    if is_form(old) && is_form(new) {
        let (before, after) = rest.take("elements");
        fields::changes(&list(before), &list(after), unordered, &mut found);
    }
    rest.finish(None, &mut found);
    found
}

fn list(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

/// Two objects of which everything is taken away that has been compared.
struct Rest {
    old: Map<String, Value>,
    new: Map<String, Value>,
}

impl Rest {
    fn of(old: &Map<String, Value>, new: &Map<String, Value>) -> Self {
        Rest { old: old.clone(), new: new.clone() }
    }

    fn take(&mut self, key: &str) -> (Option<Value>, Option<Value>) {
        (self.old.shift_remove(key), self.new.shift_remove(key))
    }

    /// Takes what has a name, and says where it differs.
    fn properties(&mut self, field: Option<&str>, known: &[(&'static str, &'static str)], found: &mut Vec<StepChange>) {
        for (key, noun) in known {
            let (old, new) = self.take(key);
            let equal = match (&old, &new) {
                (Some(old), Some(new)) => same(old, new),
                (old, new) => old == new,
            };
            if !equal {
                found.push(StepChange::Property { field: field.map(str::to_owned), key, noun, old, new });
            }
        }
    }

    /// Says of what is left where it differs.
    fn finish(self, field: Option<&str>, found: &mut Vec<StepChange>) {
        found.extend(general(field, &Value::Object(self.old), &Value::Object(self.new)));
    }
}

/// General sentences of whatever differs between two values.
fn general(field: Option<&str>, old: &Value, new: &Value) -> Vec<StepChange> {
    diff(old, new)
        .into_iter()
        .map(|change| StepChange::Other { field: field.map(str::to_owned), path: change.path, kind: change.kind })
        .collect()
}

#[cfg(test)]
mod tests;
