//! What is wrong with a flow, as far as exploring it shows.

use serde_json::Value;

use super::Explored;
use super::classes::Override;
use super::fork::{Factor, Fork};
use super::model::{Goal, Model, Observation};
use crate::api::codes::SERVICE_FAILURES;
use crate::api::element::Element;
use crate::api::wire::{Condition, Operator, elements};
use crate::map::{Entered, Given};

/// Something that an applicant can run into, or that cannot be meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What.
    pub what: What,
    /// The step where it shows, by its place; none where the flow does not even begin.
    pub step: Option<usize>,
    /// What is entered into each step to see it, that step itself last where something is entered there.
    pub way: Vec<Vec<Override>>,
    /// What of it decides that this comes of it, where other data lead elsewhere and that is known.
    pub decides: Vec<Given<usize>>,
}

/// What may be wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The flow does not begin: the code, or status, and its message.
    NoBeginning(Goal),
    /// From here nobody gets to an end; these steps lead to one another only.
    NoEnd(Vec<usize>),
    /// A value that the step offers, or allows, is refused.
    Refused {
        /// The field.
        field: String,
        /// The value; null where the field was left empty, though it may be.
        value: Value,
        /// The code, or status.
        code: i64,
        /// What was said.
        message: String,
    },
    /// Whatever is entered, nothing comes of it but this.
    NoWayOn {
        /// The code, or status; none where it is no refusal.
        code: Option<i64>,
        /// What was said, or what it is.
        message: String,
    },
    /// A fault of the flow itself, whatever an applicant did: a service or the server failed.
    Failed {
        /// The code, or status.
        code: i64,
        /// What was said.
        message: String,
    },
    /// The step says that one can go back, and going back is refused.
    BackRefused(i64),
    /// Going back leads to another step than the one before.
    BackElsewhere {
        /// Where it leads.
        to: usize,
        /// Where one came from.
        before: usize,
    },
    /// The same data led to different steps.
    Unsteady(Goal, Goal),
    /// A field that no entry shows, since its condition asks for an option that is not offered.
    NeverShown {
        /// The field.
        field: String,
        /// What its condition asks for.
        asks: Value,
        /// Of which field.
        of: String,
    },
}

/// All findings, the nearest to the beginning first.
pub fn findings(explored: &Explored) -> Vec<Finding> {
    let model = &explored.model;
    let mut found = Vec::new();
    for goal in model.beginnings.iter().filter(|goal| !matches!(goal, Goal::Step(_))) {
        found.push(Finding { what: What::NoBeginning(goal.clone()), step: None, way: Vec::new(), decides: Vec::new() });
    }
    let closed = without_end(model, explored.whole);
    for step in model.by_distance() {
        let seen = &model.steps[step];
        let here = |what: What| Finding { what, step: Some(step), way: seen.way.clone(), decides: Vec::new() };
        if let Some(all) = closed.iter().find(|all| all.first() == Some(&step)) {
            found.push(here(What::NoEnd(all.clone())));
        }
        found.extend(refusals(model, step, &explored.forks[step]));
        found.extend(backwards(model, step));
        if let Some((one, other)) = explored.forks[step].unsteady {
            let goals = [one, other].map(|at| model.seen[at].to.clone());
            let [first, second] = goals;
            let mut way = model.seen[one].way();
            way.push(model.seen[one].given().to_vec());
            found.push(Finding { what: What::Unsteady(first, second), step: Some(step), way, decides: Vec::new() });
        }
        found.extend(never_shown(&elements(&seen.sight.body)).into_iter().map(here));
    }
    found
}

/// Groups of steps that lead to no end, each with the nearest to the beginning first. What waits for a person or was not
/// explored to its end may lead anywhere.
fn without_end(model: &Model, whole: bool) -> Vec<Vec<usize>> {
    if !whole {
        return Vec::new();
    }
    let leads = |step: usize| {
        let mut all = model.beyond(step);
        all.push(step);
        let open = |step: &usize| {
            let known = model.at(*step).any(|seen| !matches!(seen.to, Goal::Other(_)));
            model.steps[*step].sight.is_end() || !known
        };
        if all.iter().any(open) { None } else { Some(all) }
    };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for step in model.by_distance() {
        let taken = groups.iter().any(|group| group.contains(&step));
        let moves = model.next(step).len();
        if let Some(mut all) = leads(step).filter(|_| !taken && moves > 0) {
            all.sort_by_key(|step| (model.steps[*step].way.len(), *step));
            all.dedup();
            groups.push(all);
        }
    }
    groups
}

