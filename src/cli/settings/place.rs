//! Which files a command is about: the scenario folder, what is chosen in it, and its configuration.

use std::path::{Path, PathBuf};

use super::SettingsError;
use crate::cli::args::Target;
use crate::scenario::FLOW_SUFFIXES;

/// The names under which a configuration file is looked for.
const CONFIG_NAMES: [&str; 2] = ["draftgate.yaml", "draftgate.yml"];
/// The folder that scenarios lie in where nothing else is said.
pub const SCENARIOS: &str = "scenarios";

/// A file or folder that was chosen, with a line in it.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The path.
    pub path: PathBuf,
    /// The line, from one.
    pub line: Option<usize>,
}

/// Which files a command is about.
#[derive(Debug, Clone)]
pub struct Place {
    /// The scenario folder, which names are relative to.
    pub root: PathBuf,
    /// What was chosen in it.
    pub selections: Vec<Selection>,
    /// What names must contain, any of them.
    pub filters: Vec<String>,
    /// The configuration file.
    pub config: Option<PathBuf>,
}

/// Finds the scenario folder and what is chosen in it.
pub fn place(select: &[String], target: &Target) -> Result<Place, SettingsError> {
    let mut selections = Vec::new();
    let mut filters = Vec::new();
    for word in select {
        match selection(word)? {
            Some(selection) => selections.push(selection),
            None if is_file_name(word) => return Err(SettingsError::Usage(format!("there is no file {word}"))),
            None => filters.push(word.clone()),
        }
    }
    if selections.is_empty() {
        let default = default_folder().ok_or_else(|| {
            SettingsError::Usage(
                "there are no scenarios here: name a folder, or create the folder `scenarios`, which may be empty"
                    .to_owned(),
            )
        })?;
        selections.push(Selection { path: default, line: None });
    }
    of_selections(selections, filters, target)
}

/// The place of a command that is about a flow and needs no scenarios: this folder, where there are none.
pub fn place_of_flow(target: &Target) -> Result<Place, SettingsError> {
    let path = default_folder().unwrap_or_else(|| PathBuf::from("."));
    of_selections(vec![Selection { path, line: None }], Vec::new(), target)
}

fn of_selections(selections: Vec<Selection>, filters: Vec<String>, target: &Target) -> Result<Place, SettingsError> {
    if let Some(config) = &target.config
        && !config.is_file()
    {
        return Err(SettingsError::Usage(format!("there is no configuration {}", config.display())));
    }
    let first = &selections[0].path;
    let folder = if first.is_dir() { first.clone() } else { parent(first) };
    let config = target.config.clone().or_else(|| find_config(first)).or_else(|| config_beside(&folder));
    let root = match &config {
        Some(config) if contains(&parent(config), first) => parent(config),
        // A scenario keeps its name, its flows and its snapshots when it is run alone.
        _ => default_folder().filter(|default| contains(default, first)).unwrap_or(folder),
    };
    for selection in &selections {
        if !contains(&root, &selection.path) {
            let message = format!(
                "{} is not in the scenario folder {}; run the two apart",
                selection.path.display(),
                root.display()
            );
            return Err(SettingsError::Usage(message));
        }
    }
    Ok(Place { root, selections, filters, config })
}

/// Whether a word can only be meant as a file, with a line or without.
fn is_file_name(word: &str) -> bool {
    let file = word.rsplit_once(':').filter(|(_, line)| line.parse::<usize>().is_ok()).map_or(word, |(file, _)| file);
    file.ends_with(".yaml") || file.ends_with(".yml")
}

/// A word as a path, with a line after it or without; `None` for a word that is no path.
fn selection(word: &str) -> Result<Option<Selection>, SettingsError> {
    let path = PathBuf::from(word);
    if path.exists() {
        return Ok(Some(Selection { path, line: None }));
    }
    let Some((file, line)) = word.rsplit_once(':') else { return Ok(None) };
    // With a column after it, as mistakes are told.
    let (file, line) = match file.rsplit_once(':') {
        Some((file, earlier)) if earlier.parse::<usize>().is_ok() && Path::new(file).exists() => (file, earlier),
        _ => (file, line),
    };
    let path = PathBuf::from(file);
    if path.is_dir() && line.parse::<usize>().is_ok() {
        return Err(SettingsError::Usage(format!("{file} is a folder, and a line is one of a file")));
    }
    if !path.is_file() {
        return Ok(None);
    }
    let lines = std::fs::read_to_string(&path).map_or(usize::MAX, |text| text.lines().count());
    match line.parse() {
        Ok(line) if (1..=lines).contains(&line) => Ok(Some(Selection { path, line: Some(line) })),
        _ => Err(SettingsError::Usage(format!("{file} has {lines} lines, and `{line}` is none of them"))),
    }
}

/// The configuration of the project in which a folder lies that is outside of its scenario folder; none for a folder with flows
/// of its own for the sandbox.
fn config_beside(folder: &Path) -> Option<PathBuf> {
    let config = find_config(&default_folder()?)?;
    let has_flows = ignore::WalkBuilder::new(folder).build().flatten().any(|entry| {
        let name = entry.file_name().to_string_lossy();
        FLOW_SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
    });
    (!has_flows).then_some(config)
}

/// The scenario folder that is meant where none is named.
pub fn default_folder() -> Option<PathBuf> {
    let here = CONFIG_NAMES.iter().any(|name| Path::new(name).is_file());
    if here {
        return Some(PathBuf::from("."));
    }
    let below = Some(PathBuf::from(SCENARIOS)).filter(|folder| folder.is_dir());
    // Somewhere inside a scenario folder, what lies here is meant.
    below.or_else(|| find_config(Path::new(".")).map(|_| PathBuf::from(".")))
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Looks upwards from a scenario, in the words of the path itself so that what is shown stays short.
fn find_config(from: &Path) -> Option<PathBuf> {
    let mut folder = if from.is_dir() { from.to_owned() } else { parent(from) };
    let mut steps = folder.canonicalize().ok()?.components().count();
    loop {
        let found = CONFIG_NAMES.iter().map(|name| folder.join(name)).find(|file| file.is_file());
        if found.is_some() || steps == 0 {
            return found;
        }
        steps -= 1;
        folder = match folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() && !folder.ends_with("..") => parent.to_owned(),
            Some(_) if !folder.ends_with("..") && folder != Path::new(".") => PathBuf::from("."),
            _ if folder == Path::new(".") => PathBuf::from(".."),
            _ => folder.join(".."),
        };
    }
}

fn contains(folder: &Path, path: &Path) -> bool {
    match (folder.canonicalize(), path.canonicalize()) {
        (Ok(folder), Ok(path)) => path.starts_with(folder),
        _ => false,
    }
}
