//! What is known of a flow: its steps, their elements and the ways between them, as earlier runs saw them.
//!
//! A [`Survey`] takes in the answers of one run; [`FlowMap::after`] lays them over what was known before; [`store`] keeps one
//! file a flow, `maps/FLOW.map.json` below the snapshots. The draft and the live version are apart, and so are languages,
//! because labels differ in them ([`View`]).
//!
//! A step is known by its title and type and by the shape of its elements, an element by its label, role and type: never by
//! an id, which is generated anew whenever the flow is rebuilt. A label that changed while its element certainly is the same
//! ([`crate::api::rename`]) is remembered ([`KnownElement::formerly`]), so that scenarios can be put
//! right.

mod given;
mod judge;
mod merge;
mod spot;
pub mod store;
mod survey;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::api::element::Element;
use crate::api::operation::Version;
use crate::api::wire::{BodyKind, Condition, body_kind, elements};

pub use given::{Entered, Given, When};
pub use judge::Flaw;
pub use survey::{Place, Survey, ViewName, Way};

/// The version of the files' shape that is written, and the latest that is read.
pub const FORMAT: u32 = 1;

/// What is known of one flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FlowMap {
    /// [`FORMAT`].
    pub format: u32,
    /// The flow's alias, or its id where it has none.
    pub flow: String,
    /// The day on which a run last saw something new, as `2026-11-25`.
    pub recorded: String,
    /// Whether all scenarios of the flow once ran and passed, so that what is missing here is missing in what they see.
    pub complete: bool,
    /// What was seen, by version and language.
    pub views: Vec<View>,
}

/// A flow in one version and one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct View {
    /// `draft` or `live`.
    pub version: String,
    /// The language that was asked for; none where none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Whether the flow was explored, all of it: then what a run does not see is still there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub explored: bool,
    /// The keys of the steps that the flow began with.
    pub first: Vec<String>,
    /// The steps, the nearest to the beginning first.
    pub steps: Vec<KnownStep>,
    /// Which step followed which.
    pub moves: Vec<Move>,
}

/// A step that an applicant stood on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct KnownStep {
    /// What it is called here: its title, else its type; `#2` behind it for another one of that name.
    pub key: String,
    /// As it is shown; empty where it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Such as `form`; `end` for the end.
    #[serde(rename = "type")]
    pub kind: String,
    /// Titles that it had before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<String>,
    /// Its elements, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<KnownElement>,
}

/// An element of a step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct KnownElement {
    /// The label.
    pub name: String,
    /// The role, where the builder set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The language-independent name, where there is one.
    #[serde(default, rename = "normalizedName", skip_serializing_if = "Option::is_none")]
    pub normalized_name: Option<String>,
    /// The type as the API writes it.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether a value must be given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The other validations, as the API writes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub validations: Vec<Value>,
    /// The values of a choice; labels in place of generated ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Value>,
    /// The labels of a choice, in the order of its values; empty where they are the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// How a date may be written beside 1990-01-31, such as `DD.MM.YYYY`.
    #[serde(default, rename = "dateFormat", skip_serializing_if = "Option::is_none")]
    pub date_format: Option<String>,
    /// The endings of the files that it takes, where it does not take all that the API takes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<Value>,
    /// When it is shown, with labels in place of ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Value>,
    /// Labels that it had before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<String>,
}

/// A way from one step to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Move {
    /// The key of the step before.
    pub from: String,
    /// What led on.
    pub way: Way,
    /// The key of the step after.
    pub to: String,
    /// Where a flow forks: the data that were found to lead this way, any of these lists. Only exploring finds out; where it
    /// did, and none is here, whatever leads no other way leads this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: When,
}

impl FlowMap {
    /// The view of a version in a language.
    pub fn view(&self, version: Version, language: Option<&str>) -> Option<&View> {
        let version = version.word();
        self.views.iter().find(|view| view.version == version && view.language.as_deref() == language)
    }
}

impl View {
    /// Whether another view is of the same version and language.
    pub fn is_same(&self, other: &View) -> bool {
        self.version == other.version && self.language == other.language
    }
}

