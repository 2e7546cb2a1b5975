//! Fields that nothing that can be entered shows.

use serde_json::Value;

use super::name;
use crate::api::element::{Element, ElementType, JsonType, option_text};
use crate::api::wire::{Condition, Operator, Rule, is_blank};

/// The fields of a form whose conditions nothing meets, each with why. A condition that cannot be read may be met by anything,
/// and so may one that looks at another form.
pub(super) fn never_shown(form: &[Element]) -> Vec<String> {
    let mut shown: Vec<bool> = form.iter().map(|element| element.condition().is_none()).collect();
    // What one field shows may show the next.
    while let Some(at) = (0..form.len()).find(|at| !shown[*at] && why_never(&form[*at], form, &shown).is_none()) {
        shown[at] = true;
    }
    let never = (0..form.len()).filter(|at| !shown[*at]);
    never
        .filter_map(|at| Some(format!("{} is never shown: {}", name(&form[at]), why_never(&form[at], form, &shown)?)))
        .collect()
}

/// Why the condition of an element cannot be met, where so much of the form can be shown.
fn why_never(element: &Element, form: &[Element], shown: &[bool]) -> Option<String> {
    let Condition { any, rules } = element.condition()?;
    let whys: Vec<String> = rules.iter().filter_map(|rule| why_not(rule, form, shown)).collect();
    let unmet = if *any { !rules.is_empty() && whys.len() == rules.len() } else { !whys.is_empty() };
    if unmet {
        return whys.into_iter().next();
    }
    let pairs = rules.iter().enumerate().flat_map(|(at, one)| rules[at + 1..].iter().map(move |other| (one, other)));
    pairs.filter(|_| !any).find_map(|(one, other)| contradiction(one, other, form))
}

/// Why a rule cannot be met by itself.
fn why_not(rule: &Rule, form: &[Element], shown: &[bool]) -> Option<String> {
    let at = form.iter().position(|other| other.id == rule.element)?;
    let of = &form[at];
    let holds = of.json.get("value").is_some_and(|value| !is_blank(value));
    let asked: Vec<&Value> = match (rule.operator, &rule.value) {
        (Operator::NotEquals | Operator::Empty, _) => return None,
        (Operator::Equals, value) => vec![value],
        (Operator::In, Value::Array(values)) => values.iter().collect(),
        _ => Vec::new(),
    };
    if is_blank(&rule.value) && rule.operator != Operator::Filled || holds {
        return None;
    }
    if !shown[at] {
        return Some(format!("{}, on which it hangs, is not shown before it", name(of)));
    }
    let offered: Vec<String> = of.options().iter().map(|(value, _)| option_text(value)).collect();
    let choice = matches!(of.kind, ElementType::Dropdown | ElementType::CheckboxGroup | ElementType::CountrySelect);
    let possible = !choice || offered.is_empty() || asked.is_empty();
    let possible = possible || asked.iter().any(|value| offered.contains(&option_text(value)));
    let words = asked.iter().map(|value| option_text(value)).collect::<Vec<_>>().join(" or ");
    (!possible).then(|| format!("{} would have to be \u{201c}{words}\u{201d}, which is not offered", name(of)))
}

/// Why two rules cannot be met at once.
fn contradiction(one: &Rule, other: &Rule, form: &[Element]) -> Option<String> {
    let of = form.iter().find(|element| element.id == one.element && one.element == other.element)?;
    // Several may be ticked.
    if !matches!(of.takes(), JsonType::String | JsonType::Number | JsonType::Boolean) || of.kind == ElementType::Unknown
    {
        return None;
    }
    use Operator::{Empty, Equals, Filled, NotEquals};
    let same = option_text(&one.value) == option_text(&other.value);
    let words = |rule: &Rule| format!("\u{201c}{}\u{201d}", option_text(&rule.value));
    let both = match (one.operator, other.operator) {
        (Equals, Equals) if !same => format!("{} and {}", words(one), words(other)),
        (Equals, NotEquals) | (NotEquals, Equals) if same => format!("{} and not {0}", words(one)),
        (Filled, Empty) | (Empty, Filled) => "filled in and empty".to_owned(),
        _ => return None,
    };
    Some(format!("{} would have to be {both} at once", name(of)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A choice, and two fields with these conditions.
    fn never(one: Value, other: Value) -> Vec<String> {
        let form = [
            json!({"id": "c", "name": "Work", "type": "dropdown", "options": ["employed", "retired"]}),
            json!({"id": "g", "name": "Goods", "type": "checkbox_group", "options": ["x", "y"]}),
            json!({"id": "a", "name": "Employer", "type": "text", "condition": one}),
            json!({"id": "b", "name": "Since", "type": "text", "condition": other}),
        ];
        never_shown(&form.iter().filter_map(Element::from_json).collect::<Vec<_>>())
    }

    fn all(rules: &[(&str, &str, &str)]) -> Value {
        let rules: Vec<Value> = rules
            .iter()
            .map(|(of, operator, value)| json!({"elementId": of, "operator": operator, "value": value}))
            .collect();
        json!({"type": "all", "rules": rules})
    }

    #[test]
    fn conditions_that_nothing_meets() {
        let employed = all(&[("c", "equals", "employed")]);
        let both = all(&[("c", "equals", "employed"), ("c", "equals", "retired")]);
        assert_eq!(
            never(both.clone(), employed.clone()),
            [
                "Employer is never shown: Work would have to be \u{201c}employed\u{201d} and \u{201c}retired\u{201d} at once"
            ]
        );
        let label = all(&[("c", "equals", "Employed")]);
        let told = "Employer is never shown: Work would have to be \u{201c}Employed\u{201d}, which is not offered";
        assert_eq!(never(label, employed.clone()), [told]);
        let round = never(all(&[("b", "filled", "")]), all(&[("a", "equals", "yes")]));
        assert_eq!(round.len(), 2, "{round:?}");
        assert_eq!(round[0], "Employer is never shown: Since, on which it hangs, is not shown before it");
    }

    #[test]
    fn conditions_that_something_meets() {
        let mut any = all(&[("c", "equals", "employed"), ("c", "equals", "retired")]);
        any["type"] = "any".into();
        let ticked = all(&[("g", "contains", "x"), ("g", "contains", "y")]);
        assert!(never(any, ticked).is_empty());
        // One is shown by the other, which the choice shows; one looks elsewhere; one cannot be read.
        assert!(never(all(&[("b", "filled", "")]), all(&[("c", "equals", "retired")])).is_empty());
        assert!(never(all(&[("b", "empty", "")]), all(&[("elsewhere", "equals", "z")])).is_empty());
        assert!(never(all(&[("c", "greaterThan", "5")]), all(&[("c", "not_equals", "employed")])).is_empty());
    }
}
