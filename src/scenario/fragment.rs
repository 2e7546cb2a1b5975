//! Fragments: steps kept in a file of their own and run in place.

use super::action::Action;
use super::step::Step;
use crate::phrase::{did_you_mean, nearest};
use crate::source::{Code, Diagnostic, Span};
use crate::template::Templated;
use crate::yaml::{Node, Reading};

/// Said at the place where a fragment's parameters stand.
const PARAMETERS: &str = "the fragment's parameters";

/// A fragment file.
#[derive(Debug, Clone)]
pub struct Fragment {
    /// The whole file.
    pub span: Span,
    /// Its parameters, where each is named, and their defaults; one without a default must be given.
    pub params: Vec<(String, Span, Option<Templated>)>,
    /// Where they are defined, or the fragment begins.
    pub params_span: Span,
    /// Its steps, not expanded.
    pub steps: Vec<Step>,
}

impl Fragment {
    /// Reads a fragment file.
    pub(super) fn read(node: &Node, reading: &mut Reading<'_>) -> Option<Self> {
        let mut map = reading.mapping(node, "a fragment")?;
        if let Some(title) = map.take("fragment") {
            reading.string(title, "a sentence that says what the fragment does");
        }
        let mut params_span = node.span;
        let mut params = Vec::new();
        if let Some((key, node)) = map.take_entry("params")
            && let Some(entries) = reading.mapping(node, "a map of parameters and defaults")
        {
            params_span = key.span;
            for (name, key, value) in entries.rest() {
                let default = Templated::read(value, reading);
                let given = default.as_literal().is_none_or(|value| !value.is_null());
                params.push((name.clone(), key.span, given.then_some(default)));
            }
        }
        let steps = super::read::read_steps(map.take("steps"), node, "steps", reading);
        reading.finish(map);
        Some(Fragment { span: node.span, params, params_span, steps })
    }

    /// Its steps for one call, with the parameters of that call checked and completed.
    pub(super) fn call(
        &self,
        with: &mut Vec<(String, Span, Templated)>,
        at: Span,
        reading: &mut Reading<'_>,
    ) -> Vec<Step> {
        for (name, span, _) in with.iter() {
            if !self.params.iter().any(|(param, ..)| param == name) {
                let mistake = Diagnostic::mistake(
                    Code::FragmentParameter,
                    *span,
                    format!("the fragment has no parameter `{name}`"),
                );
                let names = || self.params.iter().map(|(param, ..)| param.as_str());
                let help = match nearest(name, names()) {
                    Some(near) => did_you_mean(near),
                    None if self.params.is_empty() => "it has no parameters: define them under `params`".to_owned(),
                    None => format!("its parameters are {}", names().collect::<Vec<_>>().join(", ")),
                };
                let label = if self.params.is_empty() { "the fragment" } else { PARAMETERS };
                reading.mistake(mistake.related(self.params_span, label).help(help));
            }
        }
        for (name, _, default) in &self.params {
            if with.iter().any(|(given, ..)| given == name) {
                continue;
            }
            match default {
                Some(default) => with.push((name.clone(), default.span, default.clone())),
                None => reading.mistake(
                    Diagnostic::mistake(
                        Code::FragmentParameter,
                        at,
                        format!("the fragment's parameter `{name}` is not given"),
                    )
                    .related(self.params_span, PARAMETERS)
                    .help(format!("write `use: {{fragment: …, with: {{{name}: …}}}}`")),
                ),
            }
        }
        self.steps.clone()
    }
}

/// Gives every step its number, from one, through fragments and on into `finally`.
pub(super) fn number(steps: &mut [Step], next: &mut usize) {
    for step in steps {
        match &mut step.action {
            Action::Use(call) => number(&mut call.steps, next),
            _ => {
                step.number = *next;
                *next += 1;
            }
        }
    }
}
