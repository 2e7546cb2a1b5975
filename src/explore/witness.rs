//! The calls that show a finding, as few as can be: it is looked for again by fresh applicants, who enter ever less on purpose.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::applicant::{Applicant, Real, Used};
use super::classes::Override;
use super::findings::{Finding, What};
use super::fork::Factor;
use super::retrace::{Form, composed, form, recorded};
use super::trail::{Act, Hop, Outcome};
use super::{Exploration, Explored};
use crate::api::client::CallError;
use crate::api::exchange::{Exchange, Request};
use crate::api::wire::elements;
use crate::compose::witness::{Witness, commands};
use crate::compose::{Data, Options, write};
use crate::minimise::{Bounds, Oracle, Pieces, Trial, minimise};

/// The most requests that are sent to shorten one witness.
const MOST_REQUESTS: usize = 150;
/// After which time nothing further is tried.
const MOST_TIME: Duration = Duration::from_secs(60);

/// What is entered into a step on purpose, by the step's place.
type Piece = (usize, Override);

/// How findings and requests are written.
pub struct Words<'a> {
    /// What a finding is, in a sentence.
    pub title: &'a dyn Fn(&Finding) -> String,
    /// A request as a command, with a session in it as it is.
    pub command: &'a dyn Fn(&Request) -> String,
}

/// The witness of each finding; none for one that did not show again, or for which nothing more may be sent. What the exploration
/// used counts towards what is allowed.
///
/// # Errors
///
/// When there is no answer to a call.
pub async fn witnesses(
    exploration: &Exploration,
    explored: &Explored,
    findings: &[Finding],
    options: &Options,
    words: &Words<'_>,
) -> Result<Vec<Option<Witness>>, CallError> {
    let mut exploration = exploration.clone();
    let allowance = &mut exploration.allowance;
    allowance.requests = allowance.requests.saturating_sub(explored.requests);
    allowance.services = allowance.services.saturating_sub(explored.services);
    let used = Arc::new(Used::none_of(allowance));
    let stable = explored.model.stable;
    let idents: Vec<String> = explored.model.steps.iter().map(|step| step.sight.ident(stable)).collect();
    let mut all = Vec::new();
    for finding in findings {
        let showing = Showing {
            exploration: &exploration,
            stable,
            idents: &idents,
            finding,
            used: &used,
            pieces: Mutex::default(),
            best: Mutex::default(),
            failed: Mutex::default(),
        };
        let shown = showing.least().await?;
        let shown = shown.map(|shown| saying_what_decides(shown, explored));
        all.push(shown.map(|shown| witness(shown, finding, options, words)));
    }
    Ok(all)
}

/// With what decides on the way, where that was made up: a scenario makes up something else.
fn saying_what_decides(mut shown: Shown, explored: &Explored) -> Shown {
    let path: Vec<usize> = shown.sent.iter().map(|(step, _)| *step).collect();
    let decides = |step: usize, key: &String| {
        let is_it = |factor: &Factor| matches!(factor, Factor::Field(of, known) if *of == step && known == key);
        path.iter().any(|on| explored.forks[*on].factors.iter().any(is_it))
    };
    for (form, (step, sent)) in shown.forms.iter_mut().zip(&shown.sent) {
        let Some(form) = form else { continue };
        for (key, value) in sent.iter().filter(|(key, value)| !value.is_null() && decides(*step, key)) {
            if !form.given.iter().any(|(known, _)| known == key) {
                form.given.push((key.clone(), Some(value.clone())));
            }
        }
    }
    shown
}

fn witness(shown: Shown, finding: &Finding, options: &Options, words: &Words<'_>) -> Witness {
    let curl = commands(&shown.exchanges, words.command);
    let scenario = || {
        let expect = expected(&finding.what, &shown.before)?;
        let (mut composed, _) = composed(&recorded(shown.exchanges), &shown.forms, options)?;
        let draft = &mut composed.draft;
        (draft.title, draft.head) = ((words.title)(finding), Vec::new());
        draft.closing.clear();
        let last = draft.steps.last_mut()?;
        match expect {
            Some(expect) => last.set("expect", expect, "what should come"),
            None => last.modifiers.retain(|(name, ..)| *name != "expect"),
        }
        Some(write(draft))
    };
    Witness { calls: curl.len(), scenario: scenario(), curl }
}

