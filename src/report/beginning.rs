//! What reports begin with, by which they are told from what people write.

use super::{conformance, gitlab, html, jsonl, junit, markdown, picture, terminal};

/// As much of a file as [`is_report`] asks for, in bytes.
pub const BEGINNING_BYTES: u64 = 4096;

/// Whether a file that begins so is a report of draftgate, of any kind.
pub fn is_report(beginning: &[u8]) -> bool {
    let text = String::from_utf8_lossy(beginning);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let begins = [conformance::BEGINNING, junit::BEGINNING, jsonl::BEGINNING, markdown::BEGINNING, gitlab::BEGINNING];
    begins.iter().any(|begin| text.starts_with(begin))
        || text.trim_end() == gitlab::NOTHING
        || (text.starts_with("<!DOCTYPE html>") && text.contains(html::MARK))
        || (text.starts_with("<?xml ") && text.contains(picture::DRAWN_BY))
        || terminal::is_summary(text)
        || is_annotation(text)
}

/// Whether a file that begins so is the output of a run in one of Rust's formats.
pub fn is_rust_log(beginning: &[u8]) -> bool {
    let text = String::from_utf8_lossy(beginning);
    let first = text.trim_start().lines().next().unwrap_or_default();
    first.starts_with("running ") || first.starts_with(r#"{ "type": "suite""#) || first.ends_with(": test")
}

/// A workflow command of GitHub Actions, as we write it.
fn is_annotation(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    ["::error ", "::warning "].iter().any(|command| first.starts_with(command)) && first.contains("title=")
}
