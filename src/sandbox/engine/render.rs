//! Answers as they go over the wire.

use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use super::session::{Position, Session};
use crate::sandbox::definition::{
    Definition, Demand, END_TEXT, Form, FormElement, Interactive, Languages, Node, NodeKind,
};

/// The role of the element that says where an applicant lives.
const RESIDENCE: &str = "address_country";
/// The role of the element that says where a business is registered.
const INCORPORATION: &str = "country_of_incorporation";

/// The body of where a session stands, in a language; in the definition's own where it is not offered or none is asked
/// for.
///
/// # Errors
///
/// 4002 where the node that the applicant stands at is gone.
pub fn render(definition: &Definition, session: &Session, language: Option<&str>) -> Result<Value, Refusal> {
    let texts = Texts { languages: &definition.languages, language };
    match &session.position {
        Position::Before(_) | Position::Running { .. } => Ok(json!({"type": "pending"})),
        Position::Ended(None) => Ok(end(&definition.end_id, texts.of(END_TEXT), None)),
        Position::Ended(Some(name)) => {
            let node = Session::node(definition, name)?;
            let NodeKind::End(ending) = &node.kind else { return Err(Refusal::new(4002)) };
            Ok(end(&node.id, texts.of(&ending.text), ending.redirect_url.as_deref()))
        }
        Position::At(name) => {
            let node = Session::node(definition, name)?;
            let back = session.can_go_back(definition);
            match &node.kind {
                NodeKind::Form(form) => Ok(form_step(definition, session, node, form, &texts)),
                NodeKind::Interactive(interactive) => Ok(interactive_step(session, node, interactive, back, &texts)),
                _ => Err(Refusal::new(4002)),
            }
        }
    }
}

struct Texts<'a> {
    languages: &'a Languages,
    language: Option<&'a str>,
}

impl Texts<'_> {
    fn of<'t>(&'t self, text: &'t str) -> &'t str {
        self.languages.translate(text, self.language)
    }
}

fn end(id: &str, text: &str, redirect_url: Option<&str>) -> Value {
    json!({"id": id, "type": "end", "text": text, "redirectUrl": redirect_url})
}

fn form_step(definition: &Definition, session: &Session, node: &Node, form: &Form, texts: &Texts<'_>) -> Value {
    let mut step = Map::new();
    step.insert("id".to_owned(), node.id.clone().into());
    step.insert("title".to_owned(), texts.of(&node.title).into());
    if let Some(subtitle) = &form.subtitle {
        step.insert("subtitle".to_owned(), texts.of(subtitle).into());
    }
    step.insert("type".to_owned(), "form".into());
    step.insert("canGoBack".to_owned(), session.can_go_back(definition).into());
    let residence = session.value_of_role(definition, RESIDENCE);
    let answers = session.answers(&node.name);
    let elements = form.elements.iter().map(|element| {
        let submitted = answers.map(|answers| answers.get(&element.name).cloned());
        // What was submitted and is empty now was emptied by the applicant: it is not filled in again.
        let given = submitted.unwrap_or_else(|| session.prefill_of(element).or_else(|| element.value.clone()));
        element_json(element, given, residence, texts)
    });
    step.insert("elements".to_owned(), elements.collect());
    let countries = [
        ("countryOfResidence", residence),
        ("countryOfIncorporation", session.value_of_role(definition, INCORPORATION)),
    ];
    for (key, country) in countries {
        if let Some(country) = country {
            step.insert(key.to_owned(), country.into());
        }
    }
    Value::Object(step)
}

fn element_json(element: &FormElement, given: Option<Value>, residence: Option<&str>, texts: &Texts<'_>) -> Value {
    let mut json = Map::new();
    let mut set = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            json.insert(key.to_owned(), value);
        }
    };
    let shown = |text: &Option<String>| text.as_deref().map(|text| Value::from(texts.of(text)));
    let plain = |text: &Option<String>| text.clone().map(Value::from);
    set("id", Some(element.id.clone().into()));
    set("name", Some(texts.of(&element.name).into()));
    set("type", Some(element.kind.wire_name().into()));
    set("role", plain(&element.role));
    set("normalizedName", plain(&element.normalized_name));
    let validations = validations(element);
    set("validations", (!validations.is_empty()).then(|| validations.into()));
    set("condition", element.condition.as_ref().map(|condition| condition.to_json()));
    set("dateFormat", element.date_format.as_ref().map(|format| format.written.clone().into()));
    set("content", shown(&element.content));
    set("placeholder", shown(&element.placeholder));
    set("value", given);
    let options: Vec<Value> =
        element.options.iter().map(|(value, label)| json!({"value": value, "label": texts.of(label)})).collect();
    set("accept", element.rules.accepts_less.then(|| element.rules.accept.clone().into()));
    set("prefillOptions", (!options.is_empty()).then(|| options.into()));
    let tooltip = residence.and_then(|country| element.tooltip_by_country.get(country)).or(element.tooltip.as_ref());
    set("tooltip", tooltip.map(|text| texts.of(text).into()));
    Value::Object(json)
}

fn validations(element: &FormElement) -> Vec<Value> {
    let rules = &element.rules;
    let mut list = Vec::new();
    if rules.required {
        list.push(json!({"type": "required"}));
    }
    let mut bounds = |kind: &str, min: Option<Value>, max: Option<Value>| {
        let mut rule = Map::from_iter([("type".to_owned(), kind.into())]);
        rule.extend(min.map(|min| ("min".to_owned(), min)));
        rule.extend(max.map(|max| ("max".to_owned(), max)));
        if rule.len() > 1 {
            list.push(Value::Object(rule));
        }
    };
    bounds("length", rules.min_length.map(Value::from), rules.max_length.map(Value::from));
    bounds("range", rules.min.clone().map(Value::Number), rules.max.clone().map(Value::Number));
    let date = |date: &Option<jiff::civil::Date>| date.map(|date| date.to_string().into());
    bounds("range", date(&rules.first), date(&rules.last));
    if let Some(pattern) = &rules.pattern {
        list.push(json!({"type": "pattern", "pattern": pattern.as_str()}));
    }
    list
}

fn interactive_step(session: &Session, node: &Node, interactive: &Interactive, back: bool, texts: &Texts<'_>) -> Value {
    let mut step = Map::new();
    step.insert("id".to_owned(), node.id.clone().into());
    step.insert("type".to_owned(), interactive.kind.wire.into());
    if interactive.kind.wire == "trulioo_doc_v" {
        step.insert("shortCode".to_owned(), session.digest(&["short code", &node.name], 8).into());
    } else {
        step.insert("title".to_owned(), texts.of(&node.title).into());
        if interactive.kind.demands == Demand::Code {
            step.insert("codeLength".to_owned(), interactive.code.chars().count().into());
        }
    }
    step.insert("canGoBack".to_owned(), back.into());
    Value::Object(step)
}
