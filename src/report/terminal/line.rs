//! The lines of the report: a word right-aligned in its column, a time, a name, and what is to be said behind it.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::progress::{Slow, cut};
use super::record::Record;
use crate::journal::Verdict;

/// The columns of what is no terminal.
pub(super) const USUAL_WIDTH: usize = 80;
/// A rule is no wider than this: on a wide window it would lead the eye away.
const WIDEST_RULE: usize = 100;
/// The least columns that a message is worth beginning in.
const LEAST_MESSAGE: usize = 16;
/// How long an answer must be pending to be worth a word, and which part of the time that must be.
const NOTABLE: Duration = Duration::from_millis(500);
const NOTABLE_PART: u32 = 4;

/// What the heading of a test that failed begins with.
pub(super) const RULE: &str = "── ";

/// How the report is to look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub color: bool,
    /// The columns that there are.
    pub width: usize,
}

impl Look {
    pub fn paint(self, text: &str, style: Style) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// A word right-aligned in its column.
    pub fn tag(self, word: &str, style: Style) -> String {
        self.paint(&format!("{word:>8}"), style)
    }

    /// The line of a test that has ended.
    pub fn ended(self, record: &Record) -> String {
        let (word, style) = if record.is_flaky() { ("FLAKY", odd()) } else { word(record.verdict) };
        let time = match record.verdict {
            Verdict::Skipped => " ".repeat(9),
            _ => time(record.elapsed),
        };
        format!("{} [{time}] {}{}\n", self.tag(word, style), record.name, in_brackets(&notes(record)))
    }

    /// The line of an attempt that failed, after which comes the next.
    pub fn retried(self, attempt: &Record, number: usize, most: usize) -> String {
        let mut line = format!("[{}] {} (attempt {number} of {most}", time(attempt.elapsed), attempt.name);
        // The column of the word with its blank, the last bracket, and the last column, which stays free.
        let left = self.width.saturating_sub(9 + 2 + 1 + 1 + line.width());
        if !attempt.message.is_empty() && left >= LEAST_MESSAGE {
            line.push_str(": ");
            line.push_str(&cut(&attempt.message, left));
        }
        format!("{} {line})\n", self.tag("RETRY", odd()))
    }

    /// The line of a test that still runs.
    pub fn slow(self, slow: &Slow) -> String {
        let over = format!(">{:>7.3}s", slow.over.as_secs_f64());
        format!("{} [{over}] {} ({})\n", self.tag("SLOW", odd()), slow.test, slow.at)
    }

    /// The line that says how much is asked of the server from now on.
    pub fn limit(self, at: Duration, text: &str) -> String {
        format!("{} [{}] {text}\n", self.tag("LIMIT", odd()), time(at))
    }

    /// A rule with a heading in it, across what there is.
    pub fn rule(self, heading: &str) -> String {
        let begin = format!("{RULE}{heading}");
        let rest = match self.width.min(WIDEST_RULE).saturating_sub(begin.width() + 1) {
            0 => String::new(),
            rest => format!(" {}", "─".repeat(rest)),
        };
        format!("{}{rest}\n", self.paint(&begin, bold()))
    }

    /// A text broken between words, so that none of its lines is wider than there is room.
    pub fn wrapped(self, text: &str) -> String {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match lines.last_mut() {
                Some(line) if line.width() + 1 + word.width() < self.width => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines.join("\n")
    }
}

/// What is said behind a test's name.
fn notes(record: &Record) -> Vec<String> {
    let mut notes: Vec<String> = record.reason.iter().cloned().collect();
    if record.reason.is_none() && !record.without.is_empty() {
        notes.push(format!("without step {}", record.without.join(", ")));
    }
    if record.not_begun {
        notes.push("had not begun".to_owned());
    }
    if !record.attempts.is_empty() {
        let begin = if record.is_flaky() { "passed at attempt" } else { "attempt" };
        let most = record.most.map(|most| format!(" of {most}")).unwrap_or_default();
        notes.push(format!("{begin} {}{most}", record.attempts.len() + 1));
    }
    if record.pending >= NOTABLE && record.pending * NOTABLE_PART >= record.elapsed {
        notes.push(format!("{:.1}s pending", record.pending.as_secs_f64()));
    }
    notes
}

fn in_brackets(notes: &[String]) -> String {
    if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) }
}

/// A time as wide as the others.
pub(super) fn time(time: Duration) -> String {
    format!("{:>8.3}s", time.as_secs_f64())
}

fn word(verdict: Verdict) -> (&'static str, Style) {
    match verdict {
        Verdict::Passed => ("PASS", good()),
        Verdict::Skipped => ("SKIP", odd()),
        Verdict::Review => ("REVIEW", odd()),
        Verdict::Broken => ("BROKEN", bad()),
        Verdict::Failed => ("FAIL", bad()),
        Verdict::Refused => ("REFUSED", bad()),
        Verdict::Interrupted => ("SIGINT", bad()),
    }
}

pub(super) fn bold() -> Style {
    Style::new().bold()
}

pub(super) fn good() -> Style {
    AnsiColor::Green.on_default().bold()
}

pub(super) fn bad() -> Style {
    AnsiColor::Red.on_default().bold()
}

pub(super) fn odd() -> Style {
    AnsiColor::Yellow.on_default().bold()
}
