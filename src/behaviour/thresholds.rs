//! From which amount, or day, on a step leads elsewhere: found out exactly where both sides say no more than that it is between two
//! that were tried. Each side is asked by halving what lies between two values that lead apart, as often as another threshold shows,
//! and at the thresholds of the other side; where the two differ, what lies between leads elsewhere.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::Value;

use super::verdict::Which;
use super::ways::{Answers, Datum, Question, Row, Rows, is_telling};
use crate::explore::model::Goal;

/// Adds what lies between two thresholds, and what is still to be asked to find them. `is_same` says of a row whether its data
/// lead to the same on both sides.
pub(super) fn thresholds(rows: &mut Rows, is_same: &dyn Fn(&Row) -> bool, answers: &Answers) {
    let known = rows.rows.clone();
    let mut done: Vec<(i64, i64, [Goal; 4])> = Vec::new();
    for (at, low) in known.iter().enumerate() {
        for (place, datum) in low.data.iter().enumerate() {
            let Some(least) = ordinal(datum.value.as_ref()) else { continue };
            let Some((high, most)) = next_above(&known, at, place, least) else { continue };
            let goals = [&low.before, &high.before, &low.after, &high.after].map(Clone::clone);
            if most - least < 2 || done.iter().any(|done| *done == (least, most, goals.clone())) {
                continue;
            }
            let parts = [goals[0] != goals[1], goals[2] != goals[3]];
            done.push((least, most, goals));
            // Where all leads to the same on both sides there is something to be found only where both part.
            if is_same(low) && is_same(high) && parts != [true, true] || parts == [false, false] {
                continue;
            }
            let asked = |side: Which| move |value: i64| low.question(side, place, like(datum, value)?);
            let ends = |below: &Goal, above: &Goal| BTreeMap::from([(least, below.clone()), (most, above.clone())]);
            let mut before = Gap { asked: &asked(Which::Before), answers, known: ends(&low.before, &high.before) };
            let mut after = Gap { asked: &asked(Which::After), answers, known: ends(&low.after, &high.after) };
            if !settle(&mut before, &mut after, &mut rows.questions) {
                continue;
            }
            // On either side of each threshold, and between each two.
            let mut edges: Vec<i64> = before.known.keys().chain(after.known.keys()).copied().collect();
            edges.sort_unstable();
            edges.dedup();
            let between: Vec<i64> = edges.windows(2).map(|pair| pair[0] + (pair[1] - pair[0]) / 2).collect();
            for value in edges.into_iter().chain(between).filter(|value| (least + 1..most).contains(value)) {
                let (Some(was), Some(is)) = (before.goal(value), after.goal(value)) else { continue };
                let row = low.with(place, like(datum, value), (was, is));
                if !is_same(&row) && !rows.rows.contains(&row) {
                    rows.rows.push(row);
                }
            }
        }
    }
}

/// What lies between two values on one side, as far as it is known.
struct Gap<'a> {
    /// How the side is asked for a value; none where it cannot be.
    asked: &'a dyn Fn(i64) -> Option<Question>,
    answers: &'a Answers,
    /// What values lead to, those aside of which the neighbours on both sides say it.
    known: BTreeMap<i64, Goal>,
}

/// A form is refused so for what is entered.
const OF_DATA: [Goal; 3] = [Goal::Refused(4006), Goal::Refused(4007), Goal::Refused(4008)];
/// So many thresholds are looked for in one gap of one side.
const MOST_THRESHOLDS: usize = 8;

