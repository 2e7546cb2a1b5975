//! The shortest scenario that still fails as a test did.
//!
//! Of the scenario's text pieces are cut out (`scenario::pieces`), what is left is read as a file of its own, played in fresh
//! sessions, and held to the [`Way`] in which the test failed. A text with mistakes, such as one that refers to what was
//! captured in a step that is gone, does not fail in the same way, and costs no request. What is tried out leaves nothing:
//! no snapshot, no map.

mod way;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::scenario::run_once;
use super::turn::Turns;
use super::{Run, Stopped, Surveyor, TestId};
use crate::minimise::{Bounds, Ended, Oracle, Pieces, Trial, minimise};
use crate::outcome::{Listener, ScenarioOutcome};
use crate::scenario::pieces::{Keep, ScenarioPieces, entered_for, one_case, read_again};
use crate::scenario::{Case, Scenario, Step, Test};
use crate::source::{Edited, SourceId, Sources, Span};
use way::{Alike, Place};

pub use way::{NoWay, Way};

/// How much may be done to find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most requests. A scenario that waits for longer than before may exceed it by what it asks meanwhile.
    pub requests: usize,
    /// After which time nothing further is tried out.
    pub time: Duration,
}

/// What was found.
#[derive(Debug)]
pub struct Minimised {
    /// The test's name.
    pub test: String,
    /// How many steps its scenario has, those of fragments not counted.
    pub from: usize,
    /// How many the shortest one has.
    pub to: usize,
    /// How many scenarios were played.
    pub trials: usize,
    /// How many requests were sent.
    pub requests: usize,
    /// Why the search ended.
    pub end: End,
    /// The shortest scenario, where one was played that failed in the same way.
    pub least: Option<Box<Least>>,
}

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Nothing more can be left out.
    Minimal,
    /// The test did not fail again in the same way.
    NotAgain,
    /// The requests that may be sent were used up.
    OutOfRequests,
    /// The time was up.
    OutOfTime,
    /// Somebody interrupted it.
    Interrupted,
    /// The file is written so that nothing can be cut out of it.
    NotCut,
}

/// The shortest scenario that was found.
#[derive(Debug)]
pub struct Least {
    /// The files, its own among them.
    pub sources: Sources,
    /// Its own.
    pub source: SourceId,
    /// The scenario.
    pub scenario: Scenario,
    /// What came of it.
    pub outcome: ScenarioOutcome,
}

/// Looks for the shortest scenario that fails in the same way as a test did.
pub async fn minimise_test(
    run: &Run,
    sources: &Sources,
    id: TestId,
    way: &Way,
    limits: Limits,
    stopped: Stopped,
) -> Minimised {
    let Test { scenario, case } = run.test(id);
    let test = run.test(id).name();
    let Some(base) = Base::of(sources, scenario, case, way) else {
        let from = scenario.steps.len() + scenario.finally.len();
        return Minimised { test, from, to: from, trials: 0, requests: 0, end: End::NotCut, least: None };
    };
    let pieces: Pieces = base.pieces.levels().collect();
    let openings: Vec<Vec<usize>> =
        reached(&scenario.steps, way.number).map(|last| base.pieces.up_to(last)).into_iter().collect();
    let playing = Playing {
        run,
        scenario,
        base: &base,
        way,
        deadline: Instant::now().checked_add(limits.time),
        turns: tokio::sync::Mutex::new(Turns::new(run.client.allowed(), None)),
        stopped,
        halted: Notify::new(),
        seen: Mutex::default(),
    };
    let bounds = Bounds { requests: limits.requests, whole: way.number.max(1), time: limits.time, at_once: 1 };
    let found = tokio::select! {
        found = minimise(&pieces, &openings, &playing, bounds) => Some(found),
        () = playing.halted.notified() => None,
    };
    let Seen { trials, requests, best, .. } = playing.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    let end = match found.map(|found| found.ended) {
        Some(Ended::Minimal) => End::Minimal,
        Some(Ended::NotAgain) => End::NotAgain,
        Some(Ended::OutOfRequests) => End::OutOfRequests,
        Some(Ended::OutOfTime) => End::OutOfTime,
        None => End::Interrupted,
    };
    let from = base.pieces.steps(&pieces.whole());
    let to = best.as_ref().map_or(from, |best| base.pieces.steps(&best.kept));
    let least = best.map(|best| {
        let mut sources = base.sources;
        let source = sources.add(sources.path(base.source).to_owned(), best.text);
        Box::new(Least { sources, source, scenario: best.scenario, outcome: best.outcome })
    });
    Minimised { test, from, to, trials, requests, end, least }
}

/// Which of a scenario's steps is the last that was reached: the one with this number, or the fragment in which it is.
fn reached(steps: &[Step], number: usize) -> Option<usize> {
    steps.iter().position(|step| {
        let mut all = Vec::new();
        step.flatten_into(&mut all);
        all.iter().any(|step| step.number == number)
    })
}

