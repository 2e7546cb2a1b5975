//! `draftgate explain`: what an error code of the API means and how to provoke it, and what a kind of mistake in a file is.

use super::args::ExplainArguments;
use super::exit::Exit;
use super::output::Output;
use crate::api::codes::{self, ErrorCode, lookup};
use crate::conform::rules::{RULES, RuleId};
use crate::report::{conformance, explanation};
use crate::source::{CODES, Code, CodeEntry, Severity};

/// Explains one code, or lists them all.
pub(super) fn explain(arguments: &ExplainArguments, output: &Output) -> Exit {
    let Some(code) = &arguments.code else {
        output.say(&list());
        return Exit::Passed;
    };
    let code = code.trim();
    if let Some(kind) = Code::of_number(code) {
        output.say(&explanation::render(kind.entry(), output.color));
        return Exit::Passed;
    }
    if let Some(rule) = RuleId::of_name(code) {
        output.say(&conformance::explain(rule.rule(), output.color));
        return Exit::Passed;
    }
    if let Some(row) = code.parse().ok().and_then(lookup) {
        output.say(&about_code(row));
        return Exit::Passed;
    }
    let unknown = match is_kind(code) {
        true => format!("`{code}` is no kind of mistake{}", neighbouring_kinds(code)),
        false if code.to_ascii_uppercase().starts_with("DG-") => {
            format!("`{code}` is no rule, of which there are DG-01 to {}", RULES[RULES.len() - 1].id.name())
        }
        false => format!("`{code}` is no error code of the API{}", neighbours(code)),
    };
    output.complain(&format!("error: {unknown}; `draftgate explain` lists them all"));
    Exit::Usage
}

/// Whether a word has the form of a mistake's number, rather than of an API's code.
fn is_kind(word: &str) -> bool {
    word.strip_prefix(['E', 'e', 'W', 'w']).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The kinds of mistakes on either side of a number that is none.
fn neighbouring_kinds(word: &str) -> String {
    let wanted = word.to_ascii_uppercase();
    let same_letter = || CODES.iter().map(|entry| entry.number).filter(|number| number.starts_with(&wanted[..1]));
    // `E7` is meant as E007; numbers of one length compare as texts.
    let padded = format!("{}{:0>3}", &wanted[..1], &wanted[1..]);
    let is_longer = padded.len() > 4;
    let below = same_letter().rfind(|number| is_longer || *number < padded.as_str());
    let above = same_letter().find(|number| !is_longer && *number > padded.as_str());
    match (below, above) {
        (Some(below), Some(above)) => format!("; the nearest are {below} and {above}"),
        (Some(only), None) | (None, Some(only)) => format!("; the nearest is {only}"),
        (None, None) => String::new(),
    }
}

/// The codes on either side of a number that is none.
fn neighbours(code: &str) -> String {
    let Ok(number) = code.trim().parse::<u16>() else { return String::new() };
    let below = codes::CODES.iter().rev().find(|row| row.number < number);
    let above = codes::CODES.iter().find(|row| row.number > number);
    match (below, above) {
        (Some(below), Some(above)) => format!(", which has {} and {}", below.number, above.number),
        (Some(only), None) | (None, Some(only)) => format!(", which has {}", only.number),
        (None, None) => String::new(),
    }
}

fn list() -> String {
    let mut text = String::from("Error codes of the API\n\ncode  HTTP  text\n");
    for row in codes::CODES {
        text.push_str(&format!("{:4}  {:4}  {}\n", row.number, row.status, row.text));
    }
    text.push_str("\nThe HTTP status is the sandbox's: the reference says only that it is not a success.\n");
    text.push_str("`draftgate explain 4006` says when a code occurs, and shows a scenario that provokes it.\n");
    text.push_str("\nRules that `draftgate conform` holds flows to\n\n");
    RULES.iter().for_each(|rule| {
        text.push_str(&format!("{}  {:6}  {}\n", rule.id.name(), rule.level.word(), rule.title));
    });
    text.push_str("\n`draftgate explain DG-05` says what a rule stands on and how it is checked.\n");
    for (severity, title) in [(Severity::Error, "Mistakes in files"), (Severity::Warning, "Warnings")] {
        let kinds: Vec<&CodeEntry> = CODES.iter().filter(|entry| entry.code.severity() == severity).collect();
        let Some(first) = kinds.first() else { continue };
        text.push_str(&format!("\n{title}\n\n"));
        kinds.iter().for_each(|kind| text.push_str(&format!("{}  {}\n", kind.number, kind.title)));
        text.push_str(&format!(
            "\n`draftgate explain {}` says more about one, with an example put right.\n",
            first.number
        ));
    }
    text
}

fn about_code(row: &ErrorCode) -> String {
    let mut text = format!("{}  {}  (HTTP {})\n\n", row.number, row.text, row.status);
    text.push_str(&format!("When: {}.\n\n", row.when));
    text.push_str(&format!("A scenario of draftgate's own suite that provokes it, {}:\n\n", row.scenario()));
    for line in row.provoke.lines() {
        text.push_str(format!("  {line}").trim_end());
        text.push('\n');
    }
    text
}
