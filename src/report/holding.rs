//! Applicants who are held, and how they fare afterwards: for a terminal, and for a page.

pub mod markdown;

use anstyle::{AnsiColor, Style};

use super::paint::style;
use super::sentence::emphasised;
use crate::held::Holding;
use crate::held::judge::Grade;
use crate::held::verdict::{PlaceVerdict, Resumption, place_name};
use crate::phrase::{counted, is_unseen};

/// How wide the column of results is.
const RESULT: usize = 11;
/// What a place is when nobody was looked after there: all had been gone on with before.
const GONE_ON: &str = "gone on";
/// What a place is when no answer came.
const NO_ANSWER: &str = "no answer";

/// Where applicants are held, and where not.
pub fn held(flow: &str, version: &str, holding: &Holding, color: bool) -> String {
    let bold = style(color, Style::new().bold());
    let mut text = format!("{bold}{}{bold:#} ({version})\n\n", seen(flow));
    let green = style(color, AnsiColor::Green.on_default());
    let width = holding.places.iter().map(|place| place_name(place).chars().count()).max().unwrap_or_default();
    for place in &holding.places {
        let requests = place.sessions.first().map_or(0, |session| session.requests);
        let sessions = counted(place.sessions.len(), "session");
        let name = seen(&place_name(place));
        let after = counted(requests, "request");
        text.push_str(&format!("  {green}{:RESULT$}{green:#}{name:width$}  {sessions} after {after}\n", "held"));
    }
    let red = style(color, AnsiColor::Red.on_default());
    for missed in &holding.missed {
        let (step, why) = (seen(&missed.step), seen(&missed.why));
        text.push_str(&format!("  {red}{:RESULT$}{red:#}{step}: {why}\n", "not held"));
    }
    let sessions = holding.places.iter().flat_map(|place| &place.sessions);
    let requests: usize = sessions.clone().map(|session| session.requests).sum();
    text.push_str(&format!(
        "\n  {} held at {}; {} and {} found the ways, {} led there\n",
        counted(sessions.count(), "applicant"),
        counted(holding.places.len(), "place"),
        counted(holding.walks, "session"),
        counted(holding.requests, "request"),
        counted(requests, "more request"),
    ));
    if !holding.explored {
        text.push_str(&format!(
            "  The flow has not been explored: `draftgate explore {}` finds steps that made-up data and options\n  \
             do not lead to.\n",
            seen(flow)
        ));
    }
    text
}

/// How applicants fare, place by place.
pub fn resumed(resumption: &Resumption, color: bool) -> String {
    let bold = style(color, Style::new().bold());
    let (flow, version) = (seen(&resumption.flow), &resumption.version);
    let pages = pages(resumption);
    let mut text = format!("{bold}{flow}{bold:#} ({version}), held for {}{pages}\n\n", lasted(resumption.held_seconds));
    let width = resumption.places.iter().map(|place| place.step.chars().count()).max().unwrap_or_default();
    for place in &resumption.places {
        let paint = match place.result {
            Some(Grade::Fine) => style(color, AnsiColor::Green.on_default()),
            Some(Grade::Hindered) => style(color, AnsiColor::Yellow.on_default()),
            Some(Grade::Lost) => style(color, AnsiColor::Red.on_default().bold()),
            None => style(color, Style::new().dimmed()),
        };
        let line = format!("{:width$}  {}", seen(&place.step), outcome(place, resumption.stayed));
        text.push_str(&format!("  {paint}{:RESULT$}{paint:#}{}\n", word(place), line.trim_end()));
        for sentence in place.told.iter().chain(&place.changed) {
            text.push_str(&format!("  {:RESULT$}  {}\n", "", emphasised(sentence, color)));
        }
    }
    for missed in &resumption.not_held {
        text.push_str(&format!("  {:RESULT$}{}: {}\n", "not held", seen(&missed.step), seen(&missed.why)));
    }
    text.push_str(&format!("\n  {}\n", summary(resumption)));
    text
}

/// What is said of those whose pages had stayed open.
fn pages(resumption: &Resumption) -> &'static str {
    if resumption.open_pages { ", their pages open all the time" } else { "" }
}

/// What a place is, in a word.
fn word(place: &PlaceVerdict) -> &'static str {
    match (place.result, place.sessions) {
        (Some(grade), _) => grade.word(),
        (None, 0) => GONE_ON,
        (None, _) => NO_ANSWER,
    }
}

/// How far they got, and of several how many fare so.
fn outcome(place: &PlaceVerdict, stayed: bool) -> String {
    let mut said = Vec::new();
    match (&place.goal, place.result) {
        (Some(goal), _) => said.push(format!("as far as {}", seen(goal))),
        (None, Some(Grade::Fine)) if stayed => said.push("stands there".to_owned()),
        (None, None) if place.sessions == 0 => said.push("with them somebody went on before".to_owned()),
        (None, _) => {}
    }
    if place.sessions > 1 && place.result.is_some() {
        said.push(format!("{} of {}", place.count, place.sessions));
    }
    said.join(", ")
}

/// What came of it, in a line.
pub fn summary(resumption: &Resumption) -> String {
    let count = |grade: Grade| format!("{} {}", resumption.count(grade), grade.word());
    let looked_after = resumption.places.iter().filter(|place| place.result.is_some()).count();
    let mut said = vec![[Grade::Fine, Grade::Hindered, Grade::Lost].map(count).join(", ")];
    said.push(format!("{} of {}", looked_after, counted(resumption.places.len(), "place")));
    let requests: usize = resumption.places.iter().map(|place| place.requests).sum();
    said.push(counted(requests, "request"));
    said.join("; ")
}

/// How long it was: "2 days 3 h", "4 min 10 s".
pub fn lasted(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{minutes} min {} s", seconds % 60),
        3600..86400 => format!("{hours} h {minutes} min"),
        _ => format!("{} {hours} h", counted(days as usize, "day")),
    }
}

/// A text with nothing in it that a terminal would obey.
fn seen(text: &str) -> String {
    text.replace(is_unseen, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_it_was_is_told_as_people_do() {
        let told = [5, 61, 7260, 90000, 200_000].map(lasted);
        assert_eq!(told, ["5 s", "1 min 1 s", "2 h 1 min", "1 day 1 h", "2 days 7 h"]);
    }
}
