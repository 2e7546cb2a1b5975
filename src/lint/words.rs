//! Words that are allowed where they stand and hardly meant: nearly another one, or of no kind that is wanted there.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::outcome::Outcome;
use super::{Material, place};
use crate::api::operation::LINK_TYPES;
use crate::phrase::{did_you_mean, nearest};
use crate::scenario::action::Action;
use crate::scenario::expectation::Expect;
use crate::scenario::{Scenario, Step};
use crate::source::{Code, Diagnostic, Sources};
use crate::template::Templated;

/// What a request can be.
const METHODS: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"];
/// What elements have, in the spelling of scenarios and of the wire.
const ATTRIBUTES: [&str; 18] = [
    "id",
    "name",
    "role",
    "type",
    "required",
    "options",
    "validations",
    "value",
    "description",
    "placeholder",
    "condition",
    "normalized_name",
    "normalizedName",
    "date_format",
    "dateFormat",
    "accept",
    "default",
    "visible",
];
/// A language tag.
static TAG: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$").expect("the pattern is a constant"));

/// Looks at every scenario.
pub(super) fn check(material: &Material<'_>, found: &mut Vec<Diagnostic>) {
    for scenario in &material.suite.scenarios {
        found.extend(no_time(scenario, material.sources));
        found.extend(scenario.language.as_ref().and_then(|tag| {
            let first = scenario.steps.iter().find(|step| step.language.is_none())?;
            no_language(tag, Outcome::of(first))
        }));
        for step in scenario.all_steps() {
            found.extend(step.language.as_ref().and_then(|tag| no_language(tag, Outcome::of(step))));
            found.extend(no_type(step));
            found.extend(no_method(step));
            attributes(step, material.sources, found);
        }
        applicants(scenario, material.sources, found);
    }
}

fn text(value: &Templated) -> Option<&str> {
    value.as_str()
}

/// A bound of no time on the whole.
fn no_time(scenario: &Scenario, sources: &Sources) -> Option<Diagnostic> {
    scenario.timeout.filter(std::time::Duration::is_zero)?;
    let text = &sources.get(scenario.span.source).text;
    let line = text.lines().find(|line| line.starts_with("timeout:"))?;
    let start = line.as_ptr() as usize - text.as_ptr() as usize;
    let span = sources.span(scenario.span.source, start..start + line.trim_end().len());
    Some(
        Diagnostic::mistake(Code::Contradiction, span, "no scenario ends in no time")
            .help("`timeout` takes a time such as 30s; leave it out for the usual one"),
    )
}

fn no_language(tag: &Templated, outcome: Outcome<'_>) -> Option<Diagnostic> {
    let word = text(tag).filter(|word| !TAG.is_match(word) && outcome.succeeds())?;
    Some(
        Diagnostic::mistake(Code::OddWord, tag.span, format!("`{word}` is no language tag"))
            .help("a language is written as en-GB or de-DE"),
    )
}

fn no_type(step: &Step) -> Option<Diagnostic> {
    let (Action::Link(link) | Action::Unlink(link)) = &step.action else { return None };
    let kind = link.kind.as_ref()?;
    let word = text(kind).filter(|word| !LINK_TYPES.contains(word) && Outcome::of(step).succeeds())?;
    let help =
        nearest(word, LINK_TYPES).map_or_else(|| format!("the types are {}", LINK_TYPES.join(", ")), did_you_mean);
    Some(Diagnostic::mistake(Code::OddWord, kind.span, format!("there is no type of link `{word}`")).help(help))
}

fn no_method(step: &Step) -> Option<Diagnostic> {
    let Action::Request(request) = &step.action else { return None };
    let method = request.method.as_ref()?;
    let known = |word: &str| METHODS.iter().any(|known| known.eq_ignore_ascii_case(word));
    let word = text(method).filter(|word| !known(word) && Outcome::of(step).succeeds())?;
    let help =
        nearest(word, METHODS).map_or_else(|| "a request is GET, POST, PUT, PATCH or DELETE".to_owned(), did_you_mean);
    Some(Diagnostic::mistake(Code::OddWord, method.span, format!("there is no HTTP method {word}")).help(help))
}

fn attributes(step: &Step, sources: &Sources, found: &mut Vec<Diagnostic>) {
    let Some(Expect::Full(full)) = &step.expect else { return };
    for (name, matcher) in full.fields.iter().flat_map(|field| &field.attributes) {
        let near = nearest(name, ATTRIBUTES).filter(|_| !ATTRIBUTES.contains(&name.as_str()) && name.len() > 3);
        // A word in another number or case may be a key of its own.
        let slip = near.filter(|near| name.len().abs_diff(near.len()) <= 1 && !name.eq_ignore_ascii_case(near));
        if let Some(near) = slip.filter(|near| format!("{near}s") != *name && format!("{name}s") != **near) {
            let span = place::key_of(sources, matcher.span, name);
            found.push(
                Diagnostic::mistake(Code::OddWord, span, format!("no field has `{name}`")).help(did_you_mean(near)),
            );
        }
    }
}

/// An applicant who does one thing, in the middle of what another of nearly that name does.
fn applicants(scenario: &Scenario, sources: &Sources, found: &mut Vec<Diagnostic>) {
    let steps = scenario.all_steps();
    let mut acts: HashMap<&str, Vec<&Step>> = HashMap::new();
    for step in &steps {
        if let Some(name) = &step.applicant {
            acts.entry(name).or_default().push(step);
        }
    }
    for (name, only) in
        acts.iter().filter_map(|(name, steps)| Some((*name, *steps.first()?)).filter(|_| steps.len() == 1))
    {
        // A submit may begin a flow, but whoever wants that for a second applicant says `init` as for the first.
        if !matches!(only.action, Action::Submit(_)) || only.session.is_some() || name.chars().any(|c| c.is_numeric()) {
            continue;
        }
        let begun = acts.iter().filter(|(_, steps)| {
            steps.len() > 1 && matches!(steps[0].action, Action::Init) && steps[0].number < only.number
        });
        let slip = |other: &&str| strsim::damerau_levenshtein(name, other) == 1 && other.chars().count() >= 3;
        if let Some(near) = begun.map(|(other, _)| *other).find(slip).filter(|_| name.chars().count() >= 3) {
            let span = place::word(sources, only.span, &format!("as: {name}"));
            found.push(
                Diagnostic::mistake(
                    Code::OddWord,
                    span,
                    format!("`{name}` does nothing but this, and `{near}` has begun the flow"),
                )
                .help(did_you_mean(near)),
            );
        }
    }
}
