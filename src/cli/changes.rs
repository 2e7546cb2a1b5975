//! Telling of files that change below a folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use notify_debouncer_full::notify::{self, EventKind, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, new_debouncer};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// How long changes are gathered before they are told: editors write a file in several goes.
const SETTLE: Duration = Duration::from_millis(100);

/// Files that change, told for as long as it lives.
pub(super) struct Changes {
    told: UnboundedReceiver<Option<Vec<PathBuf>>>,
    // The system tells no more once it is dropped.
    _watcher: Box<dyn std::any::Any + Send>,
}

impl Changes {
    /// Begins to look at a folder and all below it, and at another one where there is one.
    pub fn below(folder: &Path, other: Option<&Path>) -> notify::Result<Self> {
        let (sender, told) = unbounded_channel();
        let tell = move |events: DebounceEventResult| {
            // What could not be watched for a moment may have been anything.
            let paths = events.ok().map(|events| {
                let changes = events.into_iter().filter(|event| !matches!(event.kind, EventKind::Access(_)));
                changes.flat_map(|event| event.event.paths).collect::<Vec<_>>()
            });
            if paths.as_ref().is_none_or(|paths| !paths.is_empty()) {
                let _nobody_left = sender.send(paths);
            }
        };
        let mut watcher = new_debouncer(SETTLE, None, tell)?;
        watcher.watch(folder, RecursiveMode::Recursive)?;
        if let Some(other) = other.filter(|other| other.is_dir()) {
            watcher.watch(other, RecursiveMode::Recursive)?;
        }
        Ok(Changes { told, _watcher: Box::new(watcher) })
    }

    /// The files that changed next; `None` when it is not known which.
    pub async fn next(&mut self) -> Option<Vec<PathBuf>> {
        match self.told.recv().await {
            Some(paths) => paths,
            None => std::future::pending().await,
        }
    }
}

/// Whether a path is a YAML file's, or a folder's.
pub(super) fn is_yaml(path: &Path) -> bool {
    path.extension().is_none_or(|ending| ending == "yaml" || ending == "yml")
}
