//! What is kept back in the texts of entries.
//!
//! Every struct is taken apart member by member: a member that is added to the journal does not compile before it is said
//! here what becomes of it.

use std::sync::Arc;

use super::Mask;
use crate::journal::{
    Answer, Attempt, Body, Entry, Exchange, Exercised, Failure, File, Flow, Form, FormField, LimitChanged, Place,
    Planned, Poll, Related, Request, RunStarted, Snapshot, Spot, Step, StepPending, StepStarted, Test, TestStarted,
    Unanswered, UsedField, Visit,
};

pub(super) fn entry(mask: &Mask, mut entry: Entry) -> Entry {
    match &mut entry {
        Entry::RunStarted(started) => run_started(mask, started),
        Entry::File(File { path, text }) => {
            *path = mask.path(path);
            each(mask, [text]);
        }
        Entry::Flow(Flow { flow, version, language, steps, first: _, moves: _, forms }) => {
            each(mask, [flow, version]);
            languages(mask, language);
            steps.iter_mut().for_each(|step| spot(mask, step));
            forms.iter_mut().for_each(|Form { step: _, fields }| form_fields(mask, fields));
        }
        Entry::TestStarted(TestStarted { test, attempt: _, at: _ }) => *test = mask.name(test),
        Entry::StepStarted(StepStarted { test, step: _, label, at: _ }) => {
            *test = mask.name(test);
            each(mask, [label]);
        }
        Entry::StepPending(StepPending { test, at: _ }) => *test = mask.name(test),
        Entry::TestFinished(finished) => mask_test(mask, finished),
        Entry::LimitChanged(LimitChanged { host, from: _, to: _, rate: _, pause: _, reason: _, at: _ }) => {
            each(mask, [host]);
        }
        Entry::RunEnded(_) | Entry::Unknown => {}
    }
    entry
}

fn each<'t>(mask: &Mask, texts: impl IntoIterator<Item = &'t mut String>) {
    for text in texts {
        if let std::borrow::Cow::Owned(masked) = mask.text(text) {
            *text = masked;
        }
    }
}

/// A language is no data, also where an applicant entered the same two letters.
fn languages(mask: &Mask, language: &mut Option<String>) {
    language.iter_mut().for_each(|language| *language = mask.path(language));
}

fn run_started(mask: &Mask, started: &mut RunStarted) {
    let RunStarted {
        format: _,
        draftgate: _,
        started: _,
        server,
        environment,
        seed: _,
        shard: _,
        suite: _,
        selected: _,
        tests,
        folder: _,
        division: _,
        missing: _,
    } = started;
    each(mask, server.iter_mut().chain(environment));
    for Planned { number: _, name, file, line: _, skipped: _ } in tests {
        *name = mask.name(name);
        *file = mask.path(file);
    }
}

pub(super) fn test(mask: &Mask, mut test: Test) -> Test {
    mask_test(mask, &mut test);
    test
}

fn mask_test(mask: &Mask, test: &mut Test) {
    let Test {
        number: _,
        name,
        title,
        place: at,
        files,
        verdict: _,
        not_begun: _,
        reason,
        flow,
        version,
        language,
        tags,
        started: _,
        seconds: _,
        request_seconds: _,
        pending_seconds: _,
        sessions,
        attempts,
        most_attempts: _,
        steps,
        problem,
        explanation,
    } = test;
    *name = mask.name(name);
    each(mask, [title, version, explanation]);
    each(mask, reason.iter_mut().chain(flow).chain(tags));
    languages(mask, language);
    for session in sessions {
        // A short one is no text that is looked for.
        match mask.sessions.get(session) {
            Some(shown) => session.clone_from(shown),
            None => each(mask, [session]),
        }
    }
    place(mask, at);
    files.iter_mut().for_each(|file| *file = mask.path(file));
    for Attempt { verdict: _, seconds: _, message, explanation } in attempts {
        each(mask, [message, explanation]);
    }
    steps.iter_mut().for_each(|one| step(mask, one));
    problem.iter_mut().for_each(|problem| failure(mask, problem));
}

