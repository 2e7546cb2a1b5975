//! Which test falls to which part of a run.
//!
//! Every part divides for itself, on a machine of its own, and all must come to the same: so the division follows from the
//! names of the selected tests and from durations that all have from one file, and from nothing else. Its digest tells whoever
//! puts the parts together whether they did.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use crate::fake::Seed;

/// Tests, divided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// Which part each test falls to, from zero.
    pub parts: Vec<usize>,
    /// A digest of that: the same where the same tests fall to the same parts.
    pub digest: String,
}

/// Divides tests among `count` parts.
///
/// Where durations are known, the longest test goes to the part that has least to do, then the next: the parts take about the
/// same time, and the one that takes longest at most a third longer than it would have to (Graham 1969, LPT). A test without a
/// known duration is taken to be as long as the median of the others. Where none is known, each falls to a part by its name alone,
/// so that a new test moves no other.
pub fn divide(tests: &[&str], count: usize, known: impl Fn(&str) -> Option<Duration>) -> Division {
    let known: Vec<Option<Duration>> = tests.iter().map(|test| known(test)).collect();
    let mut durations: Vec<Duration> = known.iter().flatten().copied().collect();
    durations.sort_unstable();
    let parts = match durations.get(durations.len().saturating_sub(1) / 2) {
        Some(median) => balance(tests, count, |test| known[test].unwrap_or(*median)),
        None => tests.iter().map(|test| Seed::new(0).child(test).index(count)).collect(),
    };
    let numbers: Vec<String> = parts.iter().map(usize::to_string).collect();
    let digest = digest(tests.iter().copied().chain(numbers.iter().map(String::as_str)));
    Division { parts, digest }
}

/// The longest first, each to the part with least to do.
fn balance(tests: &[&str], count: usize, duration: impl Fn(usize) -> Duration) -> Vec<usize> {
    let mut order: Vec<usize> = (0..tests.len()).collect();
    order.sort_by_key(|test| (Reverse(duration(*test)), tests[*test]));
    // Among parts with equally much to do the one with the fewest tests comes first, then the first.
    let mut least: BinaryHeap<_> = (0..count).map(|part| Reverse((Duration::ZERO, 0_usize, part))).collect();
    let mut parts = vec![0; tests.len()];
    for test in order {
        if let Some(Reverse((load, has, part))) = least.pop() {
            parts[test] = part;
            least.push(Reverse((load.saturating_add(duration(test)), has + 1, part)));
        }
    }
    parts
}

/// A digest of words in order, the same in every release.
pub fn digest<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().fold(Seed::new(0), |seed, word| seed.child(word)).digits(16)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use proptest::prelude::*;

    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("folder/test-{number}")).collect()
    }

    fn divided(names: &[String], count: usize, known: &HashMap<&str, u64>) -> Division {
        let tests: Vec<&str> = names.iter().map(String::as_str).collect();
        divide(&tests, count, |test| known.get(test).copied().map(Duration::from_millis))
    }

    #[test]
    fn by_names_the_parts_are_the_same_in_every_release() {
        let division = divided(&names(8), 3, &HashMap::new());
        assert_eq!((division.parts, division.digest.as_str()), (vec![2, 1, 2, 1, 2, 0, 1, 0], "4808470124249873"));
    }

    #[test]
    fn by_names_a_new_test_moves_no_other_and_every_part_has_its_share() {
        let all = names(1000);
        let before: BTreeMap<_, _> = all[1..].iter().zip(divided(&all[1..], 5, &HashMap::new()).parts).collect();
        let after = divided(&all, 5, &HashMap::new()).parts;
        assert!(all.iter().zip(&after).skip(1).all(|(name, part)| before[name] == *part));
        for part in 0..5 {
            let share = after.iter().filter(|at| **at == part).count();
            assert!((150..=250).contains(&share), "{part}: {share}");
        }
    }

    #[test]
    fn by_durations_the_longest_goes_first_to_whoever_has_least_to_do() {
        let tests = ["a", "b", "c", "d", "e", "new"].map(str::to_owned);
        let known = HashMap::from([("a", 1), ("b", 9), ("c", 5), ("d", 4), ("e", 3)]);
        // The new one counts as 4. It comes after d by its name, when both parts have 9 to do and the first has fewer tests.
        assert_eq!(divided(&tests, 2, &known).parts, [1, 0, 1, 1, 1, 0]);
    }

    #[test]
    fn tests_that_take_no_time_are_divided_too() {
        let tests = names(10);
        let known = tests.iter().map(|name| (name.as_str(), 0)).collect();
        assert_eq!(divided(&tests, 2, &known).parts.iter().sum::<usize>(), 5);
    }

    proptest! {
        #[test]
        fn by_durations_no_part_has_more_to_do_than_the_rule_promises(
            durations in prop::collection::vec(0..10_000_u64, 1..60), count in 1..9_usize
        ) {
            let tests = names(durations.len());
            let known = tests.iter().map(String::as_str).zip(durations.iter().copied()).collect();
            let parts = divided(&tests, count, &known).parts;
            let mut loads = vec![0; count];
            parts.iter().zip(&durations).for_each(|(part, duration)| loads[*part] += duration);
            // No division is shorter than the longest test, nor than the mean.
            let least = durations.iter().copied().max().unwrap_or(0).max(durations.iter().sum::<u64>().div_ceil(count as u64));
            prop_assert!(*loads.iter().max().unwrap() <= 2 * least, "{loads:?}");
            prop_assert!(loads.iter().max().unwrap() - loads.iter().min().unwrap() <= *durations.iter().max().unwrap());
        }

        #[test]
        fn the_order_in_which_tests_are_told_decides_nothing(
            durations in prop::collection::vec(prop::option::of(0..50_u64), 1..40), count in 1..9_usize
        ) {
            let tests = names(durations.len());
            let known: HashMap<&str, u64> = tests.iter().map(String::as_str).zip(&durations)
                .filter_map(|(name, duration)| Some((name, (*duration)?))).collect();
            let mut parts = divided(&tests, count, &known).parts;
            let turned: Vec<String> = tests.iter().rev().cloned().collect();
            parts.reverse();
            prop_assert_eq!(divided(&turned, count, &known).parts, parts);
        }
    }
}
