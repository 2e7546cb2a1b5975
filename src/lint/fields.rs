//! Fields that are named: in a submit, an upload, `omit`, an expectation or a capture.

use super::chart::{Chart, ChartStep};
use super::known::Known;
use super::place;
use super::walk::{Context, Standing};
use crate::api::field::{FieldError, describe};
use crate::api::id::is_generated_id;
use crate::phrase::{did_you_mean, nearest};
use crate::scenario::action::{Action, Fields};
use crate::scenario::expectation::Expect;
use crate::scenario::{CaptureFrom, Step};
use crate::source::{Code, Diagnostic, Edit, Sources, Span};
use crate::template::Templated;

/// How many fields of a step are listed.
const MOST_LISTED: usize = 12;

/// Looks at the fields that a step names before it is sent.
pub(super) fn check<'a>(step: &'a Step, standing: &Standing<'_>, known: &Known<'a>, context: &mut Context<'_>) {
    if !step.map || standing.pending {
        return;
    }
    let mut named: Vec<&'a Templated> = step.omit.iter().collect();
    match &step.action {
        Action::Submit(Fields::Entries(entries)) => named.extend(entries.iter().map(|(key, _)| key)),
        Action::Upload(upload) => named.push(&upload.field),
        _ => {}
    }
    look_up_all(&named, standing, known, context);
    // What an error is about is a field of the form that was sent, or any other word of its text.
    if let (Action::Submit(_), Some(Expect::Full(full))) = (&step.action, &step.expect) {
        let about: Vec<&Templated> = full.error.iter().filter_map(|error| error.field.as_ref()).collect();
        let before = context.found.len();
        look_up_all(&about, standing, known, context);
        let sure = context.found.split_off(before).into_iter().filter(|one| {
            one.code == Some(Code::RenamedField)
                || one.help.as_ref().is_some_and(|help| help.starts_with("did you mean"))
        });
        context.found.extend(sure);
    }
}

/// Looks at the fields that an expectation or a capture names in the answer.
pub(super) fn check_answer<'a>(step: &'a Step, standing: &Standing<'_>, known: &Known<'a>, context: &mut Context<'_>) {
    let mut named: Vec<&'a Templated> = Vec::new();
    if let Some(Expect::Full(full)) = &step.expect {
        let elements = full.elements.iter();
        named.extend(elements.flat_map(|elements| [&elements.ordered, &elements.exactly]).flatten().flatten());
        named.extend(full.fields.iter().map(|field| &field.field));
    }
    look_up_all(&named, standing, known, context);
    for capture in &step.capture {
        if let CaptureFrom::Field(label) = &capture.from {
            let span = place::word(context.sources, capture.span, label);
            look_up(label, span, standing, context);
        }
    }
}

fn look_up_all<'a>(named: &[&'a Templated], standing: &Standing<'_>, known: &Known<'a>, context: &mut Context<'_>) {
    for meant in named.iter().flat_map(|label| known.meant(label)) {
        let Some(text) = meant.text() else { continue };
        let before = context.found.len();
        look_up(text, meant.value.span, standing, context);
        let Some(used) = meant.used else { continue };
        for mistake in &mut context.found[before..] {
            mistake.related.push((used, "it is used here".to_owned()));
            // Other places may use the same text in another meaning.
            if let Some(fix) = mistake.fix.take() {
                mistake.help = Some(fix.message);
            }
        }
    }
}

/// Reports a key that none of the steps where the applicant may stand has.
fn look_up(key: &str, span: Span, standing: &Standing<'_>, context: &mut Context<'_>) {
    let Some(chart) = standing.chart.filter(|chart| !chart.steps.is_empty()) else { return };
    // An id is made anew whenever the flow is rebuilt: no map keeps it.
    if key.starts_with("id:") || is_generated_id(key) || standing.ended.is_some() {
        return;
    }
    let all = chart.all();
    let pool = if standing.certain { &standing.steps } else { &all };
    // To a step without fields keys go as they are written.
    if standing.certain && chart.each(pool).any(|step| step.known.elements.is_empty()) {
        return;
    }
    // Most likely it is one of those that runs saw come next.
    if chart.each(&standing.steps).chain(chart.each(pool)).any(|step| matches!(step.look_up(key), Some(Ok(_)))) {
        return;
    }
    if let Some(error) = chart.each(pool).find_map(|step| step.look_up(key)?.err()) {
        if standing.certain {
            context.found.push(ambiguous_field(key, span, &error));
        }
        return;
    }
    let steps: Vec<&ChartStep<'_>> = chart.each(pool).collect();
    // A word that is like none known may be one of a step without fields, to which keys go as they are written.
    let possible = if standing.steps.is_empty() { &all } else { &standing.steps };
    let plain = chart.each(possible).any(|step| step.known.elements.is_empty() && !step.known.is_end());
    let sure = standing.certain || (chart.map.complete && !plain);
    let look = Look { chart, certain: standing.certain, sure };
    context.found.extend(unknown(key, span, &steps, &look, context.sources));
}

