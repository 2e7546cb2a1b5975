//! What was entered before a fork, together with each way that leads on from it.
//!
//! What decides behind one way of a fork may have been entered long before, and one sees that only where both come together:
//! each class that an applicant can come to a step with is to be entered on each of the ways that lead on from there. One
//! session sees to as many of these as it can.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::fork::Factor;
use super::model::{Goal, Observation};
use super::round::Planner;
use super::want::{Needs, Want};

/// So many ways of coming to a step with a class are tried to be brought together with others.
const MOST_WAYS: usize = 2;

/// How one comes to a step: as one did who stood there, or as one did who stood on a step before it, and went on from there as
/// another did.
struct Coming<'m> {
    seen: &'m Observation,
    on: Option<&'m Observation>,
}

/// A class of a field: the step, the field, and the value.
type Class<'m> = (usize, &'m str, &'m Value);

impl Planner<'_> {
    /// All that was not seen together yet, what stands nearest to one another first.
    pub(super) fn crossings(&self) -> Vec<Want> {
        let mut all: Vec<(usize, Want)> = Vec::new();
        for step in self.model.by_distance() {
            let fork = &self.forks[step];
            if fork.open.is_some() || fork.unsteady.is_some() || self.model.at(step).next().is_none() {
                continue;
            }
            let decides = |class: &Class<'_>| {
                let is_it =
                    |factor: &Factor| matches!(factor, Factor::Field(of, key) if *of == class.0 && key == class.1);
                fork.factors.iter().any(is_it)
            };
            let coming = self.coming_classes(step);
            for (goal, witness) in self.model.goals(step) {
                if !matches!(goal, Goal::Step(_)) {
                    continue;
                }
                let leading = self.model.at(step).filter(|seen| seen.to == goal);
                let known: HashSet<Class<'_>> = leading.flat_map(|seen| self.classes(seen)).collect();
                let witness = &self.model.seen[witness];
                let own = self.way_on(step, witness);
                for (class, ways) in coming.iter().filter(|(class, _)| !known.contains(class) && !decides(class)) {
                    let near = if class.0 == step {
                        0
                    } else {
                        self.distance(step).saturating_sub(self.distance(class.0)).max(1)
                    };
                    let usual = Coming { seen: witness, on: None };
                    let ways = std::iter::once(&usual).chain(ways);
                    let ways = ways.filter_map(|way| self.coming_by(step, class.0, way));
                    all.extend(self.crossing(step, *class, &goal, &own, ways).map(|want| (near, want)));
                }
            }
        }
        all.sort_by_key(|(near, _)| *near);
        all.into_iter().map(|(_, want)| want).collect()
    }

    fn crossing(
        &self,
        step: usize,
        class: Class<'_>,
        goal: &Goal,
        own: &Needs,
        mut ways: impl Iterator<Item = Needs>,
    ) -> Option<Want> {
        let (of, key, value) = class;
        let Goal::Step(to) = goal else { return None };
        let want = Want::new("with", step, &(of, key, value, to)).followed();
        if self.done.contains(&want.aim.memo) {
            return None;
        }
        let want = want.needing(&Needs::field(of, key, Some(value.clone())))?.needing(own)?;
        ways.find_map(|way| want.clone().needing(&way))
    }

    /// What is entered to go on from a step as one did.
    fn way_on(&self, step: usize, witness: &Observation) -> Needs {
        let mut needs = Needs::default();
        for factor in &self.forks[step].factors {
            if let (Factor::Field(of, key), Some(value)) = (factor, factor.value(&witness.stages)) {
                needs.fields.insert((*of, key.clone()), Some(value).filter(|value| !value.is_null()));
            }
        }
        needs
    }

    /// The classes that somebody came to a step with, or entered there, or came with to a step before it: each with those ways.
    fn coming_classes<'m>(&'m self, step: usize) -> Vec<(Class<'m>, Vec<Coming<'m>>)> {
        let mut all: Vec<(Class<'m>, Vec<Coming<'m>>)> = Vec::new();
        let mut places: HashMap<Class<'m>, usize> = HashMap::new();
        let mut take = |class: Class<'m>, way: Coming<'m>| {
            let place = *places.entry(class).or_insert_with(|| {
                all.push((class, Vec::new()));
                all.len() - 1
            });
            if all[place].1.len() < MOST_WAYS {
                all[place].1.push(way);
            }
        };
        for seen in self.model.at(step) {
            self.classes(seen).for_each(|class| take(class, Coming { seen, on: None }));
        }
        for on in self.model.seen.iter().filter(|seen| seen.to == Goal::Step(step)) {
            let known = |seen: &&Observation| seen.to == on.to;
            if self.model.at(on.step()).find(known).is_some_and(|first| std::ptr::eq(first, on)) {
                for seen in self.model.at(on.step()) {
                    self.classes(seen).for_each(|class| take(class, Coming { seen, on: Some(on) }));
                }
            }
        }
        all
    }

    /// What it takes to come to a step in that way, by another one.
    fn coming_by(&self, step: usize, by: usize, way: &Coming<'_>) -> Option<Needs> {
        let stages = &way.seen.stages;
        let passed = stages.iter().rposition(|stage| stage.step == by)?;
        let mut needs = self.route(&stages[..passed], by);
        let before = &stages[..stages.len() - 1];
        let fits = match way.on {
            None => needs.take(&self.route(before, step)),
            Some(on) => needs.take(&self.route(before, on.step())) && needs.take(&self.way_on(on.step(), on)),
        };
        fits.then_some(needs)
    }

    fn distance(&self, step: usize) -> usize {
        self.model.steps[step].way.len()
    }

    /// The classes that were entered on a way.
    fn classes<'m>(&'m self, seen: &'m Observation) -> impl Iterator<Item = Class<'m>> {
        seen.stages.iter().flat_map(|stage| {
            let fields = self.model.steps[stage.step].fields.iter();
            fields.filter_map(|field| {
                let value = stage.sent.get(&field.key)?;
                let is_class = !value.is_null() && field.classes.contains(value);
                is_class.then_some((stage.step, field.key.as_str(), value))
            })
        })
    }
}
