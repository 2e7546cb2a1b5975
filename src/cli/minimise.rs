//! `run --minimise`: after a run, the shortest scenarios that fail as its tests did.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::args::MinimiseArguments;
use super::exit::Exit;
use super::output::Output;
use super::prepare::Prepared;
use super::shown;
use crate::api::operation::Version;
use crate::outcome::ScenarioOutcome;
use crate::phrase::counted;
use crate::report::discretion::{Discretion, Shown};
use crate::report::github;
use crate::report::terminal::{Reproduction, minimised};
use crate::runner::{End, Least, Limits, Minimised, NoWay, Stopped, TestId, Way, minimise_test};
use crate::scenario::Suite;
use crate::scenario::pieces::moved;
use crate::source::{path_text, write_file};

/// What a file begins with that is written.
const HEADING: &str = "# Minimised by draftgate from ";

/// In which ways tests failed, by their names.
#[derive(Debug, Default)]
pub(super) struct Failures(Mutex<BTreeMap<String, Result<Way, NoWay>>>);

impl Failures {
    /// Notes a test that has ended, where it failed.
    pub fn note(&self, outcome: &ScenarioOutcome) {
        let way = Way::of(outcome);
        if !matches!(way, Err(NoWay::Passed)) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(outcome.name.clone(), way);
        }
    }
}

/// What is to be minimised, and how that is told.
pub(super) struct Minimising {
    pub failures: Arc<Failures>,
    pub arguments: MinimiseArguments,
    pub discretion: Discretion,
    /// Whether what applicants enter is masked.
    pub mask_data: bool,
    /// Whether the standard output is for programs that read Rust's formats.
    pub as_rust: bool,
    pub stopped: Stopped,
}

impl Minimising {
    /// Minimises the first tests that failed, beside each other, and tells of each in the order of their names. What it
    /// comes to changes nothing of how the run ended, unless a file cannot be written.
    pub fn minimise(self, prepared: &Prepared, exit: Exit, output: &Output) -> Exit {
        let failures = std::mem::take(&mut *self.failures.0.lock().unwrap_or_else(PoisonError::into_inner));
        if failures.is_empty() || self.stopped.borrow().is_some() {
            return exit;
        }
        let most = usize::from(self.arguments.minimise.unwrap_or_default());
        let tests = prepared.run.tests();
        let ids: BTreeMap<String, TestId> = tests.iter().map(|id| (prepared.run.test(*id).name(), *id)).collect();
        let (mut waiting, mut left_out) = (Vec::new(), 0);
        for (name, way) in failures {
            let Some(id) = ids.get(&name).copied() else { continue };
            // Each repetition would begin with another applicant, and these are real ones.
            let live = prepared.run.test(id).scenario.version == Version::Live && prepared.server.is_some();
            match way {
                Ok(_) if live => {
                    self.say(&self.section(&name, "not minimised: it calls the live version", None, output), output)
                }
                Err(why) => self.say(&self.section(&name, &format!("not minimised: {why}"), None, output), output),
                Ok(_) if waiting.len() == most => left_out += 1,
                Ok(way) => waiting.push((id, way)),
            }
        }
        let mut written = Ok(());
        for found in prepared.runtime.block_on(self.all(prepared, waiting)) {
            written = self.tell(found, prepared, output).and(written);
        }
        if left_out > 0 {
            let more = format!(
                "\n{} failed too: `--minimise={}` minimises all\n",
                counted(left_out, "more test"),
                most + left_out
            );
            self.say(&more, output);
        }
        if written.is_err() && exit != Exit::Interrupted { Exit::Usage } else { exit }
    }

    async fn all(&self, prepared: &Prepared, tests: Vec<(TestId, Way)>) -> Vec<Minimised> {
        let MinimiseArguments { minimise_requests, minimise_time, .. } = self.arguments;
        let requests = usize::try_from(minimise_requests).unwrap_or(usize::MAX);
        let limits = Limits { requests, time: minimise_time };
        let tasks: Vec<_> = tests
            .into_iter()
            .map(|(id, way)| {
                let (run, sources, stopped) = (prepared.run.clone(), prepared.sources.clone(), self.stopped.clone());
                tokio::spawn(async move { minimise_test(&run, &sources, id, &way, limits, stopped).await })
            })
            .collect();
        let mut found = Vec::with_capacity(tasks.len());
        for task in tasks {
            found.extend(task.await);
        }
        found
    }

