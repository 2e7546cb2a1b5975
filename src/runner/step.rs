//! One step: send, poll while pending, judge, compare, remember.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::exercised::Standing;
use super::maps::language_of;
use super::refused;
use super::scenario::Progress;
use super::snapshots;
use crate::api::client::CallErrorKind;
use crate::api::element::Element;
use crate::api::exchange::{Answer, Exchange};
use crate::api::field;
use crate::api::wire::{self, BodyKind};
use crate::expect::contract::{Before, contract};
use crate::expect::{self, Demand, Failure, Seen, describe};
use crate::matcher::Literal;
use crate::outcome::{Doing, Polled, StepOutcome};
use crate::scenario::action::Action;
use crate::scenario::expectation::Expect;
use crate::scenario::{Capture, CaptureFrom, MOST_TIMES, Repeat, Step, parse_duration};
use crate::session::{Applicant, Performed, StepError};
use crate::snapshot::Comparison;
use crate::source::{Code, Diagnostic};
use crate::template::{TemplateError, Templated};

/// The pause of a `repeat: {until: …}` that names none.
const DEFAULT_EVERY: Duration = Duration::from_secs(1);

/// A step under way.
pub(super) struct StepRun<'a, 'b> {
    pub progress: &'a mut Progress<'b>,
    pub step: &'a Step,
    pub outcome: &'a mut StepOutcome,
}

/// Whether a value counts as true in `when`.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

impl StepRun<'_, '_> {
    /// Runs the step; what comes of it is in the outcome.
    pub async fn run(&mut self) {
        if let Err(error) = self.try_run().await {
            match error {
                StepError::Mistake(mistake) => self.outcome.failures.push(Failure::of_scenario(*mistake)),
                StepError::Refused(exchange) => {
                    let message = format!("the API refused what the step needs: {}", describe(&exchange.answer));
                    self.outcome.failures.push(Failure::of_scenario(Diagnostic::new(self.step.action_span, message)));
                    self.outcome.own = self.outcome.exchanges.total();
                    self.keep(*exchange);
                }
                // What cannot be sent is a mistake of the scenario, not a fault of the API.
                StepError::Call(error) if matches!(error.kind, CallErrorKind::Invalid(_)) => {
                    let diagnostic = Diagnostic::new(self.step.action_span, error.kind.to_string());
                    self.outcome.failures.push(Failure::of_scenario(diagnostic));
                }
                StepError::Call(error) => self.outcome.unanswered = Some((*error.request, error.kind.to_string())),
            }
        }
    }

    async fn try_run(&mut self) -> Result<(), StepError> {
        let step = self.step;
        if let Some(when) = &step.when
            && !is_true(&when.render(&self.progress.applicants.scope)?)
        {
            self.outcome.skipped = Some("its condition is not met".to_owned());
            return Ok(());
        }
        if let Action::Sleep(duration) = &step.action {
            self.progress.wait(tokio::time::sleep(self.duration(duration)?)).await;
            return Ok(());
        }
        match step.repeat.as_deref() {
            None => self.once(None).await.map(drop),
            Some(Repeat::Times(times)) => {
                for _ in 0..self.times(times)? {
                    self.once(None).await?;
                    if self.outcome.failed() {
                        break;
                    }
                }
                Ok(())
            }
            Some(Repeat::Until { until, every, within }) => self.until(until, every.as_ref(), within.as_ref()).await,
        }
    }

    fn duration(&self, value: &Templated) -> Result<Duration, TemplateError> {
        let text = value.render_text(&self.progress.applicants.scope)?;
        parse_duration(&text).ok_or_else(|| {
            Box::new(
                Diagnostic::mistake(Code::BadDuration, value.span, format!("{text:?} is no duration"))
                    .help("a duration has a unit: 500ms, 60s, 1m30s"),
            )
        })
    }

    fn times(&self, value: &Templated) -> Result<u64, TemplateError> {
        let times = value.render(&self.progress.applicants.scope)?;
        let count = times.as_u64().or_else(|| times.as_str()?.parse().ok());
        count.filter(|count| (1..=MOST_TIMES).contains(count)).ok_or_else(|| {
            Box::new(
                Diagnostic::mistake(
                    Code::BadRepeat,
                    value.span,
                    format!("{times} is no number of times from 1 to {MOST_TIMES}"),
                )
                .help("what the template gives must be a whole number"),
            )
        })
    }

