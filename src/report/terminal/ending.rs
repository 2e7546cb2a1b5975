//! The end of the report: what failed, explained; how many; what was slow; what to do next.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Advice;
use super::line::{Look, bad, bold, good, odd, time};
use super::record::{Record, seen};
use crate::journal::{Journal, UnderWay, Verdict};
use crate::phrase::counted;
use crate::report::gaps::{Gap, gaps};

/// How many of the slowest tests are named, and of more tests than how many.
const SLOWEST: usize = 5;
/// What takes less is not slow.
const WORTH_NAMING: Duration = Duration::from_secs(1);

/// What is said of the tests when all have ended.
#[derive(Debug, Default)]
pub(super) struct Ending {
    counts: Counts,
    /// What failed or was flaky.
    told: Vec<Record>,
    /// What failed since it had not begun when the time was up; all for one reason, so that only the first has its text.
    not_begun: Vec<Record>,
    /// What was under way when the run was interrupted.
    interrupted: Vec<Record>,
    /// How many never began then.
    never: usize,
    slowest: Vec<Timed>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    passed: usize,
    flaky: usize,
    failed: usize,
    review: usize,
    skipped: usize,
    interrupted: usize,
}

/// How long a test took.
#[derive(Debug)]
struct Timed {
    name: String,
    elapsed: Duration,
    requests: Duration,
    pending: Duration,
}

/// How far a run came of which something is missing.
#[derive(Debug)]
pub(super) struct Partial {
    /// What is missing.
    gaps: Vec<Gap>,
    /// The tests under way, each with what it was at.
    under_way: BTreeMap<String, UnderWay>,
    /// How many tests there would have been.
    planned: usize,
}

impl Partial {
    /// How far the run of a journal came; none where it ended, if by an interrupt.
    pub fn of(journal: &Journal) -> Option<Self> {
        if journal.was_interrupted() {
            return None;
        }
        let gaps = gaps(journal);
        let run = &journal.started;
        let under_way = journal.under_way.clone();
        // Of a shard only its own tests are asked for.
        let all = if run.missing.is_empty() { 0 } else { run.selected };
        let planned = run.tests.len().max(journal.tests.len() + under_way.len()).max(all);
        (!gaps.is_empty()).then_some(Partial { gaps, under_way, planned })
    }
}

impl Counts {
    fn total(self) -> usize {
        self.passed + self.failed + self.review + self.skipped + self.interrupted
    }
}

impl Ending {
    /// Takes in a test that has ended.
    pub fn add(&mut self, record: Record) {
        let counts = &mut self.counts;
        let count = match record.verdict {
            Verdict::Passed => &mut counts.passed,
            Verdict::Skipped => &mut counts.skipped,
            Verdict::Review => &mut counts.review,
            Verdict::Broken | Verdict::Failed | Verdict::Refused => &mut counts.failed,
            Verdict::Interrupted => &mut counts.interrupted,
        };
        *count += 1;
        counts.flaky += usize::from(record.is_flaky());
        let slower = self.slowest.last().is_none_or(|last| record.elapsed > last.elapsed);
        if record.verdict != Verdict::Skipped && (slower || self.slowest.len() < SLOWEST) {
            let at = self.slowest.partition_point(|other| other.elapsed >= record.elapsed);
            let Record { elapsed, requests, pending, .. } = record;
            self.slowest.insert(at, Timed { name: record.name.clone(), elapsed, requests, pending });
            self.slowest.truncate(SLOWEST);
        }
        if record.not_begun {
            let text = if self.not_begun.is_empty() { record.text } else { String::new() };
            self.not_begun.push(Record { text, ..record });
        } else if record.is_told_again() {
            self.told.push(record);
        } else if record.verdict == Verdict::Interrupted {
            self.interrupted.push(Record { text: String::new(), ..record });
        }
    }

    /// Takes in that so many tests never began, since the run was interrupted.
    pub fn add_never_begun(&mut self, tests: usize) {
        self.never += tests;
    }

