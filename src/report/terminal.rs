//! The report on the terminal: a line a test, the failures once more at the end, a summary.
//!
//! ```text
//!     PASS [   0.213s] retail/happy
//!    RETRY [   0.094s] retail/flaky (attempt 1 of 3: expected the step `Address`, got the end)
//!    FLAKY [   0.101s] retail/flaky (passed at attempt 2 of 3)
//!     SLOW [> 10.000s] identity/docv (4 submit, pending)
//!    LIMIT [  12.300s] concurrency 64 → 32: server answered 429 (flows.example.com, at most 19.0/s, after 0.5s)
//!     FAIL [   0.094s] retail/missing-name
//!   REVIEW [   0.101s] business/owners::two
//!     SKIP [         ] retail/later (waits for the new form)
//! ```
//!
//! What is kept of a test is a `Record`, made of its outcome or of a journal; so the end of a run and what
//! `draftgate report summary` says of it are one text.

mod coverage;
mod ending;
mod line;
mod minimal;
mod progress;
mod record;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anstyle::AnsiColor;

use super::discretion::Discretion;
use super::gaps::{never_begun, nothing};
use super::limit;
use super::notes::Notes;
use crate::journal::Journal;
use crate::outcome::{Doing, Event};
use crate::phrase::counted;
pub use coverage::{Shown, coverage, coverage_lines};
use ending::{Ending, Partial};
use line::{Look, USUAL_WIDTH, bad, bold};
pub use minimal::{Reproduction, minimised};
use progress::Progress;
pub(super) use record::Record;
use record::seen;

/// Writes the report; whatever it says has passed the [`Discretion`].
pub struct Terminal<W> {
    out: W,
    discretion: Discretion,
    color: bool,
    slow: Duration,
    limits: bool,
    only_odd: bool,
    advice: Advice,
    progress: Progress,
    /// When it was last looked for tests that are slow.
    looked: Option<Instant>,
    ending: Ending,
    live: Option<Live>,
    /// What runs, where that is a part of what was selected.
    part: Option<String>,
}

/// The commands that lead on from a run, as far as they do.
#[derive(Debug, Clone, Default)]
pub struct Advice {
    /// What goes through the snapshots that await review, where this run writes any.
    pub review: Option<String>,
    /// What runs the tests that failed, where they are remembered.
    pub failed: Option<String>,
}

/// The line at the bottom of a terminal that is drawn over and over.
struct Live {
    /// The terminal's width in columns.
    width: fn() -> usize,
    /// When it was last drawn, while it is to be seen.
    shown: Option<Instant>,
}

/// How seldom the line at the bottom is drawn, and slow tests are looked for: thousands of steps are not worth as many lines.
const REDRAW: Duration = Duration::from_millis(50);
/// To the beginning of the line, and away with it.
const ERASE: &str = "\r\x1b[2K";

impl<W: Write> Terminal<W> {
    /// A report that goes to `out`.
    pub fn new(out: W, discretion: Discretion, color: bool) -> Self {
        Terminal {
            out,
            discretion,
            color,
            slow: Duration::ZERO,
            limits: false,
            only_odd: false,
            advice: Advice::default(),
            progress: Progress::new(0, Instant::now()),
            looked: None,
            ending: Ending::default(),
            live: None,
            part: None,
        }
    }

    /// With a line at the bottom that says how far the run is. `out` must be a terminal, and `width` its columns.
    pub fn with_progress(mut self, width: fn() -> usize) -> Self {
        self.live = Some(Live { width, shown: None });
        self
    }

    /// Says at the beginning that the run is a part of a larger one, and which, in place of how many tests there are.
    pub fn of_part(mut self, part: Option<String>) -> Self {
        self.part = part;
        self
    }

    /// Tells of tests that still run after this time; of none when it is zero.
    pub fn with_slow(mut self, slow: Duration) -> Self {
        self.slow = slow;
        self
    }

    /// Tells how much is asked of the server when that changes.
    pub fn with_limits(mut self, limits: bool) -> Self {
        self.limits = limits;
        self
    }

    /// Has no line for a test that simply passed, or was skipped: they are counted at the end.
    pub fn with_only_odd(mut self, only_odd: bool) -> Self {
        self.only_odd = only_odd;
        self
    }

    /// Says at the end what leads on.
    pub fn with_advice(mut self, advice: Advice) -> Self {
        self.advice = advice;
        self
    }

    /// Lets time go on: tests become slow, and so do the seconds of the line at the bottom.
    ///
    /// # Errors
    ///
    /// When the output cannot be written.
    pub fn tick(&mut self, now: Instant) -> io::Result<()> {
        self.look_for_slow(now)?;
        let Some(live) = &mut self.live else { return Ok(()) };
        if live.shown.is_some_and(|shown| now.saturating_duration_since(shown) < REDRAW) {
            return Ok(());
        }
        live.shown = Some(now);
        // The last column stays free: some terminals begin another line when it is written to.
        let line = self.progress.line(now, (live.width)().saturating_sub(1));
        let line = self.look().paint(&line, AnsiColor::BrightBlack.on_default());
        self.out.write_all(format!("{ERASE}{line}").as_bytes())?;
        self.out.flush()
    }

