//! Expectations that contradict themselves, or what the step does.

use std::collections::HashSet;

use super::Material;
use super::outcome::{Outcome, literal, text};
use crate::scenario::action::Action;
use crate::scenario::expectation::{Elements, Expect, Full, Property, SessionExpect};
use crate::scenario::{Repeat, Rule, Scenario, Step, parse_duration};
use crate::source::{Code, Diagnostic};
use crate::template::Templated;

/// Looks at every expectation.
pub(super) fn check(material: &Material<'_>, found: &mut Vec<Diagnostic>) {
    for scenario in &material.suite.scenarios {
        check_scenario(scenario, found);
    }
}

fn check_scenario(scenario: &Scenario, found: &mut Vec<Diagnostic>) {
    // Who has a session, and who may have gone on with another one.
    let mut begun: HashSet<Option<&str>> = HashSet::new();
    let mut elsewhere: HashSet<Option<&str>> = HashSet::new();
    for step in scenario.all_steps() {
        let applicant = step.applicant.as_deref();
        if let Some(Expect::Full(full)) = &step.expect {
            answer(step, full, found);
            if !elsewhere.contains(&applicant) {
                session(step, full, !begun.contains(&applicant), found);
            }
        }
        if let Some(Repeat::Until { until, .. }) = step.repeat.as_deref()
            && let Expect::Full(until) = &**until
        {
            answer(step, until, found);
        }
        match &step.action {
            Action::Init | Action::Submit(_) if !matches!(Outcome::of(step), Outcome::Error(_)) => {
                begun.insert(applicant);
            }
            Action::Redeem { .. } => drop(elsewhere.insert(applicant)),
            _ => {}
        }
    }
}

fn answer(step: &Step, full: &Full<Templated>, found: &mut Vec<Diagnostic>) {
    if let Some(within) = &full.within
        && within.as_str().and_then(parse_duration).is_some_and(|time| time.is_zero())
    {
        found.push(
            Diagnostic::mistake(Code::Contradiction, within.span, "no answer comes in no time")
                .help("write a time that an answer may take, such as 2s"),
        );
    }
    // Where nobody checks that status and body agree, just that may be what is to be seen.
    let status = full.status.as_ref().filter(|_| step.checks.includes(Rule::Status));
    let status = status.and_then(|status| Some((status.span, literal(status)?.as_u64()?)));
    if let (Some(error), Some((span, status @ 200..=399))) = (&full.error, status) {
        found.push(
            Diagnostic::mistake(Code::Contradiction, span, format!("an error never comes with HTTP status {status}"))
                .related(error.span, "the error is expected here")
                .help("take one of the two out; the status of an error is 400 or more"),
        );
    }
    if let (Some(named), Some((span, status @ 400..))) = (&full.step, status) {
        found.push(
            Diagnostic::mistake(Code::Contradiction, span, format!("a step never comes with HTTP status {status}"))
                .related(named.span, "the step is expected here")
                .help("take one of the two out"),
        );
    }
    if let (Some(error), Some(named)) = (&full.error, &full.step) {
        found.push(
            Diagnostic::mistake(Code::Contradiction, error.span, "an answer is either an error or a step")
                .related(named.span, "the step is expected here")
                .help("take one of the two out"),
        );
    }
    titles(full, found);
    if let Some(elements) = &full.elements {
        absences(elements, full, found);
    }
}

/// `step: A` beside `title: B`, unless A may be a type.
fn titles(full: &Full<Templated>, found: &mut Vec<Diagnostic>) {
    let title = full.properties.iter().find(|(property, _)| *property == Property::Title).map(|(_, matcher)| matcher);
    let ends = |name: &str| name == "end" || name == "pending";
    if let (Some(step), Some(title)) = (&full.step, title)
        && let (Some(name), Some(wanted)) = (step.as_str(), text(title))
        && name != wanted
        && name.contains(' ')
        && !ends(name)
    {
        found.push(
            Diagnostic::mistake(
                Code::Contradiction,
                title.span,
                format!("the step `{name}` never has the title `{wanted}`"),
            )
            .related(step.span, "the step is named here")
            .help("keep one of the two"),
        );
    }
}

fn absences(elements: &Elements<Templated>, full: &Full<Templated>, found: &mut Vec<Diagnostic>) {
    let text = |label: &Templated| label.as_str().map(|label| label.trim().to_lowercase());
    for absent in elements.absent.iter().flatten() {
        let Some(wanted) = text(absent) else { continue };
        let listed = [&elements.ordered, &elements.exactly].into_iter().flatten().flatten();
        let described = full.fields.iter().map(|field| &field.field);
        if let Some(present) = listed.chain(described).find(|label| text(label).as_ref() == Some(&wanted)) {
            found.push(
                Diagnostic::mistake(
                    Code::Contradiction,
                    absent.span,
                    format!("`{}` cannot be there and absent", wanted_text(absent)),
                )
                .related(present.span, "it is to be there by this")
                .help("take it out of one of the two"),
            );
        }
    }
}

fn wanted_text(label: &Templated) -> &str {
    label.as_str().unwrap_or_default()
}

/// The session header never changes within a session.
fn session(step: &Step, full: &Full<Templated>, first: bool, found: &mut Vec<Diagnostic>) {
    let Some((span, wanted)) = full.session.filter(|_| step.session.is_none() && step.headers.is_empty()) else {
        return;
    };
    let word = step.action.name();
    match (wanted, &step.action) {
        (SessionExpect::New, Action::Current | Action::Back | Action::Upload { .. }) => {}
        (SessionExpect::New, Action::Submit(_)) if !first => {}
        (SessionExpect::Same, Action::Init) => {
            return found.push(
                Diagnostic::mistake(
                    Code::Contradiction,
                    span,
                    "`init` begins a new session, so that it is never the same",
                )
                .help("write `session: new`; to ask where the applicant stands, use `- current`"),
            );
        }
        _ => return,
    }
    found.push(
        Diagnostic::mistake(
            Code::Contradiction,
            span,
            format!("`{word}` goes on in its session, so that no new one begins"),
        )
        .help("write `session: same`; a new session begins with `- init`"),
    );
}
