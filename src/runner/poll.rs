//! Asking for the current step until it is no longer pending: a timer between two answers, and no longer than that.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Nothing is polled for longer: ten years.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// How long is waited between two polls: twice as long each time, from the first pause to the longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Poll {
    /// The first pause.
    pub from: Duration,
    /// The longest.
    pub to: Duration,
}

impl Default for Poll {
    fn default() -> Self {
        Poll { from: Duration::from_millis(100), to: Duration::from_secs(2) }
    }
}

impl Poll {
    /// The same pause every time.
    pub fn every(pause: Duration) -> Self {
        Poll { from: pause, to: pause }
    }

    /// Begins to poll, for as long as `within`.
    pub(super) fn begin(self, within: Duration) -> Polling {
        Polling { pause: self.from.min(self.to), longest: self.to, end: Instant::now() + within.min(LONGEST) }
    }
}

/// Polls under way.
#[derive(Debug)]
pub(super) struct Polling {
    pause: Duration,
    longest: Duration,
    end: Instant,
}

impl Polling {
    /// Waits until it is time to ask again, the last time when the time is up; whether it is to be asked then.
    pub async fn pause(&mut self) -> bool {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        sleep(self.pause.min(left)).await;
        self.pause = (self.pause * 2).min(self.longest);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When it is asked, in milliseconds, where the answer after so many milliseconds settles it, and when that is over.
    async fn asked(poll: Poll, within: u64, settled: u128) -> (Vec<u128>, u128) {
        let began = Instant::now();
        let mut asked = Vec::new();
        let mut polling = poll.begin(Duration::from_millis(within));
        while asked.last().is_none_or(|last| *last < settled) && polling.pause().await {
            asked.push(began.elapsed().as_millis());
        }
        (asked, began.elapsed().as_millis())
    }

    #[tokio::test(start_paused = true)]
    async fn the_pause_doubles_from_a_tenth_of_a_second_to_two() {
        let (asked, _) = asked(Poll::default(), 10_000, u128::MAX).await;
        assert_eq!(asked, [100, 300, 700, 1500, 3100, 5100, 7100, 9100, 10_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_with_the_answer_that_settles_it_and_not_a_pause_later() {
        assert_eq!(asked(Poll::default(), 60_000, 700).await, (vec![100, 300, 700], 700));
        assert_eq!(asked(Poll::default(), 60_000, 0).await, (vec![100], 100));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_configured_is_kept_to() {
        let every = Poll::every(Duration::from_millis(500));
        assert_eq!(asked(every, 60_000, 2000).await, (vec![500, 1000, 1500, 2000], 2000));
        let narrow = Poll { from: Duration::from_millis(20), to: Duration::from_millis(50) };
        assert_eq!(asked(narrow, 200, u128::MAX).await, (vec![20, 60, 110, 160, 200], 200));
        assert_eq!(asked(narrow, 0, u128::MAX).await, (vec![], 0));
        let odd = Poll { from: Duration::from_secs(9), to: Duration::from_secs(1) };
        assert_eq!(asked(odd, 60_000, 2000).await.0, [1000, 2000], "the longest pause is the longest");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_takes_long_counts_into_the_time() {
        let began = Instant::now();
        let mut times = 0;
        let mut polling = Poll::default().begin(Duration::from_secs(5));
        while polling.pause().await {
            times += 1;
            sleep(Duration::from_secs(3)).await;
        }
        assert_eq!((times, began.elapsed().as_millis()), (2, 6300));
    }

    #[tokio::test(start_paused = true)]
    async fn two_thousand_that_wait_take_no_longer_than_one() {
        let began = Instant::now();
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..2000 {
            all.spawn(asked(Poll::every(Duration::from_millis(500)), 60_000, 5000));
        }
        let each = all.join_all().await;
        assert!(each.iter().all(|(asked, ended)| (asked.len(), *ended) == (10, 5000)));
        assert_eq!(began.elapsed().as_millis(), 5000);
    }
}
