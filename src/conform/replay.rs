//! The least that shows a finding: its calls played again in fresh sessions, by applicants who are alone, with ever less of them.
//!
//! What does not come again while nobody else is under way was another applicant's doing.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use serde_json::{Map, Value};

use super::Plan;
use super::applicant::{identity, same};
use super::ledger::{Finding, Ledger};
use super::rules::{RULES, RuleId};
use crate::api::client::CallError;
use crate::api::exchange::{Exchange, RequestBody};
use crate::api::operation::Operation;
use crate::api::wire::{BodyKind, LANGUAGE_HEADER, elements};
use crate::compose::recording::recognise::by_path;
use crate::compose::witness::sent_session;
use crate::minimise::{Bounds, Ended, Oracle, Pieces, Trial, minimise};
use crate::session::driver::{Course, Driver};

/// The most requests for one finding.
const MOST_REQUESTS: usize = 120;
/// How long one finding's calls are made less.
const LONGEST: Duration = Duration::from_secs(15);
/// Rules that sequences of calls do not show by themselves, because what others did before counts as well; or slowly.
const LEFT_ALONE: [RuleId; 4] = [RuleId::Isolation, RuleId::UnknownSession, RuleId::ForeignFlow, RuleId::Pending];

/// Makes each finding's calls as few as they can be, within so many requests; and leaves out findings that do not come again
/// where applicants are not apart from each other.
pub(super) async fn least(course: &Course, plan: &Plan, ledger: &mut Ledger, mut requests: usize) {
    let found: Vec<Finding> = RULES.iter().flat_map(|rule| ledger.of(rule.id)).collect();
    let given = |finding: &Finding| finding.rule == RuleId::Session && finding.capture.is_some();
    let leaks = found.iter().any(|finding| finding.rule == RuleId::Isolation || given(finding));
    let mut kept = Vec::new();
    for finding in found {
        if given(&finding) {
            kept.push(finding);
            continue;
        }
        let finding = match spoken_at_once(course, plan, &finding).await.filter(|_| requests > 0) {
            Some(shorter) => {
                requests = requests.saturating_sub(shorter.calls.len());
                shorter
            }
            None => finding,
        };
        let Some(playing) = Playing::of(course, plan, &finding).filter(|_| requests > 0 && finding.calls.len() > 1)
        else {
            kept.push(finding);
            continue;
        };
        let whole = finding.calls.len();
        let bounds = Bounds { requests: requests.min(MOST_REQUESTS), whole, time: LONGEST, at_once: 1 };
        let pieces = playing.pieces();
        if pieces.is_empty() {
            // Whether it comes again is all that can be learnt.
            if !leaks || playing.try_out(&[]).await.same {
                kept.push(finding);
            }
            continue;
        }
        let least = minimise(&pieces, &[], &playing, bounds).await;
        requests = requests.saturating_sub(least.requests);
        match least.ended {
            Ended::NotAgain if leaks => {}
            Ended::NotAgain => kept.push(finding),
            _ => {
                let calls = playing.selected(&least.kept).into_iter().map(|(call, _)| call).collect();
                kept.push(Finding { calls, ..finding });
            }
        }
    }
    ledger.findings = kept;
}

/// A finding of FlowStep in another language, shown by the call before it being in that language; none where that shows
/// something else.
async fn spoken_at_once(course: &Course, plan: &Plan, finding: &Finding) -> Option<Finding> {
    if ![RuleId::Languages, RuleId::Translated].contains(&finding.rule) {
        return None;
    }
    let (last, before) = finding.calls.split_last()?;
    let language = language_of(last)?;
    let submitted = before.last().filter(|call| language_of(call).is_none())?;
    if last.request.method != "GET" || sent_session(last) != sent_session(submitted).or(submitted.answer.session()) {
        return None;
    }
    let mut shorter = Finding { calls: before.to_vec(), ..finding.clone() };
    let spoken = shorter.calls.last_mut()?;
    spoken.request.headers.push((LANGUAGE_HEADER.to_owned(), language.to_owned()));
    spoken.answer = last.answer.clone();
    let playing = Playing::of(course, plan, &shorter)?;
    let whole: Vec<usize> = playing.pieces().whole();
    let answered = playing.play(&playing.selected(&whole)).await.ok()?;
    let shows = answered.last().is_some_and(|answered| same(&answered.answer, &last.answer));
    shows.then_some(shorter)
}

