//! What a form must refuse, derived from what its elements demand: each case breaks one rule, and says with which code.
//!
//! Pure: a step's elements and values that it takes in, cases out. Only what the reference or observation gives a code for is a
//! case. Left out are fields that are not shown, fields on which others hang, tick boxes, of which nobody knows whether
//! unticked is missing, and rules that cannot be read: on a correct flow no case may be wrong.

use jiff::ToSpan;
use jiff::civil::Date;
use regex::Regex;
use serde_json::{Map, Number, Value, json};

use crate::api::element::{Element, ElementType, Limits};
use crate::api::wire::is_blank;
use crate::fake::{date_in, date_strftime, is_visible};

/// A required field is not in the payload.
pub const MISSING: i64 = 4006;
/// The input does not match the field's type.
pub const MALFORMED: i64 = 4007;
/// The input is not what the field's validations allow.
pub const INVALID: i64 = 4008;

/// What stands in a pattern's way, one of them at least for any sensible pattern.
const STRANGE: [char; 5] = ['\u{a7}', '!', '#', '0', 'x'];

/// One thing that a form must refuse.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The element's id.
    pub element: String,
    /// What the field is called.
    pub field: String,
    /// What is done.
    pub kind: Breach,
    /// What is sent for it; none where it is left out.
    pub value: Option<Value>,
    /// The code that must be answered.
    pub code: i64,
}

/// Which rule a case breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breach {
    /// A required field is left out.
    Omitted,
    /// A value of another type.
    WrongType,
    /// Less than the least.
    BelowMin,
    /// More than the most.
    AboveMax,
    /// Fewer characters than the least number.
    TooShort,
    /// More characters than the greatest number.
    TooLong,
    /// A text that the pattern excludes.
    PatternMissed,
}

impl Breach {
    /// What is done, after the field's name: `Age` *below its minimum*.
    pub fn words(self) -> &'static str {
        match self {
            Breach::Omitted => "left out",
            Breach::WrongType => "of another type",
            Breach::BelowMin => "below its minimum",
            Breach::AboveMax => "above its maximum",
            Breach::TooShort => "too short",
            Breach::TooLong => "too long",
            Breach::PatternMissed => "not of its pattern",
        }
    }
}

impl Case {
    /// The body with which the case is put: the valid one, but for this field.
    pub fn body(&self, valid: &Map<String, Value>) -> Map<String, Value> {
        let mut body = valid.clone();
        match &self.value {
            Some(value) => drop(body.insert(self.element.clone(), value.clone())),
            None => drop(body.shift_remove(&self.element)),
        }
        body
    }

    /// What is done, in words: `Age below its minimum (17)`.
    pub fn words(&self) -> String {
        match &self.value {
            // How long it is, is what matters of a text that is too long.
            Some(Value::String(text)) if text.chars().count() > 40 => {
                format!("{} {} ({} characters)", self.field, self.kind.words(), text.chars().count())
            }
            Some(value) => format!("{} {} ({value})", self.field, self.kind.words()),
            None => format!("{} {}", self.field, self.kind.words()),
        }
    }
}

/// All cases of a form, in the order of its elements. `valid` is a body that the form takes, by element id.
///
/// ```
/// use draftgate::api::element::Element;
/// use draftgate::conform::negatives::{Breach, cases};
/// use serde_json::json;
///
/// let age = json!({"id": "1", "name": "Age", "type": "number", "validations": [{"type": "required"}, {"type": "min", "value": 18}]});
/// let form = [Element::from_json(&age).unwrap()];
/// let valid = json!({"1": 30});
/// let found: Vec<_> = cases(&form, valid.as_object().unwrap()).into_iter().map(|case| (case.kind, case.value, case.code)).collect();
/// assert_eq!(found, [
///     (Breach::Omitted, None, 4006),
///     (Breach::WrongType, Some(json!("not a number")), 4007),
///     (Breach::BelowMin, Some(json!(17)), 4008),
/// ]);
/// ```
pub fn cases(elements: &[Element], valid: &Map<String, Value>) -> Vec<Case> {
    let shown = |element: &&Element| is_certainly_shown(element, elements, valid);
    elements.iter().filter(shown).filter_map(|element| Some((element, valid.get(&element.id)?))).fold(
        Vec::new(),
        |mut all, (element, value)| {
            if !is_blank(value) {
                all.extend(cases_of(element, value, is_looked_at(element, elements)));
            }
            all
        },
    )
}

