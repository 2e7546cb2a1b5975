//! Values that are refused: just outside a rule, or of another type.

use serde_json::{Value, json};

use crate::api::element::{Element, ElementType, JsonType};
use crate::api::field::called;
use crate::api::rules::{Rule, broken};
use crate::map::route::outside;

/// What texts are made of: one of them is likely to keep, and another to miss, a pattern.
const LETTERS: [char; 5] = ['a', '0', 'A', '!', '§'];
/// No scenario has a longer value.
const LONGEST: usize = 5000;

/// A value that breaks a rule, and no other where there is one; none where none is known.
pub(super) fn violating(element: &Element, rule: Rule) -> Option<Value> {
    let limits = element.limits();
    let texts = |length: usize| {
        let made = LETTERS.iter().map(|letter| Value::from(letter.to_string().repeat(length)));
        made.collect::<Vec<_>>()
    };
    let is_list = element.takes() == JsonType::List;
    let chosen =
        |count: usize| vec![Value::from(element.lasting_options().into_iter().take(count).collect::<Vec<_>>())];
    let values = match rule {
        Rule::Required => Vec::new(),
        Rule::Min => limits.min.as_ref().and_then(|bound| outside(bound, -1)).into_iter().collect(),
        Rule::Max => limits.max.as_ref().and_then(|bound| outside(bound, 1)).into_iter().collect(),
        Rule::MinLength => match limits.min_length?.checked_sub(1).filter(|length| *length > 0)? {
            length if is_list => chosen(length),
            length => texts(length),
        },
        Rule::MaxLength => match limits.max_length?.checked_add(1).filter(|length| *length <= LONGEST)? {
            length if is_list => chosen(length),
            length => texts(length),
        },
        Rule::Pattern => {
            let most = limits.max_length.unwrap_or(LONGEST);
            let lengths = [limits.min_length.unwrap_or(1).max(1), 3, 12].into_iter().filter(|length| *length <= most);
            lengths.flat_map(texts).collect()
        }
    };
    let alone = values.iter().find(|value| broken(element, Some(value)) == [rule]);
    alone.or_else(|| values.iter().find(|value| broken(element, Some(value)).contains(&rule))).cloned()
}

/// A field and a value of a type that it does not take, as a scenario writes it; none where it takes any.
pub(super) fn malformed(element: &Element, elements: &[Element]) -> Option<(String, Value)> {
    if element.json.get("condition").is_some_and(|condition| !condition.is_null()) {
        return None;
    }
    let value = match element.kind {
        ElementType::Number => json!("forty"),
        ElementType::Date => json!("the other day"),
        ElementType::Checkbox => json!("perhaps"),
        _ => return None,
    };
    Some((called(elements, element), value))
}
