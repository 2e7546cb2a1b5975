//! A submit that was refused for what a field held: where that stands, and what the field takes.

use crate::api::element::Element;
use crate::api::exchange::Answer;
use crate::api::field;
use crate::compose::field::rules;
use crate::expect::{Failure, is_about};
use crate::scenario::Step;
use crate::scenario::action::{Action, Fields};
use crate::source::Span;
use crate::template::scope::Scope;

/// The errors that are about a field: missing, malformed, refused by its validations.
const ABOUT_A_FIELD: [i64; 3] = [4006, 4007, 4008];

/// Shows, beside a failure, each field that the refusal speaks of: at its value in the scenario, or at the submit that lacks
/// it, with the rules that it is held to.
pub(super) fn point_out(step: &Step, answer: &Answer, elements: &[Element], scope: &Scope, failure: &mut Failure) {
    let Action::Submit(fields) = &step.action else { return };
    if !answer.error_code().is_some_and(|code| ABOUT_A_FIELD.contains(&code)) {
        return;
    }
    for element in elements.iter().filter(|element| is_about(answer, element)) {
        let span = place(fields, element, elements, scope).unwrap_or(step.action_span);
        failure.diagnostic.related.push((span, rules(elements, element, "")));
    }
}

/// Where the field's value is written.
fn place(fields: &Fields, element: &Element, elements: &[Element], scope: &Scope) -> Option<Span> {
    match fields {
        Fields::Whole(whole) => Some(whole.span),
        Fields::Entries(entries) => {
            let names_it = |key: &str| field::find(elements, key).is_ok_and(|found| found.id == element.id);
            let entry = entries.iter().find(|(key, _)| key.render_text(scope).is_ok_and(|key| names_it(&key)));
            entry.map(|(_, value)| value.span)
        }
    }
}
