//! What the program ends with.

use std::process::ExitCode;

use crate::journal;
use crate::outcome::Verdict;

/// How a command ended; the number is the process's exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All passed.
    Passed = 0,
    /// A scenario failed.
    Failed = 1,
    /// Wrong usage or configuration.
    Usage = 2,
    /// A scenario file is invalid.
    Invalid = 3,
    /// Nothing ran.
    Nothing = 4,
    /// The API could not be reached, or answered outside its contract.
    Broken = 5,
    /// Snapshots await review.
    Review = 6,
    /// Interrupted.
    Interrupted = journal::INTERRUPTED as isize,
}

impl Exit {
    /// What a journal's exit code says; one that a later draftgate added is a failure.
    pub(super) fn of_code(code: u8) -> Self {
        use Exit::{Broken, Failed, Interrupted, Invalid, Nothing, Passed, Review, Usage};
        let all = [Passed, Failed, Usage, Invalid, Nothing, Broken, Review, Interrupted];
        all.into_iter().find(|exit| *exit as u8 == code).unwrap_or(Failed)
    }

    /// The graver of two, in the order in which a run ends by the one or the other.
    pub(super) fn graver(self, other: Self) -> Self {
        let grave = |exit: Exit| match exit {
            Exit::Passed => 0,
            Exit::Nothing => 1,
            Exit::Review => 2,
            Exit::Broken => 3,
            Exit::Failed => 4,
            Exit::Invalid => 5,
            Exit::Usage => 6,
            Exit::Interrupted => 7,
        };
        if grave(other) > grave(self) { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// The verdicts of a run, counted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that were skipped.
    pub skipped: usize,
    /// Tests whose snapshots await review.
    pub unreviewed: usize,
    /// Tests that met a broken API.
    pub broken: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Tests that asked for what is not allowed.
    pub refused: usize,
    /// Tests that were interrupted.
    pub interrupted: usize,
}

impl Tally {
    /// Counts a verdict.
    pub fn add(&mut self, verdict: &Verdict) {
        let count = match verdict {
            Verdict::Passed => &mut self.passed,
            Verdict::Skipped(_) => &mut self.skipped,
            Verdict::Unreviewed => &mut self.unreviewed,
            Verdict::Broken => &mut self.broken,
            Verdict::Failed => &mut self.failed,
            Verdict::Refused => &mut self.refused,
            Verdict::Interrupted => &mut self.interrupted,
        };
        *count += 1;
    }

    /// The tests of a journal, counted.
    pub fn of(tests: &[journal::Test]) -> Self {
        let mut tally = Tally::default();
        for test in tests {
            let count = match test.verdict {
                journal::Verdict::Passed => &mut tally.passed,
                journal::Verdict::Skipped => &mut tally.skipped,
                journal::Verdict::Review => &mut tally.unreviewed,
                journal::Verdict::Broken => &mut tally.broken,
                journal::Verdict::Failed => &mut tally.failed,
                journal::Verdict::Refused => &mut tally.refused,
                journal::Verdict::Interrupted => &mut tally.interrupted,
            };
            *count += 1;
        }
        tally
    }

    /// The one rule by which a run ends.
    pub fn exit(&self) -> Exit {
        match self {
            Tally { interrupted: 1.., .. } => Exit::Interrupted,
            Tally { refused: 1.., .. } => Exit::Usage,
            Tally { failed: 1.., .. } => Exit::Failed,
            Tally { broken: 1.., .. } => Exit::Broken,
            Tally { unreviewed: 1.., .. } => Exit::Review,
            Tally { passed: 0, .. } => Exit::Nothing,
            _ => Exit::Passed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_run_is_no_success_and_a_failure_outweighs_a_review() {
        assert_eq!(Tally::default().exit(), Exit::Nothing);
        assert_eq!(Tally { skipped: 3, ..Tally::default() }.exit(), Exit::Nothing);
        assert_eq!(Tally { passed: 1, skipped: 3, ..Tally::default() }.exit(), Exit::Passed);
        assert_eq!(Tally { passed: 1, unreviewed: 1, ..Tally::default() }.exit(), Exit::Review);
        assert_eq!(Tally { broken: 1, unreviewed: 1, ..Tally::default() }.exit(), Exit::Broken);
        assert_eq!(Tally { broken: 1, failed: 1, ..Tally::default() }.exit(), Exit::Failed);
        assert_eq!(Tally { failed: 1, interrupted: 1, ..Tally::default() }.exit(), Exit::Interrupted);
    }

    #[test]
    fn the_graver_of_two_is_what_a_run_with_both_ends_with() {
        let one = |change: fn(&mut Tally)| {
            let mut tally = Tally { passed: 1, ..Tally::default() };
            change(&mut tally);
            tally
        };
        let tallies = [
            one(|_| {}),
            one(|tally| tally.unreviewed = 1),
            one(|tally| tally.broken = 1),
            one(|tally| tally.failed = 1),
            one(|tally| tally.refused = 1),
            one(|tally| tally.interrupted = 1),
        ];
        for (at, lighter) in tallies.iter().enumerate() {
            for graver in &tallies[at..] {
                assert_eq!(lighter.exit().graver(graver.exit()), graver.exit());
                assert_eq!(graver.exit().graver(lighter.exit()), graver.exit());
            }
        }
    }
}
