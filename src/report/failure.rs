//! What a person needs to understand why a scenario did not pass.

use std::fmt::Write;

use serde_json::Value;

use super::curl;
use super::diagnostic::{Severity, render};
use super::discretion::Discreet;
use super::sentence::emphasised;
use crate::api::exchange::{Answer, Body, Request, RequestBody};
use crate::diff::{self, ChangeKind};
use crate::matcher::evaluate::brief;
use crate::outcome::{Polled, Polls, ScenarioOutcome, SnapshotOutcome, StepOutcome, Verdict};
use crate::phrase::is_unseen;
use crate::semantic::{self, StepChange};
use crate::snapshot::Comparison;
use crate::source::{Diagnostic, Sources};

/// What is said of an interrupted test where it is not known how far it came.
pub const INTERRUPTED: &str = "interrupted before it ended";
/// The most lines of a body that are shown.
const MOST_LINES: usize = 60;
/// The most answers of a wait that are shown, half of them of its beginning.
const MOST_POLLS: usize = 12;
/// The most changes of a diff that are shown.
const MOST_CHANGES: usize = 25;

/// That a test was interrupted, and at which step.
pub fn interrupted(outcome: &ScenarioOutcome) -> String {
    outcome.interrupted_at.as_ref().map_or_else(|| INTERRUPTED.to_owned(), |at| format!("interrupted at {at}"))
}

/// Explains an outcome: every failure with its place, the request, the answer, the difference and a way to send it again.
pub fn explain(outcome: &Discreet<ScenarioOutcome>, sources: &Sources, color: bool) -> String {
    let mut text = String::new();
    if let Some(problem) = &outcome.problem {
        push(&mut text, &render(problem, Severity::Error, sources, color));
    }
    if outcome.verdict == Verdict::Interrupted {
        push(&mut text, &interrupted(outcome));
    }
    for step in &outcome.steps {
        explain_step(step, sources, color, &mut text);
    }
    let new: Vec<(&StepOutcome, &SnapshotOutcome)> =
        outcome.steps.iter().filter_map(|step| Some((step, new_snapshot(step)?))).collect();
    if let Some((first, _)) = new.first() {
        push(&mut text, &render(&all_new(first, &new), Severity::Warning, sources, color));
    }
    text
}

/// The first thing that does not hold, in a line; empty where everything does.
pub fn headline(outcome: &ScenarioOutcome) -> String {
    let of_step = |step: &StepOutcome| {
        let failure = step.failures.first().map(|failure| failure.diagnostic.message.clone());
        failure.or_else(|| step.unanswered.as_ref().map(|(_, why)| why.clone()))
    };
    let problem = outcome.problem.as_ref().map(|problem| problem.message.clone());
    let message = problem.or_else(|| outcome.steps.iter().find_map(of_step)).unwrap_or_default();
    message.lines().next().unwrap_or_default().to_owned()
}

/// A snapshot that there was none of yet: nothing to compare, so all of a scenario's are told together.
fn new_snapshot(step: &StepOutcome) -> Option<&SnapshotOutcome> {
    step.snapshot.as_ref().filter(|snapshot| !snapshot.passes && snapshot.comparison == Comparison::New)
}

fn all_new(first: &StepOutcome, new: &[(&StepOutcome, &SnapshotOutcome)]) -> Diagnostic {
    let message = match new.len() {
        1 => "an answer has no accepted snapshot yet".to_owned(),
        count => format!("{count} answers have no accepted snapshot yet, from this step on"),
    };
    let written = new.iter().any(|(_, snapshot)| snapshot.note.is_some());
    let folder = new[0].1.path.parent().unwrap_or(&new[0].1.path).display().to_string();
    let place = if written { format!("waiting for review in {folder}: ") } else { String::new() };
    Diagnostic::new(first.span, message).help(format!("{place}{REVIEW}"))
}

/// How snapshots are taken.
pub(super) const NOT_WRITTEN: &str =
    "this run writes no snapshots: `draftgate run` without `INSTA_UPDATE=no`, and not in CI, lets you review it";
/// The same, where it waits.
pub(super) const REVIEW: &str = "`draftgate review` goes through what changed; `draftgate run --update` takes all";

