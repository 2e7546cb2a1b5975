//! What each change is in a sentence.

use serde_json::Value;

use super::answer::Answer;
use super::sentence::{Sentence, brief, brief_both};
use super::{Bound, Place, StepChange};
use crate::diff::ChangeKind;

impl StepChange {
    /// The change as a sentence: "*Suburb* became required".
    pub fn sentence(&self) -> Sentence {
        let start = Sentence::default();
        match self {
            StepChange::Answer { old, new } => answer(old, new),
            StepChange::FieldAdded { field, place, what } => {
                placed(start.label(field).words(" was added"), place).words(format!(" ({what})"))
            }
            StepChange::FieldRemoved { field, what } => start.label(field).words(format!(" was removed ({what})")),
            StepChange::FieldRenamed { old, new } => start.label(old).words(" is now called ").label(new),
            StepChange::FieldMoved { field, place } => placed(start.label(field).words(" moved"), place),
            StepChange::Required { field, now: true } => start.label(field).words(" became required"),
            StepChange::Required { field, now: false } => start.label(field).words(" is no longer required"),
            StepChange::Type { field, old, new } => {
                start.label(field).words(format!(" is now of the type {}, was {}", word(new), word(old)))
            }
            StepChange::Bound { field, bound, old, new } => bounded(field, *bound, old.as_ref(), new.as_ref()),
            StepChange::OptionsAdded { field, options } => {
                start.label(field).words(count(" has the new option", options)).labels(options)
            }
            StepChange::OptionsRemoved { field, options } => {
                start.label(field).words(count(" no longer has the option", options)).labels(options)
            }
            StepChange::OptionRenamed { field, old, new } => {
                start.words("the option ").label(old).words(" of ").label(field).words(" is now called ").label(new)
            }
            StepChange::OptionsReordered { field } => {
                start.words("the options of ").label(field).words(" changed their order")
            }
            StepChange::Condition { field, old, new } => shown_when(field, old.as_ref(), new.as_ref()),
            StepChange::Property { field, key, noun, old, new } => {
                property(field.as_deref(), (key, noun), old.as_ref(), new.as_ref())
            }
            StepChange::Other { field, path, kind } => other(field.as_deref(), path, kind),
        }
    }
}

fn answer(old: &Answer, new: &Answer) -> Sentence {
    let start = Sentence::default();
    let start = match new {
        Answer::Step(title) => start.words("next step is now ").label(title),
        Answer::End => start.words("the flow now ends here"),
        Answer::Pending => start.words("the answer is now pending"),
        Answer::Error { .. } => start.words("now refused with ").and(&new.named()),
        Answer::Other => start.words("the answer is now no step"),
    };
    start.words(", was ").and(&old.named())
}

fn placed(sentence: Sentence, place: &Place) -> Sentence {
    match place {
        Place::Before(other) => sentence.words(" before ").label(other),
        Place::After(other) => sentence.words(" after ").label(other),
        Place::Alone => sentence,
    }
}

/// A type as it is sent, without quotes.
fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| brief(value), str::to_owned)
}

fn count(words: &str, options: &[String]) -> String {
    if options.len() == 1 { format!("{words} ") } else { format!("{words}s ") }
}

fn bounded(field: &str, bound: Bound, old: Option<&Value>, new: Option<&Value>) -> Sentence {
    let (start, noun) = (Sentence::default(), bound.noun());
    match (old, new) {
        (Some(old), Some(new)) => {
            let (old, new) = brief_both(old, new);
            start.words(format!("the {noun} of ")).label(field).words(format!(" is now {new}, was {old}"))
        }
        (None, Some(new)) => start.label(field).words(format!(" now has the {noun} {}", brief(new))),
        (Some(old), None) => start.label(field).words(format!(" no longer has the {noun} {}", brief(old))),
        (None, None) => start.label(field).words(format!(" has another {noun}")),
    }
}

fn shown_when(field: &str, old: Option<&Sentence>, new: Option<&Sentence>) -> Sentence {
    let start = Sentence::default().label(field);
    match (old, new) {
        (None, Some(new)) => start.words(" is now shown only when ").and(new).words(", was always"),
        (Some(old), None) => start.words(" is now always shown, was only when ").and(old),
        (Some(old), Some(new)) => start.words(" is now shown when ").and(new).words(", was when ").and(old),
        (None, None) => start.words(" is shown under another condition"),
    }
}

fn property(field: Option<&str>, (key, noun): (&str, &str), old: Option<&Value>, new: Option<&Value>) -> Sentence {
    let start = Sentence::default();
    match (key, old, new) {
        ("canGoBack", _, Some(Value::Bool(true))) => return start.words("going back became possible"),
        ("canGoBack", Some(Value::Bool(true)), _) => return start.words("going back is no longer possible"),
        ("title", Some(Value::String(old)), Some(Value::String(new))) => {
            return start.words("the title is now ").label(new).words(", was ").label(old);
        }
        ("value", old, new) if field.is_some() => return filled_in(field.unwrap_or_default(), old, new),
        _ => {}
    }
    let (is, was) = if noun.ends_with("types") { ("are", "were") } else { ("is", "was") };
    let of = |start: Sentence| match field {
        Some(field) => start.words(format!("the {noun} of ")).label(field),
        None => start.words(format!("the {noun}")),
    };
    match (old, new) {
        (Some(old), Some(new)) => {
            let (old, new) = brief_both(old, new);
            of(start).words(format!(" {is} now {new}, {was} {old}"))
        }
        (None, Some(new)) => of(start).words(format!(" {is} new: {}", brief(new))),
        (Some(old), None) => of(start).words(format!(" {is} gone, {was} {}", brief(old))),
        (None, None) => of(start).words(" changed"),
    }
}

fn filled_in(field: &str, old: Option<&Value>, new: Option<&Value>) -> Sentence {
    let start = Sentence::default().label(field);
    match (old, new) {
        (Some(old), Some(new)) => {
            let (old, new) = brief_both(old, new);
            start.words(format!(" is now filled in with {new} beforehand, was {old}"))
        }
        (None, Some(new)) => start.words(format!(" is now filled in with {} beforehand", brief(new))),
        (Some(old), None) => start.words(format!(" is no longer filled in beforehand, was {}", brief(old))),
        (None, None) => start.words(" is filled in differently beforehand"),
    }
}

fn other(field: Option<&str>, path: &str, kind: &ChangeKind) -> Sentence {
    let start = match field {
        Some(field) => Sentence::default().label(field).words(": "),
        None => Sentence::default(),
    };
    let path = match path.strip_prefix("$.") {
        Some(path) => path,
        None if path == "$" => "the whole of it",
        None => path,
    };
    match kind {
        ChangeKind::Added(value) => start.words(format!("{path} is new: {}", brief(value))),
        ChangeKind::Removed(value) => start.words(format!("{path} is gone, was {}", brief(value))),
        ChangeKind::Replaced { old, new } => {
            let (old, new) = brief_both(old, new);
            start.words(format!("{path} is now {new}, was {old}"))
        }
        ChangeKind::Moved { from, to } => start.words(format!("{path} moved from place {} to {}", from + 1, to + 1)),
    }
}