/// What is refused at a step.
fn refusals(model: &Model, step: usize, fork: &Fork) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let on = model.at(step).any(|seen| matches!(seen.to, Goal::Step(_)));
    for (goal, _) in model.goals(step) {
        // Of several, the first of the shortest.
        let shortest = model.at(step).filter(|seen| seen.to == goal).min_by_key(|seen| seen.stages.len());
        let Some(seen) = shortest else { continue };
        let mut way = seen.way();
        way.push(seen.given().to_vec());
        let decides = deciding(model, step, fork, seen);
        let finding = |what: What| Finding { what, step: Some(step), way: way.clone(), decides: decides.clone() };
        match goal {
            Goal::Step(_) => {}
            Goal::Refused(code) if (500..1000).contains(&code) || SERVICE_FAILURES.contains(&code) => {
                found.push(finding(What::Failed { code, message: seen.message.clone() }));
            }
            Goal::Refused(code) if on => found.extend(refused_values(model, step, fork, code)),
            Goal::Refused(code) => {
                found.push(finding(What::NoWayOn { code: Some(code), message: seen.message.clone() }));
            }
            Goal::Other(word) if word == "pending" || word == "unknown" => {
                found.push(finding(What::NoWayOn { code: None, message: word }));
            }
            // A person is needed, or data that cannot be made up: no fault of the flow.
            Goal::Other(_) => {}
        }
    }
    found
}

/// What of an observation's data decides where it led: one field where that is enough, else all that decide at the step.
fn deciding(model: &Model, step: usize, fork: &Fork, seen: &Observation) -> Vec<Given<usize>> {
    let given = |factor: &Factor| {
        let Factor::Field(of, field) = factor else { return None };
        let value = factor.value(&seen.stages)?;
        let entered = if value.is_null() { Entered::Filled(false) } else { Entered::Is(vec![value]) };
        Some(Given { step: *of, field: field.clone(), entered })
    };
    let is_enough = |factor: &&Factor| {
        let value = factor.value(&seen.stages);
        let mut like = model.at(step).filter(|other| factor.value(&other.stages) == value);
        value.is_some() && like.all(|other| other.to == seen.to)
    };
    let enough = fork.factors.iter().filter(is_enough).find_map(given);
    enough.map_or_else(|| fork.factors.iter().filter_map(given).collect(), |one| vec![one])
}

/// The values of the fields that decide which are refused.
fn refused_values(model: &Model, step: usize, fork: &Fork, code: i64) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for factor in &fork.factors {
        let Factor::Field(of, field) = factor else { continue };
        for seen in model.at(step).filter(|seen| seen.to == Goal::Refused(code)) {
            let Some(value) = factor.value(&seen.stages) else { continue };
            // It is this value that is refused where nothing else with it was taken.
            let taken = model
                .at(step)
                .any(|other| matches!(other.to, Goal::Step(_)) && factor.value(&other.stages).as_ref() == Some(&value));
            let named = Some(field.clone());
            let known = found.iter().any(|known| match &known.what {
                What::Refused { field, value: other, .. } => Some(field) == named.as_ref() && *other == value,
                _ => false,
            });
            if taken || known || *of != step {
                continue;
            }
            let mut way = seen.way();
            way.push(vec![(field.clone(), Some(value.clone()).filter(|value| !value.is_null()))]);
            let message = seen.message.clone();
            let what = What::Refused { field: field.clone(), value, code, message };
            found.push(Finding { what, step: Some(step), way, decides: Vec::new() });
        }
    }
    found
}

fn backwards(model: &Model, step: usize) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    let mut backs: Vec<_> = model.backs.iter().filter(|back| back.from == step).collect();
    backs.sort_by_key(|back| back.stages.len());
    for back in backs {
        let before = back.stages.last().map(|stage| stage.step);
        let what = match (&back.to, before) {
            (Goal::Refused(code), _) => What::BackRefused(*code),
            (Goal::Step(to), Some(before)) if *to != before => What::BackElsewhere { to: *to, before },
            _ => continue,
        };
        if !found.iter().any(|known| known.what == what) {
            let way = back.stages.iter().map(|stage| stage.given.clone()).collect();
            found.push(Finding { what, step: Some(step), way, decides: Vec::new() });
        }
    }
    found
}

/// Fields whose condition asks for an option that the field it looks at does not offer.
fn never_shown(elements: &[Element]) -> Vec<What> {
    let mut found = Vec::new();
    for element in elements {
        let Some(Condition { any, rules }) = element.condition() else { continue };
        let impossible = rules.iter().filter_map(|rule| {
            let of = elements.iter().find(|element| element.id == rule.element)?;
            let offered: Vec<Value> = of.options().into_iter().map(|(value, _)| value).collect();
            let asked = match (rule.operator, &rule.value) {
                (Operator::Equals, value) => vec![value.clone()],
                (Operator::In, Value::Array(values)) => values.clone(),
                _ => return None,
            };
            let possible = offered.is_empty() || asked.iter().any(|value| offered.contains(value));
            (!possible).then(|| (of.name.clone(), rule.value.clone()))
        });
        let impossible: Vec<_> = impossible.collect();
        let never = if *any { impossible.len() == rules.len() } else { !impossible.is_empty() };
        if let Some((of, asks)) = impossible.into_iter().next().filter(|_| never) {
            found.push(What::NeverShown { field: element.name.clone(), asks, of });
        }
    }
    found
}
