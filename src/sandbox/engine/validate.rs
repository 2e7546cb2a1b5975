//! Whether what is submitted to a form is what its elements ask for.
//!
//! The first element in the order of the form that something is wrong with is the one that is reported. Keys that are no
//! element's id are passed over, and so are elements that are not shown.

use jiff::civil::Date;
use serde_json::{Map, Number, Value};

use super::answers::{FormAnswers, packed};
use super::refusal::Refusal;
use super::session::Session;
use crate::api::element::ElementType;
use crate::api::wire::is_blank;
use crate::sandbox::definition::{Form, FormElement, is_country};

/// The values that are stored, by element name.
///
/// # Errors
///
/// 4006 for a required element without a value, 4007 for a value of the wrong type, 4008 for one that its rules exclude.
pub(super) fn validate(form: &Form, session: &Session, data: &Map<String, Value>) -> Result<FormAnswers, Refusal> {
    let mut values = Vec::with_capacity(form.elements.len());
    for element in shown(form, data) {
        if element.kind == ElementType::Static {
            continue;
        }
        match data.get(&element.id).filter(|value| !is_blank(value)) {
            Some(value) => {
                check(element, session, value).map_err(|code| Refusal::about(code, &element.name))?;
                values.push((element.name.clone(), value));
            }
            None if element.rules.required => return Err(Refusal::about(4006, &element.name)),
            None => {}
        }
    }
    Ok(packed(values))
}

/// The elements that are shown for these values. A value given to an element that is itself not shown counts for
/// nothing, so conditions are worked out until they agree; circles of conditions are cut after as many rounds as there
/// are elements.
fn shown<'f>(form: &'f Form, data: &Map<String, Value>) -> Vec<&'f FormElement> {
    let mut shown: Vec<&FormElement> = form.elements.iter().collect();
    if shown.iter().all(|element| element.condition.is_none()) {
        return shown;
    }
    for _ in 0..form.elements.len() {
        let values: Map<String, Value> =
            shown.iter().filter_map(|element| Some((element.id.clone(), data.get(&element.id)?.clone()))).collect();
        let met = |element: &&FormElement| element.condition.as_ref().is_none_or(|condition| condition.met(&values));
        let next: Vec<&FormElement> = form.elements.iter().filter(met).collect();
        let settled = next.len() == shown.len() && next.iter().zip(&shown).all(|(a, b)| a.id == b.id);
        shown = next;
        if settled {
            break;
        }
    }
    shown
}

const MALFORMED: u16 = 4007;
const INVALID: u16 = 4008;

/// The code of what is wrong with a value.
fn check(element: &FormElement, session: &Session, value: &Value) -> Result<(), u16> {
    match element.kind {
        ElementType::Text => check_text(element, value.as_str().ok_or(MALFORMED)?),
        ElementType::Number => match value {
            Value::Number(number) => check_number(element, number),
            _ => Err(MALFORMED),
        },
        ElementType::Date => check_date(element, value.as_str().ok_or(MALFORMED)?),
        ElementType::CountrySelect => {
            let country = value.as_str().filter(|text| is_country(text)).ok_or(MALFORMED)?;
            if element.options.is_empty() { Ok(()) } else { check_option(element, country) }
        }
        ElementType::Dropdown => check_option(element, value.as_str().ok_or(MALFORMED)?),
        ElementType::Checkbox => value.as_bool().map(|_| ()).ok_or(MALFORMED),
        ElementType::CheckboxGroup => {
            let items = value.as_array().ok_or(MALFORMED)?;
            let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            texts.ok_or(MALFORMED)?.into_iter().try_for_each(|text| check_option(element, text))
        }
        ElementType::File => {
            let file = value.as_str().and_then(|key| session.files.get(key)).ok_or(MALFORMED)?;
            if element.rules.accept.contains(&file.extension()) { Ok(()) } else { Err(MALFORMED) }
        }
        ElementType::Static | ElementType::Unknown => Ok(()),
    }
}

/// A rule's outcome as a code.
fn demand(holds: bool) -> Result<(), u16> {
    if holds { Ok(()) } else { Err(INVALID) }
}

fn check_text(element: &FormElement, text: &str) -> Result<(), u16> {
    let length = text.chars().count();
    let rules = &element.rules;
    demand(
        rules.min_length.is_none_or(|least| length >= least)
            && rules.max_length.is_none_or(|most| length <= most)
            && rules.pattern.as_ref().is_none_or(|pattern| pattern.matches_within(text) == Some(true)),
    )
}

fn check_number(element: &FormElement, number: &Number) -> Result<(), u16> {
    let value = number.as_f64().ok_or(MALFORMED)?;
    let bound = |bound: &Option<Number>| bound.as_ref().and_then(Number::as_f64);
    demand(
        bound(&element.rules.min).is_none_or(|min| value >= min)
            && bound(&element.rules.max).is_none_or(|max| value <= max),
    )
}

fn check_date(element: &FormElement, text: &str) -> Result<(), u16> {
    // Only the plain form: the parser would take times and zones as well.
    let plain = text.len() == 10;
    let iso = text.parse::<Date>().ok().filter(|_| plain);
    let own = || element.date_format.as_ref().and_then(|format| Date::strptime(&format.strptime, text).ok());
    let date = iso.or_else(own).ok_or(MALFORMED)?;
    demand(element.rules.first.is_none_or(|first| date >= first) && element.rules.last.is_none_or(|last| date <= last))
}

fn check_option(element: &FormElement, text: &str) -> Result<(), u16> {
    demand(element.options.iter().any(|(value, _)| value == text))
}
