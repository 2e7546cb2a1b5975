//! What a review does with files: finds what awaits it, accepts, rejects, and takes both back.
//!
//! Whatever moment the process ends at, each answer is still there and each file whole: the accepted file is replaced first and the
//! pending one removed after it, and where only the first was done the next review finds both equal and clears up.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ignore::WalkBuilder;

use super::{Store, StoreError, below, format};
use crate::snapshot::compare::{Comparison, compare};
use crate::snapshot::waiting::Waiting;
use crate::source::{is_unfinished, write_file};

/// A file that has been in the making for longer has been left behind by a process that was ended.
const ABANDONED: Duration = Duration::from_secs(600);

/// What was found below a folder of snapshots.
#[derive(Debug, Default)]
pub struct Found {
    /// What awaits review, sorted by path.
    pub waiting: Vec<Waiting>,
    /// What cannot be reviewed, and why.
    pub unreadable: Vec<StoreError>,
    /// What a process left behind that was ended: answers that are accepted already, and unfinished files.
    pub left_behind: Vec<PathBuf>,
}

/// Whether something was done to a pending file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It was.
    Done,
    /// It was not: the files are not those that were read any more.
    Stale,
}

/// What became of an answer in a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Settled {
    /// It is the accepted one.
    Accepted,
    /// It was thrown away.
    Rejected,
}

impl Store {
    /// Finds what awaits review below a folder of snapshots. A folder that is not there holds nothing.
    ///
    /// # Errors
    ///
    /// When a folder cannot be listed. A file that cannot be read is among [`Found::unreadable`].
    pub fn waiting(&self, dir: &Path) -> Result<Found, StoreError> {
        let place = self.pending_dir.as_deref().unwrap_or(dir);
        let mut found = Found::default();
        if !place.exists() {
            return Ok(found);
        }
        for entry in WalkBuilder::new(place).standard_filters(false).follow_links(false).build() {
            let entry = entry.map_err(|error| StoreError::List { dir: place.to_path_buf(), error })?;
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                continue;
            }
            if is_abandoned(entry.path()) {
                found.left_behind.push(entry.into_path());
            } else if let Some(path) = self.accepted_path(entry.path(), dir) {
                match self.read_waiting(&path, entry.path()) {
                    Ok(Some(waiting)) => match compare(waiting.accepted.as_deref(), &waiting.body) {
                        Comparison::Same => found.left_behind.push(waiting.file),
                        Comparison::New | Comparison::Changed => found.waiting.push(waiting),
                    },
                    Ok(None) => {}
                    Err(error) => found.unreadable.push(error),
                }
            }
        }
        found.waiting.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(found)
    }

    /// Deletes unfinished files below a folder of snapshots that processes left behind which were ended long ago. What cannot
    /// be listed or deleted stays for the next time.
    pub fn sweep(&self, dir: &Path) {
        for place in [Some(dir), self.pending_dir.as_deref()].into_iter().flatten() {
            let files =
                WalkBuilder::new(place).standard_filters(false).follow_links(false).build().filter_map(Result::ok);
            for file in files.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file())) {
                if is_abandoned(file.path()) {
                    drop(fs::remove_file(file.path()));
                }
            }
        }
    }

    /// Where the answer in a pending file is accepted, in the words of the folder of snapshots; none for other files, and for
    /// what belongs to another folder.
    fn accepted_path(&self, file: &Path, dir: &Path) -> Option<PathBuf> {
        let path = PathBuf::from(file.to_str()?.strip_suffix(".snap.new")?.to_owned() + ".snap");
        match &self.pending_dir {
            None => Some(path),
            Some(pending) => {
                let path = self.root.join(path.strip_prefix(pending).ok()?);
                below(&path, dir).map(|inside| dir.join(inside))
            }
        }
    }

    /// Reads an answer again that was read before; none when it awaits review no longer.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, or is no snapshot.
    pub fn read_again(&self, waiting: &Waiting) -> Result<Option<Waiting>, StoreError> {
        self.read_waiting(&waiting.path, &waiting.file)
    }

    fn read_waiting(&self, path: &Path, file: &Path) -> Result<Option<Waiting>, StoreError> {
        let (Some(bytes), Some(body)) = (read(file)?, self.read(file)?) else { return Ok(None) };
        let accepted = self.read(path)?;
        let malformed = |_| StoreError::Malformed { path: file.to_path_buf(), why: format::Malformed::Header };
        let snapshot = insta::Snapshot::from_file(file).map_err(malformed)?;
        let metadata = snapshot.metadata();
        Ok(Some(Waiting {
            path: path.to_path_buf(),
            file: file.to_path_buf(),
            source: metadata.source().map(PathBuf::from),
            line: metadata.assertion_line(),
            description: metadata.description().map(str::to_owned),
            body,
            accepted,
            bytes,
            accepted_bytes: read(path)?,
        }))
    }

    /// The scenario's file, where it is there: the header speaks of it from the working folder or from the store's root.
    pub fn source_file(&self, waiting: &Waiting) -> Option<PathBuf> {
        let source = waiting.source.clone()?;
        [self.root.join(&source), source].into_iter().find(|file| file.is_file())
    }

    /// Accepts or rejects an answer, unless one of its files has changed since it was read.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, written or deleted.
    pub fn settle(&self, waiting: &Waiting, how: Settled) -> Result<Taken, StoreError> {
        let unchanged = read(&waiting.file)?.as_ref() == Some(&waiting.bytes)
            && (how == Settled::Rejected || read(&waiting.path)? == waiting.accepted_bytes);
        if !unchanged {
            return Ok(Taken::Stale);
        }
        if how == Settled::Accepted {
            replace(&waiting.path, &format::accepted(&waiting.bytes))?;
        }
        remove(&waiting.file)?;
        Ok(Taken::Done)
    }

    /// Takes back what [`settle`](Self::settle) did, unless somebody has written either file since.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, written or deleted.
    pub fn take_back(&self, waiting: &Waiting, how: Settled) -> Result<Taken, StoreError> {
        let untouched = read(&waiting.file)?.is_none()
            && (how == Settled::Rejected || read(&waiting.path)? == Some(format::accepted(&waiting.bytes)));
        if !untouched {
            return Ok(Taken::Stale);
        }
        replace(&waiting.file, &waiting.bytes)?;
        match (how, &waiting.accepted_bytes) {
            (Settled::Rejected, _) => {}
            (Settled::Accepted, Some(bytes)) => replace(&waiting.path, bytes)?,
            (Settled::Accepted, None) => remove(&waiting.path)?,
        }
        Ok(Taken::Done)
    }

    /// Deletes what was left behind.
    ///
    /// # Errors
    ///
    /// When a file cannot be deleted.
    pub fn clear_up(&self, found: &Found) -> Result<(), StoreError> {
        found.left_behind.iter().try_for_each(|file| remove(file))
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StoreError::Read { path: path.to_path_buf(), error }),
    }
}

fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    write_file(path, bytes).map_err(|error| StoreError::Write { path: path.to_path_buf(), error })
}

fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(StoreError::Delete { path: path.to_path_buf(), error })
        }
        _ => Ok(()),
    }
}

/// Whether a file is one that was being written when its process was ended.
fn is_abandoned(path: &Path) -> bool {
    let age = || fs::metadata(path).ok()?.modified().ok()?.elapsed().ok();
    is_unfinished(path) && age().is_some_and(|age| age > ABANDONED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::{Header, Pending};

    struct Place {
        root: tempfile::TempDir,
        store: Store,
        path: PathBuf,
    }

    fn place() -> Place {
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(root.path());
        let path = root.path().join("snapshots/happy/03-submit.snap");
        Place { root, store, path }
    }

    impl Place {
        fn pending(&self, body: &str) -> Pending {
            let header = Header {
                source: Some(self.root.path().join("scenarios/happy.yaml")),
                assertion_line: Some(12),
                description: Some("step 3: submit".to_owned()),
                ..Header::default()
            };
            Pending { header, body: body.to_owned() }
        }

        fn one(&self) -> Waiting {
            let mut found = self.store.waiting(&self.root.path().join("snapshots")).unwrap();
            assert!(found.unreadable.is_empty() && found.left_behind.is_empty(), "{found:?}");
            assert_eq!(found.waiting.len(), 1);
            found.waiting.remove(0)
        }

        fn files(&self) -> (Option<String>, Option<String>) {
            let text = |path: PathBuf| fs::read_to_string(path).ok();
            (text(self.path.clone()), text(self.path.with_extension("snap.new")))
        }
    }

    #[test]
    fn what_waits_is_found_with_its_place_and_accepted_as_an_update_would() {
        let place = place();
        place.store.accept(&place.path, &place.pending("old")).unwrap();
        place.store.write_pending(&place.path, &place.pending("new")).unwrap();
        let waiting = place.one();
        assert_eq!((waiting.line, waiting.step()), (Some(12), (Some(3), "submit".to_owned())));
        assert_eq!(waiting.source.as_deref(), Some(Path::new("scenarios/happy.yaml")));
        assert_eq!((waiting.accepted.as_deref(), waiting.body.as_str()), (Some("old"), "new"));
        let before = place.files();
        assert_eq!(place.store.settle(&waiting, Settled::Accepted).unwrap(), Taken::Done);
        let reviewed = place.files();
        place.store.accept(&place.path, &place.pending("new")).unwrap();
        assert_eq!(reviewed, place.files());
        assert_eq!(place.store.take_back(&waiting, Settled::Accepted).unwrap(), Taken::Done);
        assert_eq!(place.files(), before);
    }

    #[test]
    fn a_first_answer_is_accepted_rejected_and_both_taken_back() {
        let place = place();
        place.store.write_pending(&place.path, &place.pending("new")).unwrap();
        let (waiting, before) = (place.one(), place.files());
        for how in [Settled::Accepted, Settled::Rejected] {
            assert_eq!(place.store.settle(&waiting, how).unwrap(), Taken::Done);
            assert_eq!(place.files().0.is_some(), how == Settled::Accepted);
            assert_eq!(place.files().1, None);
            assert_eq!(place.store.take_back(&waiting, how).unwrap(), Taken::Done);
            assert_eq!(place.files(), before);
        }
    }

    #[test]
    fn what_somebody_else_has_written_is_left_alone() {
        let place = place();
        place.store.write_pending(&place.path, &place.pending("one")).unwrap();
        let waiting = place.one();
        place.store.write_pending(&place.path, &place.pending("two")).unwrap();
        for how in [Settled::Accepted, Settled::Rejected] {
            let before = place.files();
            assert_eq!(place.store.settle(&waiting, how).unwrap(), Taken::Stale);
            assert_eq!(place.files(), before);
        }
        let again = place.store.read_again(&waiting).unwrap().unwrap();
        assert_eq!(again.body, "two");
        assert_eq!(place.store.settle(&again, Settled::Accepted).unwrap(), Taken::Done);
        assert_eq!(place.store.read_again(&again).unwrap(), None);
        place.store.write_pending(&place.path, &place.pending("three")).unwrap();
        assert_eq!(place.store.take_back(&again, Settled::Accepted).unwrap(), Taken::Stale);
        assert_eq!(place.one().body, "three");
    }

    #[test]
    fn what_an_end_in_the_middle_leaves_is_cleared_up() {
        let place = place();
        place.store.write_pending(&place.path, &place.pending("new")).unwrap();
        let (_, pending) = place.files();
        place.store.settle(&place.one(), Settled::Accepted).unwrap();
        fs::write(place.path.with_extension("snap.new"), pending.unwrap()).unwrap();
        let found = place.store.waiting(&place.root.path().join("snapshots")).unwrap();
        assert!(found.waiting.is_empty());
        place.store.clear_up(&found).unwrap();
        assert_eq!(place.files().1, None);
        assert_eq!(place.store.read(&place.path).unwrap().as_deref(), Some("new"));
    }

    #[test]
    fn a_file_that_is_no_snapshot_is_told_and_the_others_are_found() {
        let place = place();
        place.store.write_pending(&place.path, &place.pending("new")).unwrap();
        let dir = place.root.path().join("snapshots");
        fs::write(dir.join("x.snap.new"), "nothing\n").unwrap();
        let found = place.store.waiting(&dir).unwrap();
        assert_eq!((found.waiting.len(), found.unreadable.len()), (1, 1));
        assert!(place.store.waiting(&dir.join("nowhere")).unwrap().waiting.is_empty());
    }

    #[test]
    fn answers_that_wait_elsewhere_are_found_there() {
        let place = place();
        let elsewhere = tempfile::tempdir().unwrap();
        let env = |name: &str| match name {
            "INSTA_PENDING_DIR" => Some(elsewhere.path().display().to_string()),
            _ => None,
        };
        let store = Store::from_env(&env, place.root.path());
        store.write_pending(&place.path, &place.pending("new")).unwrap();
        store.write_pending(&place.root.path().join("other/01-a.snap"), &place.pending("new")).unwrap();
        let found = store.waiting(&place.root.path().join("snapshots")).unwrap();
        assert_eq!(found.waiting.iter().map(|waiting| &waiting.path).collect::<Vec<_>>(), [&place.path]);
        store.settle(&found.waiting[0], Settled::Accepted).unwrap();
        assert!(place.path.exists() && !found.waiting[0].file.exists());
    }
}
