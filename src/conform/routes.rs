//! Ways to a flow's steps: straight through with all fields and with the required ones, as the map says that steps are reached,
//! and by each option that a form offers.

use std::collections::HashMap;

use serde_json::{Map, Value};
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
use crate::compose::Data;
use crate::compose::walk::Stop;
use crate::journal::Spot;
use crate::map::{KnownStep, View};
use crate::route::route;
use crate::scenario::Fill;
use crate::session::driver::Course;
use crate::session::entry::{Entry, Growth};

/// The most steps of a way.
const MOST_STEPS: usize = 60;
/// How many ways that a map knows are walked at once: what one passes, none needs to be walked to any more.
const AT_ONCE: usize = 8;
/// How often the same step may come on one.
const MOST_VISITS: usize = 3;

/// Where valid data may lead that is no fault of the flow's: a service that failed, or has not been set up.
pub(super) const OUTCOMES: [i64; 10] = [4009, 4014, 4050, 4109, 4200, 4201, 5300, 5301, 5302, 6504];
/// What findings share that say where valid data lead, whatever was chosen.
pub(super) const VALID_DATA: &str = "valid data";
/// What is submitted after the end is refused with.
const FINISHED: i64 = 4013;
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
pub(crate) struct Ways {
    /// Each with a step that is reached from where none before reaches it; the straight one first.
    pub kept: Vec<(Route, Trail)>,
    /// Whether any way came to END.
    pub ended: bool,
}

