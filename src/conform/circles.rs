//! Whether a flow comes to an end: a way that goes round is a fault only where nothing that was tried leads out of it.

use std::collections::BTreeSet;

use super::Plan;
use super::applicant::{essential, identity, step_name};
use super::ledger::{Finding, Ledger, without};
use super::routes::{Walked, walk_with};
use super::rules::RuleId;
use crate::api::exchange::RequestBody;
use crate::compose::walk::Stop;
use crate::session::driver::Course;
use crate::session::entry::Growth;

/// How often a way that goes round is walked with other data, before it is said that it does whatever is entered.
const OTHER_DATA: u64 = 3;

/// What ways came to.
#[derive(Default)]
pub(super) struct Circles {
    /// The steps of ways that came to END.
    ended: Vec<BTreeSet<String>>,
    /// Ways that went round, each with the steps of its circle.
    round: Vec<(BTreeSet<String>, Walked)>,
}

impl Circles {
    /// Notes what a way came to.
    pub fn note(&mut self, walked: &Walked) {
        let ids: Vec<String> = walked.trail.stages.iter().map(|stage| identity(&stage.step)).collect();
        match walked.trail.stop {
            Stop::End => self.ended.push(ids.into_iter().collect()),
            Stop::Circle => {
                let circle = BTreeSet::from_iter(
                    ids.iter().filter(|id| ids.iter().filter(|other| other == id).count() > 1).cloned(),
                );
                if self.round.iter().all(|(known, _)| *known != circle) {
                    self.round.push((circle, walked.clone()));
                }
            }
            _ => {}
        }
    }

    /// Whether any way came to END.
    pub fn ended(&self) -> bool {
        !self.ended.is_empty()
    }

    /// Tells of circles that nothing leads out of.
    pub async fn judge(&self, course: &Course, plan: &Plan, ledger: &mut Ledger) {
        if !plan.wants(RuleId::Ends) {
            return;
        }
        if self.ended() {
            ledger.check(RuleId::Ends, None);
        }
        for (circle, walked) in &self.round {
            let leads_out = self.ended.iter().any(|ended| !ended.is_disjoint(circle));
            if leads_out || leads_out_with_other_data(course, plan, walked, ledger).await {
                continue;
            }
            ledger.check(RuleId::Ends, Some(finding(walked)));
        }
    }
}

async fn leads_out_with_other_data(course: &Course, plan: &Plan, walked: &Walked, ledger: &mut Ledger) -> bool {
    for by in 1..=OTHER_DATA {
        let growth = Growth { seed: plan.growth.seed.wrapping_add(by), ..plan.growth };
        match walk_with(course, growth, &walked.route).await {
            Ok(other) => {
                let ends = other.trail.stop != Stop::Circle;
                ledger.logs.push(other.log);
                if ends {
                    return true;
                }
            }
            // Nothing is said of what was not seen.
            Err(error) => {
                ledger.hindered(&error);
                return true;
            }
        }
    }
    false
}

/// A circle is shown when it has closed once.
fn finding(walked: &Walked) -> Finding {
    let mut known = BTreeSet::new();
    let stages = &walked.trail.stages;
    let closes = stages.iter().position(|stage| !known.insert(identity(&stage.step)));
    let to = &stages[closes.unwrap_or(stages.len() - 1)].step;
    let mut calls = essential(&walked.log);
    let mut seen = 0;
    calls.retain(|call| {
        let kept = seen < closes.unwrap_or(usize::MAX);
        seen += usize::from(matches!(call.request.body, RequestBody::Json(_)));
        kept
    });
    let begins =
        closes.and_then(|closes| stages[..closes].iter().position(|stage| identity(&stage.step) == identity(to)));
    let round = &stages[begins.unwrap_or(0)..closes.unwrap_or(stages.len() - 1)];
    let mut names: Vec<String> = round.iter().map(|stage| step_name(&stage.step)).collect();
    let from = names.last().cloned().unwrap_or_default();
    names.push(step_name(to));
    let text = format!("valid data lead round {} and never to END", names.join(" \u{2192} "));
    let mut finding = Finding::new(RuleId::Ends, from, text, calls);
    finding.expect = without(to);
    finding
}
