//! What an exploration found out before it was over, kept so that the next one goes on from there.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::cli::last_run::{FOLDER, own_folder};
use crate::cli::written::file_stem;
use crate::explore::trail::Trail;
use crate::explore::visit::Plan;
use crate::source::{read_file, write_file};

/// The form of the file; another is not read.
const FORMAT: u32 = 2;
const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// What an exploration depends on: what another one found out is of no use here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct About {
    pub format: u32,
    pub server: Option<String>,
    pub flow: String,
    pub version: String,
    pub language: Option<String>,
    pub seed: u64,
    pub today: String,
    pub people: Vec<(String, Vec<(String, serde_json::Value)>)>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    about: About,
    trails: Vec<(Plan, Trail)>,
}

impl About {
    /// The form that is written.
    pub const FORMAT: u32 = FORMAT;

    fn path(&self, root: &Path) -> PathBuf {
        let version = if self.version == "live" { ".live" } else { "" };
        root.join(FOLDER).join(format!("{}{version}.explored.json", file_stem(&self.flow)))
    }

    /// Where what the last exploration found out stays when it is over, for what another one will take.
    fn known(&self, root: &Path) -> PathBuf {
        self.path(root).with_extension("known.json")
    }

    /// The sessions of the last exploration that was over, whatever day it was.
    pub fn read_known(&self, root: &Path) -> Vec<(Plan, Trail)> {
        let Ok(bytes) = read_file(&self.known(root), MAX_BYTES) else { return Vec::new() };
        let Ok(Kept { about, trails }) = serde_json::from_slice(&bytes) else { return Vec::new() };
        let same = About { today: self.today.clone(), ..about } == *self;
        if same { trails } else { Vec::new() }
    }

    /// The sessions that are kept; none where there are none, or of something else.
    pub fn read(&self, root: &Path) -> Vec<(Plan, Trail)> {
        let Ok(bytes) = read_file(&self.path(root), MAX_BYTES) else { return Vec::new() };
        match serde_json::from_slice::<Kept>(&bytes) {
            Ok(kept) if kept.about == *self => kept.trails,
            _ => Vec::new(),
        }
    }

    /// Keeps sessions.
    pub fn write(&self, root: &Path, trails: &[(Plan, Trail)], mask: &dyn Fn(&str) -> String) -> io::Result<()> {
        own_folder(root)?;
        let kept = Kept { about: self.clone(), trails: trails.to_vec() };
        write_file(&self.path(root), mask(&serde_json::to_string(&kept)?))
    }

    /// Takes care that nothing goes on from them: they only tell what another exploration will take.
    pub fn finish(&self, root: &Path) {
        drop(std::fs::rename(self.path(root), self.known(root)));
    }
}
