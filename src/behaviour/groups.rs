//! The same data that lead elsewhere, taken together and said in a sentence.

use serde_json::Value;

use super::compare::{Found, Proof};
use super::grade::{Grade, Kind};
use super::pairing::Pairing;
use super::side::Side;
use super::ways::{Datum, Row};
use crate::api::field::key;
use crate::explore::model::Goal;
use crate::phrase::counted;
use crate::semantic::Sentence;

/// So many values are named; of more, how many there are.
const MOST_VALUES: usize = 4;

/// Data that led from a step to one goal, and lead to another now.
#[derive(Debug, Clone)]
pub(super) struct Group {
    /// The step before, and now.
    pub at: (usize, usize),
    pub before: Goal,
    pub after: Goal,
    /// What of the data matters: a field with the values that lead this way.
    pub when: Vec<(Datum, Vec<Option<Value>>)>,
    /// One that leads this way, in all that decides.
    pub example: Vec<Datum>,
}

/// The rows that differ, by what they led to and lead to.
pub(super) fn groups(pairing: &Pairing, at: (usize, usize), rows: &[Row]) -> Vec<Group> {
    let same = |row: &Row| match &row.before {
        Goal::Step(step) => pairing.after[*step].map(Goal::Step).as_ref() == Some(&row.after),
        other => *other == row.after,
    };
    let mut groups: Vec<Group> = Vec::new();
    for row in rows.iter().filter(|row| !same(row)) {
        if groups.iter().any(|group| group.before == row.before && group.after == row.after) {
            continue;
        }
        let (own, others): (Vec<&Row>, Vec<&Row>) =
            rows.iter().partition(|other| other.before == row.before && other.after == row.after);
        groups.push(Group {
            at,
            before: row.before.clone(),
            after: row.after.clone(),
            when: if others.is_empty() { Vec::new() } else { deciding(&own, &others) },
            example: row.data.clone(),
        });
    }
    groups
}

/// What is the same in all rows of a group, and not in the others.
fn deciding(own: &[&Row], others: &[&Row]) -> Vec<(Datum, Vec<Option<Value>>)> {
    let values = |rows: &[&Row], of: &Datum| -> Vec<Option<Value>> {
        let mut all: Vec<Option<Value>> = Vec::new();
        for datum in rows.iter().flat_map(|row| &row.data).filter(|datum| datum.is_of(of)) {
            if !all.contains(&datum.value) {
                all.push(datum.value.clone());
            }
        }
        all
    };
    let mut when: Vec<(Datum, Vec<Option<Value>>)> = Vec::new();
    for datum in own.iter().flat_map(|row| &row.data) {
        if when.iter().any(|(known, _)| known.is_of(datum)) {
            continue;
        }
        let (here, there) = (values(own, datum), values(others, datum));
        if !there.iter().all(|value| here.contains(value)) {
            when.push((datum.clone(), here));
        }
    }
    when
}

impl Group {
    /// The difference.
    pub fn found(&self, before: &Side, after: &Side, pairing: &Pairing) -> Found {
        let (from, to) = self.at;
        let mut sentence = self.becomes(Sentence::default(), before, after);
        sentence = named(sentence.words(", was "), before, &self.before);
        let (mut kind, grade) = match (&self.before, &self.after) {
            (Goal::Refused(_), Goal::Refused(_)) => (Kind::Code, Grade::Breaking),
            (Goal::Refused(_), _) => (Kind::Refused, Grade::Additive),
            (_, Goal::Refused(_)) => (Kind::Refused, Grade::Breaking),
            _ => (Kind::Way, Grade::Breaking),
        };
        if let Goal::Step(target) = self.after {
            let leads = |side: &Side, from: usize, to: usize| side.beyond(from).contains(&to);
            let was = pairing.before[target].is_some_and(|old| leads(before, old, from) && leads(before, from, old));
            if (target == to || leads(after, target, to)) && !was {
                kind = Kind::Loop;
                sentence = sentence.words(": a loop");
            }
        }
        Found { grade, kind, at: (Some(from), Some(to)), sentence, proof: Proof::Leads(Box::new(self.clone())) }
    }