fn place(mask: &Mask, place: &mut Place) {
    let Place { file, line: _, column: _, end_line: _, end_column: _ } = place;
    *file = mask.path(file);
}

fn step(mask: &Mask, step: &mut Step) {
    let Step {
        number: _,
        label,
        place: at,
        applicant,
        verdict: _,
        skipped,
        started: _,
        seconds: _,
        request_seconds: _,
        pending_seconds: _,
        visit,
        form,
        exercised,
        failures,
        exchanges,
        polls,
        unanswered,
        snapshot,
    } = step;
    each(mask, [label]);
    each(mask, applicant.iter_mut().chain(skipped));
    place(mask, at);
    if let Some(Visit { flow, version, language, from, way, to }) = visit {
        each(mask, [flow, version, way]);
        languages(mask, language);
        from.iter_mut().chain([to]).for_each(|one| spot(mask, one));
    }
    form_fields(mask, form);
    exercised.iter_mut().for_each(|one| mask_exercised(mask, one));
    failures.iter_mut().for_each(|one| failure(mask, one));
    for Exchange { part: _, request: sent, answer, left_out: _ } in exchanges {
        let Answer { status: _, headers: named, body: came, seconds: _ } = answer;
        request(mask, sent);
        headers(mask, named);
        body(mask, came);
    }
    polls.iter_mut().for_each(|Poll { at: _, answer, left_out: _ }| each(mask, [answer]));
    if let Some(Unanswered { request: sent, why }) = unanswered {
        request(mask, sent);
        each(mask, [why]);
    }
    if let Some(Snapshot { file, standing: _, passes: _, note, accepted, actual, changes }) = snapshot {
        each(mask, [file]);
        each(mask, note.iter_mut().chain(accepted).chain(actual).chain(changes));
    }
}

fn form_fields(mask: &Mask, fields: &mut [FormField]) {
    for FormField { name, options, rules: _ } in fields {
        each(mask, std::iter::once(name).chain(options));
    }
}

/// What is the same in many tests stays shared where nothing of it is kept back.
fn mask_exercised(mask: &Mask, shared: &mut Arc<Exercised>) {
    let mut masked = Exercised::clone(shared);
    let Exercised { flow, version, language, at, fields, error: _ } = &mut masked;
    each(mask, [flow, version]);
    languages(mask, language);
    at.iter_mut().for_each(|one| spot(mask, one));
    for UsedField { name, given: _, options, satisfied: _, violated: _ } in fields {
        each(mask, std::iter::once(name).chain(options));
    }
    if masked != **shared {
        *shared = Arc::new(masked);
    }
}

fn spot(mask: &Mask, spot: &mut Spot) {
    let Spot { title, kind, shape: _ } = spot;
    each(mask, [title, kind]);
}

fn failure(mask: &Mask, failure: &mut Failure) {
    let Failure { grade: _, code: _, rule: _, message, place: at, label, help, notes, related, expected, actual } =
        failure;
    each(mask, [message]);
    each(mask, label.iter_mut().chain(help).chain(notes));
    place(mask, at);
    for Related { place: at, message } in related {
        place(mask, at);
        each(mask, [message]);
    }
    for value in expected.iter_mut().chain(actual) {
        mask.value(value);
    }
}

fn request(mask: &Mask, request: &mut Request) {
    let Request { method, url, headers: named, body: sent, curl } = request;
    each(mask, [method, url, curl]);
    headers(mask, named);
    body(mask, sent);
}

fn headers(mask: &Mask, headers: &mut [(String, String)]) {
    headers.iter_mut().for_each(|(name, value)| each(mask, [name, value]));
}

fn body(mask: &Mask, body: &mut Option<Body>) {
    match body {
        None => {}
        Some(Body::Json(json)) => {
            // Most hold nothing that is kept back.
            if matches!(mask.text(json.text()), std::borrow::Cow::Owned(_)) {
                let mut value = json.value();
                mask.value(&mut value);
                *json = (&value).into();
            }
        }
        Some(Body::Text(text)) => each(mask, [text]),
        Some(Body::Form(pairs)) => headers(mask, pairs),
        Some(Body::File { name, media_type, bytes: _ }) => each(mask, [name, media_type]),
    }
}
