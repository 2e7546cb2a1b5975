//! What is to be found out next: the sessions of one round, all of which may go at the same time.
//!
//! It follows from what was found out so far and from nothing else, so that the same flow is explored in the same way.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::classes::Override;
use super::fork::{Factor, Fork};
use super::model::{Goal, Model, Observation, Stage};
use super::rounds::Knowledge;
use super::session::has;
use super::suspicion::Suspicion;
use super::trials::trials;
use super::visit::{Plan, Task, Then, Untried};
use super::want::{Bundle, Needs, Want};
use crate::scenario::Persona;

/// The most sessions of one round.
const MOST: usize = 16;
/// The most of them that only see what comes together.
const MOST_CROSSINGS: usize = 2;
/// The most that each find out something by themselves.
const MOST_CONTROLS: usize = 2;
/// So many sessions try at each step what was never tried there, before it is known where steps fork.
const SWEEPS: usize = 2;

/// So many requests for each way of a flow, or altogether, may be sent before earlier entries are no longer tried with later ways.
const REQUESTS_A_WAY: usize = 6;
const REQUESTS_ANYWAY: usize = 120;

/// Sessions to go, and what they need to know.
pub struct Round {
    /// What is done in each.
    pub plans: Vec<Plan>,
    /// What nobody tried yet.
    pub untried: Arc<Untried>,
}

/// What is to be found out, and what was.
pub struct Planner<'a> {
    /// What was found out.
    pub(super) model: &'a Model,
    /// Why each step leads where.
    pub(super) forks: &'a [Fork],
    /// What was planned before, and what was found out on purpose.
    pub(super) done: &'a HashSet<String>,
    /// The shortest way to each step: an observation, and how many of its stages.
    pub(super) shortest: Vec<Option<(usize, usize)>>,
    /// For each step, from which others one may be led past it.
    pub(super) misses: Vec<Vec<bool>>,
    /// For each step of which it is not known why it leads to several others, what may be the reason.
    pub(super) open: Vec<Suspicion>,
    people: &'a Arc<[Persona]>,
    today: Date,
    thorough: bool,
    /// Entries that try classes that were never entered into a step, by step.
    untried: Vec<Vec<Vec<Override>>>,
}

/// A plan as it is remembered.
pub fn memo(plan: &Plan) -> String {
    serde_json::to_string(plan).unwrap_or_default()
}

impl<'a> Planner<'a> {
    /// A planner who knows this.
    pub(super) fn new(explored: (&'a Model, &'a [Fork]), known: &'a Knowledge) -> Self {
        let (model, forks) = explored;
        let mut shortest: Vec<Option<(usize, usize)>> = vec![None; model.steps.len()];
        for (number, seen) in model.seen.iter().enumerate() {
            let last = if let Goal::Step(to) = seen.to { Some(to) } else { None };
            for (length, step) in seen.stages.iter().map(|stage| stage.step).chain(last).enumerate() {
                if shortest[step].is_none_or(|(_, least)| length < least) {
                    shortest[step] = Some((number, length));
                }
            }
        }
        let of = |step: usize| {
            let new = |key: &str, value: &serde_json::Value| model.at(step).any(|seen| has(seen, key, value));
            trials(&model.steps[step].fields, new)
        };
        let untried = (0..model.steps.len()).map(of).collect();
        let next: Vec<Vec<usize>> = (0..model.steps.len()).map(|step| model.next(step)).collect();
        let misses = (0..model.steps.len()).map(|step| Self::missing(model, &next, step)).collect();
        let open = forks.iter().filter_map(|fork| Suspicion::of(model, fork)).collect();
        let Knowledge { people, today, thorough, done, .. } = known;
        Planner { model, forks, done, shortest, misses, open, people, today: *today, thorough: *thorough, untried }
    }

    /// The next round; without plans when there is nothing left to find out.
    pub(super) fn next(&self) -> Round {
        let ident = |step: usize| self.model.steps[step].sight.ident(self.model.stable);
        let steps = || 0..self.model.steps.len();
        let untried = Arc::new(Untried {
            of: steps().map(|step| (ident(step), self.untried[step].clone())).collect(),
            places: steps().map(|step| (ident(step), step)).collect(),
            stable: self.model.stable,
            people: Arc::clone(self.people),
            today: Some(self.today),
        });
        let phases: [&dyn Fn() -> Vec<Plan>; 6] = [
            &|| self.first(),
            &|| self.reasons(),
            &|| self.pairs(),
            &|| self.afforded_crossings(),
            &|| self.others(),
            &|| self.backwards(),
        ];
        for plans in phases {
            let mut plans: Vec<Plan> = plans().into_iter().filter(|plan| !self.done.contains(&memo(plan))).collect();
            plans.dedup();
            plans.truncate(MOST);
            if !plans.is_empty() {
                return Round { plans, untried };
            }
        }
        Round { plans: Vec::new(), untried }
    }

