//! From what happens during a run to what its journal says of it.
//!
//! A [`Transcript`] turns each [`Event`] into entries, which have passed the [`Discretion`] when they leave it: nothing else
//! makes entries, and every report but the terminal's is made of entries.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::curl;
use super::discretion::{Discreet, Discretion};
use super::failure::{explain, headline};
use crate::api::exchange::{self, RequestBody};
use crate::expect::Demand;
use crate::journal::{
    Answer, Attempt, Body, Entry, Exchange, Failure, File, Flow, Grade, Part, Place, Poll, Related, Request, RunEnded,
    RunStarted, Snapshot, Standing, Step, StepPending, StepStarted, Test, TestStarted, Unanswered, Verdict,
};
use crate::outcome::{self, Doing, Event, ScenarioOutcome, SnapshotOutcome, StepOutcome};
use crate::semantic;
use crate::snapshot::Comparison;
use crate::source::{Code, Diagnostic, Severity, SourceId, Sources, Span, path_text};

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

    /// What the journal says of what happens.
    pub fn entries(&mut self, event: &Event) -> Vec<Discreet<Entry>> {
        let now = self.began.elapsed();
        match event {
            Event::Started { .. } | Event::Ended { .. } => Vec::new(),
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

    fn finished(&mut self, outcome: &ScenarioOutcome) -> Vec<Discreet<Entry>> {
        let mask = self.discretion.of(outcome);
        let sources = mask.sources(&self.sources);
        let mut entries = Vec::new();
        for file in &outcome.files {
            if self.told.insert(*file) {
                let source = sources.get(*file);
                let file = File { path: path_text(&source.path), text: source.text.to_string() };
                entries.push(mask.entry(Entry::File(file)));
            }
        }
        let started = self.running.remove(&outcome.name).map(|(at, _)| seconds(at));
        let number = self.numbers.get(&outcome.name).copied().unwrap_or_default();
        let test = Scribe { sources }.test(&mask.outcome(outcome), number, started);
        entries.push(mask.entry(Entry::TestFinished(Box::new(test))));
        entries
    }
}

/// Turns outcomes into what a journal says of them, their texts not masked yet.
struct Scribe<'a> {
    sources: &'a Sources,
}

impl Scribe<'_> {
    fn test(&self, outcome: &Discreet<ScenarioOutcome>, number: usize, started: Option<f64>) -> Test {
        let sum = |of: fn(&StepOutcome) -> Duration| seconds(outcome.steps.iter().map(of).sum());
        Test {
            number,
            name: outcome.name.clone(),
            title: outcome.title.clone(),
            place: self.place(outcome.place),
            files: outcome.files.iter().map(|file| path_text(self.sources.path(*file))).collect(),
            verdict: verdict(&outcome.verdict),
            reason: match &outcome.verdict {
                outcome::Verdict::Skipped(reason) => Some(reason.clone()),
                _ => None,
            },
            flow: outcome.flow.clone(),
            version: outcome.version.word().to_owned(),
            language: outcome.language.clone(),
            tags: outcome.tags.clone(),
            started,
            seconds: seconds(outcome.elapsed),
            request_seconds: sum(|step| step.requests),
            pending_seconds: sum(|step| step.pending),
            sessions: outcome.sessions.clone(),
            attempts: outcome.attempts().map(|attempt| self.attempt(&attempt)).collect(),
            steps: outcome.steps.iter().map(|step| self.step(step)).collect(),
            problem: outcome.problem.as_ref().map(|problem| self.failure(Grade::Error, problem)),
            explanation: explain(outcome, self.sources, false),
        }
    }

    fn attempt(&self, outcome: &Discreet<ScenarioOutcome>) -> Attempt {
        let test = self.test(outcome, 0, None);
        Attempt {
            verdict: test.verdict,
            seconds: test.seconds,
            message: headline(outcome),
            explanation: test.explanation,
        }
    }

    fn step(&self, step: &StepOutcome) -> Step {
        let warnings = step.warnings.iter().map(|warning| self.failure(Grade::Warning, warning));
        let failures = step.failures.iter().map(|failure| {
            let (expected, actual) = failure.values.clone().unzip();
            let rule = match failure.demand {
                Demand::Scenario => None,
                Demand::Contract(rule) => Some(rule.name().to_owned()),
            };
            Failure { rule, expected, actual, ..self.failure(Grade::Error, &failure.diagnostic) }
        });
        let parts = step.exchanges.iter().enumerate().map(|(at, one)| {
            let part = match at.cmp(&step.own) {
                std::cmp::Ordering::Less => Part::Before,
                std::cmp::Ordering::Equal => Part::Own,
                std::cmp::Ordering::Greater => Part::Poll,
            };
            Exchange { part, request: request(&one.request), answer: answer(&one.answer) }
        });
        Step {
            number: step.number,
            label: step.label.clone(),
            place: self.place(step.span),
            applicant: step.applicant.clone(),
            verdict: if step.skipped.is_some() { Verdict::Skipped } else { verdict(&step.verdict()) },
            skipped: step.skipped.clone(),
            started: seconds(step.began),
            seconds: seconds(step.elapsed),
            request_seconds: seconds(step.requests),
            pending_seconds: seconds(step.pending),
            visit: step.visit.clone(),
            failures: warnings.chain(failures).collect(),
            exchanges: parts.collect(),
            polls: step.polls.iter().map(|(at, what)| Poll { at: seconds(*at), answer: what.clone() }).collect(),
            unanswered: step
                .unanswered
                .as_ref()
                .map(|(sent, why)| Unanswered { request: request(sent), why: why.clone() }),
            snapshot: step.snapshot.as_ref().map(snapshot),
        }
    }

    fn failure(&self, grade: Grade, diagnostic: &Diagnostic) -> Failure {
        let grade = match diagnostic.code.map(Code::severity) {
            Some(Severity::Warning) => Grade::Warning,
            Some(Severity::Error) => Grade::Error,
            None => grade,
        };
        let related = diagnostic
            .related
            .iter()
            .map(|(span, message)| Related { place: self.place(*span), message: message.clone() });
        Failure {
            grade,
            code: diagnostic.code.map(|code| code.number().to_owned()),
            rule: None,
            message: diagnostic.message.clone(),
            place: self.place(diagnostic.span),
            label: diagnostic.label.clone(),
            help: diagnostic.help.clone(),
            notes: diagnostic.notes.clone(),
            related: related.collect(),
            expected: None,
            actual: None,
        }
    }

    fn place(&self, span: Span) -> Place {
        let source = self.sources.get(span.source);
        let (line, column) = source.line_column(span.start as usize);
        let (end_line, end_column) = source.line_column(span.end as usize);
        Place { file: path_text(&source.path), line, column, end_line, end_column }
    }
}

