//! Data that were entered elsewhere, entered here by a fresh applicant, to see what comes of them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::task::JoinSet;

use super::applicant::{Applicant, Real, Used};
use super::classes::Override;
use super::trail::Outcome;
use super::{Exploration, Explored};
use crate::api::client::CallError;

/// The most steps of a way, should it lead round and round.
const MOST_STEPS: usize = 60;

/// What is to be entered into which step: the last one is where it is to be seen what comes of it. Into any other step that is
/// come to on the way, made-up data are entered.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// Each step by its [`ident`](super::trail::Sight::ident), one of these, with what is entered there.
    pub stages: Vec<(Vec<String>, Vec<Override>)>,
}

/// What came of replays, and what that took.
#[derive(Debug, Default)]
pub struct Replayed {
    /// For each what it led to; none where the last step was not come to, or what is allowed is used up.
    pub outcomes: Vec<Option<Outcome>>,
    /// How many requests were sent.
    pub requests: usize,
    /// How often a service was seen at work.
    pub services: usize,
    /// How many were not carried out to their end, since what is allowed is used up.
    pub left: usize,
}

impl Exploration {
    /// Carries out replays. What the exploration used counts towards what is allowed.
    ///
    /// # Errors
    ///
    /// When there is no answer to a call.
    pub async fn replay(&self, explored: &Explored, replays: &[Replay]) -> Result<Replayed, CallError> {
        let mut own = self.clone();
        let allowance = &mut own.allowance;
        allowance.requests = allowance.requests.saturating_sub(explored.requests);
        allowance.services = allowance.services.saturating_sub(explored.services);
        let left = allowance.sessions.saturating_sub(explored.sessions);
        let used = Arc::new(Used::none_of(allowance));
        let mut going = JoinSet::new();
        for (at, replay) in replays.iter().take(left).cloned().enumerate() {
            let (own, used, stable) = (own.clone(), Arc::clone(&used), explored.model.stable);
            going.spawn(async move {
                let (course, people) = (own.course.clone(), Arc::clone(&own.people));
                let real = Real::new(course, own.growth, people, used, own.allowance);
                (at, go(real, &replay, stable).await)
            });
        }
        let left = replays.len().saturating_sub(left);
        let mut replayed = Replayed { outcomes: vec![None; replays.len()], left, ..Replayed::default() };
        while let Some(joined) = going.join_next().await {
            // A panic is passed on to whoever asked.
            let (at, outcome) = joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            let (outcome, requests, stopped) = outcome?;
            replayed.left += usize::from(stopped);
            replayed.outcomes[at] = outcome;
            replayed.requests += requests;
        }
        replayed.services = used.services.load(Ordering::SeqCst);
        Ok(replayed)
    }
}

async fn go(
    mut applicant: impl Applicant,
    replay: &Replay,
    stable: bool,
) -> Result<(Option<Outcome>, usize, bool), CallError> {
    let mut left = replay.stages.as_slice();
    if applicant.must_stop().await {
        return Ok((None, applicant.requests(), true));
    }
    let mut hop = applicant.begin().await?;
    for _ in 0..MOST_STEPS {
        let Outcome::At(sight) = hop.to else { break };
        if sight.is_end() {
            break;
        }
        if applicant.must_stop().await {
            return Ok((None, applicant.requests(), true));
        }
        let ident = sight.ident(stable);
        // A step that is not come to here is passed over, unless it is the last one.
        let place = left.iter().position(|(known, _)| known.contains(&ident));
        let given = place.map(|place| left[place].1.clone()).unwrap_or_default();
        let is_last = place.is_some_and(|place| place + 1 == left.len());
        left = place.map_or(left, |place| &left[place + 1..]);
        hop = applicant.enter(&sight, given).await?;
        if is_last {
            let requests = applicant.requests();
            return Ok((Some(hop.to), requests, false));
        }
    }
    Ok((None, applicant.requests(), false))
}