/// What pieces are cut out of: the scenario's file, with the one case of the test where there are several.
struct Base {
    sources: Sources,
    /// The file as it was written.
    own: SourceId,
    /// The file of which pieces are cut out: the same, or the one with a single case.
    source: SourceId,
    /// How that one was made.
    with_case: Option<Edited>,
    pieces: ScenarioPieces,
}

impl Base {
    fn of(sources: &Sources, scenario: &Scenario, case: Option<&Case>, way: &Way) -> Option<Self> {
        let mut sources = sources.clone();
        let own = scenario.span.source;
        let with_case = case.map(|case| one_case(&sources, scenario, case).ok_or(())).transpose().ok()?;
        let source = match &with_case {
            Some(edited) => sources.add(sources.path(own).to_owned(), edited.text.as_str()),
            None => own,
        };
        let there = |span: Span| -> Option<Span> {
            let start = span.start as usize;
            let start = match &with_case {
                Some(edited) if span.source == own => edited.destination(start)?,
                _ => start,
            };
            Some(sources.span(if span.source == own { source } else { span.source }, start..start + 1))
        };
        let mut places: Vec<Span> = [way.step, way.at].into_iter().filter_map(there).collect();
        if let Some((step, at)) = there(way.step).zip(there(way.at)) {
            places.extend(entered_for(&sources, source, step, at).ok()?);
        }
        let keep = Keep { places: &places, snapshots: way.is_of_snapshot() };
        let pieces = ScenarioPieces::of(&sources, source, keep).ok()?;
        Some(Base { sources, own, source, with_case, pieces })
    }
}

/// Plays what is left.
struct Playing<'a> {
    run: &'a Run,
    scenario: &'a Scenario,
    base: &'a Base,
    way: &'a Way,
    deadline: Option<Instant>,
    turns: tokio::sync::Mutex<Turns>,
    stopped: Stopped,
    /// Told when nothing is played any more because of an interrupt.
    halted: Notify,
    seen: Mutex<Seen>,
}

/// What was seen so far.
#[derive(Default)]
struct Seen {
    trials: usize,
    requests: usize,
    /// Whether the words that are said of the failure are new each time.
    in_kind: bool,
    best: Option<Best>,
}

/// The shortest one so far.
struct Best {
    kept: Vec<usize>,
    text: String,
    scenario: Scenario,
    outcome: ScenarioOutcome,
}

const NOT_THE_SAME: Trial = Trial { same: false, requests: 0 };

impl Oracle for Playing<'_> {
    async fn try_out(&self, kept: &[usize]) -> Trial {
        if self.stopped.borrow().is_some() {
            self.halted.notify_one();
            std::future::pending::<()>().await;
        }
        let Ok(cut) = self.base.pieces.text(&self.base.sources, kept) else { return NOT_THE_SAME };
        let mut sources = self.base.sources.clone();
        let source = sources.add(sources.path(self.base.source).to_owned(), cut.text.as_str());
        let Ok(mut scenario) = read_again(self.scenario, &self.run.suite, source, &sources) else {
            return NOT_THE_SAME;
        };
        let timeout = scenario.timeout;
        // No scenario is to take longer than there is time.
        scenario.timeout = [self.left(), Some(timeout.unwrap_or(self.run.timeout))].into_iter().flatten().min();
        let test = Test { scenario: &scenario, case: scenario.cases.as_ref().and_then(|cases| cases.first()) };
        let run = self.run.apart();
        let turn = self.turns.lock().await.next().await;
        let (listener, surveyor) = (Listener::default(), Surveyor::default());
        let outcome = run_once(&run, test, self.stopped.clone(), &listener, &surveyor, &turn).await;
        scenario.timeout = timeout;
        let requests = run.client.sent();
        let alike = self.way.alike(&outcome, &|span| self.origin(span, source, &cut));
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.trials += 1;
        seen.requests += requests;
        let same = match alike {
            Alike::Wholly => true,
            // What differs in the first repetition, of which nothing is missing that was reached, differs each time.
            Alike::InKind => seen.in_kind || seen.best.is_none(),
            Alike::No => false,
        };
        if same {
            seen.in_kind |= alike == Alike::InKind;
            seen.best = Some(Best { kept: kept.to_vec(), text: cut.text, scenario, outcome });
        }
        Trial { same, requests }
    }
}

impl Playing<'_> {
    /// How much time is left, where it is bounded.
    fn left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Where something stood in the files as they were written.
    fn origin(&self, span: Span, source: SourceId, cut: &Edited) -> Option<Place> {
        if span.source != source {
            return Some((span.source, span.start as usize));
        }
        let start = cut.origin(span.start as usize)?;
        let start = match &self.base.with_case {
            Some(edited) => edited.origin(start)?,
            None => start,
        };
        Some((self.base.own, start))
    }
}
