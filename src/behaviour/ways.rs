//! Where the same data lead on the two sides.
//!
//! Not what is said of forks is compared, which depends on what was tried, but what comes of data: for all that was entered on one
//! side it is looked up where it leads on the other. Where the other side tried nothing like it, or something else came of it, it
//! is asked there ([`Question`]), so that nothing is told that was not seen.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::pairing::{Lens, Pairing};
use super::side::Side;
use super::thresholds::thresholds;
use super::verdict::Which;
use crate::api::element::{Element, JsonType};
use crate::api::field::{find, key};
use crate::api::id::is_generated_id;
use crate::api::rules::{Rule, broken};
use crate::explore::classes::Override;
use crate::explore::fork::Factor;
use crate::explore::model::{Goal, Observation};
use crate::map::{Entered, Given};

/// What is to be tried on a side, since the other one shows something else, or since nothing like it was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// On which side.
    pub side: Which,
    /// The steps, by their places on that side, and what is entered into each; into any other step made-up data are.
    pub stages: Vec<(usize, Vec<Override>)>,
}

/// What came of what was asked, by [`Question::memo`].
pub type Answers = HashMap<String, Goal>;

impl Question {
    /// The question as it is remembered.
    pub fn memo(&self) -> String {
        serde_json::to_string(&(self.side, &self.stages)).unwrap_or_default()
    }
}

/// What was entered into a field that decides on one side at least.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Datum {
    /// The step and the field before; none where that side has no such field.
    pub before: Option<(usize, String)>,
    /// The same now.
    pub after: Option<(usize, String)>,
    /// The value; none where the step was not come by, null where nothing was entered.
    pub value: Option<Value>,
}

impl Datum {
    /// Whether two are of one field.
    pub fn is_of(&self, other: &Datum) -> bool {
        (self.before.is_some() && self.before == other.before) || (self.after.is_some() && self.after == other.after)
    }
}

/// What is entered into which step.
pub(super) type Stages = Vec<(usize, Vec<Override>)>;

/// The same data on both sides.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub data: Vec<Datum>,
    /// What they led to before, a step by its place on that side.
    pub before: Goal,
    /// What they lead to now.
    pub after: Goal,
    /// All that is entered on the way, in the words of the side before, and of the one after.
    pub stages: [Stages; 2],
}

impl PartialEq for Row {
    fn eq(&self, other: &Row) -> bool {
        self.data == other.data && self.before == other.before && self.after == other.after
    }
}

impl Row {
    /// The same data with another value in one field, to be tried on a side; none where that side does not have the field.
    pub fn question(&self, side: Which, place: usize, value: Value) -> Option<Question> {
        let datum = &self.data[place];
        let (at, stages) = match side {
            Which::Before => (datum.before.as_ref()?, &self.stages[0]),
            Which::After => (datum.after.as_ref()?, &self.stages[1]),
        };
        let mut stages = stages.clone();
        let (_, given) = stages.iter_mut().rev().find(|(step, _)| *step == at.0)?;
        let (_, entered) = given.iter_mut().find(|(name, _)| *name == at.1)?;
        *entered = Some(value);
        Some(Question { side, stages })
    }

    /// The same with another value in one field, and what that leads to.
    pub fn with(&self, place: usize, value: Option<Value>, (before, after): (&Goal, &Goal)) -> Row {
        let mut row = Row { before: before.clone(), after: after.clone(), ..self.clone() };
        row.data[place].value = value;
        row
    }
}

/// All that is known of a step that both sides have.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub rows: Vec<Row>,
    pub questions: Vec<Question>,
}

/// Compares what a pair of steps leads to.
pub(super) fn rows(
    (before, after): (&Side, &Side),
    pairing: &Pairing,
    (own, other): (usize, usize),
    answers: &Answers,
) -> Rows {
    let (there, back) = (Lens::new(before, after, &pairing.after), Lens::new(after, before, &pairing.before));
    let mut rows = Rows::default();
    let mut asked = HashSet::new();
    for (lens, step, target, side) in [(&there, own, other, Which::After), (&back, other, own, Which::Before)] {
        for seen in lens.from.at(step).filter(|seen| is_telling(&seen.to) && fits(lens, seen)) {
            let (foretold, evident) = foretell(lens, target, seen);
            let data = deciding(lens, target, seen, side);
            let same = lens.goal(&seen.to);
            let agrees = same.as_ref().is_some_and(|same| foretold.contains(same));
            let goal = if agrees && evident {
                same
            } else if lens.to.explored {
                let question = question(lens, seen, side);
                let memo = question.memo();
                let answer = answers.get(&memo).cloned();
                let new = asked.insert(format!("{side:?} {data:?} {:?} {foretold:?}", seen.to));
                if answer.is_none() && new {
                    rows.questions.push(question);
                }
                answer.filter(is_telling)
            } else {
                foretold.into_iter().next()
            };
            let Some(goal) = goal else { continue };
            let (before, after) = if side == Which::After { (seen.to.clone(), goal) } else { (goal, seen.to.clone()) };
            let (here, there) = (own_stages(seen), question(lens, seen, side).stages);
            let stages = if side == Which::After { [here, there] } else { [there, here] };
            let row = Row { data, before, after, stages };
            if !rows.rows.contains(&row) {
                rows.rows.push(row);
            }
        }
    }
    if before.explored && after.explored {
        let is_same = |row: &Row| there.goal(&row.before).as_ref() == Some(&row.after);
        thresholds(&mut rows, &is_same, answers);
    }
    rows
}

