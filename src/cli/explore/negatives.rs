//! What the forms that were found must refuse.

use crate::cli::conform::verdict;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::reach::{Reached, unreachable_api};
use crate::conform::verdict::FlowVerdict;
use crate::conform::{Plan, Route, examine};
use crate::explore::{Exploration, Explored};
use crate::scenario::Fill;
use crate::session::entry::Entry;

/// Tries at each form that was found what it must refuse.
pub(super) fn negatives(
    flow: &str,
    exploration: &Exploration,
    explored: &Explored,
    reached: &Reached,
    output: &Output,
) -> Result<FlowVerdict, Exit> {
    let course = &exploration.course;
    let mut others: Vec<String> = reached.settings.flows.values().cloned().collect();
    others.sort();
    others.dedup();
    let plan = Plan { others, ..Plan::of_negatives(course, exploration.growth, routes(explored)) };
    let examined = reached.runtime.block_on(examine(course, &plan));
    let examined = examined.map_err(|error| unreachable_api(&error, output))?;
    Ok(verdict(flow, &examined, reached, (course, &plan)))
}

/// The shortest way to each step that is no end.
pub(in crate::cli) fn routes(explored: &Explored) -> Vec<Route> {
    let entry = |given: Vec<_>| Entry { fill: Fill::Valid, given, services: true };
    let model = &explored.model;
    let steps = model.by_distance().into_iter().map(|step| &model.steps[step]);
    let steps = steps.filter(|step| !step.sight.is_end() && !step.way.is_empty());
    let mut routes: Vec<Route> = Vec::new();
    for step in steps {
        let route = Route { entries: step.way.iter().cloned().map(entry).collect(), rest: entry(Vec::new()) };
        if !routes.contains(&route) {
            routes.push(route);
        }
    }
    routes
}