impl KnownStep {
    /// Reads a step or an end out of an answer's body; none for any other answer.
    pub fn of(body: &Value) -> Option<Self> {
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        match body_kind(body) {
            BodyKind::Step => {
                let all = elements(body);
                let known = all.iter().map(|element| KnownElement::of(element, &all)).collect();
                let kind = Some(text("type")).filter(|kind| !kind.is_empty()).unwrap_or_else(|| "step".to_owned());
                Some(KnownStep { title: text("title"), kind, elements: known, ..KnownStep::default() })
            }
            BodyKind::End => Some(KnownStep { title: text("title"), kind: "end".to_owned(), ..KnownStep::default() }),
            _ => None,
        }
    }

    /// Whether it is the end of the flow.
    pub fn is_end(&self) -> bool {
        self.kind == "end"
    }

    /// What it is called before it is told apart from others of that name.
    fn base(&self) -> &str {
        if self.title.is_empty() { &self.kind } else { &self.title }
    }

    /// Whether this is the same in everything but what is remembered of former names.
    fn same_shape(&self, other: &KnownStep) -> bool {
        self.title == other.title && self.kind == other.kind && self.same_elements(other)
    }

    fn same_elements(&self, other: &KnownStep) -> bool {
        let pairs = || self.elements.iter().zip(&other.elements);
        self.elements.len() == other.elements.len() && pairs().all(|(a, b)| a.name == b.name && a.same_kind(b))
    }
}

impl KnownElement {
    fn of(element: &Element, all: &[Element]) -> Self {
        let validations = element.json.get("validations").and_then(Value::as_array).into_iter().flatten();
        let is_required = |rule: &&Value| rule.get("type").and_then(Value::as_str) == Some("required");
        KnownElement {
            name: element.name.trim().to_owned(),
            role: element.role.clone(),
            normalized_name: element.normalized_name.clone(),
            kind: element.json.get("type").and_then(Value::as_str).unwrap_or_default().to_owned(),
            required: element.required(),
            validations: validations.filter(|rule| !is_required(rule)).cloned().collect(),
            labels: labels(element),
            options: element.lasting_options(),
            date_format: element.json.get("dateFormat").and_then(Value::as_str).map(str::to_owned),
            accept: element.json.get("accept").and_then(Value::as_array).cloned().unwrap_or_default(),
            condition: element.condition().map(|condition| labelled(condition, all)),
            formerly: Vec::new(),
        }
    }

    /// Whether everything but the label is the same.
    fn same_kind(&self, other: &KnownElement) -> bool {
        self.role == other.role
            && self.kind == other.kind
            && self.required == other.required
            && self.validations == other.validations
            && self.options == other.options
    }

    /// The element as the field mapping takes it; `id` stands for the generated one.
    pub fn to_element(&self, id: &str) -> Option<Element> {
        let mut json = Map::new();
        json.insert("id".to_owned(), Value::from(id));
        json.insert("name".to_owned(), Value::from(self.name.as_str()));
        json.insert("type".to_owned(), Value::from(self.kind.as_str()));
        json.insert("required".to_owned(), Value::from(self.required));
        for (key, value) in [("role", &self.role), ("normalizedName", &self.normalized_name)] {
            if let Some(value) = value {
                json.insert(key.to_owned(), Value::from(value.as_str()));
            }
        }
        json.insert("validations".to_owned(), Value::from(self.validations.clone()));
        let labelled =
            self.options.iter().zip(&self.labels).map(|(value, label)| json!({"value": value, "label": label}));
        let options = if self.labels.is_empty() { self.options.clone() } else { labelled.collect() };
        json.insert("options".to_owned(), Value::from(options));
        json.insert("accept".to_owned(), Value::from(self.accept.clone()));
        json.insert("dateFormat".to_owned(), Value::from(self.date_format.clone()));
        Element::from_json(&Value::Object(json))
    }
}

/// The labels of a choice, where they are not its values.
fn labels(element: &Element) -> Vec<String> {
    let options = element.options();
    let values = element.lasting_options();
    let same =
        options.len() != values.len() || values.iter().zip(&options).all(|(value, (_, label))| *value == **label);
    if same { Vec::new() } else { options.into_iter().map(|(_, label)| label).collect() }
}

/// A condition with the labels of the elements that it looks at, and of their options that have generated ids.
fn labelled(condition: &Condition, all: &[Element]) -> Value {
    let mut condition = condition.clone();
    for rule in &mut condition.rules {
        let element = all.iter().find(|element| element.id == rule.element);
        if let Some(element) = element {
            rule.value = element.lasting(&rule.value);
        }
        rule.element = element.map_or_else(|| "?".to_owned(), |element| element.name.clone());
    }
    condition.to_json()
}

#[cfg(test)]
mod tests;