/// What was entered, as it was sent.
fn own_stages(seen: &Observation) -> Stages {
    let entry = |(name, value): (&String, &Value)| (!value.is_null()).then(|| (name.clone(), Some(value.clone())));
    seen.stages.iter().map(|stage| (stage.step, stage.sent.iter().filter_map(entry).collect())).collect()
}

/// Whether what something led to says anything about the flow.
pub(super) fn is_telling(goal: &Goal) -> bool {
    !matches!(goal, Goal::Other(word) if word.starts_with("unfillable") || word == "nowhere")
}

/// Whether data can be entered on the other side at all: what it does not take is told as a difference of its fields.
fn fits(lens: &Lens<'_>, seen: &Observation) -> bool {
    seen.stages.iter().all(|stage| {
        let Some(there) = lens.steps[stage.step] else { return true };
        let elements = &lens.to.steps[there].elements;
        stage.sent.iter().all(|(name, value)| {
            let Some(other) = lens.key(stage.step, name) else { return true };
            let element = elements.iter().find(|element| key(elements, element) == *other);
            element.is_none_or(|element| takes(element, value))
        })
    })
}

fn takes(element: &Element, value: &Value) -> bool {
    if value.is_null() {
        return !element.required() || element.json.get("condition").is_some_and(|condition| !condition.is_null());
    }
    let is_of_type = match element.takes() {
        JsonType::Number => value.is_number(),
        JsonType::Boolean => value.is_boolean(),
        JsonType::List => value.is_array(),
        JsonType::String => value.is_string(),
        _ => true,
    };
    let options = element.lasting_options();
    // The generated id of an option says nothing on the other side.
    let is_offered =
        |value: &Value| options.contains(&element.lasting(value)) || value.as_str().is_some_and(is_generated_id);
    let offered = options.is_empty()
        || match value {
            Value::Array(values) => values.iter().all(is_offered),
            value => is_offered(value),
        };
    is_of_type && offered && broken(element, Some(value)).iter().all(|rule| *rule == Rule::Required)
}

/// What data would lead to on the other side, as far as it shows, and whether it tried anything like them.
fn foretell(lens: &Lens<'_>, target: usize, seen: &Observation) -> (Vec<Goal>, bool) {
    let mut goals: Vec<Goal> = Vec::new();
    if !lens.to.explored {
        return (told(lens, target, seen), true);
    }
    let factors = &lens.to.steps[target].fork.factors;
    let wanted: Vec<Option<Option<Value>>> = factors.iter().map(|factor| value_there(lens, factor, seen)).collect();
    for other in lens.to.at(target) {
        let alike = factors
            .iter()
            .zip(&wanted)
            .all(|(factor, wanted)| wanted.as_ref().is_none_or(|wanted| factor.value(&other.stages) == *wanted));
        if alike && !goals.contains(&other.to) {
            goals.push(other.to.clone());
        }
    }
    let evident = !goals.is_empty();
    (goals, evident)
}

/// What the other side's factor is in something that was seen on this one: none where this one cannot say, some of none where the
/// step was not come by.
fn value_there(lens: &Lens<'_>, factor: &Factor, seen: &Observation) -> Option<Option<Value>> {
    match factor {
        Factor::Via(there) => {
            let here = lens.steps.iter().position(|step| *step == Some(*there))?;
            Some(Factor::Via(here).value(&seen.stages))
        }
        Factor::Field(there, name) => {
            let (step, own) = here(lens, *there, name)?;
            Some(Factor::Field(step, own).value(&seen.stages))
        }
    }
}

