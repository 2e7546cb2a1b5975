//! How flows keep the rules, as Markdown: for a pull request, or a page.

use super::super::markdown::BEGINNING;
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
    let mut text = format!("### Conformance of {}\n\n{}.\n\n", plain(&flow.flow), summary(flow));
    if let Some(stopped) = &flow.stopped {
        text.push_str(&format!("The straight way did not come to END: {}.\n\n", plain(stopped)));
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
            Outcome::NotApplicable => format!("not applicable: {}", plain(rule.why.as_deref().unwrap_or_default())),
        };
        text.push_str(&format!("| {} | {} | {} | {mark} |\n", rule.id, rule.level.word(), plain(&rule.rule)));
    }
    text
}

/// What is not kept, each with its witness.
pub(in crate::report) fn violated(flow: &FlowVerdict) -> String {
    let mut text = String::new();
    for rule in flow.rules.iter().filter(|rule| rule.result == Outcome::Violated) {
        text.push_str(&format!("\n#### {} {}\n\n", rule.id, plain(&rule.rule)));
        text.push_str(&format!("{}: \u{201c}{}\u{201d}\n", source(rule.source), plain(&rule.sentence)));
        for finding in &rule.findings {
            text.push_str(&format!("\n- At {}: {}\n", plain(&finding.step), plain(&finding.text)));
            if !finding.also.is_empty() {
                text.push_str(&format!("  The same at {}.\n", plain(&finding.also.join(", "))));
            }
            if let Some(scenario) = &finding.witness.scenario {
                text.push_str(&details("the shortest scenario that shows it", "yaml", scenario));
            }
            text.push_str(&details("the same as commands", "sh", &finding.witness.curl.join("\n")));
        }
    }
    text
}

/// A block to be opened, in an item of a list. Its fence is longer than any in it.
fn details(title: &str, language: &str, block: &str) -> String {
    let longest = block.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(3.max(longest + 1));
    let lines: String = block.lines().map(|line| format!("  {line}").trim_end().to_owned() + "\n").collect();
    format!("\n  <details><summary>{title}</summary>\n\n  {fence}{language}\n{lines}  {fence}\n\n  </details>\n")
}

/// A text of which no part is markup, on one line.
pub(in crate::report) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => plain.push(' '),
            '<' => plain.push_str("&lt;"),
            '&' => plain.push_str("&amp;"),
            // Backticks stay: names of members stand in them.
            '|' | '*' | '_' | '[' | ']' | '\\' => {
                plain.push('\\');
                plain.push(character);
            }
            other => plain.push(other),
        }
    }
    plain
}
