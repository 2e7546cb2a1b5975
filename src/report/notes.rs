//! What is said of an outcome, made once where the test ends, for all who tell of it.
//!
//! Masking an outcome and taking it apart is most of what reports cost. It happens on the threads of the tests, many of
//! which end at once; whoever tells of them in order only passes on what was noted.

mod scribe;

use std::sync::Arc;

use super::discretion::{Discreet, Discretion, Mask};
use super::terminal::Record;
use crate::journal::Test;
use crate::outcome::ScenarioOutcome;
use crate::source::{SourceId, Sources};

pub(super) use scribe::{seconds, verdict};

/// Makes notes.
#[derive(Debug, Clone)]
pub struct Clerk {
    /// The files that tests are written in.
    pub sources: Arc<Sources>,
    /// What is kept back.
    pub discretion: Discretion,
    /// Whether texts are coloured.
    pub color: bool,
    /// Whether a journal is kept, which says far more than a terminal does.
    pub journal: bool,
}

/// What is said of an outcome, with what is kept back masked in it.
#[derive(Debug)]
pub struct Notes {
    /// The test's own name, by which it is known and not shown.
    pub(super) name: String,
    /// The files that it is written in.
    pub(super) files: Vec<SourceId>,
    /// What is kept back in whatever else is said of it.
    pub(super) mask: Mask,
    /// For the terminal.
    pub(super) record: Record,
    /// For the journal, where one is kept.
    pub(super) test: Option<Discreet<Test>>,
}

impl Clerk {
    /// Notes what is to be said of an outcome.
    pub fn note(&self, mut outcome: ScenarioOutcome) -> Notes {
        let name = outcome.name.clone();
        let files = std::mem::take(&mut outcome.files);
        if !self.journal && Record::is_plain(&outcome) {
            let mask = self.discretion.under_way(&name);
            return Notes { record: Record::plain(&outcome, &mask), name, files, mask, test: None };
        }
        let (mask, outcome) = self.discretion.of(outcome);
        let sources = mask.sources(&self.sources);
        let record = Record::of(&outcome, sources, self.color, &mask);
        let test = self.journal.then(|| mask.test(scribe::test(&outcome, &files, sources)));
        Notes { name, files, mask, record, test }
    }
}

impl Notes {
    /// All that is to be said of a test that did not simply pass.
    pub fn text(&self) -> &str {
        &self.record.text
    }

    /// Why it was skipped, when it was.
    pub fn reason(&self) -> Option<&str> {
        self.record.reason.as_deref()
    }
}
