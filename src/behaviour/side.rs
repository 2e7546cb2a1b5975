//! One of the two sides that are compared: an exploration, or a stored map.

use std::collections::BTreeMap;

use serde_json::Value;

use super::body;
use super::values::filled_in;
use crate::api::element::Element;
use crate::api::field::{find, key};
use crate::api::wire::elements;
use crate::conform::ledger::Refused;
use crate::conform::negatives::Breach;
use crate::explore::Explored;
use crate::explore::fork::{Factor, Fork};
use crate::explore::mapping::ways;
use crate::explore::model::{Goal, Observation, Stage};
use crate::map::{Given, KnownStep, Move, View, Way, When};

/// So much of what an END says stands in its name, in characters.
const MOST_OF_TEXT: usize = 40;

/// What is known of a flow on one side.
#[derive(Debug, Clone)]
pub struct Side {
    /// What people call it: `live`, `draft`, `the map of 2026-11-25`.
    pub name: String,
    /// Whether all that there is to find was found.
    pub whole: bool,
    /// Whether it was explored, so that more can be asked of it; a map cannot be asked.
    pub explored: bool,
    /// What the flow begins with.
    pub beginnings: Vec<Goal>,
    /// Its steps, the nearest to the beginning first.
    pub steps: Vec<SideStep>,
    /// What was entered where, and what came of it; nothing for a map.
    pub seen: Vec<Observation>,
    /// What its forms answered to what they must refuse; nothing where that was not tried.
    pub refused: Vec<Answered>,
    /// How the steps and ways are told to whoever looks for a way; a step's key stands at its place.
    pub view: View,
}

/// What a form answered to data that it must refuse.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The step, by its place.
    pub step: usize,
    /// The field, as a scenario calls it.
    pub key: String,
    /// The same, as people do.
    pub label: String,
    /// Which rule the data break.
    pub breach: Breach,
    /// What was entered; none where the field was left out.
    pub value: Option<Value>,
    /// The code; none where the data were taken.
    pub code: Option<i64>,
}

/// A step of a side.
#[derive(Debug, Clone)]
pub struct SideStep {
    /// What people call it; of several of one name each has another.
    pub name: String,
    /// What it is known by while the side is explored further, each of those that are one step here; nothing for a map.
    pub idents: Vec<String>,
    /// What of it is compared.
    pub body: Value,
    /// Its elements.
    pub elements: Vec<Element>,
    /// Whether one can go back from it.
    pub back: bool,
    /// What decides where it leads.
    pub fork: Fork,
    /// The steps that it leads to, with what is known to lead there.
    pub ways: Vec<(usize, When<usize>)>,
}

impl Side {
    /// What an exploration found out.
    pub fn explored(name: &str, explored: &Explored, version: &str, language: Option<&str>) -> Self {
        let model = &explored.model;
        // By distance, so that what is told first is what an applicant meets first.
        let order = model.by_distance();
        let place: BTreeMap<usize, usize> = order.iter().enumerate().map(|(new, old)| (*old, new)).collect();
        let at = |step: usize| place.get(&step).copied().unwrap_or(step);
        let known: Vec<KnownStep> = order.iter().map(|step| known_step(&model.steps[*step].sight.body)).collect();
        let texts: Vec<String> = order.iter().map(|step| model.steps[*step].sight.text().to_owned()).collect();
        let names = names(&known, &texts);
        let steps: Vec<SideStep> = order
            .iter()
            .zip(names)
            .map(|(step, name)| {
                let sight = &model.steps[*step].sight;
                let backs: Vec<&Goal> =
                    model.backs.iter().filter(|back| back.from == *step).map(|back| &back.to).collect();
                let refused = !backs.is_empty() && !backs.iter().any(|to| matches!(to, Goal::Step(_)));
                let ways = ways(model, *step, &explored.forks[*step]).into_iter();
                let mut body = body::of_answer(sight);
                body::fill_in(&mut body, filled_in(explored, *step));
                SideStep {
                    name,
                    idents: vec![sight.ident(model.stable)],
                    body,
                    elements: elements(&sight.body),
                    back: backs.iter().any(|to| matches!(to, Goal::Step(_))) || (sight.can_go_back() && !refused),
                    fork: moved_fork(&explored.forks[*step], &at),
                    ways: ways.map(|(to, when)| (at(to), moved_when(&when, &at))).collect(),
                }
            })
            .collect();
        let beginnings: Vec<Goal> = model.beginnings.iter().map(|goal| moved_goal(goal, &at)).collect();
        let seen = model.seen.iter().map(|seen| moved_observation(seen, &at)).collect();
        let view = view(known, &steps, &beginnings, version, language, explored.whole);
        Side {
            name: name.to_owned(),
            whole: explored.whole,
            explored: true,
            beginnings,
            steps,
            seen,
            refused: Vec::new(),
            view,
        }
    }

