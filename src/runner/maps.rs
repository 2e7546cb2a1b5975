//! What a run learns of the flows that it goes through, and the maps that are written of it afterwards.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::scenario::flow_of;
use super::{Run, TestId};
use crate::api::exchange::Exchange;
use crate::api::operation::Version;
use crate::api::wire::{BodyKind, LANGUAGE_HEADER};
use crate::journal::{Flow, FormField, Spot, Visit};
use crate::map::store::{self, MapError};
use crate::map::{Flaw, FlowMap, Place, Survey, View, ViewName, Way};
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
    /// The language that this step was last asked for in.
    language: Option<String>,
    /// What was answered with `pending`, so that the step that comes of it is not known yet.
    pending: Option<How>,
}

/// How an applicant came to a step.
#[derive(Debug, Clone, Copy)]
enum How {
    Began,
    /// A connector token of another flow was redeemed: this one began elsewhere.
    Redeemed,
    Went(Way),
    Stayed,
}

impl How {
    fn word(self) -> &'static str {
        match self {
            How::Began | How::Redeemed => "begin",
            How::Went(way) => way.word(),
            How::Stayed => "stay",
        }
    }
}

impl Surveyor {
    /// Takes in the answer to a step, by which its applicant knows where to stand: where it led, when it shows that.
    pub(super) fn see(
        &self,
        positions: &mut Positions,
        step: &Step,
        (flow, version): (&str, Version),
        exchange: &Exchange,
    ) -> Option<Visit> {
        let how = match step.action {
            Action::Init => How::Began,
            Action::Submit(_) if exchange.request.method == "GET" => How::Stayed,
            Action::Submit(_) => How::Went(Way::Submit),
            Action::Back => How::Went(Way::Back),
            Action::Current => How::Stayed,
            Action::Redeem { .. } if exchange.answer.is_error() => return None,
            Action::Redeem { .. } => {
                let position = Position { pending: Some(How::Redeemed), ..Position::default() };
                positions.0.insert(step.applicant.clone(), position);
                return None;
            }
            _ => return None,
        };
        let answer = &exchange.answer;
        let body = answer.json().filter(|_| !answer.is_error())?;
        let position = positions.0.entry(step.applicant.clone()).or_default();
        match answer.kind() {
            BodyKind::Pending if matches!(how, How::Stayed) => None,
            BodyKind::Pending => {
                position.pending = Some(how);
                None
            }
            BodyKind::Step | BodyKind::End => {
                let how = position.pending.take().unwrap_or(how);
                let (place, visit) = self.stand(position.at.take(), how, (flow, version), exchange, body)?;
                position.at = Some(place);
                position.language.clone_from(&visit.language);
                Some(visit)
            }
            BodyKind::Error(_) | BodyKind::Other => None,
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
            let (at, visit) = self.stand(None, How::Began, (flow, version), form, body).unzip();
            let position = positions.0.entry(step.applicant.clone()).or_default();
            position.at = at;
            position.language = visit.and_then(|visit| visit.language);
        }
    }

    fn stand(
        &self,
        before: Option<Place>,
        how: How,
        (flow, version): (&str, Version),
        exchange: &Exchange,
        body: &Value,
    ) -> Option<(Place, Visit)> {
        let language = language_of(exchange).map(str::to_owned);
        let view = ViewName { flow: flow.to_owned(), version, language };
        let mut survey = self.survey.lock().unwrap_or_else(PoisonError::into_inner);
        let place = survey.saw(&view, body)?;
        let before = before.filter(|_| !matches!(how, How::Began));
        match (how, &before) {
            (How::Began, _) => survey.began(&view, &place),
            (How::Went(way), Some(before)) => survey.moved(&view, before, way, &place),
            _ => {}
        }
        let to = survey.spot(&view, &place)?.clone();
        let from = before.and_then(|before| survey.spot(&view, &before).cloned());
        drop(survey);
        let ViewName { flow, version, language } = view;
        let way = how.word().to_owned();
        Some((place, Visit { flow, version: version.word().to_owned(), language, from, way, to }))
    }

    /// What a journal calls the step that a step's applicant stands on, with the language that it was shown in: its fields
    /// are called by that, whichever language the next request asks for. None where that is not known.
    pub(super) fn stands(
        &self,
        positions: &Positions,
        step: &Step,
        flow: &str,
        version: Version,
    ) -> Option<(Spot, Option<String>)> {
        let position = positions.0.get(&step.applicant)?;
        let view = ViewName { flow: flow.to_owned(), version, language: position.language.clone() };
        let survey = self.survey.lock().unwrap_or_else(PoisonError::into_inner);
        let spot = survey.spot(&view, position.at.as_ref()?).cloned()?;
        Some((spot, view.language))
    }

    /// The fields of the step that a visit led to, where they were not given away yet.
    pub(super) fn news(&self, positions: &Positions, step: &Step, visit: &Visit, version: Version) -> Vec<FormField> {
        let Some(place) = positions.0.get(&step.applicant).and_then(|position| position.at.as_ref()) else {
            return Vec::new();
        };
        let view = ViewName { flow: visit.flow.clone(), version, language: visit.language.clone() };
        self.survey.lock().unwrap_or_else(PoisonError::into_inner).news(&view, place)
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

/// The language that a request asked for.
pub(super) fn language_of(exchange: &Exchange) -> Option<&str> {
    let header = exchange.request.headers.iter().find(|(name, _)| name == LANGUAGE_HEADER);
    header.map(|(_, language)| language.as_str())
}

/// What the maps say of the flows that these tests go through, in every language; of a run of all tests what they say of all
/// flows, so that it is told which no test is about.
///
/// A map that cannot be read says nothing here; who writes or checks maps says why.
pub fn known_flows(run: &Run, tests: &[TestId]) -> Vec<Flow> {
    let mut versions: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for test in tests.iter().map(|id| run.test(*id)) {
        // A test of which even the flow cannot be told says so when it is run.
        if let Ok((flow, _)) = flow_of(run, test) {
            versions.entry(flow).or_default().insert(test.scenario.version.word());
        }
    }
    let mut maps: BTreeMap<String, FlowMap> = BTreeMap::new();
    if run.whole && tests.len() == run.tests().len() {
        maps = store::read_all(&run.snapshots).0;
    } else {
        for flow in versions.keys() {
            maps.extend(store::read(&run.snapshots, flow).ok().flatten().map(|map| (flow.clone(), map)));
        }
    }
    let mut known = Vec::new();
    for (flow, map) in maps {
        let wanted = |view: &&View| versions.get(&flow).is_none_or(|known| known.contains(view.version.as_str()));
        known.extend(map.views.iter().filter(wanted).map(|view| view.as_flow(&flow)));
    }
    known
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