fn ambiguous_field(key: &str, span: Span, error: &FieldError) -> Diagnostic {
    let candidates = match error {
        FieldError::Ambiguous { candidates, .. } => candidates.len(),
        FieldError::Unknown { .. } => 0,
    };
    Diagnostic::mistake(Code::AmbiguousField, span, format!("`{key}` names {candidates} fields of the step"))
        .help(format!("`{key}[1]` is the first of them, `{key}[2]` the second; a role names one alone"))
}

/// How sure a look is.
struct Look<'a> {
    chart: &'a Chart<'a>,
    /// Whether the applicant is on one of the steps looked at.
    certain: bool,
    /// Whether a word that is like none of them must be wrong.
    sure: bool,
}

fn unknown(key: &str, span: Span, steps: &[&ChartStep<'_>], look: &Look<'_>, sources: &Sources) -> Option<Diagnostic> {
    let Look { chart, certain, sure } = *look;
    let (before, label, after) = parts(key);
    if let Some(element) = steps.iter().find_map(|step| step.formerly(label)) {
        let now = &element.name;
        let message = format!("the field `{label}` is called `{now}` now");
        let mistake = Diagnostic::mistake(Code::RenamedField, span, message).note(chart.source());
        return Some(match place::rewritten(sources, span, key, &format!("{before}{now}{after}")) {
            Some(text) => mistake.fix("write the field's new label", vec![Edit { span, text }]),
            None => mistake.help(format!("write `{now}`")),
        });
    }
    let near = nearest(label, steps.iter().flat_map(|step| step.words()));
    if near.is_none() && !sure {
        return None;
    }
    let whose = match steps {
        [only] if certain => format!("the step `{}`", only.known.key),
        _ if certain => "none of the steps that the applicant may stand on".to_owned(),
        _ => format!("no step of the flow `{}`", chart.map.flow),
    };
    let has = if matches!(steps, [_]) && certain { "has no field" } else { "has the field" };
    let mistake =
        Diagnostic::mistake(Code::UnknownField, span, format!("{whose} {has} `{label}`")).note(chart.source());
    Some(match (near, steps) {
        (Some(near), _) => mistake.help(did_you_mean(near)),
        (None, [only]) => mistake.help(format!("the step has {}", listed(only))),
        (None, _) => mistake.help("run the scenario if the flow has got this field since"),
    })
}

/// What stands before and after the label in a key: a forced rank, a number.
fn parts(key: &str) -> (&str, &str, &str) {
    let (before, rest) = ["role:", "name:", "normalized:"]
        .iter()
        .find_map(|prefix| {
            Some(key.split_at(key.strip_prefix(prefix).map(|rest| key.len() - rest.trim_start().len())?))
        })
        .unwrap_or(("", key));
    let numbered = rest.trim_end().strip_suffix(']').and_then(|rest| rest.rsplit_once('['));
    match numbered.filter(|(_, number)| number.trim().parse::<usize>().is_ok()) {
        Some((label, _)) => (before, label.trim_end(), &rest[label.trim_end().len()..]),
        None => (before, rest, ""),
    }
}

fn listed(step: &ChartStep<'_>) -> String {
    let elements: Vec<String> =
        step.known.elements.iter().filter_map(|element| Some(describe(&element.to_element("")?))).collect();
    match elements.len() {
        0 => "no fields".to_owned(),
        1..=MOST_LISTED => elements.join(", "),
        more => format!("{} and {} more", elements[..MOST_LISTED].join(", "), more - MOST_LISTED),
    }
}
