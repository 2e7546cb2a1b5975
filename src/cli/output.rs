//! The two streams of the terminal, the one place where this crate prints.

use std::io::{self, Write};
use std::sync::OnceLock;

use super::Environment;
use super::args::Color;
use super::exit::Exit;
use super::shown;
use crate::journal::WorkingFolder;
use crate::phrase::counted;
use crate::redact::Redactor;
use crate::report::diagnostic::{Severity, render};
use crate::report::github::{self, command};
use crate::source::{Code, Diagnostic, Sources};

/// The most mistakes that are shown at once.
const MOST: usize = 100;

/// What a program ends with whose reader went away, as the shell counts it.
const READER_GONE: i32 = 141;

/// libtest-mimic panics when the reader of its output goes away, as `| head` does: that ends the program quietly.
pub fn end_quietly_without_reader() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let shown = info.to_string();
        let payload = info.payload();
        let message =
            payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
        if message.is_some_and(|message| message.contains("StorageFull")) {
            drop(writeln!(io::stderr().lock(), "error: the output cannot be written: no space is left"));
            std::process::exit(Exit::Usage as i32);
        }
        if message.is_some_and(|message| message.contains("BrokenPipe") || message.contains("Broken pipe")) {
            std::process::exit(READER_GONE);
        }
        match SECRETS.get().map(|redactor| redactor.mask(&shown)) {
            Some(masked) if masked != shown => drop(io::stderr().lock().write_all(format!("{masked}\n").as_bytes())),
            _ => usual(info),
        }
    }));
}

/// What the program's own faults do not show either.
static SECRETS: OnceLock<Redactor> = OnceLock::new();

/// Where a command writes.
#[derive(Debug, Clone)]
pub struct Output {
    /// Whether it may colour.
    pub color: bool,
    /// Whether a line may be drawn over: somebody sits at a terminal that can.
    pub live: bool,
    /// Masks every secret that is known.
    pub redactor: Redactor,
    /// Whether GitHub Actions reads what is printed, and takes lines for commands.
    pub in_actions: bool,
    /// Where mistakes are told to GitHub Actions as well: the folder of the repository that paths begin in.
    pub annotate: Option<WorkingFolder>,
}

impl Output {
    /// Decides on colours: what was asked for, then `NO_COLOR` and `CLICOLOR_FORCE`, then whether there is a terminal.
    pub fn new(environment: &Environment, color: Color) -> Self {
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if environment.variable("NO_COLOR").is_some() => false,
            Color::Auto if environment.variable("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            Color::Auto => environment.terminal && environment.variable("TERM") != Some("dumb"),
        };
        let live = environment.terminal && environment.variable("TERM") != Some("dumb") && !environment.in_ci();
        let redactor = Redactor::default();
        // Tests of this crate make several; the program makes one.
        drop(SECRETS.set(redactor.clone()));
        let in_actions = environment.variable("GITHUB_ACTIONS") == Some("true");
        Output { color, live, redactor, in_actions, annotate: None }
    }

    /// Says something on the standard error stream, of which nothing is a command for GitHub Actions: what is complained of
    /// comes from files. A reader who has gone is no reason to fail.
    pub fn complain(&self, text: &str) {
        match self.in_actions || self.annotate.is_some() {
            true => self.complain_with_commands(&github::harmless(text)),
            false => self.complain_with_commands(text),
        }
    }

    /// Says commands for GitHub Actions on the standard error stream, or what cannot be any.
    pub fn complain_with_commands(&self, text: &str) {
        let mut text = self.redactor.mask(text).into_owned();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        drop(io::stderr().lock().write_all(text.as_bytes()));
    }

    /// Says something on the standard output.
    pub fn say(&self, text: &str) {
        drop(io::stdout().lock().write_all(self.redactor.mask(text).as_bytes()));
    }

    /// Says something that is all that was asked for: unlike [`say`](Self::say), it matters whether that can be written. A
    /// reader who has gone has had enough.
    pub fn deliver(&self, text: &str) -> Result<(), Exit> {
        let mut out = io::stdout().lock();
        match out.write_all(self.redactor.mask(text).as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                self.complain(&format!("error: the output cannot be written: {error}"));
                Err(Exit::Usage)
            }
            _ => Ok(()),
        }
    }

    /// Shows mistakes, each with its line, in the order of files and places.
    pub fn mistakes(&self, mistakes: &[Diagnostic], sources: &Sources) {
        let mistakes = &in_order(mistakes, sources)[..];
        self.findings(mistakes, Severity::Error, "mistake", sources);
    }

    /// Shows what is odd, each with its line.
    pub fn warnings(&self, warnings: &[Diagnostic], sources: &Sources) {
        let warnings = &in_order(warnings, sources)[..];
        self.findings(warnings, Severity::Warning, "warning", sources);
    }

    fn findings(&self, found: &[&Diagnostic], severity: Severity, word: &str, sources: &Sources) {
        let mut text = String::new();
        let few = &found[..found.len().min(MOST)];
        let files = shown::of_findings(few, sources, &self.redactor);
        for one in few {
            let mut one = (*one).clone();
            files.move_places(&mut one);
            text.push_str(&render(&one, severity, files.sources(), self.color));
            text.push_str("\n\n");
        }
        if found.len() > MOST {
            text.push_str(&format!("… and {} more\n\n", found.len() - MOST));
        }
        if let Some(folder) = &self.annotate {
            few.iter().for_each(|one| self.say(&command(severity, one, sources, folder)));
        }
        text.push_str(&more_about(found));
        text.push_str(&format!("{} found\n", counted(found.len(), word)));
        self.complain(&text);
    }
}

/// Mistakes in the order of files and places. One that two readers found, as of a file of translations, is told once: by
/// who says more of it.
fn in_order<'a>(mistakes: &'a [Diagnostic], sources: &Sources) -> Vec<&'a Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = mistakes.iter().collect();
    let place = |mistake: &Diagnostic| (sources.path(mistake.span.source).to_owned(), mistake.span.start);
    sorted.sort_by_cached_key(|mistake| {
        (place(mistake), mistake.message.clone(), std::cmp::Reverse(mistake.related.len()))
    });
    sorted.dedup_by(|later, earlier| place(later) == place(earlier) && later.message == earlier.message);
    sorted
}

/// Where more is said about the kinds of mistakes that were found.
fn more_about(mistakes: &[&Diagnostic]) -> String {
    let mut codes: Vec<&str> = mistakes.iter().filter_map(|mistake| mistake.code).map(Code::number).collect();
    codes.sort_unstable();
    codes.dedup();
    match codes[..] {
        [] => String::new(),
        [only] => format!("For more about this kind of mistake: `draftgate explain {only}`\n"),
        [first, ..] => format!("For more about a kind of mistake: `draftgate explain {first}`\n"),
    }
}
