//! What is to be found out next: the sessions of one round, all of which may go at the same time.
//!
//! It follows from what was found out so far and from nothing else, so that the same flow is explored in the same way.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value;

use super::classes::Override;
use super::fork::{Factor, Fork, differences, last_differences};
use super::model::{Goal, Model, Observation, Stage};
use super::visit::{Plan, Stop, Task, Then, Untried, trials};
use crate::scenario::Persona;

/// The most sessions of one round.
const MOST: usize = 16;

/// So many requests for each way of a flow, or altogether, may be sent before earlier entries are no longer tried with later ways.
const REQUESTS_A_WAY: usize = 15;
const REQUESTS_ANYWAY: usize = 400;

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
    pub people: &'a Arc<[Persona]>,
    /// The day that ages are reckoned from.
    pub today: Date,
    /// What was planned before.
    pub done: &'a HashSet<String>,
}

/// Something to be tried at a step.
struct Trial {
    way: Vec<Vec<Override>>,
    given: Vec<Override>,
}

/// Something that is tried in passing, by going back.
struct Errand {
    step: usize,
    /// The way that has to be gone there; none where any will do.
    way: Option<Vec<Vec<Override>>>,
    task: Task,
}

/// A plan as it is remembered.
pub fn memo(plan: &Plan) -> String {
    serde_json::to_string(plan).unwrap_or_default()
}

