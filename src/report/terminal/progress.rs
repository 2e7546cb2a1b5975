//! The line that says, while tests run, how far the run is and what it waits for.
//!
//! ```text
//!  Running [   2.1s] 41/253, 2 failed | 3 running, 2 pending | pending 1.8s: identity/docv (4 submit)
//! ```
//!
//! What is named is what has been busy longest, for that is what the run waits for.

use std::time::{Duration, Instant};

use indexmap::IndexMap;
use unicode_width::UnicodeWidthStr;

use crate::journal::Verdict;
use crate::outcome::Doing;

/// How far a run is.
#[derive(Debug)]
pub(super) struct Progress {
    began: Instant,
    tests: usize,
    ended: usize,
    failed: usize,
    review: usize,
    busy: IndexMap<String, Busy>,
}

/// A test that runs longer than tests should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slow {
    /// Its name.
    pub test: String,
    /// What it is at.
    pub at: String,
    /// How long it has been running at least.
    pub over: Duration,
}

/// What one test is at.
#[derive(Debug)]
struct Busy {
    step: String,
    /// Since when.
    since: Instant,
    pending: bool,
    /// When the test began.
    began: Instant,
    /// The time after which it was told of as slow, when it was.
    told: Option<Duration>,
}

impl Progress {
    /// A run of so many tests that begins now.
    pub fn new(tests: usize, now: Instant) -> Self {
        Progress { began: now, tests, ended: 0, failed: 0, review: 0, busy: IndexMap::new() }
    }

    /// How long it has been going on.
    pub fn elapsed(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.began)
    }

    /// A test goes on to something else.
    pub fn doing(&mut self, test: String, doing: Doing, now: Instant) {
        match doing {
            Doing::Step(number, label) => {
                let new = Busy { step: String::new(), since: now, pending: false, began: now, told: None };
                let busy = self.busy.entry(test).or_insert(new);
                *busy = Busy { step: format!("{number} {label}"), since: now, pending: false, ..*busy };
            }
            Doing::Pending => {
                if let Some(busy) = self.busy.get_mut(&test) {
                    busy.pending = true;
                }
            }
        }
    }

    /// A test begins once more.
    pub fn again(&mut self, test: &str) {
        self.busy.swap_remove(test);
    }

    /// The tests that have been running for longer than `limit`, and since they were told of for twice as long again. A limit
    /// of nothing is none.
    pub fn slow(&mut self, now: Instant, limit: Duration) -> Vec<Slow> {
        let mut found = Vec::new();
        for (test, busy) in self.busy.iter_mut().filter(|_| !limit.is_zero()) {
            let mut next = busy.told.map_or(limit, |told| told * 2);
            let ran = now - busy.began;
            if ran < next {
                continue;
            }
            while ran >= next * 2 {
                next *= 2;
            }
            busy.told = Some(next);
            let pending = if busy.pending { ", pending" } else { "" };
            found.push(Slow { test: test.clone(), at: format!("{}{pending}", busy.step), over: next });
        }
        found
    }

    /// A test has ended.
    pub fn ended(&mut self, test: &str, verdict: Verdict) {
        self.busy.swap_remove(test);
        self.ended += 1;
        match verdict {
            Verdict::Review => self.review += 1,
            verdict => self.failed += usize::from(verdict.is_failure()),
        }
    }

    /// The line, without its end, at most so many columns wide.
    pub fn line(&self, now: Instant, width: usize) -> String {
        let pending = self.busy.values().filter(|busy| busy.pending).count();
        let mut line = format!(" Running [{}] {}/{}", seconds(now - self.began), self.ended, self.tests);
        for (count, word) in [(self.failed, "failed"), (self.review, "to review")] {
            if count > 0 {
                line.push_str(&format!(", {count} {word}"));
            }
        }
        let busy = [(self.busy.len() - pending, "running"), (pending, "pending")];
        let busy: Vec<String> =
            busy.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        if !busy.is_empty() {
            line.push_str(&format!(" | {}", busy.join(", ")));
        }
        if let Some((test, longest)) = self.busy.iter().min_by_key(|(_, busy)| busy.since) {
            let word = if longest.pending { "pending" } else { "since" };
            line.push_str(&format!(" | {word} {}: {test} ({})", seconds(now - longest.since).trim(), longest.step));
        }
        cut(&line, width)
    }
}

