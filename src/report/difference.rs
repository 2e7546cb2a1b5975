//! How the behaviour of two sides of a flow differs: for a terminal, and for a page.

pub mod markdown;

use anstyle::{AnsiColor, Style};

use super::paint::style;
use crate::behaviour::{Comparison, Difference, Extent, Grade, RULES};
use crate::phrase::counted;

/// What the lines of a witness are that every scenario has: they are left out where it is shortened.
const USUAL: [&str; 3] = ["#", "flow:", "snapshots:"];

/// What differs, the gravest first; with `whole`, each with its witness as it would be written.
pub fn render(comparison: &Comparison, whole: bool, color: bool) -> String {
    let bold = style(color, Style::new().bold());
    let mut text =
        format!("{bold}{}{bold:#}: {} → {}\n", comparison.flow, comparison.before.name, comparison.after.name);
    text.push_str(&format!("  {}\n", summary(comparison)));
    for note in &comparison.notes {
        text.push_str(&format!("  note: {note}\n"));
    }
    for grade in Grade::ALL {
        let all: Vec<&Difference> = comparison.of(grade).collect();
        if all.is_empty() {
            continue;
        }
        let paint = match grade {
            Grade::Breaking => style(color, AnsiColor::Red.on_default().bold()),
            Grade::Additive => style(color, AnsiColor::Green.on_default().bold()),
            Grade::Cosmetic => style(color, Style::new().bold()),
        };
        text.push_str(&format!("\n{paint}{}{paint:#} ({})\n", grade.word(), all.len()));
        let mut at = None;
        for difference in all {
            let place = (&difference.scenario, &difference.step, &difference.language);
            if at != Some(place) {
                at = Some(place);
                text.push_str(&heading(difference, bold));
            }
            let sentence = match color && !difference.sentence.parts.is_empty() {
                true => difference.sentence.marked(|label| format!("{bold}{label}{bold:#}")),
                false => difference.text.clone(),
            };
            text.push_str(&format!("    {sentence}\n"));
            text.push_str(&witness(comparison, difference, whole, style(color, Style::new().dimmed())));
        }
    }
    text
}

fn heading(difference: &Difference, bold: Style) -> String {
    let language = difference.language.as_ref().map(|language| format!(" ({language})")).unwrap_or_default();
    let whole = || "the flow as a whole".to_owned();
    let place = place(difference).unwrap_or_else(whole);
    format!("  {bold}{place}{bold:#}{language}\n")
}

/// Where something differs: the scenario of the suite, the step; none where it is the flow as a whole.
fn place(difference: &Difference) -> Option<String> {
    let step = Some(difference.step.as_str()).filter(|step| !step.is_empty());
    match (&difference.scenario, step) {
        (None, step) => step.map(str::to_owned),
        (Some(scenario), None) => Some(scenario.clone()),
        (Some(scenario), Some(step)) => Some(format!("{step}, seen by {scenario}")),
    }
}

/// How much differs, and what was seen: "2 breaking, 1 cosmetic; live: 7 steps, 12 sessions, 80 requests; …".
pub fn summary(comparison: &Comparison) -> String {
    let (before, after) = (extent(&comparison.before), extent(&comparison.after));
    let suite = comparison.suite.map(|suite| {
        let (old, new) = (&comparison.before.name, &comparison.after.name);
        format!(
            "; suite: {}, {} passed with {old}, {} with {new}",
            counted(suite.tests, "test"),
            suite.passed_before,
            suite.passed_after
        )
    });
    let seen = [&comparison.before, &comparison.after].iter().any(|side| side.steps > 0);
    let sides = if seen { format!("; {before}; {after}") } else { String::new() };
    format!("{}{sides}{}", counts(comparison), suite.unwrap_or_default())
}

/// How much differs: "2 breaking, 1 cosmetic".
pub fn counts(comparison: &Comparison) -> String {
    let count = |grade: Grade| (comparison.of(grade).count(), grade.word());
    let counts: Vec<String> = Grade::ALL
        .into_iter()
        .map(count)
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let whole = comparison.before.whole && comparison.after.whole;
    match counts.is_empty() {
        true if whole => "nothing differs".to_owned(),
        true => "nothing differs in what was seen".to_owned(),
        false => counts.join(", "),
    }
}

fn extent(extent: &Extent) -> String {
    let (steps, sessions) = (counted(extent.steps, "step"), counted(extent.sessions, "session"));
    let asked = match extent.sessions {
        0 => String::new(),
        _ => format!(", {sessions}, {}", counted(extent.requests, "request")),
    };
    format!("{}: {steps}{asked}", extent.name)
}

fn witness(comparison: &Comparison, difference: &Difference, whole: bool, dim: Style) -> String {
    let lines = |text: &str| -> String {
        text.lines().map(|line| format!("      {dim}{line}{dim:#}").trim_end().to_owned() + "\n").collect()
    };
    match (&difference.witness, &difference.without_witness) {
        (Some(witness), _) if whole => format!("\n{}", lines(&witness.scenario)),
        (Some(witness), _) => {
            let said = format!("passes with {}:", comparison.name(witness.passes));
            lines(&format!("{said}\n{}", shortened(&witness.scenario)))
        }
        (None, Some(why)) if whole => lines(&format!("no scenario shows it: {why}")),
        (None, _) => String::new(),
    }
}

/// The steps of a scenario, without what every scenario has.
fn shortened(scenario: &str) -> String {
    let steps = scenario.lines().skip_while(|line| !line.starts_with("steps:")).skip(1);
    let steps = steps.filter(|line| !USUAL.iter().any(|usual| line.starts_with(usual)));
    steps.map(|line| line.to_owned() + "\n").collect()
}

/// The rules by which differences are graded.
pub fn rules(color: bool) -> String {
    let bold = style(color, Style::new().bold());
    let mut text = String::new();
    for grade in Grade::ALL {
        text.push_str(&format!("{bold}{}{bold:#}\n", grade.word()));
        for (what, _) in RULES.iter().filter(|(_, known)| *known == grade.word()) {
            text.push_str(&format!("  {what}\n"));
        }
    }
    text
}
