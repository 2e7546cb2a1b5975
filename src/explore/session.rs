//! A session that finds out as much as it can: what must be entered is, and for the rest what was entered least often.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use serde_json::Value;

use super::classes::Override;
use super::fork::Factor;
use super::model::{Goal, Model, Observation, Stage};
use super::round::Planner;
use super::suspicion::{Saying, Suspicion};
use super::visit::{Entry, Plan, Then};
use super::want::{Bundle, Needs, entry, form};

impl Planner<'_> {
    /// The session, as far as it can be foreseen. `number` tells it from others of the same round.
    pub(super) fn session(&self, bundle: Bundle, number: usize) -> Plan {
        let begins = self.model.beginnings.iter();
        let mut at = begins.filter_map(|goal| if let Goal::Step(step) = goal { Some(*step) } else { None }).next();
        let mut stages: Vec<Stage> = Vec::new();
        let mut sayings = vec![Saying::new(); self.open.len()];
        while let Some(step) = at {
            if self.model.steps[step].sight.is_end() || stages.iter().any(|stage| stage.step == step) {
                break;
            }
            let given = self.entry(step, &bundle.needs, number, &sayings);
            let sent = Arc::new(self.foreseen(step, &given));
            for (suspicion, saying) in self.open.iter().zip(&mut sayings) {
                let goals = sent.iter().filter_map(|(key, value)| suspicion.says(&(step, key.clone()), value));
                goals.for_each(|goal| *saying.entry(goal.clone()).or_default() += 1);
            }
            stages.push(Stage { step, given, sent });
            at = self.leads(&stages);
        }
        let aimed = |step: usize| bundle.aims.iter().any(|aim| aim.step == step);
        let last = stages.iter().rposition(|stage| aimed(stage.step)).filter(|_| !bundle.to_the_end);
        let until = last.map(|last| stages[last].step);
        let back = last.filter(|_| number == 0).map_or(0, |last| self.backs_worth(&stages, last + 1));
        let mut entries: Vec<Entry> =
            stages.into_iter().map(|Stage { step, given, .. }| Entry { step, given }).collect();
        // One may come by where it is not foreseen.
        let needs = &bundle.needs;
        for step in needs.forms.keys().chain(needs.fields.keys().map(|(step, _)| step)) {
            if !entries.iter().any(|entry| entry.step == *step) {
                entries.push(Entry { step: *step, given: self.entry(*step, needs, number, &sayings) });
            }
        }
        let then = Then::Along { entries, until, back };
        Plan { way: Vec::new(), then, aims: bundle.aims }
    }

    /// How often one goes back from this stage, so that one did from each on the way where nobody did yet.
    fn backs_worth(&self, stages: &[Stage], from: usize) -> usize {
        let open = |stage: &Stage| self.is_back_open(stage.step);
        stages.iter().take(from + 1).skip(1).position(open).map_or(0, |first| from.min(stages.len() - 1) - first)
    }

    /// Whether one can go back from a step and nobody did.
    pub(super) fn is_back_open(&self, step: usize) -> bool {
        let sight = &self.model.steps[step].sight;
        sight.can_go_back() && !sight.is_end() && !self.model.backs.iter().any(|back| back.from == step)
    }

    /// What is entered into a step.
    fn entry(&self, step: usize, needs: &Needs, number: usize, sayings: &[Saying]) -> Vec<Override> {
        if let Some(form) = needs.forms.get(&step) {
            return entry(form);
        }
        let needed = needs.fields.range((step, String::new())..(step + 1, String::new()));
        let mut given: Vec<Override> = needed.map(|((_, key), value)| (key.clone(), value.clone())).collect();
        let untried = self.untried(step).iter().find(|trial| !Self::is_local(trial));
        for (key, value) in untried.into_iter().flatten() {
            if !given.iter().any(|(known, _)| known == key) {
                given.push((key.clone(), value.clone()));
            }
        }
        for field in &self.model.steps[step].fields {
            let is_shown = field.shown_by.iter().all(|needed| given.contains(needed));
            if given.iter().any(|(known, _)| *known == field.key) || !is_shown {
                continue;
            }
            let often = |class: &Value| self.model.at(step).filter(|seen| has(seen, &field.key, class)).count();
            // Of those that were entered as often, any one: fields that always change together tell nothing apart.
            let any = |class: &Value| {
                let mut hasher = DefaultHasher::new();
                (step, &field.key, class.to_string(), self.model.sessions, number).hash(&mut hasher);
                hasher.finish()
            };
            // Of what may be the reason of a fork, half is to say that one is led one way, and half that one is led another.
            let place = (step, field.key.clone());
            let one_sided = |class: &Value| -> usize {
                let said = |(suspicion, saying): (&Suspicion, &Saying)| {
                    suspicion.says(&place, class).map(|goal| saying.get(goal).copied().unwrap_or(0))
                };
                self.open.iter().zip(sayings).filter_map(said).sum()
            };
            // What was given together already is not given together again, where there is a choice.
            let together = |class: &Value| {
                let beside = |(key, value): &&Override| {
                    let both = |seen: &Observation| {
                        has(seen, &field.key, class) && value.as_ref().is_some_and(|value| has(seen, key, value))
                    };
                    self.model.at(step).any(both)
                };
                given.iter().filter(beside).count()
            };
            let classes = field.classes.iter().filter(|class| !class.is_null());
            let rank = |class: &&Value| (one_sided(class), often(class), together(class), any(class));
            if let Some(class) = classes.min_by_key(rank) {
                given.push((field.key.clone(), Some(class.clone())));
            }
        }
        given
    }

    /// What is sent of the fields of a step, as it was when as little was said of them.
    fn foreseen(&self, step: usize, given: &[Override]) -> BTreeMap<String, Value> {
        let value = |key: &String| {
            if let Some((_, value)) = given.iter().find(|(known, _)| known == key) {
                return value.clone().unwrap_or(Value::Null);
            }
            let usual = self.model.at(step).find(|seen| !seen.given().iter().any(|(known, _)| known == key));
            usual.and_then(|seen| seen.stages.last()?.sent.get(key).cloned()).unwrap_or(Value::Null)
        };
        self.model.steps[step].fields.iter().map(|field| (field.key.clone(), value(&field.key))).collect()
    }

    /// The step that one is likely to be led to: as that was which is most alike in what decides.
    fn leads(&self, stages: &[Stage]) -> Option<usize> {
        let last = stages.last()?;
        let next = self.model.next(last.step);
        if next.len() < 2 {
            return next.first().copied();
        }
        let factors = &self.forks[last.step].factors;
        let decides: Vec<Option<Value>> = factors.iter().map(|factor| factor.value(stages)).collect();
        let alike = |theirs: &[Stage]| match factors.is_empty() {
            true => {
                theirs.last().map_or(0, |own| own.sent.iter().filter(|(key, v)| last.sent.get(*key) == Some(v)).count())
            }
            false => factors.iter().zip(&decides).filter(|(factor, value)| factor.value(theirs) == **value).count(),
        };
        let steps = self.model.at(last.step).filter_map(|seen| match seen.to {
            Goal::Step(to) => Some((alike(&seen.stages), to)),
            _ => None,
        });
        // Of several, the first.
        steps
            .fold(None, |best: Option<(usize, usize)>, one| best.filter(|best| best.0 >= one.0).or(Some(one)))
            .map(|(_, to)| to)
    }

    /// What leads the way that these stages went, as far as `to`: what decides where one might have been led past it; all that was
    /// entered there, as long as it is not known what decides.
    pub(super) fn route(&self, stages: &[Stage], to: usize) -> Needs {
        let mut needs = Needs::default();
        let misses = &self.misses[to];
        for (at, stage) in stages.iter().enumerate().filter(|(_, stage)| misses[stage.step]) {
            let fork = &self.forks[stage.step];
            if fork.open.is_some() || fork.unsteady.is_some() {
                needs.forms.insert(stage.step, form(stage));
            }
            for factor in &fork.factors {
                if let (Factor::Field(of, key), Some(value)) = (factor, factor.value(&stages[..=at])) {
                    needs.fields.insert((*of, key.clone()), Some(value).filter(|value| !value.is_null()));
                }
            }
        }
        needs
    }

    /// From which steps one can get to an end, or to where nobody went on from, without coming by a step.
    pub(super) fn missing(model: &Model, next: &[Vec<usize>], to: usize) -> Vec<bool> {
        let is_over = |step: usize| step != to && (next[step].is_empty() || model.steps[step].sight.is_end());
        let mut misses: Vec<bool> = (0..next.len()).map(is_over).collect();
        loop {
            let new = |step: &usize| *step != to && !misses[*step] && next[*step].iter().any(|next| misses[*next]);
            let Some(step) = (0..next.len()).rfind(new) else { return misses };
            misses[step] = true;
        }
    }

    /// The shortest way to a step, without the step itself.
    pub(super) fn shortest(&self, step: usize) -> &[Stage] {
        self.shortest[step].map_or(&[], |(seen, length)| &self.model.seen[seen].stages[..length])
    }
}

/// Whether an observation entered this.
pub(super) fn has(seen: &Observation, key: &str, value: &Value) -> bool {
    seen.stages.last().is_some_and(|stage| stage.sent.get(key) == Some(value))
}
