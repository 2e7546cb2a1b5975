//! Generated test data: what `fill` sends and what templates call as `fake.NAME()`.
//!
//! Everything comes from a [`Seed`] and from nothing else but the day and the country: no clock, no randomness. One seed
//! is one applicant, so a form's first name, e-mail address and town agree. A field's value hangs on the seed and on
//! what names the field (role, normalised name, label), not on its id or its neighbours: a flow that is rebuilt, or
//! gets a further field, is sent the same values as before.
//!
//! This module does not know which fields a step has or which of them to fill; the session does.

mod cannot_fill;
mod date;
mod document;
mod identity;
mod kind;
mod meaning;
mod number;
mod pattern;
mod place;
mod seed;
#[cfg(test)]
mod tests;
mod text;

use jiff::civil::Date;
use serde_json::{Map, Value};

pub use self::cannot_fill::CannotFill;
pub use self::date::{date_in, date_strftime};
pub use self::document::{accepted_files, sample_file};
pub use self::kind::{KINDS, Kind, generate};
pub use self::meaning::meaning;
pub use self::seed::Seed;

use self::kind::Applicant;
use crate::api::element::{Element, ElementType, JsonType, Limits};
use crate::api::rules::broken;
use crate::api::wire::is_blank;

/// What values depend on besides the seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The day of the run: ages are reckoned from it.
    pub today: Date,
    /// The country lived in, as chosen for the role `address_country`: a code or a name. Without it, the seed's own.
    pub country: Option<String>,
}

/// What a field is filled with.
#[derive(Debug, Clone, PartialEq)]
pub enum Filled {
    /// A value, of the JSON type that the element takes.
    Value(Value),
    /// A file, to be uploaded first; its key is the value.
    File {
        /// The file's name.
        name: String,
        /// Its media type.
        media_type: String,
        /// What is in it.
        bytes: Vec<u8>,
    },
    /// Nothing is sent for this field.
    Nothing,
}

/// A valid value for an element: one that is made up, or the one that it holds where none can be. `seed` is that of the
/// form, the same for all its elements; the element's own child is taken here.
///
/// # Errors
///
/// When the element's demands cannot be read or met. Whether that matters is the caller's to judge: an optional field
/// may be left out.
///
/// ```
/// use draftgate::api::element::Element;
/// use draftgate::fake::{Context, Filled, Seed, value_for};
/// use serde_json::json;
///
/// let element = Element::from_json(&json!({"id": "5f", "type": "dropdown", "name": "Plan", "options": ["gold"]})).unwrap();
/// let context = Context { today: jiff::civil::date(2026, 11, 23), country: None };
/// assert_eq!(value_for(&element, &Seed::new(1), &context), Ok(Filled::Value(json!("gold"))));
/// ```
pub fn value_for(element: &Element, seed: &Seed, context: &Context) -> Result<Filled, CannotFill> {
    made_up(element, seed, context).or_else(|error| prefilled(element).map(Filled::Value).ok_or(error))
}

fn made_up(element: &Element, seed: &Seed, context: &Context) -> Result<Filled, CannotFill> {
    let field = label(element);
    let own = seed.child("field").child(stable_name(element));
    let applicant = Applicant::new(seed, context.today, context.country.as_deref());
    let limits = element.limits();
    // A match without a wildcard: a new type of element must be thought of here.
    let value = match element.kind {
        ElementType::Text => text::value(element, field, &own, &applicant)?,
        ElementType::Number => number::value(element, field, &own, &applicant)?,
        ElementType::Date => date::value(element, field, &own, &applicant)?,
        ElementType::CountrySelect if options(element).is_empty() => {
            Value::String(generate_for("country", &applicant).unwrap_or_default())
        }
        ElementType::CountrySelect => choose(element, Some("country"), field, &own, &applicant)?,
        ElementType::Dropdown => choose(element, meaning::meaning(element), field, &own, &applicant)?,
        ElementType::Checkbox if element.options().len() > 1 => tick(element, limits, field, &own)?,
        ElementType::Checkbox => Value::Bool(true),
        ElementType::CheckboxGroup => tick(element, limits, field, &own)?,
        ElementType::File => return document::file(element, field),
        ElementType::Static => return Ok(Filled::Nothing),
        ElementType::Unknown if !options(element).is_empty() => choose(element, None, field, &own, &applicant)?,
        ElementType::Unknown if limits.required => text::value(element, field, &own, &applicant)?,
        ElementType::Unknown => return Ok(Filled::Nothing),
    };
    Ok(Filled::Value(value))
}

