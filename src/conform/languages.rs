//! The same flow in other languages.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Plan;
use super::applicant::{Applicant, step_name};
use super::ledger::{Finding, Ledger};
use super::rules::RuleId;
use crate::api::client::CallError;
use crate::api::exchange::Exchange;
use crate::api::language::LANGUAGES;
use crate::api::wire::elements;
use crate::session::driver::Course;

/// Words that are the same in many languages, in lower case.
const INTERNATIONAL: [&str; 38] = [
    "e-mail",
    "email",
    "document",
    "documents",
    "description",
    "code",
    "date",
    "type",
    "name",
    "information",
    "passport",
    "region",
    "plan",
    "total",
    "ok",
    "pin",
    "iban",
    "bic",
    "vat",
    "id",
    "sms",
    "status",
    "service",
    "services",
    "bank",
    "adresse",
    "nation",
    "option",
    "options",
    "telefon",
    "mobile",
    "signature",
    "question",
    "questions",
    "profession",
    "visa",
    "taxi",
    "test",
];
/// Of so many texts of a language, at least one of two must differ from the default's for the others to be told.
const MOST: usize = 2;

/// A step in a language: its name by default, the answer there, and what a witness shows.
pub(super) struct Seen {
    pub step: Value,
    pub language: String,
    pub exchange: Exchange,
    /// The calls that lead to the step.
    pub way: Vec<Exchange>,
}

/// The languages in which a flow is offered: those that are given, or those that show the first step otherwise than none does.
pub(super) async fn offered(course: &Course, plan: &Plan, ledger: &mut Ledger) -> Result<Vec<String>, CallError> {
    if !plan.languages.is_empty() {
        return Ok(plan.languages.clone());
    }
    let mut applicant = Applicant::begin(course, plan.growth).await?;
    let Some(usual) = applicant.step().map(texts) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for language in LANGUAGES {
        let exchange = applicant.driver.current_in(language).await?;
        let shown = exchange.answer.json().filter(|_| !exchange.answer.is_error()).map(texts);
        if shown
            .is_some_and(|shown| shown.iter().any(|(place, text)| usual.get(place).is_some_and(|usual| usual != text)))
        {
            found.push((*language).to_owned());
        }
    }
    ledger.finish(applicant);
    Ok(found)
}

/// The texts of a step by their places: labels, options, what stands beside them.
fn texts(step: &Value) -> BTreeMap<String, String> {
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

/// What does not change with the language.
fn structure(step: &Value) -> Vec<Value> {
    let head =
        json!({"the step's id": step.get("id"), "its type": step.get("type"), "`canGoBack`": step.get("canGoBack")});
    let body = elements(step).into_iter().map(|element| {
        let values: Vec<Value> = element.options().into_iter().map(|(value, label)| {
            // A label that stands for a value is a text.
            if value.as_str() == Some(&label) && !label.chars().all(|c| c.is_ascii_uppercase()) { Value::Null } else { value }
        }).collect();
        json!({"the id": element.id, "the type": element.json.get("type"), "the role": element.role,
            "the normalised name": element.normalized_name, "the validations": element.json.get("validations").map(bare),
            "the options": values, "the format of dates": element.json.get("dateFormat").map(Value::is_string)})
    });
    std::iter::once(head).chain(body).collect()
}

/// Validations without what is said to people when they fail.
fn bare(validations: &Value) -> Value {
    let mut rules = validations.clone();
    for rule in rules.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        rule.retain(|key, _| {
            !["message", "errorMessage", "error", "text", "label", "description"].contains(&key.as_str())
        });
    }
    rules
}

/// Compares what was seen.
pub(super) fn compare(seen: &[Seen], ledger: &mut Ledger) {
    if seen.is_empty() {
        ledger.cannot(RuleId::Languages, "no other language is offered");
        ledger.cannot(RuleId::Translated, "no other language is offered");
    }
    for one in seen {
        let calls = || one.way.iter().cloned().chain([one.exchange.clone()]).collect();
        let answer = &one.exchange.answer;
        let wrong = match answer.json().filter(|_| !answer.is_error()) {
            None => Some(format!("in {} the step cannot be had", one.language)),
            Some(body) => {
                differs(&structure(&one.step), &structure(body)).map(|what| format!("in {} {what}", one.language))
            }
        };
        let name = step_name(&one.step);
        let finding = |rule, text| Finding { rule, step: name.clone(), text, calls: calls(), expect: None };
        ledger.check(RuleId::Languages, wrong.map(|text| finding(RuleId::Languages, text)));
    }
    let languages: BTreeSet<&str> = seen.iter().map(|one| one.language.as_str()).collect();
    for language in languages {
        untranslated(language, seen, ledger);
    }
}