fn seconds(time: Duration) -> f64 {
    // Microseconds are as fine as anybody reads.
    (time.as_secs_f64() * 1e6).round() / 1e6
}

pub(super) fn verdict(verdict: &outcome::Verdict) -> Verdict {
    match verdict {
        outcome::Verdict::Passed => Verdict::Passed,
        outcome::Verdict::Skipped(_) => Verdict::Skipped,
        outcome::Verdict::Unreviewed => Verdict::Review,
        outcome::Verdict::Broken => Verdict::Broken,
        outcome::Verdict::Failed => Verdict::Failed,
        outcome::Verdict::Refused => Verdict::Refused,
        outcome::Verdict::Interrupted => Verdict::Interrupted,
    }
}

fn request(request: &exchange::Request) -> Request {
    let body = match &request.body {
        RequestBody::Empty => None,
        RequestBody::Json(value) => Some(Body::Json(value.clone())),
        RequestBody::Text(text) => Some(Body::Text(text.clone())),
        RequestBody::Form(pairs) => Some(Body::Form(pairs.clone())),
        RequestBody::File { name, media_type, bytes, .. } => {
            Some(Body::File { name: name.clone(), media_type: media_type.clone(), bytes: bytes.len() })
        }
    };
    Request {
        method: request.method.clone(),
        url: request.url.clone(),
        headers: request.headers.clone(),
        body,
        curl: curl::command(request),
    }
}

fn answer(answer: &exchange::Answer) -> Answer {
    let body = match &answer.body {
        exchange::Body::Json(value) => Some(Body::Json(value.clone())),
        exchange::Body::Text(text) if text.is_empty() => None,
        exchange::Body::Text(text) => Some(Body::Text(text.clone())),
    };
    Answer { status: answer.status, headers: answer.headers.clone(), body, seconds: seconds(answer.elapsed) }
}

fn snapshot(snapshot: &SnapshotOutcome) -> Snapshot {
    let standing = match snapshot.comparison {
        Comparison::Same => Standing::Same,
        Comparison::New => Standing::New,
        Comparison::Changed => Standing::Changed,
    };
    let parse = |text: &str| serde_json::from_str::<Value>(text).ok();
    let accepted = snapshot.accepted.clone().filter(|_| standing == Standing::Changed);
    let both = accepted.as_deref().and_then(parse).zip(parse(&snapshot.actual));
    let found = both.map(|(old, new)| semantic::changes(&old, &new)).unwrap_or_default();
    Snapshot {
        file: path_text(&snapshot.path),
        standing,
        passes: snapshot.passes,
        note: snapshot.note.clone(),
        accepted,
        actual: (standing != Standing::Same).then(|| snapshot.actual.clone()),
        changes: found.iter().map(|change| change.sentence().to_string()).collect(),
    }
}
