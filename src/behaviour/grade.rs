//! How grave a difference is.
//!
//! The rules are those of [`RULES`]: who already has a way through the flow, an applicant on the way, a client that submits or a
//! scenario, must get through as before. What stops one of them is **breaking**; what only lets more through is **additive**;
//! what only a reader sees is **cosmetic**.
//!
//! A label is what a reader sees: what is submitted has the element's id, which comes with each answer, and the names that the
//! API promises to last are `role` and `normalizedName`. So a new label is cosmetic, with or without a role, and a new role or
//! normalised name is breaking.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::element::{Element, ElementType};
use crate::diff::ChangeKind;
use crate::semantic::{Bound, StepChange};

/// How grave a difference is, the gravest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Only a reader sees it.
    Cosmetic,
    /// More is possible than before, and nothing less.
    Additive,
    /// What was possible is not any more, or leads elsewhere.
    Breaking,
}

impl Grade {
    /// All, the gravest first.
    pub const ALL: [Grade; 3] = [Grade::Breaking, Grade::Additive, Grade::Cosmetic];

    /// `breaking`
    pub fn word(self) -> &'static str {
        match self {
            Grade::Cosmetic => "cosmetic",
            Grade::Additive => "additive",
            Grade::Breaking => "breaking",
        }
    }
}

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The flow begins otherwise.
    Beginning,
    /// There is a step that was not reached before.
    StepNew,
    /// A step is not reached any more.
    StepGone,
    /// The same data lead elsewhere.
    Way,
    /// The same data are refused, or no longer.
    Refused,
    /// Something is refused with another code.
    Code,
    /// One comes back to a step by going on.
    Loop,
    /// No END is reached any more.
    NoEnd,
    /// Going back became possible or impossible.
    Back,
    /// There is a new field.
    FieldAdded,
    /// A field is gone.
    FieldRemoved,
    /// A field is required, or no longer.
    Required,
    /// A field is of another type.
    Type,
    /// A value is held to another bound.
    Bound,
    /// There are new options.
    OptionsAdded,
    /// Options are gone.
    OptionsRemoved,
    /// A field is shown under another condition.
    Condition,
    /// Something else that decides what is taken: the format of a date, the files that are accepted, a role.
    Input,
    /// A label.
    Label,
    /// The label of an option.
    OptionLabel,
    /// The order of fields or options.
    Order,
    /// A title.
    Title,
    /// What an END says.
    EndText,
    /// Where an END leads on to.
    Redirect,
    /// Another text: a tooltip, a subtitle.
    Text,
    /// What a field comes filled in with.
    Value,
    /// A language in which the flow is offered.
    Language,
    /// What comes of a scenario of the suite.
    Scenario,
}

impl Kind {
    /// Whether it is one of what is read, which is another in each language.
    pub fn is_read(self) -> bool {
        matches!(self, Kind::Label | Kind::OptionLabel | Kind::Title | Kind::EndText | Kind::Text)
    }
}

/// The rules, as people read them: what differs, and how grave it is.
pub const RULES: [(&str, &str); 26] = [
    ("the flow begins with another step", "breaking"),
    ("a step is not reached any more", "breaking"),
    ("a new step on a way that was there before", "breaking"),
    ("a new step that only new options lead to", "additive"),
    ("the same data lead elsewhere; a loop; no END is reached", "breaking"),
    ("the same data are refused; another code", "breaking"),
    ("what was refused is taken", "additive"),
    ("going back is no longer possible", "breaking"),
    ("going back became possible", "additive"),
    ("a field became required; a required field is new", "breaking"),
    ("an optional field is new; one is no longer required", "additive"),
    ("a field is gone, or of another type", "breaking"),
    ("a bound is tighter; another pattern; fewer files, another date format", "breaking"),
    ("a bound is looser; a pattern is gone; more files", "additive"),
    ("an option is gone", "breaking"),
    ("an option is new", "additive"),
    ("a field is always shown now and need not be filled in", "additive"),
    ("any other change of when a field is shown", "breaking"),
    ("another role or normalised name; an END that leads on to elsewhere", "breaking"),
    ("a label, a title, the text of an END, a tooltip; a text between fields", "cosmetic"),
    ("another order", "cosmetic"),
    ("what a field comes filled in with, which nobody need send", "cosmetic"),
    ("a language is no longer offered", "breaking"),
    ("a language is new", "additive"),
    ("a scenario of the suite that passed fails, or fails elsewhere", "breaking"),
    ("a scenario of the suite that failed passes", "additive"),
];

