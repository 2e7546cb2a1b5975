//! What fields come filled in with, as far as that is the flow's own doing and not what an applicant entered.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api::element::{Element, JsonType};
use crate::api::wire::elements;
use crate::explore::Explored;
use crate::explore::trail::{Act, Hop, Trail};

/// The values that the fields of a step come filled in with for whoever comes to it, by the places of the fields.
///
/// Those that are another for another applicant are none of the flow's. Behind the first step a text may be what somebody entered
/// before, made up alike for everybody: there only what is chosen, counted or dated is told, where nobody had entered it.
pub(super) fn filled_in(explored: &Explored, step: usize) -> Vec<(usize, Value)> {
    let ident = explored.ident(step);
    let stable = explored.model.stable;
    let mut seen: BTreeMap<usize, Option<Value>> = BTreeMap::new();
    for (_, trail) in &explored.trails {
        let Some((at, hop)) = arrival(trail, |hop| hop.to.sight().is_some_and(|sight| sight.ident(stable) == ident))
        else {
            continue;
        };
        let body = hop.to.sight().map(|sight| &*sight.body).unwrap_or(&Value::Null);
        for (place, element) in elements(body).iter().enumerate() {
            let own = value(element).filter(|value| at == 0 || is_its_own(element, value, &trail.hops[..=at]));
            let known = seen.entry(place).or_insert_with(|| own.clone());
            if *known != own {
                *known = None;
            }
        }
    }
    seen.into_iter().filter_map(|(place, value)| Some((place, value?))).collect()
}

/// How somebody came to a step for the first time, by going on: who comes back finds what they entered.
fn arrival(trail: &Trail, is_it: impl Fn(&Hop) -> bool) -> Option<(usize, &Hop)> {
    let first = trail.hops.iter().enumerate().find(|(_, hop)| is_it(hop));
    first.filter(|(_, hop)| hop.act != Act::Back)
}

fn value(element: &Element) -> Option<Value> {
    element.json.get("value").filter(|value| !value.is_null()).cloned()
}

/// Whether a value is certainly none that was entered on the way.
fn is_its_own(element: &Element, value: &Value, before: &[Hop]) -> bool {
    let entered = before.iter().flat_map(|hop| &hop.sent).any(|(_, sent)| sent == value);
    let told = !element.lasting_options().is_empty() || matches!(element.takes(), JsonType::Number | JsonType::Boolean);
    told && !entered
}
