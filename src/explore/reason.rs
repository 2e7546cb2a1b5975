//! What has to be tried to know why a step leads to several others.

use serde_json::Value;

use super::fork::{Difference, Factor, Fork, differences};
use super::model::{Goal, Model, Observation, Stage};
use super::round::Planner;
use super::visit::Task;
use super::want::{Form, Needs, Want, entry, form};

/// So many fields are suspected at most when each is to be cleared by itself.
const FEW: usize = 3;

impl Planner<'_> {
    /// The next thing to be tried where two observations led to different steps, the most telling first; none where all was.
    pub(super) fn reason(&self, one: &Observation, other: &Observation) -> Option<Want> {
        let step = one.step();
        let part = |all: Vec<Difference>| all.into_iter().partition::<Vec<_>, _>(|(of, _)| *of == step);
        let (here, before) = part(self.model.suspects(&self.forks[step], one, other));
        let (all_here, all_before) = part(differences(&one.stages, &other.stages));
        let halves = |all: &[Difference]| {
            let (first, second) = all.split_at(all.len().div_ceil(2));
            [first.to_vec(), second.to_vec()]
        };
        let narrow = |keys: &[Difference]| if keys.is_empty() { None } else { self.narrow(one, other, keys) };
        let as_other = |keys: &[Difference]| if keys.is_empty() { None } else { control(one, other, keys) };
        let controls = || halves(&before).into_iter().filter_map(|half| as_other(&half));
        let telling = || narrow(&here).into_iter().chain(self.split(one, before.len())).chain(controls());
        // Nothing by itself explains it: several together do.
        let joint = || {
            let mut groups = vec![all_here.clone(), all_before.clone()];
            groups.extend(halves(&all_before));
            groups.extend(halves(&all_before).into_iter().map(|half| [half, all_here.clone()].concat()));
            groups.extend(all_here.iter().chain(&all_before).map(|one| vec![one.clone()]));
            let as_one = |keys: &[Difference]| if keys.is_empty() { None } else { control(other, one, keys) };
            let back = [as_one(&all_here), as_one(&all_before)];
            let groups = groups.into_iter().filter_map(|group| as_other(&group));
            narrow(&all_here).into_iter().chain(groups).chain(back.into_iter().flatten())
        };
        let open = |want: &Want| !self.done.contains(&want.aim.memo);
        telling().find(open).or_else(|| joint().find(open))
    }

    /// One more session of whatever else, where many fields are suspected: it is put together so that it clears about half of them,
    /// and at other steps, too.
    fn split(&self, one: &Observation, suspects: usize) -> Option<Want> {
        let (step, before) = (one.step(), &one.stages[..one.stages.len() - 1]);
        let want = Want::new("split", step, &suspects).needing(&self.route(before, step));
        want.filter(|_| suspects > FEW)
    }

    /// That these fields, which are entered at the step itself, are halved in passing. One goes on with the entry that they are
    /// compared with, so that nothing else differs.
    fn narrow(&self, one: &Observation, other: &Observation, keys: &[Difference]) -> Option<Want> {
        let (step, from) = (one.step(), form(one.stages.last()?));
        let mut to = from.clone();
        let theirs = form(other.stages.last()?);
        for (_, key) in keys {
            take_over(&mut to, &theirs, key);
        }
        let task = Task::Narrow { from: entry(&from), to: entry(&to), leads: word(self.model, &one.to) };
        let mut own = Needs::default();
        own.forms.insert(step, from);
        let want = Want::new("why", step, &(&task, word(self.model, &other.to))).task(task);
        want.needing(&own)?.needing(&self.coming(step, &self.forks[step], one))
    }

    /// What it takes to come to a step as one did, as far as that matters there.
    pub(super) fn coming(&self, step: usize, fork: &Fork, seen: &Observation) -> Needs {
        let before = &seen.stages[..seen.stages.len().max(1) - 1];
        let mut needs = match fork.factors.iter().all(|factor| matches!(factor, Factor::Field(of, _) if *of == step)) {
            true => return self.route(self.shortest(step), step),
            false => self.route(before, step),
        };
        for factor in &fork.factors {
            if let (Factor::Field(of, key), Some(value)) = (factor, factor.value(before))
                && *of != step
            {
                needs.fields.insert((*of, key.clone()), Some(value).filter(|value| !value.is_null()));
            }
        }
        needs
    }

    /// Values between two that are next to each other on a scale and lead to different steps, all else that decides being equal.
    pub(super) fn bounds(&self, step: usize, fork: &Fork) -> Vec<Want> {
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
                        let between = &field.scale[low + 1..*high];
                        all.extend(self.bound(fork, (*of, key), between, (below, above)));
                    }
                }
                kinds.push(kind);
            }
        }
        all
    }

    fn bound(
        &self,
        fork: &Fork,
        (of, key): (usize, &String),
        between: &[Value],
        (below, above): (&Observation, &Observation),
    ) -> Option<Want> {
        let step = above.step();
        let given = self.context(step, fork, above);
        if of == step {
            let leads = word(self.model, &below.to);
            let task = Task::Bound { given, key: key.clone(), between: between.to_vec(), leads };
            return Want::new("bound", step, &task).task(task).needing(&self.coming(step, fork, above));
        }
        // It was entered before, so that each value takes a session.
        let middle = Some(between[between.len() / 2].clone());
        let mut needs = self.coming(step, fork, above);
        let needed: Vec<_> = given.into_iter().map(|(key, value)| ((step, key), value)).collect();
        needs.fields.extend(needed.clone());
        needs.fields.insert((of, key.clone()), middle.clone());
        if let Some(form) = needs.forms.get_mut(&of) {
            form.insert(key.clone(), middle.clone());
        }
        let others: Vec<Option<Value>> = fork.factors.iter().map(|factor| factor.value(&above.stages)).collect();
        Want::new("value", step, &(of, key, middle, others)).needing(&needs)
    }

    /// What an observation entered into the fields of its step that decide.
    pub(super) fn context(&self, step: usize, fork: &Fork, seen: &Observation) -> Vec<super::classes::Override> {
        let own = fork.factors.iter().filter_map(|factor| match factor {
            Factor::Field(of, key) if *of == step => {
                Some((key.clone(), factor.value(&seen.stages).filter(|value| !value.is_null())))
            }
            _ => None,
        });
        own.collect()
    }
}

/// A session that goes as one did, but for these fields, which it enters as another did.
fn control(one: &Observation, other: &Observation, keys: &[Difference]) -> Option<Want> {
    let step = one.step();
    let mut needs = Needs::default();
    let all = |stages: &[Stage]| stages.iter().map(|stage| (stage.step, form(stage))).collect::<Vec<_>>();
    let theirs: std::collections::BTreeMap<usize, Form> = all(&other.stages).into_iter().collect();
    needs.forms.extend(theirs.clone());
    needs.forms.extend(all(&one.stages));
    for (of, key) in keys {
        take_over(needs.forms.get_mut(of)?, theirs.get(of)?, key);
    }
    let forms: Vec<_> = needs.forms.iter().collect();
    Want::new("control", step, &forms).needing(&needs)
}

fn take_over(form: &mut Form, theirs: &Form, key: &str) {
    match theirs.get(key) {
        Some(value) => form.insert(key.to_owned(), value.clone()),
        None => form.insert(key.to_owned(), None),
    };
}

fn word(model: &Model, goal: &Goal) -> String {
    match goal {
        Goal::Step(step) => model.steps[*step].sight.ident(model.stable),
        Goal::Refused(code) => format!("refused {code}"),
        Goal::Other(word) => word.clone(),
    }
}
