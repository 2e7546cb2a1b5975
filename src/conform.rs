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
//! | `routes`, `branches`, `circles` | ways to steps: straight, by the map, by options; those that go round |
//! | `places` | where one stands |
//! | `standing`, `back`, `end`, `sessions`, `leaks`, `direct`, `languages`, `stumbles`, `answers`, `forms` | the checks |
//! | [`ledger`] | what was checked and found |
//! | `replay` | the least that shows a finding: its calls played again |
//! | [`verdict`], [`witness`] | the same as data: for reports |

mod answers;
pub(crate) mod applicant;
mod back;
mod branches;
mod circles;
mod direct;
mod end;
mod forms;
mod languages;
mod leaks;
pub mod ledger;
pub mod negatives;
mod places;
mod replay;
pub(crate) mod routes;
pub mod rules;
mod sessions;
mod standing;
mod stumbles;
pub mod verdict;
pub mod witness;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};
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
pub(crate) use places::{Place, places};
use rules::{NEGATIVES, RuleId};
use standing::Spot;

/// The most further ways that are walked for the sake of options, unless something else is said.
pub const MOST_WAYS: usize = 100;

/// The rules of going back.
const BACKWARD: [RuleId; 5] = [RuleId::Back, RuleId::CanGoBack, RuleId::Forward, RuleId::IllegalBack, RuleId::Kept];

/// The most requests for making the calls fewer that show what was found.
const MOST_REPLAYED: usize = 1000;

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
    /// Whether whole ways are gone once more for the sake of what does not show at one step.
    pub detours: bool,
    /// The most requests for finding out how few calls show what was found.
    pub most_replayed: usize,
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
            detours: true,
            most_replayed: MOST_REPLAYED,
        }
    }

    /// Only what must be refused, every case of it, at the forms behind these ways: each a list of what is entered into the
    /// steps in turn.
    pub fn of_negatives(course: &Course, growth: Growth, routes: Vec<Route>) -> Self {
        Plan {
            rules: NEGATIVES.to_vec(),
            negatives: true,
            routes,
            most_ways: 0,
            detours: false,
            ..Plan::of(course, growth)
        }
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
    /// What was submitted to it, by element id.
    pub sent: Map<String, Value>,
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
    /// Whether it failed by itself, refused or not to be filled in, and no other way came to END.
    pub failed: bool,
    /// Whether the API knows no such flow.
    pub unknown: bool,
}

/// Examines a flow.
///
/// # Errors
///
/// When the flow cannot be begun, because there is no answer.
pub async fn examine(course: &Course, plan: &Plan) -> Result<Examined, CallError> {
    let mut ledger = Ledger::default();
    let (course, plan) = (Arc::new(course.clone()), Arc::new(plan.clone()));
    let (ways, spoken) = tokio::join!(routes::ways(&course, &plan, &mut ledger), languages(&course, &plan));
    let routes::Ways { kept: ways, ended } = ways?;
    let (offered, of_languages) = spoken;
    ledger.add(of_languages);
    let Some(trail) = ways.first().map(|(_, trail)| trail.clone()) else {
        return Ok(Examined { ledger, checked: 0, known: 0, stopped: None, failed: false, unknown: false });
    };
    let stopped = Some(trail.stop.clone()).filter(|stop| *stop != Stop::End);
    let failed = !ended && matches!(trail.stop, Stop::Refused(..) | Stop::Unfillable(_) | Stop::Unknown);
    if trail.stages.is_empty() {
        let unknown = matches!(trail.stop, Stop::Refused(4000, _));
        answers::judge(&plan, &mut ledger);
        return Ok(Examined { ledger, checked: 0, known: 0, stopped, failed, unknown });
    }
    // Applicants who are held against each other are alone.
    if plan.wants_any(&[RuleId::Isolation, RuleId::ForeignKey]) {
        ledger.add(sessions::apart(&course, &plan, &ways).await);
        if plan.wants(RuleId::Isolation) {
            leaks::confirm(&course, &plan, &ways, &mut ledger).await;
        }
    }
    let places = places(&ways, plan.wants_any(&BACKWARD));
    let (outcomes, of_sessions, of_ways) = tokio::join!(
        stand_on(&course, &plan, &ways, &places, &offered),
        strangers(&course, &plan, &ways),
        stumblers(&course, &plan, &ways),
    );
    let (mut kept, mut seen) = (Vec::new(), Vec::new());
    for outcome in outcomes {
        ledger.add(outcome.ledger);
        kept.extend(outcome.kept);
        seen.extend(outcome.seen);
    }
    ledger.add(of_sessions);
    ledger.add(of_ways);
    judge_kept(kept, &mut ledger);
    if plan.wants_any(&[RuleId::Languages, RuleId::Translated]) {
        languages::compare(&seen, &mut ledger);
    }
    if plan.detours && plan.wants(RuleId::Languages) {
        ledger.add(languages::walked(&course, &plan, &ways, &offered, &seen).await);
    }
    if plan.wants(RuleId::Isolation) {
        sessions::shown_to_strangers(&trail, &mut ledger);
    }
    answers::judge(&plan, &mut ledger);
    forms::judge(&plan, &mut ledger);
    answers::leave_out_shared(&mut ledger);
    ledger.findings.retain(|finding| plan.wants(finding.rule));
    replay::least(&course, &plan, &mut ledger, plan.most_replayed).await;
    let names: BTreeSet<String> =
        places.iter().map(|place| spot_of(&ways[place.way].1.stages[place.at].step)).collect();
    let known = plan.known.as_ref().map_or(0, |view| view.steps.len()).max(names.len());
    Ok(Examined { ledger, checked: names.len(), known, stopped, failed, unknown: false })
}

