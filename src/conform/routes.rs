//! Ways to a flow's steps: straight through with all fields and with the required ones, as the map says that steps are reached,
//! and by each option that a form offers.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::applicant::{Applicant, Route, Went, described, identity, step_name};
use super::ledger::{Finding, Ledger};
use super::rules::RuleId;
use super::standing::expected_step;
use super::{Plan, Stage, Trail};
use crate::api::client::CallError;
use crate::api::element::{Element, ElementType, INCORPORATION, JsonType, RESIDENCE};
use crate::api::exchange::{Exchange, RequestBody};
use crate::api::wire::{BodyKind, elements, is_blank};
use crate::compose::walk::Stop;
use crate::journal::Spot;
use crate::map::{KnownStep, View};
use crate::route::route;
use crate::scenario::Fill;
use crate::session::driver::Course;
use crate::session::entry::Entry;

/// The most steps of a way.
const MOST_STEPS: usize = 60;
/// How often the same step may come on one.
const MOST_VISITS: usize = 3;
/// The most options of one choice that are tried.
const MOST_OPTIONS: usize = 12;

/// Where valid data may lead that is no fault of the flow's: a service that failed, or has not been set up.
const OUTCOMES: [i64; 11] = [4009, 4014, 4050, 4109, 4200, 4201, 5300, 5301, 5302, 6504, 4006];
/// A value refused by its field.
const OF_DATA: [i64; 2] = [4007, 4008];

/// All ways that are walked, the straight one first.
pub(crate) async fn ways(course: &Course, plan: &Plan, ledger: &mut Ledger) -> Result<Vec<(Route, Trail)>, CallError> {
    let straight = |fill: Fill| Route { entries: Vec::new(), rest: entry(fill, plan.services) };
    let mut ways: Vec<(Route, Trail)> = Vec::new();
    let mut walked = Vec::new();
    for fill in [Fill::Valid, Fill::Minimal] {
        let route = straight(fill);
        let (trail, log) = walk(course, plan, &route).await?;
        judge(&trail, &log, true, ledger);
        let stop = trail.stages.is_empty();
        walked.push(log);
        ways.push((route, trail));
        if stop {
            break;
        }
    }
    for route in &plan.routes {
        let (trail, log) = walk(course, plan, route).await?;
        judge(&trail, &log, false, ledger);
        walked.push(log);
        ways.push((route.clone(), trail));
    }
    for (to, entries) in plan.known.iter().flat_map(|view| mapped(view, plan.services)) {
        if walked.len() >= plan.most_known || is_reached(&ways, &to) {
            continue;
        }
        let (route, trail, log) = walk_known(course, plan, &entries).await?;
        judge(&trail, &log, false, ledger);
        walked.push(log);
        ways.push((route, trail));
    }
    ledger.logs.extend(walked);
    by_options(course, plan, &mut ways, ledger).await?;
    Ok(ways)
}

fn entry(fill: Fill, services: bool) -> Entry {
    Entry { fill, given: Vec::new(), services }
}

/// Walks a way as far as it goes.
async fn walk(course: &Course, plan: &Plan, route: &Route) -> Result<(Trail, Vec<Exchange>), CallError> {
    walk_with(course, plan, |at, _| route.entry(at).clone()).await
}

/// Walks with what a map knows to be entered into which step. Steps that come between are passed, so that what is known still
/// meets its step: the way as it was gone, too.
async fn walk_known(
    course: &Course,
    plan: &Plan,
    entries: &[(Spot, Entry)],
) -> Result<(Route, Trail, Vec<Exchange>), CallError> {
    let rest = entry(Fill::Valid, plan.services);
    let mut route = Route { entries: Vec::new(), rest: rest.clone() };
    let choose = |_, step: &Value| {
        let spot = KnownStep::of(step).map(|step| step.spot());
        let known = entries.iter().find(|(known, _)| Some(known) == spot.as_ref());
        let chosen = known.map_or(&rest, |(_, entry)| entry).clone();
        route.entries.push(chosen.clone());
        chosen
    };
    let (trail, log) = walk_with(course, plan, choose).await?;
    Ok((route, trail, log))
}

