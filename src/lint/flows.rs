//! Flows that nothing defines under the name that a scenario gives them.

use super::Material;
use super::outcome::Outcome;
use crate::api::id::is_generated_id;
use crate::phrase::{did_you_mean, nearest};
use crate::scenario::Scenario;
use crate::scenario::action::Action;
use crate::source::{Code, Diagnostic};

/// How many names are listed.
const MOST_LISTED: usize = 8;

/// The flows that a scenario can name.
#[derive(Debug, Clone, Default)]
pub struct Flows {
    /// Aliases of the configuration, names and ids of definitions.
    pub names: Vec<String>,
    /// Whether there are no others, because the sandbox answers, and it has the definitions alone.
    pub all: bool,
}

/// Looks at the flow of every scenario.
pub(super) fn check(material: &Material<'_>, found: &mut Vec<Diagnostic>) {
    for scenario in &material.suite.scenarios {
        found.extend(unknown(scenario, material.flows));
    }
}

fn unknown(scenario: &Scenario, flows: &Flows) -> Option<Diagnostic> {
    let name = scenario.flow.as_str()?;
    if scenario.skip.is_some() || flows.names.iter().any(|known| known == name) || !answers(scenario) {
        return None;
    }
    let near = nearest(name, flows.names.iter().map(String::as_str));
    // An id that is like an alias by chance is no misspelling of it.
    if !flows.all && (near.is_none() || is_generated_id(name)) {
        return None;
    }
    let mistake = Diagnostic::mistake(
        Code::UnknownFlow,
        scenario.flow.span,
        format!("there is no flow `{name}`, so the answer is error 4000"),
    );
    Some(mistake.help(match near {
        Some(near) => did_you_mean(near),
        None if flows.names.len() > MOST_LISTED => {
            let listed = flows.names[..MOST_LISTED].join(", ");
            format!("the flows are {listed} and {} more", flows.names.len() - MOST_LISTED)
        }
        None => format!("the flows are {}", flows.names.join(", ")),
    }))
}

/// Whether the first step that needs the flow is to succeed, and nothing may ask for another answer.
fn answers(scenario: &Scenario) -> bool {
    let steps = scenario.all_steps();
    let needs = |action: &Action| {
        matches!(action, Action::Init | Action::Current | Action::Submit(_) | Action::Upload { .. } | Action::Back)
    };
    let first = steps.iter().find(|step| needs(&step.action));
    first.is_some_and(|step| step.when.is_none() && step.headers.is_empty() && Outcome::of(step).succeeds())
}
