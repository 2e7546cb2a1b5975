//! Why a step leads to different others: the fields that decide.
//!
//! Two entries that differ in one field, and lead to different steps, prove that this field decides. Where two that lead to
//! different steps differ in more, something between them is to be tried ([`Fork::open`]), until one field is left.

use serde_json::Value;

use super::model::{Goal, Model, Observation, Stage};

/// What decides at a step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fork {
    /// What decides, in the order in which it was found.
    pub factors: Vec<Factor>,
    /// Two observations, by their places, of which it is not known yet why they led to different steps.
    pub open: Option<(usize, usize)>,
    /// Two observations of the same data that led to different steps.
    pub unsteady: Option<(usize, usize)>,
}

/// Something that decides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Factor {
    /// What was entered into a field of a step.
    Field(usize, String),
    /// Whether one came by a step.
    Via(usize),
}

impl Factor {
    /// Its value in an observation; none where the step was not come by.
    pub fn value(&self, stages: &[Stage]) -> Option<Value> {
        match self {
            Factor::Field(step, key) => {
                let stage = stages.iter().rev().find(|stage| stage.step == *step)?;
                Some(stage.sent.get(key).cloned().unwrap_or(Value::Null))
            }
            Factor::Via(step) => stages.iter().any(|stage| stage.step == *step).then_some(Value::Bool(true)),
        }
    }
}

/// Where a field of a stage has other values in two observations that went the same way.
pub type Difference = (usize, String);

/// What differs between two ways through the same steps; none where the steps differ.
pub fn differences(one: &[Stage], other: &[Stage]) -> Option<Vec<Difference>> {
    if one.len() != other.len() || one.iter().zip(other).any(|(one, other)| one.step != other.step) {
        return None;
    }
    let mut found = Vec::new();
    for (at, (one, other)) in one.iter().zip(other).enumerate() {
        let keys = one.sent.keys().chain(other.sent.keys().filter(|key| !one.sent.contains_key(*key)));
        let differs = keys.filter(|key| one.sent.get(*key) != other.sent.get(*key));
        found.extend(differs.map(|key| (at, key.clone())));
    }
    Some(found)
}

/// How much more it weighs that something was entered otherwise in an earlier step, and that one came by other steps.
const EARLIER: usize = 1_000;
const ELSEWHERE: usize = 1_000_000;

/// How much differs between two ways to the same step, what was entered there included: what was entered there counts least.
/// None where nothing differs but the steps that one came by.
fn distance(one: &[Stage], other: &[Stage]) -> Option<usize> {
    let last = one.len().max(1) - 1;
    match differences(one, other) {
        Some(found) => Some(found.iter().map(|(at, _)| if *at == last { 1 } else { EARLIER }).sum()),
        None => match last_differences(one, other).len() {
            0 => None,
            here => Some(ELSEWHERE + here),
        },
    }
}

/// The fields of the step itself of which two observations say different things.
pub fn last_differences(one: &[Stage], other: &[Stage]) -> Vec<String> {
    let (Some(one), Some(other)) = (one.last(), other.last()) else { return Vec::new() };
    let keys = one.sent.keys().chain(other.sent.keys().filter(|key| !one.sent.contains_key(*key)));
    keys.filter(|key| one.sent.get(*key) != other.sent.get(*key)).cloned().collect()
}

impl Model {
    /// What decides at each step.
    pub fn forks(&self) -> Vec<Fork> {
        let mut forks = vec![Fork::default(); self.steps.len()];
        for step in self.by_distance() {
            forks[step] = self.fork(step, &forks);
        }
        forks
    }

    /// What decides at a step, when it is known what does at those before it.
    fn fork(&self, step: usize, forks: &[Fork]) -> Fork {
        let all: Vec<usize> = (0..self.seen.len()).filter(|at| self.seen[*at].step() == step).collect();
        let mut fork = Fork::default();
        loop {
            match self.conflict(&all, &fork.factors, forks) {
                None => return fork,
                Some(Conflict::Same(one, other)) => {
                    fork.unsteady = Some((one, other));
                    return fork;
                }
                Some(Conflict::One(factor)) => fork.factors.push(factor),
                Some(Conflict::Several(one, other)) => {
                    fork.open = Some((one, other));
                    return fork;
                }
            }
        }
    }

    /// Two observations that led to different steps although all that is known to decide is the same: those that differ least.
    fn conflict(&self, all: &[usize], factors: &[Factor], forks: &[Fork]) -> Option<Conflict> {
        let value = |at: usize| -> Vec<Option<Value>> {
            factors.iter().map(|factor| factor.value(&self.seen[at].stages)).collect()
        };
        let values: Vec<_> = all.iter().map(|at| value(*at)).collect();
        let mut best: Option<(usize, usize, usize)> = None;
        let mut apart: Option<(usize, usize)> = None;
        for (first, one) in all.iter().enumerate() {
            for (second, other) in all.iter().enumerate().skip(first + 1) {
                if self.seen[*one].to == self.seen[*other].to || values[first] != values[second] {
                    continue;
                }
                match distance(&self.seen[*one].stages, &self.seen[*other].stages) {
                    Some(distance) if best.is_none_or(|(least, ..)| distance < least) => {
                        best = Some((distance, *one, *other));
                    }
                    Some(_) => {}
                    None => apart = apart.or(Some((*one, *other))),
                }
            }
        }
        // The same data, entered after other steps: one of these decides.
        if best.is_none_or(|(distance, ..)| distance > ELSEWHERE)
            && let Some(factor) = apart.and_then(|(one, other)| self.parting(one, other, factors, forks))
        {
            return Some(Conflict::One(factor));
        }
        Some(match best? {
            (0, one, other) => Conflict::Same(one, other),
            (1 | EARLIER, one, other) => {
                let found = differences(&self.seen[one].stages, &self.seen[other].stages)?;
                let (at, key) = found.into_iter().next()?;
                Conflict::One(Factor::Field(self.seen[one].stages[at].step, key))
            }
            (_, one, other) => Conflict::Several(one, other),
        })
    }

