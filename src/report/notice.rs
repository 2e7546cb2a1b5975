//! What is to be told of a test at a line of its files, one thing at a time and in a few lines: for pull requests and for
//! tables, which have room for no more.

use std::borrow::Cow;

use super::failure::{INTERRUPTED, NOT_WRITTEN, REVIEW};
use crate::journal::{Failure, Grade, Place, Snapshot, Standing, Step, Test, Verdict};
use crate::phrase::counted;

/// The most sentences of a snapshot's change that are told.
const MOST_CHANGES: usize = 10;

/// The kind of what is told of snapshots.
pub const SNAPSHOT: &str = "snapshot";

/// One thing that does not hold in a test, or is odd.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice<'a> {
    /// How grave it is.
    pub grade: Grade,
    /// What kind it is of: the number of a mistake, such as `E020`, the rule that was broken, or `expectation`, `warning`,
    /// `unanswered`, `snapshot`, `flaky`, or the test's verdict.
    pub kind: &'a str,
    /// The step that it belongs to; none where it is the test's as a whole.
    pub step: Option<&'a Step>,
    /// Where.
    pub place: &'a Place,
    /// What is wrong, a lower-case fragment.
    pub message: Cow<'a, str>,
    /// What else is to be said, a line each.
    pub more: Vec<String>,
}

impl Notice<'_> {
    /// The message with all that is to be said.
    pub fn text(&self) -> String {
        std::iter::once(&*self.message).chain(self.more.iter().map(String::as_str)).collect::<Vec<_>>().join("\n")
    }
}

/// All that is to be told of a test, in order. Nothing is told of one that simply passed or was skipped.
pub fn notices(test: &Test) -> Vec<Notice<'_>> {
    let mut all: Vec<Notice<'_>> = test.problem.iter().map(|problem| of_failure(None, problem)).collect();
    for step in &test.steps {
        all.extend(step.failures.iter().map(|failure| of_failure(Some(step), failure)));
        if let Some(unanswered) = &step.unanswered {
            let sent = format!("request: {} {}", unanswered.request.method, unanswered.request.url);
            all.push(of_step(step, "unanswered", Cow::Borrowed(&unanswered.why), vec![sent]));
        }
        all.extend(changed(step));
    }
    all.extend(new_snapshots(test));
    if test.verdict.is_failure() && !all.iter().any(|notice| notice.grade == Grade::Error) {
        let message = match test.verdict {
            Verdict::Interrupted => test.reason.as_deref().unwrap_or(INTERRUPTED),
            verdict => verdict.word(),
        };
        all.push(of_test(test, Grade::Error, test.verdict.word(), message.into(), Vec::new()));
    }
    if let Some(first) = test.attempts.first().filter(|_| test.is_flaky()) {
        let message = format!("it passed only after {}", counted(test.attempts.len(), "failed attempt"));
        all.push(of_test(test, Grade::Warning, "flaky", message.into(), vec![format!("at first: {}", first.message)]));
    }
    all
}

/// What is wrong with a test that does not pass, in a line.
pub fn headline(test: &Test) -> String {
    let first = notices(test).into_iter().find(|notice| notice.grade == Grade::Error);
    first.map_or_else(|| test.verdict.word().to_owned(), |notice| notice.message.into_owned())
}

/// Where that is: the place of the first thing that does not hold, or the test's own.
pub fn place(test: &Test) -> &Place {
    let first = notices(test).into_iter().find(|notice| notice.grade == Grade::Error);
    first.map_or(&test.place, |notice| notice.place)
}

fn of_failure<'a>(step: Option<&'a Step>, failure: &'a Failure) -> Notice<'a> {
    let other = if failure.grade == Grade::Error { "expectation" } else { "warning" };
    let known = failure.code.as_deref().or(failure.rule.as_deref());
    let values = failure.expected.iter().map(|value| format!("expected: {value}"));
    let values = values.chain(failure.actual.iter().map(|value| format!("actual: {value}")));
    let related = failure.related.iter().map(|related| {
        let Place { file, line, column, .. } = &related.place;
        format!("{file}:{line}:{column}: {}", related.message)
    });
    let help = failure.help.iter().map(|help| format!("help: {help}"));
    let notes = failure.notes.iter().map(|note| format!("note: {note}"));
    Notice {
        grade: failure.grade,
        kind: known.unwrap_or(other),
        step,
        place: &failure.place,
        message: Cow::Borrowed(&failure.message),
        more: values.chain(help).chain(notes).chain(related).collect(),
    }
}

/// A snapshot that does not pass, unless there was none yet.
fn changed(step: &Step) -> Option<Notice<'_>> {
    let snapshot = step.snapshot.as_ref().filter(|one| !one.passes && one.standing != Standing::New)?;
    let message = match (&snapshot.note, snapshot.standing) {
        (Some(note), Standing::Same) => Cow::Borrowed(note.as_str()),
        _ => Cow::Borrowed("the answer differs from the accepted snapshot"),
    };
    let more = changes(snapshot).chain([way_out(snapshot)]).collect();
    Some(of_step(step, SNAPSHOT, message, more))
}

/// What a change means, a sentence each, as many as there is room for.
pub fn changes(snapshot: &Snapshot) -> impl Iterator<Item = String> + '_ {
    let left = snapshot.changes.len().saturating_sub(MOST_CHANGES);
    let rest = (left > 0).then(|| format!("… and {left} more changes"));
    snapshot.changes.iter().take(MOST_CHANGES).cloned().chain(rest)
}

/// The snapshots that there were none of yet: told together, at the first of their steps.
fn new_snapshots(test: &Test) -> Option<Notice<'_>> {
    let is_new = |one: &&Snapshot| !one.passes && one.standing == Standing::New;
    let mut new = test.steps.iter().filter_map(|step| Some((step, step.snapshot.as_ref().filter(is_new)?)));
    let (first, snapshot) = new.next()?;
    let message = match new.count() {
        0 => "an answer has no accepted snapshot yet".to_owned(),
        more => format!("{} answers have no accepted snapshot yet, from this step on", more + 1),
    };
    Some(of_step(first, SNAPSHOT, message.into(), vec![way_out(snapshot)]))
}

fn way_out(snapshot: &Snapshot) -> String {
    format!("help: {}", if snapshot.note.is_some() { REVIEW } else { NOT_WRITTEN })
}

fn of_step<'a>(step: &'a Step, kind: &'a str, message: Cow<'a, str>, more: Vec<String>) -> Notice<'a> {
    Notice { grade: Grade::Error, kind, step: Some(step), place: &step.place, message, more }
}

fn of_test<'a>(test: &'a Test, grade: Grade, kind: &'a str, message: Cow<'a, str>, more: Vec<String>) -> Notice<'a> {
    Notice { grade, kind, step: None, place: &test.place, message, more }
}
