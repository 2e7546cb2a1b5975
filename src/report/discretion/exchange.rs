//! What is kept back by where it stands in requests and answers.

use super::{DATA, Mask, data};
use crate::api::exchange::{Answer, Body, Exchange, Request, RequestBody};
use crate::api::wire::SESSION_HEADER;
use crate::outcome::{
    Kept, ScenarioOutcome, SnapshotOutcome, StepOutcome, asks_for_token, each_value, is_entered, link,
};
use crate::redact::places;
use crate::source::Diagnostic;

/// Finds what is kept back of a test, with the attempts before, and masks the credentials in its bodies and URLs. The
/// sessions are those of its applicants in their order, then the others in one that does not depend on where they were found.
pub(super) fn find(kept: &mut Kept, outcome: &mut ScenarioOutcome) {
    kept.sessions.extend(outcome.sessions.iter().cloned());
    let own = std::mem::take(&mut kept.sessions);
    kept.absorb(std::mem::take(&mut outcome.let_go));
    kept.sessions.extend(outcome.foreign_sessions.iter().cloned());
    kept.secrets.extend(outcome.tokens.iter().filter(|token| places::is_distinctive(token)).cloned());
    for step in &mut outcome.steps {
        step.exchanges.iter_mut().for_each(|exchange| kept.exchange(exchange));
        if let Some((request, _)) = &mut step.unanswered {
            kept.request(request);
        }
    }
    kept.sessions.sort_unstable();
    let others = std::mem::replace(&mut kept.sessions, own);
    kept.sessions.extend(others);
    outcome.attempts.iter_mut().for_each(|attempt| find(kept, attempt));
}

/// Takes away what a test's requests and answers carried: what is not said of it need not be masked.
pub(super) fn leave_out_carried(outcome: &mut ScenarioOutcome) {
    for Exchange { request, answer } in outcome.steps.iter_mut().flat_map(|step| step.exchanges.iter_mut()) {
        (request.headers, request.body) = (Vec::new(), RequestBody::Empty);
        (answer.headers, answer.body) = (Vec::new(), Body::Text(String::new()));
    }
}

/// A URL with the values in its query masked.
fn queries_masked(url: &str) -> String {
    let Some((path, query)) = url.split_once('?') else { return url.to_owned() };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if is_entered(name, value) => format!("{name}={DATA}"),
        _ => pair.to_owned(),
    });
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

impl Mask {
    /// Masks what is kept back by its place.
    pub(super) fn outcome(&self, outcome: &mut ScenarioOutcome) {
        outcome.span = self.moved(outcome.span);
        outcome.place = self.moved(outcome.place);
        outcome.problem.iter_mut().for_each(|problem| self.diagnostic(problem));
        outcome.attempts.iter_mut().for_each(|attempt| self.outcome(attempt));
        outcome.steps.iter_mut().for_each(|step| self.step(step));
    }

    fn step(&self, step: &mut StepOutcome) {
        step.span = self.moved(step.span);
        step.warnings.iter_mut().for_each(|warning| self.diagnostic(warning));
        for failure in &mut step.failures {
            self.diagnostic(&mut failure.diagnostic);
            if let Some((expected, actual)) = &mut failure.values {
                self.value(expected);
                self.value(actual);
            }
        }
        for Exchange { request, answer } in step.exchanges.iter_mut() {
            self.request(request);
            self.answer(answer);
        }
        if let Some((request, _)) = &mut step.unanswered {
            self.request(request);
        }
        step.snapshot.iter_mut().for_each(|snapshot| self.snapshot(snapshot));
    }

    fn diagnostic(&self, diagnostic: &mut Diagnostic) {
        if let Some(files) = &self.files {
            files.move_places(diagnostic);
        }
    }

    fn snapshot(&self, snapshot: &mut SnapshotOutcome) {
        if self.entered.is_none() || snapshot.actual.is_empty() {
            return;
        }
        if let Some((accepted, actual)) = data::snapshots(snapshot.accepted.as_deref(), &snapshot.actual) {
            // What was accepted may be no JSON any more; its texts are masked later.
            snapshot.accepted = accepted.or(snapshot.accepted.take());
            snapshot.actual = actual;
        }
    }

    fn headers(&self, headers: &mut [(String, String)]) {
        for (name, value) in headers {
            *value = match self.sessions.get(value.trim()) {
                Some(shown) if name == SESSION_HEADER => shown.clone(),
                _ => places::shown_header(name, value),
            };
        }
    }

    fn request(&self, request: &mut Request) {
        let mask_data = self.entered.is_some();
        self.headers(&mut request.headers);
        if mask_data {
            request.url = queries_masked(&request.url);
        }
        request.url = self.text(&request.url).into_owned();
        match &mut request.body {
            RequestBody::Empty => {}
            RequestBody::Json(body) => {
                if mask_data && link(body).is_none() {
                    data::masked(body, DATA);
                }
                self.value(body);
            }
            RequestBody::Text(text) => {
                *text = if mask_data { DATA.to_owned() } else { self.text(text).into_owned() };
            }
            RequestBody::Form(pairs) => {
                if mask_data && !asks_for_token(pairs) {
                    let data = pairs.iter_mut().filter(|(name, _)| !places::is_secret_member(name));
                    data.for_each(|(_, value)| *value = DATA.to_owned());
                }
            }
            RequestBody::File { name, path, .. } => {
                if mask_data {
                    *name = DATA.to_owned();
                    *path = path.take().map(|_| DATA.to_owned());
                }
            }
        }
    }

    fn answer(&self, answer: &mut Answer) {
        self.headers(&mut answer.headers);
        if let (Body::Json(body), true) = (&mut answer.body, self.entered.is_some()) {
            body.edit(|body| each_value(body, &mut |value| data::masked(value, DATA)));
        }
    }
}