    /// Why two ways to a step parted: what decided where they did, or else a step that one of them came by and the other did not.
    fn parting(&self, one: usize, other: usize, known: &[Factor], forks: &[Fork]) -> Option<Factor> {
        let (first, second) = (&self.seen[one].stages, &self.seen[other].stages);
        let parted = first.iter().zip(second).position(|(one, other)| one.step != other.step);
        if let Some(fork) = parted.filter(|at| *at > 0).map(|at| &forks[first[at - 1].step]) {
            let differs = |factor: &&Factor| factor.value(first) != factor.value(second) && !known.contains(factor);
            if let Some(factor) = fork.factors.iter().find(differs) {
                return Some(factor.clone());
            }
        }
        let only = |one: &[Stage], other: &[Stage]| {
            let mut steps = one.iter().map(|stage| stage.step);
            let step = steps.find(|step| !other.iter().any(|stage| stage.step == *step))?;
            Some(Factor::Via(step)).filter(|factor| !known.contains(factor))
        };
        only(first, second).or_else(|| only(second, first))
    }

    /// What of an observation is known to decide.
    pub fn deciding(&self, fork: &Fork, seen: &Observation) -> Vec<(Factor, Option<Value>)> {
        fork.factors.iter().map(|factor| (factor.clone(), factor.value(&seen.stages))).collect()
    }

    /// What a step leads to, each goal with the first observation of it.
    pub fn goals(&self, step: usize) -> Vec<(Goal, usize)> {
        let mut goals: Vec<(Goal, usize)> = Vec::new();
        for (at, seen) in self.seen.iter().enumerate().filter(|(_, seen)| seen.step() == step) {
            if !goals.iter().any(|(goal, _)| *goal == seen.to) {
                goals.push((seen.to.clone(), at));
            }
        }
        goals
    }
}

enum Conflict {
    /// The same data.
    Same(usize, usize),
    /// Data that differ in one respect.
    One(Factor),
    /// Data that differ in several.
    Several(usize, usize),
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::super::model::Step;
    use super::*;
    use crate::explore::trail::Sight;
    use crate::map::KnownStep;

    fn sight(title: &str) -> Sight {
        let body = json!({"id": title, "type": "form", "title": title, "elements": []});
        let spot = KnownStep::of(&body).unwrap().spot();
        Sight { spot, id: title.to_owned(), body: Arc::new(body) }
    }

    /// What was entered into steps, each by its number with its fields, and the step that it led to.
    type Way<'w> = (&'w [(usize, Value)], usize);

    fn model(ways: &[Way<'_>]) -> Model {
        let step = |at: usize| Step { sight: sight(&format!("{at}")), fields: vec![], way: vec![], path: vec![] };
        let seen = ways.iter().map(|(stages, to)| {
            let stages = stages.iter().map(|(step, sent)| {
                let sent = sent.as_object().unwrap().clone().into_iter().collect();
                Stage { step: *step, given: vec![], sent: Arc::new(sent) }
            });
            Observation { stages: stages.collect(), to: Goal::Step(*to), service: false, message: String::new() }
        });
        Model { steps: (0..6).map(step).collect(), seen: seen.collect(), ..Model::default() }
    }

    fn field(step: usize, key: &str) -> Factor {
        Factor::Field(step, key.to_owned())
    }

    #[test]
    fn one_field_that_differs_proves_that_it_decides() {
        let forks = model(&[(&[(0, json!({"a": 1, "b": 1}))], 1), (&[(0, json!({"a": 1, "b": 2}))], 2)]).forks();
        assert_eq!(forks[0], Fork { factors: vec![field(0, "b")], open: None, unsteady: None });
    }

    #[test]
    fn of_several_that_differ_none_is_blamed() {
        let forks = model(&[(&[(0, json!({"a": 1, "b": 1}))], 1), (&[(0, json!({"a": 2, "b": 2}))], 2)]).forks();
        assert_eq!(forks[0], Fork { factors: vec![], open: Some((0, 1)), unsteady: None });
    }

    #[test]
    fn a_value_of_an_earlier_step_decides_where_nothing_else_differs() {
        let later = (1, json!({"b": 1}));
        let ways: [Way<'_>; 2] =
            [(&[(0, json!({"a": 1})), later.clone()], 2), (&[(0, json!({"a": 2})), later.clone()], 3)];
        assert_eq!(model(&ways).forks()[1].factors, [field(0, "a")]);
    }

    #[test]
    fn the_same_data_after_other_steps_is_told_by_what_led_there() {
        let (one, other) = ((0, json!({"a": 1})), (0, json!({"a": 2})));
        let last = (3, json!({"c": 1}));
        let ways: [Way<'_>; 4] = [
            (std::slice::from_ref(&one), 1),
            (std::slice::from_ref(&other), 2),
            (&[one.clone(), (1, json!({})), last.clone()], 4),
            (&[other.clone(), (2, json!({})), last.clone()], 5),
        ];
        let forks = model(&ways).forks();
        assert_eq!((&forks[0].factors, &forks[3].factors), (&vec![field(0, "a")], &vec![field(0, "a")]));
    }

    #[test]
    fn the_same_data_to_different_steps_is_unsteady() {
        let forks = model(&[(&[(0, json!({"a": 1}))], 1), (&[(0, json!({"a": 1}))], 2)]).forks();
        assert_eq!(forks[0], Fork { factors: vec![], open: None, unsteady: Some((0, 1)) });
    }
}
