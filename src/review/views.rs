//! What is seen of an item between its header and the keys.

use super::item::Item;
use super::paint::{Line, Look};
use crate::diff::LineKind;
use crate::diff::inline::{InlineLine, inline_lines};
use crate::semantic::{Part, Sentence};

/// What is seen of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// What it means, then the text.
    Semantic,
    /// The text.
    Text,
    /// The accepted text and the new one beside each other.
    SideBySide,
}

impl View {
    /// The next one, round and round.
    pub(super) fn next(self) -> Self {
        match self {
            View::Semantic => View::Text,
            View::Text => View::SideBySide,
            View::SideBySide => View::Semantic,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            View::Semantic => "summary",
            View::Text => "text",
            View::SideBySide => "side by side",
        }
    }
}

/// The lines of a view, none wider than this many columns.
pub(super) fn lines(item: &Item, view: View, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    if view == View::Semantic {
        lines.extend(item.sentences.iter().flat_map(|sentence| bullet(sentence, width)));
        lines.push(Line::default());
    }
    let new = item.waiting.body.as_str();
    match (&item.waiting.accepted, view) {
        (None, _) => lines.extend(new.lines().flat_map(|line| indented(Line::of(Look::Plain, line), width))),
        (Some(old), View::SideBySide) => lines.extend(side_by_side(&inline_lines(old, new), width)),
        (Some(old), _) => lines.extend(inline_lines(old, new).iter().flat_map(|line| one_line(line, width))),
    }
    lines
}

/// A sentence as an item of a list, its labels strong.
fn bullet(sentence: &Sentence, width: usize) -> Vec<Line> {
    let line = sentence.parts.iter().fold(Line::of(Look::Dim, "• "), |line, part| match part {
        Part::Words(words) => line.with(Look::Plain, words),
        Part::Label(label) => line.with(Look::Strong, label),
    });
    line.folded(width, 2)
}

/// A line of a text, folded under its own indentation.
fn indented(line: Line, width: usize) -> Vec<Line> {
    let text = line.painted(false);
    let spaces = text.chars().take_while(|letter| *letter == ' ' || matches!(letter, '+' | '-')).count();
    line.folded(width, spaces + 2)
}

fn one_line(line: &InlineLine, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    if line.after_gap {
        lines.push(Line::of(Look::Dim, "  …"));
    }
    let (sign, look, _) = looks(line.kind);
    lines.extend(indented(Line::of(look, sign).and(&painted(line)), width));
    lines
}

fn looks(kind: LineKind) -> (&'static str, Look, Look) {
    match kind {
        LineKind::Context => ("  ", Look::Plain, Look::Plain),
        LineKind::Added => ("+ ", Look::Added, Look::AddedWord),
        LineKind::Removed => ("- ", Look::Removed, Look::RemovedWord),
    }
}

fn painted(line: &InlineLine) -> Line {
    let (_, look, word) = looks(line.kind);
    line.parts
        .iter()
        .fold(Line::default(), |painted, (differs, text)| painted.with(if *differs { word } else { look }, text))
}

/// The old text in the left half and the new one in the right.
fn side_by_side(changed: &[InlineLine], width: usize) -> Vec<Line> {
    let half = width.saturating_sub(3) / 2;
    let mut lines = vec![beside(Line::of(Look::Strong, "accepted").cut(half), &Line::of(Look::Strong, "new"), half)];
    let mut rest = changed;
    while let Some(first) = rest.first() {
        if first.after_gap {
            lines.push(beside(Line::of(Look::Dim, "…"), &Line::of(Look::Dim, "…"), half));
        }
        let run = |kind: LineKind, from: &[InlineLine]| {
            let ends = |(at, line): (usize, &InlineLine)| line.kind != kind || (at > 0 && line.after_gap);
            (0..from.len()).find(|at| ends((*at, &from[*at]))).unwrap_or(from.len())
        };
        if first.kind == LineKind::Context {
            let text = painted(first);
            lines.extend(cells(Some(text.clone()), Some(text), half));
            rest = &rest[1..];
            continue;
        }
        let removed = run(LineKind::Removed, rest);
        let added = run(LineKind::Added, &rest[removed..]);
        for at in 0..removed.max(added) {
            let left = (at < removed).then(|| painted(&rest[at]));
            let right = (at < added).then(|| painted(&rest[removed + at]));
            lines.extend(cells(left, right, half));
        }
        rest = &rest[removed + added..];
    }
    lines
}

/// Two cells beside each other, each folded to its half.
fn cells(left: Option<Line>, right: Option<Line>, half: usize) -> Vec<Line> {
    let fold = |line: Option<Line>| line.map(|line| indented(line, half)).unwrap_or_default();
    let (left, right) = (fold(left), fold(right));
    (0..left.len().max(right.len()))
        .map(|at| {
            let cell = |lines: &[Line]| lines.get(at).cloned().unwrap_or_default();
            beside(cell(&left), &cell(&right), half)
        })
        .collect()
}

fn beside(left: Line, right: &Line, half: usize) -> Line {
    left.padded(half).with(Look::Dim, " │ ").and(right)
}
