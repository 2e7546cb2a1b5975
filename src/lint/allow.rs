//! `# lint: allow W004 reason`: what a comment allows is not reported.
//!
//! The comment stands on the line that is meant, or by itself on the line above it.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::Material;
use crate::scenario::Scenario;
use crate::source::{CODES, Code, Diagnostic, Severity, SourceId};

/// What begins such a comment. Somebody who forgets a space or the colon means nothing else.
static MARK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)#[ \t]*lint[ \t]*(?::[ \t]*allow\b|[ \t]allow[ \t]+[we]\d{3}\b)")
        .expect("the pattern is a constant")
});
/// What says that a comment allows nothing: no comment allows that.
const UNUSED: &str = "W019";
/// What is written like a code.
static CODE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)^[we]\d{2,4}$").expect("the pattern is a constant"));

/// What one comment allows.
struct Allowance {
    codes: Vec<String>,
    range: std::ops::Range<usize>,
    used: bool,
}

/// Takes out what is allowed, and reports comments that allow nothing.
pub(super) fn filter(material: &Material<'_>, found: &mut Vec<Diagnostic>) {
    let suite = material.suite;
    let files: HashSet<SourceId> = (suite.scenarios.iter().map(|scenario| scenario.span.source))
        .chain(suite.fragments.iter().map(|fragment| fragment.span.source))
        .chain(material.config)
        .collect();
    // By file and line: a comment by itself counts for the next line.
    let mut allowed: HashMap<(SourceId, usize), Vec<Allowance>> = HashMap::new();
    for file in files {
        let text = &material.sources.get(file).text;
        if text.contains('#') && MARK.is_match(text) {
            for (line, allowance) in allowances(text) {
                allowed.entry((file, line)).or_default().push(allowance);
            }
        }
    }
    if allowed.is_empty() {
        return;
    }
    found.retain(|diagnostic| {
        let line = material.sources.line_column(diagnostic.span).0;
        let number = diagnostic.code.map_or("", Code::number);
        let mut free = true;
        for allowance in allowed.get_mut(&(diagnostic.span.source, line)).into_iter().flatten() {
            if allowance.codes.iter().any(|code| code == number) {
                allowance.used = true;
                free = false;
            }
        }
        free
    });
    // Checks that need all files do not run on some of them, and those that need a map not without one.
    let judged = judged(material);
    for ((file, _), allowance) in allowed.iter().flat_map(|(place, all)| all.iter().map(move |one| (place, one))) {
        let unknown = unknown(material, *file, allowance);
        let misspelt = !unknown.is_empty();
        found.extend(unknown);
        let judged = !misspelt && (judged.contains(file) || !allowance.codes.iter().any(|code| needs_map(code)));
        if !allowance.used && material.whole && judged {
            let span = material.sources.span(*file, allowance.range.clone());
            found.push(
                Diagnostic::mistake(Code::UnusedAllowance, span, "this comment allows what is not there")
                    .help("take it out, or write the code of what is meant: `# lint: allow W001 reason`"),
            );
        }
    }
}

/// The scenarios that are held against a map: one that is skipped may be ahead of its flow.
fn judged(material: &Material<'_>) -> HashSet<SourceId> {
    let known = |scenario: &&Scenario| {
        let flow = scenario.flow.as_str();
        scenario.skip.is_none() && flow.is_some_and(|flow| material.maps.contains_key(flow))
    };
    material.suite.scenarios.iter().filter(known).map(|scenario| scenario.span.source).collect()
}

/// Whether a warning is about what a map knows of a flow.
fn needs_map(code: &str) -> bool {
    (Code::UnknownField.number()..=Code::RenamedStep.number()).contains(&code)
}

/// Every comment that allows something, with the line that it counts for, from one.
fn allowances(text: &str) -> Vec<(usize, Allowance)> {
    let mut all = Vec::new();
    let mut start = 0;
    for (at, line) in text.split_inclusive('\n').enumerate() {
        if let Some(mark) = MARK.find(line) {
            let mark = mark.start();
            let rest =
                line[mark..].to_ascii_lowercase().find("allow").map_or("", |at| &line[mark + at + "allow".len()..]);
            let words = rest.split([' ', ',', '\t']).map(|word| word.trim_end_matches([':', '.', ';', '\n', '\r']));
            let words = words.filter(|word| !word.is_empty());
            let codes = words.take_while(|word| CODE.is_match(word)).map(str::to_ascii_uppercase).collect();
            let alone = line[..mark].trim().is_empty();
            let range = start + mark..start + line.trim_end().len();
            all.push((if alone { at + 2 } else { at + 1 }, Allowance { codes, range, used: false }));
        }
        start += line.len();
    }
    all
}

/// The codes of a comment that are those of no warning.
fn unknown(material: &Material<'_>, file: SourceId, allowance: &Allowance) -> Vec<Diagnostic> {
    let is_warning = |code: &String| {
        Code::of_number(code).is_some_and(|code| code.severity() == Severity::Warning && code.number() != UNUSED)
    };
    let text = &material.sources.get(file).text;
    let whole = &text[allowance.range.clone()];
    let place = |code: &str| {
        let at = whole.to_ascii_uppercase().find(code).map_or(0, |at| allowance.range.start + at);
        material.sources.span(file, at..at + code.len())
    };
    let told = |code: &String| match Code::of_number(code) {
        Some(_) => Diagnostic::mistake(Code::UnusedAllowance, place(code), format!("{code} cannot be allowed"))
            .help("put right what it is about"),
        None => {
            let mut known = CODES.iter().map(|entry| entry.number).filter(|number| number.starts_with('W'));
            let (first, last) = known.next().zip(known.next_back()).unwrap_or_default();
            Diagnostic::mistake(Code::UnusedAllowance, place(code), format!("there is no warning {code}"))
                .help(format!("the warnings are {first} to {last}; `draftgate explain W008` says more about one"))
        }
    };
    allowance.codes.iter().filter(|code| !is_warning(code)).map(told).collect()
}
