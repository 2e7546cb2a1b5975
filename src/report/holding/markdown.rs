//! How applicants fare who were held, as Markdown: for a pull request, or a page.

use super::super::markdown::BEGINNING;
use super::super::markdown::text::{inline, marked, said};
use super::{lasted, pages, summary, word};
use crate::held::judge::Grade;
use crate::held::verdict::{PlaceVerdict, Resumption};
use crate::phrase::counted;

/// The page.
pub fn page(resumption: &Resumption) -> String {
    let head = match resumption.count(Grade::Lost) {
        0 => "no applicant on the way is lost".to_owned(),
        places => format!("applicants are lost at {}", counted(places, "place")),
    };
    let mut text = format!(
        "{BEGINNING}{head}\n\n### Applicants held in {} ({})\n\nHeld for {}{}; {}.\n\n| place | result | as far as |\n|:--|:--|:--|\n",
        inline(&resumption.flow),
        resumption.version,
        lasted(resumption.held_seconds),
        pages(resumption),
        summary(resumption)
    );
    for place in &resumption.places {
        let goal = place.goal.as_deref().map(inline).unwrap_or_default();
        text.push_str(&format!("| {} | {} | {goal} |\n", inline(&place.step), result(place)));
    }
    for place in resumption.places.iter().filter(|place| !place.told.is_empty() || !place.changed.is_empty()) {
        text.push_str(&format!("\n#### {}\n\n", inline(&place.step)));
        for sentence in place.told.iter().chain(&place.changed) {
            text.push_str(&format!("- {}\n", marked(sentence)));
        }
    }
    if !resumption.not_held.is_empty() {
        text.push_str("\n#### Where nobody was held\n\n");
        for missed in &resumption.not_held {
            text.push_str(&format!("- {}: {}\n", inline(&missed.step), said(&missed.why)));
        }
    }
    text
}

fn result(place: &PlaceVerdict) -> String {
    let several = if place.sessions > 1 { format!(" ({} of {})", place.count, place.sessions) } else { String::new() };
    let mark = match place.result {
        Some(Grade::Fine) => "\u{2705} ",
        Some(Grade::Hindered) => "\u{26a0}\u{fe0f} ",
        Some(Grade::Lost) => "\u{274c} ",
        None => "",
    };
    format!("{mark}{}{several}", word(place))
}
