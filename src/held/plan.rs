//! Where applicants are to stand: on each step that the ways come to, and where a service is at work before one.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::file::{Ending, HeldPlace, Missed, Onward, Passed};
use crate::api::element::Element;
use crate::api::field::{called, find};
use crate::api::wire::{BodyKind, body_kind, elements};
use crate::conform::applicant::{Route, identity, step_name};
use crate::conform::{Place, Trail, places};
use crate::map::{KnownStep, View};
use crate::route::route;

/// Where somebody is to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stand {
    /// The number of the way.
    pub way: usize,
    /// The place of the step on it.
    pub at: usize,
    /// Whether they are to be left while a service is at work before it.
    pub pending: bool,
}

/// The places, the nearest to the beginning first: each step once, but for ends; and each time that a service is at work before
/// one.
pub(super) fn stands(ways: &[(Route, Trail)]) -> Vec<Stand> {
    let mut stands = Vec::new();
    for Place { way, at, .. } in places(ways, false) {
        let stage = &ways[way].1.stages[at];
        if stage.waited {
            stands.push(Stand { way, at, pending: true });
        }
        if body_kind(&stage.step) != BodyKind::End {
            stands.push(Stand { way, at, pending: false });
        }
    }
    stands
}

/// A place, before anybody stands there.
pub(super) fn place(
    (route, trail): &(Route, Trail),
    stand: &Stand,
    passed: &[(Value, Map<String, Value>)],
) -> HeldPlace {
    let seen = trail.stages[stand.at].step.clone();
    let onward = trail.stages.iter().enumerate().skip(stand.at);
    let onward = onward.filter(|(_, stage)| body_kind(&stage.step) != BodyKind::End);
    let lasting = |(at, stage): (usize, &crate::conform::Stage)| Onward {
        step: step_name(&stage.step),
        given: lasting(&elements(&stage.step), &route.entry(at).given),
    };
    HeldPlace {
        step: KnownStep::of(&seen).unwrap_or_default().spot(),
        pending: stand.pending,
        entered: passed.iter().map(|(step, values)| entered(step, values)).collect(),
        onward: onward.map(lasting).collect(),
        ending: Ending::of(&trail.stop),
        sessions: Vec::new(),
        seen,
    }
}

/// What is given, with fields that are called by their ids called by what outlives a republishing.
fn lasting(elements: &[Element], given: &[(String, Option<Value>)]) -> Vec<(String, Option<Value>)> {
    let name = |field: &String| find(elements, field).map_or_else(|_| field.clone(), |found| called(elements, found));
    given.iter().map(|(field, value)| (name(field), value.clone())).collect()
}

fn entered(step: &Value, values: &Map<String, Value>) -> Passed {
    let elements = elements(step);
    let name = |id: &String| {
        let found = elements.iter().find(|element| element.id == *id);
        found.map_or_else(|| id.clone(), |found| called(&elements, found))
    };
    Passed { step: step_name(step), values: values.iter().map(|(id, value)| (name(id), value.clone())).collect() }
}

/// The steps of a map that no way comes to, and why.
pub(super) fn unreached(view: &View, ways: &[(Route, Trail)], with_services: bool) -> Vec<Missed> {
    let stages = ways.iter().flat_map(|(_, trail)| &trail.stages);
    let reached: BTreeSet<_> = stages.filter_map(|stage| KnownStep::of(&stage.step)).map(|step| step.spot()).collect();
    let missed = view.steps.iter().filter(|step| !step.is_end() && !reached.contains(&step.spot()));
    missed
        .map(|step| Missed {
            step: step.key.clone(),
            why: match route(view, &step.key, None, with_services) {
                Err(why) => why.0,
                Ok(_) => "what the map knows to lead there leads elsewhere today".to_owned(),
            },
        })
        .collect()
}

/// What tells a place from others while it is planned.
pub(super) fn is_at(step: &Value, seen: &Value) -> bool {
    identity(step) == identity(seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::walk::Stop;
    use crate::conform::Stage;
    use crate::scenario::Fill;
    use crate::session::entry::Entry;
    use serde_json::json;

    fn stage(id: &str, waited: bool) -> Stage {
        let step = match id {
            "end" => json!({"id": "end", "type": "end"}),
            _ => json!({"id": id, "title": id.to_uppercase(), "type": "form",
                "elements": [{"id": format!("{id}1"), "name": "Kind", "type": "dropdown", "options": ["x", "y"]}]}),
        };
        Stage { step, sent: Map::new(), waited }
    }

    fn way(stages: &[(&str, bool)], given: &[(usize, &str)]) -> (Route, Trail) {
        let entry = Entry { fill: Fill::Valid, given: Vec::new(), services: true };
        let straight = Route { entries: Vec::new(), rest: entry };
        let route = given.iter().fold(straight, |route, (at, field)| route.with(*at, (*field).to_owned(), json!("y")));
        let stages = stages.iter().map(|(id, waited)| stage(id, *waited)).collect();
        (route, Trail { stages, stop: Stop::End })
    }

    #[test]
    fn each_step_has_one_place_and_each_wait_before_one_has_its_own() {
        let ways = [
            way(&[("a", false), ("b", true), ("end", true)], &[]),
            way(&[("a", false), ("c", false), ("b", true), ("end", true)], &[(0, "id:a1")]),
        ];
        let found: Vec<_> = stands(&ways).into_iter().map(|stand| (stand.way, stand.at, stand.pending)).collect();
        assert_eq!(
            found,
            [(0, 0, false), (0, 1, true), (0, 1, false), (1, 1, false), (0, 2, true)],
            "an end is no place, waiting for it is one"
        );
    }

    #[test]
    fn the_way_on_is_kept_without_ids() {
        let way = way(&[("a", false), ("b", false), ("c", false), ("end", false)], &[(0, "id:a1"), (2, "id:c1")]);
        let stand = Stand { way: 0, at: 1, pending: false };
        let sent = [(way.1.stages[0].step.clone(), json!({"a1": "y"}).as_object().unwrap().clone())];
        let place = place(&way, &stand, &sent);
        assert_eq!((place.step.title.as_str(), &place.ending), ("B", &Ending::End));
        assert_eq!(
            serde_json::to_value(&place.onward).unwrap(),
            json!([{"step": "B"}, {"step": "C", "given": [["Kind", "y"]]}])
        );
        assert_eq!(serde_json::to_value(&place.entered).unwrap(), json!([{"step": "A", "values": {"Kind": "y"}}]));
    }

    #[test]
    fn a_step_of_the_map_that_no_way_comes_to_is_told_with_the_reason() {
        let known = |stage: Stage| KnownStep {
            key: stage.step["title"].as_str().unwrap().into(),
            ..KnownStep::of(&stage.step).unwrap()
        };
        let steps = ["a", "b", "c"].map(|id| known(stage(id, false)));
        let mut view: View = serde_json::from_value(json!({"version": "draft", "first": ["A"], "steps": [], "moves": [
                {"from": "A", "way": "submit", "to": "B"}]}))
        .unwrap();
        view.steps = steps.to_vec();
        let told = |ways: &[(Route, Trail)]| {
            unreached(&view, ways, true)
                .into_iter()
                .map(|missed| format!("{}: {}", missed.step, missed.why))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(&[way(&[("a", false), ("b", false)], &[])]), ["C: no way to C is known"]);
        assert_eq!(told(&[way(&[("a", false)], &[])])[0], "B: what the map knows to lead there leads elsewhere today");
    }
}