/// Whether an element's condition, where it has one, can be read.
fn is_condition_read(element: &Element) -> bool {
    element.condition().is_some() || element.json.get("condition").is_none_or(Value::is_null)
}

/// Whether every condition of a form can be read.
pub(super) fn are_conditions_read(form: &[Element]) -> bool {
    form.iter().all(is_condition_read)
}

/// Whether an element is shown for sure: its condition is understood and met, and so are those of the elements that it looks
/// at. The reference names no operators; of one that is not known nobody can say what it asks for.
pub(super) fn is_certainly_shown(element: &Element, form: &[Element], values: &Map<String, Value>) -> bool {
    let mut open = vec![element];
    let mut seen: Vec<&str> = Vec::new();
    while let Some(element) = open.pop() {
        if !is_condition_read(element) {
            return false;
        }
        seen.push(&element.id);
        let looked_at = element.condition().into_iter().flat_map(|condition| &condition.rules);
        let looked_at = looked_at.filter_map(|rule| form.iter().find(|other| other.id == rule.element));
        open.extend(looked_at.filter(|other| !seen.contains(&other.id.as_str())));
    }
    is_visible(element, values)
}

/// Whether anything else is shown or not by what this element holds.
fn is_looked_at(element: &Element, all: &[Element]) -> bool {
    let id = Value::from(element.id.as_str()).to_string();
    all.iter().any(|other| {
        let condition = other.json.get("condition").filter(|condition| !condition.is_null());
        condition.is_some_and(|condition| condition.to_string().contains(&id))
    })
}

fn cases_of(element: &Element, valid: &Value, looked_at: bool) -> Vec<Case> {
    let limits = element.limits();
    let case = |kind: Breach, value: Option<Value>, code: i64| Case {
        element: element.id.clone(),
        field: name(element),
        kind,
        value,
        code,
    };
    let mut all = Vec::new();
    // What the step holds already may stand in for what is left out.
    let holds = element.json.get("value").is_some_and(|value| !is_blank(value));
    if limits.required && !holds && !looked_at && can_be_missing(element.kind) {
        all.push(case(Breach::Omitted, None, MISSING));
    }
    if looked_at {
        return all;
    }
    if let Some(value) = wrong_type(element) {
        all.push(case(Breach::WrongType, Some(value), MALFORMED));
    }
    let invalid = match element.kind {
        ElementType::Text => texts(limits, valid.as_str().unwrap_or_default()),
        ElementType::Number => numbers(limits),
        ElementType::Date => dates(element, limits, valid.as_str().unwrap_or_default()),
        _ => Vec::new(),
    };
    all.extend(invalid.into_iter().map(|(kind, value)| case(kind, Some(value), INVALID)));
    all
}

/// What a person calls the field.
pub(super) fn name(element: &Element) -> String {
    let names = [element.name.trim(), element.role.as_deref().unwrap_or_default(), element.id.as_str()];
    names.into_iter().find(|name| !name.is_empty()).unwrap_or_default().to_owned()
}

/// Whether leaving a required element out is certainly a fault. Of a tick box that is not ticked nobody knows.
fn can_be_missing(kind: ElementType) -> bool {
    matches!(
        kind,
        ElementType::Text
            | ElementType::Number
            | ElementType::Date
            | ElementType::CountrySelect
            | ElementType::Dropdown
            | ElementType::File
    )
}

/// A value that is certainly not of the element's type.
fn wrong_type(element: &Element) -> Option<Value> {
    match element.kind {
        ElementType::Text => Some(json!({"not": "a text"})),
        ElementType::Number => Some("not a number".into()),
        ElementType::Date => Some("not a date".into()),
        _ => None,
    }
}

