//! Workflow commands of GitHub Actions: annotations on the lines of a pull request, and what keeps other text from being
//! taken for a command.
//!
//! ```text
//! ::warning file=scenarios/a.yaml,line=5,endLine=5,col=13,endColumn=19,title=W006::no step … is called `Adress`
//! ```
//!
//! The runner reads both streams of a step. A line is a command where it begins with `::`, whatever blanks stand before, or
//! has `##[` anywhere.

use std::borrow::Cow;

use super::diagnostic::Severity;
use super::gaps::{gaps, nothing, unfinished};
use super::notice::{Notice, notices};
use crate::journal::{Grade, Journal, Place, Test, Unfinished, WorkingFolder};
use crate::phrase::{counted, is_unseen};
use crate::source::{Code, Diagnostic, Sources, path_text};

/// How many annotations of one kind GitHub shows of a step; what comes after them is dropped without a word.
const MOST: usize = 10;

/// One command, with its line end: the message, then help and notes on lines of their own. The paths of files begin in
/// `folder`.
pub fn command(severity: Severity, diagnostic: &Diagnostic, sources: &Sources, folder: &WorkingFolder) -> String {
    let source = sources.get(diagnostic.span.source);
    let (line, column) = source.line_column(diagnostic.span.start as usize);
    let (end_line, end_column) = source.line_column(diagnostic.span.end as usize);
    let file = path_text(sources.path(diagnostic.span.source));
    let mut message = diagnostic.message.clone();
    let help = diagnostic.help.iter().map(|help| format!("\nhelp: {help}"));
    let fix = diagnostic.fix.iter().map(|fix| format!("\nhelp: {}: `draftgate lint --fix` does it", fix.message));
    help.chain(fix)
        .chain(diagnostic.notes.iter().map(|note| format!("\nnote: {note}")))
        .for_each(|more| message.push_str(&more));
    let place = Place { file, line, column, end_line, end_column };
    let title = diagnostic.code.map_or("draftgate", Code::number);
    written(if severity == Severity::Error { "error" } else { "warning" }, &place, folder, title, &message)
}

/// The commands for all that does not hold in a run, and for what is odd: what is missing of the run first, or that nothing
/// ran, then failures, then tests that did not end. Where there are more than GitHub shows, the last of a kind says how many
/// are left out.
pub fn annotations(journal: &Journal) -> String {
    let mut tests: Vec<&Test> = journal.tests.iter().collect();
    tests.sort_by_key(|test| test.number);
    let all: Vec<(&Test, Notice<'_>)> =
        tests.into_iter().flat_map(|test| notices(test).into_iter().map(move |notice| (test, notice))).collect();
    let mut text = String::new();
    for (grade, word, what) in [(Grade::Error, "error", "failure"), (Grade::Warning, "warning", "warning")] {
        let mut lines: Vec<String> = (all.iter().filter(|(_, notice)| notice.grade == grade))
            .map(|(test, notice)| annotation(word, test, notice, &journal.started.folder))
            .collect();
        if grade == Grade::Error {
            let missing = gaps(journal).into_iter().chain(nothing(journal));
            lines.splice(0..0, missing.map(|gap| format!("::error title=draftgate::{}\n", data(&gap.text))));
            lines.extend(journal.unfinished().into_iter().map(|test| left(test, journal)));
        }
        if lines.len() > MOST {
            let left = counted(lines.len() - (MOST - 1), &format!("more {what}"));
            lines.truncate(MOST - 1);
            lines.push(format!("::{word} title=draftgate::and {left}: the job's summary and its log have all\n"));
        }
        text.extend(lines);
    }
    text
}

/// The command for a test that did not end.
fn left(test: Unfinished<'_>, journal: &Journal) -> String {
    let place = test.place.map(|(file, line)| {
        let file = property(&journal.started.folder.path_of(file));
        format!("file={file},line={line},endLine={line},")
    });
    let message = data(&unfinished(test.at, journal));
    format!("::error {}title={}::{message}\n", place.unwrap_or_default(), property(test.name))
}

fn annotation(word: &str, test: &Test, notice: &Notice<'_>, folder: &WorkingFolder) -> String {
    let title = match notice.step {
        Some(step) => format!("{}, step {} {}", test.name, step.number, step.label),
        None => test.name.clone(),
    };
    written(word, notice.place, folder, &title, &notice.text())
}

fn written(word: &str, place: &Place, folder: &WorkingFolder, title: &str, message: &str) -> String {
    let Place { file, line, column, end_line, end_column } = place;
    let mut properties = format!("file={},line={line},endLine={end_line}", property(&folder.path_of(file)));
    // GitHub takes columns only where the place is on one line.
    if line == end_line {
        properties.push_str(&format!(",col={column},endColumn={end_column}"));
    }
    format!("::{word} {properties},title={}::{}\n", property(title), data(message))
}

/// What nobody can guess.
pub fn token() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// The line after which nothing is a command until [`resume`] says the same token, which nobody can guess: what an API
/// answered is printed in between.
pub fn stop(token: &str) -> String {
    format!("::stop-commands::{token}\n")
}

/// The line from which on there are commands again.
pub fn resume(token: &str) -> String {
    format!("::{token}::\n")
}

/// A text of which no line is a command, for an output that cannot have other lines before and after it: the beginning of a
/// command gets a space of no width.
pub fn harmless(text: &str) -> Cow<'_, str> {
    broken_up(text, ":\u{200b}:", "##\u{200b}[")
}