/// What should come at last, as a scenario expects it: nothing in particular where what comes is no answer, and no scenario at all
/// where nothing that is called shows it. `before` is the title of the step that one came from.
#[expect(clippy::option_option, reason = "no scenario is something else than one that expects nothing")]
fn expected(what: &What, before: &str) -> Option<Option<Data>> {
    let status = || Data::Map(vec![("status".to_owned(), Data::Json(Value::from(200)))]);
    match what {
        What::NeverShown { .. } | What::Unsteady(..) => None,
        What::NoWayOn { code: None, .. } => Some(None),
        What::NoEnd(_) => Some(Some(Data::text("end"))),
        What::BackElsewhere { .. } => {
            Some(Some(Data::Map(vec![("title".to_owned(), Data::text(before))])).filter(|_| !before.is_empty()))
        }
        _ => Some(Some(status())),
    }
}

/// Calls that show a finding.
#[derive(Debug, Default)]
struct Shown {
    exchanges: Vec<Exchange>,
    /// What was entered into each step; none for an interactive service.
    forms: Vec<Option<Form>>,
    /// What was sent of the fields in which there is something to try, with the step.
    sent: Vec<(usize, Vec<(String, Value)>)>,
    /// What was entered on purpose, by step.
    pieces: Vec<Piece>,
    /// The title of the step that one came from.
    before: String,
}

/// Looks for a finding again.
struct Showing<'a> {
    exploration: &'a Exploration,
    stable: bool,
    idents: &'a [String],
    finding: &'a Finding,
    used: &'a Arc<Used>,
    pieces: Mutex<Vec<Piece>>,
    best: Mutex<Option<(Vec<usize>, Shown)>>,
    failed: Mutex<Option<CallError>>,
}

