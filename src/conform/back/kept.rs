//! What of the data that were submitted is there after back.

use serde_json::{Map, Value};

use crate::api::element::{Element, ElementType};
use crate::api::exchange::Exchange;
use crate::api::wire::is_blank;
use crate::compose::Data;
use crate::conform::applicant::step_name;
use crate::conform::ledger::{Finding, Ledger};
use crate::conform::negatives::{is_certainly_shown, name};
use crate::conform::rules::RuleId;
use crate::conform::standing::Spot;
use crate::fake::date_in;

/// What of the data that were submitted was there after back.
#[derive(Debug)]
pub(in crate::conform) struct Kept {
    /// How many fields show what was submitted.
    pub shown: usize,
    /// Fields that show nothing, by their ids.
    pub missing: Vec<String>,
    /// Where none shows anything: whether the API has the data all the same.
    pub held: bool,
    /// Why that is not known, where it is not.
    pub unknown: Option<String>,
    /// Said where that is a finding.
    pub finding: Finding,
}

/// Compares what fields show with what was submitted to them; one that shows something else is a finding here and now.
pub(super) fn compare(
    spot: &Spot<'_>,
    form: &[Element],
    sent: &Map<String, Value>,
    calls: &[Exchange],
    place: usize,
    ledger: &mut Ledger,
) -> Option<Kept> {
    let (mut shown, mut missing, mut changed) = (0, Vec::new(), Vec::new());
    for element in form.iter().filter(|element| is_comparable(element, form, sent)) {
        let Some(value) = sent.get(&element.id) else { continue };
        match element.json.get("value").filter(|value| !is_blank(value)) {
            None => missing.push(element.id.clone()),
            Some(now) if agree(element, value, now) => shown += 1,
            Some(now) => {
                let text = format!("{} holds {now} in place of {value}", name(element));
                changed.push((element.id.clone(), text));
            }
        }
    }
    if shown + missing.len() + changed.len() == 0 {
        return None;
    }
    // The step that is wrong is the one that back leads to.
    let step = step_name(&spot.trail.stages[place].step);
    if let Some((id, change)) = changed.first() {
        let text = format!("after back from {}, {change}", spot.name());
        let expect = expected_value(form, sent, id);
        let mut finding = Finding { step, ..spot.finding(RuleId::Kept, text, calls.to_vec(), expect) };
        finding.about = vec![id.clone()];
        ledger.check(RuleId::Kept, Some(finding));
        return None;
    }
    let names: Vec<String> = form.iter().filter(|element| missing.contains(&element.id)).map(name).collect();
    let text = format!("after back from {}, {} no longer what was entered", spot.name(), holds(&names));
    let expect = missing.first().and_then(|id| expected_value(form, sent, id));
    let mut finding = Finding { step, ..spot.finding(RuleId::Kept, text, calls.to_vec(), expect) };
    finding.about.clone_from(&missing);
    Some(Kept { shown, missing, held: false, unknown: None, finding })
}

/// Whether an element must show what was entered into it: it is shown for sure, and anything was; a file is shown in many ways.
pub(in crate::conform) fn is_comparable(element: &Element, form: &[Element], sent: &Map<String, Value>) -> bool {
    let entered = sent.get(&element.id).is_some_and(|value| !is_blank(value));
    let other = matches!(element.kind, ElementType::File | ElementType::Static | ElementType::Unknown);
    entered && !other && is_certainly_shown(element, form, sent)
}

fn holds(fields: &[String]) -> String {
    match fields {
        [only] => format!("{only} holds"),
        _ => format!("{} hold", fields.join(", ")),
    }
}

/// That a field holds what was entered, as a scenario expects that.
pub(in crate::conform) fn expected_value(form: &[Element], sent: &Map<String, Value>, id: &str) -> Option<Data> {
    let at = form.iter().position(|element| element.id == id)?;
    let value = sent.get(&form[at].id)?.clone();
    let path = format!("$.elements[{at}].value");
    Some(Data::Map(vec![("json".to_owned(), Data::Map(vec![(path, Data::Json(value))]))]))
}

/// Whether a field shows what was entered: a number may come as text, a date in another format, what is secret masked.
pub(in crate::conform) fn agree(element: &Element, entered: &Value, shown: &Value) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned());
    let (one, other) = (text(entered), text(shown));
    let numbers = || Some(one.parse::<f64>().ok()? == other.parse::<f64>().ok()?);
    let dates = || Some(date_in(element, &one)? == date_in(element, other.get(..10).unwrap_or(&other))?);
    let listed = || match (entered, shown) {
        (value, Value::Array(items)) if !value.is_array() => items.len() == 1 && text(&items[0]) == one,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().all(|item| b.contains(item)),
        (Value::Array(items), value) => items.len() == 1 && text(&items[0]) == text(value),
        _ => false,
    };
    let masked = other.contains(['*', '\u{2022}']);
    one == other || masked || numbers() == Some(true) || dates() == Some(true) || listed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_shown_may_be_written_otherwise() {
        let date = Element::from_json(&json!({"id": "d", "type": "date", "dateFormat": "DD/MM/YYYY"})).unwrap();
        let text = Element::from_json(&json!({"id": "t", "type": "text"})).unwrap();
        for (element, entered, shown, same) in [
            (&text, json!("Ada"), json!(" Ada "), true),
            (&text, json!("Ada"), json!("Zed"), false),
            (&text, json!("123-45-6789"), json!("***-**-6789"), true),
            (&text, json!(5), json!("5.0"), true),
            (&text, json!(5), json!(6), false),
            (&text, json!("x"), json!(["x"]), true),
            (&text, json!(["x", "y"]), json!(["y", "x"]), true),
            (&text, json!(["x", "y"]), json!(["x"]), false),
            (&date, json!("05/04/1980"), json!("1980-04-05"), true),
            (&date, json!("05/04/1980"), json!("1980-04-05T00:00:00Z"), true),
            (&date, json!("05/04/1980"), json!("1980-05-04"), false),
        ] {
            assert_eq!(agree(element, &entered, &shown), same, "{entered} {shown}");
        }
    }
}
