//! How many requests a second: what is configured, and what a server that answers 429 was found to take.
//!
//! A pure state machine; times are those since any beginning.
//!
//! A server that limits the rate has a store of requests that fills up again with time. It is empty whenever 429 comes, so
//! what was answered between two of them, divided by the time between them, is the rate at which it fills, however large it
//! is. Before the second one only the first store is known, and that is taken for what is allowed in a second.

use std::time::Duration;

/// The slowest pace, in requests a second.
const SLOWEST: f64 = 0.001;
/// The slowest that is found out, and that is begun with: whoever answers at all answers once a second.
const SLOWEST_LEARNT: f64 = 1.0;
const SLOWEST_FIRST: f64 = 5.0;
/// A pace beyond this is none.
const FASTEST_LEARNT: f64 = 2000.0;
/// How far behind its pace a request may be made up for, in seconds: timers are no finer.
const CATCH_UP: f64 = 0.002;
/// What is taken of the rate that was found.
const MARGIN: f64 = 0.95;
/// A rate is found well where it is at least this part of the one that was tried: it is what is allowed then. Otherwise the
/// time before was spent below it, and more may be allowed.
const WELL_FOUND: f64 = 0.8;
/// By which part the pace grows in a second while one 429 is all that is known, while it is well below the rate that was
/// refused, and near that rate.
const GROWTH: [f64; 3] = [0.5, 0.1, 0.002];
/// After this time, in seconds, what was refused is forgotten.
const FORGOTTEN: f64 = 120.0;

/// Says when the next request may begin.
#[derive(Debug)]
pub(in crate::api::client) struct Pace {
    /// Requests a second as configured.
    most: Option<f64>,
    learnt: Option<Learnt>,
    /// When the next request may begin, in seconds.
    next: f64,
    /// Whether a request had to wait since the rate last grew: a rate that nobody reaches says nothing.
    reached: bool,
    /// When it was first asked for anything, or last refused, in seconds.
    since: Option<f64>,
    /// What was answered since then.
    answered: u32,
}

#[derive(Debug, Clone, Copy)]
struct Learnt {
    /// Requests a second.
    rate: f64,
    /// The rate that was refused, once it is known.
    refused: Option<f64>,
    /// When something was last refused, and when the rate last grew, in seconds.
    at: f64,
    grown: f64,
}

impl Pace {
    /// A pace of at most so many requests a second.
    pub fn new(most: Option<f64>) -> Self {
        let most = most.filter(|rate| *rate >= SLOWEST);
        Pace { most, learnt: None, next: 0.0, reached: false, since: None, answered: 0 }
    }

    /// Whether there is any pace.
    pub fn is_set(&self) -> bool {
        self.most.is_some() || self.learnt.is_some()
    }

    /// The rate that was found, in requests a second.
    pub fn learnt(&self) -> Option<f64> {
        self.learnt.map(|learnt| learnt.rate)
    }

    /// Lets a request begin now, or says when to ask again; `most` is a rate that holds for this one beside the others.
    pub fn begin(&mut self, most: Option<f64>, now: Duration) -> Result<(), Duration> {
        let seconds = now.as_secs_f64();
        self.since.get_or_insert(seconds);
        let rates = [self.most, self.learnt(), most];
        let Some(rate) = rates.into_iter().flatten().reduce(f64::min) else { return Ok(()) };
        let slot = self.next.max(seconds - CATCH_UP);
        // As a time that there is, or it would never quite have come.
        match Duration::from_secs_f64(slot.max(0.0)) {
            at if at > now => {
                self.reached = true;
                Err(at)
            }
            _ => {
                self.next = slot + rate.recip();
                Ok(())
            }
        }
    }

    /// An answer came that was not refused.
    pub fn answered(&mut self, now: Duration) {
        let now = now.as_secs_f64();
        self.answered = self.answered.saturating_add(1);
        let Some(learnt) = &mut self.learnt else { return };
        let growth = match learnt.refused {
            None => GROWTH[0],
            Some(refused) if learnt.rate < refused * MARGIN => GROWTH[1],
            Some(_) => GROWTH[2],
        };
        // Not over a pause.
        if std::mem::take(&mut self.reached) {
            learnt.rate *= 1.0 + growth * (now - learnt.grown).clamp(0.0, 1.0);
        }
        learnt.grown = now;
        if now - learnt.at > FORGOTTEN {
            learnt.refused = None;
        }
        if learnt.rate > FASTEST_LEARNT {
            self.learnt = None;
        }
    }

