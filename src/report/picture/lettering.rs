//! Texts that fit into a box of a picture.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// How many columns a line of a title has: a bold letter of 13 pixels is some 8 wide.
const TITLE: usize = 20;
/// How many columns the type has, in letters of 11 pixels.
const TYPE: usize = 25;
/// What stands for what is left out.
const MORE: char = '…';

/// A title as the two lines that fit at most.
pub fn title(text: &str) -> Vec<String> {
    fitted(text, TITLE, 2)
}

/// A type as the one line that fits.
pub fn kind(text: &str) -> String {
    fitted(text, TYPE, 1).pop().unwrap_or_default()
}

/// A text as so many lines, broken between words where that is possible, and cut short where it is too long.
fn fitted(text: &str, columns: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.extend(parts(word, columns)),
        }
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while last.width() >= columns {
                last.pop();
            }
            last.push(MORE);
        }
    }
    lines
}

/// A word in pieces of which each fits.
fn parts(word: &str, columns: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut width = 0;
    for letter in word.chars() {
        let own = letter.width().unwrap_or_default();
        if width + own > columns {
            parts.push(String::new());
            width = 0;
        }
        width += own;
        if let Some(last) = parts.last_mut() {
            last.push(letter);
        }
    }
    parts
}

/// A text as XML has it; what XML cannot say at all is replaced.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_broken_between_words_and_cut_short() {
        for (text, lines) in [
            ("Address", &["Address"][..]),
            ("", &[]),
            ("Upload your identity document", &["Upload your identity", "document"]),
            ("Tell us who owns more than a quarter of it", &["Tell us who owns", "more than a quarter…"]),
            ("Donaudampfschifffahrtsgesellschaft", &["Donaudampfschifffahr", "tsgesellschaft"]),
            ("お客様の情報をご入力ください", &["お客様の情報をご入力", "ください"]),
        ] {
            assert_eq!(title(text), lines);
            assert!(title(text).iter().all(|line| line.width() <= TITLE), "{text}");
        }
        assert_eq!(kind("trulioo_electronic_idv"), "trulioo_electronic_idv");
        assert_eq!(kind("a_service_whose_type_is_too_long"), "a_service_whose_type_is_…");
    }

    #[test]
    fn nothing_of_a_text_is_taken_for_xml() {
        assert_eq!(escape("<b>\"&\u{0}\n"), "&lt;b&gt;&quot;&amp;\u{fffd} ");
    }
}