/// What a map says that data lead to.
fn told(lens: &Lens<'_>, target: usize, seen: &Observation) -> Vec<Goal> {
    let ways = &lens.to.steps[target].ways;
    let holds = |given: &Given<usize>| -> Option<bool> {
        let name = key_of(lens.to, given);
        let value = value_there(lens, &Factor::Field(given.step, name.clone()), seen)?;
        // A map has options as they last.
        let own = here(lens, given.step, &name);
        let element = own.as_ref().and_then(|(step, own)| find(&lens.from.steps[*step].elements, own).ok());
        let value = value.map(|value| element.map_or_else(|| value.clone(), |element| element.lasting(&value)));
        entered(&given.entered, value.as_ref())
    };
    // All that certainly holds; where nothing does, what may.
    let all = |all: &Vec<Given<usize>>| {
        let mut held = all.iter().map(holds);
        held.try_fold(true, |sure, held| match held {
            Some(false) => None,
            Some(true) => Some(sure),
            None => Some(false),
        })
    };
    let mut sure = Vec::new();
    let mut likely = Vec::new();
    for (to, when) in ways {
        let held: Vec<bool> = when.iter().filter_map(all).collect();
        match held.iter().any(|sure| *sure) {
            true => sure.push(Goal::Step(*to)),
            false if !held.is_empty() || when.is_empty() => likely.push(Goal::Step(*to)),
            false => {}
        }
    }
    if sure.is_empty() { likely } else { sure }
}

/// A field of a map, as a scenario calls it.
fn key_of(side: &Side, given: &Given<usize>) -> String {
    let elements = &side.steps[given.step].elements;
    let found = find(elements, &given.field);
    found.map_or_else(|_| given.field.clone(), |element| key(elements, element))
}

fn entered(entered: &Entered, value: Option<&Value>) -> Option<bool> {
    let filled = value.is_some_and(|value| !value.is_null());
    Some(match entered {
        Entered::Filled(wanted) => filled == *wanted,
        Entered::Is(values) => value.is_some_and(|value| values.contains(value)),
        Entered::Between(least, most) => {
            let value = value.filter(|_| filled)?;
            let within = |bound: &Option<Value>, wrong: std::cmp::Ordering| match bound {
                None => Some(true),
                Some(bound) => Some(compare(value, bound)? != wrong),
            };
            within(least, std::cmp::Ordering::Less)? && within(most, std::cmp::Ordering::Greater)?
        }
    })
}

fn compare(value: &Value, bound: &Value) -> Option<std::cmp::Ordering> {
    match (value.as_f64(), bound.as_f64()) {
        (Some(value), Some(bound)) => value.partial_cmp(&bound),
        _ => Some(value.as_str()?.cmp(bound.as_str()?)),
    }
}

/// What is asked: the same data, in the other side's words.
fn question(lens: &Lens<'_>, seen: &Observation, side: Which) -> Question {
    let stage = |stage: &crate::explore::model::Stage| {
        let there = lens.steps[stage.step]?;
        let entry = |(name, value): (&String, &Value)| {
            let name = lens.key(stage.step, name)?.clone();
            let omitted = stage.given.iter().any(|(given, value)| *given == name && value.is_none());
            match value {
                Value::Null if omitted => Some((name, None)),
                Value::Null => None,
                value => Some((name, Some(value.clone()))),
            }
        };
        Some((there, stage.sent.iter().filter_map(entry).collect()))
    };
    Question { side, stages: seen.stages.iter().filter_map(stage).collect() }
}

/// What of something that was seen decides on either side.
fn deciding(lens: &Lens<'_>, target: usize, seen: &Observation, asked: Which) -> Vec<Datum> {
    let mut all: Vec<Datum> = Vec::new();
    let mut add = |here: Option<(usize, String)>, there: Option<(usize, String)>, value: Option<Value>| {
        let (before, after) = if asked == Which::After { (here, there) } else { (there, here) };
        let datum = Datum { before, after, value };
        if !all.iter().any(|known| known.is_of(&datum)) {
            all.push(datum);
        }
    };
    for factor in &lens.from.steps[seen.step()].fork.factors {
        let Factor::Field(at, name) = factor else { continue };
        let there = lens.steps[*at].zip(lens.key(*at, name).cloned());
        add(Some((*at, name.clone())), there, factor.value(&seen.stages));
    }
    let other = &lens.to.steps[target];
    let told = other.ways.iter().flat_map(|(_, when)| when.iter().flatten());
    let told: Vec<Factor> = match lens.to.explored {
        true => other.fork.factors.clone(),
        false => told.map(|given| Factor::Field(given.step, key_of(lens.to, given))).collect(),
    };
    for factor in &told {
        let Factor::Field(at, name) = factor else { continue };
        if let Some((here, own)) = here(lens, *at, name) {
            let value = Factor::Field(here, own.clone()).value(&seen.stages);
            add(Some((here, own)), Some((*at, name.clone())), value);
        }
    }
    all
}

/// A step and a field of the other side as they are on this one.
fn here(lens: &Lens<'_>, there: usize, name: &str) -> Option<(usize, String)> {
    let step = lens.steps.iter().position(|step| *step == Some(there))?;
    let elements = &lens.from.steps[step].elements;
    let mut own = elements.iter().map(|element| key(elements, element));
    Some((step, own.find(|own| lens.key(step, own).is_some_and(|other| other == name))?))
}
