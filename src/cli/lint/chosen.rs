//! Files that are chosen and hold no scenario: editors and hooks hand over whatever was changed.
//!
//! What a fragment, a definition or a table is worth shows in the scenarios that use it, so that the whole folder is read; only
//! what is found in the chosen files is told.

use std::path::{Path, PathBuf};

use crate::cli::settings::Place;
use crate::scenario::{FLOW_SUFFIXES, PERSONA_FILES};
use crate::source::{SourceId, Sources, canonical};

/// What a chosen file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileKind {
    Scenario,
    Fragment,
    Flow,
    Configuration,
    Personas,
    Data,
}

/// The kinds in the order in which they are told, with their names for one and for several.
const KINDS: [(FileKind, &str, &str); 6] = [
    (FileKind::Scenario, "scenario", "scenarios"),
    (FileKind::Fragment, "fragment", "fragments"),
    (FileKind::Flow, "file for the sandbox", "files for the sandbox"),
    (FileKind::Configuration, "configuration", "configurations"),
    (FileKind::Personas, "file of personas", "files of personas"),
    (FileKind::Data, "data file", "data files"),
];

/// The chosen files, some of which hold no scenario.
#[derive(Debug)]
pub(super) struct Chosen(Vec<(PathBuf, FileKind)>);

impl Chosen {
    /// None where folders or scenarios alone are chosen.
    pub fn of(place: &Place) -> Option<Self> {
        let paths: Vec<&Path> = place.selections.iter().map(|selection| selection.path.as_path()).collect();
        if paths.iter().any(|path| path.is_dir()) {
            return None;
        }
        let files: Vec<(PathBuf, FileKind)> = paths.iter().map(|path| (canonical(path), kind(path))).collect();
        let others = files.iter().any(|(_, kind)| *kind != FileKind::Scenario);
        others.then_some(Chosen(files))
    }

    /// Whether the configuration is among them.
    pub fn has_configuration(&self) -> bool {
        self.0.iter().any(|(_, kind)| *kind == FileKind::Configuration)
    }

    /// Whether a place stands in one of them.
    pub fn has(&self, source: SourceId, sources: &Sources) -> bool {
        let path = canonical(sources.path(source));
        self.0.iter().any(|(chosen, _)| *chosen == path)
    }

    /// What was checked: `1 fragment and 2 data files`.
    pub fn told(&self) -> String {
        let count = |kind: FileKind| self.0.iter().filter(|(_, found)| *found == kind).count();
        let parts: Vec<String> = KINDS
            .iter()
            .filter_map(|(kind, one, several)| match count(*kind) {
                0 => None,
                1 => Some(format!("1 {one}")),
                more => Some(format!("{more} {several}")),
            })
            .collect();
        match &parts[..] {
            [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
            _ => parts.concat(),
        }
    }

    /// Data files that no scenario reads, and personas of another folder, as they are shown.
    pub fn unread(&self, place: &Place, sources: &Sources) -> Vec<String> {
        let read: Vec<PathBuf> = sources.all().map(|source| canonical(&source.path)).collect();
        let is_read_by_another = |kind| matches!(kind, FileKind::Data | FileKind::Personas);
        let data = self.0.iter().filter(|(path, kind)| is_read_by_another(*kind) && !read.contains(path));
        let shown = |path: &PathBuf| {
            let selection = place.selections.iter().find(|selection| canonical(&selection.path) == *path);
            selection.map_or_else(|| path.display().to_string(), |selection| selection.path.display().to_string())
        };
        data.map(|(path, _)| shown(path)).collect()
    }
}

/// What a file is, by its name, and by its keys where the name does not tell.
fn kind(path: &Path) -> FileKind {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if ["draftgate.yaml", "draftgate.yml"].contains(&&*name) {
        return FileKind::Configuration;
    }
    if PERSONA_FILES.contains(&&*name) {
        return FileKind::Personas;
    }
    let located = path.components().any(|part| part.as_os_str() == "locales");
    if FLOW_SUFFIXES.iter().any(|suffix| name.ends_with(suffix)) || name == "sandbox.yaml" || located {
        return FileKind::Flow;
    }
    if !name.ends_with(".yaml") && !name.ends_with(".yml") {
        return FileKind::Data;
    }
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let has = |key: &str| text.lines().any(|line| line.trim_start_matches('\u{feff}').starts_with(key));
    match () {
        () if has("scenario:") => FileKind::Scenario,
        () if has("fragment:") => FileKind::Fragment,
        // A list is no scenario, and no broken one.
        () if has("- ") || has("-\n") || has("[") => FileKind::Data,
        () => FileKind::Scenario,
    }
}