fn texts(limits: &Limits, valid: &str) -> Vec<(Breach, Value)> {
    let length = valid.chars().count();
    let mut all = Vec::new();
    if let Some(least) = limits.min_length.filter(|least| (2..=length).contains(least)) {
        let short: String = valid.chars().take(least - 1).collect();
        // A blank text is a missing one.
        if !short.trim().is_empty() && !short.ends_with(char::is_whitespace) && !short.starts_with(char::is_whitespace)
        {
            all.push((Breach::TooShort, short.into()));
        }
    }
    if let Some(most) = limits.max_length.filter(|most| (1..100_000).contains(most)) {
        let last = valid.chars().rev().find(|c| c.is_alphanumeric()).unwrap_or('x');
        let long: String = valid.chars().chain(std::iter::repeat(last)).take(most + 1).collect();
        all.push((Breach::TooLong, long.into()));
    }
    let pattern = limits.pattern.as_deref().and_then(|pattern| Regex::new(pattern).ok());
    if let Some(pattern) = pattern.filter(|pattern| pattern.is_match(valid)) {
        // As long as the valid one: nothing but the pattern is missed.
        let strange = STRANGE.iter().map(|strange| strange.to_string().repeat(length));
        if let Some(missed) = strange.into_iter().find(|text| !pattern.is_match(text)) {
            all.push((Breach::PatternMissed, missed.into()));
        }
    }
    all
}

fn numbers(limits: &Limits) -> Vec<(Breach, Value)> {
    let beyond = |bound: &Option<Value>, by: i64| -> Option<Value> {
        let bound = match bound.as_ref()? {
            Value::Number(number) => number.clone(),
            Value::String(text) => text.trim().parse::<i64>().map(Number::from).ok()?,
            _ => return None,
        };
        match bound.as_i64() {
            Some(whole) => whole.checked_add(by).map(Value::from),
            None => Number::from_f64(bound.as_f64()?.floor() + if by < 0 { 0.0 } else { 1.0 } + by as f64)
                .map(Value::Number),
        }
    };
    let below = beyond(&limits.min, -1).map(|value| (Breach::BelowMin, value));
    let above = beyond(&limits.max, 1).map(|value| (Breach::AboveMax, value));
    below.into_iter().chain(above).collect()
}

