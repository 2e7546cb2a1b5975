//! What is wrong with a flow, in words.

use serde_json::Value;

use super::{condition, name};
use crate::compose::witness::Witness;
use crate::explore::Explored;
use crate::explore::findings::{Finding, What};
use crate::explore::model::{Goal, Model};
use crate::explore::verdict::{FORMAT, FindingVerdict, Verdict};
use crate::map::ViewName;
use crate::semantic::Sentence;

/// What was found out as data, each finding with its witness where there is one.
pub fn verdict(explored: &Explored, view: &ViewName, found: &[(Finding, Option<Witness>)]) -> Verdict {
    let model = &explored.model;
    let finding = |(finding, witness): &(Finding, Option<Witness>)| FindingVerdict {
        kind: finding.kind(),
        step: finding.step.map(|step| name(model, step)),
        text: sentence(model, finding).plain(),
        witness: witness.clone(),
    };
    Verdict {
        format: FORMAT,
        draftgate: env!("CARGO_PKG_VERSION").to_owned(),
        flow: view.flow.clone(),
        version: view.version.word().to_owned(),
        language: view.language.clone(),
        whole: explored.whole,
        left_out: explored.left_out,
        steps: model.steps.len(),
        ways: (0..model.steps.len()).map(|step| model.next(step).len()).sum(),
        sessions: explored.sessions,
        requests: explored.requests,
        service_runs: explored.services,
        findings: found.iter().map(finding).collect(),
    }
}

/// The sentence of a finding, which names the step where it shows.
pub fn sentence(model: &Model, finding: &Finding) -> Sentence {
    let sentence = match finding.step {
        Some(step) => Sentence::default().label(&name(model, step)).words(": "),
        None => Sentence::default(),
    };
    match &finding.what {
        What::NoBeginning(goal) => goal_words(sentence.words("the flow does not begin: "), model, goal),
        What::NoEnd(steps) => {
            let names: Vec<String> = steps.iter().map(|step| name(model, *step)).collect();
            let sentence = sentence.words("from here nobody gets to an end");
            if names.len() > 1 { sentence.words("; every way leads round ").labels(&names) } else { sentence }
        }
        What::Refused { field, value: Value::Null, code, message } => {
            let sentence = sentence.label(field).words(" need not be filled in, and leaving it empty is refused with ");
            sentence.words(refusal(*code, message))
        }
        What::Refused { field, value, code, message } => {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let sentence = sentence.label(field).words(format!(" may be {value}, which is refused with "));
            sentence.words(refusal(*code, message))
        }
        What::NoWayOn { code: Some(code), message } => {
            sentence.words("whatever is entered, it is refused with ").words(refusal(*code, message))
        }
        What::NoWayOn { code: None, message } if message == "pending" => {
            let sentence = sentence.words("what is submitted stays pending for as long as is waited");
            deciding(sentence, model, finding)
        }
        What::NoWayOn { code: None, .. } => {
            let strange = "what is submitted is answered with something that the API's reference does not describe";
            deciding(sentence.words(strange), model, finding)
        }
        What::Failed { code, message } => {
            deciding(sentence.words("submitting ends in ").words(refusal(*code, message)), model, finding)
        }
        What::BackRefused(code) => {
            sentence.words(format!("the step says that one can go back, and going back is refused with {code}"))
        }
        What::BackElsewhere { to, before } => sentence
            .words("going back leads to ")
            .label(&name(model, *to))
            .words(", and one came from ")
            .label(&name(model, *before)),
        What::Unsteady(one, other) => {
            let sentence = goal_words(sentence.words("the same data led to "), model, one);
            goal_words(sentence.words(" and to "), model, other)
        }
        What::NeverShown { field, asks, of } => {
            let asks = asks.as_str().map_or_else(|| asks.to_string(), str::to_owned);
            let sentence = sentence.label(field).words(" is never shown: it asks for ").label(of);
            sentence.words(format!(" to be {asks}, which is not offered"))
        }
    }
}

/// With what data it is so.
fn deciding(mut sentence: Sentence, model: &Model, finding: &Finding) -> Sentence {
    let Some(step) = finding.step else { return sentence };
    for (at, given) in finding.decides.iter().enumerate() {
        sentence = condition(sentence.words(if at == 0 { " where " } else { " and " }), model, step, given);
    }
    sentence
}

fn goal_words(sentence: Sentence, model: &Model, goal: &Goal) -> Sentence {
    match goal {
        Goal::Step(step) => sentence.label(&name(model, *step)),
        Goal::Refused(code) => sentence.words(format!("a refusal with {code}")),
        Goal::Other(word) => sentence.words(word),
    }
}

fn refusal(code: i64, message: &str) -> String {
    let message = message.trim_end_matches('.');
    if message.is_empty() { code.to_string() } else { format!("{code} ({message})") }
}
