//! Snapshot files, in the format of the `insta` crate.
//!
//! Owns their reading and writing and nothing else: what is written is decided in [`super::policy`]. Every write is atomic,
//! so that a run that is broken off leaves each file either old or new.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf, absolute};

use serde_json::Value;

use super::compare::canonical;
use crate::source::write_file;

mod format;
mod review;

pub use format::Malformed;
pub use review::{Found, Settled, Taken};

/// Where snapshots are written and what is told to `cargo insta`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    root: PathBuf,
    pending_dir: Option<PathBuf>,
    references: Option<PathBuf>,
}

/// What is said of a snapshot before its text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Header {
    /// The scenario's file.
    pub source: Option<PathBuf>,
    /// The step's line in it (only kept while the answer awaits review).
    pub assertion_line: Option<u32>,
    /// What a person reads above the text.
    pub description: Option<String>,
    /// Further facts.
    pub info: Option<Value>,
    /// The file that the step is written in, where that is a fragment.
    pub input_file: Option<PathBuf>,
}

/// An answer to be written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pending {
    /// What is said of it.
    pub header: Header,
    /// Its text.
    pub body: String,
}

/// Why a snapshot could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file is there and cannot be read.
    #[error("failed to read the snapshot {}: {error}", path.display())]
    Read {
        /// The snapshot.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The file is no snapshot.
    #[error(
        "{} is not a snapshot file: {why}; restore it from version control, or delete it and accept the answer anew",
        path.display()
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: Malformed,
    },
    /// A file cannot be written.
    #[error("failed to write {}: {error}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file cannot be deleted.
    #[error("failed to delete {}: {error}", path.display())]
    Delete {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A folder cannot be listed.
    #[error("failed to list the snapshots in {}: {error}", dir.display())]
    List {
        /// The folder of snapshots.
        dir: PathBuf,
        /// Why.
        error: ignore::Error,
    },
    /// There is no place for the file below `INSTA_PENDING_DIR`.
    #[error(
        "the snapshot {} is not below {}, so that INSTA_PENDING_DIR has no place for it: \
         set INSTA_WORKSPACE_ROOT to a folder above it, or unset INSTA_PENDING_DIR",
        path.display(), root.display()
    )]
    OutsideRoot {
        /// The snapshot.
        path: PathBuf,
        /// The root of the workspace.
        root: PathBuf,
    },
}

