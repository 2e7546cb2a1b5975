//! Putting right what can be put right: the edits of diagnostics, laid on their texts.

use std::collections::BTreeMap;

use crate::source::{Diagnostic, Edit, SourceId, Sources};

/// A file as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The file.
    pub source: SourceId,
    /// Its new text.
    pub text: String,
    /// How many fixes are in it.
    pub fixes: usize,
}

/// Lays the fixes of diagnostics on their texts; everything else of a text stays byte for byte. Of two fixes that would
/// change the same place the first is taken.
pub fn apply(diagnostics: &[Diagnostic], sources: &Sources) -> Vec<Fixed> {
    let mut edits: BTreeMap<SourceId, Vec<&Edit>> = BTreeMap::new();
    let mut fixes: BTreeMap<SourceId, usize> = BTreeMap::new();
    for fix in diagnostics.iter().filter_map(|diagnostic| diagnostic.fix.as_ref()) {
        let free = |edit: &Edit| {
            let others = edits.get(&edit.span.source).into_iter().flatten();
            others.into_iter().all(|other| edit.span.end <= other.span.start || other.span.end <= edit.span.start)
        };
        // A fix is made whole or not at all.
        if !fix.edits.iter().all(free) {
            continue;
        }
        for edit in &fix.edits {
            edits.entry(edit.span.source).or_default().push(edit);
        }
        if let Some(edit) = fix.edits.first() {
            *fixes.entry(edit.span.source).or_default() += 1;
        }
    }
    let fixed = |(source, mut edits): (SourceId, Vec<&Edit>)| {
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
        let mut text = sources.get(source).text.to_string();
        edits.iter().for_each(|edit| text.replace_range(edit.span.range(), &edit.text));
        Fixed { source, text, fixes: fixes.get(&source).copied().unwrap_or_default() }
    };
    edits.into_iter().map(fixed).collect()
}
