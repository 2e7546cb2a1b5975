//! A sentence about a change, as a terminal shows it.

use anstyle::Style;

use crate::semantic::Sentence;

/// A sentence with its labels in bold, or between asterisks where there are no colours.
pub fn emphasised(sentence: &Sentence, color: bool) -> String {
    let bold = Style::new().bold();
    if color { sentence.marked(|label| format!("{bold}{label}{bold:#}")) } else { sentence.to_string() }
}