    /// What a stored map knows.
    pub fn stored(name: &str, view: &View) -> Self {
        let place = |key: &String| view.steps.iter().position(|step| step.key == *key);
        let names = names(&view.steps, &vec![String::new(); view.steps.len()]);
        let steps = view.steps.iter().zip(names).map(|(step, name)| {
            let own = view.moves.iter().filter(|known| known.from == step.key);
            let submits = own.clone().filter(|known| known.way == Way::Submit);
            let way = |known: &Move| {
                let named =
                    |all: &Vec<Given>| all.iter().map(|given| given.of_step(|key| place(key))).collect::<Option<_>>();
                Some((place(&known.to)?, known.when.iter().filter_map(named).collect()))
            };
            SideStep {
                name,
                idents: Vec::new(),
                body: body::of_known(step),
                elements: step.to_elements(),
                back: own.clone().any(|known| known.way == Way::Back),
                fork: Fork::default(),
                ways: submits.filter_map(way).collect(),
            }
        });
        Side {
            name: name.to_owned(),
            whole: view.explored,
            explored: false,
            beginnings: view.first.iter().filter_map(place).map(Goal::Step).collect(),
            steps: steps.collect(),
            seen: Vec::new(),
            refused: Vec::new(),
            view: view.clone(),
        }
    }

    /// With what its forms answered to what they must refuse.
    #[must_use]
    pub fn with_refused(mut self, refused: &[Refused]) -> Self {
        let answered = |refused: &Refused| {
            let spot = refused.step.spot();
            let step = self.view.steps.iter().position(|step| step.spot() == spot)?;
            let elements = &self.steps[step].elements;
            let key = key(elements, find(elements, &refused.case.field).ok()?);
            let (breach, value) = (refused.case.kind, refused.case.value.clone());
            Some(Answered { step, key, label: refused.case.field.clone(), breach, value, code: refused.code })
        };
        self.refused = refused.iter().filter_map(answered).collect();
        self
    }

    /// The same as a map has it: steps that it has only one name for are one, and of each it knows less.
    #[must_use]
    pub fn as_in_a_map(mut self) -> Self {
        let shape = |step: &KnownStep| KnownStep { key: String::new(), ..step.clone() };
        let mut kept: Vec<usize> = Vec::new();
        let mut place = Vec::new();
        for (at, step) in self.view.steps.iter().enumerate() {
            let known = kept.iter().position(|kept| shape(&self.view.steps[*kept]) == shape(step));
            place.push(known.unwrap_or(kept.len()));
            if known.is_none() {
                kept.push(at);
            }
        }
        let at = |step: usize| place.get(step).copied().unwrap_or(step);
        let known: Vec<KnownStep> = kept.iter().map(|step| shape(&self.view.steps[*step])).collect();
        let names = names(&known, &vec![String::new(); known.len()]);
        let steps: Vec<SideStep> = kept
            .iter()
            .zip(names)
            .map(|(step, name)| {
                let old = &self.steps[*step];
                let mut ways: Vec<(usize, When<usize>)> = Vec::new();
                for (to, when) in &old.ways {
                    let (to, when) = (at(*to), moved_when(when, &at));
                    match ways.iter_mut().find(|(known, _)| *known == to) {
                        // What all else leads to, and something besides, is what all else leads to.
                        Some((_, all)) if all.is_empty() || when.is_empty() => all.clear(),
                        Some((_, all)) => all.extend(when),
                        None => ways.push((to, when)),
                    }
                }
                let body = body::of_known(&self.view.steps[*step]);
                let own = at(*step);
                let same = (0..self.steps.len()).filter(|other| at(*other) == own);
                let idents = same.flat_map(|other| self.steps[other].idents.clone()).collect();
                SideStep { name, idents, body, ways, fork: moved_fork(&old.fork, &at), ..old.clone() }
            })
            .collect();
        self.seen = self.seen.iter().map(|seen| moved_observation(seen, &at)).collect();
        self.beginnings = self.beginnings.iter().map(|goal| moved_goal(goal, &at)).collect();
        self.beginnings.dedup();
        let (version, language) = (self.view.version.clone(), self.view.language.clone());
        self.view = view(known, &steps, &self.beginnings, &version, language.as_deref(), self.whole);
        self.steps = steps;
        self
    }

