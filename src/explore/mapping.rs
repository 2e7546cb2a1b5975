//! What was found out, as a map of the flow.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Explored;
use super::fork::{Factor, Fork};
use super::model::{Goal, Model};
use crate::map::{Entered, Given, Place, Survey, ViewName, Way, When};

/// So many values of a field are named where they lead one way; where more do, it is the way that everything else leads.
const MOST_NAMED: usize = 6;

/// Values of what decides, one set for each factor: any combination of them.
type Row = Vec<Vec<Option<Value>>>;

/// What was found out, as a run would have seen it, with what leads where.
pub fn survey(explored: &Explored, view: &ViewName) -> Survey {
    let model = &explored.model;
    let mut survey = Survey::default();
    let mut places: Vec<Option<Place>> = vec![None; model.steps.len()];
    let index = |ident: &str| model.steps.iter().position(|step| step.sight.ident(model.stable) == ident);
    for hop in explored.trails.iter().flat_map(|(_, trail)| &trail.hops) {
        let Some(sight) = hop.to.sight() else { continue };
        let Some(step) = index(&sight.ident(model.stable)) else { continue };
        // Where ids are made anew for each session, the step has one for this purpose.
        let mut body = (*sight.body).clone();
        body["id"] = Value::from(format!("step {step}"));
        places[step] = survey.saw(view, &body);
    }
    for goal in &model.beginnings {
        if let Goal::Step(step) = goal
            && let Some(place) = &places[*step]
        {
            survey.began(view, place);
        }
    }
    for (step, fork) in explored.forks.iter().enumerate() {
        for (goal, when) in ways(model, step, fork) {
            let (Some(from), Some(to)) = (&places[step], places.get(goal).and_then(Option::as_ref)) else { continue };
            let named = |all: &Vec<Given<usize>>| {
                all.iter().map(|given| given.of_step(|step| places[*step].clone())).collect::<Option<Vec<_>>>()
            };
            survey.moved_when(view, from, Way::Submit, to, when.iter().filter_map(named).collect());
        }
    }
    for back in &model.backs {
        if let (Some(from), Goal::Step(to)) = (&places[back.from], &back.to)
            && let Some(to) = &places[*to]
        {
            survey.moved(view, from, Way::Back, to);
        }
    }
    survey
}

/// The steps that a step leads to, and what leads to each; nothing for one that all else leads to.
pub fn ways(model: &Model, step: usize, fork: &Fork) -> Vec<(usize, When<usize>)> {
    let goals = model.goals(step);
    let steps: Vec<usize> =
        goals.iter().filter_map(|(goal, _)| if let Goal::Step(step) = goal { Some(*step) } else { None }).collect();
    if steps.len() < 2 || fork.open.is_some() {
        return steps.into_iter().map(|goal| (goal, Vec::new())).collect();
    }
    let tried: Vec<Vec<Option<Value>>> = (0..fork.factors.len())
        .map(|factor| sorted(model.at(step).map(|seen| fork.factors[factor].value(&seen.stages))))
        .collect();
    let when = |goal: usize| {
        let leading = model.at(step).filter(|seen| seen.to == Goal::Step(goal));
        let rows = leading.map(|seen| fork.factors.iter().map(|factor| vec![factor.value(&seen.stages)]).collect());
        joined(rows.collect(), &tried)
            .into_iter()
            .map(|row| {
                let given =
                    row.iter().enumerate().map(|(at, values)| named(model, &fork.factors[at], values, &tried[at]));
                given.collect::<Option<Vec<_>>>().map(|all| all.into_iter().flatten().collect::<Vec<_>>())
            })
            .collect::<Option<When<usize>>>()
            .map(|when| when.into_iter().filter(|all| !all.is_empty()).collect())
            .unwrap_or_default()
    };
    steps.into_iter().map(|goal| (goal, when(goal))).collect()
}

fn sorted(values: impl Iterator<Item = Option<Value>>) -> Vec<Option<Value>> {
    let mut all: Vec<Option<Value>> = Vec::new();
    for value in values {
        if !all.contains(&value) {
            all.push(value);
        }
    }
    all.sort_by(order);
    all
}

/// Numbers by value, all else by its text; nothing first.
fn order(one: &Option<Value>, other: &Option<Value>) -> std::cmp::Ordering {
    let number = |value: &Option<Value>| value.as_ref().and_then(Value::as_f64);
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        (one_number, other_number) => {
            let text = |value: &Option<Value>| value.as_ref().map(Value::to_string);
            one_number.is_some().cmp(&other_number.is_some()).then_with(|| text(one).cmp(&text(other)))
        }
    }
}

/// Rows in which as much as can be is said at once: two that differ in one factor only are one.
fn joined(mut rows: Vec<Row>, tried: &[Vec<Option<Value>>]) -> Vec<Row> {
    'again: loop {
        for one in 0..rows.len() {
            for other in one + 1..rows.len() {
                let differ: Vec<usize> = (0..tried.len()).filter(|at| rows[one][*at] != rows[other][*at]).collect();
                if differ.len() <= 1 {
                    let taken = rows.remove(other);
                    if let [at] = differ[..] {
                        let both = rows[one][at].iter().chain(&taken[at]).cloned();
                        rows[one][at] = sorted(both);
                    }
                    continue 'again;
                }
            }
        }
        return rows;
    }
}

/// What is said of one factor; nothing where all that was tried leads this way, and none where too much is to be said.
fn named(
    model: &Model,
    factor: &Factor,
    values: &[Option<Value>],
    tried: &[Option<Value>],
) -> Option<Option<Given<usize>>> {
    let Factor::Field(step, key) = factor else { return Some(None) };
    if values.len() == tried.len() {
        return Some(None);
    }
    let ordered = model.steps[*step].fields.iter().any(|field| field.key == *key && !field.scale.is_empty());
    let place = |value: &Option<Value>| tried.iter().position(|known| known == value);
    let places: BTreeSet<usize> = values.iter().filter_map(place).collect();
    let given: Vec<Value> = values.iter().flatten().filter(|value| !value.is_null()).cloned().collect();
    let entered = match (places.first(), places.last()) {
        _ if given.is_empty() => Entered::Filled(false),
        (Some(first), Some(last)) if ordered && last - first + 1 == places.len() && given.len() == values.len() => {
            let blank = |value: &Option<Value>| value.as_ref().is_none_or(Value::is_null);
            let least = (*first > 0 && !tried[..*first].iter().all(blank)).then(|| given.first().cloned()).flatten();
            let most = (*last + 1 < tried.len()).then(|| given.last().cloned()).flatten();
            Entered::Between(least, most)
        }
        _ if given.len() > MOST_NAMED || given.iter().any(|value| is_made_up(model, *step, key, value)) => return None,
        _ => Entered::Is(given),
    };
    Some(Some(Given { step: *step, field: key.clone(), entered }))
}

/// Whether a value is none of those that are tried in a field on purpose.
fn is_made_up(model: &Model, step: usize, key: &str, value: &Value) -> bool {
    !model.steps[step].fields.iter().any(|field| field.key == key && field.classes.contains(value))
}
