//! Writing scenarios to files: where to, never over what is there, and each file whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use super::Environment;
use super::args::WrittenArguments;
use super::exit::Exit;
use super::output::Output;
use super::write::write;
use crate::compose::{self, Composed, Treatment};
use crate::scenario::{FLOW_SUFFIXES, NO_SCENARIOS};
use crate::source::from_here;

/// Where scenarios go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Goal {
    /// The standard output.
    Standard,
    /// This file; further scenarios beside it, numbered.
    File(PathBuf),
}

/// Where scenarios go that are called `stem` when nothing else is said. In CI a file must be asked for by its name.
pub(super) fn goal(
    environment: &Environment,
    arguments: &WrittenArguments,
    folder: &Path,
    stem: &str,
    output: &Output,
) -> Result<Goal, Exit> {
    let file = format!("{}.yaml", file_stem(stem));
    match &arguments.out {
        Some(out) if out.as_os_str() == "-" => Ok(Goal::Standard),
        Some(out) if out.is_dir() => Ok(Goal::File(out.join(file))),
        Some(out) if let Some(why) = no_scenario(out) => {
            output.complain(&format!("error: {} would be no scenario: {why}", out.display()));
            Err(Exit::Usage)
        }
        Some(out) if is_yaml(out) => Ok(Goal::File(out.clone())),
        Some(out) => Ok(Goal::File(out.join(file))),
        None => {
            must_be_named_in_ci(environment, "file", output)?;
            Ok(Goal::File(from_here(folder).join(file)))
        }
    }
}

/// In CI nothing is written unless its place is asked for by name.
pub(super) fn must_be_named_in_ci(environment: &Environment, what: &str, output: &Output) -> Result<(), Exit> {
    if !environment.in_ci() {
        return Ok(());
    }
    output.complain(&format!("error: nothing is written in CI unless it is asked for: name the {what} with --out"));
    Err(Exit::Usage)
}

/// Why a file of this name is none that runs as a scenario. A name without an ending, or with a slash after it, is a folder's.
fn no_scenario(out: &Path) -> Option<String> {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    let (stem, ending) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty())?;
    let slash = out.as_os_str().to_string_lossy().ends_with(std::path::is_separator);
    if slash {
        return None;
    }
    let why = match ending {
        "yaml" | "yml" if FLOW_SUFFIXES.iter().any(|suffix| name.ends_with(suffix)) => {
            "files so called define a flow for the sandbox"
        }
        "yaml" | "yml" if NO_SCENARIOS.contains(&&*name) || stem == "sandbox" => {
            "a file so called is read as configuration"
        }
        "yaml" | "yml" if name.starts_with('.') => "a file whose name begins with a dot is passed over",
        "yaml" | "yml" => return None,
        _ => return Some(format!("its name must end in .yaml, such as {}", out.with_extension("yaml").display())),
    };
    Some(format!("{why}; --out NAME.yaml gives it another name"))
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
}

/// A flow's or a recording's name as the name of a file: what no system takes, or takes for something else, becomes `-`.
pub(super) fn file_stem(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    let plain = plain.trim_matches(['-', '.']);
    // A scenario must not be taken for a configuration, or for a definition of the sandbox.
    match plain.strip_suffix(".flow").unwrap_or(plain) {
        "" => "scenario".to_owned(),
        special @ ("draftgate" | "sandbox") => format!("{special}-scenario"),
        plain => plain.to_owned(),
    }
}

/// The file of the scenario at a place among several.
pub(super) fn numbered(file: &Path, at: usize) -> PathBuf {
    if at == 0 {
        return file.to_owned();
    }
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let ending = file.extension().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{stem}-{}.{ending}", at + 1))
}

/// Refuses a file that is there already, before any work is done for it.
pub(super) fn must_be_free(goal: &Goal, force: bool, output: &Output) -> Result<(), Exit> {
    match goal {
        Goal::File(path) if path.exists() && !force => Err(taken(path, output)),
        _ => Ok(()),
    }
}

fn taken(path: &Path, output: &Output) -> Exit {
    let path = path.display();
    output.complain(&format!(
        "error: {path} is there already: --force writes over it, another name or folder leaves it alone"
    ));
    Exit::Usage
}

/// Writes scenarios and the files that they send, and says which; nothing is written where any would be written over.
pub(super) fn deliver(scenarios: &[Composed], goal: &Goal, force: bool, output: &Output) -> Result<Vec<PathBuf>, Exit> {
    let file = match goal {
        Goal::Standard => return print(scenarios, output).map(|()| Vec::new()),
        Goal::File(file) => file,
    };
    let mut planned: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    for (at, composed) in scenarios.iter().enumerate() {
        let path = numbered(file, at);
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let text = compose::write(&composed.draft);
        planned.push((path, output.redactor.mask(&text).into_owned().into_bytes()));
        planned.extend(composed.files.iter().map(|(path, bytes)| (folder.join(path), bytes.clone())));
    }
    let differs = |(path, bytes): &&(PathBuf, Vec<u8>)| {
        path.exists() && (is_yaml(path) || fs::read(path).ok().as_deref() != Some(bytes))
    };
    if let Some((path, _)) = planned.iter().find(differs).filter(|_| !force) {
        return Err(taken(path, output));
    }
    for (path, bytes) in &planned {
        write(path, bytes, output)?;
    }
    Ok((0..scenarios.len()).map(|at| numbered(file, at)).collect())
}

fn print(scenarios: &[Composed], output: &Output) -> Result<(), Exit> {
    let [composed] = scenarios else {
        output.complain(&format!("error: there are {} scenarios: name a folder for them with --out", scenarios.len()));
        return Err(Exit::Usage);
    };
    output.say(&compose::write(&composed.draft));
    for (path, _) in &composed.files {
        output.complain(&format!(
            "note: the scenario sends {path}, which is not written together with the standard output"
        ));
    }
    Ok(())
}

/// Said where data were replaced: the same stands in the file.
pub(super) const MAY_DIFFER: &str = "Where the flow decides by what was replaced, it may go another way.";

/// What the first lines of a scenario say that was made of a recording: who wrote it, and what became of the data.
pub(super) fn head_of_recorded(composed: &Composed, by: &str, treatment: Treatment) -> Vec<String> {
    let mut head = vec![format!("Written by `draftgate {by}`.")];
    match treatment {
        Treatment::Keep => {
            head.push("It holds what the applicant entered: take care with whom you share it.".to_owned());
        }
        Treatment::Replace if composed.replaced > 0 => head.push(
            "What the applicant entered is replaced by made-up data of the same kind (vars). Where the flow decides by it, \
             it may go another way."
                .to_owned(),
        ),
        Treatment::Replace => {}
    }
    head.extend(composed.draft.head.iter().cloned());
    head
}

/// What to do with scenarios that were just written.
pub(super) fn next_steps(paths: &[PathBuf]) -> String {
    let Some(first) = paths.first() else { return String::new() };
    let first = first.display();
    format!(
        "\nNext:\n  draftgate run {first}      plays it; its answers are new and wait to be accepted\n  \
         draftgate review {first}   goes through them\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_plain() {
        for (name, stem) in [
            ("retail-onboarding", "retail-onboarding"),
            ("a/b c", "a-b-c"),
            ("../../etc", "etc"),
            ("", "scenario"),
            ("sandbox", "sandbox-scenario"),
            ("x.flow", "x"),
        ] {
            assert_eq!(file_stem(name), stem, "{name}");
        }
        assert_eq!(numbered(Path::new("a/b.yaml"), 1), Path::new("a/b-2.yaml"));
    }
}
