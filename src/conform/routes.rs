//! Ways to a flow's steps: straight through with all fields and with the required ones, as the map says that steps are reached,
//! and by each option that a form offers.

use std::collections::{HashMap, VecDeque};

use serde_json::Map;
use tokio::task::JoinSet;

use super::applicant::{Applicant, Route, Went, essential, identity, step_name};
use super::ledger::{Finding, Ledger};
use super::negatives::is_certainly_shown;
use super::rules::RuleId;
use super::{Plan, Stage, Trail, branches, circles};
use crate::api::client::CallError;
use crate::api::element::ElementType;
use crate::api::exchange::{Exchange, RequestBody};
use crate::api::wire::{BodyKind, elements};
use crate::compose::walk::Stop;
use crate::map::{Entered, Given, Move, View, Way};
use crate::scenario::Fill;
use crate::session::driver::Course;
use crate::session::entry::{Entry, Growth};

/// The most steps of a way.
const MOST_STEPS: usize = 60;
/// How often the same step may come on one.
const MOST_VISITS: usize = 3;

/// Where valid data may lead that is no fault of the flow's: a service that failed, or has not been set up.
pub(super) const OUTCOMES: [i64; 10] = [4009, 4014, 4050, 4109, 4200, 4201, 5300, 5301, 5302, 6504];
/// What findings share that say where valid data lead, whatever was chosen.
pub(super) const VALID_DATA: &str = "valid data";
/// What a form lacks.
pub(super) const LACKS: i64 = 4006;
/// A value refused by its field.
pub(super) const OF_DATA: [i64; 2] = [4007, 4008];

/// A way that was walked.
#[derive(Debug, Clone)]
pub(super) struct Walked {
    pub route: Route,
    pub trail: Trail,
    pub log: Vec<Exchange>,
}

/// The ways that are kept.
pub(super) struct Ways {
    /// Each with a step that is reached from where none before reaches it; the straight one first.
    pub kept: Vec<(Route, Trail)>,
    /// Whether any way came to END.
    pub ended: bool,
}

/// All ways that are walked, the straight one first.
pub(super) async fn ways(course: &Course, plan: &Plan, ledger: &mut Ledger) -> Result<Ways, CallError> {
    let straight = |fill: Fill| Route { entries: Vec::new(), rest: entry(fill, plan.services) };
    let (valid, minimal) = (straight(Fill::Valid), straight(Fill::Minimal));
    let (first, second) = tokio::join!(walk(course, plan, &valid), walk(course, plan, &minimal));
    let first = first?;
    let mut walked = vec![first];
    if !walked[0].trail.stages.is_empty() {
        walked.extend(hindered(ledger, second));
        let mapped = plan.known.as_ref().map(|view| mapped(view, plan.services)).unwrap_or_default();
        let further = plan.routes.iter().cloned().chain(mapped).collect();
        walked.extend(walk_all(course, plan, further, ledger).await);
    }
    let mut circles = circles::Circles::default();
    for way in &walked {
        judge(&way.trail, &way.log, ledger);
        circles.note(way);
    }
    let mut kept: Vec<(Route, Trail)> = Vec::new();
    for way in walked {
        ledger.logs.push(way.log);
        kept.push((way.route, way.trail));
    }
    branches::by_options(course, plan, &mut kept, &mut circles, ledger).await;
    circles.judge(course, plan, ledger).await;
    Ok(Ways { kept, ended: circles.ended() })
}

/// What came of a check; where a call got no answer, that is noted.
fn hindered<T>(ledger: &mut Ledger, outcome: Result<T, CallError>) -> Option<T> {
    outcome.map_err(|error| ledger.hindered(&error)).ok()
}

/// Walks several ways at once, in their order; the client's limiter says how many requests at a time.
pub(super) async fn walk_all(course: &Course, plan: &Plan, routes: Vec<Route>, ledger: &mut Ledger) -> Vec<Walked> {
    let mut tasks = JoinSet::new();
    for (number, route) in routes.into_iter().enumerate() {
        let (course, plan) = (course.clone(), plan.clone());
        tasks.spawn(async move { (number, walk(&course, &plan, &route).await) });
    }
    let mut walked = Vec::new();
    while let Some(done) = tasks.join_next().await {
        // A panic is a fault of this program's own, and goes on.
        walked.push(done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())));
    }
    walked.sort_by_key(|(number, _)| *number);
    walked.into_iter().filter_map(|(_, way)| hindered(ledger, way)).collect()
}

