//! How flows keep the rules, as a badge: an SVG of two fields, to be shown on a page.

use unicode_width::UnicodeWidthStr;

use super::super::picture::DRAWN_BY;
use crate::conform::verdict::{Conformance, FlowVerdict, Outcome};

/// How wide a letter is about, and what stands beside a text, in pixels.
const LETTER: usize = 7;
const MARGIN: usize = 6;
/// What the left field says.
const TITLE: &str = "conformance";

const GREEN: &str = "#2e7d32";
const RED: &str = "#c62828";
const GREY: &str = "#616161";

/// The badge: green where no rule is violated that counts.
pub fn svg(conformance: &Conformance, strict: bool) -> String {
    let sum = |outcome| conformance.flows.iter().map(|flow: &FlowVerdict| flow.count(outcome)).sum::<usize>();
    let (passed, violated) = (sum(Outcome::Passed), sum(Outcome::Violated));
    let (text, color) = match (conformance.flows.iter().any(|flow| flow.is_violated(strict)), passed + violated) {
        (_, 0) => ("nothing checked".to_owned(), GREY),
        (true, _) if violated == 0 => ("no END reached".to_owned(), RED),
        (true, _) => (format!("{violated} violated"), RED),
        (false, all) => (format!("{passed}/{all} rules"), GREEN),
    };
    let width = |text: &str| text.width() * LETTER + 2 * MARGIN;
    let (left, right) = (width(TITLE), width(&text));
    let whole = left + right;
    let (middle, other) = (left / 2, left + right / 2);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{DRAWN_BY}\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{whole}\" height=\"20\" role=\"img\" aria-label=\"{TITLE}: {text}\">\n\
         <title>{TITLE}: {text}</title>\n\
         <clipPath id=\"r\"><rect width=\"{whole}\" height=\"20\" rx=\"3\"/></clipPath>\n\
         <g clip-path=\"url(#r)\"><rect width=\"{left}\" height=\"20\" fill=\"#424242\"/>\
         <rect x=\"{left}\" width=\"{right}\" height=\"20\" fill=\"{color}\"/></g>\n\
         <g fill=\"#fff\" text-anchor=\"middle\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">\
         <text x=\"{middle}\" y=\"14\">{TITLE}</text><text x=\"{other}\" y=\"14\">{text}</text></g>\n</svg>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform::rules::{Level, Source};
    use crate::conform::verdict::RuleVerdict;

    fn of(results: &[(Level, Outcome)], strict: bool) -> String {
        let rule = |(level, result): &(Level, Outcome)| RuleVerdict {
            id: "DG-01".into(),
            level: *level,
            rule: String::new(),
            sentence: String::new(),
            source: Source::Reference,
            result: *result,
            checks: 1,
            why: None,
            findings: Vec::new(),
        };
        let flow = FlowVerdict {
            flow: "tiny".into(),
            version: "draft".into(),
            steps_checked: 1,
            steps_known: 1,
            sessions: 1,
            requests: 1,
            stopped: None,
            failed: false,
            without_answer: Vec::new(),
            rules: results.iter().map(rule).collect(),
        };
        svg(&Conformance { format: 1, draftgate: "0".into(), flows: vec![flow] }, strict)
    }

    #[test]
    fn a_badge_is_red_where_a_rule_that_counts_is_violated() {
        use Outcome::{NotApplicable, Passed, Violated};
        let passed = of(&[(Level::Must, Passed), (Level::Must, NotApplicable)], true);
        assert!(passed.contains(">1/1 rules<") && passed.contains(GREEN), "{passed}");
        let should = [(Level::Must, Passed), (Level::Should, Violated)];
        assert!(of(&should, false).contains(GREEN) && of(&should, true).contains(RED));
        assert!(of(&[(Level::Must, Violated)], false).contains(">1 violated<"));
        assert!(of(&[(Level::Must, NotApplicable)], false).contains(GREY));
    }
}