/// The language that a call is in.
fn language_of(call: &Exchange) -> Option<&str> {
    let named = |(name, _): &&(String, String)| name.eq_ignore_ascii_case(LANGUAGE_HEADER);
    call.request.headers.iter().find(named).map(|(_, language)| language.as_str())
}

/// What of an answer's session is not as it should be.
fn astray(call: &Exchange) -> Option<bool> {
    match (sent_session(call), call.answer.session()) {
        (Some(sent), Some(answered)) if !sent.eq_ignore_ascii_case(answered) => Some(true),
        (_, None) => Some(false),
        _ => None,
    }
}

/// A finding's calls, to be played.
struct Playing<'a> {
    course: &'a Course,
    finding: &'a Finding,
    operations: Vec<Operation>,
    /// The pieces: calls, then fields of forms wherever they are submitted.
    calls: Vec<usize>,
    fields: Vec<String>,
}

impl<'a> Playing<'a> {
    /// None where the calls cannot be played.
    fn of(course: &'a Course, plan: &'a Plan, finding: &'a Finding) -> Option<Self> {
        if LEFT_ALONE.contains(&finding.rule) {
            return None;
        }
        let operation = |call: &Exchange| {
            let call = by_path(&call.request.method, &call.request.url, &plan.paths)?;
            call.operation().filter(|_| call.flow == course.flow)
        };
        let operations: Vec<Operation> = finding.calls.iter().map(operation).collect::<Option<_>>()?;
        use Operation::{BackStep, FlowStep, SubmitFile, SubmitStep};
        if operations.iter().any(|operation| ![FlowStep, SubmitStep, SubmitFile, BackStep].contains(operation)) {
            return None;
        }
        let last = finding.calls.len() - 1;
        let mut playing = Playing { course, finding, operations, calls: Vec::new(), fields: Vec::new() };
        let of_its_own = |at: &usize| sent_session(&finding.calls[*at]).is_some() && playing.goes_with(*at) == *at;
        // Who uploads stands at the form that takes the file.
        let uploads = |at: usize| {
            let session = sent_session(&finding.calls[at]);
            let later = playing.operations.iter().zip(&finding.calls).skip(at + 1);
            finding.rule == RuleId::ForeignKey
                && later.into_iter().any(|(one, call)| *one == SubmitFile && sent_session(call) == session)
        };
        let calls = (0..last).filter(of_its_own).filter(|at| !uploads(*at)).collect();
        // Without what a form demands it is refused, in the same words perhaps.
        let forms = finding.calls.iter().filter_map(|call| call.answer.json()).flat_map(elements);
        let optional: BTreeSet<String> =
            forms.filter(|element| !element.required()).map(|element| element.id).collect();
        let bodies = finding.calls.iter().filter_map(|call| match &call.request.body {
            RequestBody::Json(Value::Object(body)) => Some(body.keys().cloned()),
            _ => None,
        });
        let may_go = |id: &String| optional.contains(id) && !finding.about.contains(id);
        let fields: BTreeSet<String> = bodies.flatten().filter(may_go).collect();
        playing.calls = calls;
        playing.fields = fields.into_iter().collect();
        Some(playing)
    }