    /// Repeats until an answer is as wanted; the step's own checks are made of that answer.
    async fn until(
        &mut self,
        until: &Expect<Templated>,
        every: Option<&Templated>,
        within: Option<&Templated>,
    ) -> Result<(), StepError> {
        let began = Instant::now();
        let pause = every.map(|every| self.duration(every)).transpose()?.unwrap_or(DEFAULT_EVERY);
        let limit = within.map(|within| self.duration(within)).transpose()?.unwrap_or(self.progress.run.wait);
        loop {
            let wanted = until.render(&self.progress.applicants.scope)?;
            let not_yet = self.once(Some(&wanted)).await?;
            let answered = self.outcome.exchanges.last().map(|exchange| describe(&exchange.answer));
            if let Some(answered) = answered {
                self.outcome.polls.push(Polled { after: began.elapsed(), answer: answered });
            }
            if not_yet.is_empty() || self.outcome.failed() {
                return Ok(());
            }
            if began.elapsed() + pause > limit {
                let (times, seconds) = (self.outcome.polls.total(), began.elapsed().as_secs_f64());
                let help = format!("tried {times} times in {seconds:.3}s");
                self.outcome.failures.extend(not_yet.into_iter().map(|mut failure| {
                    failure.diagnostic = failure.diagnostic.help(help.clone());
                    failure
                }));
                return Ok(());
            }
            self.outcome.let_go(&mut self.progress.let_go);
            self.outcome.warnings.clear();
            self.progress.wait(tokio::time::sleep(pause)).await;
        }
    }
}

impl StepRun<'_, '_> {
    /// Does the step once and judges it. With `until`, the answer is first held against that; only one that is as wanted
    /// is held against the step's own expectation, compared and remembered. Gives why it is not yet as wanted; the answer
    /// itself is the last of the outcome's exchanges.
    async fn once(&mut self, until: Option<&Expect<Literal>>) -> Result<Vec<Failure>, StepError> {
        let began = Instant::now();
        let step = self.step;
        self.progress.applicants.enter(step);
        let scope = &self.progress.applicants.scope;
        let expect = step.expect.as_ref().map(|expect| expect.render(scope)).transpose()?;
        let wanted: Vec<&Expect<Literal>> = expect.iter().chain(until).collect();
        let pending = wanted.iter().any(|expect| expect::wants_pending(expect));
        let fault = wanted.iter().any(|expect| expect::wants_fault(expect));
        let applicant = self.progress.applicants.acting(step);
        let before = Before {
            ended: applicant.ended,
            first_step: applicant.first_step.clone(),
            foreign_session: self.progress.applicants.is_foreign(step),
        };
        let form = applicant.elements.clone();
        let asked = Instant::now();
        let performed = self.progress.applicants.perform(step, !fault).await;
        self.outcome.requests += under_way(&performed, asked);
        let performed = performed?;
        let form = asked_for(&performed.before).unwrap_or(form);
        self.survey(&performed.before, &form, &performed.exchange, before.foreign_session);
        self.outcome.warnings.extend(performed.warnings);
        performed.before.into_iter().for_each(|exchange| self.keep(exchange));
        self.outcome.own = self.outcome.exchanges.total();
        let mut exchange = performed.exchange;
        if exchange.answer.kind() == BodyKind::Pending
            && !pending
            && step.action.answers_with_a_step()
            && !before.foreign_session
        {
            self.check_contract(&before, &exchange, began);
            self.keep(exchange.clone());
            exchange = self.poll(exchange, began).await?;
            self.survey(&[], &[], &exchange, false);
        }
        let elements = self.elements(&exchange);
        let seen = seen(step, &exchange, &elements, began);
        let not_yet = until.map(|until| expect::judge(Some(until), &seen)).unwrap_or_default();
        let mut failures = contract(&step.action, &before, &seen, &step.checks);
        if not_yet.is_empty() && (until.is_none() || expect.is_some()) {
            let judged = expect::judge(expect.as_ref(), &seen);
            failures.splice(0..0, judged);
        }
        let still = !pending && step.action.answers_with_a_step() && exchange.answer.kind() == BodyKind::Pending;
        if failures.is_empty() && not_yet.is_empty() && still {
            failures.push(still_pending(step, began));
        }
        if let Some(failure) = failures.iter_mut().find(|failure| failure.demand == Demand::Scenario) {
            refused::point_out(step, &exchange.answer, &elements, &self.progress.applicants.scope, failure);
        }
        let text = snapshots::text(self.progress, step, &exchange.answer);
        self.outcome.failures.extend(failures);
        if self.outcome.failures.is_empty() && not_yet.is_empty() {
            let compared = snapshots::compare_step(self.progress, step, text);
            // Of a repeated step's answers the first that differs is the one to see.
            if self.outcome.snapshot.as_ref().is_none_or(|earlier| earlier.comparison == Comparison::Same) {
                self.outcome.snapshot = compared;
            }
            self.capture(&exchange, &elements);
        }
        self.keep(exchange);
        Ok(not_yet)
    }