impl Store {
    /// A store whose files speak of paths relative to this folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Store { root: root.into(), pending_dir: None, references: None }
    }

    /// A store as the environment wants it: `INSTA_WORKSPACE_ROOT` goes before the root given here, answers that await review
    /// go below `INSTA_PENDING_DIR`, and the paths of used snapshots into `INSTA_SNAPSHOT_REFERENCES_FILE`.
    pub fn from_env(env: &dyn Fn(&str) -> Option<String>, root: impl Into<PathBuf>) -> Self {
        let given = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Store {
            root: given("INSTA_WORKSPACE_ROOT").unwrap_or_else(|| root.into()),
            pending_dir: given("INSTA_PENDING_DIR"),
            references: given("INSTA_SNAPSHOT_REFERENCES_FILE"),
        }
    }

    /// The accepted text, or the text of an answer that awaits review; none when there is no such file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is no snapshot.
    pub fn read(&self, path: &Path) -> Result<Option<String>, StoreError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::Read { path: path.to_path_buf(), error }),
        };
        let malformed = |why| StoreError::Malformed { path: path.to_path_buf(), why };
        let text = format::readable(&bytes).map_err(malformed)?;
        if let Some(body) = format::own_body(text) {
            return Ok(Some(canonical(body).into_owned()));
        }
        format::check(&bytes).map_err(malformed)?;
        let snapshot = insta::Snapshot::from_file(path).map_err(|_| malformed(Malformed::Header))?;
        match snapshot.as_text() {
            Some(text) => Ok(Some(text.to_string())),
            None => Err(malformed(Malformed::Binary)),
        }
    }

    /// Where an answer awaits review.
    ///
    /// # Errors
    ///
    /// When there is a folder for such answers and the snapshot is not below the root.
    fn pending_path(&self, path: &Path) -> Result<PathBuf, StoreError> {
        let mut pending = match &self.pending_dir {
            None => path.to_path_buf(),
            Some(dir) => match below(path, &self.root) {
                Some(relative) => dir.join(relative),
                None => return Err(StoreError::OutsideRoot { path: path.to_path_buf(), root: self.root.clone() }),
            },
        };
        pending.as_mut_os_string().push(".new");
        Ok(pending)
    }

    /// Writes an answer to await review, and says where it is.
    ///
    /// # Errors
    ///
    /// When there is no place for it, or it cannot be written.
    pub fn write_pending(&self, path: &Path, pending: &Pending) -> Result<PathBuf, StoreError> {
        let file = self.pending_path(path)?;
        self.write(&file, &pending.header, &pending.body)?;
        Ok(file)
    }

    /// Writes an answer as the accepted one, and deletes what awaited review in its place.
    ///
    /// # Errors
    ///
    /// When the one cannot be written or the other not deleted.
    pub fn accept(&self, path: &Path, pending: &Pending) -> Result<(), StoreError> {
        let header = Header { assertion_line: None, ..pending.header.clone() };
        self.write(path, &header, &pending.body)?;
        self.remove_pending(path).map(|_| ())
    }

    /// Deletes what awaits review for a snapshot, and says whether there was anything.
    ///
    /// # Errors
    ///
    /// When it is there and cannot be deleted.
    pub fn remove_pending(&self, path: &Path) -> Result<bool, StoreError> {
        let file = self.pending_path(path)?;
        match fs::remove_file(&file) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(StoreError::Delete { path: file, error }),
        }
    }

    /// Tells `cargo insta` which snapshots were used, when it asked for that.
    ///
    /// # Errors
    ///
    /// When its file cannot be written.
    pub fn note_references<'a>(&self, paths: impl IntoIterator<Item = &'a Path>) -> Result<(), StoreError> {
        let Some(file) = &self.references else { return Ok(()) };
        let failed = |error| StoreError::Write { path: file.clone(), error };
        let mut lines = String::new();
        for path in paths {
            lines.push_str(&absolute(path).map_err(failed)?.to_string_lossy());
            lines.push('\n');
        }
        if lines.is_empty() {
            return Ok(());
        }
        // One write to a file opened for appending: other test processes write to it too.
        let mut references = OpenOptions::new().append(true).create(true).open(file).map_err(failed)?;
        references.write_all(lines.as_bytes()).map_err(failed)
    }

    fn write(&self, path: &Path, header: &Header, body: &str) -> Result<(), StoreError> {
        let relative = |path: &PathBuf| relative_text(path, &self.root);
        let text = format::write(
            header,
            header.source.as_ref().map(relative),
            header.input_file.as_ref().map(relative),
            &canonical(body),
        );
        write_file(path, &text).map_err(|error| StoreError::Write { path: path.to_path_buf(), error })
    }
}

/// A path relative to a folder that it is in, with no way out of it; links are followed where the names alone do not tell.
fn below(path: &Path, root: &Path) -> Option<PathBuf> {
    let inside = |path: &Path, root: &Path| path.strip_prefix(root).map(Path::to_path_buf).ok();
    let (path, root) = (plain(path)?, plain(root)?);
    inside(&path, &root).or_else(|| {
        let existing = path.ancestors().find(|ancestor| ancestor.exists())?;
        let rest = path.strip_prefix(existing).ok()?;
        inside(&existing.canonicalize().ok()?.join(rest), &root.canonicalize().ok()?)
    })
}

/// The path from the root of the file system, without `.` and `..`.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in absolute(path).ok()?.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    Some(plain)
}

/// A path as a header has it: relative to the root where it can be, and with slashes on every system.
fn relative_text(path: &Path, root: &Path) -> String {
    let relative = if path.is_absolute() { from_root(path, root) } else { None };
    let parts = relative.as_deref().unwrap_or(path).components().filter(|part| *part != Component::CurDir);
    let text: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    text.join("/").replacen("//", "/", 1)
}

/// The way from the root to a path, up first where it has to be.
fn from_root(path: &Path, root: &Path) -> Option<PathBuf> {
    if let Some(relative) = below(path, root) {
        return Some(relative);
    }
    let (path, root) = (plain(path)?, plain(root)?);
    let shared = path.components().zip(root.components()).take_while(|(left, right)| left == right).count();
    let up = root.components().skip(shared).map(|_| Component::ParentDir);
    // Nothing shared: another drive, to which no relative way leads.
    (shared > 0).then(|| up.chain(path.components().skip(shared)).collect())
}

#[cfg(test)]
mod tests;