    /// The call that one is a part of: a file is uploaded for the last submit that has its key, what is pending is polled after one.
    fn goes_with(&self, at: usize) -> usize {
        let calls = &self.finding.calls;
        let polls = |at: usize| {
            let before = at.checked_sub(1).map(|before| &calls[before]);
            self.operations[at] == Operation::FlowStep
                && before.is_some_and(|before| before.answer.kind() == BodyKind::Pending)
        };
        let sent_by = |at: usize| {
            let key = calls[at].answer.json().and_then(|body| body.get("key"));
            let holds = |call: &Exchange| match &call.request.body {
                RequestBody::Json(Value::Object(body)) => body.values().any(|sent| Some(sent) == key),
                _ => false,
            };
            let sent = self.operations[at] == Operation::SubmitFile;
            calls.iter().rposition(holds).filter(|with| sent && *with > at)
        };
        let mut with = sent_by(at).unwrap_or(at);
        while with > 0 && polls(with) {
            with -= 1;
        }
        with
    }

    fn pieces(&self) -> Pieces {
        self.calls.iter().map(|_| (None, 0)).chain(self.fields.iter().map(|_| (None, 1))).collect()
    }

    /// The calls that are left with what is left of their bodies, each with its number.
    fn selected(&self, kept: &[usize]) -> Vec<(Exchange, usize)> {
        let is_left = |at: usize| {
            let with = self.goes_with(at);
            let piece = self.calls.iter().position(|call| *call == with);
            piece.is_none_or(|piece| kept.contains(&piece))
        };
        let is_sent = |id: &str| {
            let piece = self.fields.iter().position(|field| field == id);
            piece.is_none_or(|piece| kept.contains(&(self.calls.len() + piece)))
        };
        let mut selected = Vec::new();
        for (at, call) in self.finding.calls.iter().enumerate().filter(|(at, _)| is_left(*at)) {
            let mut call = call.clone();
            if let RequestBody::Json(Value::Object(body)) = &mut call.request.body {
                body.retain(|id, _| is_sent(id));
            }
            selected.push((call, at));
        }
        selected
    }

    /// Plays calls in fresh sessions: what was answered to each.
    async fn play(&self, calls: &[(Exchange, usize)]) -> Result<Vec<Exchange>, CallError> {
        let mut drivers: HashMap<String, Driver> = HashMap::new();
        let mut keys: HashMap<String, Value> = HashMap::new();
        let mut answered: Vec<Exchange> = Vec::new();
        for (place, (call, at)) in calls.iter().enumerate() {
            let own = sent_session(call).or(call.answer.session()).unwrap_or_default().to_ascii_lowercase();
            let driver = drivers.entry(own).or_insert_with(|| Driver::new(self.course.clone()));
            let waited = place.checked_sub(1).is_some_and(|before| {
                let before = &calls[before].0;
                before.answer.kind() == BodyKind::Pending && sent_session(before) == sent_session(call)
            });
            driver.speak(language_of(call).map(str::to_owned).or(self.course.language.clone()));
            let answer = match (self.operations[*at], &call.request.body) {
                // It was waited for already.
                (Operation::FlowStep, _) if waited && sent_session(call).is_some() => answered[place - 1].clone(),
                (Operation::FlowStep, _) if sent_session(call).is_none() => driver.begin().await?,
                (Operation::FlowStep, _) => driver.current().await?,
                (Operation::BackStep, _) => driver.back().await?,
                (Operation::SubmitStep, RequestBody::Json(body)) => driver.submit(with_keys(body, &keys)).await?,
                (operation, body) => driver.call(operation, body.clone()).await?,
            };
            let key = |exchange: &Exchange| exchange.answer.json().and_then(|body| body.get("key")).cloned();
            if let (Some(Value::String(old)), Some(new)) = (key(call), key(&answer)) {
                keys.insert(old, new);
            }
            answered.push(answer);
        }
        Ok(answered)
    }

