//! Whatever a server does, the limit is sound.

use proptest::prelude::*;

use super::*;

const MILLISECOND: Duration = Duration::from_millis(1);

/// Requests one after the other, each of which takes so long.
struct Told {
    gradient: Gradient,
    now: Duration,
}

impl Told {
    fn new(first: usize, most: usize) -> Self {
        Told { gradient: Gradient::new(first, most, false), now: Duration::ZERO }
    }

    fn tell(&mut self, kind: u64, latency: Duration, outcome: Outcome, wanted: bool) -> Option<Reason> {
        let in_flight = self.gradient.limit();
        let round = self.gradient.begin(in_flight);
        self.now += latency;
        self.gradient.take(Sample { kind, latency, outcome, round, in_flight, wanted, now: self.now })
    }
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        20 => Just(Outcome::Answered),
        1 => prop::sample::select(vec![Outcome::Refused, Outcome::Unavailable, Outcome::Broken]),
    ]
}

proptest! {
    #[test]
    fn whatever_comes_the_limit_stays_within_its_bounds_and_says_why_it_changes(
        (first, most) in (1..200_usize, 1..1500_usize),
        answers in prop::collection::vec((0..4_u64, 0..5_000_000_u64, outcome(), any::<bool>()), 0..800),
    ) {
        let mut told = Told::new(first, most);
        for (kind, micros, outcome, wanted) in answers {
            let before = told.gradient.limit();
            let reason = told.tell(kind, Duration::from_micros(micros), outcome, wanted);
            let limit = told.gradient.limit();
            prop_assert!((1..=most).contains(&limit));
            prop_assert_eq!(reason.is_some(), limit != before);
            if outcome != Outcome::Answered {
                prop_assert!(limit <= before);
            }
        }
    }

    #[test]
    fn a_limit_that_nobody_waits_for_is_never_raised_by_level_answers(
        micros in prop::collection::vec(10_000..11_000_u64, 1..500),
    ) {
        let mut told = Told::new(8, 64);
        for micros in micros {
            told.tell(0, Duration::from_micros(micros), Outcome::Answered, false);
            prop_assert_eq!(told.gradient.limit(), 8);
        }
    }

    #[test]
    fn the_noise_of_answers_within_a_millisecond_chokes_nothing(
        micros in prop::collection::vec(prop_oneof![9 => 30..400_u64, 1 => 400..1500_u64], 3000),
    ) {
        let mut told = Told::new(96, 1000);
        for micros in micros {
            told.tell(0, Duration::from_micros(micros), Outcome::Answered, true);
            prop_assert!(told.gradient.limit() >= 96);
        }
        prop_assert_eq!(told.gradient.limit(), 1000);
    }
}

#[test]
fn it_doubles_with_each_round_of_answers_while_they_stay_level() {
    let mut told = Told::new(8, 64);
    let mut seen = Vec::new();
    while told.gradient.limit() < 64 {
        for _ in 0..told.gradient.limit() {
            told.tell(0, 50 * MILLISECOND, Outcome::Answered, true);
        }
        seen.push(told.gradient.limit());
    }
    assert_eq!(seen, [16, 32, 64]);
}

#[test]
fn a_refusal_halves_it_once_for_all_that_were_under_way_and_it_is_tried_again_later() {
    let mut gradient = Gradient::new(64, 64, false);
    let rounds: Vec<u64> = (1..=64).map(|in_flight| gradient.begin(in_flight)).collect();
    let sample = |outcome, round, now: u64| {
        let (latency, now) = (50 * MILLISECOND, Duration::from_millis(now));
        Sample { kind: 0, latency, outcome, round, in_flight: 64, wanted: true, now }
    };
    assert_eq!(gradient.take(sample(Outcome::Refused, rounds[0], 100)), Some(Reason::Refused));
    for round in &rounds[1..] {
        assert_eq!(gradient.take(sample(Outcome::Refused, *round, 101)), None);
    }
    assert_eq!(gradient.limit(), 32);
    let round = gradient.begin(32);
    assert_eq!(gradient.take(sample(Outcome::Unavailable, round, 151)), Some(Reason::Unavailable));
    assert_eq!(gradient.limit(), 16);
    let mut told = Told { gradient, now: Duration::from_millis(151) };
    for _ in 0..2000 {
        told.tell(0, 50 * MILLISECOND, Outcome::Answered, true);
    }
    assert_eq!(told.gradient.limit(), 64);
}

#[test]
fn what_never_comes_back_does_not_keep_a_round_from_being_judged() {
    let mut gradient = Gradient::new(8, 64, false);
    let hanging: Vec<u64> = (0..4).map(|_| gradient.begin(4)).collect();
    assert_eq!(gradient.rounds[0].begun, 4);
    hanging.into_iter().for_each(|round| gradient.forget(round));
    let mut told = Told { gradient, now: Duration::ZERO };
    for _ in 0..40 {
        told.tell(0, 50 * MILLISECOND, Outcome::Answered, true);
    }
    assert!(told.gradient.usual(0).is_some());
}