    /// What was seen at a step.
    pub(super) fn at(&self, step: usize) -> impl Iterator<Item = &Observation> {
        self.seen.iter().filter(move |seen| seen.step() == step)
    }

    /// The steps that a step leads to.
    pub(super) fn next(&self, step: usize) -> impl Iterator<Item = usize> {
        self.steps[step].ways.iter().map(|(to, _)| *to)
    }

    /// All steps that can be come to from a step.
    pub(super) fn beyond(&self, step: usize) -> Vec<usize> {
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

    /// What people call what something led to.
    pub(super) fn is_end(&self, step: usize) -> bool {
        self.view.steps[step].is_end()
    }
}

fn known_step(body: &Value) -> KnownStep {
    KnownStep::of(body).unwrap_or_default()
}

fn moved_goal(goal: &Goal, at: &dyn Fn(usize) -> usize) -> Goal {
    match goal {
        Goal::Step(step) => Goal::Step(at(*step)),
        other => other.clone(),
    }
}

fn moved_when(when: &When<usize>, at: &dyn Fn(usize) -> usize) -> When<usize> {
    let moved = |given: &Given<usize>| given.of_step(|step| Some(at(*step)));
    when.iter().map(|all| all.iter().filter_map(moved).collect()).collect()
}

fn moved_fork(fork: &Fork, at: &dyn Fn(usize) -> usize) -> Fork {
    let factors = fork.factors.iter().map(|factor| match factor {
        Factor::Field(step, key) => Factor::Field(at(*step), key.clone()),
        Factor::Via(step) => Factor::Via(at(*step)),
    });
    Fork { factors: factors.collect(), ..fork.clone() }
}

fn moved_observation(seen: &Observation, at: &dyn Fn(usize) -> usize) -> Observation {
    let stages = seen.stages.iter().map(|stage| Stage { step: at(stage.step), ..stage.clone() });
    Observation { stages: stages.collect(), to: moved_goal(&seen.to, at), ..seen.clone() }
}

/// What people call the steps: by their titles, else their types. Ends of one name are told apart by what they say, other steps
/// by a number.
fn names(steps: &[KnownStep], texts: &[String]) -> Vec<String> {
    let base = |step: &KnownStep| if step.title.is_empty() { step.kind.clone() } else { step.title.clone() };
    let bases: Vec<String> = steps.iter().map(base).collect();
    let mut names: Vec<String> = Vec::new();
    for (at, name) in bases.iter().enumerate() {
        let alike: Vec<usize> = (0..bases.len()).filter(|other| bases[*other] == *name).collect();
        let own = shortened(&texts[at]);
        let sole = alike.iter().filter(|other| shortened(&texts[**other]) == own).count() == 1;
        names.push(match alike.iter().position(|other| *other == at) {
            _ if alike.len() < 2 => name.clone(),
            _ if sole && !own.is_empty() => format!("{name} \u{201c}{own}\u{201d}"),
            Some(number) if number > 0 => format!("{name}#{}", number + 1),
            _ => name.clone(),
        });
    }
    names
}

/// The beginning of a text, cut between words where it is long.
fn shortened(text: &str) -> String {
    let mut short = String::new();
    for word in text.split_whitespace() {
        if !short.is_empty() && short.chars().count() + word.chars().count() >= MOST_OF_TEXT {
            return format!("{short}\u{2026}");
        }
        short = if short.is_empty() { word.to_owned() } else { format!("{short} {word}") };
    }
    short
}

/// The view by which ways are looked for: each step has a key of its own, ends that say different things among them.
fn view(
    mut known: Vec<KnownStep>,
    steps: &[SideStep],
    beginnings: &[Goal],
    version: &str,
    language: Option<&str>,
    whole: bool,
) -> View {
    for (known, step) in known.iter_mut().zip(steps) {
        known.key.clone_from(&step.name);
    }
    let name = |step: usize| steps[step].name.clone();
    let named = |given: &Given<usize>| given.of_step(|step| Some(name(*step)));
    let moves = steps.iter().enumerate().flat_map(|(from, step)| {
        let way = move |(to, when): &(usize, When<usize>)| Move {
            from: name(from),
            way: Way::Submit,
            to: name(*to),
            when: when.iter().map(|all| all.iter().filter_map(named).collect()).collect(),
        };
        step.ways.iter().map(way)
    });
    let first = beginnings.iter().filter_map(|goal| if let Goal::Step(step) = goal { Some(name(*step)) } else { None });
    View {
        version: version.to_owned(),
        language: language.map(str::to_owned),
        explored: whole,
        first: first.collect(),
        moves: moves.collect(),
        steps: known,
    }
}
