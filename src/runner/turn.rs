//! When a scenario begins.
//!
//! Requests are what is bounded, and each scenario under way has one at a time: to begin more of them than requests may be in
//! flight speeds nothing up, lets all wait for each other's, and keeps the sessions of all in memory. So as many begin, and
//! another one when one ends, or begins to wait for anything but its requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// How many scenarios more than requests in flight are under way: some judge an answer while the requests of others travel.
const SPARE: usize = 8;

/// Who may begin.
#[derive(Debug)]
pub(super) struct Turns {
    /// How many requests may be in flight.
    allowed: watch::Receiver<usize>,
    /// How many scenarios are busy with requests.
    busy: watch::Sender<usize>,
    under_way: Arc<Semaphore>,
}

/// A scenario's leave to be under way.
#[derive(Debug)]
pub struct Turn {
    all: watch::Sender<usize>,
    busy: AtomicBool,
    /// Held to the end.
    _under_way: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// As many turns as keep so many requests in flight, and no more scenarios under way than `most`, those that wait
    /// included.
    pub fn new(allowed: watch::Receiver<usize>, most: Option<usize>) -> Self {
        let most = most.unwrap_or(Semaphore::MAX_PERMITS).clamp(1, Semaphore::MAX_PERMITS);
        Turns { allowed, busy: watch::Sender::new(0), under_way: Arc::new(Semaphore::new(most)) }
    }

    /// Waits for the next turn.
    pub async fn next(&mut self) -> Turn {
        // The semaphore is never closed.
        let under_way = self.under_way.clone().acquire_owned().await.ok();
        let mut busy = self.busy.subscribe();
        loop {
            let most = self.allowed.borrow_and_update().saturating_add(SPARE);
            tokio::select! {
                biased;
                _ = busy.wait_for(|busy| *busy < most) => break,
                Ok(()) = self.allowed.changed() => {}
            }
        }
        self.busy.send_modify(|busy| *busy += 1);
        Turn { all: self.busy.clone(), busy: AtomicBool::new(true), _under_way: under_way }
    }
}

impl Turn {
    /// Lets another scenario begin, because this one now waits for something else than its requests.
    pub(super) fn pass_on(&self) {
        if self.busy.swap(false, Ordering::Relaxed) {
            self.all.send_modify(|busy| *busy -= 1);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.pass_on();
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Duration, timeout};

    use super::*;

    async fn is_next(turns: &mut Turns) -> Option<Turn> {
        timeout(Duration::from_secs(1), turns.next()).await.ok()
    }

    #[tokio::test(start_paused = true)]
    async fn one_begins_when_another_ends_or_waits() {
        let (_allowed, allowed) = watch::channel(2);
        let mut turns = Turns::new(allowed, None);
        let mut begun = Vec::new();
        while let Some(turn) = is_next(&mut turns).await {
            begun.push(turn);
        }
        assert_eq!(begun.len(), 2 + SPARE);
        drop(begun.pop());
        begun.push(is_next(&mut turns).await.expect("one has ended"));
        assert!(is_next(&mut turns).await.is_none());
        begun[0].pass_on();
        begun[0].pass_on();
        begun.push(is_next(&mut turns).await.expect("one waits"));
        assert!(is_next(&mut turns).await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_waits_still_counts_among_the_most_that_are_wanted() {
        let (_allowed, allowed) = watch::channel(64);
        let mut turns = Turns::new(allowed, Some(1));
        let first = turns.next().await;
        first.pass_on();
        assert!(is_next(&mut turns).await.is_none());
        drop(first);
        assert!(is_next(&mut turns).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn more_begin_when_more_requests_may_be_in_flight_and_fewer_when_fewer() {
        let (allow, allowed) = watch::channel(1);
        let mut turns = Turns::new(allowed, None);
        let mut begun = Vec::new();
        for (allowed, under_way) in [(1, 1 + SPARE), (3, 3 + SPARE), (2, 3 + SPARE)] {
            allow.send_replace(allowed);
            while let Some(turn) = is_next(&mut turns).await {
                begun.push(turn);
            }
            assert_eq!(begun.len(), under_way);
        }
        begun.pop();
        assert!(is_next(&mut turns).await.is_none());
        begun.pop();
        assert!(is_next(&mut turns).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_a_turn_hears_of_more() {
        let (allow, allowed) = watch::channel(0);
        let mut turns = Turns::new(allowed, None);
        let mut begun = Vec::new();
        while let Some(turn) = is_next(&mut turns).await {
            begun.push(turn);
        }
        let (next, ()) = tokio::join!(is_next(&mut turns), async {
            allow.send_replace(1);
        });
        assert!(next.is_some());
    }
}
