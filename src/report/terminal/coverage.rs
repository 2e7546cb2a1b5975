//! How much of the flows is covered, as the terminal shows it: a table, then what is missing, then what it is measured by.

use unicode_width::UnicodeWidthStr;

use super::line::{Look, bad, bold, good, odd};
use crate::coverage::{Count, Coverage, Covered, KINDS, ViewCoverage};
use crate::phrase::{counted, is_unseen};
use crate::report::coverage::{MEASURED_BY, MORE, count as cell, gaps_of, headings, percent};

/// How many things that are missing are named at one place before the rest is only counted.
const FEW: usize = 6;
/// The widest that the names of flows are.
const WIDEST_NAME: usize = 40;

/// How the table is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// Whether it is coloured.
    pub color: bool,
    /// Whether everything that is missing is named.
    pub all_gaps: bool,
}

/// The table by flow, what is missing, and what it is measured by.
pub fn coverage(coverage: &Coverage, shown: Shown) -> String {
    let look = Look { color: shown.color, width: super::USUAL_WIDTH };
    if coverage.is_empty() {
        return format!("\nNothing is known of any flow yet. {MORE}\n");
    }
    let mut text = table(coverage, look);
    if coverage.views.iter().any(|view| view.items.iter().any(|item| item.covered == Covered::Failing)) {
        text.push_str("\n2+1/4: of 4, 2 by passing tests and 1 more only by tests that fail\n");
    }
    for view in &coverage.views {
        text.push_str(&gaps(view, shown.all_gaps, look));
    }
    let hidden = counted(coverage.unknown_options, "option");
    if coverage.unknown_options > 0 {
        text.push_str(&format!("\n{hidden} that tests chose could not be told: masked by --mask-data, or gone.\n"));
    }
    text.push_str(&format!("\n{MEASURED_BY} {MORE}\n"));
    text
}

/// One line a flow, for the end of a run.
pub fn coverage_lines(coverage: &Coverage, color: bool) -> String {
    let look = Look { color, width: super::USUAL_WIDTH };
    let mut text = String::new();
    for view in &coverage.views {
        let parts = KINDS.iter().filter_map(|(kind, name)| Some(format!("{name} {}", percent(view.count(*kind))?)));
        let parts: Vec<String> = parts.collect();
        text.push_str(&format!("{} {}: {}\n", look.tag("COVERED", bold()), seen(&view.name()), parts.join(", ")));
    }
    text
}

/// What an API answers moves no cursor.
fn seen(text: &str) -> String {
    text.replace(is_unseen, "\u{fffd}")
}

fn table(coverage: &Coverage, look: Look) -> String {
    let mut rows: Vec<(String, Vec<Count>)> = coverage
        .views
        .iter()
        .map(|view| (seen(&view.name()), KINDS.iter().map(|(kind, _)| view.count(*kind)).collect()))
        .collect();
    let all: Vec<Count> = KINDS.iter().map(|(kind, _)| coverage.count(*kind)).collect();
    if rows.len() > 1 {
        rows.push(("all".to_owned(), all.clone()));
    }
    let names = rows.iter().map(|(name, _)| name.width()).max().unwrap_or(0).min(WIDEST_NAME).max("flow".len());
    let headings = headings();
    let widths: Vec<usize> = (0..KINDS.len())
        .map(|at| rows.iter().map(|(_, counts)| cell(counts[at]).len()).max().unwrap_or(0).max(headings[at].len()))
        .collect();
    let heading: Vec<String> = headings.iter().zip(&widths).map(|(name, width)| format!("{name:>width$}")).collect();
    let mut text = format!("\n{}\n", look.paint(&format!("{:names$}  {}", "flow", heading.join("  ")), bold()));
    for (name, counts) in &rows {
        let cells: Vec<String> =
            counts.iter().zip(&widths).map(|(count, width)| painted(*count, *width, look)).collect();
        let gap = " ".repeat(names.saturating_sub(name.width()));
        text.push_str(&format!("{name}{gap}  {}\n", cells.join("  ")));
    }
    let shares = all.iter().zip(&widths).map(|(count, width)| {
        let share = percent(*count).unwrap_or_else(|| "-".to_owned());
        format!("{share:>width$}")
    });
    text.push_str(&format!("{:names$}  {}\n", "", shares.collect::<Vec<_>>().join("  ")));
    text
}

fn painted(count: Count, width: usize, look: Look) -> String {
    let text = format!("{:>width$}", cell(count));
    match count {
        Count { all: 0, .. } => text,
        Count { passing, all, .. } if passing == all => look.paint(&text, good()),
        Count { passing: 0, failing: 0, .. } => look.paint(&text, bad()),
        _ => look.paint(&text, odd()),
    }
}

/// What passing tests did not cover of a flow, by what it is and where.
fn gaps(view: &ViewCoverage, all: bool, look: Look) -> String {
    let count = view.gaps().count();
    if count == 0 {
        return String::new();
    }
    let mut text = format!("\n{}, {}\n", look.paint(&seen(&view.name()), bold()), heading(count));
    for (kind, name) in KINDS {
        for (at, what) in gaps_of(view, kind) {
            let place = if at.is_empty() { String::new() } else { format!("{}: ", seen(&at)) };
            let most = if all { usize::MAX } else { FEW };
            let mut listed = what.iter().take(most).map(|what| seen(what)).collect::<Vec<_>>().join(", ");
            if what.len() > most {
                listed.push_str(&format!(" + {} more", what.len() - most));
            }
            text.push_str(&format!("  {name:<12} {place}{listed}\n"));
        }
    }
    text
}

fn heading(count: usize) -> String {
    format!("{}: no passing test covers", counted(count, "gap"))
}
