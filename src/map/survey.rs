//! What one run sees of its flows.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Given, KnownStep, When};
use crate::api::operation::Version;
use crate::journal::{FormField, Spot};

/// What leads from a step to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// Data were submitted.
    Submit,
    /// The applicant went back.
    Back,
}

impl Way {
    /// `submit` or `back`.
    pub fn word(self) -> &'static str {
        match self {
            Way::Submit => "submit",
            Way::Back => "back",
        }
    }
}

/// Which view of which flow an answer belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewName {
    /// The flow's alias, or its id.
    pub flow: String,
    /// Draft or live.
    pub version: Version,
    /// The language that was asked for.
    pub language: Option<String>,
}

/// A step of one run, known by the id that it has in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The flow's alias, or its id.
    pub flow: String,
    id: String,
}

/// What one run saw of its flows.
///
/// A step is read once; of each further answer that shows it only its id is looked up.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    pub(super) views: BTreeMap<ViewName, Seen>,
}

/// What was seen of one view.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub steps: Vec<KnownStep>,
    pub first: BTreeSet<usize>,
    pub moves: BTreeMap<(usize, Way, usize), When<usize>>,
    by_id: HashMap<String, usize>,
    /// What a journal calls each step: as its first answer has it, whatever is seen of it afterwards.
    spots: Vec<Spot>,
    /// The elements of each step, as this run knows them.
    elements: Vec<ElementIds>,
    /// How many elements of a step were told of.
    told: HashMap<usize, usize>,
}

/// The ids of the elements that were seen of a step.
#[derive(Debug, Clone, Default)]
struct ElementIds(HashSet<String>);

impl ElementIds {
    fn of(body: &Value) -> impl Iterator<Item = &str> {
        let elements = body.get("elements").and_then(Value::as_array).into_iter().flatten();
        elements.filter_map(|element| element.get("id")?.as_str())
    }

    fn has_all(&self, body: &Value) -> bool {
        Self::of(body).all(|id| self.0.contains(id))
    }
}

impl Seen {
    /// Takes in a step as an answer shows it: where it stands. Of a known one only what is new is added.
    fn add(&mut self, id: String, step: KnownStep, elements: impl IntoIterator<Item = String>) -> usize {
        let at = match self.by_id.get(&id) {
            Some(at) => {
                let known = &mut self.steps[*at].elements;
                let mut place = 0;
                for element in step.elements {
                    match known.iter().position(|known| *known == element) {
                        Some(known) => place = known + 1,
                        None => {
                            known.insert(place, element);
                            place += 1;
                        }
                    }
                }
                *at
            }
            None => {
                self.spots.push(step.spot());
                self.steps.push(step);
                self.elements.push(ElementIds::default());
                self.by_id.insert(id, self.steps.len() - 1);
                self.steps.len() - 1
            }
        };
        self.elements[at].0.extend(elements);
        at
    }
}

impl Survey {
    /// Takes in an answer that shows a step, or the end: where the applicant stands now. None for any other answer.
    pub fn saw(&mut self, view: &ViewName, body: &Value) -> Option<Place> {
        let id = match body.get("id") {
            Some(Value::String(id)) => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            _ => format!("{:?} {:?}", body.get("type"), body.get("title")),
        };
        if !self.views.contains_key(view) {
            self.views.insert(view.clone(), Seen::default());
        }
        let seen = self.views.get_mut(view)?;
        match seen.by_id.get(&id).copied() {
            // An API may leave out what is hidden: an answer with other elements says more.
            Some(at) if seen.elements[at].has_all(body) => {}
            _ => drop(seen.add(id.clone(), KnownStep::of(body)?, ElementIds::of(body).map(str::to_owned))),
        }
        Some(Place { flow: view.flow.clone(), id })
    }

    /// What a journal calls a step; none where it was never seen in this view.
    pub fn spot(&self, view: &ViewName, at: &Place) -> Option<&Spot> {
        let seen = self.views.get(view).filter(|_| at.flow == view.flow)?;
        seen.spots.get(*seen.by_id.get(&at.id)?)
    }

    /// The fields of a step, where they were not given away yet, or where there are more by now.
    pub fn news(&mut self, view: &ViewName, at: &Place) -> Vec<FormField> {
        let Some(seen) = self.views.get_mut(view).filter(|_| at.flow == view.flow) else { return Vec::new() };
        let Some(place) = seen.by_id.get(&at.id) else { return Vec::new() };
        let step = &seen.steps[*place];
        let told = seen.told.entry(*place).or_default();
        if *told >= step.elements.len() {
            return Vec::new();
        }
        *told = step.elements.len();
        step.fields()
    }

    /// Notes that the flow began with a step.
    pub fn began(&mut self, view: &ViewName, at: &Place) {
        if let Some(seen) = self.views.get_mut(view)
            && let Some(step) = seen.by_id.get(&at.id)
        {
            seen.first.insert(*step);
        }
    }

    /// Notes that one step led to another. Where the earlier one was never seen in this language nothing is noted.
    pub fn moved(&mut self, view: &ViewName, from: &Place, way: Way, to: &Place) {
        self.moved_when(view, from, way, to, Vec::new());
    }

    /// The same, for certain data that were found to lead this way, in a list each.
    pub fn moved_when(&mut self, view: &ViewName, from: &Place, way: Way, to: &Place, when: When<Place>) {
        let Some(seen) = self.views.get_mut(view).filter(|_| from.flow == to.flow) else { return };
        let at = |place: &Place| seen.by_id.get(&place.id).copied();
        let Some((from, to)) = at(from).zip(at(to)) else { return };
        let known = |all: &Vec<Given<Place>>| all.iter().map(|given| given.of_step(at)).collect::<Option<Vec<_>>>();
        let when: Vec<_> = when.iter().filter_map(known).collect();
        seen.moves.entry((from, way, to)).or_default().extend(when);
    }

    /// Takes in all that another survey saw.
    pub fn absorb(&mut self, other: Survey) {
        for (view, seen) in other.views {
            let own = self.views.entry(view).or_default();
            let mut ids: Vec<(String, usize)> = seen.by_id.into_iter().collect();
            ids.sort_unstable_by_key(|(_, at)| *at);
            let known: Vec<usize> = (ids.into_iter().zip(seen.steps).zip(seen.elements))
                .map(|(((id, _), step), elements)| own.add(id, step, elements.0))
                .collect();
            own.first.extend(seen.first.iter().map(|step| known[*step]));
            for ((from, way, to), when) in seen.moves {
                let here = |all: Vec<Given<usize>>| -> Vec<_> {
                    all.iter().filter_map(|given| given.of_step(|step| known.get(*step).copied())).collect()
                };
                let of_move = own.moves.entry((known[from], way, known[to])).or_default();
                of_move.extend(when.into_iter().map(here));
            }
        }
    }

    /// The flows of which anything was seen.
    pub fn flows(&self) -> BTreeSet<String> {
        self.views.keys().map(|view| view.flow.clone()).collect()
    }
}