    /// Whether what was answered shows the finding: every call as it was, and the last one wrong in the same way.
    fn shows(&self, calls: &[(Exchange, usize)], answered: &[Exchange]) -> bool {
        let like = |(was, is): (&(Exchange, usize), &Exchange)| is_like(&was.0, is);
        if !calls.iter().zip(answered).all(like) {
            return false;
        }
        let Some(((was, _), is)) = calls.last().zip(answered.last()) else { return false };
        // The same at another step is another finding.
        let played: Vec<&Exchange> = answered.iter().collect();
        if stands_at(&self.finding.calls.iter().collect::<Vec<_>>()) != stands_at(&played) {
            return false;
        }
        if self.finding.rule == RuleId::Session && astray(was) != astray(is) {
            return false;
        }
        let held = |call: &Exchange, id: &String| {
            let form = call.answer.json().map(elements).unwrap_or_default();
            form.into_iter().find(|element| element.id == *id).and_then(|element| element.json.get("value").cloned())
        };
        if !self.finding.about.iter().all(|id| held(was, id) == held(is, id)) {
            return false;
        }
        // What was entered last must be what is missed.
        let keeps = [RuleId::Kept, RuleId::Refusal].contains(&self.finding.rule);
        let whole: Vec<&Exchange> = self.finding.calls.iter().collect();
        if keeps && !self.finding.about.iter().all(|id| entered(&whole, id) == entered(&played, id)) {
            return false;
        }
        // FlowStep that gives something else must do so again.
        let before = |calls: &[&Exchange]| {
            let session = sent_session(calls[calls.len() - 1]).map(str::to_owned);
            let of_them =
                |call: &&&Exchange| sent_session(call).or(call.answer.session()).map(str::to_owned) == session;
            let before = calls[..calls.len() - 1].iter().rev().filter(|call| !call.answer.is_error()).find(of_them);
            before.is_some_and(|before| same(&before.answer, &calls[calls.len() - 1].answer))
        };
        let recorded: Vec<&Exchange> = calls.iter().map(|(call, _)| call).collect();
        before(&recorded) == before(&played)
    }
}

/// What was entered last into a field.
fn entered<'a>(calls: &[&'a Exchange], id: &str) -> Option<&'a Value> {
    calls.iter().rev().find_map(|call| match &call.request.body {
        RequestBody::Json(Value::Object(body)) => body.get(id),
        _ => None,
    })
}

/// The step at which the last call was made.
fn stands_at(calls: &[&Exchange]) -> Option<String> {
    let (last, before) = calls.split_last()?;
    let session = sent_session(last)?;
    let own = before.iter().rev().filter(|call| sent_session(call).or(call.answer.session()) == Some(session));
    let shows = |call: &&&Exchange| matches!(call.answer.kind(), BodyKind::Step | BodyKind::End);
    own.filter(shows).find_map(|call| call.answer.json().map(identity))
}

/// Whether an answer is of the same kind, and shows the same step.
fn is_like(was: &Exchange, is: &Exchange) -> bool {
    let (was, is) = (&was.answer, &is.answer);
    // What was pending may be done at once, and is waited for.
    if was.kind() == BodyKind::Pending {
        return !is.is_error();
    }
    let id = |answer: &crate::api::exchange::Answer| answer.json().map(identity);
    was.kind() == is.kind() && was.status == is.status && (was.is_error() || was.json().is_none() || id(was) == id(is))
}

/// A body with the keys of files that were uploaded now.
fn with_keys(body: &Value, keys: &HashMap<String, Value>) -> Value {
    let Value::Object(body) = body else { return body.clone() };
    let value = |value: &Value| value.as_str().and_then(|text| keys.get(text)).unwrap_or(value).clone();
    Value::Object(body.iter().map(|(id, sent)| (id.clone(), value(sent))).collect::<Map<_, _>>())
}

impl Oracle for Playing<'_> {
    async fn try_out(&self, kept: &[usize]) -> Trial {
        let calls = self.selected(kept);
        let answered = self.play(&calls).await;
        let same = answered.is_ok_and(|answered| self.shows(&calls, &answered));
        Trial { same, requests: calls.len() }
    }
}
