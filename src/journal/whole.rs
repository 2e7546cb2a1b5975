//! The journal as a whole: entries put together, read from a file or taken in one by one.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use super::{Entry, FORMAT, File, Flow, RunEnded, RunStarted, StepPending, StepStarted, Test, TestStarted};

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

/// What a test under way is at, in words: that it began, or its step, each with this behind it while it waits.
const BEGUN: &str = "it had begun";
const STEP: &str = "step ";
const PENDING: &str = ", pending";

impl Journal {
    /// Takes in what happens.
    pub fn take(&mut self, entry: Entry) {
        match entry {
            Entry::RunStarted(started) => self.started = started,
            Entry::File(file) => self.files.push(file),
            Entry::Flow(flow) => self.flows.push(flow),
            Entry::TestStarted(test) => drop(self.under_way.insert(test.test, BEGUN.to_owned())),
            Entry::StepStarted(step) => {
                self.under_way.insert(step.test, format!("{STEP}{} {}", step.step, step.label));
            }
            Entry::StepPending(pending) => {
                if let Some(at) = self.under_way.get_mut(&pending.test) {
                    at.push_str(PENDING);
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

    /// The entries that the journal comes to: whoever takes them in has it again. What happened on the way to where each
    /// test ended is not among them.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        let begun = std::iter::once_with(|| Entry::RunStarted(self.started.clone()));
        let files = self.files.iter().cloned().map(Entry::File);
        let flows = self.flows.iter().cloned().map(Entry::Flow);
        let tests = self.tests.iter().map(|test| Entry::TestFinished(Box::new(test.clone())));
        let under_way = self.under_way.iter().flat_map(|(test, at)| under_way(test, at));
        let ended = self.ended.iter().cloned().map(Entry::RunEnded);
        begun.chain(files).chain(flows).chain(tests).chain(under_way).chain(ended)
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

    /// Whether the run came to its end.
    pub fn is_whole(&self) -> bool {
        self.ended.is_some() && self.under_way.is_empty()
    }
}

/// The entries that put a test where it is under way. When that was is not known any more.
fn under_way(test: &str, mut at: &str) -> Vec<Entry> {
    let name = || test.to_owned();
    let mut entries = Vec::new();
    while let Some(before) = at.strip_suffix(PENDING) {
        entries.push(Entry::StepPending(StepPending { test: name(), at: 0.0 }));
        at = before;
    }
    let step = at.strip_prefix(STEP).and_then(|step| step.split_once(' '));
    if let Some((Ok(step), label)) = step.map(|(number, label)| (number.parse(), label)) {
        entries.push(Entry::StepStarted(StepStarted { test: name(), step, label: label.to_owned(), at: 0.0 }));
    }
    entries.push(Entry::TestStarted(TestStarted { test: name(), attempt: 1, at: 0.0 }));
    entries.reverse();
    entries
}
