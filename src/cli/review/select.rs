//! Which snapshots are meant.

use std::path::{Path, PathBuf};

use super::super::Environment;
use super::super::args::ReviewArguments;
use super::super::settings::{self, Place, SettingsError, snapshot_folder};
use crate::snapshot::{Store, Waiting};
use crate::source::{Sources, canonical};

/// The scenario folder that is meant: the one that lies here, unless a path leads into another.
pub(super) fn place(
    environment: &Environment,
    arguments: &ReviewArguments,
    sources: &mut Sources,
) -> Result<Place, SettingsError> {
    let paths: Vec<&String> = arguments.select.iter().filter(|word| file_of(word).exists()).collect();
    let here = settings::place(&[], &arguments.target);
    let elsewhere = match &here {
        Ok(place) => {
            let snapshots = snapshot_folder(environment, &arguments.target, place, sources)?;
            let known = [canonical(&place.root), canonical(&snapshots)];
            let is_known = |word: &str| {
                let path = canonical(&file_of(word));
                // A folder round both means all that is in it.
                known.iter().any(|folder| path.starts_with(folder) || folder.starts_with(&path))
            };
            paths.into_iter().find(|word| !is_known(word))
        }
        Err(_) => paths.into_iter().next(),
    };
    match elsewhere {
        Some(word) => settings::place(std::slice::from_ref(word), &arguments.target),
        None => here,
    }
}

/// A word as a path, the line after it aside.
fn file_of(word: &str) -> PathBuf {
    let whole = PathBuf::from(word);
    match word.rsplit_once(':') {
        Some((file, line)) if !whole.exists() && line.parse::<u32>().is_ok() => PathBuf::from(file),
        _ => whole,
    }
}

/// Whether each word means something.
pub(super) fn check(store: &Store, dir: &Path, waiting: &[Waiting], words: &[String]) -> Result<(), SettingsError> {
    for word in words {
        if !file_of(word).exists() && !waiting.iter().any(|waiting| is_meant(word, waiting, store, dir)) {
            return Err(SettingsError::Usage(format!(
                "`{word}` is no file or folder, and no part of the name of a test with snapshots to review; \
                 `draftgate review --list` shows these"
            )));
        }
    }
    Ok(())
}

/// What the words choose; everything where there is none.
pub(super) fn chosen(store: &Store, dir: &Path, waiting: Vec<Waiting>, words: &[String]) -> Vec<Waiting> {
    let is_chosen =
        |waiting: &Waiting| words.is_empty() || words.iter().any(|word| is_meant(word, waiting, store, dir));
    waiting.into_iter().filter(is_chosen).collect()
}

/// Whether a word means an answer: by the scenario's file, by a folder above it or the snapshot, or by the test's name.
fn is_meant(word: &str, waiting: &Waiting, store: &Store, dir: &Path) -> bool {
    let file = file_of(word);
    if file.exists() {
        let file = canonical(&file);
        let line = word.rsplit_once(':').filter(|_| !Path::new(word).exists()).and_then(|(_, line)| line.parse().ok());
        let source = store.source_file(waiting).map(|source| canonical(&source));
        let in_source = source.is_some_and(|source| source.starts_with(&file));
        let in_snapshots = [&waiting.path, &waiting.file].iter().any(|path| canonical(path).starts_with(&file));
        return (in_source || in_snapshots) && line.is_none_or(|line: u32| waiting.line == Some(line));
    }
    // A first answer's snapshot is no file yet.
    waiting.test(dir).contains(word) || canonical(&waiting.path) == canonical(&file)
}
