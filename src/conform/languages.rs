//! The same flow in other languages.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Plan;
use super::applicant::{Applicant, step_name};
use super::ledger::{Finding, Ledger, at_path, entry};
use super::negatives::name;
use super::rules::RuleId;
use crate::api::client::CallError;
use crate::api::element::Element;
use crate::api::exchange::Exchange;
use crate::api::wire::elements;
use crate::compose::Data;
use crate::phrase::counted;
use crate::session::driver::Course;
use crate::session::languages::{self, texts};

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

/// From so many words that begin small on, a text is a phrase.
const PHRASE: usize = 2;
/// What of a step does not change with the language, with the members that say it.
const HEAD: [(&str, &str); 3] = [("the step's id", "id"), ("its type", "type"), ("`canGoBack`", "canGoBack")];
/// The same of an element.
const ELEMENT: [(&str, &str); 5] = [
    ("the id", "id"),
    ("the type", "type"),
    ("the role", "role"),
    ("the normalised name", "normalizedName"),
    ("the validations", "validations"),
];
/// Members of an option or a validation that are the same in every language.
const STABLE: [&str; 6] = ["value", "id", "type", "min", "max", "pattern"];

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
    let Some(usual) = applicant.step().filter(|_| applicant.stopped().is_none()).cloned() else {
        return Ok(Vec::new());
    };
    let found = languages::offered(&mut applicant.driver, &usual).await?;
    ledger.finish(applicant);
    Ok(found)
}

/// What does not change with the language.
fn structure(step: &Value) -> Vec<Value> {
    let head =
        json!({"the step's id": step.get("id"), "its type": step.get("type"), "`canGoBack`": step.get("canGoBack")});
    let body = elements(step).into_iter().map(|element| {
        let values: Vec<Value> = element.options().into_iter().map(|(value, label)| {
            // A label that stands for a value is a text.
            let is_text = value.as_str() == Some(&label) && !label.chars().all(|c| c.is_ascii_uppercase());
            if is_text { json!({ TEXT: label }) } else { value }
        }).collect();
        json!({"the id": element.id, "the type": element.json.get("type"), "the role": element.role,
            "the normalised name": element.normalized_name, "the validations": element.json.get("validations").map(bare),
            "the options": values, "the format of dates": element.json.get("dateFormat").map(Value::is_string)})
    });
    std::iter::once(head).chain(body).collect()
}

/// The member of an option that is only a text.
const TEXT: &str = "text";

/// Whether a property of a step is the same in two languages. What is a text in both may be another; what is a text in one
/// language, and a value with a label in the other, is one option where text and value are the same.
fn same(was: &Value, is: &Value) -> bool {
    match (was, is) {
        (Value::Array(was), Value::Array(is)) => was.len() == is.len() && was.iter().zip(is).all(|(a, b)| same(a, b)),
        _ => match (was.get(TEXT), is.get(TEXT)) {
            (Some(_), Some(_)) => true,
            (was_text, is_text) => was_text.unwrap_or(was) == is_text.unwrap_or(is),
        },
    }
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
    let mut found: Vec<(Difference, Vec<&str>, &Seen)> = Vec::new();
    for one in seen {
        let answer = &one.exchange.answer;
        let wrong = match answer.json().filter(|_| !answer.is_error()) {
            None => Some(Difference { text: "the step cannot be had".to_owned(), expect: None, about: None }),
            Some(body) => differs(&one.step, body),
        };
        ledger.check(RuleId::Languages, None);
        let Some(wrong) = wrong else { continue };
        let same =
            |(known, _, at): &&mut (Difference, Vec<&str>, &Seen)| known.text == wrong.text && at.step == one.step;
        match found.iter_mut().find(same) {
            Some((_, languages, _)) => languages.push(&one.language),
            None => found.push((wrong, vec![&one.language], one)),
        }
    }
    for (wrong, languages, one) in found {
        let calls = one.way.iter().cloned().chain([one.exchange.clone()]).collect();
        let text = format!("in {} {}", languages.join(", "), wrong.text);
        let mut finding = Finding::new(RuleId::Languages, step_name(&one.step), text, calls).expecting(wrong.expect);
        finding.about.extend(wrong.about);
        finding.sayable = finding.expect.is_some() || one.exchange.answer.is_error();
        ledger.findings.push(finding);
    }
    let languages: BTreeSet<&str> = seen.iter().map(|one| one.language.as_str()).collect();
    for language in languages {
        untranslated(language, seen, ledger);
    }
}

/// In what a step is another in a language.
struct Difference {
    text: String,
    /// What a scenario expects of the language's answer.
    expect: Option<Data>,
    /// The element's id, where it is one.
    about: Option<String>,
}

