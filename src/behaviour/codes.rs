//! What is refused with another code, or is taken now.

use super::compare::{Found, Proof};
use super::grade::{Grade, Kind};
use super::pairing::shared;
use super::side::{Answered, Side};
use crate::semantic::Sentence;

/// What both sides must refuse by the same rule of the same field, and answer differently.
pub(super) fn codes(before: &Side, after: &Side, (from, to): (usize, usize)) -> Vec<Found> {
    let own = before.refused.iter().filter(|answered| answered.step == from);
    let others: Vec<&Answered> = after.refused.iter().filter(|answered| answered.step == to).collect();
    if others.is_empty() {
        return Vec::new();
    }
    let keys = shared(&before.steps[from].elements, &after.steps[to].elements);
    let other = |old: &Answered| {
        let (_, key) = keys.iter().find(|(key, _)| *key == old.key)?;
        others.iter().find(|new| new.key == *key && new.breach == old.breach).copied()
    };
    own.filter_map(|old| Some((old, other(old)?))).filter(|(old, new)| old.code != new.code).map(found).collect()
}

fn found((old, new): (&Answered, &Answered)) -> Found {
    let said = |code: Option<i64>| code.map_or_else(|| "taken".to_owned(), |code| format!("refused with {code}"));
    let value = new.value.as_ref().map(|value| format!(" ({value})")).filter(|value| value.len() < 40);
    let sentence = Sentence::default().label(&new.label).words(format!(
        " {}{} is now {}, was {}",
        new.breach.words(),
        value.unwrap_or_default(),
        said(new.code),
        said(old.code)
    ));
    let (kind, grade) = match (old.code, new.code) {
        (_, None) => (Kind::Refused, Grade::Additive),
        (None, Some(_)) => (Kind::Refused, Grade::Breaking),
        (Some(_), Some(_)) => (Kind::Code, Grade::Breaking),
    };
    Found { grade, kind, at: (Some(old.step), Some(new.step)), sentence, proof: Proof::Answers(Box::new(new.clone())) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::conform::negatives::Breach;
    use crate::map::View;

    fn side(code: Option<i64>, breach: Breach) -> Side {
        let view: View = serde_json::from_value(json!({
            "version": "draft", "first": ["Person"], "moves": [],
            "steps": [{"key": "Person", "title": "Person", "type": "form", "elements": [{"name": "Age", "type": "number"}]}],
        }))
        .unwrap();
        let mut side = Side::stored("a map", &view);
        let (key, label) = ("Age".to_owned(), "Age".to_owned());
        side.refused.push(Answered { step: 0, key, label, breach, value: Some(json!(17)), code });
        side
    }

    #[test]
    fn another_code_for_the_same_breach_is_breaking_and_what_is_taken_now_additive() {
        let told = |old: Option<i64>, new: Option<i64>| {
            let found = codes(&side(old, Breach::BelowMin), &side(new, Breach::BelowMin), (0, 0));
            found.into_iter().map(|found| (found.grade, found.kind, found.sentence.to_string())).collect::<Vec<_>>()
        };
        let text = "*Age* below its minimum (17) is now refused with 4006, was refused with 4008".to_owned();
        assert_eq!(told(Some(4008), Some(4006)), [(Grade::Breaking, Kind::Code, text)]);
        assert_eq!(told(Some(4008), Some(4008)), []);
        assert_eq!(told(Some(4008), None)[0].0, Grade::Additive);
        assert_eq!(told(None, Some(4008))[0].0, Grade::Breaking);
        // A rule that only one side has is a difference of the field.
        assert!(codes(&side(Some(4008), Breach::BelowMin), &side(Some(4006), Breach::AboveMax), (0, 0)).is_empty());
    }
}
