//! `draftgate lint`: every file is read and checked, nothing is sent.

mod chosen;

use std::fmt::Write as _;

use super::Environment;
use super::args::{LintArguments, LintFormat};
use super::config::Config;
use super::exit::Exit;
use super::output::Output;
use super::prepare::{Folder, gather, learn_secrets, refuse};
use super::repository;
use super::settings::{Place, Selection, SettingsError, configured, place, snapshots_of};
use crate::journal::WorkingFolder;
use crate::lint::fix::apply;
use crate::lint::{Flows, Material, lint as look, maps};
use crate::phrase::counted;
use crate::report::diagnostic::Severity;
use crate::report::{findings, github, patch};
use crate::sandbox::Library;
use crate::scenario::read_personas;
use crate::source::{Code, Diagnostic, Sources, write_file};
use chosen::Chosen;

/// What came of a look at a folder.
struct Looked {
    sources: Sources,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    scenarios: usize,
    tests: usize,
    /// What was checked, where it is not scenarios alone.
    others: Option<String>,
}

impl Looked {
    fn at_mistakes(sources: Sources, errors: Vec<Diagnostic>) -> Self {
        Looked { sources, errors, warnings: Vec::new(), scenarios: 0, tests: 0, others: None }
    }
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
    if looked.errors.is_empty() && looked.scenarios == 0 && looked.others.is_none() {
        output.complain("error: there are no scenarios here");
        return Exit::Nothing;
    }
    show(&looked, arguments.format, &repository::folder(environment, &place.root), output);
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
    let Some(chosen) = Chosen::of(place) else { return look_at_all(environment, arguments, place, false, output) };
    let folder = Selection { path: place.root.clone(), line: None };
    let around = Place { selections: vec![folder], ..place.clone() };
    let mut looked = look_at_all(environment, arguments, &around, chosen.has_configuration(), output)?;
    let sources = &looked.sources;
    looked.errors.retain(|error| chosen.has(error.span.source, sources));
    looked.warnings.retain(|warning| chosen.has(warning.span.source, sources));
    for unread in chosen.unread(place, sources) {
        output.complain(&format!("no scenario uses {unread}, so that nothing in it was checked"));
    }
    looked.others = Some(chosen.told());
    Ok(looked)
}

fn look_at_all(
    environment: &Environment,
    arguments: &LintArguments,
    place: &Place,
    asked: bool,
    output: &Output,
) -> Result<Looked, Exit> {
    let mut sources = Sources::default();
    let (file, config) = match configured(environment, &arguments.target, place, &mut sources) {
        Ok(configured) => configured,
        // Who asks for the configuration gets its mistakes as findings.
        Err(SettingsError::Mistakes(errors)) if asked => return Ok(Looked::at_mistakes(sources, errors)),
        Err(error) => return Err(refuse(error, output, &sources)),
    };
    let gathered = gather(place, &mut sources, output);
    let personas = read_personas(&place.root, &mut sources).err().unwrap_or_default();
    let Folder { suite, library, whole } = match gathered {
        Ok(folder) if personas.is_empty() => folder,
        gathered => {
            let errors = gathered.err().into_iter().flatten().chain(personas).collect();
            return Ok(Looked::at_mistakes(sources, errors));
        }
    };
    learn_secrets(&sources, output);
    let flows = flows(environment, &config, &library);
    let mut maps = maps::read(&snapshots_of(&config, place), &suite, whole, &mut sources);
    let harmless = crate::sandbox::secrets(&sources);
    let material = Material {
        suite: &suite,
        sources: &sources,
        maps: &maps.known,
        flows: &flows,
        whole,
        config: file,
        harmless: &harmless,
    };
    let mut warnings = look(&material);
    warnings.append(&mut maps.odd);
    // A secret that is found is not shown again.
    for secret in warnings.iter().filter(|warning| warning.code == Some(Code::SecretInClear)) {
        output.redactor.add(sources.slice(secret.span));
    }
    let (scenarios, tests) = (suite.scenarios.len(), suite.tests().count());
    Ok(Looked { sources, errors: Vec::new(), warnings, scenarios, tests, others: None })
}

/// The flows that scenarios can name.
fn flows(environment: &Environment, config: &Config, library: &Library) -> Flows {
    let server = config.base_url.is_some()
        || environment.variable("DRAFTGATE_BASE_URL").is_some()
        || config.environments.iter().any(|(.., over)| over.base_url.is_some());
    let definitions = || library.flows.iter().flat_map(|flow| [&flow.draft, &flow.live]).flatten();
    let mut names: Vec<String> = definitions().map(|definition| definition.name.clone()).collect();
    names.extend(library.flows.iter().map(|flow| flow.id.clone()));
    names.extend(config.flows.iter().map(|(alias, _)| alias.clone()));
    names.extend(config.environments.iter().flat_map(|(.., over)| &over.flows).map(|(alias, _)| alias.clone()));
    names.sort();
    names.dedup();
    Flows { names, all: !server && !library.flows.is_empty() }
}

fn show(looked: &Looked, format: LintFormat, folder: &WorkingFolder, output: &Output) {
    let errors = looked.errors.iter().map(|error| (Severity::Error, error));
    let all: Vec<(Severity, &Diagnostic)> =
        errors.chain(looked.warnings.iter().map(|warning| (Severity::Warning, warning))).collect();
    match format {
        LintFormat::Json => output.say(&format!("{:#}\n", findings::to_json(&all, &looked.sources))),
        LintFormat::Github => {
            let mut text = String::new();
            for (severity, diagnostic) in all {
                text.push_str(&github::command(severity, diagnostic, &looked.sources, folder));
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
            let checked = looked.others.clone().unwrap_or_else(|| format!("{scenarios} with {tests}"));
            output.say(&format!("{checked}{none}\n"));
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
