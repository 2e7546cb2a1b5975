//! How long tests took, by which shards are balanced.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::last_run::{LastRun, LastRunError};
use super::output::Output;
use crate::journal::{Journal, JournalError, Test, Verdict};

/// Durations by the tests' names.
pub(super) type Durations = HashMap<String, Duration>;

/// Why durations are not known.
#[derive(Debug, thiserror::Error)]
pub(super) enum DurationsError {
    #[error("{} has no durations: {why}", file.display())]
    Unreadable { file: PathBuf, why: JournalError },
    #[error(transparent)]
    LastRun(#[from] LastRunError),
}

/// Reads the file that was named, or else what is remembered of the last run beside the configuration.
///
/// A file that is not there yet, as before the first run, is told and no mistake: every shard then divides by names.
pub(super) fn durations(file: Option<&Path>, root: &Path, output: &Output) -> Result<Durations, DurationsError> {
    let seconds: Vec<(String, f64)> = match file {
        None => match LastRun::read(root) {
            Ok(last) => last.durations().collect(),
            Err(LastRunError::None) => Vec::new(),
            Err(error) => return Err(error.into()),
        },
        Some(file) => match File::open(file) {
            Ok(opened) => read(opened, file)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let file = file.display();
                output.complain(&format!(
                    "warning: there is no file {file} yet: shards are divided by the names of tests"
                ));
                Vec::new()
            }
            Err(error) => return Err(DurationsError::Unreadable { file: file.to_owned(), why: error.into() }),
        },
    };
    let known =
        seconds.into_iter().filter_map(|(name, seconds)| Some((name, Duration::try_from_secs_f64(seconds).ok()?)));
    Ok(known.collect())
}

/// A journal has an object a line, the file of the last run one over many.
fn read(file: File, path: &Path) -> Result<Vec<(String, f64)>, DurationsError> {
    let mut lines = BufReader::new(file);
    let unreadable = |why: JournalError| DurationsError::Unreadable { file: path.to_owned(), why };
    let first = lines.fill_buf().map_err(|error| unreadable(error.into()))?;
    if first.starts_with(b"{\n") || first.starts_with(b"{\r\n") {
        return Ok(LastRun::from_file(path)?.durations().collect());
    }
    let journal = Journal::read(lines).map_err(unreadable)?;
    let ended = |test: &Test| !matches!(test.verdict, Verdict::Skipped | Verdict::Interrupted);
    let ran = journal.tests.into_iter().filter(ended);
    Ok(ran.map(|test| (test.name, test.seconds)).collect())
}
