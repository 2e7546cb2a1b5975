//! Cutting pieces out of a text, so that the rest stays as it was written.

use std::ops::Range;

use super::ScenarioPieces;
use crate::source::{Edited, Sources};
use crate::yaml::{Kind, Node};

impl ScenarioPieces {
    /// The file's text where these pieces are kept and no others; none where it is written so that they cannot be cut out.
    pub(super) fn cut(&self, sources: &Sources, gone: &[bool]) -> Option<Edited> {
        let text = &*sources.get(self.source).text;
        let mut cutting = Cutting { pieces: self, text, gone, edits: Vec::new() };
        cutting.node(&self.root, &mut Vec::new())?;
        Some(Edited::new(text, cutting.edits))
    }
}

struct Cutting<'a> {
    pieces: &'a ScenarioPieces,
    text: &'a str,
    gone: &'a [bool],
    edits: Vec<(Range<usize>, String)>,
}

/// A child of a list or a map: where it stands, its key too, and whether it goes.
struct Child {
    range: Range<usize>,
    goes: bool,
}

impl Cutting<'_> {
    /// Cuts in a node what is to go.
    fn node(&mut self, node: &Node, path: &mut Vec<usize>) -> Option<()> {
        let children: Vec<(Range<usize>, &Node)> = match &node.kind {
            Kind::List(items) => items.iter().map(|item| (item.span.range(), item)).collect(),
            Kind::Map(entries) => entries.iter().map(|(key, value)| (key.span.to(value.span).range(), value)).collect(),
            _ => {
                if let Some((piece, word)) = self.pieces.words.get(path.as_slice())
                    && self.gone[*piece]
                {
                    self.edits.push((node.span.range(), (*word).to_owned()));
                }
                return Some(());
            }
        };
        let mut marked = Vec::with_capacity(children.len());
        for (number, (range, inner)) in children.into_iter().enumerate() {
            path.push(number);
            let goes = self.pieces.at.get(path.as_slice()).is_some_and(|piece| self.gone[*piece]);
            if !goes {
                self.node(inner, path)?;
            }
            path.pop();
            marked.push(Child { range, goes });
        }
        if marked.iter().any(|child| child.goes) {
            let span = node.span.range();
            match self.text[span.start..].starts_with(['[', '{']) {
                true => self.in_brackets(span, &marked),
                false => self.in_lines(&marked, matches!(node.kind, Kind::List(_)))?,
            }
        }
        Some(())
    }

    fn delete(&mut self, range: Range<usize>) {
        self.edits.push((range, String::new()));
    }

    /// `{ a: 1, b: 2 }`: with what goes goes the comma.
    fn in_brackets(&mut self, span: Range<usize>, children: &[Child]) {
        let Some(last) = children.iter().rposition(|child| !child.goes) else {
            return self.delete(span.start + 1..span.end.saturating_sub(1).max(span.start + 1));
        };
        for (at, child) in children[..last].iter().enumerate().filter(|(_, child)| child.goes) {
            self.delete(child.range.start..children[at + 1].range.start);
        }
        if let Some(end) = children[last + 1..].last() {
            self.delete(children[last].range.end..end.range.end);
        }
    }

    /// A line or more a child: its lines go, with the comments above them.
    fn in_lines(&mut self, children: &[Child], is_list: bool) -> Option<()> {
        let mut next = 0;
        // The first entry of a step stands behind the dash, which stays for the next one.
        if let Some(first) = children.first().filter(|child| child.goes)
            && self.line_of(first, is_list).is_none()
        {
            next = children.iter().position(|child| !child.goes)?;
            self.delete(first.range.start..children[next].range.start);
        }
        for at in next..children.len() {
            if children[at].goes {
                let above = at.checked_sub(1).map_or(0, |above| self.end_of_lines(children[above].range.end));
                let start = self.with_comments(self.line_of(&children[at], is_list)?, above);
                self.delete(start..self.end_of_lines(children[at].range.end));
            }
        }
        Some(())
    }

    /// Where the line of a child begins, if nothing stands before it there but the dash of an item. Before the first entry of
    /// a map that is an item stands a dash too, which is not its own.
    fn line_of(&self, child: &Child, is_list: bool) -> Option<usize> {
        let start = self.text[..child.range.start].rfind('\n').map_or(0, |at| at + 1);
        let before = self.text[start..child.range.start].trim();
        (before.is_empty() || (is_list && before == "-")).then_some(start)
    }

    /// The start of lines with the comments and blank lines that stand above them, but not of what is above those.
    fn with_comments(&self, mut start: usize, above: usize) -> usize {
        while start > above {
            let line = self.text[..start - 1].rfind('\n').map_or(0, |at| at + 1);
            let text = self.text[line..start].trim_start();
            if line < above || !(text.is_empty() || text.starts_with('#')) {
                break;
            }
            start = line;
        }
        start
    }

    /// The end of the line in which something ends, its line break included. The place of a block of text reaches as far as
    /// to what follows it.
    fn end_of_lines(&self, end: usize) -> usize {
        let end = self.text[..end].trim_end().len();
        self.text[end..].find('\n').map_or(self.text.len(), |at| end + at + 1)
    }
}
