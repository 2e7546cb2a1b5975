//! What is left in the default language.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Seen, texts};
use crate::api::wire::elements;
use crate::compose::Data;
use crate::conform::applicant::step_name;
use crate::conform::ledger::{Finding, Ledger, at_path, entry};
use crate::conform::rules::RuleId;

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

/// The most texts that are told of beside what is not translated for certain.
const MOST_TOLD: usize = 8;
/// From so many words that begin small on, a text is a phrase.
const PHRASE: usize = 2;
/// A text of a step in a language, and by default.
struct Shown<'a> {
    seen: &'a Seen,
    place: String,
    usual: String,
    text: String,
}

/// The texts of a language that are the default's, where what else is shown in it tells for certain that they could be others.
pub(super) fn untranslated(language: &str, seen: &[Seen], ledger: &mut Ledger) {
    let all = shown_in(language, seen);
    if !is_offered(&all) {
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

/// The texts of a language beside the default's.
fn shown_in<'a>(language: &str, seen: &'a [Seen]) -> Vec<Shown<'a>> {
    let mut all: Vec<Shown<'_>> = Vec::new();
    for one in seen.iter().filter(|one| one.language == language) {
        let mut shown = one.exchange.answer.json().map(texts).unwrap_or_default();
        for (place, usual) in texts(&one.step) {
            if let Some(text) = shown.remove(&place) {
                all.push(Shown { seen: one, place, usual, text });
            }
        }
    }
    all
}

/// Whether most texts of a language are its own.
fn is_offered(all: &[Shown<'_>]) -> bool {
    let translated = all.iter().filter(|one| one.text != one.usual).count();
    translated > 0 && translated * MOST >= all.len()
}

/// Tells of texts that are the same in a language, and may be meant to be: a reader can see to them.
pub(super) fn same_as_default(seen: &[Seen], ledger: &mut Ledger) {
    let mut same: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let languages: BTreeSet<&str> = seen.iter().map(|one| one.language.as_str()).collect();
    for language in languages {
        let all = shown_in(language, seen);
        if is_offered(&all) {
            let kept = all.iter().filter(|one| one.text == one.usual && !is_international(&one.usual));
            for one in kept {
                same.entry(one.usual.clone()).or_default().insert(language);
            }
        }
    }
    let told = ledger.findings.iter().filter(|finding| finding.rule == RuleId::Translated).map(|finding| &finding.text);
    let told = told.cloned().collect::<Vec<_>>().join("\n");
    same.retain(|text, _| !told.contains(&format!("\u{201c}{text}\u{201d}")));
    if same.is_empty() {
        return;
    }
    let of = |(text, languages): (&String, &BTreeSet<&str>)| {
        format!("\u{201c}{text}\u{201d} in {}", languages.iter().copied().collect::<Vec<_>>().join(", "))
    };
    let more = same.len().saturating_sub(MOST_TOLD);
    let mut words: Vec<String> = same.iter().take(MOST_TOLD).map(of).collect();
    words.extend((more > 0).then(|| format!("{more} more")));
    ledger.cannot(RuleId::Translated, format!("the same as by default, which may be meant: {}", words.join("; ")));
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