    /// All that is said at the end. The time of a run that did not end is not known.
    pub fn text(&self, look: Look, elapsed: Option<Duration>, partial: Option<&Partial>, advice: &Advice) -> String {
        let mut text = String::new();
        // What matters most stands nearest to the end, where a terminal shows it.
        let (flaky, failed): (Vec<&Record>, Vec<&Record>) = self.told.iter().partition(|record| record.is_flaky());
        for record in flaky.iter().chain(&failed) {
            text.push_str(&section(record, look));
        }
        text.push_str(&self.left_out(look));
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&self.summary(look, elapsed, partial));
        let failed = failed.iter().copied().chain(&self.not_begun);
        for record in flaky.iter().copied().chain(failed).chain(&self.interrupted) {
            text.push_str(&look.ended(record));
        }
        text.push_str(&self.slowest(look));
        text.push_str(&self.next(look, advice));
        text
    }

    /// Why tests had not begun, once for all of them: nothing was done of any that there would be more to say of.
    fn left_out(&self, look: Look) -> String {
        match &self.not_begun[..] {
            [] => String::new(),
            [only] => section(only, look),
            [first, others @ ..] => {
                let others = counted(others.len(), "more test");
                let heading = look.rule(&format!("{} and {others} that had not begun", first.name));
                format!("\n{heading}\n{}", first.text)
            }
        }
    }

    fn summary(&self, look: Look, elapsed: Option<Duration>, partial: Option<&Partial>) -> String {
        let counts = self.counts;
        let flaky = if counts.flaky > 0 { format!(" ({} flaky)", counts.flaky) } else { String::new() };
        let failed = match self.not_begun.len() {
            0 => "failed".to_owned(),
            count => format!("failed (of which {count} had not begun)"),
        };
        let mut parts = vec![look.paint(&format!("{} passed{flaky}", counts.passed), good())];
        let others = [
            (counts.failed, failed.as_str(), bad()),
            (counts.review, "to review", odd()),
            (counts.skipped, "skipped", odd()),
            (counts.interrupted, "interrupted", bad()),
            (self.never, "never began", bad()),
        ];
        let others = others.iter().filter(|(count, ..)| *count > 0);
        parts.extend(others.map(|(count, word, style)| look.paint(&format!("{count} {word}"), *style)));
        let total = counts.total();
        let tests = match partial {
            None if self.never > 0 => format!("{total} of {}", counted(total + self.never, "test")),
            None => counted(total, "test"),
            Some(partial) => format!("{total} of {}", counted(partial.planned, "test")),
        };
        let elapsed = elapsed.map_or_else(|| " ".repeat(9), time);
        let mut text = format!("{} [{elapsed}] {tests}: {}\n", look.tag("Summary", bold()), parts.join(", "));
        if let Some(partial) = partial {
            text.push_str(&partial.text(look));
        }
        text
    }

    /// The slowest tests, where there are enough of them to ask which they are, and one of them is slow.
    fn slowest(&self, look: Look) -> String {
        let ran = self.counts.total() - self.counts.skipped;
        if ran <= SLOWEST || self.slowest.first().is_none_or(|first| first.elapsed < WORTH_NAMING) {
            return String::new();
        }
        let mut text = String::new();
        for (at, timed) in self.slowest.iter().enumerate() {
            let mut parts = vec![format!("requests {:.3}s", timed.requests.as_secs_f64())];
            if !timed.pending.is_zero() {
                parts.insert(0, format!("pending {:.3}s", timed.pending.as_secs_f64()));
            }
            let word = if at == 0 { "Slowest" } else { "" };
            let parts = parts.join(", ");
            text.push_str(&format!("{} [{}] {} ({parts})\n", look.tag(word, bold()), time(timed.elapsed), timed.name));
        }
        text
    }

    fn next(&self, look: Look, advice: &Advice) -> String {
        let review = advice.review.as_ref().filter(|_| self.counts.review > 0);
        let failed = advice.failed.as_ref().filter(|_| self.counts.failed > 0);
        let lines = [
            review.map(|command| format!("`{command}` goes through what is new or changed")),
            failed.map(|command| format!("`{command}` runs what failed once more")),
        ];
        let mut text = String::new();
        for (at, line) in lines.into_iter().flatten().enumerate() {
            let word = if at == 0 { "Next" } else { "" };
            text.push_str(&format!("{} {line}\n", look.tag(word, bold())));
        }
        text
    }
}

impl Partial {
    fn text(&self, look: Look) -> String {
        let mut text = String::new();
        for gap in &self.gaps {
            text.push_str(&format!("{} {}\n", look.tag("Partial", bad()), gap.text));
        }
        for (test, at) in &self.under_way {
            text.push_str(&format!("{:>8} {} ({})\n", "", seen(test), seen(&at.to_string())));
        }
        text
    }
}

/// What is to be said of a test that failed, or did so at first, under a heading.
fn section(record: &Record, look: Look) -> String {
    let flaky = if record.is_flaky() { " (flaky)" } else { "" };
    let heading = look.rule(&format!("{}{flaky}", record.name));
    let mut text = format!("\n{heading}{}\n", look.wrapped(&record.title));
    let most = record.most.map(|most| format!(" of {most}")).unwrap_or_default();
    if !record.is_flaky() && !record.attempts.is_empty() {
        text.push('\n');
    }
    for (at, attempt) in record.attempts.iter().enumerate() {
        let begin = format!("attempt {}{most} failed after {:.3}s", at + 1, attempt.elapsed.as_secs_f64());
        if record.is_flaky() {
            text.push_str(&format!("\n{}\n\n{}", look.paint(&begin, bold()), attempt.text));
        } else {
            let message = Some(attempt.message.as_str()).filter(|message| !message.is_empty());
            text.push_str(&format!("{begin}{}\n", message.map(|one| format!(": {one}")).unwrap_or_default()));
        }
    }
    if !record.is_flaky() || record.warned {
        text.push_str(&format!("\n{}", record.text));
    }
    text
}
