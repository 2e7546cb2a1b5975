//! The journal as a whole: entries put together, read from a file or taken in one by one.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, BufRead};

use super::{Entry, FORMAT, File, Flow, RunEnded, RunStarted, Test};

/// All that a journal says, put together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Journal {
    /// How the run began.
    pub started: RunStarted,
    /// The files that tests are written in.
    pub files: Vec<File>,
    /// What was known of flows before the run.
    pub flows: Vec<Flow>,
    /// The tests that have ended, in the order in which they did.
    pub tests: Vec<Test>,
    /// The tests that were under way when the journal ends, each with what it was at, in words.
    pub under_way: BTreeMap<String, String>,
    /// How the run ended; none of a run that was killed.
    pub ended: Option<RunEnded>,
}

/// Why there is no journal in a file.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// A line is not an entry.
    #[error("line {line} is no entry of a journal: {why}")]
    NoEntry {
        /// Which line, from one.
        line: usize,
        /// What is wrong with it.
        why: serde_json::Error,
    },
    /// It does not begin as a journal does.
    #[error("it does not begin with `run-started`: it is no journal, or its beginning is missing")]
    NoBeginning,
    /// It is of a later format.
    #[error("it has the format {0}, and up to {FORMAT} is read: a later draftgate wrote it")]
    Later(u32),
}

impl Journal {
    /// Takes in what happens.
    pub fn take(&mut self, entry: Entry) {
        match entry {
            Entry::RunStarted(started) => self.started = started,
            Entry::File(file) => self.files.push(file),
            Entry::Flow(flow) => self.flows.push(flow),
            Entry::TestStarted(test) => drop(self.under_way.insert(test.test, "it had begun".to_owned())),
            Entry::StepStarted(step) => {
                self.under_way.insert(step.test, format!("step {} {}", step.step, step.label));
            }
            Entry::StepPending(pending) => {
                if let Some(at) = self.under_way.get_mut(&pending.test) {
                    at.push_str(", pending");
                }
            }
            Entry::TestFinished(test) => {
                self.under_way.remove(&test.name);
                self.tests.push(*test);
            }
            Entry::RunEnded(ended) => self.ended = Some(ended),
            Entry::Unknown => {}
        }
    }

    /// Reads a journal. A last line that is not whole, as of a run that was killed, is passed over.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn read(lines: impl BufRead) -> Result<Self, JournalError> {
        let mut journal = Journal::default();
        let mut broken: Option<(usize, serde_json::Error)> = None;
        let mut begun = false;
        for (at, line) in lines.split(b'\n').enumerate() {
            if let Some((line, why)) = broken {
                return Err(JournalError::NoEntry { line, why });
            }
            match serde_json::from_slice::<Entry>(&line?) {
                Ok(Entry::RunStarted(started)) if !begun => {
                    if started.format > FORMAT {
                        return Err(JournalError::Later(started.format));
                    }
                    begun = true;
                    journal.take(Entry::RunStarted(started));
                }
                Ok(_) if !begun => return Err(JournalError::NoBeginning),
                Ok(entry) => journal.take(entry),
                Err(why) => broken = Some((at + 1, why)),
            }
        }
        if begun { Ok(journal) } else { Err(JournalError::NoBeginning) }
    }

    /// The tests that were to be run and did not come to an end: what each was at, or nothing where it never began.
    pub fn unfinished(&self) -> Vec<(&str, Option<&str>)> {
        let ended: HashSet<&str> = self.tests.iter().map(|test| test.name.as_str()).collect();
        let planned = self.started.tests.iter().map(|test| test.name.as_str());
        planned
            .filter(|name| !ended.contains(name))
            .map(|name| (name, self.under_way.get(name).map(String::as_str)))
            .collect()
    }

    /// How long the run took, in seconds; of one that was killed, until the last that is known of it.
    pub fn seconds(&self) -> f64 {
        let last = self.tests.iter().map(|test| test.started.unwrap_or_default() + test.seconds);
        self.ended.as_ref().map_or_else(|| last.fold(0.0, f64::max), |ended| ended.seconds)
    }

    /// Whether the run came to its end.
    pub fn is_whole(&self) -> bool {
        self.ended.is_some() && self.under_way.is_empty()
    }
}
