//! Names that are defined and that nothing uses: variables, values of cases, captures.

use std::collections::{HashMap, HashSet};

use super::{Material, place};
use crate::scenario::action::Action;
use crate::scenario::{Scenario, Step};
use crate::source::{Code, Diagnostic, Sources, Span};
use crate::template::Templated;

/// Looks for unused names in every scenario.
pub(super) fn check(material: &Material<'_>, found: &mut Vec<Diagnostic>) {
    let sources = material.sources;
    // What a fragment captures may be for some of those who use it only.
    let mut captured: HashMap<(Span, &str), bool> = HashMap::new();
    for scenario in &material.suite.scenarios {
        let mut uses = Uses { sources, words: HashSet::new() };
        uses.scenario(scenario);
        for (name, value) in scenario.vars.iter().filter(|(name, _)| !uses.words.contains(name)) {
            let span = place::key_of(sources, value.span, name);
            found.push(unused(Code::UnusedVariable, span, &format!("the variable `{name}`")));
        }
        unused_columns(scenario, &uses, found);
        for step in scenario.all_steps() {
            for capture in &step.capture {
                *captured.entry((capture.span, &capture.name)).or_default() |= uses.words.contains(&capture.name);
            }
        }
    }
    for ((span, name), _) in captured.into_iter().filter(|(_, used)| !used) {
        found.push(unused(Code::UnusedCapture, place::key_of(sources, span, name), &format!("the capture `{name}`")));
    }
}

fn unused(code: Code, span: Span, what: &str) -> Diagnostic {
    Diagnostic::mistake(code, span, format!("nothing uses {what}")).help("take it out, or use it as \"{{ … }}\"")
}

fn unused_columns(scenario: &Scenario, uses: &Uses<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen: HashSet<&str> = HashSet::from(["case"]);
    for (name, value) in scenario.cases.iter().flatten().flat_map(|case| &case.values) {
        if seen.insert(name) && !uses.words.contains(name) {
            let span = place::key_of(uses.sources, value.span, name);
            found.push(unused(Code::UnusedColumn, span, &format!("the cases' value `{name}`")));
        }
    }
}

/// Every word that stands in a template: generous, so that nothing counts as unused that is not.
pub(super) struct Uses<'a> {
    pub sources: &'a Sources,
    pub words: HashSet<String>,
}

impl Uses<'_> {
    fn scenario(&mut self, scenario: &Scenario) {
        let cases = scenario.cases.iter().flatten().flat_map(|case| &case.values);
        cases.chain(&scenario.vars).for_each(|(_, value)| self.value(value));
        scenario.language.iter().chain([&scenario.flow]).for_each(|value| self.value(value));
        self.steps(&scenario.steps);
        self.steps(&scenario.finally);
    }

    pub fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            step.each_value(&mut |value| self.value(value));
            match &step.action {
                Action::Use(call) => self.steps(&call.steps),
                // The token that was captured last.
                Action::Redeem { token: None } => drop(self.words.insert("token".to_owned())),
                _ => {}
            }
        }
    }

    fn value(&mut self, value: &Templated) {
        if value.as_literal().is_some() {
            return;
        }
        self.words.extend(value.names());
        // Also names that may be undefined: `name | default('')`.
        let text = self.sources.slice(value.span);
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        self.words.extend(words.map(str::to_owned));
    }
}
