//! What forms ask for that nobody can enter, or tell apart: seen in what was answered, without a call.

mod shown;

use std::collections::BTreeMap;

use serde_json::Value;

use self::shown::never_shown;
use super::Plan;
use super::applicant::{essential, identity, step_name};
use super::ledger::{Finding, Ledger, at_path, entry};
use super::negatives::{is_certainly_shown, name};
use super::rules::RuleId;
use crate::api::element::{Element, ElementType, option_text};
use crate::api::exchange::Exchange;
use crate::api::wire::{BodyKind, LANGUAGE_HEADER, elements, is_blank};
use crate::compose::Data;
use crate::fake::date_in;
use crate::session::fill::held_values;

/// What of a form is odd.
#[derive(Debug)]
struct Odd {
    rule: RuleId,
    text: String,
    /// How a scenario expects that it is otherwise; none where no short form says it.
    expect: Option<Data>,
}

/// Looks at every form that anybody came to, as it was shown to the one who came first.
pub(super) fn judge(plan: &Plan, ledger: &mut Ledger) {
    if !plan.wants_any(&[RuleId::Enterable, RuleId::Distinct]) {
        return;
    }
    let mut arrivals: BTreeMap<String, Vec<Exchange>> = BTreeMap::new();
    for log in &ledger.logs {
        for (id, calls) in arrived(log) {
            let known = arrivals.entry(id).or_insert_with(|| calls.clone());
            if calls.len() < known.len() {
                *known = calls;
            }
        }
    }
    for calls in arrivals.into_values() {
        let Some(step) = calls.last().and_then(|last| last.answer.json()).cloned() else { continue };
        for rule in [RuleId::Enterable, RuleId::Distinct] {
            ledger.check(rule, None);
        }
        for odd in odd(&step) {
            let mut finding = Finding::new(odd.rule, step_name(&step), odd.text, calls.clone());
            finding.sayable = odd.expect.is_some();
            ledger.findings.push(finding.expecting(odd.expect));
        }
    }
}

/// The forms that an applicant came to, each with the calls that led there the first time, in the default language.
fn arrived(log: &[Exchange]) -> Vec<(String, Vec<Exchange>)> {
    let mut found: Vec<(String, Vec<Exchange>)> = Vec::new();
    // Who submitted without a session was never shown the first form.
    if log.first().is_none_or(|first| first.request.method != "GET") {
        return found;
    }
    for (at, call) in log.iter().enumerate() {
        let translated = call.request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(LANGUAGE_HEADER));
        let form = call.answer.json().filter(|body| body.get("elements").is_some_and(Value::is_array));
        let Some(id) = form.filter(|_| call.answer.kind() == BodyKind::Step && !translated).map(identity) else {
            continue;
        };
        if found.iter().all(|(known, _)| *known != id) {
            let mut calls = essential(&log[..at]);
            calls.push(call.clone());
            found.push((id, calls));
        }
    }
    found
}

/// Everything that is odd about a form.
fn odd(step: &Value) -> Vec<Odd> {
    let form = elements(step);
    let mut found = Vec::new();
    let mut put = |rule, (text, expect): (String, Option<Data>)| found.push(Odd { rule, text, expect });
    for (at, element) in form.iter().enumerate() {
        if let Some(odd) = without_room(at, element) {
            put(RuleId::Enterable, odd);
        } else if let Some(odd) = held_beforehand(at, element, &form) {
            put(RuleId::Enterable, odd);
        }
        if let Some(odd) = same_options(at, element) {
            put(RuleId::Distinct, odd);
        }
        if let Some(odd) = same_field(at, &form) {
            put(RuleId::Distinct, odd);
        }
    }
    never_shown(&form).into_iter().for_each(|text| put(RuleId::Enterable, (text, None)));
    found
}

/// A value's place between the bounds of its element: the least, the most, each as it reads.
fn bounds(element: &Element) -> (Option<f64>, Option<f64>) {
    let limits = element.limits();
    let of = |bound: &Option<Value>| measure(element, bound.as_ref()?);
    match element.kind {
        ElementType::Text => {
            (limits.min_length.map(|length| length as f64), limits.max_length.map(|length| length as f64))
        }
        ElementType::Number | ElementType::Date => (of(&limits.min), of(&limits.max)),
        _ => (None, None),
    }
}

/// What of a value the bounds of an element are about: how long a text is, how great a number, which day.
fn measure(element: &Element, value: &Value) -> Option<f64> {
    match element.kind {
        ElementType::Text => Some(value.as_str()?.chars().count() as f64),
        ElementType::Number => value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()),
        ElementType::Date => {
            let date = date_in(element, value.as_str()?)?;
            Some(f64::from(date.since(jiff::civil::date(1970, 1, 1)).ok()?.get_days()))
        }
        _ => None,
    }
}

