//! What is known of a flow, and where a run's tests went in it, laid over each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::{Flow, Journal, Spot, Test, Verdict, Visit};

/// A flow in one version and language: every step and way that was known before the run or that a test went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FlowGraph {
    /// The flow's alias or id.
    pub flow: String,
    /// `draft` or `live`.
    pub version: String,
    /// The language that is asked for.
    pub language: Option<String>,
    /// Its steps, the known ones first, the nearest to the beginning first.
    pub steps: Vec<Step>,
    /// The steps that it begins with.
    pub begins: Vec<Begin>,
    /// Which step follows which; at most one of a kind between two.
    pub ways: Vec<Way>,
    /// The numbers of the tests that failed.
    pub failing: BTreeSet<usize>,
}

/// A step, and who stood on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is known by.
    pub spot: Spot,
    /// The numbers of the tests that were there.
    pub tests: BTreeSet<usize>,
}

/// A step that the flow begins with, and who began there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begin {
    /// The step's place among the steps.
    pub step: usize,
    /// The numbers of the tests that began there.
    pub tests: BTreeSet<usize>,
}

/// A way from one step to another, or to itself, and who went it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The place of the step before among the steps.
    pub from: usize,
    /// The place of the step after.
    pub to: usize,
    /// Whether it is gone by going back; by submitting otherwise.
    pub back: bool,
    /// The numbers of the tests that went it.
    pub tests: BTreeSet<usize>,
}

/// Flow, version and language.
type View = (String, String, Option<String>);

impl FlowGraph {
    /// The graphs of all flows that a journal's tests are about, by flow, version and language. They depend on what the journal
    /// says and not on the order in which its tests ended.
    pub fn all(journal: &Journal) -> Vec<FlowGraph> {
        let mut tests: Vec<&Test> = journal.tests.iter().collect();
        tests.sort_by_key(|test| test.number);
        let mut graphs: BTreeMap<View, FlowGraph> = BTreeMap::new();
        for test in &tests {
            let own = test.flow.clone().map(|flow| (flow, test.version.clone(), test.language.clone()));
            for view in own.into_iter().chain(visits(test).map(view_of)) {
                graphs.entry(view).or_default();
            }
        }
        for flow in &journal.flows {
            let view = (flow.flow.clone(), flow.version.clone(), flow.language.clone());
            if let Some(graph) = graphs.get_mut(&view) {
                graph.learn(flow);
            }
        }
        for test in tests {
            for visit in visits(test) {
                graphs.entry(view_of(visit)).or_default().visited(visit, test.number);
            }
        }
        let failing: BTreeSet<usize> = (journal.tests.iter())
            .filter(|test| !matches!(test.verdict, Verdict::Passed | Verdict::Review))
            .map(|test| test.number)
            .collect();
        for ((flow, version, language), graph) in &mut graphs {
            graph.flow.clone_from(flow);
            graph.version.clone_from(version);
            graph.language.clone_from(language);
            graph.failing.clone_from(&failing);
        }
        graphs.into_values().filter(|graph| !graph.steps.is_empty()).collect()
    }

    /// A flow as it was explored: somebody was everywhere.
    pub fn of(flow: &Flow) -> FlowGraph {
        let (version, language) = (flow.version.clone(), flow.language.clone());
        let mut graph = FlowGraph { flow: flow.flow.clone(), version, language, ..FlowGraph::default() };
        graph.learn(flow);
        let (steps, begins, ways) = (&mut graph.steps, &mut graph.begins, &mut graph.ways);
        steps.iter_mut().for_each(|step| step.tests = BTreeSet::from([0]));
        begins.iter_mut().for_each(|begin| begin.tests = BTreeSet::from([0]));
        ways.iter_mut().for_each(|way| way.tests = BTreeSet::from([0]));
        graph
    }

    /// Takes in what was known before the run.
    fn learn(&mut self, flow: &Flow) {
        let places: Vec<usize> = flow.steps.iter().map(|spot| self.step(spot)).collect();
        for first in flow.first.iter().filter_map(|first| places.get(*first)) {
            self.begin(*first);
        }
        for known in &flow.moves {
            if let (Some(from), Some(to)) = (places.get(known.from), places.get(known.to)) {
                self.way(*from, *to, known.way == "back");
            }
        }
    }

    fn visited(&mut self, visit: &Visit, test: usize) {
        let to = self.step(&visit.to);
        let from = visit.from.as_ref().map(|spot| self.step(spot));
        for step in from.into_iter().chain([to]) {
            self.steps[step].tests.insert(test);
        }
        let tests = match (visit.way.as_str(), from) {
            ("begin", _) => self.begin(to),
            (way @ ("submit" | "back"), Some(from)) => self.way(from, to, way == "back"),
            // Who stays goes nowhere.
            _ => return,
        };
        tests.insert(test);
    }

    fn step(&mut self, spot: &Spot) -> usize {
        self.steps.iter().position(|known| known.spot == *spot).unwrap_or_else(|| {
            self.steps.push(Step { spot: spot.clone(), tests: BTreeSet::new() });
            self.steps.len() - 1
        })
    }

    fn begin(&mut self, step: usize) -> &mut BTreeSet<usize> {
        let at = self.begins.iter().position(|known| known.step == step).unwrap_or_else(|| {
            self.begins.push(Begin { step, tests: BTreeSet::new() });
            self.begins.len() - 1
        });
        &mut self.begins[at].tests
    }

    fn way(&mut self, from: usize, to: usize, back: bool) -> &mut BTreeSet<usize> {
        let same = |known: &Way| (known.from, known.to, known.back) == (from, to, back);
        let at = self.ways.iter().position(same).unwrap_or_else(|| {
            self.ways.push(Way { from, to, back, tests: BTreeSet::new() });
            self.ways.len() - 1
        });
        &mut self.ways[at].tests
    }
}

impl Step {
    /// Whether it is an end of the flow.
    pub fn is_end(&self) -> bool {
        self.spot.kind == "end"
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        if self.spot.title.is_empty() { &self.spot.kind } else { &self.spot.title }
    }
}

fn visits(test: &Test) -> impl Iterator<Item = &Visit> {
    test.steps.iter().filter_map(|step| step.visit.as_ref())
}

fn view_of(visit: &Visit) -> View {
    (visit.flow.clone(), visit.version.clone(), visit.language.clone())
}
