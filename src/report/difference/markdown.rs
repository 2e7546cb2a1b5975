//! How two sides of a flow differ, as Markdown: for a pull request, or a page.

use super::super::markdown::BEGINNING;
use super::{counts, summary};
use crate::behaviour::{Comparison, Difference, Grade};

/// The page.
pub fn page(comparison: &Comparison) -> String {
    format!("{BEGINNING}{}\n\n{}", counts(comparison), section(comparison))
}

/// What differs, under a heading of its own.
pub(in crate::report) fn section(comparison: &Comparison) -> String {
    let mut text = String::new();
    let (before, after) = (plain(&comparison.before.name), plain(&comparison.after.name));
    text.push_str(&format!("### {}: {before} \u{2192} {after}\n\n", plain(&comparison.flow)));
    text.push_str(&format!("{}.\n", plain(&summary(comparison))));
    for note in &comparison.notes {
        text.push_str(&format!("\n> {}\n", plain(note)));
    }
    for grade in Grade::ALL {
        let all: Vec<&Difference> = comparison.of(grade).collect();
        if all.is_empty() {
            continue;
        }
        let mark = match grade {
            Grade::Breaking => "\u{274c}",
            Grade::Additive => "\u{2795}",
            Grade::Cosmetic => "\u{1f3a8}",
        };
        text.push_str(&format!("\n#### {mark} {} ({})\n\n", grade.word(), all.len()));
        for difference in all {
            text.push_str(&item(comparison, difference));
        }
    }
    text
}

fn item(comparison: &Comparison, difference: &Difference) -> String {
    let parts = &difference.sentence.parts;
    let sentence = match parts.is_empty() {
        true => plain(&difference.text),
        false => parts
            .iter()
            .map(|part| match part {
                crate::semantic::Part::Words(words) => plain(words),
                crate::semantic::Part::Label(label) => format!("**{}**", plain(label)),
            })
            .collect(),
    };
    let language = difference.language.as_ref().map(|language| format!(" ({language})")).unwrap_or_default();
    let step = match difference.step.as_str() {
        "" => String::new(),
        step => format!("{}{}: ", plain(step), plain(&language)),
    };
    let mut text = format!("- {step}{sentence}\n");
    if let Some(witness) = &difference.witness {
        let title = format!("the shortest scenario that shows it; it passes with {}", comparison.name(witness.passes));
        text.push_str(&details(&title, &witness.scenario));
    }
    text
}

/// A scenario to be opened, in an item of a list. Its fence is longer than any in it.
fn details(title: &str, block: &str) -> String {
    let longest = block.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(3.max(longest + 1));
    let lines: String = block.lines().map(|line| format!("  {line}").trim_end().to_owned() + "\n").collect();
    format!("\n  <details><summary>{}</summary>\n\n  {fence}yaml\n{lines}  {fence}\n\n  </details>\n\n", plain(title))
}

/// A text of which no part is markup, on one line.
fn plain(text: &str) -> String {
    super::super::conformance::markdown::plain(text)
}