impl Gap<'_> {
    /// What a value leads to, where its neighbours say so: between two that lead to the same.
    fn goal(&self, value: i64) -> Option<&Goal> {
        let (_, below) = self.known.range(..=value).next_back()?;
        let (at, above) = self.known.range(value..).next()?;
        (below == above || *at == value).then_some(above)
    }

    /// Asks for a value, unless it is known: whether it is now.
    fn look(&mut self, value: i64, open: &mut Vec<Question>) -> Option<bool> {
        if self.known.contains_key(&value) {
            return Some(true);
        }
        let question = (self.asked)(value)?;
        match self.answers.get(&question.memo()) {
            // What is no way at all, as of a value that is not taken, says nothing of thresholds.
            Some(goal) if !is_telling(goal) || OF_DATA.contains(goal) => None,
            Some(goal) => {
                self.known.insert(value, goal.clone());
                Some(true)
            }
            None => {
                open.push(question);
                Some(false)
            }
        }
    }

    /// Halves what lies between each two neighbours that lead apart, until all of them are next to each other: whether they are;
    /// none where it cannot be asked, or where there are too many.
    fn narrow(&mut self, open: &mut Vec<Question>) -> Option<bool> {
        loop {
            let known: Vec<(&i64, &Goal)> = self.known.iter().collect();
            let apart: Vec<(i64, i64)> =
                known.windows(2).filter(|pair| pair[0].1 != pair[1].1).map(|pair| (*pair[0].0, *pair[1].0)).collect();
            let wide: Vec<i64> =
                apart.iter().filter(|(low, high)| high - low > 1).map(|(low, high)| low + (high - low) / 2).collect();
            if apart.len() > MOST_THRESHOLDS {
                return None;
            }
            if wide.is_empty() {
                return Some(true);
            }
            let mut all = true;
            for middle in wide {
                all &= self.look(middle, open)?;
            }
            if !all {
                return Some(false);
            }
        }
    }

    /// The values on either side of each threshold.
    fn edges(&self) -> Vec<i64> {
        let known: Vec<(&i64, &Goal)> = self.known.iter().collect();
        let apart = known.windows(2).filter(|pair| pair[0].1 != pair[1].1);
        apart.flat_map(|pair| [*pair[0].0, *pair[1].0]).collect()
    }
}

/// Finds all thresholds of both sides, and asks each at those of the other: whether all is known.
fn settle<'a>(before: &mut Gap<'a>, after: &mut Gap<'a>, open: &mut Vec<Question>) -> bool {
    loop {
        let narrowed = [before.narrow(open), after.narrow(open)];
        if narrowed != [Some(true), Some(true)] {
            return false;
        }
        let sizes = (before.known.len(), after.known.len());
        let (own, others) = (before.edges(), after.edges());
        let mut all = true;
        for (gap, edges) in [(&mut *before, others), (&mut *after, own)] {
            for edge in edges {
                all &= gap.look(edge, open) == Some(true);
            }
        }
        if !all {
            return false;
        }
        // What was asked last may have shown another threshold.
        if sizes == (before.known.len(), after.known.len()) {
            return true;
        }
    }
}

/// The row with the next greater value, all else the same.
fn next_above(rows: &[Row], at: usize, place: usize, least: i64) -> Option<(&Row, i64)> {
    let low = &rows[at];
    let alike = |row: &&Row| {
        let pairs = || low.data.iter().zip(&row.data).enumerate();
        row.data.len() == low.data.len()
            && pairs().all(|(other, (own, value))| own.is_of(value) && (other == place || own.value == value.value))
    };
    let above = rows.iter().filter(alike).filter_map(|row| Some((row, ordinal(row.data[place].value.as_ref())?)));
    above.filter(|(_, value)| *value > least).min_by_key(|(_, value)| *value)
}

const EPOCH: Date = date(1970, 1, 1);

/// A whole number, or a day as the number of days since an epoch.
fn ordinal(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => {
            let day: Date = text.parse().ok()?;
            EPOCH.until(day).ok().map(|span| i64::from(span.get_days()))
        }
        _ => None,
    }
}

