//! `draftgate import`: a browser's recording as scenarios.

use std::collections::HashMap;

use super::Environment;
use super::args::ImportArguments;
use super::config::{self, Config};
use super::exit::Exit;
use super::output::Output;
use super::prepare::{name_flows, refuse};
use super::settings::{Place, place};
use super::written::{Goal, MAY_DIFFER, deliver, goal, head_of_recorded, must_be_free, next_steps};
use crate::compose::{Composition, Options, Treatment, compose, har};
use crate::phrase::counted;
use crate::scenario::discover;
use crate::source::{Sources, read_file};

/// Imports a recording.
pub(super) fn import(environment: &Environment, arguments: &ImportArguments, output: &Output) -> Exit {
    match try_import(environment, arguments, output) {
        Ok(()) => Exit::Passed,
        Err(exit) => exit,
    }
}

fn try_import(environment: &Environment, arguments: &ImportArguments, output: &Output) -> Result<(), Exit> {
    let mut sources = Sources::default();
    let place = place(&[], &arguments.target).map_err(|error| refuse(error, output, &sources))?;
    let stem = arguments.file.file_stem().unwrap_or_default().to_string_lossy();
    let goal = goal(environment, &arguments.written, &place.root, &stem, output)?;
    must_be_free(&goal, arguments.written.force, output)?;
    let (config, flows) = configuration(environment, arguments, &place, &mut sources, output)?;
    let shown = arguments.file.display();
    let refuse = |error: &dyn std::fmt::Display| {
        output.complain(&format!("error: {shown} cannot be imported: {error}"));
        Exit::Usage
    };
    let bytes = read_file(&arguments.file, har::MAX_FILE_BYTES).map_err(|error| refuse(&error))?;
    let recording = har::read(&bytes).map_err(|error| refuse(&error))?;
    drop(bytes);
    let options = Options {
        flow: arguments.flow.clone(),
        flows,
        paths: config.paths,
        treatment: if arguments.keep_data { Treatment::Keep } else { Treatment::Replace },
        rules: false,
        seed: arguments.seed,
        today: (environment.now)().to_zoned(jiff::tz::TimeZone::UTC).date(),
        unit: "entry",
    };
    let mut composition = compose(&recording, &options);
    composition.notes.iter().for_each(|note| output.complain(&format!("warning: {note}")));
    if composition.scenarios.is_empty() {
        let entries = recording.len();
        output.complain(&format!("error: none of the {entries} entries of {shown} is a call of the flow API"));
        return Err(Exit::Nothing);
    }
    let from = arguments.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for composed in &mut composition.scenarios {
        composed.draft.head = head_of_recorded(composed, &format!("import {from}"), options.treatment);
    }
    let paths = deliver(&composition.scenarios, &goal, arguments.written.force, output)?;
    if let Goal::File(_) = goal {
        output.say(&summary(&composition, &paths));
        output.say(&next_steps(&paths));
    }
    Ok(())
}

/// The configuration, and the ids of flows by alias, as far as they stand there without a template.
fn configuration(
    environment: &Environment,
    arguments: &ImportArguments,
    place: &Place,
    sources: &mut Sources,
    output: &Output,
) -> Result<(Config, HashMap<String, String>), Exit> {
    let mut config = Config::default();
    if let Some(path) = &place.config {
        config = config::read(path, sources)
            .map_err(|mistakes| {
                output.mistakes(&mistakes, sources);
                Exit::Usage
            })?
            .1;
    }
    let wanted = arguments.target.env.as_deref().or_else(|| environment.variable("DRAFTGATE_ENV"));
    if let Some((.., over)) = config.environments.iter().find(|(name, ..)| Some(name.as_str()) == wanted).cloned() {
        config = config.under(over);
    }
    let flow = |(alias, id): &(String, crate::template::Templated)| {
        let id = id.as_literal()?;
        Some((alias.clone(), id.as_str().map_or_else(|| id.to_string(), str::to_owned)))
    };
    let mut flows: HashMap<String, String> = config.flows.iter().rev().filter_map(flow).collect();
    // A definition that is broken has no say in what a recording means.
    let definitions = discover(&place.root, sources).flows;
    if let Ok(library) = crate::sandbox::load(sources, &definitions) {
        name_flows(&library, &mut flows);
    }
    Ok((config, flows))
}

fn summary(composition: &Composition, paths: &[std::path::PathBuf]) -> String {
    let mut text = String::new();
    for (composed, path) in composition.scenarios.iter().zip(paths) {
        text.push_str(&format!(
            "Wrote {}: {}\n  {}\n",
            path.display(),
            counted(composed.draft.steps.len(), "step"),
            composed.draft.title
        ));
    }
    let replaced: usize = composition.scenarios.iter().map(|composed| composed.replaced).sum();
    let (calls, unrelated) = (composition.calls, composition.unrelated);
    text.push_str(&format!("{calls} calls of the flow API were understood, {unrelated} other requests passed over"));
    text.push_str(&match replaced {
        0 => ".\n".to_owned(),
        1 => format!("; 1 value was replaced by made-up data.\n{MAY_DIFFER}\n"),
        _ => format!("; {replaced} values were replaced by made-up data.\n{MAY_DIFFER}\n"),
    });
    text
}