/// What a change of an answer is, and how grave. `before` and `after` are the elements of the two.
pub(super) fn of_change(change: &StepChange, before: &[Element], after: &[Element]) -> (Kind, Grade) {
    use Grade::{Additive, Breaking, Cosmetic};
    let is_required = |elements: &[Element], field: &str| named(elements, field).is_some_and(Element::required);
    let is_text = |elements: &[Element], field: &str| {
        named(elements, field).is_some_and(|element| element.kind == ElementType::Static)
    };
    match change {
        StepChange::FieldAdded { field, .. } if is_text(after, field) => (Kind::FieldAdded, Cosmetic),
        StepChange::FieldAdded { field, .. } => {
            (Kind::FieldAdded, if is_required(after, field) { Breaking } else { Additive })
        }
        StepChange::FieldRemoved { field, .. } if is_text(before, field) => (Kind::FieldRemoved, Cosmetic),
        StepChange::FieldRemoved { .. } => (Kind::FieldRemoved, Breaking),
        StepChange::FieldRenamed { .. } => (Kind::Label, Cosmetic),
        StepChange::FieldMoved { .. } | StepChange::OptionsReordered { .. } => (Kind::Order, Cosmetic),
        StepChange::Required { now, .. } => (Kind::Required, if *now { Breaking } else { Additive }),
        StepChange::Type { .. } => (Kind::Type, Breaking),
        StepChange::Bound { bound, old, new, .. } => {
            (Kind::Bound, if is_tighter(*bound, old.as_ref(), new.as_ref()) { Breaking } else { Additive })
        }
        StepChange::OptionsAdded { .. } => (Kind::OptionsAdded, Additive),
        StepChange::OptionsRemoved { .. } => (Kind::OptionsRemoved, Breaking),
        StepChange::OptionRenamed { .. } => (Kind::OptionLabel, Cosmetic),
        StepChange::Condition { field, new, .. } => {
            let more = new.is_none() && !is_required(after, field);
            (Kind::Condition, if more { Additive } else { Breaking })
        }
        StepChange::Property { key, old, new, .. } => of_property(key, old.as_ref(), new.as_ref()),
        StepChange::Other { path, kind, .. } => of_other(path, kind),
        StepChange::Answer { .. } => (Kind::Way, Breaking),
    }
}

/// The element of a label.
fn named<'e>(elements: &'e [Element], field: &str) -> Option<&'e Element> {
    elements.iter().find(|element| element.name.trim() == field.trim())
}

/// Whether a bound lets less through than the one before, or something else.
pub(super) fn is_tighter(bound: Bound, old: Option<&Value>, new: Option<&Value>) -> bool {
    let (Some(old), Some(new)) = (old, new) else { return new.is_some() };
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    let order = match (number(old), number(new)) {
        (Some(old), Some(new)) => new.partial_cmp(&old),
        // Dates that begin with the year.
        _ => new.as_str().zip(old.as_str()).map(|(new, old)| new.cmp(old)),
    };
    match bound {
        Bound::Minimum | Bound::MinimumLength => order.is_none_or(std::cmp::Ordering::is_gt),
        Bound::Maximum | Bound::MaximumLength => order.is_none_or(std::cmp::Ordering::is_lt),
        Bound::Pattern => true,
    }
}

fn of_property(key: &str, old: Option<&Value>, new: Option<&Value>) -> (Kind, Grade) {
    match key {
        "title" => (Kind::Title, Grade::Cosmetic),
        "text" => (Kind::EndText, Grade::Cosmetic),
        "redirectUrl" => (Kind::Redirect, Grade::Breaking),
        "accept" => (Kind::Input, of_accepted(old, new)),
        "role" | "normalizedName" | "codeLength" | "type" => (Kind::Input, Grade::Breaking),
        "value" => (Kind::Value, Grade::Cosmetic),
        _ => (Kind::Text, Grade::Cosmetic),
    }
}

/// Fewer files are accepted, or others; where none are named all that the API takes are.
fn of_accepted(old: Option<&Value>, new: Option<&Value>) -> Grade {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let (old, new) = (list(old), list(new));
    let more = new.is_empty() || (!old.is_empty() && old.iter().all(|ending| new.contains(ending)));
    if more { Grade::Additive } else { Grade::Breaking }
}

fn of_other(path: &str, kind: &ChangeKind) -> (Kind, Grade) {
    match kind {
        ChangeKind::Moved { .. } => (Kind::Order, Grade::Cosmetic),
        _ if path.contains("tooltip") => (Kind::Text, Grade::Cosmetic),
        // Nobody knows what it means for a client: it is not passed over.
        _ => (Kind::Input, Grade::Breaking),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bound_is_tighter_where_less_passes_it() {
        let tighter = |bound, old: Value, new: Value| {
            let some = |value: Value| Some(value).filter(|value| !value.is_null());
            is_tighter(bound, some(old).as_ref(), some(new).as_ref())
        };
        assert!(tighter(Bound::Minimum, json!(18), json!(21)));
        assert!(!tighter(Bound::Minimum, json!(21), json!(18)));
        assert!(tighter(Bound::Minimum, json!(null), json!(18)));
        assert!(!tighter(Bound::Minimum, json!(18), json!(null)));
        assert!(tighter(Bound::MaximumLength, json!(50), json!(9)), "by value, not by text");
        assert!(!tighter(Bound::MaximumLength, json!(9), json!(50)));
        assert!(tighter(Bound::Maximum, json!("2030-01-01"), json!("2029-12-31")));
        assert!(!tighter(Bound::Maximum, json!("2029-12-31"), json!("2030-01-01")));
        assert!(
            tighter(Bound::Pattern, json!("^a$"), json!("^b$")) && !tighter(Bound::Pattern, json!("^a$"), json!(null))
        );
    }

    #[test]
    fn files_are_fewer_only_where_one_is_missing() {
        let grade = |old: Value, new: Value| of_accepted(Some(&old), Some(&new));
        assert_eq!(grade(json!(["pdf", "png"]), json!(["pdf"])), Grade::Breaking);
        assert_eq!(grade(json!(["pdf"]), json!(["png", "pdf"])), Grade::Additive);
        assert_eq!(of_accepted(None, Some(&json!(["pdf"]))), Grade::Breaking);
        assert_eq!(of_accepted(Some(&json!(["pdf"])), None), Grade::Additive);
    }

    #[test]
    fn the_gravest_grade_is_the_greatest() {
        assert!(Grade::Breaking > Grade::Additive && Grade::Additive > Grade::Cosmetic);
        assert!(RULES.iter().all(|(_, grade)| Grade::ALL.iter().any(|known| known.word() == *grade)));
    }
}
