//! From a [`Diagnostic`] to what a person reads: the line with a caret, as rustc draws it.
//!
//! ```text
//! error[E020]: unknown action `submti`
//!  --> scenarios/first.yaml:5:5
//!   |
//! 5 |   - submti: { First name: Ada }
//!   |     ^^^^^^
//!   |
//!   = help: did you mean `submit`?
//! ```

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Patch, Renderer, Snippet};

pub use crate::source::Severity;
use crate::source::{Code, Diagnostic, Fix, Sources, path_text};

/// Draws a diagnostic. How grave one with a code is, the code says; any other is of the given severity.
pub fn render(diagnostic: &Diagnostic, severity: Severity, sources: &Sources, color: bool) -> String {
    let level = match diagnostic.code.map_or(severity, Code::severity) {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str());
    let mut group = Group::with_title(match diagnostic.code {
        Some(code) => title.id(code.number()),
        None => title,
    });
    let mut places: Vec<Element<'_>> = Vec::new();
    let mut source_of_snippet = None;
    let mut snippet = None;
    for (at, (span, label)) in std::iter::once((diagnostic.span, diagnostic.label.as_deref()))
        .chain(diagnostic.related.iter().map(|(span, label)| (*span, Some(label.as_str()))))
        .enumerate()
    {
        let source = sources.get(span.source);
        let path = path_text(&source.path);
        if source.text.is_empty() {
            places.push(Origin::path(path).into());
            continue;
        }
        let kind = if at == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(first_line(&source.text, span.range())).label(label);
        if source_of_snippet != Some(span.source) {
            places.extend(snippet.take().map(Element::from));
            source_of_snippet = Some(span.source);
        }
        let current = snippet.take().unwrap_or_else(|| Snippet::source(&*source.text).path(path).fold(true));
        snippet = Some(current.annotation(annotation));
    }
    places.extend(snippet.map(Element::from));
    group = group.elements(places);
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let fix = diagnostic.fix.as_ref().map(|fix| fixed(fix, sources));
    renderer.render(&std::iter::once(group).chain(fix).collect::<Vec<_>>())
}

/// What to write instead, drawn as the line before and after.
fn fixed<'a>(fix: &'a Fix, sources: &'a Sources) -> Group<'a> {
    let mut group = Group::with_title(Level::HELP.secondary_title(fix.message.as_str()));
    for edit in &fix.edits {
        let source = sources.get(edit.span.source);
        let path = path_text(&source.path);
        let patch = Patch::new(edit.span.range(), edit.text.as_str());
        group = group.element(Snippet::source(&*source.text).path(path).fold(true).patch(patch));
    }
    group
}

/// A caret stands under one line: of a longer span only the first is marked.
fn first_line(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let end = text[range.clone()].find('\n').map_or(range.end, |at| range.start + at);
    let trimmed = text[range.start..end].trim_end().len();
    range.start..range.start + trimmed
}
