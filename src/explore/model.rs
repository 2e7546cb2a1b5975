//! What was found out of a flow: its steps, and what led from each to which other, made of the trails that were gone.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;

use super::classes::{Field, Override, fields};
use super::trail::{Act, Outcome, Sight, Trail};
use crate::api::wire::elements;
use crate::scenario::Persona;
use jiff::civil::Date;

/// A flow, as far as it was explored.
#[derive(Debug, Default)]
pub struct Model {
    /// Whether a step has the same id in every session.
    pub stable: bool,
    /// Its steps, in the order in which they were come to.
    pub steps: Vec<Step>,
    /// What was entered where, and what came of it.
    pub seen: Vec<Observation>,
    /// What going back led to.
    pub backs: Vec<Backward>,
    /// What it began with: a step, or a refusal.
    pub beginnings: Vec<Goal>,
    /// How many sessions it took.
    pub sessions: usize,
    /// How many requests.
    pub requests: usize,
}

/// A step of a flow.
#[derive(Debug)]
pub struct Step {
    /// As it was first seen.
    pub sight: Sight,
    /// The fields in which there is something to try.
    pub fields: Vec<Field>,
    /// What is entered into each step on the shortest way to it.
    pub way: Vec<Vec<Override>>,
    /// The steps on that way.
    pub path: Vec<usize>,
}

/// What something led to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Goal {
    /// A step, by its place among the steps.
    Step(usize),
    /// The API refused, with this code or HTTP status.
    Refused(i64),
    /// Something that is no step, in a word.
    Other(String),
}

/// One step on an applicant's way.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The step, by its place.
    pub step: usize,
    /// What was entered on purpose.
    pub given: Vec<Override>,
    /// What was sent of the fields in which there is something to try.
    pub sent: Arc<BTreeMap<String, Value>>,
}

/// What came of entering something somewhere.
#[derive(Debug, Clone)]
pub struct Observation {
    /// The way there, the step itself last.
    pub stages: Vec<Stage>,
    /// What it led to.
    pub to: Goal,
    /// Whether a service was at work.
    pub service: bool,
    /// What was answered to a refusal.
    pub message: String,
}

/// What going back led to.
#[derive(Debug, Clone)]
pub struct Backward {
    /// The way to where one stood, without what was entered there.
    pub stages: Vec<Stage>,
    /// The step that one stood on.
    pub from: usize,
    /// What it led to.
    pub to: Goal,
}

impl Observation {
    /// The step that something was entered into.
    pub fn step(&self) -> usize {
        self.stages.last().map_or(0, |stage| stage.step)
    }

    /// What was entered there on purpose.
    pub fn given(&self) -> &[Override] {
        self.stages.last().map_or(&[], |stage| &stage.given)
    }

    /// What is entered into each step on the way there.
    pub fn way(&self) -> Vec<Vec<Override>> {
        let before = &self.stages[..self.stages.len().saturating_sub(1)];
        before.iter().map(|stage| stage.given.clone()).collect()
    }
}

impl Model {
    /// What trails show.
    pub fn of<'t>(trails: impl Iterator<Item = &'t Trail> + Clone, people: &[Persona], today: Date) -> Self {
        let mut model = Model { stable: ids_are_stable(trails.clone()), ..Model::default() };
        let mut known = HashMap::new();
        for trail in trails {
            model.sessions += 1;
            model.requests += trail.requests;
            model.take(trail, &mut known, people, today);
        }
        model
    }

    fn take(&mut self, trail: &Trail, known: &mut HashMap<String, usize>, people: &[Persona], today: Date) {
        let mut stages: Vec<Stage> = Vec::new();
        let mut at: Option<usize> = None;
        for hop in &trail.hops {
            let mut to = match &hop.to {
                Outcome::At(sight) => Goal::Step(*known.entry(sight.ident(self.stable)).or_insert_with(|| {
                    let fields = fields(&elements(&sight.body), people, today);
                    let (way, path) = (Vec::new(), Vec::new());
                    self.steps.push(Step { sight: sight.clone(), fields, way, path });
                    self.steps.len() - 1
                })),
                Outcome::Refused(code, _) => Goal::Refused(*code),
                other => Goal::Other(other.word(self.stable)),
            };
            match (&hop.act, at) {
                (Act::Begin, _) => {
                    if !self.beginnings.contains(&to) {
                        self.beginnings.push(to.clone());
                    }
                }
                (Act::Enter(given), Some(from)) => {
                    let sent = Arc::new(hop.sent.iter().cloned().collect());
                    let mut all = stages.clone();
                    all.push(Stage { step: from, given: given.clone(), sent });
                    let message =
                        if let Outcome::Refused(_, message) = &hop.to { message.clone() } else { String::new() };
                    if let Goal::Step(_) = to {
                        stages.clone_from(&all);
                    }
                    self.seen.push(Observation { stages: all, to: to.clone(), service: hop.service, message });
                }
                (Act::Back, Some(from)) => {
                    self.backs.push(Backward { stages: stages.clone(), from, to: to.clone() });
                    // One stands where one stood when that step was entered into.
                    if let Goal::Step(step) = to {
                        let before = stages.iter().rposition(|stage| stage.step == step).unwrap_or(0);
                        stages.truncate(before);
                    }
                }
                (Act::Enter(_) | Act::Back, None) => to = Goal::Other("nowhere".to_owned()),
            }
            if let Goal::Step(step) = to {
                at = Some(step);
                self.shorten(step, &stages);
            }
        }
    }

    /// Notes the way to a step, if it is the first or a shorter one.
    fn shorten(&mut self, step: usize, stages: &[Stage]) {
        let is_first = self.beginnings.contains(&Goal::Step(step));
        let step = &mut self.steps[step];
        let new = step.path.is_empty() && !is_first;
        if (new && step.way.is_empty()) || stages.len() < step.way.len() {
            step.way = stages.iter().map(|stage| stage.given.clone()).collect();
            step.path = stages.iter().map(|stage| stage.step).collect();
        }
    }

    /// What was seen at a step.
    pub fn at(&self, step: usize) -> impl Iterator<Item = &Observation> {
        self.seen.iter().filter(move |seen| seen.step() == step)
    }

    /// The steps, the nearest to the beginning first.
    pub fn by_distance(&self) -> Vec<usize> {
        let mut all: Vec<usize> = (0..self.steps.len()).collect();
        all.sort_by_key(|step| (self.steps[*step].way.len(), *step));
        all
    }

    /// The steps that submitting leads to from a step, each once.
    pub fn next(&self, step: usize) -> Vec<usize> {
        let mut next = Vec::new();
        for seen in self.at(step) {
            match seen.to {
                Goal::Step(to) if !next.contains(&to) => next.push(to),
                _ => {}
            }
        }
        next
    }

    /// All steps that can be come to from a step, itself aside.
    pub fn beyond(&self, step: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut open = vec![step];
        while let Some(from) = open.pop() {
            for to in self.next(from) {
                if !found.contains(&to) {
                    found.push(to);
                    open.push(to);
                }
            }
        }
        found
    }
}

/// Whether a step has the same id in every session: the first step tells, once two sessions saw it.
fn ids_are_stable<'t>(trails: impl Iterator<Item = &'t Trail>) -> bool {
    let first = |trail: &Trail| trail.hops.first().and_then(|hop| hop.to.sight()).map(|sight| sight.id.clone());
    let ids: Vec<String> = trails.filter_map(first).collect();
    ids.windows(2).all(|pair| pair[0] == pair[1])
}
