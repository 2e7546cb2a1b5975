//! The same flow in other languages.

mod structure;
mod translated;
mod walked;

use std::collections::BTreeSet;

use serde_json::Value;

use self::structure::{Difference, differs};
use self::translated::{same_as_default, untranslated};
pub(super) use self::walked::walked;
use super::Plan;
use super::applicant::{Applicant, step_name};
use super::ledger::{Finding, Ledger};
use super::rules::RuleId;
use crate::api::client::CallError;
use crate::api::exchange::Exchange;
use crate::session::driver::Course;
use crate::session::languages::{self, texts};

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
    same_as_default(seen, ledger);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::exchange::{Answer, Body, Request, RequestBody};
    use serde_json::json;

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