fn entry(fill: Fill, services: bool) -> Entry {
    Entry { fill, given: Vec::new(), services }
}

/// Walks a way as far as it goes.
async fn walk(course: &Course, plan: &Plan, route: &Route) -> Result<Walked, CallError> {
    walk_with(course, plan.growth, route).await
}

/// The same with other data.
pub(super) async fn walk_with(course: &Course, growth: Growth, route: &Route) -> Result<Walked, CallError> {
    let mut applicant = Applicant::begin(course, growth).await?;
    let mut stages = Vec::new();
    let mut visits: HashMap<String, usize> = HashMap::new();
    let stop = loop {
        let stopped = applicant.stopped();
        if let (None | Some(Stop::End), Some(step)) = (&stopped, applicant.step()) {
            *visits.entry(identity(step)).or_default() += 1;
            stages.push(Stage { step: step.clone(), sent: Map::new() });
        }
        if let Some(stop) = stopped {
            break stop;
        }
        if stages.len() > MOST_STEPS || visits.values().any(|count| *count > MOST_VISITS) {
            break Stop::Circle;
        }
        if let Went::Nowhere(stop) = applicant.enter(route.entry(stages.len() - 1)).await? {
            break stop;
        }
    };
    for (stage, (_, sent)) in stages.iter_mut().zip(&applicant.passed) {
        stage.sent.clone_from(sent);
    }
    Ok(Walked { route: route.clone(), trail: Trail { stages, stop }, log: applicant.driver.into_exchanges() })
}

/// What the way itself shows: whether what was pending ended, and where valid data lead nowhere.
pub(super) fn judge(trail: &Trail, log: &[Exchange], ledger: &mut Ledger) {
    let step = trail.stages.last().map(|stage| step_name(&stage.step)).unwrap_or_else(|| "the beginning".to_owned());
    let finding = |rule, text: String| {
        let mut calls = essential(log);
        let last = log.last().filter(|last| last.answer.is_error() || last.answer.kind() == BodyKind::Pending);
        calls.extend(last.cloned());
        Finding::new(rule, step.clone(), text, calls)
    };
    if log.iter().any(|call| call.answer.kind() == BodyKind::Pending) {
        let waits = trail.stop == Stop::Pending;
        let text = "a pending answer was polled for as long as may be waited, and is pending still".to_owned();
        ledger.check(RuleId::Pending, waits.then(|| finding(RuleId::Pending, text)));
    }
    let code = log.last().and_then(|last| last.answer.error_code());
    let outcome = |code: &i64| *code == LACKS || OUTCOMES.contains(code) || OF_DATA.contains(code);
    if let Some(code) = code.filter(|code| !trail.stages.is_empty() && !outcome(code)) {
        let text = format!("valid data lead to {code}");
        ledger.check(RuleId::Options, Some(finding(RuleId::Options, text).caused_by(VALID_DATA)));
    }
    if let (Stop::Unfillable(_), Some(LACKS), Some(last)) = (&trail.stop, code, trail.stages.last()) {
        for name in offers_nothing(&last.step) {
            let text = format!("{name} is required, and nothing is offered to choose from");
            ledger.check(RuleId::Options, Some(finding(RuleId::Options, text)));
        }
    }
    let uploads = log.iter().any(|call| matches!(call.request.body, RequestBody::File { .. }));
    if uploads {
        upload(trail, log, finding, ledger);
    }
}

/// Required choices without an option.
fn offers_nothing(step: &serde_json::Value) -> Vec<String> {
    let form = elements(step);
    let is_choice = |kind| matches!(kind, ElementType::Dropdown | ElementType::CheckboxGroup);
    let held = crate::session::fill::held_values(&form);
    let empty = form.iter().filter(|element| {
        let shown = is_certainly_shown(element, &form, &held);
        is_choice(element.kind) && element.required() && element.options().is_empty() && shown
    });
    empty.map(super::negatives::name).collect()
}

/// The way with every choice said that was made on it: whoever has other data goes it too.
pub(super) fn pinned(route: &Route, trail: &Trail) -> Route {
    let mut route = route.clone();
    for (at, stage) in trail.stages.iter().enumerate() {
        let chosen = elements(&stage.step).into_iter().filter(|element| {
            use ElementType::{Checkbox, CheckboxGroup, CountrySelect, Dropdown};
            matches!(element.kind, Checkbox | CheckboxGroup | CountrySelect | Dropdown)
        });
        for element in chosen {
            if let Some(value) = stage.sent.get(&element.id) {
                route = route.with(at, format!("id:{}", element.id), value.clone());
            }
        }
    }
    route
}