/// How a command is made to run that names a session.
const HIDDEN_SESSION: &str = "\n         (`--show-sessions` writes the session out)";

fn push(text: &mut String, part: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(part.trim_end());
    text.push('\n');
}

fn explain_step(step: &StepOutcome, sources: &Sources, color: bool, text: &mut String) {
    for warning in &step.warnings {
        push(text, &render(warning, Severity::Warning, sources, color));
    }
    for failure in &step.failures {
        push(text, &render(&failure.diagnostic, Severity::Error, sources, color));
        if let Some((wanted, actual)) = &failure.values {
            push(text, &changes(wanted, actual, color));
        }
    }
    if let Some((request, why)) = &step.unanswered {
        let span = step.span;
        let diagnostic = Diagnostic::new(span, why.clone());
        push(text, &render(&diagnostic, Severity::Error, sources, color));
        push(text, &show_request(request));
        push(text, &reproduce(request));
    }
    if !step.failures.is_empty() {
        if step.polls.total() > 1 {
            push(text, &show_polls(&step.polls));
        }
        if let Some((own, last)) = step.exchanges.get(step.own).zip(step.exchanges.last()) {
            push(text, &show_request(&own.request));
            let polled = step.own + 1 < step.exchanges.total();
            push(text, &show_answer(&last.answer, if polled { "answer to the last poll" } else { "answer" }));
            push(text, &reproduce(&own.request));
        }
    }
    if let Some(snapshot) = step.snapshot.as_ref().filter(|snapshot| !snapshot.passes && new_snapshot(step).is_none()) {
        explain_snapshot(step, snapshot, sources, color, text);
    }
}

fn explain_snapshot(step: &StepOutcome, snapshot: &SnapshotOutcome, sources: &Sources, color: bool, text: &mut String) {
    let what = match (&snapshot.note, snapshot.comparison) {
        (Some(note), Comparison::Same) => note.clone(),
        _ => "the answer differs from the accepted snapshot".to_owned(),
    };
    // What was written, and what cannot be, has a note.
    let help = if snapshot.note.is_some() { REVIEW } else { NOT_WRITTEN };
    let mut diagnostic = Diagnostic::new(step.span, what).help(help);
    if let Some(note) = &snapshot.note {
        diagnostic = diagnostic.label(note.clone());
    }
    push(text, &render(&diagnostic, Severity::Error, sources, color));
    let parse = |text: &str| serde_json::from_str::<Value>(text).ok();
    if let (Some(accepted), Comparison::Changed) = (&snapshot.accepted, snapshot.comparison) {
        match (parse(accepted), parse(&snapshot.actual)) {
            (Some(old), Some(new)) => push(text, &meaning(&old, &new, color)),
            _ => push(text, &line_changes(accepted, &snapshot.actual, color)),
        }
    }
}

/// What the change means, and the structural difference where the sentences do not say all of it.
fn meaning(old: &Value, new: &Value, color: bool) -> String {
    let found = semantic::changes(old, new);
    let mut text = String::new();
    for change in found.iter().take(MOST_CHANGES) {
        let _ = writeln!(text, "    • {}", emphasised(&change.sentence(), color));
    }
    if found.len() > MOST_CHANGES {
        let _ = writeln!(text, "    … and {} more changes", found.len() - MOST_CHANGES);
    }
    if !found.iter().all(StepChange::says_all) {
        text.push('\n');
        text.push_str(&changes(old, new, color));
    }
    text
}

/// The structural difference of two values, a line a change.
fn changes(old: &Value, new: &Value, color: bool) -> String {
    let all = diff::diff(old, new);
    let mut text = String::new();
    for change in all.iter().take(MOST_CHANGES) {
        let path = &change.path;
        match &change.kind {
            ChangeKind::Added(value) => paint_line(&mut text, '+', &format!("{path}: {}", brief(value)), color),
            ChangeKind::Removed(value) => paint_line(&mut text, '-', &format!("{path}: {}", brief(value)), color),
            ChangeKind::Replaced { old, new } => {
                paint_line(&mut text, '-', &format!("{path}: {}", brief(old)), color);
                paint_line(&mut text, '+', &format!("{path}: {}", brief(new)), color);
            }
            ChangeKind::Moved { from, to } => {
                paint_line(&mut text, '~', &format!("{path}: moved from place {from} to {to}"), color)
            }
        }
    }
    if all.len() > MOST_CHANGES {
        let _ = writeln!(text, "    … and {} more changes", all.len() - MOST_CHANGES);
    }
    text
}

