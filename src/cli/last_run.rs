//! What came of each test when it ran last, kept for `--failed` in a folder of its own beside the configuration.
//!
//! The folder ignores itself for git: what failed on one machine is of no use on another.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::outcome::{ScenarioOutcome, Verdict};
use crate::source::{FileError, read_file, write_file};

/// The folder, beside draftgate.yaml.
pub(super) const FOLDER: &str = ".draftgate";
const FILE: &str = "last-run.json";
/// The form of the file; another is not read.
const VERSION: u32 = 1;
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The outcomes of the last runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct LastRun {
    version: u32,
    /// By the test's name.
    tests: BTreeMap<String, Last>,
}

/// What came of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Last {
    passed: bool,
    /// How long it took; none where only shards have run it.
    seconds: Option<f64>,
}

/// Why the outcomes of the last run are not known.
#[derive(Debug, thiserror::Error)]
pub(super) enum LastRunError {
    #[error("no run is remembered here: `--failed` repeats what failed in the run before")]
    None,
    #[error("the last run in {} is not read: {why}; delete the file", path.display())]
    Unreadable { path: PathBuf, why: String },
}

impl LastRun {
    /// Reads what is remembered in the folder of a configuration.
    pub fn read(root: &Path) -> Result<Self, LastRunError> {
        LastRun::from_file(&root.join(FOLDER).join(FILE))
    }

    /// Reads what such a file has.
    pub fn from_file(path: &Path) -> Result<Self, LastRunError> {
        let unreadable = |why: String| LastRunError::Unreadable { path: path.to_owned(), why };
        let bytes = match read_file(path, MAX_BYTES) {
            Ok(bytes) => bytes,
            Err(FileError::Unreadable(error)) if error.kind() == io::ErrorKind::NotFound => {
                return Err(LastRunError::None);
            }
            Err(error) => return Err(unreadable(error.to_string())),
        };
        let last: LastRun = serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
        match last.version {
            VERSION => Ok(last),
            other => Err(unreadable(format!("it has the form {other}, and {VERSION} is read"))),
        }
    }

    /// Whether the test of this name, without secrets, failed when it ran last.
    pub fn failed(&self, test: &str) -> bool {
        self.tests.get(test).is_some_and(|last| !last.passed)
    }

    /// How long each test took.
    pub fn durations(self) -> impl Iterator<Item = (String, f64)> {
        self.tests.into_iter().filter_map(|(name, last)| Some((name, last.seconds?)))
    }

    /// Notes what came of a test, under its name without secrets. A skipped one is as it was, and so is one
    /// that was interrupted: neither what comes of it nor how long it takes is known.
    pub fn note(&mut self, name: String, outcome: &ScenarioOutcome) {
        if !matches!(outcome.verdict, Verdict::Skipped(_) | Verdict::Interrupted) {
            let last = Last { passed: !outcome.verdict.is_failure(), seconds: Some(outcome.elapsed.as_secs_f64()) };
            self.tests.insert(name, last);
        }
    }

    /// Lays these outcomes over those that are remembered, and writes them. `is_test` says whether there still is such a
    /// test.
    ///
    /// A run of a `shard` leaves durations as they are: shards are divided by them, also those that begin after it.
    pub fn write(mut self, root: &Path, is_test: impl Fn(&str) -> bool, shard: bool) -> io::Result<()> {
        self.version = VERSION;
        let mut before = LastRun::read(root).unwrap_or_default().tests;
        for (name, last) in self.tests.iter_mut().filter(|_| shard) {
            last.seconds = before.get(name).and_then(|before| before.seconds);
        }
        before.append(&mut self.tests);
        self.tests = before;
        self.tests.retain(|name, _| is_test(name));
        let folder = own_folder(root)?;
        let mut text = serde_json::to_vec_pretty(&self)?;
        text.push(b'\n');
        write_file(&folder.join(FILE), text)
    }
}

/// The folder for what is remembered, which git is told to pass over.
pub(super) fn own_folder(root: &Path) -> io::Result<PathBuf> {
    let folder = root.join(FOLDER);
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        write_file(&ignore, "*\n")?;
    }
    Ok(folder)
}
