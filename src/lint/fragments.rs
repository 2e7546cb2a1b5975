//! Fragments that nothing uses, and parameters that their fragment does not use.

use std::collections::{HashMap, HashSet};

use super::Material;
use super::names::Uses;
use crate::scenario::Step;
use crate::scenario::action::Action;
use crate::source::{Code, Diagnostic, SourceId, Sources};

/// Looks at every fragment.
pub(super) fn check(material: &Material<'_>, found: &mut Vec<Diagnostic>) {
    let mut expanded = Expanded { sources: material.sources, words: HashMap::new() };
    for scenario in &material.suite.scenarios {
        scenario.steps.iter().chain(&scenario.finally).for_each(|step| expanded.note(step));
    }
    for fragment in &material.suite.fragments {
        let used = expanded.words.remove(&fragment.span.source);
        if material.whole && used.is_none() {
            let text = material.sources.slice(fragment.span);
            let start = fragment.span.start as usize;
            let span =
                material.sources.span(fragment.span.source, start..start + text.lines().next().map_or(0, str::len));
            found.push(
                Diagnostic::mistake(Code::UnusedFragment, span, "no scenario uses this fragment")
                    .help("delete the file, or use it with `- use: PATH`"),
            );
        }
        // What the fragments inside one see of its parameters is known where it is used.
        if used.is_none() && fragment.steps.iter().any(|step| matches!(step.action, Action::Use(_))) {
            continue;
        }
        let mut uses = Uses { sources: material.sources, words: used.unwrap_or_default() };
        uses.steps(&fragment.steps);
        let defaults = fragment.params.iter().filter_map(|(.., default)| default.as_ref());
        defaults.for_each(|default| uses.words.extend(default.names()));
        for (name, span, _) in fragment.params.iter().filter(|(name, ..)| !uses.words.contains(name)) {
            let message = format!("the fragment does not use its parameter `{name}`");
            found.push(
                Diagnostic::mistake(Code::UnusedParameter, *span, message)
                    .help("take it out here and where it is given, or use it as \"{{ … }}\""),
            );
        }
    }
}

/// The words of every fragment that is used, by its file: those of the fragments inside it too, which see its parameters.
struct Expanded<'a> {
    sources: &'a Sources,
    words: HashMap<SourceId, HashSet<String>>,
}

impl Expanded<'_> {
    fn note(&mut self, step: &Step) {
        let Action::Use(call) = &step.action else { return };
        let Some(first) = call.steps.first() else { return };
        // The same fragment has the same words each time.
        if self.words.contains_key(&first.span.source) {
            return;
        }
        let mut uses = Uses { sources: self.sources, words: HashSet::new() };
        uses.steps(&call.steps);
        self.words.insert(first.span.source, uses.words);
        call.steps.iter().for_each(|step| self.note(step));
    }
}
