//! `draftgate explain`: what an error code of the API means, and how to provoke it.

use super::args::ExplainArguments;
use super::exit::Exit;
use super::output::Output;
use crate::api::codes::{CODES, ErrorCode, lookup};

/// Explains one code, or lists them all.
pub(super) fn explain(arguments: &ExplainArguments, output: &Output) -> Exit {
    let Some(code) = &arguments.code else {
        output.say(&list());
        return Exit::Passed;
    };
    match code.trim().parse().ok().and_then(lookup) {
        Some(row) => {
            output.say(&about(row));
            Exit::Passed
        }
        None => {
            output.complain(&format!(
                "error: `{code}` is no error code of the API{}; `draftgate explain` lists them all",
                neighbours(code)
            ));
            Exit::Usage
        }
    }
}

/// The codes on either side of a number that is none.
fn neighbours(code: &str) -> String {
    let Ok(number) = code.trim().parse::<u16>() else { return String::new() };
    let below = CODES.iter().rev().find(|row| row.number < number);
    let above = CODES.iter().find(|row| row.number > number);
    match (below, above) {
        (Some(below), Some(above)) => format!(", which has {} and {}", below.number, above.number),
        (Some(only), None) | (None, Some(only)) => format!(", which has {}", only.number),
        (None, None) => String::new(),
    }
}

fn list() -> String {
    let mut text = String::from("code  HTTP  text\n");
    for row in CODES {
        text.push_str(&format!("{:4}  {:4}  {}\n", row.number, row.status, row.text));
    }
    text.push_str("\nThe HTTP status is the sandbox's: the reference says only that it is not a success.\n");
    text.push_str("`draftgate explain 4006` says when a code occurs, and shows a scenario that provokes it.\n");
    text
}

fn about(row: &ErrorCode) -> String {
    let mut text = format!("{}  {}  (HTTP {})\n\n", row.number, row.text, row.status);
    text.push_str(&format!("When: {}.\n\n", row.when));
    text.push_str(&format!("A scenario of draftgate's own suite that provokes it, {}:\n\n", row.scenario()));
    for line in row.provoke.lines() {
        text.push_str(format!("  {line}").trim_end());
        text.push('\n');
    }
    text
}
