//! From which amount, or day, on a step leads elsewhere: found out exactly where both sides say no more than that it is between two
//! that were tried. Each side is asked by halving what lies between; where the two differ, what lies between them leads elsewhere.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::Value;

use super::verdict::Which;
use super::ways::{Answers, Datum, Question, Row, Rows};
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
            let sides = [(Which::Before, &low.before, &high.before), (Which::After, &low.after, &high.after)];
            let found = sides.map(|(side, below, above)| {
                let asked = |value: i64| low.question(side, place, like(datum, value)?);
                // What does not part leads to the same all the way.
                if below == above {
                    Some(most)
                } else {
                    halve((least, most), (below, above), &asked, answers, &mut rows.questions)
                }
            });
            let [Some(before), Some(after)] = found else { continue };
            // On either side of each threshold, and between the two.
            let edges = [before - 1, before, after - 1, after, (before + after) / 2];
            for value in edges.into_iter().filter(|value| (least + 1..most).contains(value)) {
                let goal = |threshold: i64, below: &Goal, above: &Goal| {
                    if value < threshold { below.clone() } else { above.clone() }
                };
                let goals = (goal(before, &low.before, &high.before), goal(after, &low.after, &high.after));
                let row = low.with(place, like(datum, value), (&goals.0, &goals.1));
                if !is_same(&row) && !rows.rows.contains(&row) {
                    rows.rows.push(row);
                }
            }
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

/// The least value that leads to what is above; none while something is still to be asked, or where something else comes.
fn halve(
    (mut low, mut high): (i64, i64),
    (below, above): (&Goal, &Goal),
    asked: &dyn Fn(i64) -> Option<Question>,
    answers: &Answers,
    open: &mut Vec<Question>,
) -> Option<i64> {
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        let question = asked(middle)?;
        match answers.get(&question.memo()) {
            Some(goal) if goal == below => low = middle,
            Some(goal) if goal == above => high = middle,
            Some(_) => return None,
            None => {
                open.push(question);
                return None;
            }
        }
    }
    Some(high)
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

    /// Asks sides that part at these amounts, until there is nothing more to ask: the amounts that lead elsewhere, and how many
    /// were asked for.
    fn between(before: i64, after: i64) -> (Vec<i64>, usize) {
        let same = |row: &Row| row.before == row.after;
        let mut answers = Answers::new();
        loop {
            let mut rows = Rows { rows: vec![row(1000, 1, 1), row(10000, 2, 2)], ..Rows::default() };
            thresholds(&mut rows, &same, &answers);
            if rows.questions.is_empty() {
                let others = rows.rows.iter().filter(|row| !same(row));
                let mut others: Vec<i64> = others.filter_map(|row| row.data[0].value.as_ref()?.as_i64()).collect();
                others.sort_unstable();
                return (others, answers.len());
            }
            for question in rows.questions {
                let amount = question.stages[0].1[0].1.as_ref().and_then(Value::as_i64).unwrap();
                let limit = if question.side == Which::Before { before } else { after };
                answers.insert(question.memo(), Goal::Step(if amount < limit { 1 } else { 2 }));
            }
        }
    }

    #[test]
    fn what_lies_between_two_thresholds_leads_elsewhere() {
        assert_eq!(between(5000, 2500).0, [2500, 3750, 4999]);
        assert_eq!(between(2500, 5000).0, [2500, 3750, 4999]);
        assert_eq!(between(5000, 4999).0, [4999]);
        let (others, asked) = between(5000, 5000);
        assert!(others.is_empty() && asked <= 28, "{asked}");
    }

    #[test]
    fn days_are_counted_too() {
        let datum = Datum { before: None, after: None, value: Some(json!("2008-06-30")) };
        let number = ordinal(datum.value.as_ref()).unwrap();
        assert_eq!(like(&datum, number + 1), Some(json!("2008-07-01")));
        assert_eq!(ordinal(Some(&json!("Exampleby"))), None);
    }
}
