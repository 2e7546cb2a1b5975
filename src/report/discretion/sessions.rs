//! Ids of sessions: whoever has one can go on as the applicant.

use std::collections::HashMap;

use crate::redact::{Needle, encodings};

/// How much of an id is shown: enough to find it in a log.
const SHOWN: usize = 8;
/// The fewest characters of an id of which that is not nearly all.
const LEAST: usize = 16;
/// The fewest characters of an id that is masked wherever it stands, and of one that is where it stands as a word. A
/// shorter one, as only tests have it, is masked where sessions stand.
const LEAST_ANYWHERE: usize = 8;
const LEAST_WORD: usize = 4;
/// What is shown of an id that is too short to show a part of.
const SHORT: &str = "[session";

/// What is shown of each id: its first characters, and a number where two begin alike.
pub(super) fn shown<'s>(sessions: impl IntoIterator<Item = &'s String>) -> HashMap<String, String> {
    let mut all: HashMap<String, String> = HashMap::new();
    let mut begun: HashMap<String, usize> = HashMap::new();
    for session in sessions {
        if all.contains_key(session) || is_hidden(session) {
            continue;
        }
        let length = session.chars().count();
        let head: String = session.chars().take(if length < LEAST { 0 } else { SHOWN }).collect();
        let same = begun.entry(head.clone()).or_default();
        *same += 1;
        let text = match (head.is_empty(), *same) {
            (true, 1) => format!("{SHORT}]"),
            (true, number) => format!("{SHORT} {number}]"),
            (false, 1) => format!("{head}…"),
            (false, number) => format!("{head}…{number}"),
        };
        all.insert(session.clone(), text);
    }
    all
}

/// Whether a text is what is shown in place of an id.
pub fn is_hidden(session: &str) -> bool {
    session.contains('…') || session.starts_with(SHORT)
}

/// What is looked for in texts.
pub(super) fn needles(shown: &HashMap<String, String>) -> Vec<Needle> {
    let mut needles = Vec::new();
    for (session, shown) in shown {
        let length = session.chars().count();
        let mut forms = match length {
            LEAST_ANYWHERE.. => encodings(session),
            LEAST_WORD.. => vec![session.clone()],
            _ => Vec::new(),
        };
        if length >= LEAST {
            forms.extend([session.to_uppercase(), session.to_lowercase(), session.replace('-', "")]);
        }
        let whole = length < LEAST_ANYWHERE;
        needles.extend(forms.into_iter().map(|text| Needle { text, shown: shown.as_str().into(), whole }));
    }
    needles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_shown_by_which_two_are_told_apart() {
        let sessions =
            ["0f8fad5b-d9cb-469f-a165-70867728950e", "short", "0f8fad5b-0000-469f-a165-70867728950e", "s", "short"];
        let shown = shown(&sessions.map(str::to_owned));
        let of = |at: usize| shown[sessions[at]].as_str();
        assert_eq!([of(0), of(1), of(2), of(3)], ["0f8fad5b…", "[session]", "0f8fad5b…2", "[session 2]"]);
        assert!(shown.values().all(|text| is_hidden(text)) && !sessions.iter().any(|session| is_hidden(session)));
    }
}