fn line_changes(old: &str, new: &str, color: bool) -> String {
    let mut text = String::new();
    for line in diff::lines(old, new) {
        let sign = match line.kind {
            diff::LineKind::Context => ' ',
            diff::LineKind::Added => '+',
            diff::LineKind::Removed => '-',
        };
        paint_line(&mut text, sign, &line.text, color);
    }
    text
}

fn paint_line(text: &mut String, sign: char, line: &str, color: bool) {
    let style = match sign {
        '+' => anstyle::AnsiColor::Green.on_default(),
        '-' => anstyle::AnsiColor::Red.on_default(),
        '~' => anstyle::AnsiColor::Yellow.on_default(),
        _ => anstyle::Style::new(),
    };
    // Writing to a string cannot fail.
    let _ = match color {
        true => writeln!(text, "    {style}{sign} {line}{style:#}"),
        false => writeln!(text, "    {sign} {line}"),
    };
}

fn show_polls(polls: &Polls) -> String {
    let mut text = String::from("  answers seen\n");
    let kept: Vec<&Polled> = polls.kept().map(|(_, polled)| polled).collect();
    for (at, Polled { after, answer }) in kept.iter().enumerate() {
        if polls.total() > MOST_POLLS && at == MOST_POLLS / 2 {
            let _ = writeln!(text, "    … {} more", polls.total() - MOST_POLLS);
        }
        if at < MOST_POLLS / 2 || at + MOST_POLLS / 2 >= kept.len() {
            let _ = writeln!(text, "    after {:7.3}s {answer}", after.as_secs_f64());
        }
    }
    text
}

fn show_request(request: &Request) -> String {
    let mut text = format!("  request: {} {}\n", request.method, request.url);
    for (name, value) in &request.headers {
        let _ = writeln!(text, "    {name}: {value}");
    }
    match &request.body {
        RequestBody::Empty => {}
        RequestBody::Json(value) => indent(&mut text, &pretty(value)),
        RequestBody::Text(body) => indent(&mut text, body),
        RequestBody::Form(pairs) => {
            for (name, value) in pairs {
                let _ = writeln!(text, "    {name}={value}");
            }
        }
        RequestBody::File { name, media_type, bytes, .. } => {
            let _ = writeln!(text, "    the file {name} ({media_type}, {} bytes)", bytes.len());
        }
    }
    text
}

fn show_answer(answer: &Answer, what: &str) -> String {
    let mut text = format!("  {what}: HTTP {} after {:.3}s\n", answer.status, answer.elapsed.as_secs_f64());
    for (name, value) in &answer.headers {
        if name.starts_with("x-")
            || matches!(name.as_str(), "content-type" | "retry-after" | "location" | "www-authenticate")
        {
            let _ = writeln!(text, "    {name}: {value}");
        }
    }
    match &answer.body {
        Body::Json(value) => indent(&mut text, &pretty(value)),
        Body::Text(body) => indent(&mut text, body),
    }
    text
}

fn reproduce(request: &Request) -> String {
    let command = curl::command(request);
    let session = if command.contains(curl::SESSION) { HIDDEN_SESSION } else { "" };
    let hint = match curl::hint(&command) {
        hint if hint.is_empty() => hint,
        hint => format!("\n         ({hint})"),
    };
    format!("  again: {command}{session}{hint}")
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

fn indent(text: &mut String, body: &str) {
    let lines = body.lines().count();
    for line in body.lines().take(MOST_LINES) {
        let cut = line.char_indices().nth(400).map_or(line.len(), |(at, _)| at);
        let shown = line[..cut].replace(|letter| is_unseen(letter) && letter != '\t', "\u{fffd}");
        let _ = writeln!(text, "    {shown}{}", if cut < line.len() { "…" } else { "" });
    }
    if lines > MOST_LINES {
        let _ = writeln!(text, "    … {} more lines", lines - MOST_LINES);
    }
}