/// All ways that are walked, the straight one first.
pub(crate) async fn ways(course: &Course, plan: &Plan, ledger: &mut Ledger) -> Result<Ways, CallError> {
    let straight = |fill: Fill| Route { entries: Vec::new(), rest: entry(fill, plan.services) };
    let (valid, minimal) = (straight(Fill::Valid), straight(Fill::Minimal));
    let (first, second) = tokio::join!(walk(course, plan, &valid), walk(course, plan, &minimal));
    let first = first?;
    let mut walked = vec![first];
    if !walked[0].trail.stages.is_empty() {
        walked.extend(hindered(ledger, second));
        walked.extend(walk_all(course, plan, plan.routes.clone(), ledger).await);
        walk_map(course, plan, &mut walked, ledger).await;
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
    if !plan.steps_only {
        circles.judge(course, plan, ledger).await;
    }
    Ok(Ways { kept, ended: circles.ended() })
}

/// What came of a check; where a call got no answer, that is noted.
fn hindered<T>(ledger: &mut Ledger, outcome: Result<T, CallError>) -> Option<T> {
    outcome.map_err(|error| ledger.hindered(&error)).ok()
}

/// Walks the ways that a map knows, the farthest steps first, as long as none of those walked comes by the step.
async fn walk_map(course: &Course, plan: &Plan, walked: &mut Vec<Walked>, ledger: &mut Ledger) {
    let mut open: Vec<_> = plan.known.iter().flat_map(|view| mapped(view, plan.services)).collect();
    loop {
        // One that is reached on a longer way only is walked to as well: the fewest calls show what is wrong there.
        open.retain(|(to, entries)| !is_reached(walked.iter().map(|way| &way.trail), to, entries.len()));
        let left = plan.most_known.saturating_sub(walked.len()).min(AT_ONCE).min(open.len());
        if left == 0 {
            return;
        }
        let known = open.drain(..left).map(|(_, entries)| {
            let (course, plan) = (course.clone(), plan.clone());
            async move { walk_known(&course, &plan, &entries).await }
        });
        walked.extend(at_once(known, ledger).await);
    }
}

/// Walks several ways at once, in their order; the client's limiter says how many requests at a time.
pub(super) async fn walk_all(course: &Course, plan: &Plan, routes: Vec<Route>, ledger: &mut Ledger) -> Vec<Walked> {
    let walks = routes.into_iter().map(|route| {
        let (course, plan) = (course.clone(), plan.clone());
        async move { walk(&course, &plan, &route).await }
    });
    at_once(walks, ledger).await
}

/// What came of several walks, in their order.
async fn at_once<F>(walks: impl Iterator<Item = F>, ledger: &mut Ledger) -> Vec<Walked>
where
    F: Future<Output = Result<Walked, CallError>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for (number, walk) in walks.enumerate() {
        tasks.spawn(async move { (number, walk.await) });
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
    let (trail, log) = go(course, growth, |at, _| route.entry(at).clone()).await?;
    Ok(Walked { route: route.clone(), trail, log })
}

/// Walks with what a map knows to be entered into which step. Steps that come between are passed, so that what is known still
/// meets its step; the way is told as it was gone.
async fn walk_known(course: &Course, plan: &Plan, entries: &[(Spot, Entry)]) -> Result<Walked, CallError> {
    let rest = entry(Fill::Valid, plan.services);
    let mut route = Route { entries: Vec::new(), rest: rest.clone() };
    let choose = |_, step: &Value| {
        let spot = KnownStep::of(step).map(|step| step.spot());
        let known = entries.iter().find(|(known, _)| Some(known) == spot.as_ref());
        let chosen = known.map_or(&rest, |(_, entry)| entry).clone();
        route.entries.push(chosen.clone());
        chosen
    };
    let (trail, log) = go(course, plan.growth, choose).await?;
    Ok(Walked { route, trail, log })
}

async fn go(
    course: &Course,
    growth: Growth,
    mut choose: impl FnMut(usize, &Value) -> Entry,
) -> Result<(Trail, Vec<Exchange>), CallError> {
    let mut applicant = Applicant::begin(course, growth).await?;
    let mut stages = Vec::new();
    let mut visits: HashMap<String, usize> = HashMap::new();
    let mut seen = 0;
    let stop = loop {
        let stopped = applicant.stopped();
        if let (None | Some(Stop::End), Some(step)) = (&stopped, applicant.step()) {
            *visits.entry(identity(step)).or_default() += 1;
            let since = &applicant.driver.exchanges()[seen..];
            let waited = since.iter().any(|call| call.answer.kind() == BodyKind::Pending);
            stages.push(Stage { step: step.clone(), sent: Map::new(), waited });
        }
        seen = applicant.mark();
        if let Some(stop) = stopped {
            break stop;
        }
        if stages.len() > MOST_STEPS || visits.values().any(|count| *count > MOST_VISITS) {
            break Stop::Circle;
        }
        let at = stages.len() - 1;
        let entry = choose(at, &stages[at].step);
        if let Went::Nowhere(stop) = applicant.enter(&entry).await? {
            break stop;
        }
    };
    for (stage, (_, sent)) in stages.iter_mut().zip(&applicant.passed) {
        stage.sent.clone_from(sent);
    }
    Ok((Trail { stages, stop }, applicant.driver.into_exchanges()))
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
    // The flow has ended, and the step does not say so.
    if let (Some(FINISHED), Some(last)) = (code, trail.stages.last()) {
        let text = format!("after {step} nothing comes any more ({FINISHED}), and it is not answered as END");
        let mut calls = essential(log);
        calls.retain(|call| !call.answer.is_error());
        let finding = Finding::new(RuleId::Ends, step_name(&last.step), text, calls).expecting(Data::text("end"));
        return ledger.check(RuleId::Ends, Some(finding));
    }
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
fn offers_nothing(step: &Value) -> Vec<String> {
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

/// The steps of a map, the farthest first, since others are passed on the way to it, each with what is entered on its way.
fn mapped(view: &View, services: bool) -> impl Iterator<Item = (Spot, Vec<(Spot, Entry)>)> {
    let way =
        move |step: &KnownStep| Some((step.spot(), along(&route(view, &step.key, None, services).ok()?, services)));
    view.steps.iter().rev().filter_map(way)
}

/// Whether one of these ways comes by a step, after so many others at most.
fn is_reached<'a>(ways: impl Iterator<Item = &'a Trail>, to: &Spot, most: usize) -> bool {
    let mut stages = ways.flat_map(|trail| trail.stages.iter().take(most.saturating_add(1)));
    stages.any(|stage| KnownStep::of(&stage.step).is_some_and(|step| step.spot() == *to))
}

/// Whether these ways come by all steps of the map.
pub(super) fn is_whole(plan: &Plan, ways: &[(Route, Trail)]) -> bool {
    let reached = |step: &KnownStep| is_reached(ways.iter().map(|(_, trail)| trail), &step.spot(), usize::MAX);
    plan.known.as_ref().is_some_and(|view| view.steps.iter().all(reached))
}

/// What is entered on a way that a map knows.
fn along(known: &crate::route::Route<'_>, services: bool) -> Vec<(Spot, Entry)> {
    let entered = |step: &KnownStep| {
        let values = known.entries.values(step).into_iter().map(|(field, value)| (field, Some(value)));
        let empty = known.entries.empty(step).into_iter().map(|field| (field, None));
        (step.spot(), Entry { given: values.chain(empty).collect(), ..entry(Fill::Valid, services) })
    };
    known.legs.iter().map(|(from, _)| entered(from)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_map_says_what_is_entered_on_the_way_to_a_step() {
        let text = |name: &str| json!({"name": name, "type": "text"});
        let view: View = serde_json::from_value(json!({
            "version": "draft", "first": ["a"],
            "steps": [
                {"key": "a", "title": "a", "type": "form", "elements": [text("Country")]},
                {"key": "b", "title": "b", "type": "form", "elements": [text("Note"), {"name": "Sum", "type": "number"}]},
                {"key": "s", "title": "s", "type": "trulioo_kyb_search"},
                {"key": "c", "title": "c", "type": "form", "elements": [text("Remark")]},
                {"key": "d", "title": "d", "type": "form"},
            ],
            "moves": [
                {"from": "a", "way": "submit", "to": "b"},
                {"from": "b", "way": "submit", "to": "c", "when":
                    [[{"step": "a", "field": "Country", "is": ["CA"]}, {"step": "b", "field": "Note", "filled": false}]]},
                {"from": "b", "way": "submit", "to": "s", "when": [[{"step": "b", "field": "Sum", "between": [100, null]}]]},
                {"from": "s", "way": "submit", "to": "d"},
                {"from": "c", "way": "submit", "to": "a"},
            ]}))
        .unwrap();
        let given = |(spot, entries): (Spot, Vec<(Spot, Entry)>)| {
            (spot.title, entries.into_iter().map(|(_, entry)| entry.given).collect::<Vec<_>>())
        };
        let said = |field: &str, value: Option<Value>| vec![(field.to_owned(), value)];
        let to_c = ("c".to_owned(), vec![said("Country", Some(json!("CA"))), said("Note", None)]);
        let sum = said("Sum", Some(json!(100)));
        let rest =
            [("s".to_owned(), vec![vec![], sum.clone()]), ("b".to_owned(), vec![vec![]]), ("a".to_owned(), vec![])];
        let to_d = ("d".to_owned(), vec![vec![], sum, vec![]]);
        let with_services = [&[to_d, to_c.clone()], &rest[..]].concat();
        assert_eq!(mapped(&view, true).map(given).collect::<Vec<_>>(), with_services);
        let without = [&[to_c], &rest[..]].concat();
        assert_eq!(mapped(&view, false).map(given).collect::<Vec<_>>(), without, "nobody passes the search");
    }
}
