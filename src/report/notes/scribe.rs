//! Turns outcomes into what a journal says of them, their texts not masked yet.

use std::time::Duration;

use serde_json::Value;

use crate::api::exchange::{self, RequestBody};
use crate::expect::Demand;
use crate::journal::{
    Answer, Attempt, Body, Exchange, Failure, Grade, Part, Place, Poll, Related, Request, Snapshot, Standing, Step,
    Test, Unanswered, Verdict,
};
use crate::outcome::{self, Polled, ScenarioOutcome, SnapshotOutcome, StepOutcome};
use crate::report::curl;
use crate::report::discretion::Discreet;
use crate::report::failure::{explain, headline, interrupted};
use crate::semantic;
use crate::snapshot::Comparison;
use crate::source::{Code, Diagnostic, Severity, SourceId, Sources, Span, path_text};

/// What a journal says of a test that is written in these files, with what requests and answers carried where it is the
/// `whole` journal. Its number, and when it began, are not known yet.
pub(super) fn test(outcome: &Discreet<ScenarioOutcome>, files: &[SourceId], sources: &Sources, whole: bool) -> Test {
    Scribe { sources, whole }.test(outcome, files)
}

struct Scribe<'a> {
    sources: &'a Sources,
    whole: bool,
}

impl Scribe<'_> {
    fn test(&self, outcome: &Discreet<ScenarioOutcome>, files: &[SourceId]) -> Test {
        let sum = |of: fn(&StepOutcome) -> Duration| seconds(outcome.steps.iter().map(of).sum());
        Test {
            number: 0,
            name: outcome.name.clone(),
            title: outcome.title.clone(),
            place: self.place(outcome.place),
            files: files.iter().map(|file| path_text(self.sources.path(*file))).collect(),
            verdict: verdict(&outcome.verdict),
            not_begun: outcome.not_begun,
            reason: match &outcome.verdict {
                outcome::Verdict::Skipped(reason) => Some(reason.clone()),
                outcome::Verdict::Interrupted => Some(interrupted(outcome)),
                _ => None,
            },
            flow: outcome.flow.clone(),
            version: outcome.version.word().to_owned(),
            language: outcome.language.clone(),
            tags: outcome.tags.clone(),
            started: None,
            seconds: seconds(outcome.elapsed),
            request_seconds: sum(|step| step.requests),
            pending_seconds: sum(|step| step.pending),
            sessions: outcome.sessions.clone(),
            attempts: outcome.attempts().map(|attempt| self.attempt(&attempt)).collect(),
            most_attempts: outcome.most_attempts,
            steps: outcome.steps.iter().map(|step| self.step(step)).collect(),
            problem: outcome.problem.as_ref().map(|problem| self.failure(Grade::Error, problem)),
            explanation: explain(outcome, self.sources, false),
        }
    }

    fn attempt(&self, outcome: &Discreet<ScenarioOutcome>) -> Attempt {
        let test = self.test(outcome, &[]);
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
        let mut at = 0;
        let parts = step.exchanges.kept().map(|(left_out, one)| {
            at += left_out;
            let part = match at.cmp(&step.own) {
                std::cmp::Ordering::Less => Part::Before,
                std::cmp::Ordering::Equal => Part::Own,
                std::cmp::Ordering::Greater => Part::Poll,
            };
            at += 1;
            Exchange { part, request: self.request(&one.request), answer: self.answer(&one.answer), left_out }
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
            form: step.form.clone(),
            exercised: step.exercised.clone(),
            failures: warnings.chain(failures).collect(),
            exchanges: parts.collect(),
            polls: step.polls.kept().map(|(left_out, polled)| poll(left_out, polled)).collect(),
            unanswered: step
                .unanswered
                .as_ref()
                .map(|(sent, why)| Unanswered { request: self.request(sent), why: why.clone() }),
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

    fn request(&self, sent: &exchange::Request) -> Request {
        if self.whole {
            return request(sent);
        }
        let (method, url) = (sent.method.clone(), sent.url.clone());
        Request { method, url, headers: Vec::new(), body: None, curl: String::new() }
    }

    fn answer(&self, came: &exchange::Answer) -> Answer {
        if self.whole {
            return answer(came);
        }
        Answer { status: came.status, headers: Vec::new(), body: None, seconds: seconds(came.elapsed) }
    }

    fn place(&self, span: Span) -> Place {
        let source = self.sources.get(span.source);
        let (line, column) = source.line_column(span.start as usize);
        let (end_line, end_column) = source.line_column(span.end as usize);
        Place { file: path_text(&source.path), line, column, end_line, end_column }
    }
}

pub(in crate::report) fn seconds(time: Duration) -> f64 {
    // Microseconds are as fine as anybody reads.
    (time.as_secs_f64() * 1e6).round() / 1e6
}

pub(in crate::report) fn verdict(verdict: &outcome::Verdict) -> Verdict {
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
        RequestBody::Json(value) => Some(Body::Json(value.into())),
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
        exchange::Body::Json(document) => Some(Body::Json((&**document).into())),
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

fn poll(left_out: usize, polled: &Polled) -> Poll {
    Poll { at: seconds(polled.after), answer: polled.answer.clone(), left_out }
}
