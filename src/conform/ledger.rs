//! What was checked and what was found.

use std::collections::BTreeMap;

use super::applicant::Applicant;
use super::negatives::Case;
use super::rules::RuleId;
use crate::api::exchange::Exchange;
use crate::compose::Data;
use crate::map::KnownStep;

/// A rule that does not hold, with the calls that show it.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Which.
    pub rule: RuleId,
    /// The step at which it does not.
    pub step: String,
    /// What is wrong, a sentence without a full stop.
    pub text: String,
    /// The calls, the last of which is wrong.
    pub calls: Vec<Exchange>,
    /// What the last call should have been answered with, as a scenario expects it; none where no short form says it.
    pub expect: Option<Data>,
}

/// What a form answered to data that it must refuse.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// The form.
    pub step: KnownStep,
    /// The data.
    pub case: Case,
    /// The code; none where it took them.
    pub code: Option<i64>,
}

/// What came of checking.
#[derive(Debug, Default)]
pub struct Ledger {
    /// How often each rule was checked.
    pub checks: BTreeMap<RuleId, usize>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Why a rule could not be checked, where it could not.
    pub reasons: BTreeMap<RuleId, String>,
    /// What forms answered to what they must refuse, in order.
    pub refused: Vec<Refused>,
    /// All calls, those of one applicant together.
    pub logs: Vec<Vec<Exchange>>,
}

impl Ledger {
    /// Notes a check, and what it found.
    pub fn check(&mut self, rule: RuleId, finding: Option<Finding>) {
        *self.checks.entry(rule).or_default() += 1;
        self.findings.extend(finding);
    }

    /// Notes why a rule cannot be checked.
    pub fn cannot(&mut self, rule: RuleId, why: impl Into<String>) {
        self.reasons.entry(rule).or_insert_with(|| why.into());
    }

    /// Takes in another.
    pub fn add(&mut self, other: Ledger) {
        for (rule, count) in other.checks {
            *self.checks.entry(rule).or_default() += count;
        }
        for (rule, why) in other.reasons {
            self.reasons.entry(rule).or_insert(why);
        }
        self.findings.extend(other.findings);
        self.refused.extend(other.refused);
        self.logs.extend(other.logs);
    }

    /// Keeps the calls of an applicant who goes no further.
    pub(super) fn finish(&mut self, applicant: Applicant) {
        self.logs.push(applicant.driver.into_exchanges());
    }

    /// The findings of a rule: of those that say the same of the same step, the one that fewest calls show.
    pub fn of(&self, rule: RuleId) -> Vec<&Finding> {
        let mut found: Vec<&Finding> = Vec::new();
        for finding in self.findings.iter().filter(|finding| finding.rule == rule) {
            let same = found.iter_mut().find(|known| known.step == finding.step && known.text == finding.text);
            match same {
                Some(known) if finding.calls.len() < known.calls.len() => *known = finding,
                Some(_) => {}
                None => found.push(finding),
            }
        }
        found.sort_by_key(|finding| finding.calls.len());
        found
    }
}
