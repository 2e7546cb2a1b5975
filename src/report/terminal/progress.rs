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

use crate::outcome::{Doing, Verdict};

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

/// What one test is at.
#[derive(Debug)]
struct Busy {
    step: String,
    /// Since when.
    since: Instant,
    pending: bool,
}

impl Progress {
    /// A run of so many tests that begins now.
    pub fn new(tests: usize, now: Instant) -> Self {
        Progress { began: now, tests, ended: 0, failed: 0, review: 0, busy: IndexMap::new() }
    }

    /// A test goes on to something else.
    pub fn doing(&mut self, test: String, doing: Doing, now: Instant) {
        match doing {
            Doing::Step(number, label) => {
                self.busy.insert(test, Busy { step: format!("{number} {label}"), since: now, pending: false });
            }
            Doing::Pending => {
                if let Some(busy) = self.busy.get_mut(&test) {
                    busy.pending = true;
                }
            }
        }
    }

    /// A test has ended.
    pub fn ended(&mut self, test: &str, verdict: &Verdict) {
        self.busy.swap_remove(test);
        self.ended += 1;
        match verdict {
            Verdict::Unreviewed => self.review += 1,
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
fn cut(text: &str, width: usize) -> String {
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
        progress.ended("b", &Verdict::Failed);
        assert_eq!(
            progress.line(at(5), 80),
            " Running [    5.0s] 1/3, 1 failed | 1 running | since 2.0s: a (2 submit)"
        );
        progress.ended("a", &Verdict::Unreviewed);
        assert_eq!(progress.line(at(5), 80), " Running [    5.0s] 2/3, 1 failed, 1 to review");
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
