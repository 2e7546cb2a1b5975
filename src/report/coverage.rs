//! How much of its flows a run covered: the words that all reports have for it, and its section in Markdown.

use crate::coverage::{Count, Coverage, Covered, KINDS, Kind, ViewCoverage};
use crate::report::markdown::text::cell;

/// What it is measured by.
pub const MEASURED_BY: &str = "Measured by what was discovered of these flows, by earlier runs and by this one: what nobody has seen yet is not counted.";
/// How more is discovered.
pub const MORE: &str = "`draftgate explore FLOW` looks for more.";

/// What the columns are called.
pub fn headings() -> [&'static str; KINDS.len()] {
    KINDS.map(|(_, name)| name)
}

/// The share that passing tests covered, rounded so that only what is whole is 100 %; none where there is nothing to cover.
///
/// ```
/// use draftgate::coverage::Count;
/// use draftgate::report::coverage::percent;
/// assert_eq!(percent(Count { passing: 999, failing: 0, all: 1000 }).unwrap(), "99 %");
/// ```
pub fn percent(count: Count) -> Option<String> {
    count.percent().map(|percent| format!("{} %", percent.floor()))
}

/// The section of a summary in Markdown; nothing where nothing is known of any flow.
pub fn markdown(coverage: &Coverage) -> String {
    if coverage.is_empty() {
        return String::new();
    }
    let mut text =
        format!("### Coverage\n\n| flow | {} |\n|:--|{}\n", headings().join(" | "), "--:|".repeat(KINDS.len()));
    for view in &coverage.views {
        let cells: Vec<String> = KINDS.iter().map(|(kind, _)| count(view.count(*kind))).collect();
        text.push_str(&format!("| {} | {} |\n", cell(&view.name()), cells.join(" | ")));
    }
    if coverage.views.len() > 1 {
        let cells: Vec<String> =
            KINDS.iter().map(|(kind, _)| format!("**{}**", count(coverage.count(*kind)))).collect();
        text.push_str(&format!("| **all** | {} |\n", cells.join(" | ")));
    }
    if coverage.views.iter().flat_map(|view| &view.items).any(|item| item.covered == Covered::Failing) {
        text.push_str("\n2+1/4: of 4, 2 by passing tests and 1 more only by tests that fail.\n");
    }
    text.push_str(&format!("\n{MEASURED_BY}\n\n"));
    text
}

/// What passing tests did not cover of a kind, by place, in the order of the flow.
pub fn gaps_of(view: &ViewCoverage, kind: Kind) -> Vec<(String, Vec<String>)> {
    let mut places: Vec<(String, Vec<String>)> = Vec::new();
    for item in view.gaps().filter(|item| item.subject.kind() == kind) {
        let (place, mut what) = view.words(&item.subject);
        if item.covered == Covered::Failing {
            what.push_str(" (only by failing tests)");
        }
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, all)) => all.push(what),
            None => places.push((place, vec![what])),
        }
    }
    places
}

/// How much was covered, in a cell: `2/4`, `2+1/4` with one more by failing tests only.
pub fn count(count: Count) -> String {
    match (count.failing, count.all) {
        (_, 0) => "-".to_owned(),
        (0, all) => format!("{}/{all}", count.passing),
        (failing, all) => format!("{}+{failing}/{all}", count.passing),
    }
}
