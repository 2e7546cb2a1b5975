//! What was found out, as a map of the flow.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Explored;
use super::fork::{Factor, Fork};
use super::model::{Goal, Model, Observation};
use crate::api::field::find;
use crate::api::wire::elements;
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
    let ordered: Vec<bool> = fork.factors.iter().map(|factor| is_ordered(model, factor)).collect();
    let row = |seen: &Observation| -> Vec<Option<Value>> {
        fork.factors.iter().map(|factor| factor.value(&seen.stages)).collect()
    };
    let when = |goal: usize| {
        let (leading, others): (Vec<_>, Vec<_>) = model.at(step).partition(|seen| seen.to == Goal::Step(goal));
        let [leading, others] = [leading, others].map(|seen| seen.into_iter().map(row).collect::<Vec<_>>());
        let rows = leading.iter().map(|row| row.iter().map(|value| vec![value.clone()]).collect()).collect();
        let evidence = Evidence { leading: &leading, others: &others, tried: &tried, ordered: &ordered };
        // Joined beforehand, so that amounts between others are not taken for what nobody tried.
        let rows = joined(rows, &tried).into_iter().map(|row| evidence.widened(row));
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

/// What was seen of the factors of a fork, and where it led.
struct Evidence<'a> {
    /// What led the way in question.
    leading: &'a [Vec<Option<Value>>],
    /// What led elsewhere.
    others: &'a [Vec<Option<Value>>],
    /// The values of each factor.
    tried: &'a [Vec<Option<Value>>],
    /// Whether these have an order.
    ordered: &'a [bool],
}

impl Evidence<'_> {
    /// A row without what does not matter: each factor may be anything with which nothing was seen to lead elsewhere, and a
    /// number anything from some bound on.
    fn widened(&self, mut row: Row) -> Row {
        // What was found last matters least often.
        for at in (0..row.len()).rev() {
            let (narrow, all) = (row[at].clone(), &self.tried[at]);
            row[at].clone_from(all);
            if self.fits(&row) && all.iter().all(|value| narrow.contains(value) || self.is_likely(&row, at, value)) {
                continue;
            }
            row[at] = narrow;
            if self.ordered[at] {
                self.extend(&mut row, at);
            }
        }
        row
    }

    /// Whether nothing of a row was seen to lead elsewhere.
    fn fits(&self, row: &Row) -> bool {
        !self.others.iter().any(|other| row.iter().zip(other).all(|(values, value)| values.contains(value)))
    }

    /// Whether a value leads this way as far as is known: it was seen to, or was never seen with the rest, whatever the amount.
    fn is_likely(&self, row: &Row, at: usize, value: &Option<Value>) -> bool {
        let matches = |seen: &[Option<Value>], amounts: bool| {
            let alike = |place: usize| {
                let passed_over = !amounts && place != at && self.ordered[place];
                passed_over || row[place].contains(&seen[place])
            };
            seen[at] == *value && (0..row.len()).all(alike)
        };
        self.leading.iter().any(|seen| matches(seen, true)) || !self.others.iter().any(|seen| matches(seen, false))
    }

    /// Takes in all that is within a range, all that is above it, and all that is below, where nothing of it was seen to lead
    /// elsewhere.
    fn extend(&self, row: &mut Row, at: usize) {
        let all = &self.tried[at];
        let place = |value: Option<&Option<Value>>| value.and_then(|value| all.iter().position(|known| known == value));
        let (Some(first), Some(last)) = (place(row[at].first()), place(row[at].last())) else { return };
        let given = all.iter().position(|value| value.as_ref().is_some_and(|value| !value.is_null())).unwrap_or(0);
        let narrow = std::mem::replace(&mut row[at], all[first..=last].to_vec());
        if !self.fits(row) {
            row[at] = narrow;
        }
        for (new, is_above) in [(&all[last + 1..], true), (&all[given.min(first)..first], false)] {
            let narrow = row[at].clone();
            row[at] = if is_above { [&narrow, new].concat() } else { [new, &narrow].concat() };
            if !self.fits(row) {
                row[at] = narrow;
            }
        }
    }
}

/// Whether a value is one of those that are tried in a field whose values have an order.
fn is_on_scale(model: &Model, factor: &Factor, value: &Value) -> bool {
    let Factor::Field(step, key) = factor else { return false };
    model.steps[*step].fields.iter().any(|field| field.key == *key && field.scale.contains(value))
}

