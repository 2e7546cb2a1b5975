//! The rounds of an exploration: what is learnt of one says what the next is.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::Explored;
use super::model::Model;
use super::round::{Planner, Round, memo};
use super::trail::{Act, Trail};
use super::visit::Plan;
use crate::scenario::Persona;

/// How often it is tried to come by a step where there is something to find out.
const MOST_MISSED: usize = 2;

/// What is known beside the trails.
pub struct Knowledge {
    /// Who services know.
    pub people: Arc<[Persona]>,
    /// The day that ages are reckoned from.
    pub today: Date,
    /// Whether everything is tried, however many requests that takes.
    pub thorough: bool,
    /// What was planned, and what was found out on purpose.
    pub done: HashSet<String>,
    /// How often one did not come by where there was something to find out.
    missed: HashMap<String, usize>,
}

impl Knowledge {
    /// Plays rounds until nothing is left to find out, or until a session of one could not be gone: whether all was found out.
    /// `go` goes the sessions of a round, when it is known what those before showed.
    ///
    /// # Errors
    ///
    /// Those of `go`.
    pub async fn play<E>(
        &mut self,
        explored: &mut Explored,
        mut go: impl AsyncFnMut(&Round, &mut Explored) -> Result<Vec<Option<Trail>>, E>,
    ) -> Result<bool, E> {
        loop {
            self.learn(explored);
            let round = self.next(explored);
            if round.plans.is_empty() {
                return Ok(true);
            }
            let gone = go(&round, explored).await?;
            let stopped = gone.iter().any(Option::is_none);
            for (plan, trail) in round.plans.into_iter().zip(gone) {
                if let Some(trail) = trail {
                    self.went(explored, &plan, &trail);
                    explored.trails.push((plan, trail));
                }
            }
            if stopped {
                self.learn(explored);
                return Ok(false);
            }
        }
    }

    /// Nothing yet.
    pub fn new(people: Arc<[Persona]>, today: Date, thorough: bool) -> Self {
        Knowledge { people, today, thorough, done: HashSet::new(), missed: HashMap::new() }
    }

    /// Makes of the trails what they show.
    fn learn(&self, explored: &mut Explored) {
        explored.model = Model::of(explored.trails.iter().map(|(_, trail)| trail), &self.people, self.today);
        explored.forks = explored.model.forks();
    }

    /// What comes next; nothing when all was found out.
    fn next(&mut self, explored: &Explored) -> Round {
        let round = Planner::new((&explored.model, &explored.forks), self).next();
        for plan in &round.plans {
            self.done.insert(memo(plan));
        }
        round
    }

    /// How much was not tried since the size of the flow does not warrant it.
    pub fn left_out(&self, explored: &Explored) -> usize {
        Planner::new((&explored.model, &explored.forks), self).left_out()
    }

    /// Takes in what came of a session that was planned when this was explored.
    fn went(&mut self, explored: &Explored, plan: &Plan, trail: &Trail) {
        let model = &explored.model;
        let mut entered: HashSet<String> = HashSet::new();
        let mut at: Option<String> = None;
        for hop in &trail.hops {
            if let (Act::Enter(_), Some(from)) = (&hop.act, &at) {
                entered.insert(from.clone());
            }
            at = hop.to.sight().map(|sight| sight.ident(model.stable)).or(at);
        }
        for aim in &plan.aims {
            let ident = model.steps.get(aim.step).map(|step| step.sight.ident(model.stable));
            let missed = self.missed.entry(aim.memo.clone()).or_default();
            *missed += 1;
            if *missed >= MOST_MISSED || ident.is_some_and(|ident| entered.contains(&ident)) {
                self.done.insert(aim.memo.clone());
            }
        }
    }
}