    /// Entries that try classes that were never entered into a step.
    pub(super) fn untried(&self, step: usize) -> &[Vec<Override>] {
        &self.untried[step]
    }

    /// One session with usual data; then some that try at each step what was never tried there, and the people who are known.
    fn first(&self) -> Vec<Plan> {
        match self.model.sessions {
            0 => vec![Plan::new(Vec::new(), Then::Straight)],
            1 => {
                let people = (0..self.people.len()).map(Then::As);
                let sweeps =
                    (0..SWEEPS).filter(|number| self.untried.iter().any(|all| all.len() > *number)).map(Then::Sweep);
                people.chain(sweeps).map(|then| Plan::new(Vec::new(), then)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What was entered before forks, with each way that leads on from them, as long as the flow's size warrants it: how many
    /// there are of these grows with the square of it, and few decide anything.
    fn afforded_crossings(&self) -> Vec<Plan> {
        if !self.affords_crossings() {
            return Vec::new();
        }
        let mut wants = self.crossings();
        let mut plans = Vec::new();
        while !wants.is_empty() && plans.len() < MOST_CROSSINGS {
            let mut first = vec![wants.remove(0)];
            plans.extend(self.bundled(&mut first, &mut wants, plans.len()));
        }
        plans
    }

    fn affords_crossings(&self) -> bool {
        let ways: usize = (0..self.model.steps.len()).map(|step| self.model.next(step).len()).sum();
        self.thorough || self.model.requests < (ways * REQUESTS_A_WAY).max(REQUESTS_ANYWAY)
    }

    /// How much of what was entered before forks was not tried with each way that leads on from them.
    pub(super) fn left_out(&self) -> usize {
        self.crossings().len()
    }

    /// Sessions that find out why steps lead where they lead, and what else they lead to: as much as can be at once, and what
    /// takes a session of its own once nothing else is left, since all others tell something of it, too.
    fn reasons(&self) -> Vec<Plan> {
        let steps = self.model.by_distance();
        let mut wants: Vec<Want> = Vec::new();
        for step in &steps {
            let fork = &self.forks[*step];
            match fork.open {
                Some((one, other)) => wants.extend(self.reason(&self.model.seen[one], &self.model.seen[other])),
                None => wants.extend(self.bounds(*step, fork)),
            }
        }
        for step in steps.iter().filter(|step| !self.model.steps[**step].sight.is_end()) {
            wants.extend(self.novelties(*step));
        }
        wants.retain(|want| !self.done.contains(&want.aim.memo));
        let (mut own, mut shared): (Vec<_>, Vec<_>) = wants.into_iter().partition(|want| want.is_own());
        let mut plans = Vec::new();
        if shared.is_empty() {
            while !own.is_empty() && plans.len() < MOST_CONTROLS {
                plans.extend(self.bundled(&mut own, &mut Vec::new(), plans.len()));
            }
        } else {
            let mut crossings = if shared.iter().any(|want| want.to_the_end) { self.crossings() } else { Vec::new() };
            plans.extend(self.bundled(&mut shared, &mut crossings, 0));
        }
        plans
    }

    /// A session for as much as can be found out at once, which is taken away; where it goes to the end, with as much as may be
    /// of what is to be seen together.
    fn bundled(&self, wants: &mut Vec<Want>, crossings: &mut Vec<Want>, number: usize) -> Option<Plan> {
        let mut bundle = Bundle::default();
        wants.retain(|want| !bundle.take(want));
        if bundle.to_the_end {
            crossings.retain(|want| !bundle.needs.take(&want.needs));
        }
        (!bundle.aims.is_empty()).then(|| self.session(bundle, number))
    }

    /// What is to be tried for the first time at a step.
    fn novelties(&self, step: usize) -> Vec<Want> {
        let route = self.route(self.shortest(step), step);
        let (empty, new): (Vec<_>, Vec<_>) = self.untried[step].iter().partition(|given| Self::is_local(given));
        let mut wants: Vec<Want> = Vec::new();
        let seen = self.model.at(step).next().is_some();
        if new.is_empty() && !seen {
            // There is nothing to try in it, and yet it leads somewhere.
            wants.push(Want::new("enter", step, &()).followed());
        }
        let open = |trial: &&&Vec<Override>| !self.done.contains(&Want::new("new", step, trial).aim.memo);
        let trial = new.iter().find(open);
        if let Some(trial) = trial {
            wants.push(Want::new("new", step, trial).followed());
        }
        // What is left empty: one sees what comes right after it.
        wants.extend(empty.into_iter().map(|trial| Want::new("empty", step, trial).task(Task::Try(trial.clone()))));
        let needing = |want: Want| {
            let own = match trial.filter(|_| want.to_the_end) {
                Some(trial) => trial.iter().map(|(key, value)| ((step, key.clone()), value.clone())).collect(),
                None => BTreeMap::new(),
            };
            want.needing(&Needs { fields: own, ..Needs::default() })?.needing(&route)
        };
        wants.into_iter().filter_map(needing).collect()
    }

    /// Whether it is enough to see what comes right after a trial: so many fields may be left empty that what this decides later
    /// on is left to those who say so.
    pub(super) fn is_local(given: &[Override]) -> bool {
        given.iter().all(|(_, value)| value.is_none())
    }

    /// Sessions that try at forks, in passing, what was not entered there with each way that leads on.
    fn others(&self) -> Vec<Plan> {
        let steps = self.model.by_distance();
        self.in_passing(steps.into_iter().flat_map(|step| self.with_others(step, &self.forks[step])).collect())
    }

    /// Sessions that try all of this in passing.
    pub(super) fn in_passing(&self, mut wants: Vec<Want>) -> Vec<Plan> {
        wants.retain(|want| !self.done.contains(&want.aim.memo));
        let mut plans = Vec::new();
        while !wants.is_empty() && plans.len() < MOST {
            plans.extend(self.bundled(&mut wants, &mut Vec::new(), plans.len()));
        }
        plans
    }

    /// The classes of fields that do not decide, together with what leads to each of the steps behind a fork: they may decide
    /// there.
    fn with_others(&self, step: usize, fork: &Fork) -> Vec<Want> {
        let mut all = Vec::new();
        if fork.factors.is_empty() || fork.open.is_some() {
            return all;
        }
        let decides =
            |key: &str| fork.factors.iter().any(|f| matches!(f, Factor::Field(at, k) if *at == step && k == key));
        let mut fields: Vec<_> = self.model.steps[step].fields.iter().filter(|f| !decides(&f.key)).cloned().collect();
        fields.iter_mut().for_each(|field| field.classes.retain(|class| !class.is_null()));
        for (goal, witness) in self.model.goals(step) {
            if !matches!(goal, Goal::Step(_)) {
                continue;
            }
            let witness = &self.model.seen[witness];
            let leading: Vec<_> = self
                .model
                .at(step)
                .filter(|seen| seen.to == goal)
                .map(|seen| self.model.deciding(fork, seen))
                .collect();
            let alike = |seen: &&Observation| leading.contains(&self.model.deciding(fork, seen));
            let under: Vec<&Observation> = self.model.at(step).filter(alike).collect();
            let context = self.context(step, fork, witness);
            for trial in trials(&fields, |key, value| under.iter().any(|seen| has(seen, key, value))) {
                let clash = trial.iter().any(|(key, value)| context.iter().any(|(k, v)| k == key && v != value));
                if !clash {
                    let given: Vec<Override> = context.iter().cloned().chain(trial).collect();
                    let want = Want::new("beside", step, &given).task(Task::Try(given));
                    all.extend(want.needing(&self.coming(step, fork, witness)));
                }
            }
        }
        all
    }

    /// Sessions that go back from where nobody went back yet, each by a way on which there are as many such steps as may be.
    fn backwards(&self) -> Vec<Plan> {
        let mut open: Vec<usize> = (0..self.model.steps.len()).filter(|step| self.is_back_open(*step)).collect();
        let mut plans = Vec::new();
        while !open.is_empty() {
            let worth = |seen: &&Observation| seen.stages.iter().filter(|stage| open.contains(&stage.step)).count();
            // Of several, the first.
            let Some(best) = self.model.seen.iter().rev().max_by_key(worth).filter(|seen| worth(seen) > 0) else {
                // Nobody entered anything into what is left.
                plans.extend(open.drain(..).map(|step| {
                    let way = self.model.steps[step].way.clone();
                    Plan::new(way, Then::Back(1))
                }));
                break;
            };
            let is_open = |stage: &Stage| open.contains(&stage.step);
            let last = best.stages.iter().rposition(is_open).unwrap_or(0);
            let times = last + 1 - best.stages.iter().position(is_open).unwrap_or(last);
            open.retain(|step| !best.stages.iter().any(|stage| stage.step == *step));
            let way = best.stages[..last].iter().map(|stage| stage.given.clone()).collect();
            plans.push(Plan::new(way, Then::Back(times)));
        }
        plans
    }
}
