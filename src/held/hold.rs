//! Standing on the steps of a flow, and leaving sessions there.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

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

/// How often it is told who stands where: what is kept grows with everybody who does.
const KEPT_EVERY: Duration = Duration::from_millis(500);

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
    /// Why not everybody stands who was to, where it was not done to its end.
    pub cut_short: Option<CutShort>,
}

/// Why it was not done to its end.
#[derive(Debug)]
pub enum CutShort {
    /// Somebody interrupted it.
    Interrupted,
    /// There was no answer to a call.
    NoAnswer(CallError),
}

impl CutShort {
    fn why(&self) -> &'static str {
        match self {
            CutShort::Interrupted => "it was interrupted before anybody stood there",
            CutShort::NoAnswer(_) => "an answer failed to come before anybody stood there",
        }
    }
}

/// Makes applicants stand on every step that is found, `each` of them on each, and begins `most` sessions at most. Where the plan
/// knows a flow that was explored, they go the ways of its map; steps that these do not come to, and all where there is none, are
/// looked for by the options that forms offer. `keep` hears who stands where as they come to, so that nobody is lost who was
/// made to stand when `stopped` comes, or whatever ends the program.
///
/// # Errors
///
/// When there is no answer to a call while the ways are looked for: nobody stands anywhere then.
pub async fn hold(
    course: &Course,
    plan: &Plan,
    (each, most): (usize, usize),
    keep: &mut (dyn FnMut(&[HeldPlace]) + Send),
    stopped: impl Future<Output = ()>,
) -> Result<Holding, CallError> {
    tokio::pin!(stopped);
    let known = plan.known.as_ref().filter(|view| view.explored);
    // As many again are to stand on what is found.
    let walks = (most / 2).max(2);
    let most_known = if known.is_some() { (walks / 2).max(2) } else { 2 };
    let most_ways = MOST_WAYS.min(walks - most_known);
    let plan = Plan { known: known.cloned(), most_known, most_ways, steps_only: known.is_some(), ..plan.clone() };
    let mut ledger = Ledger::default();
    let ways = tokio::select! {
        ways = ways(course, &plan, &mut ledger) => Some(ways?.kept),
        () = &mut stopped => None,
    };
    let cut_short = ways.is_none().then_some(CutShort::Interrupted);
    let ways = ways.unwrap_or_default();
    let missed = known.map(|view| unreached(view, &ways, plan.services)).unwrap_or_default();
    let refused = ways.first().filter(|(_, trail)| trail.stages.is_empty()).map(|(_, trail)| trail.stop.clone());
    let mut holding = Holding {
        places: Vec::new(),
        missed,
        walks: ledger.logs.len(),
        requests: ledger.logs.iter().map(Vec::len).sum(),
        explored: known.is_some(),
        refused,
        cut_short,
    };
    if holding.cut_short.is_some() {
        return Ok(holding);
    }
    let left = most.saturating_sub(holding.walks);
    let all = stands(&ways);
    // Everywhere somebody, before anywhere are several.
    let turns = (0..each).flat_map(|_| all.iter().enumerate());
    let mut tasks = JoinSet::new();
    for (number, (at, stand)) in turns.take(left).enumerate() {
        let (course, plan, stand, way) = (course.clone(), plan.clone(), stand.clone(), ways[stand.way].clone());
        tasks.spawn(async move { (number, at, stand_at(&course, &plan, &way, &stand).await) });
    }
    let mut stood = Stood { by_number: BTreeMap::new(), places: all.len() };
    let mut kept: Option<Instant> = None;
    loop {
        let done = tokio::select! {
            done = tasks.join_next() => done,
            () = &mut stopped => {
                holding.cut_short = Some(CutShort::Interrupted);
                break;
            }
        };
        let Some(done) = done else { break };
        // A panic is a fault of this program's own, and goes on.
        let (number, at, found) = done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        match found {
            Ok(found) => drop(stood.by_number.insert(number, (at, found))),
            Err(error) => {
                holding.cut_short = Some(CutShort::NoAnswer(error));
                break;
            }
        }
        if kept.is_none_or(|kept| kept.elapsed() >= KEPT_EVERY) {
            keep(&stood.standing());
            kept = Some(Instant::now());
        }
    }
    let limit = || format!("{} may be begun, and are", counted(most, "session"));
    let why = holding.cut_short.as_ref().map_or_else(limit, |cut| cut.why().to_owned());
    for (stand, found) in all.iter().zip(stood.by_place()) {
        match found.unwrap_or_else(|| Err(why.clone())) {
            Ok(place) => holding.places.push(place),
            Err(why) => holding.missed.push(Missed { step: name(&ways, stand), why }),
        }
    }
    Ok(holding)
}

/// Whoever stood somewhere, or could not, by their numbers.
struct Stood {
    by_number: BTreeMap<usize, (usize, Result<HeldPlace, String>)>,
    /// How many places there are.
    places: usize,
}

impl Stood {
    /// The places with all who stand there, in the order in which they were made to; or why nobody does. None for those to which
    /// nobody came yet.
    fn by_place(&self) -> Vec<Option<Result<HeldPlace, String>>> {
        let mut places: Vec<Option<Result<HeldPlace, String>>> = vec![None; self.places];
        for (at, found) in self.by_number.values().cloned() {
            match (&mut places[at], found) {
                (Some(Ok(place)), Ok(more)) => place.sessions.extend(more.sessions),
                // Whoever stands there counts.
                (Some(Ok(_)), Err(_)) => {}
                (slot, found) => *slot = Some(found),
            }
        }
        places
    }

    /// The places where somebody stands.
    fn standing(&self) -> Vec<HeldPlace> {
        self.by_place().into_iter().flatten().filter_map(Result::ok).collect()
    }
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
