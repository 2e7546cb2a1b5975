//! Finding the files below a scenario folder.

use std::path::{Component, Path, PathBuf};

use ignore::WalkBuilder;

use super::personas::PERSONA_FILES;
use crate::source::{Code, Diagnostic, Sources};

/// How the names of flow definitions end, for the sandbox.
pub const FLOW_SUFFIXES: [&str; 2] = [".flow.yaml", ".flow.yml"];
/// The names of the configuration, of the sandbox's own settings and of the personas: none is a scenario.
pub const NO_SCENARIOS: [&str; 6] =
    ["draftgate.yaml", "draftgate.yml", "sandbox.yaml", "sandbox.yml", PERSONA_FILES[0], PERSONA_FILES[1]];

/// What lies below a scenario folder.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// The folder that names are relative to.
    pub root: PathBuf,
    /// YAML files that may be scenarios, fragments or data, sorted.
    pub files: Vec<PathBuf>,
    /// Flow definitions and the sandbox's settings, sorted.
    pub flows: Vec<PathBuf>,
    /// What could not be walked.
    pub mistakes: Vec<Diagnostic>,
}

/// Walks a folder. Links are followed; one that leads back to a folder above it is a mistake, as is a folder that cannot
/// be read; the mistakes are found with the rest and reported by [`load()`](super::load()) with those of the files.
pub fn discover(root: &Path, sources: &mut Sources) -> Discovery {
    let mut found = Discovery { root: root.to_owned(), ..Discovery::default() };
    let walk = WalkBuilder::new(root)
        .standard_filters(false)
        .hidden(true)
        .follow_links(true)
        .sort_by_file_name(Ord::cmp)
        .build();
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => found.take(entry.path()),
            Ok(_) => {}
            Err(error) if !concerns_scenarios(&error) => {}
            Err(error) => found.mistakes.push(walk_mistake(root, &error, sources)),
        }
    }
    found
}

impl Discovery {
    fn take(&mut self, path: &Path) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let yaml = path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
        if FLOW_SUFFIXES.iter().any(|suffix| name.ends_with(suffix)) || name == "sandbox.yaml" {
            self.flows.push(path.to_owned());
        } else if yaml && !NO_SCENARIOS.contains(&name.as_ref()) {
            self.files.push(path.to_owned());
        }
    }

    /// A file's name as a test: its path below the root without the ending, with forward slashes.
    pub fn test_name(&self, file: &Path) -> String {
        let below = file.strip_prefix(&self.root).unwrap_or(file).with_extension("");
        // Control characters have no place on a terminal or in a list of tests.
        let parts: Vec<_> = below
            .components()
            .filter_map(|part| match part {
                Component::Normal(part) => Some(part.to_string_lossy().replace(char::is_control, "_")),
                _ => None,
            })
            .collect();
        parts.join("/")
    }
}

/// A link that leads nowhere is nobody's business unless it is called like a scenario.
fn concerns_scenarios(error: &ignore::Error) -> bool {
    let dangling = error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound);
    let yaml = |path: &Path| path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    !dangling || error.depth() == Some(0) || path_of(error).is_none_or(yaml)
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        _ => None,
    }
}

fn walk_mistake(root: &Path, error: &ignore::Error, sources: &mut Sources) -> Diagnostic {
    let mut place = |path: &Path| {
        let id = sources.add(path, "");
        sources.span(id, 0..0)
    };
    if let Some((ancestor, child)) = loop_of(error) {
        let message = format!("this link leads back to {}", ancestor.display());
        return Diagnostic::mistake(Code::FolderLoop, place(child), message)
            .help("remove the link, or move it out of the scenario folder");
    }
    let why = match error.io_error().map(std::io::Error::kind) {
        Some(std::io::ErrorKind::NotFound) => "there is nothing here, or a link that leads nowhere".to_owned(),
        Some(kind) => kind.to_string(),
        None => error.to_string(),
    };
    let message = format!("this cannot be read: {why}");
    Diagnostic::mistake(Code::UnreadableFile, place(path_of(error).unwrap_or(root)), message)
        .help("remove it, or let it be read")
}

fn loop_of(error: &ignore::Error) -> Option<(&Path, &Path)> {
    match error {
        ignore::Error::Loop { ancestor, child } => Some((ancestor, child)),
        ignore::Error::WithPath { err, .. }
        | ignore::Error::WithDepth { err, .. }
        | ignore::Error::WithLineNumber { err, .. } => loop_of(err),
        _ => None,
    }
}
