//! Checks that need the whole scenario: names that are defined by then, sessions that have begun.

use std::collections::HashSet;

use super::action::Action;
use super::model::Scenario;
use super::step::Step;
use crate::source::{Code, Diagnostic};
use crate::template::Templated;
use crate::template::scope::BUILT_IN;
use crate::yaml::Reading;

/// Notes every name that is not defined where it is used.
pub(super) fn check_names(scenario: &Scenario, reading: &mut Reading<'_>) {
    let cases = || scenario.cases.iter().flatten().flat_map(|case| &case.values);
    let mut seen = HashSet::new();
    let defined = cases().chain(&scenario.vars).map(|(name, _)| name);
    let mut names = Names { defined: defined.filter(|name| seen.insert(name.as_str())).cloned().collect() };
    // Cases and variables may refer to each other.
    cases().chain(&scenario.vars).for_each(|(_, value)| names.check(value, reading));
    names.check(&scenario.flow, reading);
    scenario.language.iter().for_each(|language| names.check(language, reading));
    check_steps(&scenario.steps, &mut names, reading);
    check_steps(&scenario.finally, &mut names, reading);
}

struct Names {
    defined: Vec<String>,
}

impl Names {
    fn check(&self, value: &Templated, reading: &mut Reading<'_>) {
        let known = |name: &str| BUILT_IN.contains(&name) || self.defined.iter().any(|defined| defined == name);
        value.check_names(&known, &self.defined, reading);
    }
}

fn check_steps(steps: &[Step], names: &mut Names, reading: &mut Reading<'_>) {
    for step in steps {
        step.each_value(&mut |value| names.check(value, reading));
        if let Action::Use(call) = &step.action {
            let before = names.defined.len();
            names.defined.extend(call.with.iter().map(|(name, ..)| name.clone()));
            check_steps(&call.steps, names, reading);
            // What the fragment captures stays; its parameters do not.
            names.defined.drain(before..before + call.with.len());
        }
        if matches!(step.action, Action::Connect { .. }) {
            names.defined.push("token".to_owned());
        }
        names.defined.extend(step.capture.iter().map(|capture| capture.name.clone()));
    }
}

/// A step that needs a session must not be the first of its applicant.
pub(super) fn check_sessions(scenario: &Scenario, reading: &mut Reading<'_>) {
    let mut begun: HashSet<Option<&str>> = HashSet::new();
    for step in scenario.all_steps() {
        let applicant = step.applicant.as_deref();
        match &step.action {
            Action::Init | Action::Submit(_) | Action::Redeem { .. } => {
                begun.insert(applicant);
            }
            Action::Current | Action::Back | Action::Upload { .. }
                if step.session.is_none() && !begun.contains(&applicant) =>
            {
                let who = applicant.map_or_else(|| "the applicant".to_owned(), |name| format!("`{name}`"));
                reading.mistake(
                    Diagnostic::mistake(
                        Code::NoSession,
                        step.action_span,
                        format!("{who} has no session yet, which `{}` needs", step.action.name()),
                    )
                    .help("begin with `- init`, or say `session: none` to send the request without one"),
                );
                begun.insert(applicant);
            }
            _ => {}
        }
    }
}