impl Oracle for Showing<'_> {
    async fn try_out(&self, kept: &[usize]) -> Trial {
        if lock(&self.failed).is_some() {
            return Trial { same: false, requests: 0 };
        }
        let pieces: Vec<Piece> = kept.iter().map(|at| lock(&self.pieces)[*at].clone()).collect();
        let entry = |_: usize, step: usize| -> Vec<Override> {
            let kept = pieces.iter().filter(|(of, _)| *of == step).map(|(_, given)| given.clone());
            let culprit = self.culprit().filter(|(key, _)| {
                self.finding.step == Some(step) && !pieces.iter().any(|(of, (known, _))| *of == step && known == key)
            });
            kept.chain(culprit).collect()
        };
        match self.walk(&entry).await {
            Ok((shown, requests)) => {
                let same = shown.is_some();
                if let Some(shown) = shown {
                    *lock(&self.best) = Some((kept.to_vec(), shown));
                }
                Trial { same, requests }
            }
            Err(error) => {
                *lock(&self.failed) = Some(error);
                Trial { same: false, requests: 0 }
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Showing<'_> {
    /// The least that shows it.
    async fn least(&self) -> Result<Option<Shown>, CallError> {
        let way = &self.finding.way;
        let (first, requests) = self.walk(&|at, _| way.get(at).cloned().unwrap_or_default()).await?;
        let Some(first) = first else { return Ok(None) };
        let pieces: Pieces = first.pieces.iter().map(|_| (None, 0)).collect();
        lock(&self.pieces).clone_from(&first.pieces);
        let bounds = Bounds { requests: MOST_REQUESTS, whole: requests, time: MOST_TIME, at_once: 1 };
        if !first.pieces.is_empty() {
            let found = minimise(&pieces, &[Vec::new()], self, bounds).await;
            if let Some((_, least)) = lock(&self.best).take().filter(|(kept, _)| *kept == found.kept) {
                return Ok(Some(least));
            }
        }
        match lock(&self.failed).take() {
            Some(error) => Err(error),
            None => Ok(Some(first)),
        }
    }

    /// What is refused, which is always entered.
    fn culprit(&self) -> Option<Override> {
        match &self.finding.what {
            What::Refused { field, value, .. } => {
                Some((field.clone(), Some(value.clone()).filter(|value| !value.is_null())))
            }
            _ => None,
        }
    }

    /// Goes as is said, by the number of the step on the way and by its place, until it shows: the calls, and how many they were.
    async fn walk(
        &self,
        entry: &(dyn Fn(usize, usize) -> Vec<Override> + Sync),
    ) -> Result<(Option<Shown>, usize), CallError> {
        let Exploration { course, growth, people, allowance, .. } = self.exploration;
        let mut real = Real::new(course.clone(), *growth, Arc::clone(people), Arc::clone(self.used), *allowance);
        let mut shown = Shown::default();
        let shows = self.go(&mut real, &mut shown, entry).await?;
        let requests = real.requests();
        shown.exchanges = real.into_exchanges();
        Ok((shows.then_some(shown), requests))
    }

    async fn go(
        &self,
        real: &mut Real,
        shown: &mut Shown,
        entry: &(dyn Fn(usize, usize) -> Vec<Override> + Sync),
    ) -> Result<bool, CallError> {
        if real.must_stop().await {
            return Ok(false);
        }
        let mut hop = real.begin().await?;
        let mut path: Vec<usize> = Vec::new();
        if let What::NoBeginning(_) = &self.finding.what {
            return Ok(hop.to.sight().is_none());
        }
        let longest =
            self.finding.way.len() + if let What::NoEnd(steps) = &self.finding.what { steps.len() } else { 0 };
        while path.len() <= longest {
            let Outcome::At(sight) = &hop.to else { break };
            let sight = sight.clone();
            let ident = sight.ident(self.stable);
            let Some(step) = self.idents.iter().position(|known| *known == ident) else { break };
            path.push(step);
            if self.is_seen(&path) {
                return Ok(true);
            }
            if sight.is_end() || real.must_stop().await {
                break;
            }
            if self.goes_back(&path) {
                let back = real.back().await?;
                return Ok(self.shows_back(&back));
            }
            let given = entry(path.len() - 1, step);
            hop = real.enter(&sight, given).await?;
            let is_form = sight.body.get("elements").is_some_and(Value::is_array);
            let entered = form(&hop, !elements(&sight.body).is_empty()).filter(|_| is_form);
            if let Act::Enter(given) = &hop.act {
                shown.pieces.extend(given.iter().map(|given| (step, given.clone())));
            }
            shown.forms.push(entered);
            shown.sent.push((step, hop.sent.clone()));
            shown.before = sight.spot.title.clone();
            if self.finding.step == Some(step) && self.is_it(&hop.to) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether it is seen where one has come to.
    fn is_seen(&self, path: &[usize]) -> bool {
        let (last, before) = path.split_last().map_or((None, path), |(last, before)| (Some(*last), before));
        match &self.finding.what {
            What::NeverShown { .. } => self.finding.step == last,
            What::NoEnd(steps) => last.is_some_and(|last| steps.contains(&last) && before.contains(&last)),
            _ => false,
        }
    }

    /// Whether it shows when one goes back from where one has come to.
    fn goes_back(&self, path: &[usize]) -> bool {
        let before = path.len().checked_sub(2).map(|at| path[at]);
        match &self.finding.what {
            What::BackRefused(_) => self.finding.step == path.last().copied(),
            What::BackElsewhere { before: from, .. } => {
                self.finding.step == path.last().copied() && before == Some(*from)
            }
            _ => false,
        }
    }

    fn shows_back(&self, back: &Hop) -> bool {
        match (&self.finding.what, &back.to) {
            (What::BackRefused(code), Outcome::Refused(refused, _)) => refused == code,
            (What::BackElsewhere { to, .. }, Outcome::At(sight)) => sight.ident(self.stable) == self.idents[*to],
            _ => false,
        }
    }

    /// Whether this, coming of an entry, is what was found.
    fn is_it(&self, outcome: &Outcome) -> bool {
        match (&self.finding.what, outcome) {
            (
                What::Refused { code, .. } | What::Failed { code, .. } | What::NoWayOn { code: Some(code), .. },
                Outcome::Refused(refused, _),
            ) => refused == code,
            (What::NoWayOn { code: None, message }, outcome) => outcome.word(self.stable) == *message,
            _ => false,
        }
    }
}
