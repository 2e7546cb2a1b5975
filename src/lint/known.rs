//! What a template that is one name stands for, where that can be told before anything runs.

use std::collections::{HashMap, HashSet};

use crate::scenario::Scenario;
use crate::scenario::action::FragmentCall;
use crate::source::Span;
use crate::template::Templated;

/// The values that names have at one place of a scenario.
#[derive(Debug, Clone, Default)]
pub(super) struct Known<'a> {
    values: HashMap<&'a str, Vec<&'a Templated>>,
    /// Names whose value depends on the case.
    by_case: HashSet<&'a str>,
    /// Whether only some cases come here.
    pub conditional: bool,
}

/// A value that is written out, and the template that it is used by, where it stands elsewhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meant<'a> {
    pub value: &'a Templated,
    pub used: Option<Span>,
}

impl<'a> Meant<'a> {
    /// It as text.
    pub fn text(&self) -> Option<&'a str> {
        self.value.as_str()
    }
}

impl<'a> Known<'a> {
    /// The variables and cases of a scenario, without what a step captures under the same name.
    pub fn of(scenario: &'a Scenario) -> Self {
        let mut known = Known::default();
        scenario.vars.iter().for_each(|(name, value)| drop(known.values.insert(name, vec![value])));
        for (name, value) in scenario.cases.iter().flatten().flat_map(|case| &case.values) {
            if known.by_case.insert(name) {
                known.values.remove(name.as_str());
            }
            known.values.entry(name).or_default().push(value);
        }
        for capture in scenario.all_steps().into_iter().flat_map(|step| &step.capture) {
            known.values.remove(capture.name.as_str());
        }
        known
    }

    /// The same inside a fragment.
    pub fn inside(&self, call: &'a FragmentCall) -> Self {
        let mut inside = self.clone();
        for (name, _, value) in &call.with {
            // What a name outside stands for may depend on the case as well.
            let outer = value.variable().filter(|outer| self.values.contains_key(outer));
            let by_case = outer.is_some_and(|outer| self.by_case.contains(outer));
            let values = outer.and_then(|outer| self.values.get(outer)).cloned().unwrap_or_else(|| vec![value]);
            inside.values.insert(name, values);
            match by_case {
                true => inside.by_case.insert(name),
                false => inside.by_case.remove(name.as_str()),
            };
        }
        inside
    }

    /// What may stand in the place of a value; nothing where that is not known.
    pub fn meant(&self, value: &'a Templated) -> Vec<Meant<'a>> {
        if value.is_literal() {
            return vec![Meant { value, used: None }];
        }
        let name = value.variable().filter(|name| !(self.conditional && self.by_case.contains(name)));
        let values = name.and_then(|name| self.values.get(name)).into_iter().flatten();
        let literal = values.filter(|meant| meant.is_literal());
        literal.map(|meant| Meant { value: meant, used: Some(value.span) }).collect()
    }
}