async fn walk_with(
    course: &Course,
    plan: &Plan,
    mut choose: impl FnMut(usize, &Value) -> Entry,
) -> Result<(Trail, Vec<Exchange>), CallError> {
    let mut applicant = Applicant::begin(course, plan.growth).await?;
    let mut stages = Vec::new();
    let mut visits: HashMap<String, usize> = HashMap::new();
    let mut seen = 0;
    let stop = loop {
        let stopped = applicant.stopped();
        if let (None | Some(Stop::End), Some(step)) = (&stopped, applicant.step()) {
            *visits.entry(identity(step)).or_default() += 1;
            let since = &applicant.driver.exchanges()[seen..];
            let waited = since.iter().any(|call| call.answer.kind() == BodyKind::Pending);
            stages.push(Stage { step: step.clone(), waited });
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
    Ok((Trail { stages, stop }, applicant.driver.into_exchanges()))
}

/// What the way itself shows: whether it ends, and whether what was pending ended.
fn judge(trail: &Trail, log: &[Exchange], straight: bool, ledger: &mut Ledger) {
    let step = trail.stages.last().map(|stage| step_name(&stage.step)).unwrap_or_else(|| "the beginning".to_owned());
    let finding = |rule, text: String| {
        let mut calls = super::applicant::essential(log);
        let last = log.last().filter(|last| last.answer.is_error() || last.answer.kind() == BodyKind::Pending);
        calls.extend(last.cloned());
        Finding { rule, step: step.clone(), text, calls, expect: None }
    };
    if log.iter().any(|call| call.answer.kind() == BodyKind::Pending) {
        let waits = trail.stop == Stop::Pending;
        let text = "a pending answer was polled for as long as may be waited, and is pending still".to_owned();
        ledger.check(RuleId::Pending, waits.then(|| finding(RuleId::Pending, text)));
    }
    if straight && matches!(trail.stop, Stop::End | Stop::Circle) {
        let circle = trail.stop == Stop::Circle;
        let text = format!("with valid data the flow comes back to {step} again and again, and to no END");
        ledger.check(RuleId::Ends, circle.then(|| short_circle(trail, finding(RuleId::Ends, text))));
    }
    let code = log.last().and_then(|last| last.answer.error_code());
    if let Some(code) =
        code.filter(|code| !trail.stages.is_empty() && !OUTCOMES.contains(code) && !OF_DATA.contains(code))
    {
        let text = format!("valid data lead to {code}");
        ledger.check(RuleId::Options, Some(finding(RuleId::Options, text)));
    }
    let uploads = log.iter().any(|call| matches!(call.request.body, RequestBody::File { .. }));
    if uploads {
        upload(trail, log, finding, ledger);
    }
}

/// A circle is shown when it has closed once.
fn short_circle(trail: &Trail, mut finding: Finding) -> Finding {
    let mut known = BTreeSet::new();
    let closes = trail.stages.iter().position(|stage| !known.insert(identity(&stage.step)));
    let submits = closes.unwrap_or(usize::MAX);
    let mut seen = 0;
    finding.calls.retain(|call| {
        let kept = seen < submits || call.request.method != "POST";
        seen += usize::from(matches!(call.request.body, RequestBody::Json(_)));
        kept
    });
    finding
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

/// Walks on with each option of each choice, on the ways known so far and on those that it opens.
async fn by_options(
    course: &Course,
    plan: &Plan,
    ways: &mut Vec<(Route, Trail)>,
    ledger: &mut Ledger,
) -> Result<(), CallError> {
    let mut known: BTreeSet<String> = BTreeSet::new();
    let (mut left, mut passed_over) = (plan.most_ways, 0);
    let mut way = 0;
    while way < ways.len() && !(plan.steps_only && is_whole(plan, ways)) {
        let (route, trail) = ways[way].clone();
        way += 1;
        let mut branches = Vec::new();
        for at in 0..trail.stages.len() {
            if !known.insert(identity(&trail.stages[at].step)) {
                continue;
            }
            for (element, option) in choices(&trail.stages[at].step) {
                if branches.len() < left {
                    branches.push((at, element, option));
                } else {
                    passed_over += 1;
                }
            }
        }
        left -= branches.len();
        for (branch, walked, log, (at, element, option)) in walk_all(course, plan, &route, branches).await? {
            option_leads_on(&trail, at, (&element, &option), &walked, &log, ledger);
            ledger.logs.push(log);
            let is_known = |stage: &Stage| {
                let here = identity(&stage.step);
                ways.iter().any(|(_, trail)| trail.stages.iter().any(|known| identity(&known.step) == here))
            };
            if !walked.stages.iter().all(is_known) {
                ways.push((branch, walked));
            }
        }
    }
    if !ledger.checks.contains_key(&RuleId::Options) {
        ledger.cannot(RuleId::Options, "no form that was reached offers a choice");
    }
    if passed_over > 0 {
        ledger.cannot(RuleId::Options, format!("{passed_over} further options were not tried"));
    }
    Ok(())
}

/// A way that was walked with an option: its calls, and where the option was chosen.
type Branch = (Route, Trail, Vec<Exchange>, (usize, Element, Value));

/// Walks a way with each of some options, all at once; the client's limiter says how many at a time.
async fn walk_all(
    course: &Course,
    plan: &Plan,
    route: &Route,
    branches: Vec<(usize, Element, Value)>,
) -> Result<Vec<Branch>, CallError> {
    let mut tasks = JoinSet::new();
    for (number, (at, element, option)) in branches.into_iter().enumerate() {
        let branch = route.with(at, format!("id:{}", element.id), option.clone());
        let (course, plan) = (course.clone(), plan.clone());
        tasks.spawn(async move {
            let walked = walk(&course, &plan, &branch).await;
            (number, walked.map(|(trail, log)| (branch, trail, log, (at, element, option))))
        });
    }
    let mut walked = Vec::new();
    while let Some(done) = tasks.join_next().await {
        // A panic is a fault of this program's own, and goes on.
        let (number, branch) = done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        walked.push((number, branch?));
    }
    walked.sort_by_key(|(number, _)| *number);
    Ok(walked.into_iter().map(|(_, branch)| branch).collect())
}

/// The options of a form's choices, each as it is submitted; of a long list the first.
fn choices(step: &Value) -> Vec<(Element, Value)> {
    let mut found = Vec::new();
    for element in elements(step) {
        let group = match element.kind {
            ElementType::Dropdown | ElementType::CountrySelect => false,
            ElementType::CheckboxGroup => true,
            // It is ticked otherwise.
            ElementType::Checkbox if element.takes() == JsonType::Boolean && !element.required() => {
                found.push((element, Value::Bool(false)));
                continue;
            }
            _ => continue,
        };
        let options = element.options().into_iter().map(|(value, _)| value).filter(|value| !is_blank(value));
        let options: Vec<Value> = options.take(MOST_OPTIONS).collect();
        // Several that must be ticked together are no case of their own.
        let least = element.limits().min.is_some() || element.limits().min_length.is_some_and(|least| least > 1);
        if group && least {
            continue;
        }
        found.extend(options.into_iter().map(|value| {
            let value = if group { json!([value]) } else { value };
            (element.clone(), value)
        }));
    }
    found
}

fn option_leads_on(
    trail: &Trail,
    at: usize,
    (element, option): (&Element, &Value),
    walked: &Trail,
    log: &[Exchange],
    ledger: &mut Ledger,
) {
    let stopped_here = walked.stages.len() == at + 1;
    let code = log.last().and_then(|last| last.answer.error_code()).filter(|_| stopped_here);
    // What else is checked of a country's addresses and numbers, its form does not say; nor how a box is left unticked.
    let of_country = matches!(element.kind, ElementType::CountrySelect | ElementType::Checkbox)
        || [Some(RESIDENCE), Some(INCORPORATION), Some("address_state")].contains(&element.role.as_deref());
    // Where the form is refused with any option, it is not the option.
    let others_pass = trail.stages.len() > at + 1;
    let wrong = code.filter(|code| !OUTCOMES.contains(code) && others_pass && (!OF_DATA.contains(code) || !of_country));
    let pending = stopped_here && walked.stop == Stop::Pending && others_pass;
    let shown = option.as_array().and_then(|items| items.first()).unwrap_or(option);
    let name = super::negatives::name(element);
    let came = log.last().map(|last| described(&last.answer)).unwrap_or_default();
    let finding = (wrong.is_some() || pending).then(|| {
        let mut calls = super::applicant::essential(log);
        calls.extend(log.last().filter(|last| last.answer.is_error()).cloned());
        Finding {
            rule: RuleId::Options,
            step: step_name(&trail.stages[at].step),
            text: format!("{name} {shown} is offered and leads nowhere: {came} comes"),
            calls,
            expect: trail.stages.get(at + 1).and_then(|next| expected_step(&next.step)),
        }
    });
    ledger.check(RuleId::Options, finding);
    ledger.check(RuleId::Onward, leads_back(trail, at, (&name, shown), walked, log));
}

/// Whether an option leads to a step that was passed, where another leads on.
fn leads_back(
    trail: &Trail,
    at: usize,
    (name, option): (&str, &Value),
    walked: &Trail,
    log: &[Exchange],
) -> Option<Finding> {
    let passed = |trail: &Trail| {
        let next = identity(&trail.stages.get(at + 1)?.step);
        trail.stages[..=at].iter().any(|stage| identity(&stage.step) == next).then_some(())
    };
    passed(walked)?;
    if passed(trail).is_some() || trail.stages.len() <= at + 1 {
        return None;
    }
    let to = step_name(&walked.stages[at + 1].step);
    // The submit that led back is the one whose answer is the step after.
    let forms = |call: &&Exchange| matches!(call.request.body, RequestBody::Json(_)) && !call.answer.is_error();
    let submit = log.iter().enumerate().filter(|(_, call)| forms(call)).nth(at).map(|(at, _)| at)?;
    Some(Finding {
        rule: RuleId::Onward,
        step: step_name(&trail.stages[at].step),
        text: format!("{name} {option} leads back to {to}"),
        calls: super::applicant::essential(&log[..=submit]),
        expect: trail.stages.get(at + 1).and_then(|next| expected_step(&next.step)),
    })
}

/// The steps of a map, the farthest first, since others are passed on the way to it, each with what is entered on its way.
fn mapped(view: &View, services: bool) -> impl Iterator<Item = (Spot, Vec<(Spot, Entry)>)> {
    let way =
        move |step: &KnownStep| Some((step.spot(), along(&route(view, &step.key, None, services).ok()?, services)));
    view.steps.iter().rev().filter_map(way)
}

/// Whether one of these ways comes by a step.
fn is_reached(ways: &[(Route, Trail)], to: &Spot) -> bool {
    let mut stages = ways.iter().flat_map(|(_, trail)| &trail.stages);
    stages.any(|stage| KnownStep::of(&stage.step).is_some_and(|step| step.spot() == *to))
}

/// Whether these ways come by all steps of the map.
fn is_whole(plan: &Plan, ways: &[(Route, Trail)]) -> bool {
    plan.known.as_ref().is_some_and(|view| view.steps.iter().all(|step| is_reached(ways, &step.spot())))
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

    #[test]
    fn choices_are_options_one_by_one() {
        let form = json!({"elements": [
            {"id": "a", "type": "dropdown", "options": ["", "x", "y"]},
            {"id": "b", "type": "checkbox_group", "options": ["p"]},
            {"id": "c", "type": "checkbox"},
            {"id": "d", "type": "checkbox", "validations": [{"type": "required"}]},
            {"id": "e", "type": "text", "options": ["no choice"]}]});
        let found: Vec<_> = choices(&form).into_iter().map(|(element, value)| (element.id, value)).collect();
        let expected = [("a", json!("x")), ("a", json!("y")), ("b", json!(["p"])), ("c", json!(false))];
        assert_eq!(found, expected.map(|(id, value)| (id.to_owned(), value)));
    }
}
