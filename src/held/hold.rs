//! Standing on the steps of a flow, and leaving sessions there.

use tokio::task::JoinSet;

use super::file::{HeldPlace, HeldSession, Missed};
use super::plan::{Stand, is_at, place, stands, unreached};
use crate::api::client::CallError;
use crate::api::wire::BodyKind;
use crate::compose::walk::Stop;
use crate::conform::applicant::{Applicant, Route, described, step_name};
use crate::conform::ledger::Ledger;
use crate::conform::routes::ways;
use crate::conform::{MOST_WAYS, Plan, Trail};
use crate::phrase::counted;
use crate::session::driver::Course;

/// What was held.
#[derive(Debug)]
pub struct Holding {
    /// The places where somebody stands.
    pub places: Vec<HeldPlace>,
    /// The steps where nobody does.
    pub missed: Vec<Missed>,
    /// How many sessions were begun to find the ways.
    pub walks: usize,
    /// How many requests that took.
    pub requests: usize,
    /// Whether a map says that these are all steps.
    pub explored: bool,
    /// Why nobody could begin.
    pub refused: Option<Stop>,
}

/// Makes applicants stand on every step that is found, `each` of them on each, and begins `most` sessions at most. Where the plan
/// knows a flow that was explored, they go the ways of its map; steps that these do not come to, and all where there is none, are
/// looked for by the options that forms offer.
///
/// # Errors
///
/// When there is no answer to a call.
pub async fn hold(course: &Course, plan: &Plan, each: usize, most: usize) -> Result<Holding, CallError> {
    let known = plan.known.as_ref().filter(|view| view.explored);
    // As many again are to stand on what is found.
    let walks = (most / 2).max(2);
    let most_known = if known.is_some() { (walks / 2).max(2) } else { 2 };
    let most_ways = MOST_WAYS.min(walks - most_known);
    let plan = Plan { known: known.cloned(), most_known, most_ways, steps_only: known.is_some(), ..plan.clone() };
    let mut ledger = Ledger::default();
    let ways = ways(course, &plan, &mut ledger).await?.kept;
    let missed = known.map(|view| unreached(view, &ways, plan.services)).unwrap_or_default();
    let refused = ways.first().filter(|(_, trail)| trail.stages.is_empty()).map(|(_, trail)| trail.stop.clone());
    let mut holding = Holding {
        places: Vec::new(),
        missed,
        walks: ledger.logs.len(),
        requests: ledger.logs.iter().map(Vec::len).sum(),
        explored: known.is_some(),
        refused,
    };
    let left = most.saturating_sub(holding.walks);
    let all = stands(&ways);
    // Everywhere somebody, before anywhere are several.
    let turns = (0..each).flat_map(|_| all.iter().enumerate());
    let mut tasks = JoinSet::new();
    for (number, (at, stand)) in turns.take(left).enumerate() {
        let (course, plan, stand, way) = (course.clone(), plan.clone(), stand.clone(), ways[stand.way].clone());
        tasks.spawn(async move { (number, at, stand_at(&course, &plan, &way, &stand).await) });
    }
    let mut stood = Vec::new();
    while let Some(done) = tasks.join_next().await {
        // A panic is a fault of this program's own, and goes on.
        stood.push(done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())));
    }
    stood.sort_by_key(|(number, ..)| *number);
    let mut places: Vec<Option<Result<HeldPlace, String>>> = all.iter().map(|_| None).collect();
    for (_, at, found) in stood {
        let found = found?;
        match (&mut places[at], found) {
            (Some(Ok(place)), Ok(more)) => place.sessions.extend(more.sessions),
            // Whoever stands there counts.
            (Some(Ok(_)), Err(_)) => {}
            (slot, found) => *slot = Some(found),
        }
    }
    for (stand, found) in all.iter().zip(places) {
        let limit = || format!("{} may be begun, and are", counted(most, "session"));
        match found.unwrap_or_else(|| Err(limit())) {
            Ok(place) => holding.places.push(place),
            Err(why) => holding.missed.push(Missed { step: name(&ways, stand), why }),
        }
    }
    Ok(holding)
}

fn name(ways: &[(Route, Trail)], stand: &Stand) -> String {
    let step = step_name(&ways[stand.way].1.stages[stand.at].step);
    if stand.pending { format!("pending before {step}") } else { step }
}

/// Makes one applicant stand at a place: the place with them; or why that cannot be done again.
async fn stand_at(
    course: &Course,
    plan: &Plan,
    way: &(Route, Trail),
    stand: &Stand,
) -> Result<Result<HeldPlace, String>, CallError> {
    let (route, trail) = way;
    let before = if stand.pending { stand.at.checked_sub(1) } else { Some(stand.at) };
    let found = match before {
        Some(before) => Applicant::at(course, plan.growth, route, before).await?,
        // Whom the beginning itself keeps waiting.
        None => {
            let mut impatient = course.clone();
            impatient.wait = std::time::Duration::ZERO;
            Some(Applicant::begin(&impatient, plan.growth).await?)
        }
    };
    let Some(mut applicant) = found else { return Ok(Err("the way there cannot be gone again".to_owned())) };
    if let (true, Some(before)) = (stand.pending, before) {
        applicant.driver.wait_no_more();
        applicant.enter(route.entry(before)).await?;
    }
    let answer = &applicant.here.answer;
    let elsewhere = || format!("the way there led to {} this time", described(answer));
    if stand.pending {
        if answer.kind() != BodyKind::Pending {
            return Ok(Err("no service was at work this time".to_owned()));
        }
    } else if !applicant.step().is_some_and(|step| is_at(step, &trail.stages[stand.at].step)) {
        return Ok(Err(elsewhere()));
    }
    let Some(session) = applicant.driver.session() else {
        return Ok(Err("no session was answered with".to_owned()));
    };
    let session = HeldSession {
        session: session.to_owned(),
        requests: applicant.mark(),
        memory: applicant.driver.memory(),
        gone_on: None,
    };
    let mut place = place(way, stand, &applicant.passed);
    if let (false, Some(step)) = (stand.pending, applicant.step()) {
        place.seen = step.clone();
    }
    place.sessions.push(session);
    Ok(Ok(place))
}
