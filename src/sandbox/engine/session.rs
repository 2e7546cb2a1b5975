//! An applicant's state in one flow.
//!
//! It remembers nodes and elements by the names that the definition's author gave them, not by ids or places: a flow can
//! be published again while applicants stand in it, with ids made anew.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::answers::{Answers, FormAnswers, Given, answer};
use super::refusal::Refusal;
use crate::api::element::ElementType;
use crate::api::file;
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
    /// What the applicant had to do with it: what was captured, picked or named.
    pub(super) told: Option<Given>,
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
        file::extension(&self.name)
    }
}

/// An applicant's state in one flow.
#[derive(Debug, Clone)]
pub struct Session {
    /// The session's id: the client's.
    pub id: Arc<str>,
    /// When it began.
    pub created: Duration,
    /// When it was last changed.
    pub modified: Duration,
    /// When it was last called.
    pub called: Duration,
    /// Where the applicant stands.
    pub position: Position,
    /// What was decided about the client.
    pub verdict: Option<Verdict>,
    /// Whether the applicant stayed away for too long.
    pub abandoned: bool,
    pub(super) trail: Vec<Left>,
    pub(super) answers: Answers,
    /// In the order of their first execution.
    pub(super) services: Vec<(NodeName, ServiceRecord)>,
    pub(super) files: IndexMap<String, UploadedFile>,
    pub(super) prefill: Vec<(String, String)>,
}

impl Session {
    /// A session that is about to enter the flow's root.
    ///
    /// # Errors
    ///
    /// 4003 for a flow without nodes.
    pub fn new(definition: &Definition, id: impl Into<Arc<str>>, now: Duration) -> Result<Self, Refusal> {
        let root = definition.nodes.first().ok_or_else(|| Refusal::new(4003))?;
        Ok(Session {
            id: id.into(),
            created: now,
            modified: now,
            called: now,
            position: Position::Before(root.name.clone()),
            verdict: None,
            abandoned: false,
            trail: Vec::new(),
            answers: Answers::default(),
            services: Vec::new(),
            files: IndexMap::new(),
            prefill: Vec::new(),
        })
    }

    /// The same session with values that its forms come filled in with: by an element's role, normalised name or label.
    pub fn prefilled(mut self, values: impl IntoIterator<Item = (String, String)>) -> Self {
        values.into_iter().for_each(|(name, text)| self.prefill(name, text));
        self
    }

    pub(super) fn prefill(&mut self, name: String, text: String) {
        match self.prefill.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = text,
            None => self.prefill.push((name, text)),
        }
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
    pub fn answers(&self, node: &str) -> Option<&FormAnswers> {
        self.answers.of(node)
    }

    /// The record of a service, new where there is none yet.
    pub(super) fn record(&mut self, node: &NodeName) -> &mut ServiceRecord {
        let at = self.services.iter().position(|(name, _)| name == node).unwrap_or_else(|| {
            self.services.push((node.clone(), ServiceRecord::default()));
            self.services.len() - 1
        });
        &mut self.services[at].1
    }

    /// The record of a service that was begun.
    pub(super) fn recorded(&self, node: &str) -> Option<&ServiceRecord> {
        self.services.iter().find(|(name, _)| &**name == node).map(|(_, record)| record)
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
                    let Some(answers) = self.answers.of(&node.name) else { continue };
                    let mut fields = Map::new();
                    for element in &form.elements {
                        let Some(value) = answer(answers, &element.name).map(Given::value) else { continue };
                        fields.insert(element.key.clone(), value.clone());
                        // The role last: where a label reads like another element's role, the role is meant.
                        fields.extend(element.role.clone().map(|role| (role, value)));
                    }
                    values.insert(node.key.clone(), Value::Object(fields));
                }
                kind => {
                    let Some(record) = self.recorded(&node.name) else { continue };
                    let matched = record.last.as_ref().map(|run| run.matched);
                    let mut outcome = json!({"attempt": record.attempts, "match": matched});
                    if let (Some(key), Some(told)) = (kind.tells(), &record.told) {
                        outcome[key] = told.value();
                    }
                    values.insert(node.key.clone(), outcome);
                }
            }
        }
        values
    }

    /// The first text among the values of these elements.
    pub(super) fn first_text(&self, definition: &Definition, elements: &[(usize, usize)]) -> Option<Cow<'_, str>> {
        elements.iter().find_map(|(node, element)| {
            let node = definition.nodes.get(*node)?;
            let NodeKind::Form(form) = &node.kind else { return None };
            answer(self.answers.of(&node.name)?, &form.elements.get(*element)?.name)?.text()
        })
    }

    /// Hex digits that follow from the session and these words: for what is to look random and yet be told again.
    pub fn digest(&self, words: &[&str], digits: usize) -> String {
        hex_digest(std::iter::once(&*self.id).chain(words.iter().copied()), digits)
    }
}
