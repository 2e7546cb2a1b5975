//! Paths: as they are compared, and as they are shown.

use std::path::{Path, PathBuf};

/// A path as it is, links followed, also where the file itself is not there.
pub fn canonical(path: &Path) -> PathBuf {
    let whole = || path.canonicalize().ok();
    let beside = || Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?));
    whole().or_else(beside).unwrap_or_else(|| path.to_owned())
}

/// A path without the dot that only says "here".
pub fn from_here(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}

/// A path as it is shown: with slashes, on Windows too.
pub fn path_text(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}