/// Whether an element is shown, given the values by element id. One without a condition is, and so is one whose
/// condition is not understood.
pub fn is_visible(element: &Element, values: &Map<String, Value>) -> bool {
    element.condition().is_none_or(|condition| condition.met(values))
}

/// The value that an element holds already, where it is one that the element takes.
fn prefilled(element: &Element) -> Option<Value> {
    let value = element.json.get("value").filter(|value| !is_blank(value))?;
    let options = options(element);
    let is_offered = |value: &Value| options.is_empty() || options.iter().any(|(option, _)| option == value);
    let is_taken = match element.takes() {
        JsonType::String => value.is_string() && is_offered(value),
        JsonType::Number => value.is_number(),
        JsonType::Boolean => value.is_boolean(),
        JsonType::List => value.as_array().is_some_and(|items| items.iter().all(is_offered)),
        JsonType::Any => true,
    };
    let is_taken = is_taken && element.kind != ElementType::File && broken(element, Some(value)).is_empty();
    is_taken.then(|| value.clone())
}

/// What a person calls the field.
fn label(element: &Element) -> &str {
    let names = [Some(element.name.as_str()), element.role.as_deref(), element.normalized_name.as_deref()];
    names.into_iter().flatten().map(str::trim).find(|name| !name.is_empty()).unwrap_or(&element.id)
}

/// What tells the field from others and stays when the flow is rebuilt, the label only where nothing else does: it
/// changes with the language.
fn stable_name(element: &Element) -> &str {
    let names = [element.role.as_deref(), element.normalized_name.as_deref(), Some(element.name.as_str())];
    names.into_iter().flatten().map(str::trim).find(|name| !name.is_empty()).unwrap_or(&element.id)
}

fn generate_for(kind: &str, applicant: &Applicant) -> Option<String> {
    generate(kind, applicant.seed, applicant.today, Some(applicant.country_code()))
}

/// The options that are answers; a blank one only asks to choose.
fn options(element: &Element) -> Vec<(Value, String)> {
    element.options().into_iter().filter(|(value, _)| !is_blank(value)).collect()
}

/// One of the options: the applicant's own where the field is about something that we know of them, such as the region
/// they live in.
fn choose(
    element: &Element,
    kind: Option<&'static str>,
    field: &str,
    own: &Seed,
    applicant: &Applicant,
) -> Result<Value, CannotFill> {
    let options = options(element);
    let fitting = match kind {
        Some("country") => applicant.country_spellings(),
        Some("state") => vec![applicant.place().region_code, applicant.place().region],
        Some("city") => vec![applicant.place().city],
        _ => Vec::new(),
    };
    let is = |(value, shown): &&(Value, String), name: &String| {
        shown.eq_ignore_ascii_case(name) || value.as_str().is_some_and(|value| value.eq_ignore_ascii_case(name))
    };
    let own_option = fitting.iter().find_map(|name| options.iter().find(|option| is(option, name)));
    // Else a country of which we know addresses: what follows can then agree with it.
    let known: Vec<_> = match kind {
        Some("country") => {
            let is_known = |(value, shown): &&(Value, String)| {
                place::country_named(shown).or_else(|| place::country_named(value.as_str()?)).is_some()
            };
            options.iter().filter(is_known).collect()
        }
        _ => Vec::new(),
    };
    own_option
        .or_else(|| own.pick(&known).copied())
        .or_else(|| own.pick(&options))
        .map(|(value, _)| value.clone())
        .ok_or_else(|| CannotFill::NoOptions { field: field.to_owned() })
}

/// Some of the options, at least one, in their order; as many as a minimum and maximum allow.
fn tick(element: &Element, limits: &Limits, field: &str, own: &Seed) -> Result<Value, CannotFill> {
    let mut options = options(element);
    if options.is_empty() {
        return Err(CannotFill::NoOptions { field: field.to_owned() });
    }
    let count = |bound: &Option<Value>, length: Option<usize>| {
        let number = bound.as_ref().and_then(|bound| bound.as_u64().or_else(|| bound.as_str()?.trim().parse().ok()));
        number.and_then(|number| usize::try_from(number).ok()).or(length)
    };
    let least = count(&limits.min, limits.min_length).unwrap_or(1).max(1);
    let most = count(&limits.max, limits.max_length).unwrap_or(options.len()).min(options.len());
    if least > most {
        return Err(CannotFill::FewOptions { field: field.to_owned(), least, offered: most });
    }
    let wanted = own.child("count").range(least as i64..=most as i64) as usize;
    let mut dropped = 0;
    while options.len() > wanted {
        options.remove(own.nth(dropped).index(options.len()));
        dropped += 1;
    }
    Ok(Value::Array(options.into_iter().map(|(value, _)| value).collect()))
}
