//! Ways from the beginning to an end, of all that was found: those that are worth a scenario each.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Explored;
use super::classes::{Override, fields_named};
use super::fork::{Factor, Fork, differences};
use super::model::{Goal, Model, Observation, Stage};

/// So many ways have a scenario each; of more, as many as it takes to go each way between two steps once.
pub const MOST_PATHS: usize = 40;

/// A way to be gone again.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// What is entered into which step. Behind the last, made-up data are, as far as the end.
    pub stages: Vec<Entering>,
}

/// What is entered into a step on a way.
#[derive(Debug, Clone, PartialEq)]
pub struct Entering {
    /// The step, by its place.
    pub step: usize,
    /// What decides somewhere on the way; what else is entered is made up.
    pub deciding: Vec<Override>,
    /// All that was entered on purpose when the way was found.
    pub given: Vec<Override>,
}

/// The ways worth a scenario, the shortest first.
pub fn paths(explored: &Explored) -> Vec<Path> {
    let model = &explored.model;
    let is_end = |goal: &Goal| matches!(goal, Goal::Step(step) if model.steps[*step].sight.is_end());
    let mut whole: Vec<(Vec<usize>, &[Stage])> = Vec::new();
    for seen in model.seen.iter().filter(|seen| is_end(&seen.to)) {
        let steps = steps(&seen.stages, &seen.to);
        if !whole.iter().any(|(known, _)| *known == steps) {
            whole.push((steps, &seen.stages));
        }
    }
    whole.sort_by_key(|(steps, _)| steps.len());
    let mut covered = BTreeSet::new();
    let few = whole.len() <= MOST_PATHS;
    whole.retain(|(steps, _)| {
        let new = steps.windows(2).any(|pair| !covered.contains(&(pair[0], pair[1])));
        covered.extend(steps.windows(2).map(|pair| (pair[0], pair[1])));
        few || new
    });
    let mut all: Vec<Path> = whole.iter().map(|(_, stages)| path(explored, stages, &[])).collect();
    // What was tried in passing was not gone on from: it is gone on from as from where another way came by.
    for seen in &model.seen {
        let Goal::Step(to) = seen.to else { continue };
        if covered.insert((seen.step(), to)) {
            let behind = |stages: &&[Stage]| stages.iter().position(|stage| stage.step == to);
            let ways = whole.iter().map(|(_, stages)| *stages).filter(|stages| behind(stages).is_some());
            let rest = ways.map(|stages| &stages[behind(&stages).unwrap_or(0)..]).min_by_key(|rest| rest.len());
            all.push(path(explored, &seen.stages, rest.unwrap_or_default()));
        }
    }
    all.sort_by_key(|path| path.stages.len());
    all
}

fn steps(stages: &[Stage], to: &Goal) -> Vec<usize> {
    let last = if let Goal::Step(step) = to { Some(*step) } else { None };
    stages.iter().map(|stage| stage.step).chain(last).collect()
}

fn path(explored: &Explored, first: &[Stage], rest: &[Stage]) -> Path {
    let all: Vec<&Stage> = first.iter().chain(rest).collect();
    let forks = || all.iter().map(|stage| (stage.step, &explored.forks[stage.step]));
    let factors: BTreeSet<&Factor> = forks().flat_map(|(_, fork)| &fork.factors).collect();
    let unsure = forks().rposition(|(step, fork)| !is_proven(&explored.model, step, fork));
    let entering = |(at, stage): (usize, &&Stage)| {
        let keys = factors.iter().filter_map(|factor| match factor {
            Factor::Field(step, key) if *step == stage.step => Some(key.clone()),
            _ => None,
        });
        let choices = explored.model.steps[stage.step].fields.iter().filter(|field| field.is_choice());
        let choices = choices.filter(|_| unsure.is_some_and(|last| at <= last)).map(|field| field.key.clone());
        let deciding = deciding(&explored.model, stage, keys.chain(choices).collect());
        Entering { step: stage.step, deciding, given: stage.given.clone() }
    };
    Path { stages: all.iter().enumerate().map(entering).collect() }
}

/// Whether each thing that is said to decide at a step was seen to decide there by itself. Where two ways came by other steps,
/// another choice that they differ in may be what decides: that is said in a scenario, too.
fn is_proven(model: &Model, step: usize, fork: &Fork) -> bool {
    let seen: Vec<&Observation> = model.at(step).collect();
    let pairs = || seen.iter().enumerate().flat_map(|(at, one)| seen[at + 1..].iter().map(move |other| (one, other)));
    let alone = |factor: &Factor, one: &Observation, other: &Observation| {
        let found = differences(&one.stages, &other.stages);
        let Factor::Field(step, key) = factor else { return false };
        matches!(&found[..], [(of, field)] if field == key && of == step)
    };
    let proven = |factor: &Factor| pairs().any(|(one, other)| one.to != other.to && alone(factor, one, other));
    fork.open.is_none() && fork.factors.iter().all(proven)
}

/// What was entered into these fields of a step, and into those without which they are not shown; nothing for a text that was
/// made up.
fn deciding(model: &Model, stage: &Stage, mut keys: Vec<String>) -> Vec<Override> {
    let fields = &model.steps[stage.step].fields;
    let mut at = 0;
    while let Some(key) = keys.get(at).cloned() {
        let shown_by = fields.iter().filter(|field| field.key == key).flat_map(|field| &field.shown_by);
        let new: Vec<String> = shown_by.map(|(key, _)| key.clone()).filter(|key| !keys.contains(key)).collect();
        keys.extend(new);
        at += 1;
    }
    let mut said: Vec<Override> = Vec::new();
    for field in fields_named(fields, &keys) {
        let omitted = stage.given.iter().any(|(key, value)| *key == field.key && value.is_none());
        match stage.sent.get(&field.key).filter(|value| !value.is_null()) {
            Some(value) if field.is_text && !field.classes.contains(value) => {}
            Some(value) => said.push((field.key.clone(), Some(value.clone()))),
            None if omitted => said.push((field.key.clone(), None)),
            None => {}
        }
    }
    said
}

/// A way as it was gone again.
#[derive(Debug, Clone, PartialEq)]
pub struct Gone {
    /// The steps, the end last.
    pub steps: Vec<usize>,
    /// What was sent of the fields in which there is something to try, at each step but the end.
    pub sent: Vec<BTreeMap<String, Value>>,
}

impl Gone {
    /// What was entered into a field the last time before a place on the way, that one included.
    pub fn entered(&self, at: usize, step: usize, key: &str) -> Option<&Value> {
        let last = self.steps[..=at].iter().rposition(|known| *known == step)?;
        self.sent.get(last)?.get(key).filter(|value| !value.is_null())
    }
}
