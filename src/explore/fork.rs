//! Why a step leads to different others: the fields that decide.
//!
//! Two entries that differ in one field, and lead to different steps, prove that this field decides. Where two that lead to
//! different steps differ in more, something between them is to be tried ([`Fork::open`]), until one field is left. That holds
//! for ways by different steps, too: what parted them decides later on only where all else that was entered was the same.

use std::sync::Arc;

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

/// A field of a step that has other values in two observations.
pub type Difference = (usize, String);

/// What differs between two ways in the steps that both came by, the last time that they did.
pub fn differences(one: &[Stage], other: &[Stage]) -> Vec<Difference> {
    let mut found = Vec::new();
    for (at, stage) in one.iter().enumerate() {
        let again = one[at + 1..].iter().any(|later| later.step == stage.step);
        let Some(theirs) = other.iter().rev().find(|theirs| theirs.step == stage.step && !again) else { continue };
        if !Arc::ptr_eq(&stage.sent, &theirs.sent) {
            found.extend(differing(stage, theirs).map(|key| (stage.step, key.clone())));
        }
    }
    found
}

/// Whether two ways come by the same steps.
pub fn is_same_way(one: &[Stage], other: &[Stage]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.step == other.step)
}

fn differing<'s>(one: &'s Stage, other: &'s Stage) -> impl Iterator<Item = &'s String> {
    let keys = one.sent.keys().chain(other.sent.keys().filter(|key| !one.sent.contains_key(*key)));
    keys.filter(|key| one.sent.get(*key) != other.sent.get(*key))
}

/// How much more it weighs that something was entered otherwise in an earlier step, and that one came by other steps.
const EARLIER: usize = 1_000;
const ELSEWHERE: usize = 1_000_000;

/// How two observations of one step that led to different others are told apart.
enum Apart {
    /// By nothing.
    Nothing,
    /// By the steps that one came by, and by nothing that was entered in those that both came by.
    Way,
    /// By this field alone. Where one came by other steps, it is what parted the ways.
    Alone(Difference),
    /// By several, which weigh so much.
    Several(usize),
}

/// Tells two ways to the same step apart, what was entered there included: that counts least.
fn apart(one: &[Stage], other: &[Stage]) -> Apart {
    let here = one.last().map(|stage| stage.step);
    let (same, mut found) = (is_same_way(one, other), differences(one, other));
    let weight = found.iter().map(|(step, _)| if Some(*step) == here { 1 } else { EARLIER }).sum::<usize>();
    match found.len() {
        0 if same => Apart::Nothing,
        0 => Apart::Way,
        // What is entered where the ways have met again parted none.
        1 if same || weight == EARLIER => Apart::Alone(found.remove(0)),
        _ if same => Apart::Several(weight),
        _ => Apart::Several(ELSEWHERE + weight),
    }
}

impl Model {
    /// What decides at each step.
    pub fn forks(&self) -> Vec<Fork> {
        (0..self.steps.len()).map(|step| self.fork(step)).collect()
    }

