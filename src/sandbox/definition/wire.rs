//! A form's texts as they go over the wire: all of it that is the same for every applicant, put together once when the
//! definition is read, since a form is sent many thousand times.

use serde_json::{Map, Value, json};

use super::model::{Countries, Form, FormElement, Languages, Node, NodeKind};
use super::text::{ElementText, FormText};
use crate::api::element::{INCORPORATION, RESIDENCE};

/// Puts together the texts of all forms.
pub(super) fn write_texts(nodes: &mut [Node], languages: &Languages) {
    for node in nodes {
        let Node { id, title, kind, .. } = node;
        let NodeKind::Form(form) = kind else { continue };
        form.texts = languages.tags().map(|tag| form_text(id, title, form, &Translator { languages, tag })).collect();
    }
}

/// Finds the elements that say which country is meant.
pub(super) fn countries(nodes: &[Node]) -> Countries {
    let of_role = |role: &str| {
        let forms = nodes.iter().enumerate().rev();
        let forms =
            forms.filter_map(|(at, node)| if let NodeKind::Form(form) = &node.kind { Some((at, form)) } else { None });
        forms
            .flat_map(|(at, form)| {
                let elements = form.elements.iter().enumerate();
                elements.filter(|(_, element)| element.role.as_deref() == Some(role)).map(move |(which, _)| (at, which))
            })
            .collect()
    };
    Countries { residence: of_role(RESIDENCE), incorporation: of_role(INCORPORATION) }
}

struct Translator<'a> {
    languages: &'a Languages,
    tag: &'a str,
}

impl Translator<'_> {
    fn text(&self, text: &str) -> Value {
        self.languages.translate(text, Some(self.tag)).into()
    }
}

fn form_text(id: &str, title: &str, form: &Form, translator: &Translator<'_>) -> FormText {
    let mut step = Map::new();
    step.insert("id".to_owned(), id.into());
    step.insert("title".to_owned(), translator.text(title));
    if let Some(subtitle) = &form.subtitle {
        step.insert("subtitle".to_owned(), translator.text(subtitle));
    }
    step.insert("type".to_owned(), "form".into());
    let head = format!("{},\"canGoBack\":", open(step));
    let elements: Vec<ElementText> = form.elements.iter().map(|element| element_text(element, translator)).collect();
    let length = head.len() + elements.iter().map(ElementText::length).sum::<usize>();
    FormText { head, elements, length }
}

/// A map's JSON without its closing brace.
fn open(map: Map<String, Value>) -> String {
    let mut json = Value::Object(map).to_string();
    json.pop();
    json
}

fn element_text(element: &FormElement, translator: &Translator<'_>) -> ElementText {
    let mut before = Map::new();
    let mut set = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            before.insert(key.to_owned(), value);
        }
    };
    let shown = |text: &Option<String>| text.as_deref().map(|text| translator.text(text));
    let plain = |text: &Option<String>| text.clone().map(Value::from);
    set("id", Some(element.id.clone().into()));
    set("name", Some(translator.text(&element.name)));
    set("type", Some(element.kind.wire_name().into()));
    set("role", plain(&element.role));
    set("normalizedName", plain(&element.normalized_name));
    let validations = validations(element);
    set("validations", (!validations.is_empty()).then(|| validations.into()));
    set("condition", element.condition.as_ref().map(|condition| condition.to_json()));
    set("dateFormat", element.date_format.as_ref().map(|format| format.written.clone().into()));
    set("content", shown(&element.content));
    set("placeholder", shown(&element.placeholder));
    let mut after = String::new();
    if element.rules.accepts_less {
        after.push_str(&format!(",\"accept\":{}", json!(element.rules.accept)));
    }
    if !element.options.is_empty() {
        let options: Vec<Value> = element
            .options
            .iter()
            .map(|(value, label)| json!({"value": value, "label": translator.text(label)}))
            .collect();
        after.push_str(&format!(",\"prefillOptions\":{}", Value::from(options)));
    }
    let tooltips = element.tooltip_by_country.iter();
    ElementText {
        before: open(before),
        value: element.value.as_ref().map(Value::to_string),
        after,
        tooltip: element.tooltip.as_deref().map(|text| translator.text(text).to_string()),
        tooltip_by_country: tooltips
            .map(|(country, text)| (country.clone(), translator.text(text).to_string()))
            .collect(),
    }
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
        list.push(json!({"type": "pattern", "pattern": pattern.source()}));
    }
    list
}
