//! How two sides of a flow differ, as Markdown: for a pull request, or a page.

use super::super::markdown::BEGINNING;
use super::super::markdown::text::{details, inline, marked, said};
use super::{counts, place, summary};
use crate::behaviour::{Comparison, Difference, Grade};

/// The page.
pub fn page(comparison: &Comparison) -> String {
    format!("{BEGINNING}{}\n\n{}", counts(comparison), section(comparison))
}

/// What differs, under a heading of its own.
pub(in crate::report) fn section(comparison: &Comparison) -> String {
    let mut text = String::new();
    let (before, after) = (inline(&comparison.before.name), inline(&comparison.after.name));
    text.push_str(&format!("### {}: {before} \u{2192} {after}\n\n", inline(&comparison.flow)));
    text.push_str(&format!("{}.\n", inline(&summary(comparison))));
    for note in &comparison.notes {
        text.push_str(&format!("\n> {}\n", inline(note)));
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
    let sentence = if parts.is_empty() { said(&difference.text) } else { marked(&difference.sentence) };
    let language = difference.language.as_ref().map(|language| format!(" ({})", inline(language))).unwrap_or_default();
    let step = place(difference).map_or_else(String::new, |place| format!("{}{language}: ", inline(&place)));
    let mut text = format!("- {step}{sentence}\n");
    if let Some(witness) = &difference.witness {
        let title = format!("the shortest scenario that shows it; it passes with {}", comparison.name(witness.passes));
        text.push_str(&details(&title, "yaml", &witness.scenario));
    }
    text
}