/// Whether the keys of files that were uploaded were taken.
fn upload(trail: &Trail, log: &[Exchange], finding: impl Fn(RuleId, String) -> Finding, ledger: &mut Ledger) {
    let Some(last) = trail.stages.last() else { return };
    let fields = elements(&last.step);
    let has_file = fields.iter().any(|element| element.kind == ElementType::File);
    // Other fields that nobody can read may be what is refused.
    let certain = !fields.iter().any(|element| element.kind == ElementType::Unknown);
    let code = log.last().and_then(|last| last.answer.error_code());
    let refused = code.filter(|code| has_file && certain && [4006, 4007].contains(code));
    let text = |code| format!("a form with the key of a file that was uploaded is refused with {code}");
    ledger.check(RuleId::Upload, refused.map(|code| finding(RuleId::Upload, text(code))));
}

/// The ways that a map knows to its steps, where data lead there that straight ways have not.
fn mapped(view: &View, services: bool) -> Vec<Route> {
    let rest = entry(Fill::Valid, services);
    let mut found: HashMap<&str, Vec<&Move>> = view.first.iter().map(|first| (first.as_str(), Vec::new())).collect();
    let mut open: VecDeque<&str> = view.first.iter().map(String::as_str).collect();
    let mut routes = Vec::new();
    while let Some(step) = open.pop_front() {
        let way = found.get(step).cloned().unwrap_or_default();
        for next in view.moves.iter().filter(|next| next.way == Way::Submit && next.from == step) {
            if found.contains_key(next.to.as_str()) {
                continue;
            }
            let way: Vec<&Move> = way.iter().copied().chain([next]).collect();
            if way.iter().any(|one| !one.when.is_empty()) {
                routes.push(along(&way, &rest));
            }
            found.insert(&next.to, way);
            open.push_back(&next.to);
        }
    }
    routes
}

/// The entries by which moves follow each other.
fn along(way: &[&Move], rest: &Entry) -> Route {
    let mut entries: Vec<Entry> = way.iter().map(|_| rest.clone()).collect();
    for one in way {
        for Given { step, field, entered } in one.when.first().into_iter().flatten() {
            let Some(at) = way.iter().position(|other| other.from == *step) else { continue };
            let value = match entered {
                Entered::Is(values) => values.first().cloned().map(Some),
                Entered::Between(low, high) => low.clone().or(high.clone()).map(Some),
                Entered::Filled(true) => None,
                Entered::Filled(false) => Some(None),
            };
            if let Some(value) = value {
                entries[at].given.push((field.clone(), value));
            }
        }
    }
    Route { entries, rest: rest.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::KnownStep;
    use serde_json::{Value, json};

    fn step(key: &str) -> KnownStep {
        KnownStep { key: key.into(), title: key.into(), kind: "form".into(), ..KnownStep::default() }
    }

    fn leads(from: &str, to: &str, when: Value) -> Move {
        let when = serde_json::from_value(when).unwrap();
        Move { from: from.into(), way: Way::Submit, to: to.into(), when }
    }

    #[test]
    fn a_map_says_what_is_entered_on_the_way_to_a_step() {
        let view = View {
            explored: false,
            version: "draft".into(),
            language: None,
            first: vec!["a".into()],
            steps: ["a", "b", "c", "d"].map(step).to_vec(),
            moves: vec![
                leads("a", "b", json!([])),
                leads(
                    "b",
                    "c",
                    json!([[{"step": "a", "field": "Country", "is": ["CA"]}, {"step": "b", "field": "Note", "filled": false}]]),
                ),
                leads("b", "d", json!([[{"step": "b", "field": "Sum", "between": [100, null]}]])),
                leads("c", "a", json!([])),
            ],
        };
        let found = mapped(&view, true);
        let given = |route: &Route| route.entries.iter().map(|entry| entry.given.clone()).collect::<Vec<_>>();
        let said = |field: &str, value: Option<Value>| vec![(field.to_owned(), value)];
        assert_eq!(
            found.iter().map(given).collect::<Vec<_>>(),
            [vec![said("Country", Some(json!("CA"))), said("Note", None)], vec![vec![], said("Sum", Some(json!(100)))],]
        );
    }
}