/// A value of the same kind.
fn like(datum: &Datum, ordinal: i64) -> Option<Value> {
    match datum.value.as_ref()? {
        Value::Number(_) => Some(ordinal.into()),
        _ => EPOCH.checked_add(ordinal.days()).ok().map(|day| day.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(amount: i64, before: usize, after: usize) -> Row {
        let field = Some((0, "Amount".to_owned()));
        let data = vec![Datum { before: field.clone(), after: field, value: Some(json!(amount)) }];
        let stages = vec![(0, vec![("Amount".to_owned(), Some(json!(amount)))])];
        Row { data, before: Goal::Step(before), after: Goal::Step(after), stages: [stages.clone(), stages] }
    }

    /// Asks sides by what an amount leads to on each, until there is nothing more to ask: the rows that lead elsewhere, as
    /// (amount, before, after), and how many amounts were asked for.
    fn asking(lead: [&dyn Fn(i64) -> usize; 2]) -> (Vec<(i64, usize, usize)>, usize) {
        let same = |row: &Row| row.before == row.after;
        let mut answers = Answers::new();
        loop {
            let row = |amount: i64| row(amount, lead[0](amount), lead[1](amount));
            let mut rows = Rows { rows: vec![row(1000), row(10000)], ..Rows::default() };
            thresholds(&mut rows, &same, &answers);
            if rows.questions.is_empty() {
                let step = |goal: &Goal| if let Goal::Step(step) = goal { *step } else { 0 };
                let others = rows.rows.iter().filter(|row| !same(row));
                let told = others.filter_map(|row| {
                    Some((row.data[0].value.as_ref()?.as_i64()?, step(&row.before), step(&row.after)))
                });
                let mut told: Vec<_> = told.collect();
                told.sort_unstable();
                return (told, answers.len());
            }
            for question in rows.questions {
                let amount = question.stages[0].1[0].1.as_ref().and_then(Value::as_i64).unwrap();
                let side = if question.side == Which::Before { 0 } else { 1 };
                answers.insert(question.memo(), Goal::Step(lead[side](amount)));
            }
        }
    }

    /// The same of sides that part at one amount each: the amounts that lead elsewhere.
    fn between(before: i64, after: i64) -> (Vec<i64>, usize) {
        let lead = |limit: i64| move |amount: i64| if amount < limit { 1 } else { 2 };
        let (told, asked) = asking([&lead(before), &lead(after)]);
        (told.into_iter().map(|(amount, ..)| amount).collect(), asked)
    }

    #[test]
    fn what_lies_between_two_thresholds_leads_elsewhere() {
        let ends = |(amounts, _): (Vec<i64>, usize)| (amounts.first().copied(), amounts.last().copied());
        assert_eq!(ends(between(5000, 2500)), (Some(2500), Some(4999)));
        assert_eq!(ends(between(2500, 5000)), (Some(2500), Some(4999)));
        assert_eq!(between(5000, 4999).0, [4999]);
        let (others, asked) = between(5000, 5000);
        assert!(others.is_empty() && asked <= 32, "{asked}");
    }

    #[test]
    fn several_thresholds_within_one_gap_are_all_found() {
        // Between the two amounts lies a third step, on either side from and to other amounts.
        let lead = |from: i64, to: i64| {
            move |amount: i64| match amount {
                _ if amount < from => 1,
                _ if amount < to => 3,
                _ => 2,
            }
        };
        let (told, asked) = asking([&lead(2000, 6000), &lead(3000, 7500)]);
        let of = |before: usize, after: usize| {
            let own: Vec<i64> = told.iter().filter(|row| (row.1, row.2) == (before, after)).map(|row| row.0).collect();
            (own.first().copied(), own.last().copied())
        };
        assert_eq!(of(3, 1), (Some(2000), Some(2999)), "{told:?}");
        assert_eq!(of(2, 3), (Some(6000), Some(7499)), "{told:?}");
        assert!(told.iter().all(|row| [(3, 1), (2, 3)].contains(&(row.1, row.2))) && asked <= 80, "{asked}: {told:?}");
        // On one side only, found where the other side has its own.
        let (told, _) = asking([&lead(5000, 5000), &lead(4000, 6000)]);
        assert_eq!((told.first(), told.last()), (Some(&(4000, 1, 3)), Some(&(5999, 2, 3))), "{told:?}");
    }

    #[test]
    fn days_are_counted_too() {
        let datum = Datum { before: None, after: None, value: Some(json!("2008-06-30")) };
        let number = ordinal(datum.value.as_ref()).unwrap();
        assert_eq!(like(&datum, number + 1), Some(json!("2008-07-01")));
        assert_eq!(ordinal(Some(&json!("Exampleby"))), None);
    }
}
