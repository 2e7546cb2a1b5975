//! The calls that show a finding: as a scenario, and as commands.

use std::collections::HashMap;

use serde_json::Value;

use super::ledger::Finding;
use super::rules::RuleId;
use crate::api::exchange::{Exchange, Request};
use crate::api::wire::SESSION_HEADER;
use crate::compose::witness::{commands, sent_session};
use crate::compose::{Argument, Data, Draft, Options, Recorded, Step, compose, write};

/// The applicant in a scenario of two who has no name of their own otherwise.
const OTHER: &str = "other";

pub use crate::compose::witness::Witness;

impl Witness {
    /// The witness of a finding of the flow interpreter at `base`. `command` writes a request as a command, with a session in it as it is.
    pub fn of(finding: &Finding, base: &str, options: &Options, command: &dyn Fn(&Request) -> String) -> Self {
        let curl = commands(&finding.calls, command);
        Witness { calls: curl.len(), scenario: scenario(finding, base, options), curl }
    }
}

/// What must come, as it stands in a scenario.
pub(super) fn expected(data: &Data) -> String {
    match data {
        Data::Json(Value::String(text)) | Data::Template(text) => text.clone(),
        Data::Json(value) => value.to_string(),
        Data::Map(entries) => {
            let entries: Vec<String> = entries.iter().map(|(key, data)| format!("{key}: {}", expected(data))).collect();
            entries.join(", ")
        }
    }
}

fn scenario(finding: &Finding, base: &str, options: &Options) -> Option<String> {
    if !finding.sayable {
        return None;
    }
    let mut draft = match finding.rule {
        RuleId::Session if finding.capture.is_some() => two_beginnings(finding, options)?,
        RuleId::UnknownSession => unknown_session(finding, options)?,
        RuleId::ForeignFlow => foreign_flow(finding, base, options)?,
        RuleId::Direct if finding.begun.is_some() => direct(finding, options)?,
        RuleId::ForeignKey if sessions(finding).len() == 2 => key_of_another(finding, options)?,
        _ => played(finding, options)?,
    };
    draft.title = format!("{}: {}", finding.rule.name(), finding.text);
    draft.closing.clear();
    draft.head = vec![format!("{}: {}.", finding.rule.name(), finding.rule.rule().title)];
    if let Some(path) = finding.capture.as_ref().filter(|_| finding.rule != RuleId::Session) {
        let who = draft.steps.last()?.modifier("as").cloned();
        let before = draft.steps.iter_mut().rev().skip(1).find(|step| step.modifier("as") == who.as_ref())?;
        before.set("capture", Data::Map(vec![("was".to_owned(), Data::text(path))]), "");
    }
    let last = draft.steps.last_mut()?;
    match &finding.expect {
        Some(expect) => last.set("expect", expect.clone(), "what must come"),
        None => last.modifiers.retain(|(name, ..)| *name != "expect"),
    }
    Some(write(&draft))
}

/// The drafts of a recording: one for each applicant.
fn drafts(calls: &[Exchange], options: &Options) -> Vec<Draft> {
    let numbered = calls.iter().enumerate();
    let recording: Vec<Recorded> =
        numbered.map(|(at, exchange)| Recorded { number: at + 1, exchange: exchange.clone(), lost: false }).collect();
    compose(&recording, options).scenarios.into_iter().map(|composed| composed.draft).collect()
}

/// The sessions of a finding's calls, in their order.
fn sessions(finding: &Finding) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for session in finding.calls.iter().filter_map(|call| sent_session(call).or(call.answer.session())) {
        if !found.contains(&session) {
            found.push(session);
        }
    }
    found
}

/// A submit without a session: with its fields called as they are by whoever begins first.
fn direct(finding: &Finding, options: &Options) -> Option<Draft> {
    let begun = finding.begun.as_deref()?;
    let session = begun.answer.session().or(sent_session(begun))?.to_owned();
    let mut submit = finding.calls.last()?.clone();
    submit.request.headers.push((SESSION_HEADER.to_owned(), session));
    let mut draft = drafts(&[begun.clone(), submit], options).into_iter().next()?;
    draft.steps.retain(|step| step.action != "init");
    (draft.steps.len() == 1).then_some(draft)
}

