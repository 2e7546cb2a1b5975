//! Who is told what happens during a run: the terminal, and the reports that were asked for.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::args::Reports;
use super::exit::Exit;
use super::output::Output;
use super::overwrite::all_may_be_written;
use super::write::write;
use crate::journal::{Entry, Flow, Journal, RunStarted};
use crate::outcome::Event;
use crate::report::discretion::{Discreet, Discretion};
use crate::report::jsonl::JsonLines;
use crate::report::notes::{Extent, Notes};
use crate::report::transcript::Transcript;
use crate::report::{github, gitlab, html, junit, markdown};
use crate::source::Sources;

/// The variable that names the file of a job's summary in GitHub Actions.
pub(super) const STEP_SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// The reports that were asked for, beside the terminal's.
pub(super) struct Reporters {
    reports: Reports,
    /// Where GitHub Actions wants the job's summary.
    step_summary: Option<PathBuf>,
    /// What ends the time in which nothing that is printed is a command for GitHub Actions, while it lasts.
    silence: Option<String>,
    jsonl: Option<JsonLines<File>>,
    /// Why the journal could not be written to its end.
    torn: Option<io::Error>,
    transcript: Option<Transcript>,
    /// Why the terminal's own report is not whole, where nobody wants it so.
    lost: Option<io::Error>,
    /// What the reports that are written at the end are made of.
    journal: Journal,
}

impl Reporters {
    /// Opens what is written while the run goes on, or says why that cannot be.
    pub fn open(reports: &Reports, step_summary: Option<&str>, output: &Output) -> Result<Self, Exit> {
        if let Err(error) = all_may_be_written(&reports.files()) {
            output.complain(&format!("error: {error}"));
            return Err(Exit::Usage);
        }
        let jsonl = match &reports.jsonl {
            None => None,
            Some(path) => match create(path) {
                Ok(file) => Some(JsonLines::new(file)),
                Err(error) => {
                    output.complain(&format!("error: {} cannot be written: {error}", path.display()));
                    return Err(Exit::Usage);
                }
            },
        };
        Ok(Reporters {
            reports: reports.clone(),
            step_summary: step_summary.map(PathBuf::from).filter(|_| reports.github),
            silence: None,
            jsonl,
            torn: None,
            transcript: None,
            lost: None,
            journal: Journal::default(),
        })
    }

    /// Whether any report was asked for.
    pub fn any(&self) -> bool {
        self.jsonl.is_some() || self.keeps()
    }

    /// How much they need to know of a test. What requests and answers carried, only a journal and the HTML report have.
    pub fn extent(&self) -> Extent {
        match self.any() {
            true if self.jsonl.is_some() || self.reports.html.is_some() => Extent::Whole,
            true => Extent::Outline,
            false => Extent::Terminal,
        }
    }

    /// Whether somebody may follow each step while the run goes on.
    pub fn follows_steps(&self) -> bool {
        self.jsonl.is_some()
    }

    /// Whether GitHub Actions reads what is printed.
    pub fn in_github(&self) -> bool {
        self.reports.github
    }

    /// The files that are written.
    pub fn files(&self) -> Vec<PathBuf> {
        self.reports.files().into_iter().cloned().collect()
    }

    /// Whether a report is written at the end.
    fn keeps(&self) -> bool {
        let Reports { junit, html, markdown, gitlab, github, coverage, .. } = &self.reports;
        [junit, html, markdown, gitlab].into_iter().any(Option::is_some) || *github || *coverage
    }

    /// From now on until the end, nothing on the standard output is a command for GitHub Actions: what an API answers is
    /// printed there. Not for an output that programs read, which would take the line for theirs.
    pub fn silence(&mut self, output: &Output) {
        if self.reports.github {
            let token = github::token();
            output.say(&github::stop(&token));
            self.silence = Some(token);
        }
    }

    /// The terminal's own report goes no further. A reader who has gone wanted no more of it.
    pub fn terminal_ended(&mut self, error: io::Error) {
        self.lost = Some(error).filter(|error| error.kind() != io::ErrorKind::BrokenPipe);
    }

    /// The run begins, with this known of its flows.
    pub fn begin(
        &mut self,
        sources: std::sync::Arc<Sources>,
        discretion: Discretion,
        started: RunStarted,
        flows: Vec<Flow>,
    ) {
        let (transcript, entries) = Transcript::begin(sources, discretion, started, flows);
        self.transcript = Some(transcript);
        entries.into_iter().for_each(|entry| self.take(entry));
    }

    /// Something happened at that time.
    pub fn tell(&mut self, event: &mut Event<Notes>, at: Instant) {
        let entries = self.transcript.as_mut().map(|transcript| transcript.entries(event, at)).unwrap_or_default();
        entries.into_iter().for_each(|entry| self.take(entry));
    }

    fn take(&mut self, entry: Discreet<Entry>) {
        if let Some(jsonl) = &mut self.jsonl
            && let Err(error) = jsonl.tell(&entry)
        {
            // Told once, at the end: the file is not whole.
            self.jsonl = None;
            self.torn = Some(error);
        }
        if self.keeps() {
            self.journal.take(entry.into_inner());
        }
    }

    /// The run has ended: everything is written. Gives the journal as well, as far as a report is made of it.
    pub fn end(mut self, elapsed: std::time::Duration, exit: Exit, output: &Output) -> (Result<(), Exit>, Journal) {
        let mut result = match &self.lost {
            None => Ok(()),
            Some(error) => {
                output.complain(&format!("error: what the run said is not whole: {error}"));
                Err(Exit::Usage)
            }
        };
        let Some(transcript) = &self.transcript else { return (result, self.journal) };
        let last = transcript.end(elapsed, exit as u8);
        self.take(last);
        if let (Some(path), Some(error)) = (&self.reports.jsonl, &self.torn) {
            let path = path.display();
            output.complain(&format!("error: {path} is not whole: it could not be written to its end: {error}"));
            result = Err(Exit::Usage);
        }
        let journal = &self.journal;
        if self.reports.github {
            // The runner reads both streams alike.
            let annotations = github::annotations(journal);
            match &self.silence {
                Some(token) => output.say(&format!("{}{annotations}", github::resume(token))),
                None if annotations.is_empty() => {}
                None => output.complain_with_commands(&annotations),
            }
        }
        type Make = fn(&Journal) -> Vec<u8>;
        let files: [(&Option<PathBuf>, Make); 4] = [
            (&self.reports.junit, junit::document),
            (&self.reports.html, |journal| html::page(journal).into_bytes()),
            (&self.reports.markdown, |journal| markdown::summary(journal).into_bytes()),
            (&self.reports.gitlab, |journal| gitlab::code_quality(journal).into_bytes()),
        ];
        for (path, make) in files {
            if let Some(path) = path {
                result = result.and(write(path, make(journal), output));
            }
        }
        if let Some(path) = &self.step_summary
            && let Err(error) = append(path, &markdown::summary(journal))
        {
            output.complain(&format!("warning: the job's summary in {} is not written: {error}", path.display()));
        }
        (result, self.journal)
    }
}

fn create(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    File::create(path)
}

/// Adds to a file.
pub(super) fn append(path: &Path, text: &str) -> io::Result<()> {
    std::fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(text.as_bytes())
}
