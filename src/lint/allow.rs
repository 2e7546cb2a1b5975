//! `# lint: allow W004 reason`: what a comment allows is not reported.
//!
//! The comment stands on the line that is meant, or by itself on the line above it.

use std::collections::{HashMap, HashSet};

use super::Material;
use crate::scenario::Scenario;
use crate::source::{Code, Diagnostic, SourceId};

const MARK: &str = "# lint: allow";

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
        if text.contains(MARK) {
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
        let judged = judged.contains(file) || !allowance.codes.iter().any(|code| needs_map(code));
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
        let flow = scenario.flow.as_literal().and_then(serde_json::Value::as_str);
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
        if let Some(mark) = line.find(MARK) {
            let words =
                line[mark + MARK.len()..].split([' ', ',', '\t']).map(|word| word.trim_end_matches([':', '\n', '\r']));
            let codes =
                words.filter(|word| !word.is_empty()).take_while(|word| is_code(word)).map(str::to_owned).collect();
            let alone = line[..mark].trim().is_empty();
            let range = start + mark..start + line.trim_end().len();
            all.push((if alone { at + 2 } else { at + 1 }, Allowance { codes, range, used: false }));
        }
        start += line.len();
    }
    all
}

fn is_code(word: &str) -> bool {
    word.len() == 4 && word.starts_with('W') && word[1..].bytes().all(|byte| byte.is_ascii_digit())
}
