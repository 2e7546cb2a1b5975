//! What an examination comes to, as data: what `conform --json` writes, and what its reports are made of.

use schemars::JsonSchema;
use serde::Serialize;

use super::Examined;
use super::rules::{Level, RULES, Rule, RuleId, Source};
use super::witness::Witness;
use crate::compose::walk::Stop;

/// The version of the file's shape.
pub const FORMAT: u32 = 1;

/// How flows keep the rules.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Conformance {
    /// The version of this shape.
    pub format: u32,
    /// The release of draftgate that wrote it.
    pub draftgate: String,
    /// The flows, in the order in which they were asked for.
    pub flows: Vec<FlowVerdict>,
}

/// How one flow keeps the rules.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FlowVerdict {
    /// The flow, as it was asked for.
    pub flow: String,
    /// `draft` or `live`.
    pub version: String,
    /// How many steps were stood on.
    pub steps_checked: usize,
    /// How many are known: by a map of earlier runs, or by what was found on the way.
    pub steps_known: usize,
    /// How many applicants began.
    pub sessions: usize,
    /// How many requests it took.
    pub requests: usize,
    /// Why the straight way did not come to END, where it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// Whether the straight way failed by itself and no other came to END: what follows was not examined.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
    /// Calls that got no answer, however often they were made: what they were for was not checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_answer: Vec<String>,
    /// The rules, in order.
    pub rules: Vec<RuleVerdict>,
}

/// How a rule is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everywhere where it was checked.
    Passed,
    /// Not everywhere.
    Violated,
    /// It could not be checked.
    NotApplicable,
}

impl Outcome {
    /// For people.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Violated => "violated",
            Outcome::NotApplicable => "not applicable",
        }
    }
}

/// One rule and how it is kept.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleVerdict {
    /// `DG-05`
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// What it says.
    pub rule: String,
    /// The sentence that it stands on.
    pub sentence: String,
    /// Where that stands.
    pub source: Source,
    /// How it is kept.
    pub result: Outcome,
    /// How often it was checked.
    pub checks: usize,
    /// Why it could not be checked, or not everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Where it is not kept, the shortest witness first.
    pub findings: Vec<FindingVerdict>,
}

/// One place where a rule is not kept.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingVerdict {
    /// The step.
    pub step: String,
    /// What is wrong.
    pub text: String,
    /// Other steps at which the same was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// What the last call should have been answered with, as a scenario expects it; none where no short form says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The calls that show it.
    pub witness: Witness,
}

impl FlowVerdict {
    /// The verdict of an examination. `witness` makes a finding's calls such as can be shown.
    pub fn of(
        flow: &str,
        version: &str,
        examined: &Examined,
        wanted: &dyn Fn(RuleId) -> bool,
        witness: &dyn Fn(&super::ledger::Finding) -> Witness,
    ) -> Self {
        let ledger = &examined.ledger;
        let rules = RULES.iter().filter(|rule| wanted(rule.id)).map(|rule| {
            let findings: Vec<FindingVerdict> = ledger
                .of(rule.id)
                .into_iter()
                .map(|finding| FindingVerdict {
                    witness: witness(&finding),
                    expected: finding.expect.as_ref().map(super::witness::expected),
                    step: finding.step,
                    text: finding.text,
                    also: finding.also,
                })
                .collect();
            let checks = ledger.checks.get(&rule.id).copied().unwrap_or_default();
            let result = match (findings.is_empty(), checks) {
                (false, _) => Outcome::Violated,
                (true, 0) => Outcome::NotApplicable,
                (true, _) => Outcome::Passed,
            };
            let reason = || ledger.reasons.get(&rule.id).cloned();
            let why = match result {
                Outcome::NotApplicable => Some(reason().unwrap_or_else(|| nothing_to_check(rule.id).to_owned())),
                // Of a rule with several conditions the one that was met is no reason.
                _ => reason().filter(|_| SAID.contains(&rule.id)),
            };
            verdict(rule, result, checks, why, findings)
        });
        FlowVerdict {
            flow: flow.to_owned(),
            version: version.to_owned(),
            steps_checked: examined.checked,
            steps_known: examined.known,
            sessions: ledger.logs.len(),
            requests: ledger.logs.iter().map(Vec::len).sum(),
            stopped: examined.stopped.as_ref().map(stopped),
            failed: examined.failed,
            without_answer: ledger.without_answer.clone(),
            rules: rules.collect(),
        }
    }

    /// Whether a rule is not kept that must be, or with `strict` should be; or the flow could not be gone through.
    pub fn is_violated(&self, strict: bool) -> bool {
        self.failed
            || self.rules.iter().any(|rule| rule.result == Outcome::Violated && (strict || rule.level == Level::Must))
    }

    /// How many rules have an outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.rules.iter().filter(|rule| rule.result == outcome).count()
    }
}

fn verdict(
    rule: &Rule,
    result: Outcome,
    checks: usize,
    why: Option<String>,
    findings: Vec<FindingVerdict>,
) -> RuleVerdict {
    RuleVerdict {
        id: rule.id.name(),
        level: rule.level,
        rule: rule.title.to_owned(),
        sentence: rule.sentence.to_owned(),
        source: rule.source,
        result,
        checks,
        why,
        findings,
    }
}

/// Rules of which something is said though they were checked.
const SAID: [RuleId; 4] = [RuleId::Options, RuleId::Forward, RuleId::Kept, RuleId::Translated];

/// Why the straight way did not come to END.
fn stopped(stop: &Stop) -> String {
    match stop {
        Stop::End => "it came to END".to_owned(),
        Stop::Refused(code, message) => format!("it was refused with {code} {message}").trim_end().to_owned(),
        Stop::Interactive(kind) => format!("only a person, or the service's own SDK, passes {kind}"),
        Stop::Pending => "it is pending".to_owned(),
        Stop::Unfillable(why) => format!(
            "nothing valid could be made up: failed to {why}. A valid value that the form holds beforehand is used"
        ),
        Stop::Circle => "it comes back to the same steps".to_owned(),
        Stop::Unknown => "an answer is no step".to_owned(),
    }
}

/// Why a rule was not checked, where nothing more is known.
fn nothing_to_check(rule: RuleId) -> &'static str {
    match rule {
        RuleId::CanGoBack | RuleId::Back | RuleId::IllegalBack => "no step to go back from was reached",
        RuleId::Forward | RuleId::Kept => "back led to no form with data",
        RuleId::Refusal => "no form was reached that must refuse anything",
        RuleId::End | RuleId::Finished => "END was not reached",
        RuleId::Ends => "the way did not come to END, nor in a circle",
        RuleId::Pending => "nothing was pending",
        RuleId::Options | RuleId::Onward => "no form that was reached offers a choice",
        RuleId::Languages | RuleId::Translated => "no other language is offered",
        RuleId::Upload | RuleId::ForeignKey => "no form that was reached takes a file",
        RuleId::Enterable | RuleId::Distinct => "no form was reached",
        RuleId::Missing => "no form that was passed has a required field that can certainly be left out",
        RuleId::Malformed => "no form that was passed has a text, number or date",
        RuleId::Invalid => "no form that was passed has a validation that a value can be held against",
        _ => "the flow could not be begun",
    }
}
