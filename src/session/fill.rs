//! What a form is filled in with where nobody says: which fields, in which order, with what.
//!
//! Pure: files are made here and uploaded by whoever sends the form.

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::api::element::{Element, RESIDENCE};
use crate::fake::{self, CannotFill, Filled, Seed};
use crate::scenario::Fill;

/// A form before it is filled in.
#[derive(Debug, Clone, Copy)]
pub struct Form<'e, 'g> {
    /// Its fields.
    pub elements: &'e [Element],
    /// What is given already, by element id.
    pub given: &'g Map<String, Value>,
    /// The ids of fields that stay empty.
    pub omitted: &'g [String],
    /// The country given in an earlier form, which addresses and identity numbers follow where this one asks for none.
    pub country: Option<&'g str>,
    /// The day that ages are reckoned from.
    pub today: Date,
}

/// What goes into the fields of a form that are shown and not given yet, in the order in which it was found: every field,
/// or the required ones.
///
/// # Errors
///
/// When a required field's demands cannot be met. An optional one is left out then rather than sent wrongly.
pub fn fill_in<'e>(form: &Form<'e, '_>, fill: Fill, seed: &Seed) -> Result<Vec<(&'e Element, Filled)>, CannotFill> {
    // The country first: addresses and identity numbers follow it.
    let is_country = |element: &&Element| element.role.as_deref() == Some(RESIDENCE);
    let elements = form.elements.iter();
    let ordered = elements.clone().filter(is_country).chain(elements.filter(|element| !is_country(element)));
    let wanted = |element: &&Element| {
        (fill == Fill::Valid || element.required())
            && !form.omitted.contains(&element.id)
            && !form.given.contains_key(&element.id)
    };
    let mut open: Vec<&Element> = ordered.filter(wanted).collect();
    // What is filled in may show further fields, also ones that stand before it; so may what they hold already.
    let mut values = held_values(form.elements);
    values.extend(form.given.clone());
    let mut country = country_of(form.elements, form.given).or(form.country.map(str::to_owned));
    let mut filled = Vec::new();
    while let Some(at) = open.iter().position(|element| fake::is_visible(element, &values)) {
        let element = open.remove(at);
        let context = fake::Context { today: form.today, country: country.clone() };
        match fake::value_for(element, seed, &context) {
            Ok(Filled::Nothing) => continue,
            Ok(value) => {
                let seen = match &value {
                    Filled::Value(value) => value.clone(),
                    // Its key is not known before it is uploaded; that there is one is what counts.
                    Filled::File { name, .. } => Value::from(name.as_str()),
                    Filled::Nothing => Value::Null,
                };
                if element.role.as_deref() == Some(RESIDENCE) {
                    country = seen.as_str().map(str::to_owned).or(country);
                }
                values.insert(element.id.clone(), seen);
                filled.push((element, value));
            }
            Err(_) if !element.required() => continue,
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The values that the elements of a step hold already, by element id.
pub fn held_values(elements: &[Element]) -> Map<String, Value> {
    let held = |element: &Element| {
        Some((element.id.clone(), element.json.get("value").filter(|value| !value.is_null())?.clone()))
    };
    elements.iter().filter_map(held).collect()
}

/// The country of residence among the values of a form.
pub fn country_of(elements: &[Element], body: &Map<String, Value>) -> Option<String> {
    let element = elements.iter().find(|element| element.role.as_deref() == Some(RESIDENCE))?;
    body.get(&element.id)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn elements() -> Vec<Element> {
        [
            json!({"id": "o", "name": "Office", "type": "text", "validations": [{"type": "required"}],
                "condition": {"type": "all", "rules": [{"elementId": "h", "operator": "equals", "value": true}]}}),
            json!({"id": "z", "name": "Postal code", "role": "address_zip", "type": "text"}),
            json!({"id": "h", "name": "I hold an office", "type": "checkbox"}),
            json!({"id": "c", "name": "Country", "role": "address_country", "type": "country_select", "options": ["GB"]}),
            json!({"id": "d", "name": "Proof", "type": "file", "validations": [{"type": "required"}]}),
        ]
        .iter()
        .filter_map(Element::from_json)
        .collect()
    }

    fn ids(fill: Fill, given: Value, omitted: &[String]) -> Vec<String> {
        let elements = elements();
        let given = given.as_object().unwrap().clone();
        let today = jiff::civil::date(2026, 11, 23);
        let form = Form { elements: &elements, given: &given, omitted, country: None, today };
        let filled = fill_in(&form, fill, &Seed::new(1)).unwrap();
        filled.into_iter().map(|(element, _)| element.id.clone()).collect()
    }

    #[test]
    fn the_country_comes_first_and_what_is_shown_later_is_filled_in_too() {
        assert_eq!(ids(Fill::Valid, json!({}), &[]), ["c", "z", "h", "o", "d"]);
        assert_eq!(ids(Fill::Minimal, json!({}), &[]), ["d"]);
        assert_eq!(ids(Fill::Minimal, json!({"h": true, "d": "key"}), &[]), ["o"]);
        assert_eq!(ids(Fill::Valid, json!({"z": "W1"}), &["h".to_owned()]), ["c", "d"]);
    }
}
