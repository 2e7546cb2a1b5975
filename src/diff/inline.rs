//! The lines that differ between two texts, with the words in them that do.

use similar::TextDiff;

use super::{CONTEXT_LINES, LineKind};

/// A line of a comparison of two texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlineLine {
    /// What became of it.
    pub kind: LineKind,
    /// Its number in the old text, from one, if it is in it.
    pub old_line: Option<usize>,
    /// Its number in the new text, from one, if it is in it.
    pub new_line: Option<usize>,
    /// The line in parts, without its end: whether a part differs from the line's counterpart, and its text.
    pub parts: Vec<(bool, String)>,
    /// Whether lines were left out before it.
    pub after_gap: bool,
}

/// The lines that differ between two texts, with three lines round each, and the words in them that differ. Lines with no
/// counterpart that is like them have no marked words: all of them differs.
///
/// ```
/// use draftgate::diff::inline::inline_lines;
/// let lines = inline_lines("the old word", "the new word");
/// let marked: Vec<_> = lines[1].parts.iter().filter(|(differs, _)| *differs).collect();
/// assert_eq!(marked, [&(true, "new".to_owned())]);
/// ```
pub fn inline_lines(old: &str, new: &str) -> Vec<InlineLine> {
    let diff = TextDiff::from_lines(old, new);
    let mut lines = Vec::new();
    let mut next_old = 0;
    for group in diff.grouped_ops(CONTEXT_LINES) {
        let start = group.first().map_or(next_old, |op| op.old_range().start);
        let mut after_gap = start > next_old;
        for op in &group {
            for change in diff.iter_inline_changes(op) {
                let parts: Vec<(bool, String)> = change
                    .iter_strings_lossy()
                    .map(|(differs, text)| (differs, text.trim_end_matches(['\n', '\r']).to_owned()))
                    .filter(|(_, text)| !text.is_empty())
                    .collect();
                lines.push(InlineLine {
                    kind: change.tag().into(),
                    old_line: change.old_index().map(|index| index + 1),
                    new_line: change.new_index().map(|index| index + 1),
                    parts,
                    after_gap: std::mem::take(&mut after_gap),
                });
            }
        }
        next_old = group.last().map_or(next_old, |op| op.old_range().end);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_marked_and_far_lines_left_out() {
        let old: String = (0..20).map(|at| format!("line {at}\n")).collect();
        let new = old.replace("line 10\n", "line ten\n");
        let lines = inline_lines(&old, &new);
        assert_eq!(lines.len(), 8);
        assert!(lines[0].after_gap && lines[1..].iter().all(|line| !line.after_gap));
        assert_eq!(lines[3].kind, LineKind::Removed);
        assert_eq!(lines[3].parts, [(false, "line ".to_owned()), (true, "10".to_owned())]);
        assert_eq!((lines[4].old_line, lines[4].new_line), (None, Some(11)));
    }

    #[test]
    fn what_has_no_counterpart_is_marked_nowhere() {
        let lines = inline_lines("a\n", "a\nb c\n");
        assert_eq!(lines[1].parts, [(false, "b c".to_owned())]);
        assert_eq!(inline_lines("a", "a"), []);
    }
}
