//! Pictures of flows: their steps, the ways between them, and which of both a run went.

mod draw;
pub mod graph;
mod layout;
mod lettering;

use std::collections::BTreeMap;

use self::draw::{Drawing, Ids, draw};
use self::graph::FlowGraph;
use crate::journal::Journal;

/// What a picture that is a file of its own says of who made it.
pub(super) const DRAWN_BY: &str = "<!-- drawn by draftgate -->";

/// A picture of one flow, in one version and language.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The flow's alias or id.
    pub flow: String,
    /// `draft` or `live`.
    pub version: String,
    /// The language that is asked for.
    pub language: Option<String>,
    /// An `<svg>` element with a `viewBox` and no size of its own, in which everything is `currentColor`. Each step and way is a
    /// `<g>` with an `id` and a `<title>`, of the class `step` (an end is an `end`, too), `begin` or `way` (`back` where it is gone
    /// by going back); what the run went is `visited`, too, and
    /// `failing` where only tests did that failed. Texts have the class `label`, arrows' heads the class `head`.
    pub svg: String,
    /// How wide it is in pixels where it is not scaled.
    pub width: f64,
    /// How high it is then.
    pub height: f64,
    /// The ids of the steps and ways that each test went, by the test's number.
    pub paths: BTreeMap<usize, Vec<String>>,
}

/// The pictures of all flows that a journal's tests are about.
pub fn pictures(journal: &Journal) -> Vec<Picture> {
    FlowGraph::all(journal).iter().enumerate().map(|(at, graph)| picture(graph, &format!("flow{at}"))).collect()
}

/// The picture of a flow, in which every id begins with a prefix.
pub fn picture(graph: &FlowGraph, prefix: &str) -> Picture {
    let ids = Ids(prefix);
    let mut paths: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let steps = graph.steps.iter().enumerate().map(|(at, step)| (ids.step(at), &step.tests));
    let begins = graph.begins.iter().enumerate().map(|(at, begin)| (ids.begin(at), &begin.tests));
    let ways = graph.ways.iter().enumerate().map(|(at, way)| (ids.way(at), &way.tests));
    for (id, tests) in steps.chain(begins).chain(ways) {
        tests.iter().for_each(|test| paths.entry(*test).or_default().push(id.clone()));
    }
    let Drawing { svg, width, height } = draw(graph, &ids);
    let FlowGraph { flow, version, language, .. } = graph.clone();
    Picture { flow, version, language, svg, width, height, paths }
}

impl Picture {
    /// The picture as a file of its own, with a size and with colours for light and dark.
    pub fn standalone(&self) -> String {
        draw::standalone(&self.svg, self.width, self.height)
    }
}

#[cfg(test)]
mod tests;
