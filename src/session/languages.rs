//! Which languages a flow is offered in: no operation lists them, what a step shows does.

use std::collections::BTreeMap;

use serde_json::Value;

use super::driver::Driver;
use crate::api::client::CallError;
use crate::api::language::LANGUAGES;
use crate::api::wire::elements;

/// The languages in which the step where somebody stands is shown otherwise than in none, as `usual` has it.
///
/// # Errors
///
/// When there is no answer to a call.
pub async fn offered(driver: &mut Driver, usual: &Value) -> Result<Vec<String>, CallError> {
    let usual = texts(usual);
    let mut found = Vec::new();
    for language in LANGUAGES {
        let exchange = driver.current_in(language).await?;
        let shown = exchange.answer.json().filter(|_| !exchange.answer.is_error()).map(texts);
        let differs = |(place, text): (&String, &String)| usual.get(place).is_some_and(|usual| usual != text);
        if shown.is_some_and(|shown| shown.iter().any(differs)) {
            found.push(language.to_owned());
        }
    }
    Ok(found)
}

/// The texts of a step by their places: labels, options, what stands beside them.
pub fn texts(step: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut put = |place: String, value: Option<&Value>| {
        if let Some(text) = value.and_then(Value::as_str).filter(|text| text.chars().any(char::is_alphabetic)) {
            found.insert(place, text.trim().to_owned());
        }
    };
    for key in ["title", "subtitle", "text"] {
        put(key.to_owned(), step.get(key));
    }
    for element in elements(step) {
        for key in ["name", "placeholder", "tooltip", "content"] {
            put(format!("{} {key}", element.id), element.json.get(key));
        }
        for (value, label) in element.options() {
            // An option without a label of its own is a code.
            if value.as_str() != Some(&label) {
                put(format!("{} option {value}", element.id), Some(&Value::from(label)));
            }
        }
    }
    found
}
