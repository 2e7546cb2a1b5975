//! Cases that lack a value which others have and a template asks for.

use std::collections::HashSet;

use super::Material;
use crate::scenario::action::Action;
use crate::scenario::{Scenario, Step};
use crate::source::{Code, Diagnostic, Span};

/// Looks at the cases of every scenario.
pub(super) fn check(material: &Material<'_>, found: &mut Vec<Diagnostic>) {
    for scenario in &material.suite.scenarios {
        check_scenario(scenario, found);
    }
}

fn check_scenario(scenario: &Scenario, found: &mut Vec<Diagnostic>) {
    let cases = scenario.cases.as_deref().unwrap_or_default();
    let mut asked: Vec<(&str, Span)> = Vec::new();
    note(&scenario.steps, &mut asked);
    let mut others: HashSet<&str> = scenario.vars.iter().map(|(name, _)| name.as_str()).collect();
    others.extend(scenario.all_steps().iter().flat_map(|step| &step.capture).map(|capture| capture.name.as_str()));
    let mut told = HashSet::new();
    for (name, span) in asked.into_iter().filter(|(name, _)| !others.contains(name) && told.insert(*name)) {
        let has = |case: &&crate::scenario::Case| case.values.iter().any(|(known, _)| known == name);
        // A name that no case has is a mistake that is told anyway.
        if !cases.iter().any(|case| has(&case)) {
            continue;
        }
        for case in cases.iter().filter(|case| !has(case)) {
            let message = format!("the case `{}` has no `{name}`", case.name);
            found.push(
                Diagnostic::mistake(Code::MissingColumn, case.span, message)
                    .related(span, "it is used here")
                    .help(format!("give it here, or to all cases under `vars`; an empty text is `{name}: \"\"`")),
            );
        }
    }
}

/// Names that stand for themselves in steps that every case takes. What a fragment is given is named where it is given.
fn note<'a>(steps: &'a [Step], asked: &mut Vec<(&'a str, Span)>) {
    for step in steps.iter().filter(|step| step.when.is_none()) {
        match &step.action {
            Action::Use(call) => {
                asked.extend(call.with.iter().filter_map(|(.., value)| Some((value.variable()?, value.span))));
            }
            Action::Submit(crate::scenario::action::Fields::Entries(entries)) => {
                asked.extend(entries.iter().filter_map(|(_, value)| Some((value.variable()?, value.span))));
            }
            _ => {}
        }
    }
}
