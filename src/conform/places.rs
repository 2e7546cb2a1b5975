//! Where one stands: each step once, and each way into one.

use std::collections::BTreeSet;

use super::Trail;
use super::applicant::{Route, identity};
use crate::api::wire::{BodyKind, body_kind};
use crate::compose::walk::Stop;

/// The most ways into steps that one goes back on, beside one for each step.
const MOST_INTO: usize = 100;

/// A step on a way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub way: usize,
    pub at: usize,
    /// Whether all is tried there; else only going back, for it was come to from elsewhere.
    pub(super) whole: bool,
}

/// Each step once, on a way that goes on from it and reaches it first; and with `backward` each way into a step.
pub(crate) fn places(ways: &[(Route, Trail)], backward: bool) -> Vec<Place> {
    let id = |way: usize, at: usize| identity(&ways[way].1.stages[at].step);
    let mut all: Vec<(usize, usize)> = ways
        .iter()
        .enumerate()
        .flat_map(|(way, (_, trail))| (0..trail.stages.len()).map(move |at| (way, at)))
        .collect();
    let goes_on = |way: usize, at: usize| at + 1 < ways[way].1.stages.len() || ways[way].1.stop == Stop::End;
    all.sort_by_key(|(way, at)| (!goes_on(*way, *at), *at, *way));
    let mut known = BTreeSet::new();
    let mut places: Vec<Place> = all
        .iter()
        .filter(|(way, at)| known.insert(id(*way, *at)))
        .map(|(way, at)| Place { way: *way, at: *at, whole: true })
        .collect();
    if backward {
        let into = |way: usize, at: usize| (at.checked_sub(1).map(|at| id(way, at)), id(way, at));
        let mut known: BTreeSet<_> = places.iter().map(|place| into(place.way, place.at)).collect();
        let is_end = |way: usize, at: usize| body_kind(&ways[way].1.stages[at].step) == BodyKind::End;
        // The first visit of each way only: a step that is come to again was gone back from already.
        let first = |way: usize, at: usize| (0..at).all(|before| id(way, before) != id(way, at));
        let further =
            all.iter().filter(|(way, at)| first(*way, *at) && !is_end(*way, *at) && known.insert(into(*way, *at)));
        places.extend(
            further.take(MOST_INTO).map(|(way, at)| Place { way: *way, at: *at, whole: false }).collect::<Vec<_>>(),
        );
    }
    places
}
