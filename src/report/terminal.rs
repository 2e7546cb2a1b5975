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
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};

use super::discretion::Discretion;
use super::progress::Progress;
use crate::outcome::{Event, ScenarioOutcome, Verdict};
use crate::phrase::counted;
use crate::source::Sources;

/// Writes the report; every byte passes the discretion.
pub struct Terminal<W> {
    out: W,
    sources: Arc<Sources>,
    discretion: Discretion,
    color: bool,
    failed: Vec<ScenarioOutcome>,
    counts: Counts,
    live: Option<Live>,
}

/// The line at the bottom of a terminal that is drawn over and over.
struct Live {
    progress: Progress,
    /// The terminal's width in columns.
    width: fn() -> usize,
    /// When it was last drawn, while it is to be seen.
    shown: Option<Instant>,
}

/// How seldom the line at the bottom is drawn at most: thousands of steps are not worth as many lines.
const REDRAW: Duration = Duration::from_millis(50);
/// To the beginning of the line, and away with it.
const ERASE: &str = "\r\x1b[2K";

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
    pub fn new(out: W, sources: Arc<Sources>, discretion: Discretion, color: bool) -> Self {
        Terminal { out, sources, discretion, color, failed: Vec::new(), counts: Counts::default(), live: None }
    }

    /// With a line at the bottom that says how far the run is. `out` must be a terminal, and `width` its columns.
    pub fn with_progress(mut self, width: fn() -> usize) -> Self {
        self.live = Some(Live { progress: Progress::new(0, Instant::now()), width, shown: None });
        self
    }

    /// Lets the seconds of the line at the bottom go on.
    ///
    /// # Errors
    ///
    /// When the output cannot be written.
    pub fn tick(&mut self) -> io::Result<()> {
        let now = Instant::now();
        let Some(live) = &mut self.live else { return Ok(()) };
        if live.shown.is_some_and(|shown| now - shown < REDRAW) {
            return Ok(());
        }
        live.shown = Some(now);
        // The last column stays free: some terminals begin another line when it is written to.
        let line = live.progress.line(now, (live.width)().saturating_sub(1));
        let line = self.discretion.run().text(&line).into_owned();
        let line = self.paint(&line, AnsiColor::BrightBlack.on_default());
        self.out.write_all(format!("{ERASE}{line}").as_bytes())?;
        self.out.flush()
    }

    /// Tells what happens.
    ///
    /// # Errors
    ///
    /// When the output cannot be written, as when its reader has gone.
    pub fn tell(&mut self, event: Event) -> io::Result<()> {
        match event {
            Event::Started { tests } => {
                if let Some(live) = &mut self.live {
                    live.progress = Progress::new(tests, Instant::now());
                }
                self.say(&format!("{} {}\n", self.tag("Running", bold()), counted(tests, "test")))
            }
            Event::Doing { test, doing } => {
                let Some(live) = &mut self.live else { return Ok(()) };
                live.progress.doing(self.discretion.run().name(&test), doing, Instant::now());
                self.tick()
            }
            Event::Finished(outcome) => {
                if let Some(live) = &mut self.live {
                    live.progress.ended(&self.discretion.run().name(&outcome.name), &outcome.verdict);
                }
                self.finished(*outcome)?;
                self.tick()
            }
            Event::Retried { .. } => Ok(()),
            Event::Ended { elapsed } => {
                self.erase()?;
                self.live = None;
                self.ended(elapsed)
            }
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
        let mask = self.discretion.of(&outcome);
        let reason = mask.text(&reason);
        let line = format!("{} [{time}] {}{reason}\n", self.tag(word, style), mask.name(&outcome.name));
        self.say(&line)?;
        let warned = outcome.steps.iter().any(|step| !step.warnings.is_empty());
        if outcome.verdict.is_failure() && outcome.verdict != Verdict::Interrupted {
            self.failed.push(outcome);
        } else if warned {
            let text = mask.explain(&outcome, &self.sources, self.color);
            self.say(&text)?;
        }
        Ok(())
    }

    fn ended(&mut self, elapsed: Duration) -> io::Result<()> {
        let failed = std::mem::take(&mut self.failed);
        for outcome in &failed {
            let mask = self.discretion.of(outcome);
            let rule = format!("── {} ", mask.name(&outcome.name));
            let width = 100_usize.saturating_sub(rule.chars().count());
            let heading = format!("\n{}{}\n", self.paint(&rule, bold()), "─".repeat(width));
            let body = format!(
                "{heading}{}\n\n{}",
                mask.text(&outcome.title),
                mask.explain(outcome, &self.sources, self.color)
            );
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
            "{blank}{} [{:>8.3}s] {}: {}\n",
            self.tag("Summary", bold()),
            elapsed.as_secs_f64(),
            counted(total, "test"),
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
            let name = self.discretion.run().name(&outcome.name);
            let line = format!("{} [{:>8.3}s] {name}\n", self.tag(word.0, word.1), outcome.elapsed.as_secs_f64());
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

    /// Takes the line at the bottom away, so that others can be written.
    fn erase(&mut self) -> io::Result<()> {
        match &mut self.live {
            Some(Live { shown: shown @ Some(_), .. }) => {
                *shown = None;
                self.out.write_all(ERASE.as_bytes())
            }
            _ => Ok(()),
        }
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        self.erase()?;
        self.out.write_all(self.discretion.run().text(text).as_bytes())
    }
}

/// What the terminal shows at the end of a run, of a journal.
pub fn summary(_journal: &crate::journal::Journal, _color: bool) -> String {
    String::new()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Doing;
    use crate::source::Sources;

    #[test]
    fn the_line_at_the_bottom_goes_before_others_come_and_when_the_run_ends() {
        let mut terminal = Terminal::new(Vec::new(), Arc::default(), Discretion::default(), false).with_progress(|| 80);
        let mut sources = Sources::default();
        let source = sources.add("a.yaml", "x");
        let outcome = ScenarioOutcome::new("a".to_owned(), String::new(), sources.span(source, 0..1));
        let doing = Event::Doing { test: "a".to_owned(), doing: Doing::Step(1, "init".to_owned()) };
        for event in [Event::Started { tests: 2 }, doing, Event::Finished(Box::new(outcome))] {
            terminal.tell(event).unwrap();
        }
        terminal.tell(Event::Ended { elapsed: Duration::ZERO }).unwrap();
        let shown = String::from_utf8(terminal.out).unwrap();
        let lines: Vec<&str> = shown.split(ERASE).collect();
        assert_eq!(lines[0], " Running 2 tests\n");
        assert!(lines[1].ends_with("0/2 | 1 running | since 0.0s: a (1 init)"), "{shown:?}");
        assert_eq!(lines[2], "    PASS [   0.000s] a\n");
        assert!(lines[3].ends_with("1/2"), "{shown:?}");
        assert!(lines[4].starts_with(" Summary ["), "{shown:?}");
        assert_eq!(lines.len(), 5);
    }
}
