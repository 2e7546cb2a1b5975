//! Answers of one form that nobody gave together yet.
//!
//! What two answers decide only together shows in no trial of one alone. Pairs of choices, and of the ends of amounts, are few in
//! a form, and one entry gives many of them at once, so that a handful of entries, tried in passing, sees to them.

use serde_json::Value;

use super::classes::{Field, Override};
use super::model::Observation;
use super::round::Planner;
use super::visit::{Plan, Task};
use super::want::Want;

/// A choice of more answers than these takes part with the first of them: pairs grow with the square of it.
const MOST_ANSWERS: usize = 6;
/// So many entries of a form are tried at most.
const MOST_ENTRIES: usize = 40;

impl Planner<'_> {
    /// Sessions that give, in passing, answers that nobody gave together.
    pub(super) fn pairs(&self) -> Vec<Plan> {
        let steps = self.model.by_distance().into_iter().filter(|step| !self.model.steps[*step].sight.is_end());
        self.in_passing(steps.flat_map(|step| self.pairs_at(step)).collect())
    }

    fn pairs_at(&self, step: usize) -> Vec<Want> {
        let fields: Vec<&Field> = self.model.steps[step].fields.iter().filter(|field| !field.is_text).collect();
        let seen: Vec<&Observation> = self.model.at(step).collect();
        let route = self.route(self.shortest(step), step);
        let together = |given: Vec<Override>| {
            let want = Want::new("pair", step, &given).task(Task::Try(given));
            want.needing(&route)
        };
        entries(&fields, &seen).into_iter().filter_map(together).collect()
    }
}

/// Entries that give all pairs of answers that none of these observations gave.
fn entries(fields: &[&Field], seen: &[&Observation]) -> Vec<Vec<Override>> {
    let answers: Vec<Vec<&Value>> = fields
        .iter()
        .map(|field| {
            // Of amounts and days the first two are the ends.
            let most = if field.scale.is_empty() { MOST_ANSWERS } else { 2 };
            field.classes.iter().filter(|class| !class.is_null()).take(most).collect()
        })
        .collect();
    // A pair by the places of its fields and of their answers.
    let mut open: Vec<[(usize, usize); 2]> = Vec::new();
    for one in 0..fields.len() {
        for other in one + 1..fields.len() {
            if !fields[one].shown_by.is_empty() || !fields[other].shown_by.is_empty() {
                continue;
            }
            for (a, value) in answers[one].iter().enumerate() {
                for (b, beside) in answers[other].iter().enumerate() {
                    let gave = |seen: &&Observation| {
                        let sent = seen.stages.last().map(|stage| &stage.sent);
                        let is =
                            |field: &Field, value: &Value| sent.is_some_and(|sent| sent.get(&field.key) == Some(value));
                        is(fields[one], value) && is(fields[other], beside)
                    };
                    if !seen.iter().any(gave) {
                        open.push([(one, a), (other, b)]);
                    }
                }
            }
        }
    }
    let mut all = Vec::new();
    while let Some(first) = open.first().filter(|_| all.len() < MOST_ENTRIES) {
        let mut given: Vec<(usize, usize)> = first.to_vec();
        for field in 0..fields.len() {
            if given.iter().any(|(known, _)| *known == field) || !fields[field].shown_by.is_empty() {
                continue;
            }
            let sees_to = |answer: &usize| {
                let of = |pair: &&[(usize, usize); 2]| {
                    let has = |one: &(usize, usize)| *one == (field, *answer) || given.contains(one);
                    pair.contains(&(field, *answer)) && pair.iter().all(has)
                };
                open.iter().filter(of).count()
            };
            // Of those that see to as many, the first.
            let best = (0..answers[field].len()).rev().max_by_key(sees_to);
            given.extend(best.filter(|best| sees_to(best) > 0).map(|best| (field, best)));
        }
        open.retain(|pair| !pair.iter().all(|one| given.contains(one)));
        given.sort_unstable();
        let entry =
            |(field, answer): &(usize, usize)| (fields[*field].key.clone(), Some(answers[*field][*answer].clone()));
        all.push(given.iter().map(entry).collect());
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    use super::*;

    fn choice(key: &str, classes: &[&str]) -> Field {
        let classes = classes.iter().map(|class| json!(class)).chain([Value::Null]).collect();
        Field { key: key.to_owned(), classes, scale: Vec::new(), shown_by: Vec::new(), is_text: false }
    }

    #[test]
    fn few_entries_give_all_pairs() {
        let fields: Vec<Field> = ["a", "b", "c", "d"].iter().map(|key| choice(key, &["x", "y", "z"])).collect();
        let all = entries(&fields.iter().collect::<Vec<_>>(), &[]);
        let mut pairs: HashSet<String> = HashSet::new();
        for entry in &all {
            for (at, one) in entry.iter().enumerate() {
                pairs.extend(entry[at + 1..].iter().map(|other| format!("{one:?} {other:?}")));
            }
        }
        assert_eq!(pairs.len(), 6 * 9, "{all:?}");
        assert!(all.len() <= 14, "nine would do, {} are more than a few: {all:?}", all.len());
    }

    #[test]
    fn a_field_that_is_shown_at_times_is_left_to_others() {
        let mut hidden = choice("b", &["x", "y"]);
        hidden.shown_by = vec![("a".to_owned(), Some(json!("x")))];
        assert_eq!(entries(&[&choice("a", &["x", "y"]), &hidden], &[]), Vec::<Vec<Override>>::new());
    }
}
