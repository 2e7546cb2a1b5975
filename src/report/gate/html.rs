//! The verdict on a flow as one page of HTML, which needs nothing but itself: the page in Markdown, laid out, with pictures of
//! what was covered. It has no program, and its policy lets none run.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pulldown_cmark::{Options, Parser, html::push_html};

use super::super::html::embed::text;
use super::super::html::{MARK, THEME};
use super::super::picture::{Picture, pictures};
use super::markdown;
use crate::coverage::Coverage;
use crate::gate::Gate;
use crate::journal::Journal;

const STYLE: &str = include_str!("style.css");
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// Signs for which a browser needs a font of pictures, and those that every font has.
const SIGNS: [(&str, &str); 4] =
    [("\u{2705}", "\u{2713}"), ("\u{274c}", "\u{2717}"), ("\u{2795}", "+"), ("\u{1f3a8}", "\u{b7}")];

/// The page, with the run that was judged.
pub fn page(gate: &Gate, run: Option<(&Journal, &Coverage)>) -> String {
    let markdown = markdown::page(gate, run);
    let mut body = String::new();
    push_html(&mut body, Parser::new_ext(&markdown, Options::ENABLE_TABLES));
    for (sign, plain) in SIGNS {
        body = body.replace(sign, plain);
    }
    let is_own = |picture: &Picture| {
        run.is_some_and(|(_, coverage)| coverage.views.iter().any(|view| view.flow == picture.flow))
    };
    let drawn = run.map(|(journal, _)| pictures(journal)).unwrap_or_default();
    let drawn: String = drawn.iter().filter(|picture| is_own(picture)).map(figure).collect();
    let verdict = if gate.publishable { "yes" } else { "no" };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n{MARK}\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<link rel=\"icon\" href=\"data:,\">\n\
         <style>\n{THEME}{STYLE}</style>\n</head>\n<body>\n<main class=\"{verdict}\">\n{body}{drawn}</main>\n</body>\n</html>\n",
        text(&gate.sentence()),
    )
}

fn figure(picture: &Picture) -> String {
    let language = picture.language.as_ref().map(|language| format!(", {language}")).unwrap_or_default();
    let name = text(&format!("{} ({}{language})", picture.flow, picture.version));
    let data = STANDARD.encode(picture.standalone());
    format!(
        "<figure>\n<figcaption>What the tests went of {name}; what is pale nobody went, what is red only tests that failed</figcaption>\n\
         <img src=\"data:image/svg+xml;base64,{data}\" alt=\"the steps of {name} and the ways between them\">\n</figure>\n"
    )
}
