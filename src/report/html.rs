//! The report as one page of HTML, which needs nothing but itself: no network, no folder beside it.
//!
//! What the list of tests shows stands in the page as JSON; what came of each test is packed, some tests a chunk (`embed`), and
//! unpacked by the page when it is asked for. All of it reaches the page as data, and the page's program makes text of it,
//! never markup. The policy in the page lets no other program run, and nothing be loaded.

pub(super) mod embed;
mod facts;
mod view;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use super::picture::{self, Picture};
use crate::journal::Journal;

/// What the page says of who made it, near its beginning.
pub(super) const MARK: &str = r#"<meta name="generator" content="draftgate">"#;
/// The frame of the page; what stands in double braces is put in.
const PAGE: &str = include_str!("html/page.html");
/// Its colours, for screens light and dark.
pub(super) const THEME: &str = include_str!("html/style/theme.css");
const STYLE: &str = concat!(
    include_str!("html/style/theme.css"),
    include_str!("html/style/frame.css"),
    include_str!("html/style/test.css"),
    include_str!("html/style/code.css"),
    include_str!("html/style/flow.css"),
);
/// One program in one scope, so that its parts see each other and nobody else sees them.
const PROGRAM: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("html/program/document.js"),
    include_str!("html/program/address.js"),
    include_str!("html/program/data.js"),
    include_str!("html/program/copy.js"),
    include_str!("html/program/list.js"),
    include_str!("html/program/json.js"),
    include_str!("html/program/exchange.js"),
    include_str!("html/program/diff.js"),
    include_str!("html/program/source.js"),
    include_str!("html/program/failure.js"),
    include_str!("html/program/steps.js"),
    include_str!("html/program/test.js"),
    include_str!("html/program/flow.js"),
    include_str!("html/program/keys.js"),
    include_str!("html/program/main.js"),
    "})();\n"
);
/// How many tests are packed together. Tests are alike, and so pack well; a page unpacks all of a chunk to show one of them.
const TESTS_A_CHUNK: usize = 8;
const FILES_A_CHUNK: usize = 32;

/// The page.
pub fn page(journal: &Journal) -> String {
    let pictures = picture::pictures(journal);
    let tests = view::in_order(journal);
    let mut page = String::new();
    let mut rest = PAGE;
    while let Some((before, (name, after))) =
        rest.split_once("{{").and_then(|(before, after)| Some((before, after.split_once("}}")?)))
    {
        page.push_str(before);
        match name {
            "policy" => page.push_str(&policy()),
            "title" => page.push_str(&embed::text(&facts::title(journal))),
            "style" => page.push_str(STYLE),
            "headline" => page.push_str(&embed::text(&facts::headline(journal))),
            "facts" => facts::facts(journal, &mut page),
            "notice" => facts::notice(journal, &mut page),
            "summary" => facts::summary(journal, &tests, &mut page),
            "run" => page.push_str(&embed::json(&view::Run::new(journal, &tests, &pictures))),
            "program" => page.push_str(PROGRAM),
            "packed" => packed(journal, &tests, &pictures, &mut page),
            other => unreachable!("the page has a place for {other}"),
        }
        rest = after;
    }
    page.push_str(rest);
    page
}

/// What the browser is to let the page do: run this program, style itself, and nothing else.
fn policy() -> String {
    let hash = STANDARD.encode(digest(&SHA256, PROGRAM.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
         form-action 'none'"
    )
}

fn packed(journal: &Journal, tests: &[&crate::journal::Test], pictures: &[Picture], page: &mut String) {
    embed::packed("tests", tests, TESTS_A_CHUNK, |test| view::Detail::new(test, pictures), page);
    embed::packed("files", &journal.files, FILES_A_CHUNK, |file| file, page);
    embed::packed("pictures", pictures, 1, view::Drawing::new, page);
}

#[cfg(test)]
mod tests;
