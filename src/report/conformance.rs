//! How flows keep the rules of the API: for a terminal, for CI, for a page.

pub mod badge;
pub mod junit;
pub mod markdown;

use anstyle::{AnsiColor, Style};

use super::paint::style;
use super::witness;
use crate::conform::rules::{Rule, Source};
use crate::conform::verdict::{FlowVerdict, Outcome, RuleVerdict};
use crate::phrase::counted;

/// What the data begin with, as `conform --json` writes them.
pub(super) const BEGINNING: &str = "{\n  \"format\": 1,\n  \"draftgate\": ";

/// Said of a flow that could not be gone through.
const FAILED: &str =
    "No other way did either: what lies behind is not examined, and the flow does not count as conforming.";

/// How wide the column of results is.
const RESULT: usize = 14;
/// How many findings of a rule are explained.
const MOST: usize = 5;

/// The table of a flow, and what is not kept explained below it; with `whole`, each with its witness.
pub fn render(flow: &FlowVerdict, whole: bool, color: bool) -> String {
    let bold = style(color, Style::new().bold());
    let mut text = format!("{bold}{}{bold:#} ({})\n\n", flow.flow, flow.version);
    for rule in &flow.rules {
        let paint = match rule.result {
            Outcome::Passed => style(color, AnsiColor::Green.on_default()),
            Outcome::Violated => style(color, AnsiColor::Red.on_default().bold()),
            Outcome::NotApplicable => style(color, Style::new().dimmed()),
        };
        let why = rule.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
        text.push_str(&format!(
            "  {}  {:6}  {paint}{:RESULT$}{paint:#}  {}{why}\n",
            rule.id,
            rule.level.word(),
            rule.result.word(),
            rule.rule
        ));
    }
    text.push_str(&format!("\n  {}\n", summary(flow)));
    if let Some(stopped) = &flow.stopped {
        text.push_str(&format!("  The straight way did not come to END: {stopped}.\n"));
    }
    if flow.failed {
        text.push_str(&format!("  {FAILED}\n"));
    }
    if let Some(first) = flow.without_answer.first() {
        let calls = counted(flow.without_answer.len(), "call");
        text.push_str(&format!("  {calls} got no answer, and what they were for was not checked: {first}\n"));
    }
    for rule in flow.rules.iter().filter(|rule| rule.result == Outcome::Violated) {
        text.push_str(&violated(rule, whole, bold));
    }
    text
}

/// What was checked, in a line.
pub fn summary(flow: &FlowVerdict) -> String {
    format!(
        "{} passed, {} violated, {} not applicable; {} of {} known steps, {}, {}",
        flow.count(Outcome::Passed),
        flow.count(Outcome::Violated),
        flow.count(Outcome::NotApplicable),
        flow.steps_checked,
        flow.steps_known,
        counted(flow.sessions, "session"),
        counted(flow.requests, "request"),
    )
}

fn violated(rule: &RuleVerdict, whole: bool, bold: Style) -> String {
    let mut text = format!("\n{bold}{} {}{bold:#}  {}\n", rule.id, rule.level.word(), rule.rule);
    text.push_str(&format!("  {}: \u{201c}{}\u{201d}\n", source(rule.source), rule.sentence));
    for (at, finding) in rule.findings.iter().take(MOST).enumerate() {
        text.push_str(&format!("\n  at {}: {}\n", finding.step, finding.text));
        if !finding.also.is_empty() {
            text.push_str(&format!("  the same at {}\n", finding.also.join(", ")));
        }
        if whole || at == 0 {
            text.push_str(&witness::render(&finding.witness, whole));
        }
    }
    if rule.findings.len() > MOST {
        text.push_str(&format!("\n  and {} more\n", rule.findings.len() - MOST));
    }
    text
}

/// Where a sentence stands.
pub fn source(source: Source) -> &'static str {
    match source {
        Source::Reference => "the reference",
        Source::Observed => "as observed",
    }
}

/// What a rule is, for `explain`.
pub fn explain(rule: &Rule, color: bool) -> String {
    let bold = style(color, Style::new().bold());
    format!(
        "{bold}{}{bold:#}  {}  {}\n\nIt stands on {}:\n\n  {}\n\nHow `draftgate conform` checks it:\n\n  {}\n",
        rule.id.name(),
        rule.level.word(),
        rule.title,
        match rule.source {
            Source::Reference => "this sentence of the reference",
            Source::Observed => "what public documentation shows of the running service",
        },
        rule.sentence,
        rule.how,
    )
}