    /// "when *Country* is CA, *Address* now leads to *Document check*"
    pub fn becomes(&self, sentence: Sentence, before: &Side, after: &Side) -> Sentence {
        let sentence = self.conditions(sentence, before, after).label(&after.steps[self.at.1].name);
        match &self.after {
            Goal::Refused(_) => named(sentence.words(" is now "), after, &self.after),
            _ => named(sentence.words(" now leads to "), after, &self.after),
        }
    }

    /// "*Address* leads to it, was *Document check*"
    pub fn became(&self, sentence: Sentence, before: &Side, after: &Side) -> Sentence {
        let sentence = self.conditions(sentence, before, after).label(&after.steps[self.at.1].name);
        named(sentence.words(" leads to it, was "), before, &self.before)
    }

    fn conditions(&self, sentence: Sentence, before: &Side, after: &Side) -> Sentence {
        let mut sentence = sentence;
        for (at, (datum, values)) in self.when.iter().enumerate() {
            sentence = sentence.words(if at == 0 { "when " } else { " and " });
            sentence = self.condition(sentence, before, after, datum, values);
        }
        if self.when.is_empty() { sentence } else { sentence.words(", ") }
    }

    fn condition(
        &self,
        sentence: Sentence,
        before: &Side,
        after: &Side,
        datum: &Datum,
        values: &[Option<Value>],
    ) -> Sentence {
        let (side, at, own) = match (&datum.after, &datum.before) {
            (Some(at), _) => (after, at, self.at.1),
            (None, Some(at)) => (before, at, self.at.0),
            (None, None) => return sentence,
        };
        let step = &side.steps[at.0];
        let element = step.elements.iter().find(|element| key(&step.elements, element) == at.1);
        let label = element.map(|element| element.name.trim()).filter(|name| !name.is_empty()).unwrap_or(&at.1);
        let sentence = sentence.label(label);
        let sentence = if at.0 == own { sentence } else { sentence.words(" of ").label(&step.name) };
        said(sentence, values)
    }
}

/// What values a field has.
fn said(sentence: Sentence, values: &[Option<Value>]) -> Sentence {
    let mut given: Vec<&Value> = values.iter().flatten().filter(|value| !value.is_null()).collect();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if given.is_empty() {
        let passed = values.iter().all(Option::is_none);
        return sentence.words(if passed { " was not asked for" } else { " is empty" });
    }
    given.sort_by_key(|value| (value.as_f64().map(|number| number as i64), text(value)));
    // Of amounts and days those in between lead the same way: where they part was asked for.
    let is_day = |value: &Value| value.as_str().is_some_and(|text| text.parse::<jiff::civil::Date>().is_ok());
    if given.len() > 1 && (given.iter().all(|value| value.is_number()) || given.iter().all(|value| is_day(value))) {
        let (first, last) = (text(given[0]), text(given[given.len() - 1]));
        return sentence.words(format!(" is from {first} to {last}"));
    }
    let named: Vec<String> = given.iter().take(MOST_VALUES).map(|value| text(value)).collect();
    let more = given.len() - named.len();
    let more = if more > 0 { format!(" or one of {}", counted(more, "other")) } else { String::new() };
    sentence.words(format!(" is {}{more}", named.join(" or ")))
}

/// What something led to, in words.
pub(super) fn named(sentence: Sentence, side: &Side, goal: &Goal) -> Sentence {
    match goal {
        Goal::Step(step) => sentence.label(&side.steps[*step].name),
        Goal::Refused(code) => sentence.words(format!("refused with {code}")),
        Goal::Other(word) => match word.strip_prefix("stuck ") {
            Some(kind) => sentence.words(format!("{kind}, which only a person or an SDK passes")),
            None if word == "pending" => sentence.words("a pending answer"),
            None if word == "unseen" => sentence.words("a step that was not seen otherwise"),
            None => sentence.words("an answer that is no step"),
        },
    }
}
