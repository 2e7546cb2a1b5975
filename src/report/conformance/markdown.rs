//! How flows keep the rules, as Markdown: for a pull request, or a page.

use super::super::markdown::BEGINNING;
use super::super::markdown::text::{details, said};
use super::{source, summary};
use crate::conform::verdict::{Conformance, FlowVerdict, Outcome};
use crate::phrase::counted;

/// The page.
pub fn page(conformance: &Conformance) -> String {
    let violated: usize = conformance.flows.iter().map(|flow| flow.count(Outcome::Violated)).sum();
    let head = match violated {
        0 => "every rule that could be checked is kept".to_owned(),
        _ => format!("{} violated", counted(violated, "rule")),
    };
    let sections: Vec<String> = conformance.flows.iter().map(section).collect();
    format!("{BEGINNING}{head}\n\n{}", sections.join("\n"))
}

fn section(flow: &FlowVerdict) -> String {
    [head(flow), table(flow), violated(flow)].concat()
}

/// What was checked.
pub(in crate::report) fn head(flow: &FlowVerdict) -> String {
    let mut text = format!("### Conformance of {}\n\n{}.\n\n", said(&flow.flow), summary(flow));
    if let Some(stopped) = &flow.stopped {
        text.push_str(&format!("The straight way did not come to END: {}.\n\n", said(stopped)));
    }
    text
}

/// How each rule is kept.
pub(in crate::report) fn table(flow: &FlowVerdict) -> String {
    let mut text = String::from("| id | | rule | result |\n| --- | --- | --- | --- |\n");
    for rule in &flow.rules {
        let mark = match rule.result {
            Outcome::Passed => "\u{2705} passed".to_owned(),
            Outcome::Violated => "\u{274c} **violated**".to_owned(),
            Outcome::NotApplicable => format!("not applicable: {}", said(rule.why.as_deref().unwrap_or_default())),
        };
        text.push_str(&format!("| {} | {} | {} | {mark} |\n", rule.id, rule.level.word(), said(&rule.rule)));
    }
    text
}

/// What is not kept, each with its witness.
pub(in crate::report) fn violated(flow: &FlowVerdict) -> String {
    let mut text = String::new();
    for rule in flow.rules.iter().filter(|rule| rule.result == Outcome::Violated) {
        text.push_str(&format!("\n#### {} {}\n\n", rule.id, said(&rule.rule)));
        text.push_str(&format!("{}: \u{201c}{}\u{201d}\n", source(rule.source), said(&rule.sentence)));
        for finding in &rule.findings {
            text.push_str(&format!("\n- At {}: {}\n", said(&finding.step), said(&finding.text)));
            if !finding.also.is_empty() {
                text.push_str(&format!("  The same at {}.\n", said(&finding.also.join(", "))));
            }
            if let Some(scenario) = &finding.witness.scenario {
                text.push_str(&details("the shortest scenario that shows it", "yaml", scenario));
            }
            text.push_str(&details("the same as commands", "sh", &finding.witness.curl.join("\n")));
        }
    }
    text
}