    /// Keeps a request and its answer; of a step that is repeated often, another one is let go for it.
    fn keep(&mut self, exchange: Exchange) {
        if let Some(mut gone) = self.outcome.exchanges.push(exchange) {
            self.progress.let_go.exchange(&mut gone);
        }
    }

    /// Asks for the current step until the answer is no longer pending, or the time is up.
    async fn poll(&mut self, first: Exchange, began: Instant) -> Result<Exchange, StepError> {
        let limit = match &self.step.wait {
            Some(wait) => self.duration(wait)?,
            None => self.progress.run.wait,
        };
        self.progress.tell(|| Doing::Pending);
        self.outcome.polls.push(Polled { after: began.elapsed(), answer: describe(&first.answer) });
        let (waiting, pending_before) = (Instant::now(), self.outcome.pending);
        let mut last = first;
        let mut polling = self.progress.run.poll.begin(limit.saturating_sub(began.elapsed()));
        while last.answer.kind() == BodyKind::Pending && self.progress.wait(polling.pause()).await {
            let polled = self.progress.applicants.poll(self.step).await;
            self.outcome.pending = pending_before + waiting.elapsed();
            self.progress.let_go.exchange(&mut last);
            last = polled?;
            self.outcome.polls.push(Polled { after: began.elapsed(), answer: describe(&last.answer) });
        }
        Ok(last)
    }

    /// Notes where the applicant stands, and lets the map of the flow grow by what came back. Somebody else's session says
    /// nothing of that.
    fn survey(&mut self, before: &[Exchange], form: &[Element], exchange: &Exchange, foreign: bool) {
        let Progress { run, surveyor, test, applicants, flow: (id, alias), positions, .. } = &mut *self.progress;
        if foreign {
            return;
        }
        let flow = &applicants.acting(self.step).flow;
        let known = || run.flows.iter().filter(|(_, other)| *other == flow).map(|(alias, _)| alias).min();
        let flow = if flow == id { alias } else { known().unwrap_or(flow) };
        let version = test.scenario.version;
        before.iter().for_each(|form| surveyor.see_form(positions, self.step, flow, version, form));
        if let Some(exercises) = &run.exercises {
            let stands = surveyor.stands(positions, self.step, flow, version);
            let asked_in = || language_of(exchange).map(str::to_owned);
            let (spot, language) = stands.map_or_else(|| (None, asked_in()), |(spot, shown_in)| (Some(spot), shown_in));
            let at = Standing { flow, version: version.word(), language, spot };
            exercises.note(&mut self.outcome.exercised, at, form, exchange);
        }
        let visit = surveyor.see(positions, self.step, (flow, version), exchange);
        if let Some(visit) = visit.as_ref().filter(|_| run.exercises.is_some()) {
            self.outcome.form.extend(surveyor.news(positions, self.step, visit, version));
        }
        self.outcome.visit = visit.or(self.outcome.visit.take());
    }

    fn check_contract(&mut self, before: &Before, exchange: &Exchange, began: Instant) {
        let seen = seen(self.step, exchange, &[], began);
        self.outcome.failures.extend(contract(&self.step.action, before, &seen, &self.step.checks));
    }

