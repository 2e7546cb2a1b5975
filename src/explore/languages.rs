//! What a flow that was explored says in other languages: applicants stand on each step once more, and ask for it in each.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::task::JoinSet;

use super::applicant::{Applicant as _, Real, Used};
use super::classes::Override;
use super::trail::{Outcome, Sight};
use super::{Exploration, Explored};
use crate::api::client::CallError;
use crate::api::language::LANGUAGES;

/// What steps show in other languages.
#[derive(Debug, Default)]
pub struct Reading {
    /// The steps, by their places among those that were explored, and by the language.
    pub shown: HashMap<(usize, String), Sight>,
    /// How many sessions were begun.
    pub sessions: usize,
    /// How many requests were sent.
    pub requests: usize,
    /// How often a service was seen at work.
    pub services: usize,
}

/// A way on which steps are read.
struct Walk {
    /// What is entered into each step.
    way: Vec<Vec<Override>>,
    /// The steps that are read on it.
    steps: Vec<usize>,
    /// How many requests it takes, polls aside.
    requests: usize,
}

impl Exploration {
    /// The languages that a flow is offered in beside the one that it is asked for in, and how many requests that took; none where
    /// so many may not be sent any more.
    ///
    /// # Errors
    ///
    /// When there is no answer to a call.
    pub async fn offered(&self, explored: &Explored) -> Result<Option<(Vec<String>, usize)>, CallError> {
        let (sessions, requests) = self.left(explored);
        if sessions == 0 || requests <= LANGUAGES.len() {
            return Ok(None);
        }
        let mut applicant = self.applicants(explored).0();
        applicant.begin().await?;
        let found = applicant.offered().await?;
        Ok(Some((found, applicant.requests())))
    }

    /// Asks for every step in each of these languages, as far as what is left of the allowance goes.
    ///
    /// # Errors
    ///
    /// When there is no answer to a call.
    pub async fn read(&self, explored: &Explored, languages: &[String]) -> Result<Reading, CallError> {
        let (mut sessions, mut requests) = self.left(explored);
        let mut reading = Reading::default();
        let mut going = JoinSet::new();
        let (applicant, used) = self.applicants(explored);
        for walk in walks(explored, languages.len()) {
            if sessions == 0 || walk.requests > requests {
                continue;
            }
            (sessions, requests) = (sessions - 1, requests - walk.requests);
            reading.sessions += 1;
            let idents: Vec<(usize, String)> = walk.steps.iter().map(|step| (*step, explored.ident(*step))).collect();
            let (applicant, stable, languages) = (applicant(), explored.model.stable, languages.to_vec());
            going.spawn(async move { go(applicant, &walk.way, &idents, stable, &languages).await });
        }
        while let Some(joined) = going.join_next().await {
            // A panic is passed on to whoever asked.
            let (shown, requests) = joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?;
            reading.shown.extend(shown);
            reading.requests += requests;
        }
        reading.services = used.services.load(Ordering::SeqCst);
        Ok(reading)
    }

    /// How many sessions and requests are left of what is allowed.
    fn left(&self, explored: &Explored) -> (usize, usize) {
        let left = |most: usize, used: usize| most.saturating_sub(used);
        (left(self.allowance.sessions, explored.sessions), left(self.allowance.requests, explored.requests))
    }

    /// Applicants who use what is left together, and what they use.
    fn applicants(&self, explored: &Explored) -> (impl Fn() -> Real, Arc<Used>) {
        let mut allowance = self.allowance;
        allowance.requests = allowance.requests.saturating_sub(explored.requests);
        allowance.services = allowance.services.saturating_sub(explored.services);
        let used = Arc::new(Used::none_of(&allowance));
        let own = Arc::clone(&used);
        let new = move || {
            let (people, used) = (Arc::clone(&self.people), Arc::clone(&own));
            Real::new(self.course.clone(), self.growth, people, used, allowance)
        };
        (new, used)
    }
}

impl Explored {
    /// What a step is known by in other sessions.
    pub fn ident(&self, step: usize) -> String {
        self.model.steps[step].sight.ident(self.model.stable)
    }
}

/// Ways that come to every step, as few as can be: each step is read on the first of them that comes by, the longest first.
fn walks(explored: &Explored, languages: usize) -> Vec<Walk> {
    let model = &explored.model;
    let mut open: Vec<usize> = model.by_distance();
    let mut walks = Vec::new();
    while let Some(last) = open.pop() {
        let step = &model.steps[last];
        let (own, rest) = open.into_iter().partition(|other| step.path.contains(other));
        open = rest;
        let steps: Vec<usize> = Vec::into_iter(own).chain([last]).collect();
        // A form may want a file uploaded, or a service asked.
        let requests = 1 + 2 * step.way.len() + steps.len() * languages;
        walks.push(Walk { way: step.way.clone(), steps, requests });
    }
    walks
}

type Shown = Vec<((usize, String), Sight)>;

async fn go(
    mut applicant: Real,
    way: &[Vec<Override>],
    steps: &[(usize, String)],
    stable: bool,
    languages: &[String],
) -> Result<(Shown, usize), CallError> {
    let mut shown = Shown::new();
    let mut way = way.iter();
    if applicant.must_stop().await {
        return Ok((shown, applicant.requests()));
    }
    let mut hop = applicant.begin().await?;
    while let Outcome::At(sight) = hop.to {
        let ident = sight.ident(stable);
        if let Some((step, _)) = steps.iter().find(|(_, known)| *known == ident) {
            for language in languages {
                let there = applicant.shown_in(language).await?;
                shown.extend(there.map(|there| ((*step, language.clone()), there)));
            }
        }
        let Some(given) = way.next() else { break };
        if applicant.must_stop().await {
            break;
        }
        hop = applicant.enter(&sight, given.clone()).await?;
    }
    Ok((shown, applicant.requests()))
}