    /// Tells what was found of a test, and writes it into the folder.
    fn tell(&self, found: Minimised, prepared: &Prepared, output: &Output) -> Result<(), Exit> {
        let mut sentence = self.sentence(&found);
        let Minimised { test, least, .. } = found;
        let mut written = Ok(());
        let shown = least.map(|least| {
            let Least { sources, source, scenario, outcome } = *least;
            let origin = path_text(sources.path(scenario_file(&prepared.run, &test).unwrap_or(source)));
            let place = scenario.folder.clone();
            let suite = Suite { scenarios: vec![scenario], fragments: prepared.run.suite.fragments.clone() };
            let files = shown::of_suite(&suite, &sources, self.mask_data, &output.redactor);
            let discretion = Discretion { files: Some(Arc::new(Shown::new(move || files))), ..self.discretion.clone() };
            (Reproduction::of(outcome, source, &sources, &discretion), origin, place)
        });
        if let Some(((reproduction, origin, place), folder)) = shown.as_ref().zip(self.arguments.minimise_to.as_ref()) {
            let file = folder.join(file_name(&self.discretion.run().name(&test)));
            let text = moved(&reproduction.scenario, place, file.parent().unwrap_or(folder));
            match write(&file, &format!("{HEADING}{origin}\n{text}")) {
                Ok(()) => sentence.push_str(&format!("\nwritten to {}", file.display())),
                Err(why) => {
                    output.complain(&format!("error: {} is not written: {why}", file.display()));
                    written = Err(Exit::Usage);
                }
            }
            if reproduction.is_masked {
                sentence.push_str("; what is masked in it has to be put in again");
            }
        }
        self.say(&self.section(&test, &sentence, shown.as_ref().map(|(shown, ..)| shown), output), output);
        written
    }

    fn sentence(&self, found: &Minimised) -> String {
        let Minimised { from, to, requests, end, least, .. } = found;
        let requests = counted(*requests, "request");
        let steps = format!("minimised from {from} to {} in {requests}", counted(*to, "step"));
        let most = self.arguments.minimise_requests;
        match (end, least) {
            (End::Minimal, _) => steps,
            (End::NotAgain, _) => {
                format!(
                    "not minimised: it did not fail again in the same way when it was repeated ({requests}), so it is flaky"
                )
            }
            (End::NotCut, _) => "not minimised: its file is written so that nothing can be left out of it".to_owned(),
            (End::OutOfRequests, Some(_)) => {
                format!("{steps}, and perhaps not to the end: no more than {most} may be sent (`--minimise-requests`)")
            }
            (End::OutOfRequests, None) => {
                format!("not minimised: {most} requests (`--minimise-requests`) do not suffice to repeat it")
            }
            (End::OutOfTime, Some(_)) => {
                format!("{steps}, and perhaps not to the end: the time was up (`--minimise-time`)")
            }
            (End::OutOfTime, None) => "not minimised: the time was up (`--minimise-time`)".to_owned(),
            (End::Interrupted, Some(_)) => format!("{steps}, and perhaps not to the end: it was interrupted"),
            (End::Interrupted, None) => "not minimised: it was interrupted".to_owned(),
        }
    }

    fn section(&self, test: &str, sentence: &str, shown: Option<&Reproduction>, output: &Output) -> String {
        minimised(&self.discretion.run().name(test), sentence, shown, output.color)
    }

    /// What scenarios and answers hold is no command for GitHub Actions; and where programs read the standard output, people
    /// read the other stream.
    fn say(&self, text: &str, output: &Output) {
        if self.as_rust {
            return output.complain(text);
        }
        match output.in_actions || output.annotate.is_some() {
            true => output.say(&github::harmless(text)),
            false => output.say(text),
        }
    }
}

/// The file of a test's scenario.
fn scenario_file(run: &crate::runner::Run, test: &str) -> Option<crate::source::SourceId> {
    let mut tests = run.suite.tests();
    tests.find(|other| other.name() == test).map(|test| test.scenario.span.source)
}

/// The file of a test: `retail/happy::ca` goes to `retail/happy.ca.yaml`.
fn file_name(test: &str) -> PathBuf {
    let harmless = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    let part = |part: &str| -> String {
        let text = part.replace("::", ".");
        let text: String = text.chars().map(|letter| if harmless(letter) { letter } else { '_' }).collect();
        if text.trim_matches('.').is_empty() { "_".to_owned() } else { text }
    };
    let mut parts: Vec<String> = test.split('/').map(part).collect();
    if let Some(last) = parts.last_mut() {
        last.push_str(".yaml");
    }
    parts.iter().collect()
}

/// Why a scenario is not written.
#[derive(Debug, thiserror::Error)]
enum NotWritten {
    #[error("a file is there that was not written by `--minimise-to`")]
    Foreign,
    #[error("{}", .0.kind())]
    Failed(#[from] std::io::Error),
}

/// Writes a scenario, over an earlier one that was written so and nothing else.
fn write(file: &Path, text: &str) -> Result<(), NotWritten> {
    match std::fs::read(file) {
        Ok(there) if !there.is_empty() && !there.starts_with(HEADING.as_bytes()) => return Err(NotWritten::Foreign),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    Ok(write_file(file, text)?)
}
