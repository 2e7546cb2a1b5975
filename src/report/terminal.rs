//! The report on the terminal: a line a test, the failures once more at the end, a summary.
//!
//! ```text
//!     PASS [   0.213s] retail/happy
//!     FAIL [   0.094s] retail/missing-name
//!   REVIEW [   0.101s] business/owners::two
//!     SKIP [         ] retail/later (waits for the new form)
//! ```

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use anstyle::{AnsiColor, Style};

use super::failure::explain;
use crate::outcome::{Event, ScenarioOutcome, Verdict};
use crate::redact::Redactor;
use crate::source::Sources;

/// Writes the report; every byte passes the redactor.
pub struct Terminal<W> {
    out: W,
    sources: Arc<Sources>,
    redactor: Redactor,
    color: bool,
    failed: Vec<ScenarioOutcome>,
    counts: Counts,
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    passed: usize,
    failed: usize,
    review: usize,
    skipped: usize,
    interrupted: usize,
}

impl<W: Write> Terminal<W> {
    /// A report that goes to `out`.
    pub fn new(out: W, sources: Arc<Sources>, redactor: Redactor, color: bool) -> Self {
        Terminal { out, sources, redactor, color, failed: Vec::new(), counts: Counts::default() }
    }

    /// Tells what happens.
    ///
    /// # Errors
    ///
    /// When the output cannot be written, as when its reader has gone.
    pub fn tell(&mut self, event: Event) -> io::Result<()> {
        match event {
            Event::Started { tests } => {
                self.say(&format!("{} {tests} {}\n", self.tag("Running", bold()), plural(tests, "test")))
            }
            Event::Finished(outcome) => self.finished(*outcome),
            Event::Ended { elapsed } => self.ended(elapsed),
        }
    }

    fn finished(&mut self, outcome: ScenarioOutcome) -> io::Result<()> {
        let (word, style, count) = match &outcome.verdict {
            Verdict::Passed => ("PASS", good(), &mut self.counts.passed),
            Verdict::Skipped(_) => ("SKIP", odd(), &mut self.counts.skipped),
            Verdict::Unreviewed => ("REVIEW", odd(), &mut self.counts.review),
            Verdict::Broken => ("BROKEN", bad(), &mut self.counts.failed),
            Verdict::Failed => ("FAIL", bad(), &mut self.counts.failed),
            Verdict::Refused => ("REFUSED", bad(), &mut self.counts.failed),
            Verdict::Interrupted => ("SIGINT", bad(), &mut self.counts.interrupted),
        };
        *count += 1;
        let time = match &outcome.verdict {
            Verdict::Skipped(_) => " ".repeat(9),
            _ => format!("{:>8.3}s", outcome.elapsed.as_secs_f64()),
        };
        let reason = match &outcome.verdict {
            Verdict::Skipped(reason) => format!(" ({reason})"),
            _ => skipped_steps(&outcome),
        };
        let line = format!("{} [{time}] {}{reason}\n", self.tag(word, style), outcome.name);
        self.say(&line)?;
        let warned = outcome.steps.iter().any(|step| !step.warnings.is_empty());
        if outcome.verdict.is_failure() && outcome.verdict != Verdict::Interrupted {
            self.failed.push(outcome);
        } else if warned {
            let text = explain(&outcome, &self.sources, self.color);
            self.say(&text)?;
        }
        Ok(())
    }

    fn ended(&mut self, elapsed: Duration) -> io::Result<()> {
        let failed = std::mem::take(&mut self.failed);
        for outcome in &failed {
            let rule = format!("── {} ", outcome.name);
            let width = 100_usize.saturating_sub(rule.chars().count());
            let heading = format!("\n{}{}\n", self.paint(&rule, bold()), "─".repeat(width));
            let body = format!("{heading}{}\n\n{}", outcome.title, explain(outcome, &self.sources, self.color));
            self.say(&body)?;
        }
        let counts = self.counts;
        let total = counts.passed + counts.failed + counts.review + counts.skipped + counts.interrupted;
        let mut parts = vec![self.paint(&format!("{} passed", counts.passed), good())];
        let others = [
            (counts.failed, "failed", bad()),
            (counts.review, "to review", odd()),
            (counts.skipped, "skipped", odd()),
            (counts.interrupted, "interrupted", bad()),
        ];
        parts.extend(
            others
                .iter()
                .filter(|(count, ..)| *count > 0)
                .map(|(count, word, style)| self.paint(&format!("{count} {word}"), *style)),
        );
        let blank = if failed.is_empty() { "" } else { "\n" };
        let line = format!(
            "{blank}{} [{:>8.3}s] {total} {}: {}\n",
            self.tag("Summary", bold()),
            elapsed.as_secs_f64(),
            plural(total, "test"),
            parts.join(", ")
        );
        self.say(&line)?;
        for outcome in &failed {
            let word = match outcome.verdict {
                Verdict::Unreviewed => ("REVIEW", odd()),
                Verdict::Broken => ("BROKEN", bad()),
                Verdict::Refused => ("REFUSED", bad()),
                _ => ("FAIL", bad()),
            };
            let line =
                format!("{} [{:>8.3}s] {}\n", self.tag(word.0, word.1), outcome.elapsed.as_secs_f64(), outcome.name);
            self.say(&line)?;
        }
        self.out.flush()
    }

    /// A word right-aligned in its column.
    fn tag(&self, word: &str, style: Style) -> String {
        self.paint(&format!("{word:>8}"), style)
    }

    fn paint(&self, text: &str, style: Style) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(self.redactor.mask(text).as_bytes())
    }
}

/// Says which steps were left out by their `when`, so that nobody takes them for done.
fn skipped_steps(outcome: &ScenarioOutcome) -> String {
    let skipped: Vec<String> = outcome
        .steps
        .iter()
        .filter(|step| step.skipped.is_some())
        .map(|step| format!("{} {}", step.number, step.label))
        .collect();
    if skipped.is_empty() { String::new() } else { format!(" (without step {})", skipped.join(", ")) }
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

fn bold() -> Style {
    Style::new().bold()
}

fn good() -> Style {
    AnsiColor::Green.on_default().bold()
}

fn bad() -> Style {
    AnsiColor::Red.on_default().bold()
}

fn odd() -> Style {
    AnsiColor::Yellow.on_default().bold()
}
