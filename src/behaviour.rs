//! How the behaviour of two sides of a flow differs: live and draft, two servers, a stored map and today.
//!
//! Pure: two [`Side`]s in, [`Difference`]s out, each graded by the rules of [`grade`] and with the shortest scenario that shows
//! it. A side is what an exploration found out, or what a map knows. Steps and fields of the two are paired by what they are,
//! never by an id, so that a flow that was only built anew does not differ.
//!
//! Where data lead is compared by what comes of them, not by what is said of a fork: that depends on what was tried. Where the
//! one side tried what the other did not, [`compare()`] asks for it ([`Question`]); whoever explores answers, and compares again.
//! A difference that could be checked in this way is told only once it was.
//!
//! What is compared of a step: its type, title, subtitle, description, the text and the link of an END, the files and the length
//! of the code that it takes, whether one can go back, and its fields: labels, roles, types, validations, options, conditions,
//! order, formats, tooltips and texts, and the values that they come filled in with as far as those are the flow's own. Not
//! compared: ids, and what is one applicant's own. A map
//! knows less than an answer says; with one of them, only that is compared.

mod body;
mod codes;
mod compare;
pub mod grade;
mod groups;
mod languages;
mod pairing;
pub mod side;
mod suite;
mod thresholds;
mod values;
pub mod verdict;
mod ways;
mod witness;

pub use grade::{Grade, Kind, RULES};
pub use languages::{Spoken, compare_spoken};
pub use side::Side;
pub use suite::{Replay, compare_suite};
pub use verdict::{Comparison, Difference, Extent, FORMAT, Replayed, Which, Witness};
pub use ways::{Answers, Question};

use std::cell::RefCell;

use compare::Found;
use witness::Sides;

/// Of what two sides are.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The flow, as scenarios call it.
    pub flow: String,
    /// The language that was asked for.
    pub language: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Compared {
    /// The differences, the gravest first.
    pub differences: Vec<Difference>,
    /// What would have to be tried to be sure of more.
    pub questions: Vec<Question>,
    /// Ways of scenarios that nobody went yet: they follow from what is known.
    pub ways: Vec<Question>,
    /// What could not be compared.
    pub notes: Vec<String>,
}

/// Compares two sides. `answers` are those to the questions that an earlier call came back with.
pub fn compare(before: &Side, after: &Side, answers: &Answers, scope: &Scope) -> Compared {
    if before.explored && after.explored {
        return compare_alike(before, after, answers, scope);
    }
    // Where one side is a map, the other is seen as a map has it.
    let seen = |side: &Side| if side.explored { side.clone().as_in_a_map() } else { side.clone() };
    compare_alike(&seen(before), &seen(after), answers, scope)
}

fn compare_alike(before: &Side, after: &Side, answers: &Answers, scope: &Scope) -> Compared {
    let outcome = compare::compare(before, after, answers);
    let sides = Sides { before, after, scope, answers, asked: RefCell::default() };
    let mut found = outcome.found;
    // The steps in the order in which an applicant meets them now; what is gone comes where it was.
    found.sort_by_key(|found| (std::cmp::Reverse(found.grade), found.at.1.or(found.at.0), found.kind));
    let differences = found.into_iter().map(|found| difference(found, &sides)).collect();
    Compared { differences, questions: outcome.questions, ways: sides.asked.take(), notes: outcome.notes }
}

fn difference(found: Found, sides: &Sides<'_>) -> Difference {
    let (witness, without_witness) = match sides.witness(&found) {
        Ok(witness) => (Some(witness), None),
        Err(why) => (None, Some(why.0)),
    };
    let step = match found.at {
        (_, Some(step)) => sides.after.steps[step].name.clone(),
        (Some(step), None) => sides.before.steps[step].name.clone(),
        (None, None) => String::new(),
    };
    Difference {
        grade: found.grade,
        kind: found.kind,
        language: sides.scope.language.clone(),
        scenario: None,
        step,
        text: found.sentence.to_string(),
        sentence: found.sentence,
        witness,
        without_witness,
    }
}

impl Side {
    /// How much of it was seen.
    pub fn extent(&self, sessions: usize, requests: usize) -> Extent {
        Extent { name: self.name.clone(), steps: self.steps.len(), whole: self.whole, sessions, requests }
    }
}
