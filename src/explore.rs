//! Learns a flow from its answers alone: fresh sessions go through it, each to find out something that was not known.
//!
//! A [`visit::Plan`] says what one session does, a [`trail::Trail`] what came of it; [`model::Model`] is what all trails show,
//! [`fork`] why a step leads to several others, and [`round`] what is to be found out next. All but the visits themselves is a
//! function of the trails: the same flow and seed are explored in the same way, and trails that were kept need not be gone again.

pub mod applicant;
mod changes;
pub mod classes;
mod crossing;
pub mod findings;
pub mod forecast;
pub mod fork;
pub mod languages;
#[cfg(test)]
mod machine_tests;
pub mod mapping;
pub mod model;
mod pairs;
pub mod paths;
pub mod people;
mod reason;
pub mod replay;
pub mod retrace;
pub mod round;
pub mod rounds;
mod session;
mod suspicion;
pub mod trail;
pub mod trials;
pub mod verdict;
pub mod visit;
mod want;
pub mod witness;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::task::JoinSet;

use crate::api::client::CallError;
use crate::scenario::Persona;
use crate::session::driver::Course;
use crate::session::entry::Growth;
use applicant::{Allowance, Real, Used};
use changes::Changes;
use fork::Fork;
use model::Model;
use round::{Round, memo};
use rounds::Knowledge;
use trail::Trail;
use visit::{Plan, visit};

/// How a flow is explored.
#[derive(Clone)]
pub struct Exploration {
    /// The flow, and where.
    pub course: Course,
    /// What made-up data grow from.
    pub growth: Growth,
    /// Who services know.
    pub people: Arc<[Persona]>,
    /// What may be used.
    pub allowance: Allowance,
    /// Whether all that was entered before forks is tried with each way that leads on from them, however many requests that takes.
    pub thorough: bool,
}

/// What was found out.
#[derive(Debug, Default)]
pub struct Explored {
    /// Each session, as it was planned and as it went.
    pub trails: Vec<(Plan, Trail)>,
    /// What they show.
    pub model: Model,
    /// Why each step leads where.
    pub forks: Vec<Fork>,
    /// How many sessions were gone now, rather than kept from before.
    pub sessions: usize,
    /// How many requests were sent now.
    pub requests: usize,
    /// How often a service was seen at work now.
    pub services: usize,
    /// How many sessions that were kept were forgotten, since the flow was changed meanwhile.
    pub forgotten: usize,
    /// Whether all that was to be found out was found out.
    pub whole: bool,
    /// How often something that was entered before a fork was not tried with a way that leads on from there, since the size of the
    /// flow does not warrant it.
    pub left_out: usize,
}

impl Exploration {
    /// Explores. `kept` are sessions of earlier explorations; `tell` hears what is known after each round.
    ///
    /// # Errors
    ///
    /// When there is no answer to a call. What was found out until then is lost to the caller, unless `tell` kept it.
    pub async fn explore(
        &self,
        kept: Vec<(Plan, Trail)>,
        tell: &mut (dyn FnMut(&Explored) + Send),
    ) -> Result<Explored, CallError> {
        let used = Arc::new(Used::none_of(&self.allowance));
        let number = kept.len();
        let first = self.go_on_from(kept, &used, Explored::default(), true, tell).await?;
        let Err(own) = first else { return Ok(first.unwrap_or_default()) };
        let sessions = own.len();
        let again = Explored { sessions, forgotten: number, ..Explored::default() };
        let second = self.go_on_from(own, &used, again, false, tell).await?;
        Ok(second.unwrap_or_default())
    }

    /// Explores, going on from what is kept. Where the flow turns out to have been changed since, if that is `doubted`: the
    /// sessions that were gone now.
    async fn go_on_from(
        &self,
        kept: Vec<(Plan, Trail)>,
        used: &Arc<Used>,
        mut explored: Explored,
        doubted: bool,
        tell: &mut (dyn FnMut(&Explored) + Send),
    ) -> Result<Result<Explored, Vec<(Plan, Trail)>>, CallError> {
        let mut kept: HashMap<String, Trail> = kept.into_iter().map(|(plan, trail)| (memo(&plan), trail)).collect();
        let mut knowledge = Knowledge::new(Arc::clone(&self.people), self.growth.today, self.thorough);
        let mut changes = Changes::default();
        let mut changed = false;
        let mut go = async |round: &Round, explored: &mut Explored| {
            changed = doubted && changes.contradict(explored);
            if changed {
                return Ok(vec![None; round.plans.len()]);
            }
            tell(explored);
            let mut gone: Vec<Option<Trail>> = round.plans.iter().map(|plan| kept.remove(&memo(plan))).collect();
            let old: Vec<bool> = gone.iter().map(Option::is_some).collect();
            let went = self.go(round, &mut gone, explored, used).await;
            changes.went(&round.plans, &gone, &old);
            explored.requests = used.requests.load(Ordering::SeqCst);
            explored.services = used.services.load(Ordering::SeqCst);
            went.map(|()| gone)
        };
        explored.whole = knowledge.play(&mut explored, &mut go).await?;
        if doubted && (changed || changes.contradict(&explored)) {
            return Ok(Err(changes.new));
        }
        explored.left_out = if explored.whole { knowledge.left_out(&explored) } else { 0 };
        tell(&explored);
        Ok(Ok(explored))
    }

    /// Goes the sessions of a round, those aside that are kept; what is allowed may be used up before all are gone.
    async fn go(
        &self,
        round: &Round,
        gone: &mut [Option<Trail>],
        explored: &mut Explored,
        used: &Arc<Used>,
    ) -> Result<(), CallError> {
        let mut open: VecDeque<usize> = (0..gone.len()).filter(|at| gone[*at].is_none()).collect();
        while !open.is_empty() {
            let left = self.allowance.sessions.saturating_sub(explored.sessions);
            let batch: Vec<usize> = open.drain(..open.len().min(left).min(self.affordable(explored, used))).collect();
            explored.sessions += batch.len();
            let mut going = JoinSet::new();
            for at in &batch {
                let (course, people, used) = (self.course.clone(), Arc::clone(&self.people), Arc::clone(used));
                let applicant = Real::new(course, self.growth, people, used, self.allowance);
                let (at, plan, untried) = (*at, round.plans[*at].clone(), Arc::clone(&round.untried));
                going.spawn(async move { (at, visit(applicant, &plan, &untried).await) });
            }
            while let Some(joined) = going.join_next().await {
                // A panic is passed on to whoever explores.
                let (at, trail) = joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
                gone[at] = trail?;
            }
            if batch.is_empty() || batch.iter().any(|at| gone[*at].is_none()) {
                break;
            }
        }
        Ok(())
    }

    /// How many sessions may go at the same time, at least one, so that what is left is enough for each to come to its end:
    /// one that does not is of no use.
    fn affordable(&self, explored: &Explored, used: &Used) -> usize {
        let trails = || explored.trails.iter().map(|(_, trail)| trail);
        let longest = trails().map(|trail| trail.requests).max().unwrap_or(1).max(1);
        let runs = trails().map(|trail| trail.hops.iter().filter(|hop| hop.service).count()).max().unwrap_or(0).max(1);
        let requests = self.allowance.requests.saturating_sub(used.requests.load(Ordering::SeqCst));
        let services = self.allowance.services.saturating_sub(used.services.load(Ordering::SeqCst));
        (requests / longest).min(services / runs).max(1)
    }
}