/// The first thing in which two steps differ.
fn differs(usual: &Value, other: &Value) -> Option<Difference> {
    let (was, is) = (structure(usual), structure(other));
    if was.len() != is.len() {
        let fields = counted(is.len() - 1, "field");
        let expect = at_path("$.elements", entry("length", Data::Json((was.len() - 1).into())));
        let text = format!("the step has {fields} in place of {}", was.len() - 1);
        return Some(Difference { text, expect: Some(expect), about: None });
    }
    was.iter().zip(&is).enumerate().find_map(|(at, (was, is))| {
        let (was, is) = (was.as_object()?, is.as_object()?);
        let what = was.keys().find(|key| !same(&was[*key], is.get(*key).unwrap_or(&Value::Null)))?;
        let Some(at) = at.checked_sub(1) else {
            let text = format!("{what} is {} in place of {}", brief(&is[what]), brief(&was[what]));
            let member = HEAD.iter().find(|(name, _)| name == what).map(|(_, member)| *member)?;
            let expect = usual.get(member).map(|value| at_path(format!("$.{member}"), Data::Json(value.clone())));
            return Some(Difference { text, expect, about: None });
        };
        let element = elements(usual).into_iter().nth(at)?;
        let text = format!("{what} of {} is {} in place of {}", name(&element), brief(&is[what]), brief(&was[what]));
        Some(Difference { text, expect: expected(&element, other, at, what), about: Some(element.id) })
    })
}

/// A value for people: a list of rules or of options by what it holds.
fn brief(value: &Value) -> String {
    match value {
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(brief).collect::<Vec<_>>().join(", "),
        Value::Object(members) if members.len() == 1 && members.contains_key(TEXT) => brief(&members[TEXT]),
        Value::Object(members) => {
            let kind = members.get("type").map(brief).unwrap_or_default();
            let others = members.iter().filter(|(key, _)| *key != "type");
            let others: Vec<String> = others.map(|(key, value)| format!("{key} {}", brief(value))).collect();
            [kind, others.join(" and ")].join(" ").trim().to_owned()
        }
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// How a scenario expects of an element what it is by default: by the member itself, or by how many entries that has.
fn expected(element: &Element, other: &Value, at: usize, what: &str) -> Option<Data> {
    let member = match what {
        "the options" => ["options", "prefillOptions"].into_iter().find(|key| element.json.get(*key).is_some())?,
        what => ELEMENT.iter().find(|(name, _)| *name == what).map(|(_, member)| *member)?,
    };
    let was = element.json.get(member)?;
    let is = other.get("elements").and_then(|elements| elements.get(at)?.get(member));
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned();
    let path = format!("$.elements[{at}].{member}");
    let Some((old, new)) = list(Some(was)).zip(list(is)) else { return Some(at_path(path, Data::Json(was.clone()))) };
    if old.len() != new.len() {
        return Some(at_path(path, entry("length", Data::Json(old.len().into()))));
    }
    // What is said to people beside the values is another in each language.
    let (place, value) = old.iter().zip(&new).enumerate().find_map(|(place, (old, new))| match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let member = STABLE.iter().find(|key| old.contains_key(**key) && old.get(**key) != new.get(**key))?;
            Some((format!("[{place}].{member}"), old[*member].clone()))
        }
        (old, new) if old != new && !old.is_object() => Some((format!("[{place}]"), old.clone())),
        _ => None,
    })?;
    Some(at_path(format!("{path}{place}"), Data::Json(value)))
}

/// A text of a step in a language, and by default.
struct Shown<'a> {
    seen: &'a Seen,
    place: String,
    usual: String,
    text: String,
}

