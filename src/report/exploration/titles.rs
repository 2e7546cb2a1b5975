//! What a way through a flow is called: by what is special about it.

use std::cmp::Ordering;

use serde_json::Value;

use super::{MOST_OF_TEXT, entered, name, shortened};
use crate::api::field::find;
use crate::api::wire::elements;
use crate::explore::Explored;
use crate::explore::mapping::ways;
use crate::explore::model::Model;
use crate::explore::paths::Gone;
use crate::map::{Entered, Given};
use crate::semantic::entry::label_of;

/// What a way is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Title {
    /// In a sentence: what was entered that decided, the steps that not all ways come by, and the end.
    /// "Country of residence is CA and Amount is 10000 or more: Proof of wealth, then the end".
    pub sentence: String,
    /// By what decided alone: "Country of residence CA Amount 10000 or more".
    pub short: String,
}

/// What is special about each of several ways; no two are called the same.
pub fn titles(explored: &Explored, all: &[Gone]) -> Vec<Title> {
    let model = &explored.model;
    let mut titles: Vec<Title> = Vec::new();
    for gone in all {
        let common = |step: &usize| all.iter().all(|other| other.steps.contains(step));
        let mut special: Vec<String> = Vec::new();
        for step in gone.steps.iter().filter(|step| !common(step) && !model.steps[**step].sight.is_end()) {
            let name = name(model, *step);
            if !special.contains(&name) {
                special.push(name);
            }
        }
        let end = end(model, gone);
        let to = if special.is_empty() { end } else { format!("{}, then {end}", special.join(", ")) };
        let conditions = conditions(explored, gone);
        let (first, short) = match conditions[..] {
            [] => ("With usual data".to_owned(), "usual data".to_owned()),
            _ => (conditions.join(" and "), conditions.join(" ").replace(" is ", " ")),
        };
        let sentence = format!("{first}: {to}");
        let again = |known: &&Title| known.sentence == sentence || known.sentence.starts_with(&format!("{sentence} ("));
        let alike = titles.iter().filter(again).count();
        let sentence = if alike > 0 { format!("{sentence} ({})", alike + 1) } else { sentence };
        titles.push(Title { sentence, short });
    }
    titles
}

/// The end of a way: by what it says, where others say something else.
fn end(model: &Model, gone: &Gone) -> String {
    let ends = model.steps.iter().filter(|step| step.sight.is_end()).count();
    let text = gone.steps.last().map(|step| model.steps[*step].sight.text()).filter(|_| ends > 1);
    match text.filter(|text| !text.is_empty()) {
        Some(text) => format!("\u{201c}{}\u{201d}", shortened(text, MOST_OF_TEXT)),
        None => "the end".to_owned(),
    }
}

/// What was entered on a way that decided where it led.
fn conditions(explored: &Explored, gone: &Gone) -> Vec<String> {
    let model = &explored.model;
    let mut said: Vec<String> = Vec::new();
    for (at, pair) in gone.steps.windows(2).enumerate() {
        let all = ways(model, pair[0], &explored.forks[pair[0]]);
        let Some((_, when)) = all.into_iter().find(|(to, _)| *to == pair[1]) else { continue };
        let holds = |given: &Given<usize>| fits(&given.entered, gone.entered(at, given.step, &given.field));
        let Some(row) = when.iter().find(|row| row.iter().all(holds)) else { continue };
        for given in row {
            let sentence = condition(model, given, gone.entered(at, given.step, &given.field));
            if !said.contains(&sentence) {
                said.push(sentence);
            }
        }
    }
    said
}

fn fits(entered: &Entered, value: Option<&Value>) -> bool {
    let bound = |bound: &Option<Value>, wrong: Ordering| {
        let Some(bound) = bound else { return true };
        let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
        let order = value.and_then(|value| match (number(value), number(bound)) {
            (Some(value), Some(bound)) => value.partial_cmp(&bound),
            _ => Some(value.as_str()?.cmp(bound.as_str()?)),
        });
        order.is_some_and(|order| order != wrong)
    };
    match entered {
        Entered::Is(values) => value.is_some_and(|value| values.contains(value)),
        Entered::Between(least, most) => bound(least, Ordering::Less) && bound(most, Ordering::Greater),
        Entered::Filled(filled) => value.is_some() == *filled,
    }
}

/// What decided, by the one value that was entered where several lead the same way.
fn condition(model: &Model, given: &Given<usize>, value: Option<&Value>) -> String {
    let form = elements(&model.steps[given.step].sight.body);
    let is = match (&given.entered, value) {
        (Entered::Is(_), Some(value)) => Entered::Is(vec![value.clone()]),
        (Entered::Is(_), None) => Entered::Filled(false),
        (other, _) => other.clone(),
    };
    format!("{} {}", label_of(&form, &given.field), entered(find(&form, &given.field).ok(), &is))
}