impl Planner<'_> {
    /// The next round; without plans when there is nothing left to find out.
    pub fn next(&self) -> Round {
        let ident = |step: usize| self.model.steps[step].sight.ident(self.model.stable);
        let of = (0..self.model.steps.len()).map(|step| (ident(step), self.new_trials(step))).collect();
        let (stable, people) = (self.model.stable, Arc::clone(self.people));
        let untried = Arc::new(Untried { of, stable, people, today: Some(self.today) });
        let first = || vec![Plan { way: Vec::new(), stops: Vec::new(), then: Then::Straight }];
        let steps: [&dyn Fn() -> Vec<Plan>; 5] =
            [&first, &|| self.sweeps(), &|| self.tours(), &|| self.afforded_crossings(), &|| self.backwards()];
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

    /// What was entered before forks, with each way that leads on from them, as long as the flow's size warrants it: how many
    /// there are of these grows with the square of it, and few decide anything.
    fn afforded_crossings(&self) -> Vec<Plan> {
        let ways: usize = (0..self.model.steps.len()).map(|step| self.model.next(step).len()).sum();
        let warranted = (ways * REQUESTS_A_WAY).max(REQUESTS_ANYWAY);
        if self.model.requests < warranted { self.crossings() } else { Vec::new() }
    }

    /// Sessions that find out why steps lead where they lead, and what else they lead to.
    fn tours(&self) -> Vec<Plan> {
        let mut errands: Vec<Errand> = Vec::new();
        let mut plans = Vec::new();
        for step in self.model.by_distance() {
            match self.forks[step].open {
                Some((one, other)) => match self.reason(&self.model.seen[one], &self.model.seen[other]) {
                    Ok(errand) => errands.push(errand),
                    Err(candidates) => {
                        plans.extend(candidates.into_iter().find(|plan| !self.done.contains(&memo(plan))));
                    }
                },
                None => errands.extend(self.errands(step)),
            }
        }
        while let Some(plan) = self.tour(&mut errands) {
            plans.push(plan);
        }
        plans
    }

    /// A way by as many errands as may be, which are taken away.
    fn tour(&self, errands: &mut Vec<Errand>) -> Option<Plan> {
        let farthest = errands.iter().max_by_key(|errand| self.model.steps[errand.step].way.len())?;
        let bound = errands.iter().find(|errand| errand.way.is_some());
        let goal = bound.unwrap_or(farthest);
        let (step, own) = (goal.step, goal.way.clone());
        let seen = &self.model.steps[step];
        let way = own.clone().unwrap_or_else(|| seen.way.clone());
        let path: Vec<usize> = if own.is_some() { vec![] } else { seen.path.iter().copied().chain([step]).collect() };
        let after = |errand: &Errand| match (&errand.way, &own) {
            (None, None) => path.iter().position(|step| *step == errand.step),
            (Some(theirs), Some(own)) if theirs == own && errand.step == step => Some(way.len()),
            _ => None,
        };
        let mut stops = Vec::new();
        errands.retain(|errand| match after(errand) {
            Some(after) => {
                stops.push(Stop { after, task: errand.task.clone() });
                false
            }
            None => true,
        });
        stops.sort_by_key(|stop| stop.after);
        Some(Plan { way, stops, then: Then::Stop })
    }

    /// What has to be tried to know why two observations led to different steps: in passing, or in sessions of its own of which
    /// any one does.
    fn reason(&self, one: &Observation, other: &Observation) -> Result<Errand, Vec<Plan>> {
        let step = one.step();
        let here = last_differences(&one.stages, &other.stages);
        if here.is_empty() {
            return Err(self.between(one, other));
        }
        let value = |seen: &Observation, key: &str| sent(seen, seen.stages.len() - 1, key);
        let entry = |seen: &Observation| {
            let given = one.given().to_vec();
            here.iter().fold(given, |entry, key| set(entry, key, value(seen, key)))
        };
        let (from, to) = (entry(one), entry(other));
        let task = Task::Narrow { from: from.clone(), to: to.clone(), leads: self.word(&one.to) };
        if !self.done.contains(&task.memo()) {
            let local = |factor: &Factor| matches!(factor, Factor::Field(at, _) if *at == step);
            let free = self.forks[step].factors.iter().all(local);
            return Ok(Errand { step, way: (!free).then(|| other.way()), task });
        }
        // In passing it was tried already, and did not tell.
        let after = |seen: &Observation, given: Vec<Override>| {
            let way = seen.way().into_iter().chain([given]).collect();
            Plan { way, stops: Vec::new(), then: Then::Stop }
        };
        let alone = here.iter().map(|key| after(other, set(from.clone(), key, value(other, key))));
        let swapped = [after(other, from.clone()), after(one, to)];
        Err(swapped.into_iter().chain(alone).chain(self.between(one, other)).collect())
    }

    /// Sessions that try something between two observations, the most telling first.
    fn between(&self, one: &Observation, other: &Observation) -> Vec<Plan> {
        let Some(found) = differences(&one.stages, &other.stages) else { return Vec::new() };
        let last = one.stages.len() - 1;
        let (here, before): (Vec<_>, Vec<_>) = found.into_iter().partition(|(at, _)| *at == last);
        let stop = |way: Vec<Vec<Override>>| Plan { way, stops: Vec::new(), then: Then::Stop };
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
    fn sweeps(&self) -> Vec<Plan> {
        let mut plans = Vec::new();
        if self.model.sessions == 1 {
            let as_person = |person| Plan { way: Vec::new(), stops: Vec::new(), then: Then::As(person) };
            plans.extend((0..self.people.len()).map(as_person));
        }
        let mut covered: Vec<usize> = Vec::new();
        for step in self.model.by_distance() {
            if covered.contains(&step) || self.model.steps[step].sight.is_end() {
                continue;
            }
            let shortest = &self.model.steps[step].way;
            let all = self.new_trials(step).into_iter().enumerate().filter(|(_, given)| !Self::is_local(given));
            let own = all.map(|(at, given)| {
                let way = shortest.iter().cloned().chain([given]).collect();
                Plan { way, stops: Vec::new(), then: Then::Sweep(at) }
            });
            let mut own: Vec<Plan> = own.filter(|plan| !self.done.contains(&memo(plan))).collect();
            if own.is_empty() && self.model.at(step).next().is_none() {
                // There is nothing to try in it, and yet it leads somewhere.
                own.push(Plan { way: shortest.clone(), stops: Vec::new(), then: Then::Sweep(0) });
            }
            if !own.is_empty() {
                covered.extend(self.model.beyond(step));
                plans.extend(own);
            }
        }
        plans
    }

    /// Whether it is enough to see what comes right after a trial: so many fields may be left empty that what this decides later
    /// on is left to those who say so.
    fn is_local(given: &[Override]) -> bool {
        given.iter().all(|(_, value)| value.is_none())
    }

    /// Entries that try classes that were never entered into a step.
    fn new_trials(&self, step: usize) -> Vec<Vec<Override>> {
        let fields = &self.model.steps[step].fields;
        trials(fields, |key, value| self.model.at(step).any(|seen| has(seen, key, value)))
    }

    /// What is to be tried at a step in passing.
    fn errands(&self, step: usize) -> Vec<Errand> {
        let local = self.new_trials(step).into_iter().filter(|given| Self::is_local(given));
        let mut all: Vec<Errand> = local.map(|given| Errand { step, way: None, task: Task::Try(given) }).collect();
        let fork = &self.forks[step];
        if fork.factors.is_empty() {
            return all;
        }
        let free = fork.factors.iter().all(|factor| matches!(factor, Factor::Field(at, _) if *at == step));
        let trials = self.with_others(step, fork).into_iter().chain(self.bounds(step, fork));
        all.extend(trials.map(|trial| {
            let way = (!free).then_some(trial.way);
            Errand { step, way, task: Task::Try(trial.given) }
        }));
        all
    }

    /// The classes of fields that do not decide, together with what leads to each of the steps behind a fork: they may decide
    /// there.
    fn with_others(&self, step: usize, fork: &Fork) -> Vec<Trial> {
        let mut all = Vec::new();
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
                    let given = context.iter().cloned().chain(trial).collect();
                    all.push(Trial { way: witness.way(), given });
                }
            }
        }
        all
    }

    /// What an observation entered into the fields of its step that decide.
    fn context(&self, step: usize, fork: &Fork, seen: &Observation) -> Vec<Override> {
        let last = seen.stages.len() - 1;
        let own = fork.factors.iter().filter_map(|factor| match factor {
            Factor::Field(at, key) if *at == step => Some((key.clone(), sent(seen, last, key))),
            _ => None,
        });
        own.collect()
    }

    /// Values between two that are next to each other on a scale and lead to different steps, all else that decides being equal.
    fn bounds(&self, step: usize, fork: &Fork) -> Vec<Trial> {
        let mut all = Vec::new();
        for factor in &fork.factors {
            let Factor::Field(of, key) = factor else { continue };
            let Some(field) = self.model.steps[*of].fields.iter().find(|field| field.key == *key) else { continue };
            let place = |seen: &Observation| {
                let value = factor.value(&seen.stages)?;
                field.scale.iter().position(|known| *known == value)
            };
            let others = |seen: &Observation| -> Vec<_> {
                self.model.deciding(fork, seen).into_iter().filter(|(known, _)| known != factor).collect()
            };
            let mut seen: Vec<(usize, &Observation)> =
                self.model.at(step).filter_map(|seen| Some((place(seen)?, seen))).collect();
            seen.sort_by_key(|(place, _)| *place);
            let mut kinds = Vec::new();
            for (_, one) in &seen {
                let kind = others(one);
                if kinds.contains(&kind) {
                    continue;
                }
                let alike: Vec<_> = seen.iter().filter(|(_, other)| others(other) == kind).collect();
                for pair in alike.windows(2) {
                    let ((low, below), (high, above)) = (pair[0], pair[1]);
                    if below.to != above.to && high - low > 1 {
                        let middle = Some(field.scale[(low + high) / 2].clone());
                        let (mut way, mut given) = (above.way(), self.context(step, fork, above));
                        // It may have been entered before.
                        match above.stages.iter().rposition(|stage| stage.step == *of) {
                            Some(at) if at < way.len() => way[at] = set(std::mem::take(&mut way[at]), key, middle),
                            _ => given = set(given, key, middle),
                        }
                        all.push(Trial { way, given });
                    }
                }
                kinds.push(kind);
            }
        }
        all
    }

    /// Sessions that go back from where nobody went back yet, each by a way on which there are as many such steps as may be.
    fn backwards(&self) -> Vec<Plan> {
        let known: HashSet<usize> = self.model.backs.iter().map(|back| back.from).collect();
        let back = |step: &usize| {
            let sight = &self.model.steps[*step].sight;
            sight.can_go_back() && !sight.is_end() && !known.contains(step)
        };
        let mut open: Vec<usize> = (0..self.model.steps.len()).filter(back).collect();
        let mut plans = Vec::new();
        while !open.is_empty() {
            let worth = |seen: &&Observation| seen.stages.iter().filter(|stage| open.contains(&stage.step)).count();
            // Of several, the first.
            let Some(best) = self.model.seen.iter().rev().max_by_key(worth).filter(|seen| worth(seen) > 0) else {
                // Nobody entered anything into what is left.
                plans.extend(open.drain(..).map(|step| {
                    let way = self.model.steps[step].way.clone();
                    Plan { way, stops: Vec::new(), then: Then::Back(1) }
                }));
                break;
            };
            let is_open = |stage: &Stage| open.contains(&stage.step);
            let last = best.stages.iter().rposition(is_open).unwrap_or(0);
            let times = last + 1 - best.stages.iter().position(is_open).unwrap_or(last);
            open.retain(|step| !best.stages.iter().any(|stage| stage.step == *step));
            let way = best.stages[..last].iter().map(|stage| stage.given.clone()).collect();
            plans.push(Plan { way, stops: Vec::new(), then: Then::Back(times) });
        }
        plans
    }
}

fn has(seen: &Observation, key: &str, value: &Value) -> bool {
    seen.stages.last().is_some_and(|stage| stage.sent.get(key) == Some(value))
}

/// What an observation sent, as an entry says it.
pub(super) fn sent(seen: &Observation, at: usize, key: &str) -> Option<Value> {
    seen.stages[at].sent.get(key).filter(|value| !value.is_null()).cloned()
}

pub(super) fn set(mut entry: Vec<Override>, key: &str, value: Option<Value>) -> Vec<Override> {
    entry.retain(|(known, _)| known != key);
    entry.push((key.to_owned(), value));
    entry
}

/// What one observation entered at a stage, with these differences as the other has them.
fn mixed(one: &Observation, other: &Observation, at: usize, differing: &[(usize, String)]) -> Vec<Override> {
    let here = differing.iter().filter(|(stage, _)| *stage == at);
    here.fold(one.stages[at].given.clone(), |entry, (_, key)| set(entry, key, sent(other, at, key)))
}