    /// What decides at a step.
    fn fork(&self, step: usize) -> Fork {
        let all: Vec<usize> = (0..self.seen.len()).filter(|at| self.seen[*at].step() == step).collect();
        let mut fork = Fork::default();
        loop {
            match self.conflict(&all, &fork.factors) {
                None => {
                    self.prune(&all, &mut fork.factors);
                    return fork;
                }
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

    /// Takes away what need not be known: where ways parted and one of them came by what decides, what parted them tells nothing
    /// beside it.
    fn prune(&self, all: &[usize], factors: &mut Vec<Factor>) {
        let mut at = 0;
        while factors.len() > 1 && at < factors.len() {
            let factor = factors.remove(at);
            if self.conflict(all, factors).is_some() {
                factors.insert(at, factor);
                at += 1;
            }
        }
    }

    /// Two observations that led to different steps although all that is known to decide is the same: those that prove what
    /// decides, or else those that differ least.
    fn conflict(&self, all: &[usize], factors: &[Factor]) -> Option<Conflict> {
        let value = |at: usize| -> Vec<Option<Value>> {
            factors.iter().map(|factor| factor.value(&self.seen[at].stages)).collect()
        };
        let values: Vec<_> = all.iter().map(|at| value(*at)).collect();
        let mut proof: Option<(usize, Difference)> = None;
        let mut best: Option<(usize, usize, usize)> = None;
        let mut way: Option<(usize, usize)> = None;
        for (first, one) in all.iter().enumerate() {
            for (second, other) in all.iter().enumerate().skip(first + 1) {
                let (stages, theirs) = (&self.seen[*one].stages, &self.seen[*other].stages);
                if self.seen[*one].to == self.seen[*other].to || values[first] != values[second] {
                    continue;
                }
                match apart(stages, theirs) {
                    Apart::Nothing => return Some(Conflict::Same(*one, *other)),
                    Apart::Way => way = way.or(Some((*one, *other))),
                    Apart::Alone(found) => {
                        // What is entered right there, before what is entered earlier, before what parted ways.
                        let is_here = stages.last().is_some_and(|stage| stage.step == found.0);
                        let rank = if is_here { 0 } else { 1 + usize::from(!is_same_way(stages, theirs)) };
                        if proof.as_ref().is_none_or(|(least, _)| rank < *least) {
                            proof = Some((rank, found));
                        }
                    }
                    Apart::Several(weight) if best.is_none_or(|(least, ..)| weight < least) => {
                        best = Some((weight, *one, *other));
                    }
                    Apart::Several(_) => {}
                }
            }
        }
        if let Some((_, (step, key))) = proof {
            return Some(Conflict::One(Factor::Field(step, key)));
        }
        // The same data, entered after other steps: it is one of these that decides.
        if best.is_none_or(|(weight, ..)| weight > ELSEWHERE)
            && let Some(step) = way.and_then(|(one, other)| self.passed(one, other, factors))
        {
            return Some(Conflict::One(Factor::Via(step)));
        }
        best.map(|(_, one, other)| Conflict::Several(one, other))
    }

    /// A step that one way came by and another did not.
    fn passed(&self, one: usize, other: usize, known: &[Factor]) -> Option<usize> {
        let (first, second) = (&self.seen[one].stages, &self.seen[other].stages);
        let only = |one: &[Stage], other: &[Stage]| {
            let mut steps = one.iter().map(|stage| stage.step);
            let step = steps.find(|step| !other.iter().any(|stage| stage.step == *step))?;
            Some(step).filter(|step| !known.contains(&Factor::Via(*step)))
        };
        only(first, second).or_else(|| only(second, first))
    }

    /// The fields that differ between two observations at a step and may be what decides, each by itself, beside what is known
    /// to: with each value of them all that was seen led the same way.
    pub fn suspects(&self, fork: &Fork, one: &Observation, other: &Observation) -> Vec<Difference> {
        let at: Vec<&Observation> = self.at(one.step()).collect();
        let known: Vec<Vec<Option<Value>>> =
            at.iter().map(|seen| fork.factors.iter().map(|factor| factor.value(&seen.stages)).collect()).collect();
        let decides = |(step, key): &Difference| {
            let factor = Factor::Field(*step, key.clone());
            let values: Vec<Option<Value>> = at.iter().map(|seen| factor.value(&seen.stages)).collect();
            let clash = |first: usize, second: usize| {
                at[first].to != at[second].to && values[first] == values[second] && known[first] == known[second]
            };
            !(0..at.len()).any(|first| (first + 1..at.len()).any(|second| clash(first, second)))
        };
        differences(&one.stages, &other.stages).into_iter().filter(decides).collect()
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

    #[test]
    fn what_parted_two_ways_is_blamed_only_where_all_else_was_the_same() {
        let (ticked, not) = (json!({"country": "CA", "tick": true}), json!({"country": "DE", "tick": false}));
        let last = (3, json!({"c": 1}));
        let extra: &[_] = &[(0, ticked.clone()), (1, json!({"d": 1})), last.clone()];
        let apart: &[_] = &[(0, not.clone()), last.clone()];
        let mut ways: Vec<Way<'_>> = vec![(extra, 4), (apart, 5)];
        assert_eq!(model(&ways).forks()[3], Fork { factors: vec![], open: Some((0, 1)), unsteady: None });
        // The country alone, then the tick box alone.
        let abroad = &[(0, json!({"country": "CA", "tick": false})), last.clone()];
        ways.push((abroad, 4));
        assert_eq!(model(&ways).forks()[3].factors, [field(0, "country")]);
        ways[2].1 = 5;
        assert_eq!(model(&ways).forks()[3].factors, [field(0, "tick")]);
    }

    #[test]
    fn what_parted_two_ways_is_not_said_beside_what_was_entered_on_one_of_them() {
        let last = (3, json!({"c": 1}));
        let [one, two] = [true, false].map(|tick| [(0, json!({"a": 1})), (1, json!({"tick": tick})), last.clone()]);
        let other: &[_] = &[(0, json!({"a": 2})), last.clone()];
        let ways: [Way<'_>; 3] = [(other, 5), (&one, 4), (&two, 5)];
        assert_eq!(model(&ways).forks()[3].factors, [field(1, "tick")]);
    }

    #[test]
    fn only_what_contradicts_nothing_is_suspected() {
        let entry = |a: i64, b: i64, c: i64| [(0, json!({"a": a, "b": b, "c": c}))];
        let all = [entry(1, 1, 1), entry(2, 2, 2), entry(1, 2, 3)];
        let ways: [Way<'_>; 3] = [(&all[0], 1), (&all[1], 2), (&all[2], 1)];
        let model = model(&ways);
        let found = model.suspects(&Fork::default(), &model.seen[0], &model.seen[1]);
        assert_eq!(found, [(0, "a".to_owned()), (0, "c".to_owned())]);
    }
}