/// The languages in which the flow is offered.
async fn languages(course: &Course, plan: &Plan) -> (Vec<String>, Ledger) {
    let mut ledger = Ledger::default();
    if !plan.wants_any(&[RuleId::Languages, RuleId::Translated]) {
        return (Vec::new(), ledger);
    }
    let offered = languages::offered(course, plan, &mut ledger).await;
    (
        offered.unwrap_or_else(|error| {
            ledger.hindered(&error);
            Vec::new()
        }),
        ledger,
    )
}

/// What is tried with sessions of others, and without one.
async fn strangers(course: &Course, plan: &Plan, ways: &[(Route, Trail)]) -> Ledger {
    let mut ledger = Ledger::default();
    if plan.wants_any(&[RuleId::UnknownSession, RuleId::ForeignFlow]) {
        ledger.take(sessions::strangers(course, plan).await);
    }
    let whole = ways.iter().find(|(_, trail)| trail.stop == Stop::End).or(ways.first());
    if let Some(whole) = whole.filter(|_| plan.wants_any(&[RuleId::Direct, RuleId::DirectRefused])) {
        ledger.take(direct::direct(course, plan, whole, ways).await);
    }
    ledger
}

/// Who is refused on the way.
async fn stumblers(course: &Course, plan: &Plan, ways: &[(Route, Trail)]) -> Ledger {
    match plan.detours && plan.wants(RuleId::Refusal) {
        true => stumbles::stumbles(course, plan, ways).await,
        false => Ledger::default(),
    }
}

/// What tells a step from others by its shape: the same step is known by it in the map.
fn spot_of(step: &Value) -> String {
    KnownStep::of(step).map_or_else(|| identity(step), |step| format!("{:?}", step.spot()))
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
    places: &[Place],
    offered: &[String],
) -> Vec<Outcome> {
    let mut tasks = JoinSet::new();
    for (number, place) in places.iter().copied().enumerate() {
        let (course, plan, offered) = (course.clone(), plan.clone(), offered.to_vec());
        let (route, trail) = ways[place.way].clone();
        tasks.spawn(async move {
            let spot = Spot { course: &course, plan: &plan, route: &route, trail: &trail, at: place.at };
            (number, at_one(&spot, &offered, place.whole).await)
        });
    }
    let mut outcomes = Vec::new();
    while let Some(done) = tasks.join_next().await {
        // A panic is a fault of this program's own, and goes on.
        outcomes.push(done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())));
    }
    outcomes.sort_by_key(|(number, _)| *number);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

async fn at_one(spot: &Spot<'_>, offered: &[String], whole: bool) -> Outcome {
    let plan = spot.plan;
    let mut outcome = Outcome::default();
    let is_end = body_kind(&spot.stage().step) == BodyKind::End;
    let ends = whole && is_end && plan.wants_any(&[RuleId::End, RuleId::Finished]);
    let goes_back = !is_end && plan.wants_any(&BACKWARD);
    let (ended, stood, went) = tokio::join!(
        async { if ends { Some(end::end(spot).await) } else { None } },
        async { if whole { Some(standing::stand(spot, offered).await) } else { None } },
        async { if goes_back { Some(back::back(spot, whole).await) } else { None } },
    );
    if let Some(ended) = ended {
        outcome.ledger.take(ended);
    }
    match stood {
        Some(Ok((ledger, standing::InLanguages { usual, way, seen }))) => {
            outcome.ledger.add(ledger);
            let in_language =
                |(language, exchange)| languages::Seen { step: usual.clone(), language, exchange, way: way.clone() };
            // A step that FlowStep does not give is another rule's.
            let is_here = identity(&usual) == identity(&spot.stage().step);
            outcome.seen = seen.into_iter().filter(|_| is_here).map(in_language).collect();
        }
        Some(Err(error)) => outcome.ledger.hindered(&error),
        None => {}
    }
    match went {
        Some(Ok((ledger, kept))) => {
            outcome.ledger.add(ledger);
            outcome.kept = kept;
        }
        Some(Err(error)) => outcome.ledger.hindered(&error),
        None => {}
    }
    outcome
}

/// What back keeps: where any field of the flow shows what was submitted, all must.
fn judge_kept(kept: Vec<back::Kept>, ledger: &mut Ledger) {
    let shows = kept.iter().any(|kept| kept.shown > 0);
    if !shows && !kept.is_empty() {
        // An option that is chosen beforehand would not be shown either.
        ledger.findings.retain(|finding| !standing::is_of_choice_left_out(finding));
    }
    for one in kept {
        if let Some(why) = one.unknown.filter(|_| !shows) {
            ledger.cannot(RuleId::Kept, format!("no field shows what it holds, and {why}"));
            continue;
        }
        let lost = !one.missing.is_empty() && (shows || !one.held);
        ledger.check(RuleId::Kept, Some::<Finding>(one.finding).filter(|_| lost));
    }
}
