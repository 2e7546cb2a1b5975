//! How often each fault on demand was met.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Mutex;

use super::lock;
use crate::sandbox::fault::Fault;

/// How many counts are kept; a server that runs for long must not grow by them.
const MOST_COUNTS: usize = 1_000_000;

/// How often each fault was asked for.
#[derive(Default)]
pub struct FaultCounts {
    counts: Mutex<HashMap<u64, u64>>,
    hasher: RandomState,
}

impl FaultCounts {
    /// How often this was counted before.
    pub fn count(&self, what: (&str, &str, &str)) -> u64 {
        let mut counts = lock(&self.counts);
        let what = self.hasher.hash_one(what);
        if counts.len() >= MOST_COUNTS && !counts.contains_key(&what) {
            counts.clear();
        }
        let count = counts.entry(what).or_default();
        *count += 1;
        *count - 1
    }

    /// Whether a fault happens to this call of a session.
    pub fn happens(&self, fault: &Fault, name: &str, session: &str) -> bool {
        if fault.rate < 1.0 {
            // Evenly spread, so that a rate of a tenth is every tenth call and not luck.
            let before = self.count(("rate", name, "")) as f64;
            if ((before + 1.0) * fault.rate).floor() <= (before * fault.rate).floor() {
                return false;
            }
        }
        fault.times.is_none_or(|times| self.count(("times", name, session)) < times)
    }
}
