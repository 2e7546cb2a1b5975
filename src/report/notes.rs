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

/// How much is noted of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What the terminal shows.
    Terminal,
    /// What was done and what came of it, for a journal without what requests and answers carried, and without the files.
    Outline,
    /// All that a journal has.
    Whole,
}

/// Makes notes.
#[derive(Debug, Clone)]
pub struct Clerk {
    /// The files that tests are written in.
    pub sources: Arc<Sources>,
    /// What is kept back.
    pub discretion: Discretion,
    /// Whether texts are coloured.
    pub color: bool,
    /// How much is noted: a journal says far more than a terminal does.
    pub extent: Extent,
}

/// What is said of an outcome, with what is kept back masked in it.
#[derive(Debug)]
pub struct Notes {
    /// The test's own name, by which it is known and not shown.
    pub(super) name: String,
    /// The files that it is written in, where the journal has them.
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
        let plain = Record::is_plain(&outcome);
        if self.extent == Extent::Terminal && plain {
            let mask = self.discretion.under_way(&name);
            return Notes { record: Record::plain(&outcome, &mask), name, files: Vec::new(), mask, test: None };
        }
        let whole = self.extent == Extent::Whole;
        // The explanation of a test that did not simply pass shows what was sent and answered.
        let outline = plain && !whole;
        let (mask, outcome) = if outline { self.discretion.of_outline(outcome) } else { self.discretion.of(outcome) };
        let sources = mask.sources(&self.sources);
        let record = Record::of(&outcome, sources, self.color, &mask);
        let written = || mask.test(scribe::test(&outcome, &files, sources, whole));
        let test = (self.extent != Extent::Terminal).then(written);
        Notes { name, files: if whole { files } else { Vec::new() }, mask, record, test }
    }
}

impl Notes {
    /// All that is to be said of a test that did not simply pass.
    pub fn text(&self) -> &str {
        &self.record.text
    }

    /// What the journal says of it, where one is kept.
    pub fn into_test(self) -> Option<Test> {
        self.test.map(Discreet::into_inner)
    }

    /// Why it was skipped, when it was.
    pub fn reason(&self) -> Option<&str> {
        self.record.reason.as_deref()
    }
}