    /// Tells what happens, and when.
    ///
    /// # Errors
    ///
    /// When the output cannot be written, as when its reader has gone.
    pub fn tell(&mut self, event: Event<Notes>, now: Instant) -> io::Result<()> {
        match event {
            Event::Started { tests } => {
                self.progress = Progress::new(tests, now);
                let tests = self.part.take().unwrap_or_else(|| counted(tests, "test"));
                self.say(&format!("{} {tests}\n", self.look().tag("Running", bold())))
            }
            Event::Doing { test, doing } => {
                let mask = self.discretion.under_way(&test);
                let doing = match doing {
                    Doing::Step(number, label) => Doing::Step(number, seen(&mask.text(&label))),
                    Doing::Pending => Doing::Pending,
                };
                self.progress.doing(seen(&mask.name(&test)), doing, now);
                self.tick(now)
            }
            Event::Retried { attempt, next, most } => {
                let attempt = attempt.record;
                self.progress.again(&attempt.name);
                // Only a window has an end.
                let width = self.live.as_ref().map_or(usize::MAX, |live| (live.width)());
                self.say(&Look { width, ..self.look() }.retried(&attempt, next - 1, most))?;
                self.tick(now)
            }
            Event::Finished(notes) => {
                let record = notes.record;
                self.progress.ended(&record.name, record.verdict);
                self.finished(record)?;
                self.tick(now)
            }
            Event::NeverBegan { .. } => {
                self.ending.add_never_begun(1);
                Ok(())
            }
            Event::LimitChanged(change) if self.limits => {
                self.say(&self.look().limit(self.progress.elapsed(now), &limit::sentence(&change)))?;
                self.tick(now)
            }
            Event::LimitChanged(_) => Ok(()),
            Event::Ended { elapsed } => {
                self.erase()?;
                let text = self.ending.text(self.look(), Some(elapsed), None, &self.advice);
                self.live = None;
                self.say(&text)?;
                self.out.flush()
            }
        }
    }

    fn finished(&mut self, record: Record) -> io::Result<()> {
        if !self.only_odd || !record.is_usual() {
            self.say(&self.look().ended(&record))?;
        }
        if record.warned && !record.is_told_again() {
            self.say(&record.text)?;
        }
        self.ending.add(record);
        Ok(())
    }

    fn look_for_slow(&mut self, now: Instant) -> io::Result<()> {
        if self.looked.is_some_and(|looked| now.saturating_duration_since(looked) < REDRAW) {
            return Ok(());
        }
        self.looked = Some(now);
        for slow in self.progress.slow(now, self.slow) {
            self.say(&self.look().slow(&slow))?;
        }
        Ok(())
    }

    fn look(&self) -> Look {
        Look { color: self.color, width: self.live.as_ref().map_or(USUAL_WIDTH, |live| (live.width)()) }
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

    /// Writes what is masked as far as it is of a test; what is said of the run is masked here.
    fn say(&mut self, text: &str) -> io::Result<()> {
        self.erase()?;
        self.out.write_all(self.discretion.run().text(text).as_bytes())
    }
}

/// What the terminal shows at the end of a run, of a journal.
pub fn summary(journal: &Journal, color: bool) -> String {
    let mut ending = Ending::default();
    journal.tests.iter().for_each(|test| ending.add(Record::from(test)));
    if journal.was_interrupted() {
        ending.add_never_begun(never_begun(journal));
    }
    let elapsed = journal.ended.as_ref().map(|ended| record::seconds(ended.seconds));
    let look = Look { color, width: USUAL_WIDTH };
    let mut text = ending.text(look, elapsed, Partial::of(journal).as_ref(), &Advice::default());
    if let Some(nothing) = nothing(journal) {
        text.push_str(&format!("{} {}\n", look.tag("Error", bad()), nothing.text));
    }
    // There is nothing above it that a blank line would set it off from.
    text.trim_start_matches('\n').to_owned()
}

/// Whether a text begins as a [`summary`] does, in colours or without: with what failed first, or with the counts.
pub(super) fn is_summary(text: &str) -> bool {
    let plain = console::strip_ansi_codes(text);
    let look = Look { color: false, width: USUAL_WIDTH };
    plain.starts_with(line::RULE) || plain.starts_with(&format!("{} [", look.tag("Summary", bold())))
}

/// Says which reports were written.
pub fn written(files: &[PathBuf], color: bool) -> String {
    let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let look = Look { color, width: USUAL_WIDTH };
    if files.is_empty() { String::new() } else { format!("{} {}\n", look.tag("Reports", bold()), files.join(", ")) }
}