    /// The elements that labels may name: the answer's own, or those of the step that the applicant still stands on.
    fn elements(&self, exchange: &Exchange) -> Arc<[Element]> {
        let answer = &exchange.answer;
        match answer.document().filter(|_| !answer.is_error()) {
            Some(body) => body.elements(),
            None => self.progress.applicants.acting(self.step).elements.clone(),
        }
    }

    fn capture(&mut self, exchange: &Exchange, elements: &[Element]) {
        for capture in &self.step.capture {
            let applicant = self.progress.applicants.acting(self.step);
            let resolved = capture.resolve(&self.progress.applicants.scope).map_err(|mistake| *mistake);
            match resolved.and_then(|from| captured(capture, &from, exchange, elements, applicant)) {
                Ok(value) => self.progress.applicants.scope.define(capture.name.clone(), value),
                Err(mistake) => self.outcome.failures.push(Failure::of_scenario(mistake)),
            }
        }
    }
}

/// The form that was asked for before anything could be submitted to it.
fn asked_for(before: &[Exchange]) -> Option<Arc<[Element]>> {
    let answers = before.iter().rev().map(|exchange| &exchange.answer);
    let body =
        answers.filter(|answer| answer.kind() == BodyKind::Step && !answer.is_error()).find_map(Answer::document)?;
    Some(body.elements())
}

/// How long requests were under way. That one waited for its turn is no time of the request; only of one without an answer
/// no more is known than when it was asked for.
fn under_way(performed: &Result<Performed, StepError>, asked: Instant) -> Duration {
    match performed {
        Ok(performed) => {
            performed.before.iter().chain([&performed.exchange]).map(|exchange| exchange.answer.elapsed).sum()
        }
        Err(StepError::Refused(exchange)) => exchange.answer.elapsed,
        Err(StepError::Call(_)) => asked.elapsed(),
        Err(StepError::Mistake(_)) => Duration::ZERO,
    }
}

fn seen<'a>(step: &Step, exchange: &'a Exchange, elements: &'a [Element], began: Instant) -> Seen<'a> {
    let sent = exchange.request.headers.iter().find(|(name, _)| name == wire::SESSION_HEADER);
    Seen {
        answer: &exchange.answer,
        span: step.action_span,
        sent_session: sent.map(|(_, session)| session.as_str()),
        elements,
        elapsed: began.elapsed(),
    }
}

fn still_pending(step: &Step, began: Instant) -> Failure {
    let message = format!("the answer is still pending after {:.1}s", began.elapsed().as_secs_f64());
    Failure::of_scenario(
        Diagnostic::new(step.action_span, message)
            .help("`wait: 2m` waits longer; `expect: pending` asks for just that"),
    )
}

fn captured(
    capture: &Capture,
    from: &CaptureFrom,
    exchange: &Exchange,
    elements: &[Element],
    applicant: &Applicant,
) -> Result<Value, Diagnostic> {
    let nothing =
        |what: String| Diagnostic::new(capture.span, format!("nothing to capture as `{}`: {what}", capture.name));
    match from {
        CaptureFrom::Path(path) => {
            let nodes = exchange.answer.json().map(|body| path.nodes(body)).unwrap_or_default();
            match nodes[..] {
                [] => Err(nothing(format!("{path} selects no node of the answer"))),
                [one] => Ok(one.clone()),
                _ => Ok(nodes.into_iter().cloned().collect()),
            }
        }
        CaptureFrom::Header(name) => {
            let value = exchange.answer.header(name).map(Value::from);
            value.ok_or_else(|| nothing(format!("the answer has no header {name}")))
        }
        CaptureFrom::Field(label) => field::find(elements, label)
            .map(|element| Value::from(element.id.as_str()))
            .map_err(|error| nothing(error.to_string()).help(error.help())),
        CaptureFrom::Session => {
            let session = exchange.answer.session().or(applicant.session.as_deref()).map(Value::from);
            session.ok_or_else(|| nothing("there is no session".to_owned()))
        }
        CaptureFrom::Template(_) => Err(nothing("the template was not rendered".to_owned())),
    }
}
