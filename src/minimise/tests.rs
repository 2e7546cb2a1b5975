use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// A failure that needs one of several sets of pieces, whole. That makes it a failure of many kinds: what one set lacks
/// another may have, so that a piece may be needed in one selection and not in another.
struct Needs {
    sets: Vec<Vec<usize>>,
    played: RefCell<Vec<Vec<usize>>>,
    /// How many trials are under way, and how many there were at most.
    under_way: Cell<(usize, usize)>,
    cost: fn(&[usize]) -> usize,
}

impl Needs {
    fn new(sets: &[Vec<usize>]) -> Self {
        Needs { sets: sets.to_vec(), played: RefCell::default(), under_way: Cell::new((0, 0)), cost: <[usize]>::len }
    }

    fn fails(&self, kept: &[usize]) -> bool {
        self.sets.iter().any(|set| set.iter().all(|piece| kept.contains(piece)))
    }

    fn requests(&self) -> usize {
        self.played.borrow().iter().map(|kept| (self.cost)(kept)).sum()
    }
}

impl Oracle for Needs {
    async fn try_out(&self, kept: &[usize]) -> Trial {
        assert!(kept.is_sorted_by(|left, right| left < right), "{kept:?}");
        self.played.borrow_mut().push(kept.to_vec());
        let (now, most) = self.under_way.get();
        self.under_way.set((now + 1, most.max(now + 1)));
        // The first that begin end last.
        tokio::time::sleep(Duration::from_millis(100 - now as u64)).await;
        let (now, most) = self.under_way.get();
        self.under_way.set((now - 1, most));
        Trial { same: self.fails(kept), requests: (self.cost)(kept) }
    }
}

/// Runs on a clock that jumps over what is waited for.
fn found(pieces: &Pieces, openings: &[Vec<usize>], oracle: &Needs, bounds: Bounds) -> Minimal {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    runtime.block_on(minimise(pieces, openings, oracle, bounds))
}

fn flat(count: usize) -> Pieces {
    (0..count).map(|_| (None, 0)).collect()
}

/// Pieces in a hierarchy: each is a part of an earlier one, or of none.
fn tree() -> impl Strategy<Value = Pieces> {
    vec((any::<prop::sample::Index>(), any::<bool>()), 0..14).prop_map(|choices| {
        let mut all: Vec<(Option<usize>, usize)> = Vec::new();
        for (index, inner) in choices {
            let within = (inner && !all.is_empty()).then(|| index.index(all.len()));
            all.push((within, within.map_or(0, |outer| all[outer].1 + 1)));
        }
        all.into_iter().collect()
    })
}

/// A hierarchy, and what a failure in it needs: sets of pieces, each with those that its pieces are parts of.
fn failure() -> impl Strategy<Value = (Pieces, Vec<Vec<usize>>)> {
    tree().prop_flat_map(|pieces| {
        let one = vec(any::<prop::sample::Index>(), 0..4);
        (Just(pieces), vec(one, 1..4)).prop_map(|(pieces, sets)| {
            let closed = |set: Vec<prop::sample::Index>| {
                let mut all = HashSet::new();
                for index in set.iter().filter(|_| !pieces.is_empty()) {
                    let mut at = Some(index.index(pieces.len()));
                    while let Some(piece) = at {
                        all.insert(piece);
                        at = pieces.0[piece].within;
                    }
                }
                all.into_iter().collect()
            };
            let sets = sets.into_iter().map(closed).collect();
            (pieces, sets)
        })
    })
}

