//! What the steps of two sides show in other languages: the texts that differ there and not in the language that both were
//! explored in, and the languages that only one side is offered in.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::body::of_answer_called;
use super::compare::{Found, Proof, Saying};
use super::grade::{Grade, Kind, of_change};
use super::pairing::{Pairing, shared};
use super::side::Side;
use super::verdict::{Difference, Which};
use super::ways::Answers;
use super::witness::Sides;
use super::witness::said::{options_of, selected};
use super::{Compared, Scope, difference};
use crate::api::element::Element;
use crate::api::field::key;
use crate::api::wire::elements;
use crate::compose::{Data, saying};
use crate::explore::model::Goal;
use crate::explore::trail::Sight;
use crate::phrase::counted;
use crate::semantic::{Sentence, StepChange, changes};

/// What a side shows in other languages.
#[derive(Debug, Clone, Default)]
pub struct Spoken {
    /// The languages that were asked for.
    pub languages: Vec<String>,
    /// What its steps show, by their places and the language.
    pub shown: BTreeMap<(usize, String), Sight>,
}

/// Compares what two sides show in other languages. Where the languages were `looked_for` rather than named, one that only one
/// side was found to be offered in is a difference by itself.
pub fn compare_spoken(
    (before, old): (&Side, &Spoken),
    (after, new): (&Side, &Spoken),
    looked_for: bool,
    answers: &Answers,
    scope: &Scope,
) -> Compared {
    let sides = Sides { before, after, scope, answers, asked: RefCell::default() };
    let pairing = Pairing::of(before, after);
    let mut compared = Compared::default();
    let mut add = |found: Found, language: &str| {
        let told = Difference { language: Some(language.to_owned()), ..difference(found, &sides) };
        compared.differences.push(told);
    };
    for (own, other, which) in [(old, new, Which::Before), (new, old, Which::After)] {
        let side = if which == Which::Before { before } else { after };
        for language in own.languages.iter().filter(|language| looked_for && !other.languages.contains(language)) {
            add(only_there(which, side, own, language), language);
        }
    }
    let mut missed: BTreeMap<&String, usize> = BTreeMap::new();
    for language in new.languages.iter().filter(|language| old.languages.contains(language)) {
        for to in 0..after.steps.len() {
            let Some(from) = pairing.before[to] else { continue };
            let there = |spoken: &Spoken, at: usize| spoken.shown.get(&(at, language.clone())).cloned();
            match (there(old, from), there(new, to)) {
                (Some(was), Some(is)) => {
                    let found = read((before, &was), (after, &is), (from, to), language);
                    found.into_iter().for_each(|found| add(found, language));
                }
                _ => *missed.entry(language).or_default() += 1,
            }
        }
    }
    for (language, count) in missed {
        let steps = counted(count, "step");
        compared.notes.push(format!(
            "in {language} {steps} were not compared: a limit was reached, or nobody came to them once more"
        ));
    }
    compared.ways = sides.asked.take();
    compared
}

/// The texts of a step that differ in a language, those aside that differ in the same way without one.
fn read(
    (before, was): (&Side, &Sight),
    (after, is): (&Side, &Sight),
    (from, to): (usize, usize),
    language: &str,
) -> Vec<Found> {
    let (old, new) = (&before.steps[from], &after.steps[to]);
    let usual = changes(&old.body, &new.body);
    let before = usually(&old.elements);
    let spoken =
        changes(&of_answer_called(was, &before), &of_answer_called(is, &as_before(&old.elements, &new.elements)));
    let told = spoken.into_iter().filter(|change| !usual.contains(change)).filter_map(|change| {
        let (kind, grade) = of_change(&change, &old.elements, &new.elements);
        let expected = expected(&change, is);
        let saying = Saying { on: Which::After, at: to, language: language.to_owned(), expected };
        let (sentence, proof) = (change.sentence(), Proof::Spoken(Box::new(saying)));
        kind.is_read().then_some(Found { grade, kind, at: (Some(from), Some(to)), sentence, proof })
    });
    told.collect()
}

/// The labels of elements, by their ids.
fn usually(elements: &[Element]) -> Vec<(String, String)> {
    elements.iter().map(|element| (element.id.clone(), element.name.clone())).collect()
}

/// The same with the labels that they had before: which is which is told by what they are called usually, whatever they are called
/// in another language.
fn as_before(old: &[Element], new: &[Element]) -> Vec<(String, String)> {
    let pairs = shared(old, new);
    let before = |element: &Element| {
        let own = key(new, element);
        let (theirs, _) = pairs.iter().find(|(_, other)| *other == own)?;
        old.iter().find(|element| key(old, element) == *theirs).map(|element| element.name.clone())
    };
    let called = |element: &Element| before(element).unwrap_or_else(|| element.name.clone());
    new.iter().map(|element| (element.id.clone(), called(element))).collect()
}

/// How a scenario expects what has changed; nothing where it has no words for that.
fn expected(change: &StepChange, now: &Sight) -> Vec<(String, Data)> {
    let json = |path: String, value: Value| vec![("json".to_owned(), Data::Map(vec![(path, Data::Json(value))]))];
    match change {
        StepChange::FieldRenamed { new, .. } => vec![("elements".to_owned(), Data::Json(json!([new])))],
        StepChange::OptionRenamed { field, .. } => {
            let labelled = |element: &Element| element.name.trim() == field.trim();
            let options = elements(&now.body).iter().find(|element| labelled(element)).and_then(options_of);
            options.map_or_else(Vec::new, |(name, list)| json(format!("{}.{name}", selected(field)), list))
        }
        StepChange::Property { field: None, key: "text", new: Some(Value::String(text)), .. } => vec![saying(text)],
        StepChange::Property { field: Some(field), key, new: Some(value), .. } => {
            json(format!("{}.{key}", selected(field)), value.clone())
        }
        StepChange::Property { field: None, key, new: Some(value), .. } => json(format!("$.{key}"), value.clone()),
        _ => Vec::new(),
    }
}

/// A language that only one side is offered in.
fn only_there(on: Which, side: &Side, spoken: &Spoken, language: &str) -> Found {
    let gone = on == Which::Before;
    let words = if gone { "the flow is no longer offered in " } else { "the flow is now offered in " };
    let sentence = Sentence::default().words(words).label(language);
    let first = side.beginnings.iter().find_map(|goal| if let Goal::Step(step) = goal { Some(*step) } else { None });
    let saying = first.and_then(|at| {
        let (step, shown) = (&side.steps[at], spoken.shown.get(&(at, language.to_owned()))?);
        let differs = changes(&step.body, &of_answer_called(shown, &usually(&step.elements)));
        let expected = differs.iter().map(|change| expected(change, shown)).find(|expected| !expected.is_empty())?;
        Some(Saying { on, at, language: language.to_owned(), expected })
    });
    Found {
        grade: if gone { Grade::Breaking } else { Grade::Additive },
        kind: Kind::Language,
        at: (None, None),
        sentence,
        proof: saying.map_or(Proof::None, |saying| Proof::Spoken(Box::new(saying))),
    }
}
