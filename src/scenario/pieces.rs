//! What of a scenario's file may be left out, and the file without that.
//!
//! The pieces are the steps, and in them modifiers, fields and expectations; then variables and whatever else the file says
//! for all steps. What is left out is cut out of the text, so that what stays is as its author wrote it: templates, labels,
//! comments and all. A text that is cut is read again, and must come to the same tree without those pieces.

mod again;
mod cut;
mod moved;
mod one_case;
mod wanted;

use std::collections::HashMap;

use serde_json::Value;

use super::action::ACTIONS;
use crate::source::{Diagnostic, SourceId, Sources, Span};
use crate::yaml::{self, Kind, Node};

pub use again::{CannotCut, read_again};
pub use moved::moved;
pub use one_case::one_case;
pub use wanted::entered_for;

/// The keys of a file, beside its steps and variables, without which it may be the same.
const SMALL_KEYS: [&str; 5] = ["tags", "language", "auth", "timeout", "retries"];
/// The parts of an expectation that are made of checks.
const CHECKS: [&str; 5] = ["fields", "json", "headers", "elements", "error"];
/// The modifiers that are made of several things.
const LISTED: [&str; 6] = ["repeat", "headers", "omit", "capture", "checks", "snapshot"];

/// A scenario's file, taken apart.
#[derive(Debug)]
pub struct ScenarioPieces {
    source: SourceId,
    root: Node,
    pieces: Vec<Piece>,
    /// The pieces by where they stand in the tree: the number of the child at each depth.
    at: HashMap<Vec<usize>, usize>,
    /// A word that may stand for another one, by the place of that.
    words: HashMap<Vec<usize>, (usize, &'static str)>,
    /// Where each of the scenario's steps stands, and the piece that it is, where it may be left out.
    steps: Vec<(Span, Option<usize>)>,
}

/// Something that may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    within: Option<usize>,
    level: usize,
    is_step: bool,
}

/// Which pieces there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keep<'a> {
    /// Places that stay, with whatever they stand in.
    pub places: &'a [Span],
    /// Whether what is said of snapshots stays.
    pub snapshots: bool,
}

impl ScenarioPieces {
    /// Takes a file apart.
    ///
    /// # Errors
    ///
    /// When it is no YAML.
    pub fn of(sources: &Sources, source: SourceId, keep: Keep<'_>) -> Result<Self, Diagnostic> {
        let root = yaml::parse(sources, source)?;
        let (pieces, at, words, steps) = Default::default();
        let mut all = ScenarioPieces { source, root: root.clone(), pieces, at, words, steps };
        Finding { sources, keep, all: &mut all }.root(&root);
        Ok(all)
    }

    /// The pieces, each with the one that it is a part of and its level: the steps come first.
    pub fn levels(&self) -> impl Iterator<Item = (Option<usize>, usize)> {
        self.pieces.iter().map(|piece| (piece.within, piece.level))
    }

    /// How many steps are left where these pieces are kept; those of `finally` count too.
    pub fn steps(&self, kept: &[usize]) -> usize {
        let pinned = self.steps.iter().filter(|(_, piece)| piece.is_none()).count();
        pinned + kept.iter().filter(|piece| self.pieces[**piece].is_step).count()
    }

    /// All pieces but the steps behind the one at this place in the list of the scenario's steps.
    pub fn up_to(&self, last: usize) -> Vec<usize> {
        let behind: Vec<usize> = self.steps.iter().skip(last + 1).filter_map(|(_, piece)| *piece).collect();
        let mut gone = vec![false; self.pieces.len()];
        for (at, piece) in self.pieces.iter().enumerate() {
            let of_main = behind.contains(&at) && piece.within.is_none();
            gone[at] = of_main || piece.within.is_some_and(|outer| gone[outer]);
        }
        (0..self.pieces.len()).filter(|piece| !gone[*piece]).collect()
    }

    /// The tree that is left where some pieces are gone, as a value.
    fn expected(&self, sources: &Sources, gone: &[bool]) -> Value {
        self.without(&self.root, &mut Vec::new(), sources, gone)
    }

    fn without(&self, node: &Node, path: &mut Vec<usize>, sources: &Sources, gone: &[bool]) -> Value {
        let is_gone = |path: &[usize]| self.at.get(path).is_some_and(|piece| gone[*piece]);
        let is_flow = sources.slice(node.span).starts_with(['[', '{']);
        match &node.kind {
            Kind::List(items) => {
                let mut left = Vec::new();
                for (number, item) in items.iter().enumerate() {
                    path.push(number);
                    if !is_gone(path) {
                        left.push(self.without(item, path, sources, gone));
                    }
                    path.pop();
                }
                // Of a list that is written in lines nothing is left where all its items go.
                if left.is_empty() && !is_flow { Value::Null } else { Value::Array(left) }
            }
            Kind::Map(entries) => {
                let mut left = serde_json::Map::new();
                for (number, (key, value)) in entries.iter().enumerate() {
                    path.push(number);
                    if !is_gone(path) {
                        left.insert(key.key_text(sources), self.without(value, path, sources, gone));
                    }
                    path.pop();
                }
                if left.is_empty() && !is_flow { Value::Null } else { Value::Object(left) }
            }
            _ => match self.words.get(path.as_slice()) {
                Some((piece, word)) if gone[*piece] => Value::from(*word),
                _ => node.to_json(sources),
            },
        }
    }
}

/// Finds the pieces of a tree.
struct Finding<'a, 'b> {
    sources: &'a Sources,
    keep: Keep<'a>,
    all: &'b mut ScenarioPieces,
}

