//! Ways gone in another language: the same data must lead to the same steps.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Seen;
use crate::api::client::CallError;
use crate::api::exchange::Exchange;
use crate::api::wire::{BodyKind, body_kind};
use crate::conform::applicant::{Applicant, Route, Went, essential, identity, step_name};
use crate::conform::ledger::{Finding, Ledger};
use crate::conform::rules::RuleId;
use crate::conform::standing::expected_step;
use crate::conform::{Plan, Trail};
use crate::session::driver::Course;

/// The most requests that going ways in other languages takes: those that nothing was submitted on yet in a language come
/// first.
const MOST_REQUESTS: usize = 400;

/// Goes each way in each language, as far as there is room. What was `seen` at the steps names them in their languages.
pub(in crate::conform) async fn walked(
    course: &Course,
    plan: &Plan,
    ways: &[(Route, Trail)],
    languages: &[String],
    seen: &[Seen],
) -> Ledger {
    let mut ledger = Ledger::default();
    let mut known: BTreeSet<(&str, String, String)> = BTreeSet::new();
    let mut told = BTreeSet::new();
    let mut left = MOST_REQUESTS;
    for (route, trail) in ways {
        let moves = trail.stages.windows(2).map(|pair| (identity(&pair[0].step), identity(&pair[1].step)));
        let moves: Vec<(String, String)> = moves.collect();
        for language in languages {
            let new = moves.iter().filter(|(from, to)| known.insert((language, from.clone(), to.clone()))).count();
            if new == 0 || left < trail.stages.len() {
                continue;
            }
            left -= trail.stages.len();
            let way = InLanguage { course, plan, route, trail, language, seen };
            match way.walk(&mut ledger).await {
                Ok(Some(found)) if told.insert(found.step.clone()) => ledger.check(RuleId::Languages, Some(found)),
                Ok(Some(_)) => {}
                Ok(None) => ledger.check(RuleId::Languages, None),
                Err(error) => ledger.hindered(&error),
            }
        }
    }
    ledger
}

struct InLanguage<'a> {
    course: &'a Course,
    plan: &'a Plan,
    route: &'a Route,
    trail: &'a Trail,
    language: &'a str,
    seen: &'a [Seen],
}

impl InLanguage<'_> {
    fn is_at(&self, applicant: &Applicant, at: usize) -> bool {
        self.trail.stages.get(at).map(|stage| identity(&stage.step)) == applicant.step().map(identity)
    }

    /// Goes the way: where it leads elsewhere, though without the language it does not.
    async fn walk(&self, ledger: &mut Ledger) -> Result<Option<Finding>, CallError> {
        let course = Course { language: Some(self.language.to_owned()), ..self.course.clone() };
        let mut applicant = Applicant::begin(&course, self.plan.growth).await?;
        let mut elsewhere = None;
        for at in 0..self.trail.stages.len().saturating_sub(1) {
            // Why one stands elsewhere than expected, or goes nowhere, is seen by who goes without the language.
            if !self.is_at(&applicant, at) {
                break;
            }
            let went = applicant.again(&self.trail.stages[at], self.route.entry(at)).await?;
            if matches!(went, Went::On) && !self.is_at(&applicant, at + 1) {
                elsewhere = Some(at);
                break;
            }
        }
        let came = applicant.here.clone();
        let calls = essential(applicant.driver.exchanges());
        ledger.finish(applicant);
        let Some(at) = elsewhere else { return Ok(None) };
        // The same without the language, and with it for the last call only.
        let Some(mut usual) = self.usual(at, ledger).await? else { return Ok(None) };
        usual.again(&self.trail.stages[at], self.route.entry(at)).await?;
        let as_before = self.is_at(&usual, at + 1);
        ledger.finish(usual);
        if !as_before {
            return Ok(None);
        }
        let Some(mut last) = self.usual(at, ledger).await? else { return Ok(None) };
        last.driver.speak(Some(self.language.to_owned()));
        last.again(&self.trail.stages[at], self.route.entry(at)).await?;
        let only = last.step().map(identity) == came.answer.json().map(identity);
        let calls = if only { essential(last.driver.exchanges()) } else { calls };
        ledger.finish(last);
        Ok(Some(self.finding(at, &came, calls)))
    }

    /// Somebody who went so far without the language.
    async fn usual(&self, at: usize, ledger: &mut Ledger) -> Result<Option<Applicant>, CallError> {
        let mut applicant = Applicant::begin(self.course, self.plan.growth).await?;
        for before in 0..at {
            let went = applicant.again(&self.trail.stages[before], self.route.entry(before)).await?;
            if matches!(went, Went::Nowhere(_)) {
                break;
            }
        }
        if self.is_at(&applicant, at) {
            return Ok(Some(applicant));
        }
        ledger.finish(applicant);
        Ok(None)
    }

    fn finding(&self, at: usize, came: &Exchange, calls: Vec<Exchange>) -> Finding {
        let [here, next] = [at, at + 1].map(|at| &self.trail.stages[at].step);
        // Both are called as they are by default, where that is known.
        let by_default = self.seen.iter().map(|seen| &seen.step).chain([next]);
        let name = |step: &Value| {
            let known = by_default.clone().find(|known| identity(known) == identity(step)).unwrap_or(step);
            if body_kind(known) == BodyKind::End { "END".to_owned() } else { step_name(known) }
        };
        let there = came.answer.json().map(name).unwrap_or_default();
        let text = format!("in {} the same data lead to {there}, and otherwise to {}", self.language, name(next));
        // The step is called by its name in the language.
        let there = |seen: &&Seen| seen.language == self.language && identity(&seen.step) == identity(next);
        let named: Option<&Value> = self.seen.iter().find(there).and_then(|seen| seen.exchange.answer.json());
        let mut finding = Finding::new(RuleId::Languages, step_name(here), text, calls);
        finding.expect = named.and_then(expected_step);
        finding.sayable = finding.expect.is_some();
        finding
    }
}