proptest! {
    #[test]
    fn what_is_found_fails_and_nothing_can_be_left_out_of_it((pieces, sets) in failure()) {
        let oracle = Needs::new(&sets);
        let minimal = found(&pieces, &[], &oracle, Bounds::default());
        prop_assert_eq!(minimal.ended, Ended::Minimal);
        prop_assert!(oracle.fails(&minimal.kept));
        for piece in &minimal.kept {
            prop_assert!(!oracle.fails(&pieces.without(&minimal.kept, &[*piece])), "{} of {:?}", piece, minimal);
        }
        // What is a part of something is never there without it.
        for piece in &minimal.kept {
            prop_assert!(pieces.0[*piece].within.is_none_or(|outer| minimal.kept.contains(&outer)));
        }
    }

    #[test]
    fn no_selection_is_played_twice_and_the_number_of_trials_is_bounded(
        (pieces, sets) in failure(),
        at_once in 1..5_usize,
    ) {
        let oracle = Needs::new(&sets);
        let minimal = found(&pieces, &[], &oracle, Bounds { at_once, ..Bounds::default() });
        let played = oracle.played.borrow().clone();
        prop_assert_eq!(minimal.trials, played.len());
        prop_assert_eq!(minimal.requests, oracle.requests());
        prop_assert!(minimal.trials <= pieces.most_trials(0, at_once));
        prop_assert!(oracle.under_way.get().1 <= at_once);
        let distinct: HashSet<_> = played.iter().collect();
        prop_assert_eq!(distinct.len(), played.len());
    }

    #[test]
    fn the_result_does_not_depend_on_how_many_are_tried_at_once((pieces, sets) in failure(), at_once in 2..6_usize) {
        let one = found(&pieces, &[], &Needs::new(&sets), Bounds::default());
        let many = found(&pieces, &[], &Needs::new(&sets), Bounds { at_once, ..Bounds::default() });
        prop_assert_eq!(one.kept, many.kept);
    }

    #[test]
    fn the_requests_that_may_be_made_are_not_exceeded_and_the_best_so_far_is_given(
        (pieces, sets) in failure(),
        requests in 0..80_usize,
        at_once in 1..4_usize,
    ) {
        let oracle = Needs::new(&sets);
        let bounds = Bounds { requests, whole: pieces.len(), at_once, ..Bounds::default() };
        let minimal = found(&pieces, &[], &oracle, bounds);
        prop_assert!(minimal.requests <= requests, "{:?}", minimal);
        prop_assert!(oracle.fails(&minimal.kept));
        match minimal.ended {
            Ended::Minimal => prop_assert_eq!(&minimal.kept, &found(&pieces, &[], &oracle, Bounds::default()).kept),
            ended => prop_assert_eq!(ended, Ended::OutOfRequests),
        }
    }
}

#[test]
fn a_failure_that_needs_nothing_is_found_with_a_trial_for_each_level() {
    let pieces: Pieces = (0..100).map(|_| (None, 0)).chain([(Some(3), 1), (Some(3), 1)]).collect();
    let oracle = Needs::new(&[Vec::new()]);
    let minimal = found(&pieces, &[], &oracle, Bounds::default());
    assert_eq!((minimal.kept.len(), minimal.trials, minimal.ended), (0, 2, Ended::Minimal));
}

#[test]
fn two_that_are_far_apart_among_many_cost_far_less_than_the_bound() {
    let oracle = Needs::new(&[vec![3, 90]]);
    let minimal = found(&flat(100), &[], &oracle, Bounds::default());
    assert_eq!(minimal.kept, [3, 90]);
    assert!(minimal.trials < 40, "{}", minimal.trials);
}

#[test]
fn what_does_not_fail_again_is_not_taken_apart() {
    let oracle = Needs::new(&[]);
    let minimal = found(&flat(5), &[vec![0, 1]], &oracle, Bounds::default());
    assert_eq!((minimal.ended, minimal.kept.len(), minimal.trials), (Ended::NotAgain, 5, 2));
}

#[test]
fn an_opening_spares_the_whole() {
    let oracle = Needs::new(&[vec![1]]);
    let minimal = found(&flat(10), &[vec![0, 1, 2]], &oracle, Bounds::default());
    assert_eq!(minimal.kept, [1]);
    assert!(oracle.played.borrow().iter().all(|kept| kept.len() <= 3));
    // One that does not fail is no harm.
    let minimal = found(&flat(10), &[vec![0]], &Needs::new(&[vec![1]]), Bounds::default());
    assert_eq!(minimal.kept, [1]);
}

#[test]
fn no_trial_begins_when_the_time_is_up() {
    let oracle = Needs::new(&[vec![0, 7]]);
    let bounds = Bounds { time: Duration::from_millis(250), ..Bounds::default() };
    let minimal = found(&flat(8), &[], &oracle, bounds);
    assert_eq!((minimal.ended, minimal.trials), (Ended::OutOfTime, 3));
    assert!(oracle.fails(&minimal.kept));
}

#[test]
#[should_panic(expected = "piece 0 is no part of Some(3)")]
fn a_piece_is_a_part_of_an_earlier_one() {
    let _pieces: Pieces = [(Some(3), 1)].into_iter().collect();
}
