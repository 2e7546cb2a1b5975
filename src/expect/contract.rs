//! The rules that every answer is held to without being asked.

use serde_json::Value;

use super::{Demand, Failure, Seen, describe};
use crate::api::codes;
use crate::api::wire::BodyKind;
use crate::scenario::action::Action;
use crate::scenario::{Checks, Rule};
use crate::source::Diagnostic;

/// What was known of the applicant before the step.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// Whether the flow had reached its end.
    pub ended: bool,
    /// The id of the flow's first step, once it is known.
    pub first_step: Option<Value>,
    /// Whether the step sent a session of its own choosing.
    pub foreign_session: bool,
}

/// Checks an answer against the rules that `checks` leaves on.
pub fn contract(action: &Action, before: &Before, seen: &Seen<'_>, checks: &Checks) -> Vec<Failure> {
    let rules: [(Rule, Option<String>); 6] = [
        (Rule::Status, status(action, seen)),
        (Rule::Shape, shape(action, seen)),
        (Rule::Session, session(action, before, seen)),
        (Rule::CanGoBack, can_go_back(action, before, seen)),
        (Rule::End, end(action, before, seen)),
        (Rule::Code, code(seen)),
    ];
    rules
        .into_iter()
        .filter(|(rule, _)| checks.includes(*rule))
        .filter_map(|(rule, broken)| Some(failure(rule, broken?, seen)))
        .collect()
}

fn failure(rule: Rule, message: String, seen: &Seen<'_>) -> Failure {
    let help = format!("a rule of the API's contract; `checks: [-{}]` turns it off for this step", rule.name());
    Failure { demand: Demand::Contract(rule), diagnostic: Diagnostic::new(seen.span, message).help(help), values: None }
}

fn status(action: &Action, seen: &Seen<'_>) -> Option<String> {
    let status = seen.answer.status;
    match seen.answer.kind() {
        BodyKind::Error(code) if status < 400 => {
            Some(format!("error {code} came with HTTP status {status}, a success"))
        }
        BodyKind::Step | BodyKind::Pending | BodyKind::End
            if !(200..300).contains(&status) && action.answers_with_a_step() =>
        {
            Some(format!("a step came with HTTP status {status}, which is no success"))
        }
        _ => None,
    }
}

fn shape(action: &Action, seen: &Seen<'_>) -> Option<String> {
    if !action.is_of_the_api() {
        return None;
    }
    let answer = seen.answer;
    if (300..400).contains(&answer.status) {
        let to = answer.header("location").map_or(String::new(), |to| format!(" to {to}"));
        return Some(format!("the answer (HTTP {}) redirects{to}, which the API never does", answer.status));
    }
    let Some(body) = answer.json() else {
        return Some(format!("the answer (HTTP {}) is not JSON", answer.status));
    };
    if answer.is_error() {
        let integer = body.get("code").is_some_and(|code| code.is_i64() || code.is_u64());
        let message = body.get("message").is_some_and(Value::is_string);
        return (!integer || !message).then(|| {
            format!(
                "an error answer (HTTP {}) is not of the shape {{\"code\": number, \"message\": text}}",
                answer.status
            )
        });
    }
    let text = |key: &str| body.get(key).is_some_and(Value::is_string);
    match action {
        Action::Upload { .. } => (!text("key")).then(|| "the answer to an upload has no `key`".to_owned()),
        Action::Connect { .. } => (!text("token")).then(|| "the answer has no `token`".to_owned()),
        Action::Redeem { .. } => (!text("flowId")).then(|| "the answer has no `flowId`".to_owned()),
        Action::Profile { .. } | Action::Link(_) | Action::Unlink(_) => {
            (!body.is_object()).then(|| "the answer is not a JSON object".to_owned())
        }
        _ if action.answers_with_a_step() => step_shape(body, answer.kind()),
        _ => None,
    }
}

fn step_shape(body: &Value, kind: BodyKind) -> Option<String> {
    if kind == BodyKind::Other {
        return Some("the answer is neither a step nor pending nor the end".to_owned());
    }
    let present = |key: &str| body.get(key).filter(|value| !value.is_null());
    if present("canGoBack").is_some_and(|value| !value.is_boolean()) {
        return Some("`canGoBack` is neither true nor false".to_owned());
    }
    for key in ["title", "subtitle", "type"] {
        if present(key).is_some_and(|value| !value.is_string()) {
            return Some(format!("`{key}` is not a string"));
        }
    }
    let elements = match present("elements") {
        None => return None,
        Some(Value::Array(elements)) => elements,
        Some(_) => return Some("`elements` is not a list".to_owned()),
    };
    let broken =
        elements.iter().position(|element| !element.get("id").is_some_and(|id| id.is_string() || id.is_number()));
    broken.map(|at| format!("element {at} of the step has no `id`"))
}

fn session(action: &Action, before: &Before, seen: &Seen<'_>) -> Option<String> {
    if !action.answers_with_a_step() && !matches!(action, Action::Upload { .. }) {
        return None;
    }
    let answered = seen.answer.session();
    match (seen.sent_session, answered) {
        (Some(sent), Some(answered)) if sent != answered && !before.foreign_session => {
            Some(format!("the session changed from {sent} to {answered}"))
        }
        (None, None) if !seen.answer.is_error() && !before.foreign_session => {
            Some("a session began and the answer has no x-hf-session header".to_owned())
        }
        _ => None,
    }
}

fn can_go_back(action: &Action, before: &Before, seen: &Seen<'_>) -> Option<String> {
    let body = seen.answer.json().filter(|_| !seen.answer.is_error())?;
    // A submit may lead to the first step once more; then there is something to go back to.
    let first = matches!(action, Action::Init)
        || (matches!(action, Action::Current | Action::Back)
            && before.first_step.as_ref().is_some_and(|first| body.get("id") == Some(first)));
    (first && body.get("canGoBack") == Some(&Value::Bool(true)))
        .then(|| "`canGoBack` is true on the flow's first step".to_owned())
}

fn end(action: &Action, before: &Before, seen: &Seen<'_>) -> Option<String> {
    if !before.ended || before.foreign_session {
        return None;
    }
    let answer = seen.answer;
    let is_end = answer.kind() == BodyKind::End;
    let allowed = match action {
        Action::Current | Action::Submit(_) => is_end || answer.error_code() == Some(4013),
        // Back from the end is an illegal back action, 4103.
        Action::Back => is_end || answer.is_error(),
        _ => true,
    };
    (!allowed).then(|| format!("the flow had reached its end, and {} followed", describe(answer)))
}

fn code(seen: &Seen<'_>) -> Option<String> {
    let code = seen.answer.error_code()?;
    codes::lookup(code).is_none().then(|| format!("{code} is no code of the reference"))
}
