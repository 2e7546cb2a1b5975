//! What a run learns of the flows that it goes through, and the maps that are written of it afterwards.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::Run;
use crate::api::exchange::Exchange;
use crate::api::operation::Version;
use crate::api::wire::{BodyKind, LANGUAGE_HEADER};
use crate::map::store::{self, MapError};
use crate::map::{Flaw, FlowMap, Place, Survey, ViewName, Way};
use crate::outcome::{ScenarioOutcome, Verdict};
use crate::scenario::action::Action;
use crate::scenario::{Scenario, Step};

/// What the tests of a run saw, and which of them passed.
#[derive(Debug, Default)]
pub struct Surveyor {
    survey: Mutex<Survey>,
    passed: Mutex<HashSet<String>>,
}

/// Where each applicant of one test stands.
#[derive(Debug, Default)]
pub(super) struct Positions(HashMap<Option<String>, Position>);

#[derive(Debug, Default)]
struct Position {
    at: Option<Place>,
    /// What was answered with `pending`, so that the step that comes of it is not known yet.
    pending: Option<How>,
}

/// How an applicant came to a step.
#[derive(Debug, Clone, Copy)]
enum How {
    Began,
    Went(Way),
    Stayed,
}

impl Surveyor {
    /// Takes in the answer to a step, by which its applicant knows where to stand.
    pub(super) fn see(
        &self,
        positions: &mut Positions,
        step: &Step,
        flow: &str,
        version: Version,
        exchange: &Exchange,
    ) {
        let how = match step.action {
            Action::Init => How::Began,
            Action::Submit(_) if exchange.request.method == "GET" => How::Stayed,
            Action::Submit(_) => How::Went(Way::Submit),
            Action::Back => How::Went(Way::Back),
            Action::Current => How::Stayed,
            Action::Redeem { .. } => return drop(positions.0.remove(&step.applicant)),
            _ => return,
        };
        let answer = &exchange.answer;
        let (Some(body), false) = (answer.json(), answer.is_error()) else { return };
        let position = positions.0.entry(step.applicant.clone()).or_default();
        match answer.kind() {
            BodyKind::Pending if matches!(how, How::Stayed) => {}
            BodyKind::Pending => position.pending = Some(how),
            BodyKind::Step | BodyKind::End => {
                let how = position.pending.take().unwrap_or(how);
                position.at = self.stand(position.at.take(), how, flow, version, exchange, body);
            }
            BodyKind::Error(_) | BodyKind::Other => {}
        }
    }

    /// Takes in the form that was asked for before a direct submit.
    pub(super) fn see_form(
        &self,
        positions: &mut Positions,
        step: &Step,
        flow: &str,
        version: Version,
        form: &Exchange,
    ) {
        if let (Some(body), BodyKind::Step) = (form.answer.json(), form.answer.kind()) {
            let at = self.stand(None, How::Began, flow, version, form, body);
            positions.0.entry(step.applicant.clone()).or_default().at = at;
        }
    }

    fn stand(
        &self,
        before: Option<Place>,
        how: How,
        flow: &str,
        version: Version,
        exchange: &Exchange,
        body: &Value,
    ) -> Option<Place> {
        let language = exchange.request.headers.iter().find(|(name, _)| name == LANGUAGE_HEADER);
        let language = language.map(|(_, language)| language.clone());
        let view = ViewName { flow: flow.to_owned(), version, language };
        let mut survey = self.survey.lock().unwrap_or_else(PoisonError::into_inner);
        let place = survey.saw(&view, body)?;
        match (how, before) {
            (How::Began, _) => survey.began(&view, &place),
            (How::Went(way), Some(before)) => survey.moved(&view, &before, way, &place),
            _ => {}
        }
        Some(place)
    }

    /// Takes in what an attempt saw that no other comes after.
    pub(super) fn absorb(&self, attempt: Surveyor) {
        let seen = attempt.survey.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.survey.lock().unwrap_or_else(PoisonError::into_inner).absorb(seen);
    }

    /// Notes how a test ended.
    pub fn note(&self, outcome: &ScenarioOutcome) {
        if matches!(outcome.verdict, Verdict::Passed | Verdict::Unreviewed) {
            self.passed.lock().unwrap_or_else(PoisonError::into_inner).insert(outcome.name.clone());
        }
    }
}

/// What became of the maps after a run.
#[derive(Debug, Default)]
pub struct Recorded {
    /// Why a map is not as it should be.
    pub errors: Vec<MapError>,
    /// What could not be read, and was written anew.
    pub replaced: Vec<MapError>,
}

/// Writes the maps of the flows that were seen, each one only where something of it is new. One that cannot be used is written
/// anew, unless a later draftgate wrote it.
///
/// Nothing is written where the update policy writes nothing, as in CI.
pub fn record_maps(run: &Run) -> Recorded {
    let mut recorded = Recorded::default();
    if !run.policy.writes() {
        return recorded;
    }
    let survey = run.surveyor.survey.lock().unwrap_or_else(PoisonError::into_inner);
    let passed = run.surveyor.passed.lock().unwrap_or_else(PoisonError::into_inner);
    let today = run.world.today().to_string();
    let unfinished = Unfinished::of(run, &passed);
    for flow in survey.flows() {
        let (before, flaw) = match store::read(&run.snapshots, &flow) {
            Ok(before) => (before, None),
            Err(error @ MapError::Flawed { flaw: Flaw { later: false, .. }, .. }) => (None, Some(error)),
            Err(error) => {
                recorded.errors.push(error);
                continue;
            }
        };
        let map = FlowMap::after(&flow, before.as_ref(), &survey, !unfinished.concerns(&flow), &today);
        if before.as_ref() == Some(&map) {
            continue;
        }
        match store::write(&run.snapshots, &map, &|text| run.world.redactor.mask(text).into_owned()) {
            Ok(_) => recorded.replaced.extend(flaw),
            Err(error) => recorded.errors.push(error),
        }
    }
    recorded
}

/// The flows of which not every scenario ran and passed.
struct Unfinished {
    all: bool,
    flows: HashSet<String>,
}

impl Unfinished {
    fn of(run: &Run, passed: &HashSet<String>) -> Self {
        let mut unfinished = Unfinished { all: !run.whole, flows: HashSet::new() };
        // What its author skips says nothing of the flow as it is.
        let counted = run.suite.tests().filter(|test| test.scenario.skip.is_none());
        for test in counted.filter(|test| !passed.contains(&test.name())) {
            match only_flow(test.scenario) {
                Some(flow) => drop(unfinished.flows.insert(flow)),
                None => unfinished.all = true,
            }
        }
        unfinished
    }

    fn concerns(&self, flow: &str) -> bool {
        self.all || self.flows.contains(flow)
    }
}

/// The one flow that a scenario goes through; none where a template or a connector token decides.
fn only_flow(scenario: &Scenario) -> Option<String> {
    let elsewhere = scenario.all_steps().iter().any(|step| matches!(step.action, Action::Redeem { .. }));
    let flow = scenario.flow.as_literal().filter(|_| !elsewhere)?;
    Some(flow.as_str().map_or_else(|| flow.to_string(), str::to_owned))
}