    /// A request that took so long was answered with 429. Whether that says something new: those that were under way when
    /// another was refused do not.
    pub fn refused(&mut self, latency: Duration, now: Duration) -> bool {
        let began = now.saturating_sub(latency).as_secs_f64();
        let now = now.as_secs_f64();
        let since = self.since.unwrap_or(began);
        if self.learnt.is_some_and(|learnt| began < learnt.at) {
            return false;
        }
        let elapsed = now - since;
        let (rate, refused, least) = match self.learnt {
            None => (f64::from(self.answered) / elapsed.max(1.0), None, SLOWEST_FIRST),
            Some(Learnt { rate, .. }) => {
                let found = (f64::from(self.answered) / elapsed.max(0.01)).clamp(rate / 2.0, rate);
                (found, Some(if found >= rate * WELL_FOUND { found } else { rate }), SLOWEST_LEARNT)
            }
        };
        let rate = (rate * MARGIN).max(least);
        self.learnt = Some(Learnt { rate, refused, at: now, grown: now });
        (self.since, self.answered) = (Some(now), 0);
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A store of requests that fills up with time.
    struct Store {
        rate: f64,
        most: f64,
        left: f64,
        at: f64,
    }

    impl Store {
        fn allows(&mut self, now: f64) -> bool {
            self.left = (self.left + (now - self.at) * self.rate).min(self.most);
            self.at = now;
            let allowed = self.left >= 1.0;
            self.left -= f64::from(u8::from(allowed));
            allowed
        }
    }

    proptest! {
        #[test]
        fn the_rate_of_a_server_is_found_however_large_its_store_is(rate in 5.0..100.0_f64, most in 1.0..100.0_f64) {
            let mut store = Store { rate, most, left: most, at: 0.0 };
            let mut pace = Pace::new(None);
            let (mut now, latency) = (Duration::ZERO, Duration::from_millis(10));
            let mut late = (0, 0);
            // One after the other, for three minutes.
            while now < Duration::from_secs(180) {
                if let Err(at) = pace.begin(None, now) {
                    now = at;
                    continue;
                }
                let allowed = store.allows(now.as_secs_f64());
                now += latency;
                if now > Duration::from_secs(60) {
                    late = (late.0 + u32::from(!allowed), late.1 + 1);
                }
                if allowed {
                    pace.answered(now);
                } else {
                    pace.refused(latency, now);
                    now += Duration::from_millis(500);
                }
            }
            let (refused, asked) = late;
            prop_assert!(f64::from(refused) <= 0.02 * f64::from(asked), "{refused} of {asked}");
            // One after the other, no more than a hundred are asked in a second anyway.
            prop_assert!(f64::from(asked) >= 0.6 * 120.0 * rate.min(95.0), "{asked} at {rate}/s");
        }

        #[test]
        fn no_second_has_more_than_is_configured(rate in 1.0..500.0_f64, gaps in prop::collection::vec(0..40_u64, 1..300)) {
            let mut pace = Pace::new(Some(rate));
            let mut begun: Vec<f64> = Vec::new();
            let mut now = Duration::ZERO;
            for gap in gaps {
                now += Duration::from_millis(gap);
                while let Err(at) = pace.begin(None, now) {
                    prop_assert!(at > now);
                    now = at;
                }
                begun.push(now.as_secs_f64());
            }
            for (at, first) in begun.iter().enumerate() {
                let within = begun[at..].iter().filter(|other| **other < first + 1.0).count();
                prop_assert!(u32::try_from(within).is_ok_and(|within| f64::from(within) <= rate * 1.002 + 2.0));
            }
        }
    }

    #[test]
    fn those_that_were_under_way_say_nothing_new() {
        let mut pace = Pace::new(None);
        let (at, latency) = (Duration::from_secs, Duration::from_millis(500));
        pace.begin(None, at(0)).unwrap();
        (0..40).for_each(|_| pace.answered(at(1)));
        assert!(pace.refused(latency, at(2)));
        let found = pace.learnt();
        assert!(found.is_some_and(|rate| (18.0..20.0).contains(&rate)), "{found:?}");
        assert!(!pace.refused(latency, at(2)));
        assert_eq!(pace.learnt(), found);
    }
}