/// The first thing in which two structures differ.
fn differs(usual: &[Value], other: &[Value]) -> Option<String> {
    if usual.len() != other.len() {
        return Some(format!("the step has {} fields in place of {}", other.len() - 1, usual.len() - 1));
    }
    usual.iter().zip(other).enumerate().find_map(|(at, (usual, other))| {
        let (usual, other) = (usual.as_object()?, other.as_object()?);
        let what = usual.keys().find(|key| usual.get(*key) != other.get(*key))?;
        Some(match at {
            0 => format!("{what} is {} in place of {}", other[what], usual[what]),
            _ => format!("{what} of field {at} is {} in place of {}", other[what], usual[what]),
        })
    })
}

/// The texts of a language that are the default's while most others are not.
fn untranslated(language: &str, seen: &[Seen], ledger: &mut Ledger) {
    let mut all: Vec<(String, bool, &Seen)> = Vec::new();
    for one in seen.iter().filter(|one| one.language == language) {
        let shown = one.exchange.answer.json().map(texts).unwrap_or_default();
        for (place, usual) in texts(&one.step) {
            if let Some(text) = shown.get(&place) {
                all.push((usual.clone(), *text == usual, one));
            }
        }
    }
    let translated = all.iter().filter(|(_, same, _)| !same).count();
    if translated == 0 || translated * MOST < all.len() {
        ledger.check(RuleId::Translated, None);
        return;
    }
    let mut told = BTreeSet::new();
    for (text, same, one) in all {
        let open = same && !is_international(&text) && told.insert(text.clone());
        let finding = open.then(|| Finding {
            rule: RuleId::Translated,
            step: step_name(&one.step),
            text: format!("in {language} \u{201c}{text}\u{201d} is not translated"),
            calls: one.way.iter().cloned().chain([one.exchange.clone()]).collect(),
            expect: None,
        });
        ledger.check(RuleId::Translated, finding);
    }
}

/// Whether a text may well be the same in another language: an abbreviation, or one that many languages share.
fn is_international(text: &str) -> bool {
    let short = text.chars().filter(|c| c.is_alphabetic()).count() <= 2;
    let capitals = text.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    short || capitals || INTERNATIONAL.contains(&text.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::exchange::{Answer, Body, Request, RequestBody};

    fn step(labels: [&str; 4]) -> Value {
        let [title, first, second, option] = labels;
        json!({"id": "s", "type": "form", "title": title, "canGoBack": false, "elements": [
            {"id": "a", "type": "text", "name": first, "validations": [{"type": "required", "message": first}]},
            {"id": "b", "type": "dropdown", "name": second, "options": [{"value": "x", "label": option}, "CA"]}]})
    }

    fn seen(language: &str, usual: &Value, shown: Value) -> Seen {
        let request = Request {
            method: "GET".into(),
            url: "http://h/flow/f".into(),
            headers: Vec::new(),
            body: RequestBody::Empty,
        };
        let answer = Answer {
            status: 200,
            headers: Vec::new(),
            body: Body::Json(shown.into()),
            elapsed: std::time::Duration::ZERO,
        };
        Seen {
            step: usual.clone(),
            language: language.to_owned(),
            exchange: Exchange { request, answer },
            way: Vec::new(),
        }
    }

    fn found(seen: &[Seen]) -> Vec<(RuleId, String)> {
        let mut ledger = Ledger::default();
        compare(seen, &mut ledger);
        ledger.findings.into_iter().map(|finding| (finding.rule, finding.text)).collect()
    }

    #[test]
    fn what_is_left_in_the_default_language_is_told_where_the_rest_is_translated() {
        let usual = step(["Your details", "First name", "Means of payment", "By card"]);
        let all = step(["Vos coordonn\u{e9}es", "Pr\u{e9}nom", "Moyen de paiement", "Par carte"]);
        assert_eq!(found(&[seen("fr-FR", &usual, all)]), []);
        let most = step(["Vos coordonn\u{e9}es", "First name", "Moyen de paiement", "Par carte"]);
        let told = "in fr-FR \u{201c}First name\u{201d} is not translated".to_owned();
        assert_eq!(found(&[seen("fr-FR", &usual, most)]), [(RuleId::Translated, told)]);
        // A language in which one text is another is hardly offered.
        let few = step(["Your particulars", "First name", "Means of payment", "By card"]);
        assert_eq!(found(&[seen("en-GB", &usual, few)]), []);
        let shared = step(["Your details", "Email", "Means of payment", "By card"]);
        let french = step(["Vos coordonn\u{e9}es", "Email", "Moyen de paiement", "Par carte"]);
        assert_eq!(found(&[seen("fr-FR", &shared, french)]), []);
    }

    #[test]
    fn a_structure_is_all_but_the_texts() {
        let usual = step(["A", "B", "C", "D"]);
        let mut other = step(["E", "F", "G", "H"]);
        other["elements"][0]["validations"] = json!([]);
        let found =
            |other| found(&[seen("fr-FR", &usual, other)]).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        let told = "in fr-FR the validations of field 1 is [] in place of [{\"type\":\"required\"}]";
        assert_eq!(found(other.clone()), [told]);
        other["elements"].as_array_mut().unwrap().pop();
        assert_eq!(found(other), ["in fr-FR the step has 1 fields in place of 2"]);
    }
}
