//! What a report may be written over: a file that is empty or no regular one, and what begins as a report of draftgate does.
//! Whatever else is there is somebody's work, and stays.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::report::beginning::{BEGINNING_BYTES, is_report, is_rust_log};
use crate::source::{canonical, is_open_end};

/// Why a file cannot be that of a report.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoReport {
    /// Another report goes there.
    #[error("two reports cannot be written to one file, {}: give each a name of its own", .0.display())]
    Twice(PathBuf),
    /// Files so named are those that people write and review.
    #[error("{} is named like a {what}; no report is written over one: give it another ending", file.display())]
    Named { file: PathBuf, what: &'static str },
    /// It is there, and is no report.
    #[error("{} is there already and is no report of draftgate: name another file, or delete it", .0.display())]
    Foreign(PathBuf),
    /// It is there among the suite's files.
    #[error("{} lies among scenarios or snapshots and is no log: name another file, or delete it", .0.display())]
    OfSuite(PathBuf),
    /// A folder is there.
    #[error("{} is a folder: name a file in it", .0.display())]
    Folder(PathBuf),
    /// What it would lie in is none.
    #[error("{} cannot be written: {} is no folder", file.display(), parent.display())]
    InFile { file: PathBuf, parent: PathBuf },
    /// What is there cannot be read, or taken away.
    #[error("{} cannot be written: {}", .0.display(), .1)]
    Stays(PathBuf, io::Error),
}

/// Takes away what an earlier run wrote, so that nobody takes it for what came of this one.
///
/// # Errors
///
/// When one of the files is none that a report may be written over: then nothing is taken away.
pub(super) fn clear(files: &[&PathBuf]) -> Result<(), NoReport> {
    all_may_be_written(files)?;
    for file in files.iter().filter(|file| file.is_file() && !is_open_end(file)) {
        // A link stays, and leads to the new report.
        std::fs::remove_file(canonical(file)).map_err(|why| NoReport::Stays(file.to_path_buf(), why))?;
    }
    Ok(())
}

/// Whether reports may be written to all of these.
pub(super) fn all_may_be_written(files: &[&PathBuf]) -> Result<(), NoReport> {
    for (at, file) in files.iter().enumerate() {
        if files[..at].iter().any(|other| is_same(other, file)) {
            return Err(NoReport::Twice(file.to_path_buf()));
        }
        may_be_written(file)?;
    }
    Ok(())
}

/// Whether a report may be written to a file.
fn may_be_written(file: &Path) -> Result<(), NoReport> {
    match beginning(file)? {
        Some(begin) if !is_report(&begin) => Err(NoReport::Foreign(file.to_owned())),
        _ => Ok(()),
    }
}

/// Whether Rust's output may be written to a file: to any that is no report and, in the `folders` of scenarios and snapshots,
/// nothing but such a log.
pub(super) fn log_may_be_written(file: &Path, reports: &[&PathBuf], folders: &[PathBuf]) -> Result<(), NoReport> {
    if reports.iter().any(|report| is_same(report, file)) {
        return Err(NoReport::Twice(file.to_owned()));
    }
    let begin = beginning(file)?;
    let whole = whole(file);
    let is_inside = || folders.iter().any(|folder| whole.starts_with(self::whole(folder)));
    match begin {
        Some(begin) if is_inside() && !is_rust_log(&begin) => Err(NoReport::OfSuite(file.to_owned())),
        _ => Ok(()),
    }
}

/// What a regular file that is there begins with; nothing where there is none, or an empty one.
fn beginning(file: &Path) -> Result<Option<Vec<u8>>, NoReport> {
    if let Some(what) = kind_by_name(file) {
        return Err(NoReport::Named { file: file.to_owned(), what });
    }
    let stays = |why| NoReport::Stays(file.to_owned(), why);
    let metadata = match std::fs::metadata(file) {
        Ok(metadata) => metadata,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            // The folders that are missing are made, those that are there must be some.
            return match file.ancestors().skip(1).find(|above| above.exists()) {
                Some(above) if !above.is_dir() => {
                    Err(NoReport::InFile { file: file.to_owned(), parent: above.to_owned() })
                }
                _ => Ok(None),
            };
        }
        Err(error) => return Err(stays(error)),
    };
    if metadata.is_dir() {
        return Err(NoReport::Folder(file.to_owned()));
    }
    if metadata.len() == 0 || is_open_end(file) {
        return Ok(None);
    }
    let mut begin = Vec::new();
    File::open(file).and_then(|open| open.take(BEGINNING_BYTES).read_to_end(&mut begin)).map_err(stays)?;
    Ok(Some(begin))
}

fn kind_by_name(file: &Path) -> Option<&'static str> {
    let name = file.file_name()?.to_string_lossy().to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&[".yaml", ".yml"]) { Some("scenario") } else { ends(&[".snap", ".snap.new"]).then_some("snapshot") }
}

fn is_same(one: &Path, other: &Path) -> bool {
    !is_open_end(one) && whole(one) == whole(other)
}

/// A path by which files that are not there yet are told apart.
fn whole(path: &Path) -> PathBuf {
    std::path::absolute(canonical(path)).unwrap_or_else(|_| path.to_owned())
}
