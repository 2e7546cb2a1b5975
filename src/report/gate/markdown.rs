//! The verdict on a flow as Markdown: for a pull request, or a page.

use super::super::conformance::markdown as rules;
use super::super::difference::markdown as difference;
use super::super::markdown::text::{inline, said};
use super::super::markdown::{BEGINNING, body};
use super::super::witness;
use crate::coverage::Coverage;
use crate::explore::verdict::Verdict;
use crate::gate::{Gate, Part, PartResult};
use crate::journal::Journal;
use crate::phrase::counted;

/// The page, with the run that was judged, and what it covered of the flow.
pub fn page(gate: &Gate, run: Option<(&Journal, &Coverage)>) -> String {
    let mut text = format!("{BEGINNING}{}\n\n", inline(&gate.sentence()));
    text.push_str("| part | result | |\n| --- | --- | --- |\n");
    for part in &gate.parts {
        text.push_str(&format!("| {} | {} | {} |\n", part.part.word(), mark(part), said(&part.summary)));
    }
    let failed = || gate.parts.iter().filter(|part| part.result == PartResult::Failed);
    if failed().next().is_some() {
        text.push_str("\n### Why not\n\n");
    }
    for part in failed() {
        part.reasons.iter().for_each(|reason| text.push_str(&format!("- {}\n", said(reason))));
    }
    if let Some((journal, coverage)) = run {
        text.push_str(&format!("\n### Tests\n\n{}", body(journal, coverage)));
    }
    if let Some(verdict) = &gate.conformance {
        let table = format!("<details><summary>every rule</summary>\n\n{}\n</details>\n", rules::table(verdict));
        text.push_str(&format!("\n{}{table}{}", rules::head(verdict), rules::violated(verdict)));
    }
    if let Some(verdict) = &gate.exploration {
        text.push_str(&exploration(verdict));
    }
    if let Some(comparison) = &gate.changes {
        text.push_str(&format!("\n{}", difference::section(comparison)));
    }
    text
}

/// What exploring showed to be wrong, each with the calls that show it; nothing where that is nothing.
fn exploration(verdict: &Verdict) -> String {
    if verdict.findings.is_empty() {
        return String::new();
    }
    let mut text = format!("\n### Exploration\n\n{}.\n\n", inline(&cost(verdict)));
    for finding in &verdict.findings {
        text.push_str(&format!("- {}\n", said(&finding.text)));
        if let Some(shown) = &finding.witness {
            text.push_str(&witness::markdown(shown));
        }
    }
    text
}

fn cost(verdict: &Verdict) -> String {
    let (steps, ways) = (counted(verdict.steps, "step"), counted(verdict.ways, "way"));
    let (sessions, requests) = (counted(verdict.sessions, "session"), counted(verdict.requests, "request"));
    format!("{steps}, {ways} between them; {sessions}, {requests}")
}

fn mark(part: &Part) -> &'static str {
    match part.result {
        PartResult::Passed => "\u{2705} passed",
        PartResult::Failed => "\u{274c} **failed**",
        PartResult::NotAsked => "not asked",
    }
}