/// The key of a file that one applicant uploaded, submitted by another.
fn key_of_another(finding: &Finding, options: &Options) -> Option<Draft> {
    let sessions = sessions(finding);
    let of = |session: &str| -> Vec<Exchange> {
        let own = |call: &&Exchange| sent_session(call).or(call.answer.session()) == Some(session);
        finding.calls.iter().filter(own).cloned().collect()
    };
    let mut one = drafts(&of(sessions[0]), options).into_iter().next()?;
    let mut other = drafts(&of(sessions[1]), options).into_iter().next()?;
    let key = of(sessions[0]).last()?.answer.json()?.get("key")?.clone();
    let upload = one.steps.last_mut().filter(|step| step.action == "upload")?;
    upload.set("capture", Data::Map(vec![("key".to_owned(), Data::text("$.key"))]), "");
    let Argument::Fields(fields) = &mut other.steps.last_mut()?.argument else { return None };
    let field = fields.iter_mut().find(|field| field.value == Data::Json(key.clone()))?;
    field.value = Data::Template("{{ key }}".to_owned());
    Some(together(one, other, false))
}

/// The calls as a recording that is played again.
fn played(finding: &Finding, options: &Options) -> Option<Draft> {
    let mut drafts = drafts(&finding.calls, options);
    match drafts.len() {
        1 => {
            let mut draft = drafts.remove(0);
            // Somebody else who only begins is no scenario of their own.
            let last = finding.calls.last()?;
            if finding.calls.len() > 1 && sent_session(last).is_none() && last.request.method == "GET" {
                let mut begins = Step::new("init");
                begins.set("as", Data::text(OTHER), "");
                draft.steps.push(begins);
            }
            Some(draft)
        }
        2 => {
            let other = drafts.remove(1);
            Some(together(drafts.remove(0), other, last_is_of_the_first(&finding.calls)))
        }
        _ => None,
    }
}

/// Two applicants who begin: the session of the first is kept, to be compared.
fn two_beginnings(finding: &Finding, options: &Options) -> Option<Draft> {
    if finding.calls.iter().any(|call| call.request.method != "GET") {
        return None;
    }
    let mut first = Step::new("init");
    first.set("capture", Data::Map(vec![("was".to_owned(), Data::text("session"))]), "");
    let mut second = Step::new("init");
    second.set("as", Data::text(OTHER), "");
    Some(Draft { flow: options.flow.clone()?, steps: vec![first, second], ..Draft::default() })
}

/// FlowStep with a session that nobody was given.
fn unknown_session(finding: &Finding, options: &Options) -> Option<Draft> {
    let mut step = Step::new("current");
    step.set("session", Data::text(sent_session(finding.calls.last()?)?), "");
    Some(Draft { flow: options.flow.clone()?, steps: vec![step], ..Draft::default() })
}

/// FlowStep of another flow with the session of this one.
fn foreign_flow(finding: &Finding, base: &str, options: &Options) -> Option<Draft> {
    let url = &finding.calls.last()?.request.url;
    let path = url.strip_prefix(base.trim_end_matches('/'))?;
    let session = Data::Map(vec![(SESSION_HEADER.to_owned(), Data::Template("{{ session }}".to_owned()))]);
    let request = Step::with_map("request", vec![("path", Data::text(path)), ("headers", session)]);
    Some(Draft { flow: options.flow.clone()?, steps: vec![Step::new("init"), request], ..Draft::default() })
}

fn last_is_of_the_first(calls: &[Exchange]) -> bool {
    let own = |call: &Exchange| sent_session(call).or(call.answer.session()).map(str::to_owned);
    calls.len() > 1 && calls.last().map(own) == calls.first().map(own)
}

/// Two applicants in one scenario: the one, then the other, then the last thing that the one does where that comes last.
fn together(mut one: Draft, mut other: Draft, last: bool) -> Draft {
    let mut names: HashMap<String, String> = HashMap::new();
    for var in &mut other.vars {
        if one.vars.iter().any(|known| known.name == var.name) {
            let new = format!("{}_2", var.name);
            names.insert(std::mem::replace(&mut var.name, new.clone()), new);
        }
    }
    for step in &mut other.steps {
        match &mut step.argument {
            Argument::None => {}
            Argument::Inline(data) => rename(data, &names),
            Argument::Fields(fields) => fields.iter_mut().for_each(|field| rename(&mut field.value, &names)),
        }
        step.set("as", Data::Json(Value::from(OTHER)), "");
    }
    let end = last.then(|| one.steps.pop()).flatten();
    one.vars.append(&mut other.vars);
    one.steps.append(&mut other.steps);
    one.steps.extend(end);
    one
}

/// Gives variables in templates other names.
fn rename(data: &mut Data, names: &HashMap<String, String>) {
    match data {
        Data::Template(text) => {
            for (old, new) in names {
                *text = text.replace(&format!("{{{{ {old} }}}}"), &format!("{{{{ {new} }}}}"));
            }
        }
        Data::Map(entries) => entries.iter_mut().for_each(|(_, data)| rename(data, names)),
        Data::Json(_) => {}
    }
}
