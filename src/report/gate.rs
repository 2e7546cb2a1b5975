//! Whether a flow may be published: for a terminal, for a pull request, for a page.

pub mod html;
pub mod markdown;

use anstyle::{AnsiColor, Style};

use super::paint::style;
use crate::gate::{Gate, PartResult};

/// How wide the columns of results and of parts are.
const RESULT: usize = 11;
const PART: usize = 13;
/// How many reasons of a part are named.
const MOST: usize = 10;

/// The verdict with its parts, and why they failed.
pub fn render(gate: &Gate, color: bool) -> String {
    let bold = style(color, Style::new().bold());
    let mut text = String::new();
    for part in &gate.parts {
        let paint = match part.result {
            PartResult::Passed => style(color, AnsiColor::Green.on_default()),
            PartResult::Failed => style(color, AnsiColor::Red.on_default().bold()),
            PartResult::NotAsked => style(color, Style::new().dimmed()),
        };
        let result = part.result.word();
        text.push_str(&format!("  {paint}{result:RESULT$}{paint:#}{:PART$}{}\n", part.part.word(), part.summary));
        for reason in part.reasons.iter().take(MOST) {
            text.push_str(&format!("  {:RESULT$}  {reason}\n", ""));
        }
        if part.reasons.len() > MOST {
            text.push_str(&format!("  {:RESULT$}  and {} more\n", "", part.reasons.len() - MOST));
        }
    }
    format!("\n{bold}{}{bold:#}\n\n{text}", gate.sentence())
}
