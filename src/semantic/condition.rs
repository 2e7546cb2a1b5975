//! When a field is shown, in words.

use serde_json::Value;

use super::element;
use super::sentence::{Sentence, brief};
use crate::api::wire::{Condition, Rule};

/// A condition in words, `*Country* is "CA"`; none where it is not understood.
pub(super) fn words(condition: &Value, elements: &[Value]) -> Option<Sentence> {
    let condition = Condition::from_json(condition)?;
    if condition.rules.is_empty() {
        return None;
    }
    let between = if condition.any { " or " } else { " and " };
    let mut sentence = Sentence::default();
    for (at, rule) in condition.rules.iter().enumerate() {
        let before = if at == 0 { sentence } else { sentence.words(between) };
        sentence = rule_words(before, rule, elements);
    }
    Some(sentence)
}

fn rule_words(sentence: Sentence, rule: &Rule, elements: &[Value]) -> Sentence {
    sentence.label(&label(&rule.element, elements)).words(rule.operator.in_words(&brief(&rule.value)))
}

/// What an id is called: by the label of the field in this step, or as the snapshot calls it.
fn label(id: &str, elements: &[Value]) -> String {
    let here = elements.iter().find(|element| element.get("id").and_then(Value::as_str) == Some(id));
    let named = || id.strip_prefix("[id:").and_then(|id| id.strip_suffix(']')).unwrap_or(id).to_owned();
    here.map_or_else(named, element::label)
}
