//! What is to be found out next: the sessions of one round, all of which may go at the same time.
//!
//! It follows from what was found out so far and from nothing else, so that the same flow is explored in the same way.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value;

use super::classes::Override;
use super::fork::{Factor, Fork, differences};
use super::model::{Goal, Model, Observation};
use super::people::Person;
use super::visit::{Plan, Then, Untried, trials};

/// The most sessions of one round.
const MOST: usize = 16;

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
    pub model: &'a Model,
    /// Why each step leads where.
    pub forks: &'a [Fork],
    /// Who services know.
    pub people: &'a Arc<[Person]>,
    /// The day that ages are reckoned from.
    pub today: Date,
    /// What was planned before.
    pub done: &'a HashSet<String>,
}

/// Something to be tried at a step.
struct Trial {
    way: Vec<Vec<Override>>,
    given: Vec<Override>,
    /// Whether it is a class that was never entered there, rather than one that was never entered with certain others.
    new: bool,
}

/// A plan as it is remembered.
pub fn memo(plan: &Plan) -> String {
    serde_json::to_string(plan).unwrap_or_default()
}

impl Planner<'_> {
    /// The next round; without plans when there is nothing left to find out.
    pub fn next(&self) -> Round {
        let of = (0..self.model.steps.len()).map(|step| {
            let given = self.new_trials(step);
            (self.model.steps[step].sight.ident(self.model.stable), given)
        });
        let of: HashMap<_, _> = of.collect();
        let (stable, people) = (self.model.stable, Arc::clone(self.people));
        let untried = Arc::new(Untried { of, stable, people, today: Some(self.today) });
        let first = || vec![Plan { way: Vec::new(), then: Then::Straight }];
        let steps: [&dyn Fn() -> Vec<Plan>; 4] = [&first, &|| self.reasons(), &|| self.trials(), &|| self.backwards()];
        for plans in steps {
            let mut plans: Vec<Plan> = plans().into_iter().filter(|plan| !self.done.contains(&memo(plan))).collect();
            plans.dedup();
            plans.truncate(MOST);
            if !plans.is_empty() {
                return Round { plans, untried };
            }
        }
        Round { plans: Vec::new(), untried }
    }

    /// What has to be tried to know why steps lead where they lead.
    fn reasons(&self) -> Vec<Plan> {
        let mut plans = Vec::new();
        for step in self.model.by_distance() {
            let Some((one, other)) = self.forks[step].open else { continue };
            let candidates = self.between(&self.model.seen[one], &self.model.seen[other]);
            plans.extend(candidates.into_iter().find(|plan| !self.done.contains(&memo(plan))));
        }
        plans
    }

    /// Sessions that try something between two observations, the most telling first.
    fn between(&self, one: &Observation, other: &Observation) -> Vec<Plan> {
        let Some(found) = differences(&one.stages, &other.stages) else { return Vec::new() };
        let last = one.stages.len() - 1;
        let (here, before): (Vec<_>, Vec<_>) = found.into_iter().partition(|(at, _)| *at == last);
        let stop = |way: Vec<Vec<Override>>| Plan { way, then: Then::Stop };
        if before.is_empty() {
            let (from, to) = (mixed(one, other, last, &[]), mixed(one, other, last, &here));
            // What is not tried on purpose is as it was in the one.
            let from = here.iter().fold(from, |entry, (_, key)| set(entry, key, sent(one, last, key)));
            let leads = self.word(&one.to);
            let narrow = Plan { way: one.way(), then: Then::Narrow { from: from.clone(), to: to.clone(), leads } };
            let alone = here.iter().map(|(_, key)| {
                let mut way = one.way();
                way.push(set(from.clone(), key, sent(other, last, key)));
                stop(way)
            });
            return std::iter::once(narrow).chain(alone).collect();
        }
        let way = |differing: &[(usize, String)]| -> Vec<Vec<Override>> {
            (0..=last).map(|at| mixed(one, other, at, differing)).collect()
        };
        let half = before.len() / 2;
        let mut all = Vec::new();
        if !here.is_empty() {
            all.push(stop(way(&here)));
        }
        let with_here = |some: &[(usize, String)]| [some, &here].concat();
        for some in [&before[..half], &before[half..]] {
            all.push(stop(way(some)));
            all.push(stop(way(&with_here(some))));
        }
        all.extend(before.iter().map(|one| stop(way(std::slice::from_ref(one)))));
        all
    }

    fn word(&self, goal: &Goal) -> String {
        match goal {
            Goal::Step(step) => self.model.steps[*step].sight.ident(self.model.stable),
            Goal::Refused(code) => format!("refused {code}"),
            Goal::Other(word) => word.clone(),
        }
    }

    /// Sessions that try what nobody tried: at the steps nearest to the beginning, and at others that these do not lead to.
    fn trials(&self) -> Vec<Plan> {
        let mut plans = Vec::new();
        if self.model.sessions == 1 {
            plans.extend((0..self.people.len()).map(|person| Plan { way: Vec::new(), then: Then::As(person) }));
        }
        let mut covered: Vec<usize> = Vec::new();
        for step in self.model.by_distance() {
            if covered.contains(&step) || self.model.steps[step].sight.is_end() {
                continue;
            }
            let own = self.own_plans(step);
            if !own.is_empty() {
                covered.extend(self.model.beyond(step));
                plans.extend(own);
            }
        }
        plans
    }

    fn own_plans(&self, step: usize) -> Vec<Plan> {
        let beyond = self.model.beyond(step);
        let waiting = beyond.iter().map(|step| self.new_trials(*step).len()).max().unwrap_or(0);
        let mut plans = Vec::new();
        let mut local: BTreeMap<String, (Vec<Vec<Override>>, Vec<Vec<Override>>)> = BTreeMap::new();
        for (at, trial) in self.step_trials(step).into_iter().enumerate() {
            let mut way = trial.way.clone();
            way.push(trial.given.clone());
            let plan = Plan { way, then: Then::Sweep(at) };
            // What was entered before may decide later: then one has to go on. What is only combined anew is looked at here.
            if trial.new || at < waiting {
                plans.push(plan);
            } else {
                let memo = serde_json::to_string(&trial.way).unwrap_or_default();
                local.entry(memo).or_insert_with(|| (trial.way.clone(), Vec::new())).1.push(trial.given);
            }
        }
        plans.extend(local.into_values().map(|(way, entries)| Plan { way, then: Then::Try(entries) }));
        plans.retain(|plan| !self.done.contains(&memo(plan)));
        plans
    }

    /// Entries that try classes that were never entered into a step.
    fn new_trials(&self, step: usize) -> Vec<Vec<Override>> {
        let fields = &self.model.steps[step].fields;
        trials(fields, |key, value| self.model.at(step).any(|seen| has(seen, key, value)))
    }

    /// All that is to be tried at a step.
    fn step_trials(&self, step: usize) -> Vec<Trial> {
        let shortest = &self.model.steps[step].way;
        let new = self.new_trials(step).into_iter();
        let mut all: Vec<Trial> = new.map(|given| Trial { way: shortest.clone(), given, new: true }).collect();
        let fork = &self.forks[step];
        if fork.open.is_some() || fork.factors.is_empty() {
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
            let last = witness.stages.len() - 1;
            let context = self.model.steps[step].fields.iter().filter(|field| decides(&field.key));
            let context: Vec<Override> =
                context.map(|field| (field.key.clone(), sent(witness, last, &field.key))).collect();
            for trial in trials(&fields, |key, value| under.iter().any(|seen| has(seen, key, value))) {
                let clash = trial.iter().any(|(key, value)| context.iter().any(|(k, v)| k == key && v != value));
                if !clash {
                    let given = context.iter().cloned().chain(trial).collect();
                    all.push(Trial { way: witness.way(), given, new: false });
                }
            }
        }
        all
    }

    /// Sessions that go back from where nobody went back yet, the farthest first.
    fn backwards(&self) -> Vec<Plan> {
        let mut known: HashSet<usize> = self.model.backs.iter().map(|back| back.from).collect();
        let mut plans = Vec::new();
        for step in self.model.by_distance().into_iter().rev() {
            let seen = &self.model.steps[step];
            if known.insert(step) && seen.sight.can_go_back() && !seen.sight.is_end() {
                known.extend(&seen.path);
                plans.push(Plan { way: seen.way.clone(), then: Then::Back });
            }
        }
        plans
    }
}

fn has(seen: &Observation, key: &str, value: &Value) -> bool {
    seen.stages.last().is_some_and(|stage| stage.sent.get(key) == Some(value))
}

/// What an observation sent, as an entry says it.
fn sent(seen: &Observation, at: usize, key: &str) -> Option<Value> {
    seen.stages[at].sent.get(key).filter(|value| !value.is_null()).cloned()
}

fn set(mut entry: Vec<Override>, key: &str, value: Option<Value>) -> Vec<Override> {
    entry.retain(|(known, _)| known != key);
    entry.push((key.to_owned(), value));
    entry
}

/// What one observation entered at a stage, with these differences as the other has them.
fn mixed(one: &Observation, other: &Observation, at: usize, differing: &[(usize, String)]) -> Vec<Override> {
    let here = differing.iter().filter(|(stage, _)| *stage == at);
    here.fold(one.stages[at].given.clone(), |entry, (_, key)| set(entry, key, sent(other, at, key)))
}
