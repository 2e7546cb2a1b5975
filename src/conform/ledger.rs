//! What was checked and what was found.

use std::collections::BTreeMap;

use serde_json::Value;

use super::applicant::Applicant;
use super::negatives::Case;
use super::routes::VALID_DATA;
use super::rules::{RULES, RuleId};
use crate::api::client::CallError;
use crate::api::exchange::Exchange;
use crate::compose::Data;
use crate::map::KnownStep;
use crate::session::transient::is_unavailable;

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
    /// What the last call should have been answered with, as a scenario expects it; none where that it succeeds is all.
    pub expect: Option<Data>,
    /// What that is compared with: where the value is in what the same applicant was answered before; the expectation names it
    /// `was`.
    pub capture: Option<String>,
    /// What beginning is answered with, where the calls leave that out and a form's fields are called by it.
    pub begun: Option<Box<Exchange>>,
    /// Whether a scenario can say it at all.
    pub sayable: bool,
    /// Ids of the elements that it is about: without them in a submit it would be another finding.
    pub about: Vec<String>,
    /// What findings have in common that one fault makes; the text where that is empty.
    pub cause: &'static str,
    /// Other steps at which the same was found.
    pub also: Vec<String>,
}

impl Finding {
    /// A finding that a scenario shows by expecting that its last call succeeds.
    pub fn new(rule: RuleId, step: impl Into<String>, text: impl Into<String>, calls: Vec<Exchange>) -> Self {
        Finding {
            rule,
            step: step.into(),
            text: text.into(),
            calls,
            expect: None,
            capture: None,
            begun: None,
            sayable: true,
            about: Vec::new(),
            cause: "",
            also: Vec::new(),
        }
    }

    /// The same with what must come.
    #[must_use]
    pub fn expecting(self, expect: impl Into<Option<Data>>) -> Self {
        Finding { expect: expect.into(), ..self }
    }

    /// The same with what findings of one fault share.
    #[must_use]
    pub fn caused_by(self, cause: &'static str) -> Self {
        Finding { cause, ..self }
    }

    /// Where it is, and the code that came.
    pub(super) fn place(&self) -> (String, Option<i64>) {
        (self.step.clone(), self.calls.last().and_then(|last| last.answer.error_code()))
    }

    fn is_like(&self, other: &Finding) -> bool {
        match (self.cause, other.cause) {
            (VALID_DATA, VALID_DATA) => self.place() == other.place(),
            ("", "") => self.text == other.text,
            (one, other) => one == other,
        }
    }
}

/// A map of a scenario with one entry.
pub(super) fn entry(key: impl Into<String>, value: Data) -> Data {
    Data::Map(vec![(key.into(), value)])
}

/// How a scenario expects a value at a path of the answer.
pub(super) fn at_path(path: impl Into<String>, value: Data) -> Data {
    entry("json", entry(path, value))
}

/// A value as a literal of JSONPath.
pub(super) fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        other => other.to_string(),
    }
}

/// How a scenario expects that any step comes but this one: by its title.
pub(super) fn without(step: &Value) -> Option<Data> {
    let title = step.get("title").and_then(Value::as_str).filter(|title| !title.trim().is_empty())?;
    let path = format!("$[?@ == {}]", literal(&Value::from(title)));
    Some(at_path(path, entry("exists", Data::Json(false.into()))))
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
    /// Calls that got no answer, however often they were made.
    pub without_answer: Vec<String>,
}

impl Ledger {
    /// Notes a check, and what it found. Where the server was not there for a moment, nothing was checked.
    pub fn check(&mut self, rule: RuleId, finding: Option<Finding>) {
        let hindered = finding.as_ref().and_then(|found| found.calls.iter().find(|call| is_unavailable(&call.answer)));
        if let Some(call) = hindered {
            let why = format!("the server was not available (HTTP {})", call.answer.status);
            return self.cannot(rule, why);
        }
        *self.checks.entry(rule).or_default() += 1;
        self.findings.extend(finding);
    }

    /// Notes that a call got no answer, so that what it was for was not checked.
    pub fn hindered(&mut self, error: &CallError) {
        let why = format!("{} {}: {error}", error.request.method, error.request.url);
        for rule in RULES {
            self.cannot(rule.id, why.clone());
        }
        self.without_answer.push(why);
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
        self.without_answer.extend(other.without_answer);
    }

    /// Takes in what a check came to, or that a call got no answer.
    pub(super) fn take(&mut self, outcome: Result<Ledger, CallError>) {
        match outcome {
            Ok(other) => self.add(other),
            Err(error) => self.hindered(&error),
        }
    }

    /// Keeps the calls of an applicant who goes no further.
    pub(super) fn finish(&mut self, applicant: Applicant) {
        self.logs.push(applicant.driver.into_exchanges());
    }

    /// The findings of a rule, the shortest first: of those that one fault makes, the one that fewest calls show, with the steps
    /// of the others.
    pub fn of(&self, rule: RuleId) -> Vec<Finding> {
        let mut found: Vec<Finding> = Vec::new();
        for finding in self.findings.iter().filter(|finding| finding.rule == rule) {
            let Some(known) = found.iter_mut().find(|known| known.is_like(finding)) else {
                found.push(finding.clone());
                continue;
            };
            let mut steps = std::mem::take(&mut known.also);
            steps.extend([known.step.clone(), finding.step.clone()]);
            if finding.calls.len() < known.calls.len() {
                *known = finding.clone();
            }
            let mut also: Vec<String> = Vec::new();
            for step in steps.into_iter().chain(finding.also.iter().cloned()) {
                if step != known.step && !also.contains(&step) {
                    also.push(step);
                }
            }
            known.also = also;
        }
        found.sort_by_key(|finding| finding.calls.len());
        found
    }
}
