//! `draftgate lint`: every file is read and checked, nothing is sent.

use std::fmt::Write as _;

use super::Environment;
use super::args::{LintArguments, LintFormat};
use super::exit::Exit;
use super::output::Output;
use super::prepare::{Folder, gather, learn_secrets, refuse};
use super::settings::{Place, configured, place, snapshots_of};
use crate::lint::fix::apply;
use crate::lint::{Material, lint as look};
use crate::map::store::read_all;
use crate::phrase::counted;
use crate::report::diagnostic::Severity;
use crate::report::{findings, github, patch};
use crate::source::{Code, Diagnostic, Sources, write_file};

/// What came of a look at a folder.
struct Looked {
    sources: Sources,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    scenarios: usize,
    tests: usize,
}

/// Checks scenarios, fragments, flow definitions and the configuration.
pub(super) fn lint(environment: &Environment, arguments: &LintArguments, output: &Output) -> Exit {
    let place = match place(&arguments.select, &arguments.target) {
        Ok(place) => place,
        Err(error) => return refuse(error, output, &Sources::default()),
    };
    if let Some(word) = place.filters.first() {
        output.complain(&format!("error: there is no file or folder {word}"));
        return Exit::Usage;
    }
    let mut looked = match look_at(environment, arguments, &place, output) {
        Ok(looked) => looked,
        Err(exit) => return exit,
    };
    if arguments.fix && looked.errors.is_empty() {
        match fix(&looked, arguments.dry_run, output) {
            Ok(0) => {}
            Ok(_) if arguments.dry_run => return ended(&looked, arguments.deny_warnings),
            // What is written is looked at again: a fix may show what it hid.
            Ok(_) => match look_at(environment, arguments, &place, output) {
                Ok(again) => looked = again,
                Err(exit) => return exit,
            },
            Err(error) => {
                output.complain(&format!("error: {error}"));
                return Exit::Usage;
            }
        }
    }
    if looked.errors.is_empty() && looked.scenarios == 0 {
        output.complain("error: there are no scenarios here");
        return Exit::Nothing;
    }
    show(&looked, arguments.format, output);
    ended(&looked, arguments.deny_warnings)
}

fn ended(looked: &Looked, deny_warnings: bool) -> Exit {
    if looked.errors.is_empty() && (looked.warnings.is_empty() || !deny_warnings) {
        Exit::Passed
    } else {
        Exit::Invalid
    }
}

/// Reads everything anew and looks at it.
fn look_at(
    environment: &Environment,
    arguments: &LintArguments,
    place: &Place,
    output: &Output,
) -> Result<Looked, Exit> {
    let mut sources = Sources::default();
    let (file, config) = configured(environment, &arguments.target, place, &mut sources)
        .map_err(|error| refuse(error, output, &sources))?;
    let Folder { suite, whole, .. } = match gather(place, &mut sources, output) {
        Ok(folder) => folder,
        Err(errors) => return Ok(Looked { sources, errors, warnings: Vec::new(), scenarios: 0, tests: 0 }),
    };
    learn_secrets(&sources, output);
    let (maps, unread) = read_all(&snapshots_of(&config, place));
    unread.iter().for_each(|error| output.complain(&format!("warning: {error}")));
    let harmless = crate::sandbox::secrets(&sources);
    let material = Material { suite: &suite, sources: &sources, maps: &maps, whole, config: file, harmless: &harmless };
    let warnings = look(&material);
    // A secret that is found is not shown again.
    for secret in warnings.iter().filter(|warning| warning.code == Some(Code::SecretInClear)) {
        output.redactor.add(sources.slice(secret.span));
    }
    let (scenarios, tests) = (suite.scenarios.len(), suite.tests().count());
    Ok(Looked { sources, errors: Vec::new(), warnings, scenarios, tests })
}

fn show(looked: &Looked, format: LintFormat, output: &Output) {
    let errors = looked.errors.iter().map(|error| (Severity::Error, error));
    let all: Vec<(Severity, &Diagnostic)> =
        errors.chain(looked.warnings.iter().map(|warning| (Severity::Warning, warning))).collect();
    match format {
        LintFormat::Json => output.say(&format!("{:#}\n", findings::to_json(&all, &looked.sources))),
        LintFormat::Github => {
            let mut text = String::new();
            for (severity, diagnostic) in all {
                text.push_str(&github::command(severity, diagnostic, &looked.sources));
            }
            output.say(&text);
        }
        LintFormat::Text if !looked.errors.is_empty() => output.mistakes(&looked.errors, &looked.sources),
        LintFormat::Text => {
            if !looked.warnings.is_empty() {
                output.warnings(&looked.warnings, &looked.sources);
            }
            let certain = looked.warnings.iter().filter(|warning| warning.fix.is_some()).count();
            if certain > 0 {
                output.complain(&format!("{certain} of them can be put right by `draftgate lint --fix`"));
            }
            let none = if looked.warnings.is_empty() { ", no mistakes" } else { "" };
            let (scenarios, tests) = (counted(looked.scenarios, "scenario"), counted(looked.tests, "test"));
            output.say(&format!("{scenarios} with {tests}{none}\n"));
        }
    }
}

/// Why a file is not put right.
#[derive(Debug, thiserror::Error)]
enum FixError {
    #[error("{0} was changed while it was being checked: run the command again")]
    Changed(String),
    #[error("failed to write {0}: {1}")]
    Unwritten(String, std::io::Error),
}

/// Writes what is certain into the files, or shows it; says how many fixes there are.
fn fix(looked: &Looked, dry_run: bool, output: &Output) -> Result<usize, FixError> {
    let mut fixes = 0;
    let mut told = String::new();
    for fixed in apply(&looked.warnings, &looked.sources) {
        let source = looked.sources.get(fixed.source);
        let path = source.path.display().to_string();
        fixes += fixed.fixes;
        if dry_run {
            told.push_str(&patch::patch(&path, &source.text, &fixed.text));
            continue;
        }
        // What stands there now may be newer than what was read; a mark at its beginning was not read.
        let now = std::fs::read_to_string(&source.path).map_err(|error| FixError::Unwritten(path.clone(), error))?;
        let mark = if now.starts_with('\u{feff}') { "\u{feff}" } else { "" };
        if now.strip_prefix('\u{feff}').unwrap_or(&now) != &*source.text {
            return Err(FixError::Changed(path));
        }
        write_file(&source.path, format!("{mark}{}", fixed.text))
            .map_err(|error| FixError::Unwritten(path.clone(), error))?;
        // Written to a string, which does not fail.
        let _ = writeln!(told, "fixed {path}: {}", counted(fixed.fixes, "change"));
    }
    match dry_run {
        true => output.say(&told),
        // Beside a format for programs the standard output is theirs.
        false if told.is_empty() => {}
        false => output.complain(&told),
    }
    Ok(fixes)
}
