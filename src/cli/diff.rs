//! `draftgate diff`: how the behaviour of a draft differs from the live flow, another server, or a stored map.

mod before;
mod exploring;
mod languages;
mod sides;
mod suite;

use std::path::{Path, PathBuf};

use super::Environment;
use super::args::{DiffArguments, SuiteWord};
use super::exit::Exit;
use super::output::Output;
use super::overwrite::all_may_be_written;
use super::reach::anywhere;
use super::write::write;
use super::written::{Goal, file_stem, must_be_free};
use crate::behaviour::Comparison;
use crate::report::difference;

/// The longest part of a file's name that a step or a kind makes.
const LONGEST_STEM: usize = 40;

pub(super) use sides::compared;

/// Compares, and says what differs.
pub(super) fn diff(environment: &Environment, arguments: &DiffArguments, output: &Output) -> Exit {
    if arguments.rules {
        output.say(&difference::rules(output.color));
        return Exit::Passed;
    }
    match try_diff(environment, arguments, output) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn try_diff(environment: &Environment, arguments: &DiffArguments, output: &Output) -> Result<Exit, Exit> {
    if let Err(error) = all_may_be_written(&arguments.files()) {
        output.complain(&format!("error: {error}"));
        return Err(Exit::Usage);
    }
    let place = anywhere(environment, &arguments.target, &arguments.server, output)?;
    let mut comparison = match arguments.suite {
        Some(SuiteWord::Only) => suite::unexplored(arguments),
        _ => compared(environment, &place, arguments, false, output)?.comparison,
    };
    if arguments.suite.is_some() {
        suite::replay(environment, &place, arguments, &mut comparison, output)?;
    }
    output.say(&difference::render(&comparison, arguments.witness, output.color));
    let masked = |text: &str| output.redactor.mask(text).into_owned().into_bytes();
    if let Some(path) = &arguments.json {
        let text = serde_json::to_string_pretty(&comparison).unwrap_or_default();
        write(path, masked(&format!("{text}\n")), output)?;
    }
    if let Some(path) = &arguments.markdown {
        write(path, masked(&difference::markdown::page(&comparison)), output)?;
    }
    if let Some(folder) = &arguments.scenarios {
        witnesses(&comparison, folder, arguments.force, output)?;
    }
    let fails = comparison.worst().is_some_and(|worst| arguments.changes.fail_on.fails(worst));
    Ok(if fails { Exit::Failed } else { Exit::Passed })
}

/// Writes each witness into a file of its own, all of them or none.
fn witnesses(comparison: &Comparison, folder: &Path, force: bool, output: &Output) -> Result<(), Exit> {
    let mut files: Vec<(PathBuf, &str)> = Vec::new();
    for difference in &comparison.differences {
        let Some(witness) = &difference.witness else { continue };
        let kind = serde_json::to_value(difference.kind).unwrap_or_default();
        let language = difference.language.as_deref().unwrap_or_default();
        let step: String = difference.step.chars().take(LONGEST_STEM).collect();
        let stem = file_stem(&format!("{step} {} {language}", kind.as_str().unwrap_or_default()).to_lowercase());
        let stem = stem.trim_matches('-').to_owned();
        let file = |number: usize| match number {
            1 => folder.join(format!("{stem}.yaml")),
            number => folder.join(format!("{stem}-{number}.yaml")),
        };
        let free = (1..).map(file).find(|path| !files.iter().any(|(known, _)| known == path));
        files.extend(free.map(|path| (path, witness.scenario.as_str())));
    }
    for (path, _) in &files {
        must_be_free(&Goal::File(path.clone()), force, output)?;
    }
    for (path, text) in &files {
        write(path, output.redactor.mask(text).as_bytes(), output)?;
    }
    let count = crate::phrase::counted(files.len(), "scenario");
    output.say(&format!("\nWrote {count} into {}\n", folder.display()));
    Ok(())
}