/// The texts of a language that are the default's, where what else is shown in it tells for certain that they could be others.
fn untranslated(language: &str, seen: &[Seen], ledger: &mut Ledger) {
    let mut all: Vec<Shown<'_>> = Vec::new();
    for one in seen.iter().filter(|one| one.language == language) {
        let mut shown = one.exchange.answer.json().map(texts).unwrap_or_default();
        for (place, usual) in texts(&one.step) {
            if let Some(text) = shown.remove(&place) {
                all.push(Shown { seen: one, place, usual, text });
            }
        }
    }
    let translated = all.iter().filter(|one| one.text != one.usual).count();
    if translated == 0 || translated * MOST < all.len() {
        ledger.check(RuleId::Translated, None);
        return;
    }
    // Words that are others in the language: they stand in texts whose translations are without them.
    let mut others = BTreeSet::new();
    for one in all.iter().filter(|one| one.text != one.usual) {
        let kept = words(&one.text);
        others.extend(words(&one.usual).into_iter().filter(|word| !kept.contains(word)));
    }
    let mut told = BTreeSet::new();
    for one in &all {
        let open = one.text == one.usual && is_certain(&one.usual, &others) && told.insert(one.usual.clone());
        let finding = open.then(|| {
            let text = format!("in {language} \u{201c}{}\u{201d} is not translated", one.usual);
            let calls = one.seen.way.iter().cloned().chain([one.seen.exchange.clone()]).collect();
            let step = &one.seen.step;
            let mut finding = Finding::new(RuleId::Translated, step_name(step), text, calls);
            finding.expect = path_of(step, &one.place)
                .map(|path| at_path(path, entry("not", Data::Json(one.usual.as_str().into()))));
            finding.sayable = finding.expect.is_some();
            finding
        });
        ledger.check(RuleId::Translated, finding);
    }
}

/// The path of a text in its step, by the place that [`texts`] gives it.
fn path_of(step: &Value, place: &str) -> Option<String> {
    let Some((id, member)) = place.split_once(' ') else { return Some(format!("$.{place}")) };
    let at = elements(step).iter().position(|element| element.id == id)?;
    let element = &step.get("elements")?.as_array()?[at];
    if let Some(option) = member.strip_prefix("option ") {
        let list = ["options", "prefillOptions"].into_iter().find(|key| element.get(*key).is_some())?;
        let of = |entry: &Value| entry.get("value").or(entry.get("id")).map(Value::to_string);
        let entries = element.get(list)?.as_array()?;
        let number = entries.iter().position(|entry| of(entry).as_deref() == Some(option))?;
        let label = ["label", "name", "text", "title"].into_iter().find(|key| entries[number].get(*key).is_some())?;
        return Some(format!("$.elements[{at}].{list}[{number}].{label}"));
    }
    Some(format!("$.elements[{at}].{member}"))
}

/// The words of a text, in lower case.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().any(char::is_alphabetic));
    words.map(str::to_lowercase).collect()
}

/// Whether a text that is the same in two languages is certainly not translated: one of its words is another elsewhere in the
/// language, or it is a phrase. A word by itself, and a name, may be the same.
fn is_certain(text: &str, others: &BTreeSet<String>) -> bool {
    let small = text.split_whitespace().filter(|word| word.chars().all(char::is_lowercase)).count();
    !is_international(text) && (words(text).iter().any(|word| others.contains(word)) || small >= PHRASE)
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
        let usual = step(["Your name", "First name", "Means of payment", "By card"]);
        let all = step(["Votre nom", "Pr\u{e9}nom", "Moyen de paiement", "Par carte"]);
        assert_eq!(found(&[seen("fr-FR", &usual, all)]), []);
        let most = step(["Votre nom", "First name", "Moyen de paiement", "Par carte"]);
        let told = "in fr-FR \u{201c}First name\u{201d} is not translated".to_owned();
        assert_eq!(found(&[seen("fr-FR", &usual, most)]), [(RuleId::Translated, told)]);
        // A language in which one text is another is hardly offered.
        let few = step(["Your particulars", "First name", "Means of payment", "By card"]);
        assert_eq!(found(&[seen("en-GB", &usual, few)]), []);
        // A word by itself may be the same in both.
        let shared = step(["Your details", "Email", "Means of payment", "Transaction"]);
        let french = step(["Vos coordonn\u{e9}es", "Email", "Moyen de paiement", "Transaction"]);
        assert_eq!(found(&[seen("fr-FR", &shared, french)]), []);
        let phrase = step(["Vos coordonn\u{e9}es", "Adresse", "Means of the payment", "Transaction"]);
        let usual = step(["Your details", "Address", "Means of the payment", "Transaction"]);
        let told = "in fr-FR \u{201c}Means of the payment\u{201d} is not translated".to_owned();
        assert_eq!(found(&[seen("fr-FR", &usual, phrase)]), [(RuleId::Translated, told)]);
    }

    #[test]
    fn a_structure_is_all_but_the_texts() {
        let usual = step(["A", "B", "C", "D"]);
        let mut other = step(["E", "F", "G", "H"]);
        other["elements"][0]["validations"] = json!([]);
        let found =
            |other| found(&[seen("fr-FR", &usual, other)]).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        let told = "in fr-FR the validations of B is none in place of required";
        assert_eq!(found(other.clone()), [told]);
        other["elements"].as_array_mut().unwrap().pop();
        assert_eq!(found(other), ["in fr-FR the step has 1 field in place of 2"]);
    }
}
