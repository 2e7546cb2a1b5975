//! What exploring a flow will take, reckoned beforehand: the same planner, with applicants who go through the flow in thought.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::applicant::{Applicant, Real, Used};
use super::classes::Override;
use super::round::{Round, memo};
use super::rounds::Knowledge;
use super::trail::{Act, Hop, Outcome, Sight, Trail};
use super::visit::{Plan, visit};
use super::{Exploration, Explored};
use crate::api::client::CallError;

/// What an exploration will take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forecast {
    /// Sessions.
    pub sessions: usize,
    /// Requests.
    pub requests: usize,
    /// Times that a service is run.
    pub services: usize,
    /// How many of them are run once more since one went back.
    pub by_going_back: usize,
    /// Whether nothing was known, so that one session was sent to look.
    pub looked: bool,
}

impl Exploration {
    /// Reckons what exploring takes. `kept` are sessions that need not be gone again, `known` others of earlier explorations.
    /// Where there are none of either, one session is sent to look.
    ///
    /// # Errors
    ///
    /// When there is no answer to a call of that session.
    pub async fn forecast(&self, kept: &[(Plan, Trail)], known: &[(Plan, Trail)]) -> Result<Forecast, CallError> {
        let mut forecast = Forecast::default();
        let mut exact: HashMap<String, Trail> =
            known.iter().chain(kept).map(|(plan, trail)| (memo(plan), trail.clone())).collect();
        let free: HashSet<String> = kept.iter().map(|(plan, _)| memo(plan)).collect();
        let mut memory = Arc::new(Memory::of(known.iter().chain(kept).map(|(_, trail)| trail)));
        let mut knowledge = Knowledge::new(Arc::clone(&self.people), self.growth.today, self.thorough);
        let go = async |round: &Round, explored: &mut Explored| {
            let mut gone = Vec::new();
            for plan in &round.plans {
                let key = memo(plan);
                let trail = match exact.remove(&key) {
                    _ if forecast.sessions >= self.allowance.sessions => None,
                    Some(trail) => Some(trail),
                    None if memory.hops.is_empty() => {
                        forecast.looked = true;
                        let trail = visit(self.looker(), plan, &round.untried).await?;
                        memory = Arc::new(Memory::of(trail.iter()));
                        trail
                    }
                    None => visit(Thought::new(&memory, explored.model.stable), plan, &round.untried).await?,
                };
                trail.iter().filter(|_| !free.contains(&key)).for_each(|trail| forecast.count(trail));
                gone.push(trail);
            }
            Ok(gone)
        };
        knowledge.play(&mut Explored::default(), go).await.map(|_| ())?;
        Ok(forecast)
    }

    /// Somebody who is sent to look.
    fn looker(&self) -> Real {
        let (people, used) = (Arc::clone(&self.people), Arc::new(Used::none_of(&self.allowance)));
        Real::new(self.course.clone(), self.growth, people, used, self.allowance)
    }
}

impl Forecast {
    fn count(&mut self, trail: &Trail) {
        self.sessions += 1;
        self.requests += trail.requests;
        let mut went_back = false;
        for hop in &trail.hops {
            went_back |= hop.act == Act::Back;
            self.services += usize::from(hop.service);
            self.by_going_back += usize::from(hop.service && went_back);
        }
    }
}

/// What is known of a flow, as it was seen: what came of entering something into a step.
struct Memory {
    begin: Option<Hop>,
    /// The step that something was entered into, and what came of it.
    hops: Vec<(Sight, Hop)>,
    /// Requests for each hundred hops, polls and files among them.
    rate: usize,
}

impl Memory {
    fn of<'t>(trails: impl Iterator<Item = &'t Trail>) -> Self {
        let mut memory = Memory { begin: None, hops: Vec::new(), rate: 100 };
        let (mut requests, mut acts) = (0, 0);
        for trail in trails {
            (requests, acts) = (requests + trail.requests, acts + trail.hops.len());
            let mut at: Option<&Sight> = None;
            for hop in &trail.hops {
                match (&hop.act, at) {
                    (Act::Begin, _) => drop(memory.begin.get_or_insert_with(|| hop.clone())),
                    (Act::Enter(_), Some(from)) => memory.hops.push((from.clone(), hop.clone())),
                    (Act::Enter(_) | Act::Back, _) => {}
                }
                at = hop.to.sight().or(at);
            }
        }
        memory.rate = (requests * 100).checked_div(acts).unwrap_or(100).max(100);
        memory
    }
}

/// Somebody who goes through a flow in thought: what is not known leads where the step usually does.
struct Thought {
    memory: Arc<Memory>,
    stable: bool,
    /// The steps that one can go back to.
    passed: Vec<Sight>,
    acts: usize,
}

impl Thought {
    fn new(memory: &Arc<Memory>, stable: bool) -> Self {
        Thought { memory: Arc::clone(memory), stable, passed: Vec::new(), acts: 0 }
    }

    fn expected(&self, at: &Sight, given: &[Override]) -> Hop {
        let ident = at.ident(self.stable);
        let here = || self.memory.hops.iter().filter(|(from, _)| from.ident(self.stable) == ident).map(|(_, hop)| hop);
        let is_same = |hop: &&Hop| matches!(&hop.act, Act::Enter(known) if known.as_slice() == given);
        let known = here().find(is_same).cloned();
        let usual = || here().find(|hop| hop.to.sight().is_some()).or_else(|| here().next()).cloned();
        let act = Act::Enter(given.to_vec());
        known.or_else(|| usual().map(|hop| with(hop, given))).unwrap_or(Hop {
            act,
            sent: Vec::new(),
            service: false,
            to: Outcome::Unknown,
        })
    }
}

/// What comes of something else where it leads the same way.
fn with(mut hop: Hop, given: &[Override]) -> Hop {
    hop.act = Act::Enter(given.to_vec());
    for (key, value) in given {
        let value = value.clone().unwrap_or(Value::Null);
        match hop.sent.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) => *known = value,
            None => hop.sent.push((key.clone(), value)),
        }
    }
    hop
}

impl Applicant for Thought {
    async fn begin(&mut self) -> Result<Hop, CallError> {
        self.acts += 1;
        let nothing = Hop { act: Act::Begin, sent: Vec::new(), service: false, to: Outcome::Unknown };
        Ok(self.memory.begin.clone().unwrap_or(nothing))
    }

    async fn enter(&mut self, at: &Sight, given: Vec<Override>) -> Result<Hop, CallError> {
        self.acts += 1;
        let hop = self.expected(at, &given);
        if hop.to.sight().is_some() {
            self.passed.push(at.clone());
        }
        Ok(hop)
    }

    async fn back(&mut self) -> Result<Hop, CallError> {
        self.acts += 1;
        let to = self.passed.pop().map_or(Outcome::Unknown, Outcome::At);
        Ok(Hop { act: Act::Back, sent: Vec::new(), service: false, to })
    }

    fn requests(&self) -> usize {
        (self.acts * self.memory.rate).div_ceil(100)
    }

    async fn must_stop(&mut self) -> bool {
        false
    }
}
