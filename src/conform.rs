//! Whether a flow, as an API serves it, keeps what the reference promises.
//!
//! [`rules`] is the table; [`examine`] walks the flow, stands on each step that it gets to and tries there what a rule is about,
//! with fresh applicants and made-up data. It knows nothing of a flow but its answers and, where there is one, the map of
//! earlier runs. What it finds, it shows with the shortest list of calls ([`witness`]). [`negatives`] derives what a form must
//! refuse.
//!
//! | module | owns |
//! | --- | --- |
//! | [`rules`] | the rules, with the sentences that they stand on |
//! | [`negatives`] | a form's cases: pure |
//! | `routes` | ways to steps: straight, by the map, by options |
//! | `standing`, `back`, `end`, `sessions`, `languages`, `answers` | the checks |
//! | [`ledger`] | what was checked and found |
//! | [`verdict`], [`witness`] | the same as data: for reports |

mod answers;
pub(crate) mod applicant;
mod back;
mod end;
mod languages;
pub mod ledger;
pub mod negatives;
pub(crate) mod routes;
pub mod rules;
mod sessions;
mod standing;
pub mod verdict;
pub mod witness;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

use crate::api::client::CallError;
use crate::api::operation::Version;
use crate::api::wire::{BodyKind, body_kind};
use crate::compose::recording::recognise::Paths;
use crate::compose::walk::Stop;
use crate::map::{KnownStep, View};
use crate::session::driver::Course;
use crate::session::entry::Growth;

pub use applicant::Route;
use applicant::identity;
use ledger::{Finding, Ledger};
use rules::{NEGATIVES, RuleId};
use standing::Spot;

/// The most further ways that are walked for the sake of options, unless something else is said.
pub const MOST_WAYS: usize = 100;

/// What is to be examined, and how far.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Only these rules; all where there is none.
    pub rules: Vec<RuleId>,
    /// Whether every case that a form's validations give is tried; else of a large form the first of each kind.
    pub negatives: bool,
    /// The languages that are compared; where none is named, those that are found to be offered.
    pub languages: Vec<String>,
    /// What earlier runs know of the flow.
    pub known: Option<View>,
    /// Ways that the caller knows, beside those that are found: the step behind each is stood on.
    pub routes: Vec<Route>,
    /// Ids of other flows.
    pub others: Vec<String>,
    /// Paths of operations that differ from the usual ones.
    pub paths: Paths,
    /// Where the flow interpreter is.
    pub base: String,
    /// What data grow from.
    pub growth: Growth,
    /// Whether interactive services are answered.
    pub services: bool,
    /// The most ways that are walked before options are tried: the two straight ones, and those that are known.
    pub most_known: usize,
    /// The most further ways that are walked for the sake of options.
    pub most_ways: usize,
    /// Whether options are tried only as long as there are steps in the map that no way has come to.
    pub steps_only: bool,
}

impl Plan {
    /// All rules, on ways that are found, in languages that are found.
    pub fn of(course: &Course, growth: Growth) -> Self {
        let config = course.client.config();
        Plan {
            rules: Vec::new(),
            negatives: false,
            languages: Vec::new(),
            known: None,
            routes: Vec::new(),
            others: Vec::new(),
            paths: config.paths.clone(),
            base: config.base_url.to_string(),
            growth,
            // Behind the live version services cost, and look at people who do not exist.
            services: course.version == Version::Draft || course.simulated.is_some(),
            most_known: usize::MAX,
            most_ways: MOST_WAYS,
            steps_only: false,
        }
    }

    /// Only what must be refused, every case of it, at the forms behind these ways: each a list of what is entered into the
    /// steps in turn.
    pub fn of_negatives(course: &Course, growth: Growth, routes: Vec<Route>) -> Self {
        Plan { rules: NEGATIVES.to_vec(), negatives: true, routes, most_ways: 0, ..Plan::of(course, growth) }
    }

    /// Whether a rule is to be checked.
    pub fn wants(&self, rule: RuleId) -> bool {
        self.rules.is_empty() || self.rules.contains(&rule)
    }

    fn wants_any(&self, rules: &[RuleId]) -> bool {
        rules.iter().any(|rule| self.wants(*rule))
    }
}

/// A step on a way.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    /// As it was answered.
    pub step: Value,
    /// Whether a service was seen at work before it came.
    pub waited: bool,
}

/// A way that was walked.
#[derive(Debug, Clone)]
pub(crate) struct Trail {
    /// Its steps, END among them.
    pub stages: Vec<Stage>,
    /// Why it goes no further.
    pub stop: Stop,
}

/// What an examination comes to.
#[derive(Debug)]
pub struct Examined {
    /// What was checked and found.
    pub ledger: Ledger,
    /// The steps that were stood on.
    pub checked: usize,
    /// The steps that are known.
    pub known: usize,
    /// Why the straight walk went no further, where it did not come to END.
    pub stopped: Option<Stop>,
    /// Whether the API knows no such flow.
    pub unknown: bool,
}

