//! When a scenario begins.
//!
//! Requests are what is bounded, and each scenario under way has one at a time: to begin more of them than requests may be in
//! flight speeds nothing up, lets all wait for each other's, and keeps the sessions of all in memory. So as many begin, and
//! another one when one ends, or begins to wait for anything but its requests.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many scenarios more than requests in flight are under way: some judge an answer while the requests of others travel.
const SPARE: usize = 8;

/// Who may begin.
#[derive(Debug, Clone)]
pub(super) struct Turns {
    busy: Arc<Semaphore>,
    under_way: Arc<Semaphore>,
}

/// A scenario's leave to be under way.
#[derive(Debug)]
pub struct Turn {
    busy: Mutex<Option<OwnedSemaphorePermit>>,
    /// Held to the end.
    _under_way: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// As many turns as keep so many requests in flight, and no more scenarios under way than `most`, those that wait
    /// included.
    pub fn new(in_flight: usize, most: Option<usize>) -> Self {
        let of = |count: usize| Arc::new(Semaphore::new(count.clamp(1, Semaphore::MAX_PERMITS)));
        Turns { busy: of(in_flight.saturating_add(SPARE)), under_way: of(most.unwrap_or(Semaphore::MAX_PERMITS)) }
    }

    /// Waits for the next turn.
    pub async fn next(&self) -> Turn {
        // The semaphores are never closed.
        let under_way = self.under_way.clone().acquire_owned().await.ok();
        let busy = self.busy.clone().acquire_owned().await.ok();
        Turn { busy: Mutex::new(busy), _under_way: under_way }
    }
}

impl Turn {
    /// Lets another scenario begin, because this one now waits for something else than its requests.
    pub(super) fn pass_on(&self) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Duration, timeout};

    use super::*;

    async fn is_next(turns: &Turns) -> Option<Turn> {
        timeout(Duration::from_secs(1), turns.next()).await.ok()
    }

    #[tokio::test(start_paused = true)]
    async fn one_begins_when_another_ends_or_waits() {
        let turns = Turns::new(2, None);
        let mut begun = Vec::new();
        while let Some(turn) = is_next(&turns).await {
            begun.push(turn);
        }
        assert_eq!(begun.len(), 2 + SPARE);
        drop(begun.pop());
        begun.push(is_next(&turns).await.expect("one has ended"));
        assert!(is_next(&turns).await.is_none());
        begun[0].pass_on();
        begun[0].pass_on();
        begun.push(is_next(&turns).await.expect("one waits"));
        assert!(is_next(&turns).await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_waits_still_counts_among_the_most_that_are_wanted() {
        let turns = Turns::new(64, Some(1));
        let first = turns.next().await;
        first.pass_on();
        assert!(is_next(&turns).await.is_none());
        drop(first);
        assert!(is_next(&turns).await.is_some());
    }
}
