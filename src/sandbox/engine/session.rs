//! An applicant's state in one flow.
//!
//! It remembers nodes and elements by the names that the definition's author gave them, not by ids or places: a flow can
//! be published again while applicants stand in it, with ids made anew.

use std::time::Duration;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::refusal::Refusal;
use crate::api::element::ElementType;
use crate::sandbox::definition::{Definition, FormElement, Node, NodeKind, NodeName, Verdict, hex_digest};

/// Where an applicant stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// About to enter a node: at the very beginning, or again after it failed with no step before it.
    Before(NodeName),
    /// At a step that waits for the applicant.
    At(NodeName),
    /// A service is at work.
    Running {
        /// Whose service.
        node: NodeName,
        /// Since when.
        since: Duration,
    },
    /// At END: that of an `end` node, or the one that every flow has.
    Ended(Option<NodeName>),
}

/// A step that the applicant went forward from.
#[derive(Debug, Clone)]
pub(super) struct Left {
    pub(super) node: NodeName,
    /// What was decided when the step was left: going back undoes what came after.
    pub(super) verdict: Option<Verdict>,
}

/// One execution of a service.
#[derive(Debug, Clone)]
pub struct Run {
    /// The how-manieth of this session, from one.
    pub attempt: u32,
    /// Whether it found a match.
    pub matched: bool,
    /// When it was done.
    pub at: Duration,
}

/// What a session knows of a service.
#[derive(Debug, Clone, Default)]
pub(super) struct ServiceRecord {
    /// Executions begun, whether or not they came to an end.
    pub(super) attempts: u32,
    pub(super) last: Option<Run>,
}

/// A file that the applicant uploaded.
#[derive(Debug, Clone)]
pub struct UploadedFile {
    /// The name that it was sent with.
    pub name: String,
    /// Its size in bytes.
    pub size: usize,
}

impl UploadedFile {
    /// What follows the last dot of its name, lower case.
    pub fn extension(&self) -> String {
        self.name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
    }
}

/// An applicant's state in one flow.
#[derive(Debug, Clone)]
pub struct Session {
    /// The session's id: the client's.
    pub id: String,
    /// When it began.
    pub created: Duration,
    /// When it was last changed.
    pub modified: Duration,
    /// Where the applicant stands.
    pub position: Position,
    /// What was decided about the client.
    pub verdict: Option<Verdict>,
    pub(super) trail: Vec<Left>,
    /// Submitted values by form and element name.
    pub(super) answers: IndexMap<NodeName, Map<String, Value>>,
    /// In the order of their first execution.
    pub(super) services: IndexMap<NodeName, ServiceRecord>,
    pub(super) files: IndexMap<String, UploadedFile>,
    pub(super) prefill: IndexMap<String, String>,
}

impl Session {
    /// A session that is about to enter the flow's root.
    ///
    /// # Errors
    ///
    /// 4003 for a flow without nodes.
    pub fn new(definition: &Definition, id: &str, now: Duration) -> Result<Self, Refusal> {
        let root = definition.nodes.first().ok_or_else(|| Refusal::new(4003))?;
        Ok(Session {
            id: id.to_owned(),
            created: now,
            modified: now,
            position: Position::Before(root.name.clone()),
            verdict: None,
            trail: Vec::new(),
            answers: IndexMap::new(),
            services: IndexMap::new(),
            files: IndexMap::new(),
            prefill: IndexMap::new(),
        })
    }

    /// The same session with values that its forms come filled in with: by an element's role, normalised name or label.
    pub fn prefilled(mut self, values: impl IntoIterator<Item = (String, String)>) -> Self {
        self.prefill.extend(values);
        self
    }

    /// What an element comes filled in with.
    pub(super) fn prefill_of(&self, element: &FormElement) -> Option<Value> {
        let text = self.prefill.iter().find(|(name, _)| element.answers_to(name)).map(|(_, text)| text)?;
        match element.kind {
            // Prefilled values come as text, whatever the element takes.
            ElementType::Number | ElementType::Checkbox => serde_json::from_str(text).ok(),
            ElementType::CheckboxGroup => Some(text.split(',').map(str::trim).collect()),
            _ => Some(Value::from(text.as_str())),
        }
    }

    /// The values submitted to a form, by element name.
    pub fn answers(&self, node: &str) -> Option<&Map<String, Value>> {
        self.answers.get(node)
    }

    /// Whether any step's data was taken.
    pub fn has_data(&self) -> bool {
        !self.answers.is_empty() || !self.services.is_empty()
    }

    /// The files uploaded so far, by key.
    pub fn files(&self) -> impl Iterator<Item = (&str, &UploadedFile)> {
        self.files.iter().map(|(key, file)| (key.as_str(), file))
    }

    /// The services executed so far, in the order of their first execution, each with its last.
    pub fn runs(&self) -> impl Iterator<Item = (&NodeName, &Run)> {
        self.services.iter().filter_map(|(node, record)| Some((node, record.last.as_ref()?)))
    }

    /// A node by the name that this session remembers.
    pub(super) fn node<'d>(definition: &'d Definition, name: &str) -> Result<&'d Node, Refusal> {
        definition.node(name).ok_or_else(|| Refusal::new(4002))
    }

    /// Whether a backward step would be taken from the step that waits for the applicant.
    pub(super) fn can_go_back(&self, definition: &Definition) -> bool {
        let previous = self.trail.last().and_then(|left| definition.node(&left.node));
        previous.is_some_and(|node| node.kind.can_be_reentered())
    }

    /// What expressions see: the answers and the services' outcomes, by node.
    pub(super) fn values(&self, definition: &Definition) -> Map<String, Value> {
        let mut values = Map::new();
        for node in &definition.nodes {
            match &node.kind {
                NodeKind::Form(form) => {
                    let Some(answers) = self.answers.get(&node.name) else { continue };
                    let mut fields = Map::new();
                    for element in &form.elements {
                        let Some(value) = answers.get(&element.name) else { continue };
                        fields.insert(element.key.clone(), value.clone());
                        // The role last: where a label reads like another element's role, the role is meant.
                        fields.extend(element.role.clone().map(|role| (role, value.clone())));
                    }
                    values.insert(node.key.clone(), Value::Object(fields));
                }
                _ => {
                    let Some(record) = self.services.get(&node.name) else { continue };
                    let matched = record.last.as_ref().map(|run| run.matched);
                    values.insert(node.key.clone(), json!({"attempt": record.attempts, "match": matched}));
                }
            }
        }
        values
    }

    /// The last value given to an element with this role, in the order of the flow.
    pub fn value_of_role(&self, definition: &Definition, role: &str) -> Option<&str> {
        let forms = definition.nodes.iter().rev().filter_map(|node| match &node.kind {
            NodeKind::Form(form) => Some((form, self.answers.get(&node.name)?)),
            _ => None,
        });
        forms
            .flat_map(|(form, answers)| {
                let of_role = form.elements.iter().filter(|element| element.role.as_deref() == Some(role));
                of_role.filter_map(|element| answers.get(&element.name)?.as_str())
            })
            .next()
    }

    /// Hex digits that follow from the session and these words: for what is to look random and yet be told again.
    pub fn digest(&self, words: &[&str], digits: usize) -> String {
        hex_digest(std::iter::once(self.id.as_str()).chain(words.iter().copied()), digits)
    }
}
