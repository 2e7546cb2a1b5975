//! Findings on lines from which secrets were taken out, so that carets stand under what is meant.

use crate::redact::Redactor;
use crate::source::{Diagnostic, Sources, Span};

/// The texts without their secrets, and the findings with their places in these.
pub(super) fn masked(found: &[Diagnostic], sources: &Sources, redactor: &Redactor) -> (Sources, Vec<Diagnostic>) {
    let mut texts = Sources::default();
    for source in sources.all() {
        // The same order gives the same numbers.
        texts.add(source.path.clone(), redactor.mask(&source.text).into_owned());
    }
    let moved = |span: Span| {
        let text = &sources.get(span.source).text;
        if texts.get(span.source).text == *text {
            return span;
        }
        let place = |byte: usize| redactor.mask(text.get(..byte).unwrap_or_default()).len();
        texts.span(span.source, place(span.range().start)..place(span.range().end))
    };
    let mut all = found.to_vec();
    for diagnostic in &mut all {
        diagnostic.span = moved(diagnostic.span);
        diagnostic.related.iter_mut().for_each(|(span, _)| *span = moved(*span));
    }
    (texts, all)
}
