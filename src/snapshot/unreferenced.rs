//! Snapshots that no step has.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::store::StoreError;

/// The `.snap` and `.snap.new` files below a directory that nobody refers to, sorted. Links are not followed.
///
/// `referenced` holds the paths of accepted snapshots as [`super::name::path`] makes them from the same directory; an answer
/// that awaits review belongs to the path that it would be accepted at.
///
/// # Errors
///
/// When a folder cannot be read. A directory that is not there holds nothing.
pub fn unreferenced(dir: &Path, referenced: &BTreeSet<PathBuf>) -> Result<Vec<PathBuf>, StoreError> {
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let mut orphans = Vec::new();
    for entry in WalkBuilder::new(dir).standard_filters(false).follow_links(false).build() {
        let entry = entry.map_err(|error| StoreError::List { dir: dir.to_path_buf(), error })?;
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        if let Some(accepted) = accepted_path(entry.path()).filter(|_| is_file)
            && !referenced.contains(&accepted)
        {
            orphans.push(entry.into_path());
        }
    }
    orphans.sort();
    Ok(orphans)
}

/// Where a snapshot is accepted, whether it is yet or not; none for other files.
fn accepted_path(file: &Path) -> Option<PathBuf> {
    let accepted =
        if file.extension() == Some(OsStr::new("new")) { file.with_extension("") } else { file.to_path_buf() };
    (accepted.extension() == Some(OsStr::new("snap"))).then_some(accepted)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn finds_orphans() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("snapshots");
        assert_eq!(unreferenced(&dir, &BTreeSet::new()).unwrap(), Vec::<PathBuf>::new());
        fs::create_dir_all(dir.join("a/.b")).unwrap();
        for file in
            ["a/01-x.snap", "a/01-x.snap.new", "a/02-y.snap", "a/.b/03-z.snap.new", "a/notes.new", "a/.gitignore"]
        {
            fs::write(dir.join(file), "*\n").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(root.path(), dir.join("loop")).unwrap();
        let referenced = BTreeSet::from([dir.join("a/01-x.snap")]);
        assert_eq!(unreferenced(&dir, &referenced).unwrap(), [dir.join("a/.b/03-z.snap.new"), dir.join("a/02-y.snap")]);
    }
}
