//! Steps that an expectation names and the flow is not known to have.

use super::chart::Steps;
use super::outcome::Outcome;
use super::place;
use super::walk::{Context, Standing};
use crate::api::id::is_generated_id;
use crate::phrase::{did_you_mean, nearest};
use crate::scenario::Step;
use crate::scenario::action::Action;
use crate::source::{Code, Diagnostic, Edit};

/// Looks at the step that must come next.
pub(super) fn check(outcome: Outcome<'_>, standing: &Standing<'_>, context: &mut Context<'_>) {
    let (Outcome::Step(name, span), Some(chart)) = (outcome, standing.chart) else { return };
    // An id is made anew whenever the flow is rebuilt: no map keeps it.
    if chart.steps.is_empty() || is_generated_id(name) || !chart.named(name).is_empty() {
        return;
    }
    let steps = || chart.steps.iter().map(|step| step.known);
    if let Some(step) = steps().find(|step| step.formerly.iter().any(|former| former == name)) {
        let message = format!("the step `{name}` is called `{}` now", step.title);
        let mistake = Diagnostic::mistake(Code::RenamedStep, span, message).note(chart.source());
        return context.found.push(match place::rewritten(context.sources, span, name, &step.title) {
            Some(text) => mistake.fix("write the step's new title", vec![Edit { span, text }]),
            None => mistake.help(format!("write `{}`", step.title)),
        });
    }
    let words = steps().flat_map(|step| [step.title.as_str(), step.kind.as_str()]).chain(["end", "pending"]);
    let near = nearest(name, words.filter(|word| !word.is_empty()));
    if near.is_none() && !chart.map.complete {
        return;
    }
    let message = format!("no step of the flow `{}` is called `{name}`", chart.map.flow);
    let mistake = Diagnostic::mistake(Code::UnknownStep, span, message).note(chart.source());
    context.found.push(mistake.help(match near {
        Some(near) => did_you_mean(near),
        None => {
            let titles: Vec<&str> = steps().map(|step| step.key.as_str()).collect();
            format!("the flow has {}; run the scenario if it has got this step since", titles.join(", "))
        }
    }));
}

/// Looks at a step that must come next and that no run saw come next.
pub(super) fn check_order(outcome: Outcome<'_>, next: &Steps, standing: &Standing<'_>, context: &mut Context<'_>) {
    let (Outcome::Step(name, span), Some(chart)) = (outcome, standing.chart) else { return };
    let named = chart.named(name);
    if next.is_empty() || named.is_empty() || !named.is_disjoint(next) {
        return;
    }
    let titles: Vec<String> = chart.each(next).map(|step| format!("`{}`", step.known.key)).collect();
    context.found.push(
        Diagnostic::mistake(Code::OtherStep, span, format!("`{name}` is not known to come next"))
            .help(format!(
                "what came next was {}; run the scenario if the flow has another way now",
                titles.join(" or ")
            ))
            .note(chart.source()),
    );
}

/// Looks at a way back from the first step.
pub(super) fn check_back(step: &Step, outcome: Outcome<'_>, standing: &Standing<'_>, context: &mut Context<'_>) {
    let back = matches!(step.action, Action::Back) && standing.at_first && outcome.succeeds();
    // A header may ask the sandbox for any answer.
    if back && step.headers.is_empty() && step.repeat.is_none() {
        context.found.push(
            Diagnostic::mistake(
                Code::NoWayBack,
                step.action_span,
                "the first step has nothing before it, so the answer is error 4103",
            )
            .help("expect 4103, or submit something before going back"),
        );
    }
}