/// A bound for people.
fn bound(element: &Element, least: bool) -> String {
    let limits = element.limits();
    let (length, value) = if least { (limits.min_length, &limits.min) } else { (limits.max_length, &limits.max) };
    match element.kind {
        ElementType::Text => length.map(|length| crate::phrase::counted(length, "character")).unwrap_or_default(),
        _ => value.as_ref().map(option_text).unwrap_or_default(),
    }
}

/// An element whose bounds leave no value.
fn without_room(at: usize, element: &Element) -> Option<(String, Option<Data>)> {
    let (Some(least), Some(most)) = bounds(element) else { return None };
    if least <= most {
        return None;
    }
    let (from, to) = (bound(element, true), bound(element, false));
    let text = format!("nothing can be entered into {}: at least {from} and at most {to} are asked for", name(element));
    // Said of the one rule that has both; of two, nobody knows which is meant.
    let rules = element.json.get("validations").and_then(Value::as_array);
    let keys = [("min", "max"), ("minLength", "maxLength"), ("minimum", "maximum")];
    let both = rules
        .into_iter()
        .flatten()
        .find_map(|rule| keys.iter().find(|(least, most)| rule.get(*least).is_some() && rule.get(*most).is_some()));
    let path = both.map(|(least, most)| format!("$.elements[{at}].validations[?@.{least} > @.{most}]"));
    Some((text, path.map(|path| at_path(path, entry("exists", Data::Json(false.into()))))))
}

/// An element that holds, before anybody entered anything, what it does not take.
fn held_beforehand(at: usize, element: &Element, form: &[Element]) -> Option<(String, Option<Data>)> {
    let held = element.json.get("value").filter(|value| !is_blank(value))?;
    let masked = held.as_str().is_some_and(|text| text.contains(['*', '\u{2022}']));
    if masked || !is_certainly_shown(element, form, &held_values(form)) {
        return None;
    }
    let measured = measure(element, held);
    let (least, most) = bounds(element);
    let below = measured.zip(least).is_some_and(|(held, least)| held < least);
    let above = measured.zip(most).is_some_and(|(held, most)| held > most);
    let why = match (below, above) {
        (true, _) => format!("and at least {} are asked for", bound(element, true)),
        (_, true) => format!("and at most {} are allowed", bound(element, false)),
        _ => not_offered(element, held).then(|| "which is not offered".to_owned())?,
    };
    let shown = option_text(held);
    let path = format!("$.elements[{at}][?@ == {}]", super::ledger::literal(held));
    let expect = held.as_array().is_none().then(|| at_path(path, entry("exists", Data::Json(false.into()))));
    Some((format!("{} holds {shown} beforehand, {why}", name(element)), expect))
}

/// Whether a choice holds what is none of its options.
fn not_offered(element: &Element, held: &Value) -> bool {
    if !matches!(element.kind, ElementType::Dropdown | ElementType::CheckboxGroup) {
        return false;
    }
    let offered: Vec<String> = element.options().iter().map(|(value, _)| option_text(value)).collect();
    let items = held.as_array().cloned().unwrap_or_else(|| vec![held.clone()]);
    !offered.is_empty() && items.iter().any(|item| !offered.contains(&option_text(item)))
}

/// A choice two of whose options are submitted, or read, alike. Of a list of countries the first may well come again.
fn same_options(at: usize, element: &Element) -> Option<(String, Option<Data>)> {
    if !matches!(element.kind, ElementType::Dropdown | ElementType::CheckboxGroup) {
        return None;
    }
    let options = element.options();
    let list = ["options", "prefillOptions", "content"].into_iter().find(|key| element.json.get(*key).is_some())?;
    let again = |number: usize, of: &dyn Fn(&(Value, String)) -> String| {
        let one = of(&options[number]);
        !one.trim().is_empty() && options[..number].iter().any(|earlier| of(earlier) == one)
    };
    (0..options.len()).find_map(|number| {
        let (value, label) = &options[number];
        let path = format!("$.elements[{at}].{list}[{number}]");
        let member = |keys: &[&'static str]| {
            let entry = element.json.get(list)?.get(number)?;
            let key = keys.iter().find(|key| entry.get(**key).is_some());
            key.map(|key| format!("{path}.{key}")).or((!entry.is_object()).then(|| path.clone()))
        };
        let (text, path, other) = if again(number, &|(value, _)| option_text(value)) {
            let text = format!("{} offers {} twice", name(element), option_text(value));
            (text, member(&["value", "id", "key", "code", "name", "label"]), value.clone())
        } else if again(number, &|(_, label)| label.trim().to_lowercase()) {
            let text = format!("{} offers two options called \u{201c}{label}\u{201d}", name(element));
            (text, member(&["label", "name", "text", "title"]), Value::from(label.as_str()))
        } else {
            return None;
        };
        Some((text, path.map(|path| at_path(path, entry("not", Data::Json(other))))))
    })
}

