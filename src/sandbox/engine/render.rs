//! Answers as they go over the wire.

use serde_json::{Map, Value, json};

use super::answers::{Given, answer};
use super::refusal::Refusal;
use super::session::{Position, Session};
use super::submit::offers;
use crate::sandbox::definition::{
    Definition, END_TEXT, ElementText, Form, FormElement, Interactive, Node, NodeKind, Task,
};

/// How many hex digits a short code has.
const SHORT_CODE: usize = 16;

/// The body of where a session stands, as JSON, in a language; in the definition's own where it is not offered or none is
/// asked for.
///
/// # Errors
///
/// 4002 where the node that the applicant stands at is gone.
pub fn render(definition: &Definition, session: &Session, language: Option<&str>) -> Result<String, Refusal> {
    let text = |text| definition.languages.translate(text, language);
    match &session.position {
        Position::Before(_) | Position::Running { .. } => Ok(r#"{"type":"pending"}"#.to_owned()),
        Position::Ended(None) => Ok(end(&definition.end_id, text(END_TEXT), None)),
        Position::Ended(Some(name)) => {
            let node = Session::node(definition, name)?;
            let NodeKind::End(ending) = &node.kind else { return Err(Refusal::new(4002)) };
            Ok(end(&node.id, text(&ending.text), ending.redirect_url.as_deref()))
        }
        Position::At(name) => {
            let node = Session::node(definition, name)?;
            match &node.kind {
                NodeKind::Form(form) => Ok(form_step(definition, session, node, form, language)),
                NodeKind::Interactive(interactive) => {
                    interactive_step(definition, session, node, interactive, text(&node.title))
                }
                _ => Err(Refusal::new(4002)),
            }
        }
    }
}

fn end(id: &str, text: &str, redirect_url: Option<&str>) -> String {
    json!({"id": id, "type": "end", "text": text, "redirectUrl": redirect_url}).to_string()
}

/// The code by which the document verification's SDK knows the applicant.
fn short_code(definition: &Definition, session: &Session, node: &Node) -> String {
    session.digest(&["short code", &definition.id, &node.name], SHORT_CODE)
}

/// The short code of the step that waits for the applicant, where that is a document verification.
pub fn short_code_shown(definition: &Definition, session: &Session) -> Option<String> {
    let Position::At(name) = &session.position else { return None };
    let node = definition.node(name)?;
    let captures = matches!(&node.kind, NodeKind::Interactive(Interactive { task: Task::Capture, .. }));
    captures.then(|| short_code(definition, session, node))
}

fn form_step(definition: &Definition, session: &Session, node: &Node, form: &Form, language: Option<&str>) -> String {
    let Some(text) = form.texts.get(definition.languages.place(language)).or(form.texts.first()) else {
        return String::new();
    };
    let residence = session.first_text(definition, &definition.countries.residence);
    let mut json = String::with_capacity(text.length + 256);
    json.push_str(&text.head);
    json.push_str(if session.can_go_back(definition) { "true" } else { "false" });
    json.push_str(",\"elements\":[");
    let answers = session.answers(&node.name);
    for (at, (element, text)) in form.elements.iter().zip(&text.elements).enumerate() {
        if at > 0 {
            json.push(',');
        }
        json.push_str(&text.before);
        match answers {
            // What was submitted and is empty now was emptied by the applicant: it is not filled in again.
            Some(answers) => push_value(&mut json, answer(answers, &element.name).map(Given::json)),
            None => push_first_value(&mut json, session, element, text),
        }
        json.push_str(&text.after);
        let by_country =
            || text.tooltip_by_country.iter().find(|(country, _)| Some(&**country) == residence.as_deref());
        let by_country = if text.tooltip_by_country.is_empty() { None } else { by_country() };
        if let Some(tooltip) = by_country.map(|(_, tooltip)| tooltip).or(text.tooltip.as_ref()) {
            json.push_str(",\"tooltip\":");
            json.push_str(tooltip);
        }
        json.push('}');
    }
    json.push(']');
    let incorporation = session.first_text(definition, &definition.countries.incorporation);
    for (key, country) in [("countryOfResidence", residence), ("countryOfIncorporation", incorporation)] {
        if let Some(country) = country {
            json.push_str(&format!(",\"{key}\":{}", Value::from(country)));
        }
    }
    json.push('}');
    json
}

fn push_value(json: &mut String, value: Option<&str>) {
    if let Some(value) = value {
        json.push_str(",\"value\":");
        json.push_str(value);
    }
}

/// What an element comes filled in with before anything was submitted.
fn push_first_value(json: &mut String, session: &Session, element: &FormElement, text: &ElementText) {
    match session.prefill_of(element) {
        Some(value) => push_value(json, Some(&value.to_string())),
        None => push_value(json, text.value.as_deref()),
    }
}

fn interactive_step(
    definition: &Definition,
    session: &Session,
    node: &Node,
    interactive: &Interactive,
    title: &str,
) -> Result<String, Refusal> {
    let mut step = Map::new();
    let mut set = |key: &str, value: Value| drop(step.insert(key.to_owned(), value));
    set("id", node.id.clone().into());
    set("type", interactive.kind.wire.into());
    match &interactive.task {
        // The reference shows this step without a title.
        Task::Capture => set("shortCode", short_code(definition, session, node).into()),
        _ => set("title", title.into()),
    }
    match &interactive.task {
        Task::Code(code) => set("codeLength", code.chars().count().into()),
        Task::Search { businesses: Some(_), .. } => {
            let found = offers(definition, session, node, interactive)?;
            set("businesses", found.into_iter().map(|offer| offer.json.clone()).collect());
        }
        Task::Identify(providers) if !providers.is_empty() => set("providers", json!(providers)),
        Task::Read { accept, accepts_less: true, .. } => set("accept", json!(accept)),
        Task::Capture | Task::Search { .. } | Task::Identify(_) | Task::Read { .. } | Task::Connect => {}
    }
    set("canGoBack", session.can_go_back(definition).into());
    Ok(Value::Object(step).to_string())
}