/// Where a piece is found: what it stands in, on which level, and the way to it.
#[derive(Clone)]
struct Place {
    within: Option<usize>,
    level: usize,
    path: Vec<usize>,
}

impl Place {
    fn child(&self, number: usize) -> Place {
        Place { path: self.path.iter().copied().chain([number]).collect(), ..self.clone() }
    }

    /// The place of what is inside of a piece, which may be one that stays.
    fn inside(&self, piece: Option<usize>) -> Place {
        Place { within: piece.or(self.within), level: self.level + 1, path: self.path.clone() }
    }
}

impl Finding<'_, '_> {
    /// Notes a piece, unless something in it is to stay.
    fn piece(&mut self, place: &Place, span: Span, is_step: bool) -> Option<usize> {
        let stays = |kept: &Span| {
            kept.source == span.source && (span.start..span.end.max(span.start + 1)).contains(&kept.start)
        };
        if self.keep.places.iter().any(stays) {
            return None;
        }
        let number = self.all.pieces.len();
        self.all.pieces.push(Piece { within: place.within, level: place.level, is_step });
        self.all.at.insert(place.path.clone(), number);
        Some(number)
    }

    fn root(&mut self, root: &Node) {
        let top = Place { within: None, level: 0, path: Vec::new() };
        let small = Place { level: 1, ..top.clone() };
        // The list of the steps is numbered from its first.
        let mut steps = Vec::new();
        for (number, (key, value)) in entries(root).enumerate() {
            let place = top.child(number);
            match key.as_str() {
                Some("steps") => steps.push((0, place, value)),
                Some("finally") => {
                    let piece = self.piece(&place, key.span.to(value.span), false);
                    steps.push((1, place.inside(piece), value));
                }
                Some("vars") => {
                    let place = small.child(number);
                    let piece = self.piece(&place, key.span.to(value.span), false);
                    self.children(value, &place.inside(piece));
                }
                Some("cases") => {
                    let place = small.child(number);
                    for (at, case) in items(value).enumerate() {
                        self.entries_but(case, &place.inside(None).child(at), &["case"]);
                    }
                }
                Some(word) if SMALL_KEYS.contains(&word) => {
                    self.piece(&small.child(number), key.span.to(value.span), false);
                }
                _ => {}
            }
        }
        steps.sort_by_key(|(order, ..)| *order);
        for (_, place, list) in steps {
            for (number, item) in items(list).enumerate() {
                let place = place.child(number);
                let piece = self.piece(&place, item.span, true);
                self.all.steps.push((item.span, piece));
                self.step(item, &place.inside(piece));
            }
        }
    }

    fn step(&mut self, step: &Node, place: &Place) {
        for (number, (key, value)) in entries(step).enumerate() {
            let place = place.child(number);
            let Some(word) = key.as_str() else { continue };
            if ACTIONS.iter().any(|(action, _)| *action == word) {
                self.action(word, value, &place);
                continue;
            }
            // A label is how its author speaks of the step, and costs nothing.
            if word == "name" || (word == "snapshot" && self.keep.snapshots) {
                continue;
            }
            let piece = self.piece(&place, key.span.to(value.span), false);
            let inside = place.inside(piece);
            match word {
                "expect" => self.expect(value, &inside),
                "fill" if value.as_str() == Some("valid") => {
                    let number = self.all.pieces.len();
                    self.all.pieces.push(Piece { within: inside.within, level: inside.level, is_step: false });
                    self.all.words.insert(inside.path, (number, "minimal"));
                }
                word if LISTED.contains(&word) => self.children(value, &inside),
                _ => {}
            }
        }
    }

    fn action(&mut self, action: &str, argument: &Node, place: &Place) {
        if action == "submit" {
            return self.children(argument, place);
        }
        for (number, (key, value)) in entries(argument).enumerate() {
            let place = place.child(number);
            let piece = self.piece(&place, key.span.to(value.span), false);
            if matches!(key.as_str(), Some("with" | "headers" | "body")) {
                self.children(value, &place.inside(piece));
            }
        }
    }

    fn expect(&mut self, expect: &Node, place: &Place) {
        for (number, (key, value)) in entries(expect).enumerate() {
            let place = place.child(number);
            let piece = self.piece(&place, key.span.to(value.span), false);
            if key.as_str().is_some_and(|key| CHECKS.contains(&key)) {
                self.children(value, &place.inside(piece));
            }
        }
    }

    /// Each entry of a map, or each item of a list.
    fn children(&mut self, node: &Node, place: &Place) {
        for (number, item) in items(node).enumerate() {
            self.piece(&place.child(number), item.span, false);
        }
        self.entries_but(node, place, &[]);
    }

    fn entries_but(&mut self, map: &Node, place: &Place, stay: &[&str]) {
        for (number, (key, value)) in entries(map).enumerate() {
            if !stay.contains(&key.key_text(self.sources).as_str()) {
                self.piece(&place.child(number), key.span.to(value.span), false);
            }
        }
    }
}

fn entries(node: &Node) -> impl Iterator<Item = (&Node, &Node)> {
    let entries = if let Kind::Map(entries) = &node.kind { entries.as_slice() } else { &[] };
    entries.iter().map(|(key, value)| (key, value))
}

fn items(node: &Node) -> impl Iterator<Item = &Node> {
    if let Kind::List(items) = &node.kind { items.iter() } else { [].iter() }
}

#[cfg(test)]
mod tests;