/// The same XML without a line that is a command: a character of it is written by its number.
pub fn harmless_xml(text: &str) -> Cow<'_, str> {
    broken_up(text, "&#58;:", "#&#35;[")
}

/// The same JSON without a line that is a command. None of its lines begins with a colon.
pub fn harmless_json(text: &str) -> Cow<'_, str> {
    broken_up(text, "::", r"#\u0023[")
}

/// Puts these in the place of what begins commands.
fn broken_up<'a>(text: &'a str, colons: &str, hashes: &str) -> Cow<'a, str> {
    let begins = |line: &str| line.trim_start().starts_with("::");
    // The runner takes a lone carriage return for the end of a line.
    let ends = ['\n', '\r'];
    if !text.contains("##[") && !text.split(ends).any(begins) {
        return Cow::Borrowed(text);
    }
    let lines = text.split_inclusive(ends).map(|line| {
        let line = line.replace("##[", hashes);
        if begins(&line) { line.replacen("::", colons, 1) } else { line }
    });
    Cow::Owned(lines.collect())
}

/// Escapes what would end a command's message. What a log or a page would not show, or would be led astray by, is shown as
/// replaced.
fn data(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '%' => safe.push_str("%25"),
            '\r' => safe.push_str("%0D"),
            '\n' => safe.push_str("%0A"),
            '\t' => safe.push(' '),
            letter if is_unseen(letter) => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

/// Escapes what would end a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        let mut sources = Sources::default();
        let id = sources.add("a,b:c.yaml", "first\nsecond: x\n");
        let mistake =
            Diagnostic::mistake(Code::UnknownWord, sources.span(id, 6..12), "100% wrong::so").help("do\r\nthis");
        let here = WorkingFolder::default();
        assert_eq!(
            command(Severity::Error, &mistake, &sources, &here),
            "::error file=a%2Cb%3Ac.yaml,line=2,endLine=2,col=1,endColumn=7,title=E020::100%25 wrong::so%0Ahelp: do%0D%0Athis\n"
        );
        let long = Diagnostic::new(sources.span(id, 0..10), "x");
        assert_eq!(
            command(Severity::Warning, &long, &sources, &here),
            "::warning file=a%2Cb%3Ac.yaml,line=1,endLine=2,title=draftgate::x\n"
        );
    }

    #[test]
    fn nothing_in_a_command_is_unseen() {
        let hostile = "a\u{7}\u{1b}[31m\u{b}\u{202e}\tb\n:c";
        assert_eq!(data(hostile), "a\u{fffd}\u{fffd}[31m\u{fffd}\u{fffd} b%0A:c");
        assert_eq!(property(hostile), "a\u{fffd}\u{fffd}[31m\u{fffd}\u{fffd} b%0A%3Ac");
    }

    #[test]
    fn no_line_of_a_harmless_text_is_a_command() {
        assert!(matches!(harmless("a::b\nsee ::error::x\n"), Cow::Borrowed(_)));
        assert_eq!(harmless("a\n  ::set-output name=x::y\n"), "a\n  :\u{200b}:set-output name=x::y\n");
        assert_eq!(harmless("a\r::error::x"), "a\r:\u{200b}:error::x");
        assert_eq!(harmless("a ##[add-mask]b ##[error]c"), "a ##\u{200b}[add-mask]b ##\u{200b}[error]c");
    }

    #[test]
    fn a_document_without_commands_says_the_same() {
        assert_eq!(harmless_xml("<a>x\n ::error::y ##[z</a>"), "<a>x\n &#58;:error::y #&#35;[z</a>");
        let text = serde_json::json!({ "a": "::x\n##[error]y" }).to_string();
        let same = harmless_json(&text);
        assert!(!same.contains("##["), "{same}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&same).unwrap()["a"], "::x\n##[error]y");
    }
}