/// Examines a flow.
///
/// # Errors
///
/// When there is no answer to a call.
pub async fn examine(course: &Course, plan: &Plan) -> Result<Examined, CallError> {
    let mut ledger = Ledger::default();
    let (course, plan) = (Arc::new(course.clone()), Arc::new(plan.clone()));
    let ways = routes::ways(&course, &plan, &mut ledger).await?;
    let Some((straight, trail)) = ways.first().cloned() else {
        return Ok(Examined { ledger, checked: 0, known: 0, stopped: None, unknown: false });
    };
    let stopped = Some(trail.stop.clone()).filter(|stop| *stop != Stop::End);
    if trail.stages.is_empty() {
        let unknown = matches!(trail.stop, Stop::Refused(4000, _));
        answers::judge(&plan, &mut ledger);
        return Ok(Examined { ledger, checked: 0, known: 0, stopped, unknown });
    }
    let offered = match plan.wants_any(&[RuleId::Languages, RuleId::Translated]) {
        true => languages::offered(&course, &plan, &mut ledger).await?,
        false => Vec::new(),
    };
    let places = places(&ways);
    let outcomes = stand_on(&course, &plan, &ways, &places, &offered).await?;
    let mut kept = Vec::new();
    let mut seen = Vec::new();
    for outcome in outcomes {
        ledger.add(outcome.ledger);
        kept.extend(outcome.kept);
        seen.extend(outcome.seen);
    }
    judge_kept(kept, &mut ledger);
    if plan.wants_any(&[RuleId::Languages, RuleId::Translated]) {
        languages::compare(&seen, &mut ledger);
    }
    let spot = Spot { course: &course, plan: &plan, route: &straight, trail: &trail, at: 0 };
    if plan.wants_any(&[RuleId::UnknownSession, RuleId::ForeignFlow]) {
        ledger.add(sessions::strangers(&course, &plan).await?);
    }
    if plan.wants_any(&[RuleId::Direct, RuleId::DirectRefused]) {
        ledger.add(sessions::direct(&spot).await?);
    }
    if plan.wants(RuleId::Isolation) {
        ledger.add(sessions::isolation(&course, &plan, &straight, &trail).await?);
        sessions::shown_to_strangers(&trail, &mut ledger);
    }
    answers::judge(&plan, &mut ledger);
    ledger.findings.retain(|finding| plan.wants(finding.rule));
    let names: BTreeSet<String> = places.iter().map(|(way, at)| spot_of(&ways[*way].1.stages[*at].step)).collect();
    let known = plan.known.as_ref().map_or(0, |view| view.steps.len()).max(names.len());
    Ok(Examined { ledger, checked: names.len(), known, stopped, unknown: false })
}

/// What tells a step from others by its shape: the same step is known by it in the map.
fn spot_of(step: &Value) -> String {
    KnownStep::of(step).map_or_else(|| identity(step), |step| format!("{:?}", step.spot()))
}

/// Each step once, by its id, on the way that reaches it first: the number of the way and the place on it.
pub(crate) fn places(ways: &[(Route, Trail)]) -> Vec<(usize, usize)> {
    let mut known = BTreeSet::new();
    let mut places: Vec<(usize, usize)> = ways
        .iter()
        .enumerate()
        .flat_map(|(way, (_, trail))| (0..trail.stages.len()).map(move |at| (way, at)))
        .collect();
    places.sort_by_key(|(way, at)| (*at, *way));
    places.retain(|(way, at)| known.insert(identity(&ways[*way].1.stages[*at].step)));
    places
}

/// What came of standing on one step.
#[derive(Default)]
struct Outcome {
    ledger: Ledger,
    kept: Option<back::Kept>,
    seen: Vec<languages::Seen>,
}

/// Stands on every step; the client's limiter says how many at a time.
async fn stand_on(
    course: &Arc<Course>,
    plan: &Arc<Plan>,
    ways: &[(Route, Trail)],
    places: &[(usize, usize)],
    offered: &[String],
) -> Result<Vec<Outcome>, CallError> {
    let mut tasks = JoinSet::new();
    for (number, (way, at)) in places.iter().copied().enumerate() {
        let (course, plan, offered) = (course.clone(), plan.clone(), offered.to_vec());
        let (route, trail) = ways[way].clone();
        tasks.spawn(async move {
            let spot = Spot { course: &course, plan: &plan, route: &route, trail: &trail, at };
            (number, at_one(&spot, &offered).await)
        });
    }
    let mut outcomes = Vec::new();
    while let Some(done) = tasks.join_next().await {
        // A panic is a fault of this program's own, and goes on.
        let (number, outcome) = done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        outcomes.push((number, outcome?));
    }
    outcomes.sort_by_key(|(number, _)| *number);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

async fn at_one(spot: &Spot<'_>, offered: &[String]) -> Result<Outcome, CallError> {
    use RuleId::{Back, CanGoBack, Forward, IllegalBack, Kept};
    let plan = spot.plan;
    let mut outcome = Outcome::default();
    let is_end = body_kind(&spot.stage().step) == BodyKind::End;
    if is_end && plan.wants_any(&[RuleId::End, RuleId::Finished]) {
        outcome.ledger = end::end(spot).await?;
    }
    let (ledger, seen) = standing::stand(spot, offered).await?;
    outcome.ledger.add(ledger);
    let standing::InLanguages { usual, way, seen } = seen;
    let in_language =
        |(language, exchange)| languages::Seen { step: usual.clone(), language, exchange, way: way.clone() };
    // A step that FlowStep does not give is another rule's.
    let is_here = identity(&usual) == identity(&spot.stage().step);
    outcome.seen = seen.into_iter().filter(|_| is_here).map(in_language).collect();
    if !is_end && plan.wants_any(&[Back, CanGoBack, Forward, IllegalBack, Kept]) {
        let (ledger, kept) = back::back(spot).await?;
        outcome.ledger.add(ledger);
        outcome.kept = kept;
    }
    Ok(outcome)
}

/// What back keeps: where any field of the flow shows what was submitted, all must.
fn judge_kept(kept: Vec<back::Kept>, ledger: &mut Ledger) {
    let shows = kept.iter().any(|kept| kept.shown > 0);
    for one in kept {
        let lost = !one.missing.is_empty() && (shows || !one.held);
        ledger.check(RuleId::Kept, Some::<Finding>(one.finding).filter(|_| lost));
    }
}
