//! Ways of scenarios: their steps, and one that somebody went.

use serde_json::Value;

use crate::api::element::ElementType;
use crate::api::field::key;
use crate::behaviour::side::Side;
use crate::compose::{Data, Step};
use crate::explore::model::{Goal, Observation};
use crate::map::{Entered, Given, KnownStep};
use crate::route::Route;
use crate::route::entries::Entries;
use crate::route::steps::{expecting, shown, submit};

/// The shortest way that somebody went to a step, with all that was entered but made-up texts and files: what of it decides is
/// not known there.
pub(super) fn seen(side: &Side, at: usize) -> Option<Route<'_>> {
    let leading = side.seen.iter().filter(|seen| seen.to == Goal::Step(at));
    let entered = |seen: &&Observation| seen.stages.iter().map(|stage| stage.given.len()).sum::<usize>();
    let shortest = leading.min_by_key(|seen| (seen.stages.len(), entered(seen)))?;
    let known = &side.view.steps;
    let steps: Vec<&KnownStep> = shortest.stages.iter().map(|stage| &known[stage.step]).chain([&known[at]]).collect();
    let mut entries = Entries::default();
    for stage in &shortest.stages {
        let (step, elements) = (&known[stage.step], &side.steps[stage.step].elements);
        for (name, value) in stage.sent.iter() {
            let element = elements.iter().find(|element| key(elements, element) == *name);
            let kind = element.map(|element| element.kind);
            let on_purpose = stage.given.iter().any(|(given, _)| given == name);
            let entered = match (kind, value) {
                (Some(ElementType::File), _) => continue,
                (Some(ElementType::Text), _) | (_, Value::Null) if !on_purpose => continue,
                (_, Value::Null) => Entered::Filled(false),
                (_, value) => {
                    Entered::Is(vec![element.map_or_else(|| value.clone(), |element| element.lasting(value))])
                }
            };
            entries.give(step, &Given { step: step.key.clone(), field: name.clone(), entered })?;
        }
    }
    Some(Route { first: steps[0], legs: steps.windows(2).map(|pair| (pair[0], pair[1])).collect(), entries })
}

/// The steps of a way, each expecting the next.
pub(super) fn walk(way: &Route<'_>) -> Vec<Step> {
    let mut steps = vec![Step::new("init")];
    for (from, to) in &way.legs {
        let step = submit(from, &way.entries);
        steps.push(expecting(step, Data::text(shown(to))));
    }
    steps
}
