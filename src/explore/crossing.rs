//! What was entered before a fork, together with each way that leads on from it.
//!
//! What decides behind one way of a fork may have been entered long before, and one sees that only where both come together:
//! each class that an applicant can come to a fork with is taken along on each of its ways, in a session that goes on to the
//! end. One session takes along as many as it can.

use std::collections::HashSet;

use serde_json::Value;

use super::fork::Factor;
use super::model::{Goal, Observation, Stage};
use super::round::{Planner, memo, sent, set};
use super::visit::{Plan, Then};

/// A class of a field: the step, the field, and the value.
type Class = (usize, String, Value);

impl Planner<'_> {
    /// Sessions that take along on a way what nobody took along there yet.
    pub(super) fn crossings(&self) -> Vec<Plan> {
        let mut plans = Vec::new();
        // On the way to a far fork one comes by those before it.
        let mut passed: HashSet<(usize, usize, Class)> = HashSet::new();
        for step in self.model.by_distance().into_iter().rev() {
            if self.forks[step].factors.is_empty() || self.forks[step].open.is_some() {
                continue;
            }
            for (goal, witness) in self.model.goals(step) {
                if let Goal::Step(to) = goal {
                    self.cross(step, to, &self.model.seen[witness], &mut passed, &mut plans);
                }
            }
        }
        plans
    }

    fn cross(
        &self,
        step: usize,
        to: usize,
        witness: &Observation,
        passed: &mut HashSet<(usize, usize, Class)>,
        plans: &mut Vec<Plan>,
    ) {
        let mut known = self.taken_along(step, to);
        known.extend(
            passed.iter().filter(|(from, goal, _)| (*from, *goal) == (step, to)).map(|(.., class)| class.clone()),
        );
        let decides = |class: &Class| {
            let is_it = |factor: &Factor| matches!(factor, Factor::Field(at, key) if *at == class.0 && *key == class.1);
            self.forks[step].factors.iter().any(is_it)
        };
        let coming: Vec<(&Observation, Vec<Class>)> = (self.model.at(step))
            .map(|seen| (seen, self.classes(&seen.stages).into_iter().filter(|class| !decides(class)).collect()))
            .collect();
        loop {
            let new = |all: &[Class]| all.iter().filter(|class| !known.contains(*class)).count();
            // Of several that bring as much, the first.
            let Some((seen, classes)) =
                coming.iter().rev().max_by_key(|(_, all)| new(all)).filter(|(_, all)| new(all) > 0)
            else {
                return;
            };
            known.extend(classes.iter().cloned());
            let plan = self.along(step, seen, witness);
            if self.done.contains(&memo(&plan)) {
                continue;
            }
            for (at, pair) in seen.stages.windows(2).enumerate() {
                let before = self.classes(&seen.stages[..=at]);
                passed.extend(before.into_iter().map(|class| (pair[0].step, pair[1].step, class)));
            }
            plans.push(plan);
        }
    }

    /// The session that comes to a fork as one did, and goes on from it as another.
    fn along(&self, step: usize, seen: &Observation, witness: &Observation) -> Plan {
        let mut way = seen.way();
        way.push(seen.given().to_vec());
        for factor in &self.forks[step].factors {
            let Factor::Field(of, key) = factor else { continue };
            let at = |stages: &[Stage]| stages.iter().rposition(|stage| stage.step == *of);
            if let (Some(here), Some(there)) = (at(&seen.stages), at(&witness.stages)) {
                way[here] = set(std::mem::take(&mut way[here]), key, sent(witness, there, key));
            }
        }
        Plan { way, stops: Vec::new(), then: Then::Straight }
    }

    /// The classes that somebody took along from a step to the next and on from there, or tried to.
    fn taken_along(&self, step: usize, to: usize) -> HashSet<Class> {
        let fork = &self.forks[step];
        let mut known = HashSet::new();
        let leading: Vec<_> = (self.model.at(step))
            .filter(|seen| seen.to == Goal::Step(to))
            .map(|seen| self.model.deciding(fork, seen))
            .collect();
        let is_end = self.model.steps[to].sight.is_end();
        for seen in self.model.at(step).filter(|seen| is_end || seen.to != Goal::Step(to)) {
            if leading.contains(&self.model.deciding(fork, seen)) {
                known.extend(self.classes(&seen.stages));
            }
        }
        for seen in self.model.at(to) {
            if let [before @ .., _] = seen.stages.as_slice()
                && before.last().is_some_and(|stage| stage.step == step)
            {
                known.extend(self.classes(before));
            }
        }
        known
    }

    /// The classes that were entered on a way.
    fn classes(&self, stages: &[Stage]) -> Vec<Class> {
        let of = |stage: &Stage| {
            let fields = self.model.steps[stage.step].fields.iter();
            let entered = |field: &super::classes::Field| {
                let value =
                    stage.sent.get(&field.key).filter(|value| !value.is_null() && field.classes.contains(value))?;
                Some((stage.step, field.key.clone(), value.clone()))
            };
            fields.filter_map(entered).collect::<Vec<_>>()
        };
        stages.iter().flat_map(of).collect()
    }
}
