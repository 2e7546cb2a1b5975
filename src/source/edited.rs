//! A text made from another one, and where each part of it comes from.

use std::ops::Range;

/// A text made from another one by replacing ranges of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The new text.
    pub text: String,
    /// What was taken over as it was, in order: where it begins in the new text, and which bytes of the old one it is.
    taken: Vec<(usize, Range<usize>)>,
}

impl Edited {
    /// Replaces ranges of a text. They are on character boundaries, and none reaches into another; of two that do, the
    /// later one is left out as far as the earlier one reaches.
    ///
    /// ```
    /// use draftgate::source::Edited;
    ///
    /// let edited = Edited::new("one two three", vec![(0..4, String::new()), (8..13, "3".to_owned())]);
    /// assert_eq!(edited.text, "two 3");
    /// assert_eq!([edited.origin(0), edited.origin(3), edited.origin(4)], [Some(4), Some(7), None]);
    /// ```
    pub fn new(old: &str, mut edits: Vec<(Range<usize>, String)>) -> Self {
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut edited = Edited { text: String::with_capacity(old.len()), taken: Vec::new() };
        let mut behind = 0;
        for (range, new) in edits {
            if range.start > behind {
                edited.take(old, behind..range.start);
            }
            edited.text.push_str(&new);
            behind = behind.max(range.end);
        }
        edited.take(old, behind..old.len());
        edited
    }

    fn take(&mut self, old: &str, range: Range<usize>) {
        self.taken.push((self.text.len(), range.clone()));
        self.text.push_str(&old[range]);
    }

    /// Where a byte of the new text stood in the old one; none of what is new.
    pub fn origin(&self, byte: usize) -> Option<usize> {
        let at = self.taken.partition_point(|(start, _)| *start <= byte).checked_sub(1)?;
        let (start, range) = &self.taken[at];
        (byte - start < range.len()).then(|| range.start + byte - start)
    }

    /// Where a byte of the old text stands in the new one; none of what was replaced.
    pub fn destination(&self, byte: usize) -> Option<usize> {
        let (start, range) = self.taken.iter().find(|(_, range)| range.contains(&byte))?;
        Some(start + byte - range.start)
    }
}
