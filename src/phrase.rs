//! Phrases that are the same wherever people read them: how many there are of something, what a slip was meant to be, and
//! texts of others made fit to be shown.

/// A number of things: `1 test`, `2 tests`. The word takes an `s` in the plural.
///
/// ```
/// assert_eq!(draftgate::phrase::counted(2, "snapshot"), "2 snapshots");
/// ```
pub fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// The advice for a misspelt word, of which this is the [`nearest`] known one.
///
/// ```
/// use draftgate::phrase::{did_you_mean, nearest};
/// assert_eq!(nearest("submti", ["submit", "back"]).map(did_you_mean).unwrap(), "did you mean `submit`?");
/// ```
pub fn did_you_mean(near: &str) -> String {
    format!("did you mean `{near}`?")
}

/// The known word nearest to a misspelt one, when one is near enough to be what was meant.
///
/// ```
/// assert_eq!(draftgate::phrase::nearest("submti", ["submit", "back"]), Some("submit"));
/// assert_eq!(draftgate::phrase::nearest("zebra", ["submit", "back"]), None);
/// ```
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    // Of a word of one or two letters everything is near.
    let letters = word.chars().count();
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            let shorter = candidate.chars().count().min(letters);
            *distance == 0 || (shorter >= 3 && *distance <= shorter / 3)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Whether a character does something else than be seen: it moves a terminal's cursor, turns the direction of the text around
/// it, or hides in it. What such a text came from is not to be trusted with the screen. Joiners are seen by what they do to
/// their neighbours, as in emoji and in Persian.
///
/// ```
/// assert!("\u{1b}\u{202e}\t".chars().all(draftgate::phrase::is_unseen));
/// ```
pub fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
