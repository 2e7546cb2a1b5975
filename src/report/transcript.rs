//! From what happens during a run to what its journal says of it.
//!
//! A [`Transcript`] turns each [`Event`] into entries, which have passed the [`Discretion`] when they leave it: nothing else
//! makes entries, and every report but the terminal's is made of entries.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::discretion::{Discreet, Discretion};
use super::limit;
use super::notes::{Notes, seconds};
use crate::journal::{Entry, File, Flow, RunEnded, RunStarted, StepPending, StepStarted, TestStarted};
use crate::outcome::{Doing, Event};
use crate::source::{SourceId, Sources, path_text};

/// Writes down what happens.
#[derive(Debug)]
pub struct Transcript {
    sources: Arc<Sources>,
    discretion: Discretion,
    began: Instant,
    /// The tests' places among all selected ones, by name.
    numbers: HashMap<String, usize>,
    /// When the tests under way began, and which attempt it is.
    running: HashMap<String, (Duration, usize)>,
    /// The files that were told of.
    told: HashSet<SourceId>,
}

impl Transcript {
    /// The transcript of a run that begins now, of which this is known, and of its flows; and its first entries.
    pub fn begin(
        sources: Arc<Sources>,
        discretion: Discretion,
        started: RunStarted,
        flows: Vec<Flow>,
    ) -> (Self, Vec<Discreet<Entry>>) {
        let numbers = started.tests.iter().map(|test| (test.name.clone(), test.number)).collect();
        let mask = discretion.run();
        let flows = flows.into_iter().map(Entry::Flow);
        let entries = std::iter::once(Entry::RunStarted(started)).chain(flows).map(|entry| mask.entry(entry)).collect();
        let transcript = Transcript {
            sources,
            discretion,
            began: Instant::now(),
            numbers,
            running: HashMap::new(),
            told: HashSet::new(),
        };
        (transcript, entries)
    }

    /// What the journal says of what happens. The notes of a test that has ended have no more of it for the journal then.
    pub fn entries(&mut self, event: &mut Event<Notes>) -> Vec<Discreet<Entry>> {
        let now = self.began.elapsed();
        match event {
            Event::Started { .. } | Event::NeverBegan { .. } | Event::Ended { .. } => Vec::new(),
            Event::Doing { test, doing } => {
                let entries = self.doing(test, doing, now);
                let mask = self.discretion.under_way(test);
                entries.into_iter().map(|entry| mask.entry(entry)).collect()
            }
            Event::Retried { attempt, next, .. } => {
                self.running.insert(attempt.name.clone(), (now, *next));
                let started = TestStarted { test: attempt.name.clone(), attempt: *next, at: seconds(now) };
                vec![self.discretion.run().entry(Entry::TestStarted(started))]
            }
            Event::Finished(outcome) => self.finished(outcome),
            Event::LimitChanged(change) => {
                vec![self.discretion.run().entry(Entry::LimitChanged(limit::changed(change, now)))]
            }
        }
    }

    /// The last entry.
    pub fn end(&self, elapsed: Duration, exit: u8) -> Discreet<Entry> {
        self.discretion.run().entry(Entry::RunEnded(RunEnded { seconds: seconds(elapsed), exit }))
    }

    fn doing(&mut self, test: &str, doing: &Doing, now: Duration) -> Vec<Entry> {
        let at = seconds(now);
        let name = || test.to_owned();
        match doing {
            Doing::Step(number, label) => {
                let step = Entry::StepStarted(StepStarted { test: name(), step: *number, label: label.clone(), at });
                if self.running.contains_key(test) {
                    return vec![step];
                }
                self.running.insert(name(), (now, 1));
                vec![Entry::TestStarted(TestStarted { test: name(), attempt: 1, at }), step]
            }
            Doing::Pending => vec![Entry::StepPending(StepPending { test: name(), at })],
        }
    }

    fn finished(&mut self, notes: &mut Notes) -> Vec<Discreet<Entry>> {
        let sources = notes.mask.sources(&self.sources);
        let mut entries = Vec::new();
        for file in &notes.files {
            if self.told.insert(*file) {
                let source = sources.get(*file);
                let file = File { path: path_text(&source.path), text: source.text.to_string() };
                entries.push(notes.mask.entry(Entry::File(file)));
            }
        }
        let started = self.running.remove(&notes.name).map(|(at, _)| seconds(at));
        let number = self.numbers.get(&notes.name).copied().unwrap_or_default();
        entries.extend(notes.test.take().map(|test| test.numbered(number, started)));
        entries
    }
}