/// A field that cannot be told from one before it: both are always shown, and no text stands between them.
fn same_field(at: usize, form: &[Element]) -> Option<(String, Option<Data>)> {
    let face = |element: &Element| {
        let of = |text: &Option<String>| text.as_deref().unwrap_or_default().to_lowercase();
        (element.name.trim().to_lowercase(), element.kind, of(&element.role), of(&element.normalized_name))
    };
    let always = |element: &Element| element.json.get("condition").is_none_or(Value::is_null);
    let element = form.get(at).filter(|element| always(element) && !element.name.trim().is_empty())?;
    if matches!(element.kind, ElementType::Static | ElementType::Unknown) {
        return None;
    }
    let between = form[..at].iter().rev().take_while(|other| other.kind != ElementType::Static);
    let twin = between.filter(|other| always(other)).find(|other| face(other) == face(element))?;
    let text = format!("two fields are called \u{201c}{}\u{201d}, and nothing tells them apart", twin.name.trim());
    let path = format!("$.elements[{at}][?@ == {}]", super::ledger::literal(&Value::from(element.name.as_str())));
    Some((text, Some(at_path(path, entry("exists", Data::Json(false.into()))))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn texts(elements: Value) -> Vec<String> {
        odd(&json!({"id": "s", "elements": elements})).into_iter().map(|odd| odd.text).collect()
    }

    #[test]
    fn what_cannot_be_entered() {
        let number = |value: Value, rule: Value| json!({"id": "n", "name": "Amount", "type": "number", "value": value, "validations": [rule]});
        let range = json!({"type": "range", "min": 500, "max": 900});
        assert_eq!(
            texts(json!([number(json!(100), range.clone())])),
            ["Amount holds 100 beforehand, and at least 500 are asked for"]
        );
        assert_eq!(
            texts(json!([number(json!(901), range.clone())])),
            ["Amount holds 901 beforehand, and at most 900 are allowed"]
        );
        for fine in [json!(500), json!(900), json!(null), json!("500")] {
            assert!(texts(json!([number(fine, range.clone())])).is_empty());
        }
        let length = json!([{"type": "length", "min": 30, "max": 21}]);
        let text = json!([{"id": "t", "name": "Name", "type": "text", "validations": length}]);
        assert_eq!(
            texts(text),
            ["nothing can be entered into Name: at least 30 characters and at most 21 characters are asked for"]
        );
        let days = json!([{"type": "range", "min": "2026-01-02", "max": "2026-01-01"}]);
        let date = json!([{"id": "d", "name": "Day", "type": "date", "dateFormat": "DD/MM/YYYY", "validations": days}]);
        assert_eq!(
            texts(date),
            ["nothing can be entered into Day: at least 2026-01-02 and at most 2026-01-01 are asked for"]
        );
        let held = |value: Value| json!([{"id": "c", "name": "Plan", "type": "dropdown", "options": ["a", 1], "value": value}]);
        assert_eq!(texts(held(json!("b"))), ["Plan holds b beforehand, which is not offered"]);
        assert!(texts(held(json!("a"))).is_empty() && texts(held(json!("1"))).is_empty());
    }

    #[test]
    fn what_cannot_be_told_apart() {
        let choice = |options: Value| json!([{"id": "c", "name": "Plan", "type": "dropdown", "options": options}]);
        assert_eq!(texts(choice(json!(["a", "b", "a"]))), ["Plan offers a twice"]);
        let labels = json!([{"value": 1, "label": "One"}, {"value": 2, "label": "one "}]);
        assert_eq!(texts(choice(labels)), ["Plan offers two options called \u{201c}one \u{201d}"]);
        assert!(texts(choice(json!(["a", "b", "A"]))).len() == 1, "read alike, though not submitted alike");
        let countries =
            json!([{"id": "c", "name": "Country", "type": "country_select", "options": ["CA", "FR", "CA"]}]);
        assert!(texts(countries).is_empty(), "what is chosen most may stand above the others");
        let field = |id: &str, more: Value| {
            let mut field = json!({"id": id, "name": "Amount", "type": "number"});
            field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            field
        };
        let told = "two fields are called \u{201c}Amount\u{201d}, and nothing tells them apart";
        assert_eq!(texts(json!([field("a", json!({})), field("b", json!({}))])), [told]);
        for other in [json!({"role": "x"}), json!({"normalizedName": "X"}), json!({"type": "text"})] {
            assert!(texts(json!([field("a", json!({})), field("b", other)])).is_empty());
        }
        let heading = json!({"id": "h", "name": "Your partner", "type": "static"});
        assert!(texts(json!([field("a", json!({})), heading, field("b", json!({}))])).is_empty());
        let condition = json!({"condition": {"rules": [{"elementId": "z", "operator": "filled"}]}});
        assert!(texts(json!([field("a", json!({})), field("b", condition)])).is_empty());
    }
}
