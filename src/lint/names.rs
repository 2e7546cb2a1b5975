//! Names that are defined and that nothing uses: variables, values of cases, captures.

use std::collections::{HashMap, HashSet};

use super::{Material, place};
use crate::scenario::action::Action;
use crate::scenario::{Scenario, Step};
use crate::source::{Code, Diagnostic, SourceId, Sources, Span};
use crate::template::Templated;

/// A name at its place, and whether anybody uses it: a fragment, or a table, may be for some of those who use it only.
type Shared<'a> = HashMap<(SourceId, &'a str, Span), bool>;

/// Looks for unused names in every scenario.
pub(super) fn check(material: &Material<'_>, found: &mut Vec<Diagnostic>) {
    let sources = material.sources;
    let (mut captured, mut columns) = (Shared::new(), Shared::new());
    for scenario in &material.suite.scenarios {
        let mut uses = Uses { sources, words: HashSet::new() };
        uses.scenario(scenario);
        for (name, value) in scenario.vars.iter().filter(|(name, _)| !uses.words.contains(name)) {
            if !repeated(sources, value.span) {
                let span = place::key_of(sources, value.span, name);
                found.push(unused(Code::UnusedVariable, span, &format!("the variable `{name}`")));
            }
        }
        for step in scenario.all_steps() {
            for capture in &step.capture {
                let key = (capture.span.source, capture.name.as_str(), capture.span);
                *captured.entry(key).or_default() |= uses.words.contains(&capture.name);
            }
        }
        let mut seen: HashSet<&str> = HashSet::from(["case"]);
        for (name, value) in scenario.cases.iter().flatten().flat_map(|case| &case.values) {
            if seen.insert(name) {
                let key = (value.span.source, name.as_str(), value.span);
                *columns.entry(key).or_default() |= uses.words.contains(name);
            }
        }
    }
    // Who else uses a fragment or a table is only known where all files are looked at.
    let own: HashSet<SourceId> = material.suite.scenarios.iter().map(|scenario| scenario.span.source).collect();
    let unused_among = |shared: Shared<'_>, code: Code, what: &str, found: &mut Vec<Diagnostic>| {
        let odd = shared.into_iter().filter(|(_, used)| !used).map(|(key, _)| key);
        for (source, name, span) in odd.filter(|(source, ..)| material.whole || own.contains(source)) {
            let place = place::column(sources, source, name).unwrap_or_else(|| place::key_of(sources, span, name));
            found.push(unused(code, place, &format!("the {what} `{name}`")));
        }
    };
    unused_among(captured, Code::UnusedCapture, "capture", found);
    unused_among(columns, Code::UnusedColumn, "cases' value", found);
}

/// Whether a value has an anchor by which another place repeats it.
fn repeated(sources: &Sources, value: Span) -> bool {
    let text = &sources.get(value.source).text;
    let before = text[..value.start as usize].trim_end();
    let is_name = |c: char| !c.is_whitespace() && !",[]{}".contains(c);
    let word = &before[before.rfind(|c| !is_name(c)).map_or(0, |at| at + 1)..];
    word.strip_prefix('&').is_some_and(|anchor| {
        text.match_indices(&format!("*{anchor}")).any(|(at, alias)| !text[at + alias.len()..].starts_with(is_name))
    })
}

fn unused(code: Code, span: Span, what: &str) -> Diagnostic {
    Diagnostic::mistake(code, span, format!("nothing uses {what}")).help("take it out, or use it as \"{{ … }}\"")
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
        if value.is_literal() {
            return;
        }
        self.words.extend(value.names());
        // Also names that may be undefined: `name | default('')`.
        let text = self.sources.slice(value.span);
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        self.words.extend(words.map(str::to_owned));
    }
}
