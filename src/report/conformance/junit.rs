//! How flows keep the rules, as JUnit XML: a suite a flow, a test case a rule.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::source;
use crate::conform::rules::Level;
use crate::conform::verdict::{Conformance, Outcome, RuleVerdict};

/// What a rule that is not kept is called.
const KIND: &str = "conformance";

/// The document. A rule that should be kept and is not is a failure only with `strict`.
pub fn document(conformance: &Conformance, strict: bool) -> Vec<u8> {
    let mut report = Report::new("draftgate");
    report.set_time(Duration::ZERO);
    for flow in &conformance.flows {
        let mut suite = TestSuite::new(format!("conformance of {}", flow.flow));
        suite.set_time(Duration::ZERO);
        for rule in &flow.rules {
            let mut case = TestCase::new(format!("{} {}", rule.id, rule.rule), status(rule, strict));
            case.set_classname(format!("conformance.{}", flow.flow.replace('.', "_")));
            case.set_time(Duration::ZERO);
            if rule.result == Outcome::Violated {
                case.set_system_out(findings(rule));
            }
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    let text = report.to_string().unwrap_or_default();
    // Jenkins' schema has no such count for the whole.
    text.replacen(&format!(" skipped=\"{}\"", report.skipped), "", 1).into_bytes()
}

fn status(rule: &RuleVerdict, strict: bool) -> TestCaseStatus {
    match rule.result {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Violated if strict || rule.level == Level::Must => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(KIND);
            status.set_message(rule.findings.first().map(|finding| finding.text.clone()).unwrap_or_default());
            status.set_description(format!(
                "{}: \u{201c}{}\u{201d}\n{}",
                source(rule.source),
                rule.sentence,
                findings(rule)
            ));
            status
        }
        Outcome::Violated => TestCaseStatus::success(),
        Outcome::NotApplicable => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(rule.why.clone().unwrap_or_default());
            status
        }
    }
}

/// The findings with their scenarios.
fn findings(rule: &RuleVerdict) -> String {
    let one = |finding: &crate::conform::verdict::FindingVerdict| {
        let scenario = finding.witness.scenario.clone().unwrap_or_else(|| finding.witness.curl.join("\n"));
        format!("at {}: {}\n{scenario}\n", finding.step, finding.text)
    };
    rule.findings.iter().map(one).collect()
}
