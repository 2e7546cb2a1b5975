//! Scenarios that cover what is not: the shortest known way to where it is, made-up data, and the one thing that is missing.
//!
//! Pure: a view of what was covered and the flow's map in, drafts out. What no scenario can be written for is told with the
//! reason, never left out.

mod planner;

use std::collections::{BTreeMap, HashMap};

use self::planner::Planner;
use super::{Subject, ViewCoverage};
use crate::api::rules::Rule;
use crate::compose::Draft;
use crate::map::FlowMap;

/// A scenario that closes gaps.
#[derive(Debug, Clone, PartialEq)]
pub struct Closing {
    /// What its file is called, without an ending.
    pub name: String,
    /// The scenario.
    pub draft: Draft,
}

/// What is to be written for a view.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The scenarios, each of which closes what none before it does.
    pub closings: Vec<Closing>,
    /// The gaps that no scenario is written for, and why: "no data are known that lead from Person to Address".
    pub open: Vec<(Subject, String)>,
}

/// What came of playing scenarios that were planned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tried {
    /// Those that did not pass, by their names, each with what came in place of what was planned.
    pub refused: HashMap<String, String>,
    /// Of others the cases that did not, by their places.
    pub cases: HashMap<String, HashMap<usize, String>>,
}

/// Plans the scenarios that close what a view lacks. Gaps that one scenario closes on its way get none of their own; options of
/// one field, and rules that are broken alike, are cases of one. What was tried and did not pass is planned no more.
pub fn plan(view: &ViewCoverage, map: Option<&FlowMap>, tried: &Tried) -> Plan {
    let gaps: Vec<&Subject> = in_order(view);
    let known = map.and_then(|map| {
        map.views.iter().find(|known| known.version == view.version && known.language == view.language)
    });
    let Some(known) = known.filter(|_| view.version == "draft") else {
        let why =
            if view.version == "draft" { "the flow has no map yet" } else { "scenarios are written for drafts only" };
        return Plan {
            open: gaps.into_iter().map(|gap| (gap.clone(), why.to_owned())).collect(),
            closings: Vec::new(),
        };
    };
    let mut planner = Planner::new(view, known, tried);
    let mut plan = Plan::default();
    for group in grouped(gaps) {
        let left: Vec<&Subject> = group.into_iter().filter(|gap| !planner.has_closed(gap)).collect();
        if left.is_empty() {
            continue;
        }
        match planner.close(&left) {
            Ok(closed) => {
                plan.closings.extend(closed.closings);
                plan.open.extend(closed.open);
            }
            Err(why) => plan.open.extend(left.into_iter().map(|gap| (gap.clone(), why.clone()))),
        }
    }
    plan
}

/// The gaps of a view, those first whose scenarios close many others on their way.
fn in_order(view: &ViewCoverage) -> Vec<&Subject> {
    let rank = |subject: &Subject| match subject {
        Subject::Transition(..) => 0,
        Subject::Step(_) => 1,
        Subject::Back(..) => 2,
        Subject::Option(..) => 3,
        Subject::Rule(.., false) | Subject::Field(..) => 4,
        Subject::Rule(.., true) => 5,
        Subject::Code(_) => 6,
        Subject::Language(_) => 7,
    };
    let mut gaps: Vec<&Subject> = view.gaps().map(|item| &item.subject).collect();
    gaps.sort_by_key(|subject| rank(subject));
    gaps
}

/// Gaps that one scenario with cases closes, together.
fn grouped(gaps: Vec<&Subject>) -> Vec<Vec<&Subject>> {
    let key = |subject: &Subject| match subject {
        Subject::Option(step, field, _) => Some((*step, field.clone(), false)),
        Subject::Rule(step, _, rule, true) if rule == Rule::Required.name() => Some((*step, String::new(), true)),
        Subject::Rule(step, field, _, true) => Some((*step, field.clone(), true)),
        _ => None,
    };
    let mut groups: Vec<Vec<&Subject>> = Vec::new();
    let mut places = BTreeMap::new();
    for gap in gaps {
        match key(gap) {
            None => groups.push(vec![gap]),
            Some(key) => {
                let at = *places.entry(key).or_insert_with(|| {
                    groups.push(Vec::new());
                    groups.len() - 1
                });
                groups[at].push(gap);
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests;