fn dates(element: &Element, limits: &Limits, valid: &str) -> Vec<(Breach, Value)> {
    let bound = |bound: &Option<Value>| date_in(element, bound.as_ref()?.as_str()?);
    // Written as the valid one is.
    let written = |date: Date| -> Option<Value> {
        let iso = valid.trim().parse::<Date>().is_ok();
        match date_strftime(element).filter(|_| !iso) {
            Some(format) => jiff::fmt::strtime::format(&format, date).ok().map(Value::from),
            None => Some(date.to_string().into()),
        }
    };
    let before = bound(&limits.min).and_then(|date| date.checked_sub(1.day()).ok()).and_then(written);
    let after = bound(&limits.max).and_then(|date| date.checked_add(1.day()).ok()).and_then(written);
    let before = before.map(|value| (Breach::BelowMin, value));
    before.into_iter().chain(after.map(|value| (Breach::AboveMax, value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(element: Value, valid: Value) -> Vec<(Breach, Option<Value>, i64)> {
        let id = element["id"].as_str().unwrap().to_owned();
        let valid = json!({ id: valid });
        let found = cases(&[Element::from_json(&element).unwrap()], valid.as_object().unwrap());
        found.into_iter().map(|case| (case.kind, case.value, case.code)).collect()
    }

    #[test]
    fn a_text_is_held_to_its_lengths_and_its_pattern() {
        let element = json!({"id": "a", "type": "text", "validations": [
            {"type": "required"}, {"type": "length", "min": 3, "max": 5}, {"type": "pattern", "value": "^[A-Z]+$"}]});
        assert_eq!(
            of(element, json!("ABCD")),
            [
                (Breach::Omitted, None, 4006),
                (Breach::WrongType, Some(json!({"not": "a text"})), 4007),
                (Breach::TooShort, Some(json!("AB")), 4008),
                (Breach::TooLong, Some(json!("ABCDDD")), 4008),
                (Breach::PatternMissed, Some(json!("\u{a7}\u{a7}\u{a7}\u{a7}")), 4008),
            ]
        );
        let anything = json!({"id": "a", "type": "text", "validations": [{"type": "pattern", "value": ".*"}]});
        assert_eq!(of(anything, json!("x")).len(), 1, "nothing misses such a pattern");
    }

    #[test]
    fn numbers_and_dates_go_one_beyond() {
        let number = json!({"id": "n", "type": "number", "validations": [{"type": "range", "min": 0.5, "max": "9"}]});
        assert_eq!(
            of(number, json!(3)),
            [
                (Breach::WrongType, Some(json!("not a number")), 4007),
                (Breach::BelowMin, Some(json!(-1.0)), 4008),
                (Breach::AboveMax, Some(json!(10)), 4008),
            ]
        );
        let date = |valid: &str| {
            let validations = json!([{"type": "range", "min": "1900-01-01", "max": "2008-06-30"}]);
            let element = json!({"id": "d", "type": "date", "dateFormat": "DD/MM/YYYY", "validations": validations});
            of(element, json!(valid)).into_iter().skip(1).map(|(_, value, _)| value.unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(date("05/04/1980"), ["31/12/1899", "01/07/2008"]);
        assert_eq!(date("1980-04-05"), ["1899-12-31", "2008-07-01"]);
        // A bound that moves is not known here.
        let moving = json!({"id": "d", "type": "date", "validations": [{"type": "range", "max": "-18y"}]});
        assert_eq!(of(moving, json!("1980-04-05")).len(), 1);
    }

    #[test]
    fn where_nobody_knows_whether_a_field_is_shown_nothing_is_judged() {
        let required = json!([{"type": "required"}]);
        let shown_by =
            |id: &str, operator: &str| json!({"rules": [{"elementId": id, "operator": operator, "value": 5}]});
        let form = [
            json!({"id": "a", "type": "number"}),
            json!({"id": "b", "type": "text", "validations": required, "condition": shown_by("a", "greaterThan")}),
            json!({"id": "c", "type": "text", "validations": required, "condition": shown_by("b", "filled")}),
            json!({"id": "d", "type": "text", "validations": required, "condition": shown_by("a", "equals")}),
        ];
        let form: Vec<Element> = form.iter().filter_map(Element::from_json).collect();
        let valid = json!({"a": 5, "b": "x", "c": "y", "d": "z"});
        let valid = valid.as_object().unwrap();
        let fields: Vec<String> = cases(&form, valid).into_iter().map(|case| case.element).collect();
        assert_eq!(fields, ["d", "d"]);
        assert!(!are_conditions_read(&form) && are_conditions_read(&form[..1]));
        // Two that look at each other come to an end.
        let circle = [("x", "y"), ("y", "x")]
            .map(|(id, other)| json!({"id": id, "type": "text", "condition": shown_by(other, "filled")}));
        let circle: Vec<Element> = circle.iter().filter_map(Element::from_json).collect();
        assert!(!is_certainly_shown(&circle[0], &circle, &Map::new()));
    }

    #[test]
    fn what_is_not_certain_is_no_case() {
        let required = json!([{"type": "required"}]);
        for kind in ["checkbox", "checkbox_group", "static", "hologram"] {
            let element = json!({"id": "a", "type": kind, "validations": required});
            assert_eq!(of(element, json!(true)), [], "{kind}");
        }
        let held = json!({"id": "a", "type": "country_select", "validations": required, "value": "CA"});
        assert_eq!(of(held, json!("CA")), [], "what the step holds may stand in");
        let form = [
            json!({"id": "a", "type": "number", "validations": [{"type": "required"}, {"type": "min", "value": 1}]}),
            json!({"id": "b", "type": "text", "validations": required,
                "condition": {"type": "all", "rules": [{"elementId": "a", "operator": "equals", "value": 9}]}}),
        ];
        let form: Vec<Element> = form.iter().filter_map(Element::from_json).collect();
        let valid = json!({"a": 3, "b": "hidden"});
        assert_eq!(cases(&form, valid.as_object().unwrap()), [], "one decides about the other, which is not shown");
    }
}