/// Whether the values of a factor have an order.
fn is_ordered(model: &Model, factor: &Factor) -> bool {
    let Factor::Field(step, key) = factor else { return false };
    model.steps[*step].fields.iter().any(|field| field.key == *key && !field.scale.is_empty())
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
    let ordered = is_ordered(model, factor);
    let place = |value: &Option<Value>| tried.iter().position(|known| known == value);
    let places: BTreeSet<usize> = values.iter().filter_map(place).collect();
    let given: Vec<Value> = values.iter().flatten().filter(|value| !value.is_null()).cloned().collect();
    let entered = match (places.first(), places.last()) {
        _ if given.is_empty() => Entered::Filled(false),
        (Some(first), Some(last)) if ordered && last - first + 1 == places.len() && given.len() == values.len() => {
            let blank = |value: &Option<Value>| value.as_ref().is_none_or(Value::is_null);
            // What was tried on purpose says it best: it is the same however often others were made up in between.
            let on_scale: Vec<&Value> = given.iter().filter(|value| is_on_scale(model, factor, value)).collect();
            let [low, high] = [on_scale.first(), on_scale.last()].map(|value| value.map(|value| (*value).clone()));
            let least =
                (*first > 0 && !tried[..*first].iter().all(blank)).then(|| low.or(given.first().cloned())).flatten();
            let most = (*last + 1 < tried.len()).then(|| high.or(given.last().cloned())).flatten();
            Entered::Between(least, most)
        }
        _ if given.len() > MOST_NAMED || given.iter().any(|value| is_made_up(model, *step, key, value)) => return None,
        _ => Entered::Is(lasting(model, *step, key, given)),
    };
    Some(Some(Given { step: *step, field: key.clone(), entered }))
}

/// Values that were entered, in the form that lasts when the flow is built anew.
fn lasting(model: &Model, step: usize, key: &str, values: Vec<Value>) -> Vec<Value> {
    let elements = elements(&model.steps[step].sight.body);
    let element = find(&elements, key).ok();
    values.into_iter().map(|value| element.map_or_else(|| value.clone(), |element| element.lasting(&value))).collect()
}

/// Whether a value is none of those that are tried in a field on purpose.
fn is_made_up(model: &Model, step: usize, key: &str, value: &Value) -> bool {
    !model.steps[step].fields.iter().any(|field| field.key == key && field.classes.contains(value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(values: Value) -> Row {
        values
            .as_array()
            .unwrap()
            .iter()
            .map(|all| all.as_array().unwrap().iter().cloned().map(Some).collect())
            .collect()
    }

    fn some(values: Value) -> Vec<Option<Value>> {
        values.as_array().unwrap().iter().cloned().map(Some).collect()
    }

    #[test]
    fn rows_that_differ_in_one_factor_are_joined() {
        let tried = [some(json!(["CA", "DE", "FR"])), some(json!([0, 10, 100]))];
        let rows = [["CA", "0"], ["DE", "0"], ["CA", "10"], ["DE", "10"], ["FR", "100"], ["CA", "0"]];
        let rows = rows.map(|[country, amount]| row(json!([[country], [amount.parse::<i64>().unwrap()]])));
        let joined = joined(rows.to_vec(), &tried);
        assert_eq!(joined, [row(json!([["CA", "DE"], [0, 10]])), row(json!([["FR"], [100]]))]);
    }

    /// What a row says when these led its way and those elsewhere.
    fn widened(own: Value, leading: &[Value], others: &[Value]) -> Row {
        let [leading, others] = [leading, others].map(|all| all.iter().cloned().map(some).collect::<Vec<_>>());
        let tried = [some(json!(["CA", "DE"])), some(json!([0, 10, 100]))];
        let evidence = Evidence { leading: &leading, others: &others, tried: &tried, ordered: &[false, true] };
        evidence.widened(row(own))
    }

    #[test]
    fn a_factor_that_leads_nowhere_else_is_left_out() {
        let canada = [json!(["CA", 10]), json!(["CA", 100])];
        assert_eq!(widened(json!([["DE"], [10]]), &[], &canada), row(json!([["DE"], [0, 10, 100]])));
        // Nothing is known of other countries.
        assert_eq!(widened(json!([["CA"], [0]]), &[], &canada), row(json!([["CA", "DE"], [0]])));
        // The other country leads elsewhere at another amount, and was not seen to lead here.
        let far = [json!(["CA", 100]), json!(["DE", 100])];
        assert_eq!(widened(json!([["CA"], [0, 10]]), &[], &far), row(json!([["CA"], [0, 10]])));
        assert_eq!(widened(json!([["CA"], [0, 10]]), &[json!(["DE", 0])], &far), row(json!([["CA", "DE"], [0, 10]])));
    }

    #[test]
    fn a_range_goes_on_to_where_something_else_was_seen() {
        let others = [json!(["CA", 0]), json!(["DE", 0]), json!(["DE", 10]), json!(["DE", 100])];
        assert_eq!(widened(json!([["CA"], [10]]), &[], &others), row(json!([["CA"], [10, 100]])));
        let others = [json!(["CA", 100]), json!(["DE", 10])];
        assert_eq!(widened(json!([["CA"], [10]]), &[], &others), row(json!([["CA"], [0, 10]])));
    }

    #[test]
    fn numbers_come_by_value_and_nothing_comes_first() {
        let sorted = sorted([Some(json!(100)), Some(json!(9)), None, Some(json!("b")), Some(json!(9))].into_iter());
        assert_eq!(sorted, [None, Some(json!("b")), Some(json!(9)), Some(json!(100))]);
    }
}