fn seconds(time: Duration) -> String {
    format!("{:>7.1}s", time.as_secs_f64())
}

/// A text that fits: what is too much ends in `…`.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.chars() {
        kept.push(character);
        if kept.width() >= width {
            kept.pop();
            break;
        }
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_names_what_has_been_busy_longest() {
        let began = Instant::now();
        let at = |seconds: u64| began + Duration::from_secs(seconds);
        let mut progress = Progress::new(3, began);
        assert_eq!(progress.line(at(0), 80), " Running [    0.0s] 0/3");
        progress.doing("a".into(), Doing::Step(1, "init".into()), at(1));
        progress.doing("b".into(), Doing::Step(1, "init".into()), at(2));
        assert_eq!(progress.line(at(3), 80), " Running [    3.0s] 0/3 | 2 running | since 2.0s: a (1 init)");
        progress.doing("a".into(), Doing::Step(2, "submit".into()), at(3));
        progress.doing("b".into(), Doing::Pending, at(4));
        assert_eq!(
            progress.line(at(5), 80),
            " Running [    5.0s] 0/3 | 1 running, 1 pending | pending 3.0s: b (1 init)"
        );
        progress.ended("b", Verdict::Failed);
        assert_eq!(
            progress.line(at(5), 80),
            " Running [    5.0s] 1/3, 1 failed | 1 running | since 2.0s: a (2 submit)"
        );
        progress.ended("a", Verdict::Review);
        assert_eq!(progress.line(at(5), 80), " Running [    5.0s] 2/3, 1 failed, 1 to review");
    }

    #[test]
    fn a_test_is_slow_after_the_limit_and_after_each_doubling_of_it() {
        let began = Instant::now();
        let at = |seconds: u64| began + Duration::from_secs(seconds);
        let limit = Duration::from_secs(10);
        let mut progress = Progress::new(2, began);
        progress.doing("a".into(), Doing::Step(1, "init".into()), at(0));
        progress.doing("b".into(), Doing::Step(1, "init".into()), at(8));
        assert_eq!(progress.slow(at(9), limit), []);
        progress.doing("a".into(), Doing::Step(4, "submit".into()), at(9));
        progress.doing("a".into(), Doing::Pending, at(9));
        let slow = |test: &str, what: &str, seconds| {
            vec![Slow { test: test.into(), at: what.into(), over: Duration::from_secs(seconds) }]
        };
        assert_eq!(progress.slow(at(10), limit), slow("a", "4 submit, pending", 10));
        assert_eq!(progress.slow(at(17), limit), []);
        // Whoever looked away for long is told the last doubling only.
        progress.ended("b", Verdict::Passed);
        assert_eq!(progress.slow(at(45), limit), slow("a", "4 submit, pending", 40));
        assert_eq!(progress.slow(at(79), limit), []);
        // The next attempt has its own time.
        progress.again("a");
        progress.doing("a".into(), Doing::Step(1, "init".into()), at(80));
        assert_eq!(progress.slow(at(89), limit), []);
        assert_eq!(progress.slow(at(90), limit), slow("a", "1 init", 10));
        assert_eq!(progress.slow(at(9999), Duration::ZERO), []);
    }

    #[test]
    fn a_narrow_terminal_cuts_it() {
        let now = Instant::now();
        let mut progress = Progress::new(3, now);
        progress.doing("申請/happy".into(), Doing::Step(1, "init".into()), now);
        for width in 1..60 {
            assert!(progress.line(now, width).width() <= width, "{width}");
        }
        assert!(progress.line(now, 50).ends_with('…'));
    }
}
