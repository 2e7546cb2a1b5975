//! The applicants of one test: their sessions, current steps and what they remember.
//!
//! [`Applicants`] turns a step of a scenario into requests: it renders templates, maps fields, uploads files, carries the
//! session header, and takes from each answer what the next step needs. It does not judge.

pub mod driver;
pub mod entry;
pub mod fill;
pub mod languages;
mod perform;
mod submit;
pub mod transient;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use crate::api::client::{CallError, Client};
use crate::api::element::Element;
use crate::api::exchange::{Answer, Document, Exchange};
use crate::api::operation::Version;
use crate::api::wire::BodyKind;
use crate::redact::Secret;
use crate::scenario::{Auth, SessionHeader, Step};
use crate::source::Diagnostic;
use crate::template::TemplateError;
use crate::template::scope::Scope;

/// What a test's applicants have in common.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The flow's id.
    pub flow: String,
    /// Ids of flows by alias.
    pub flows: Arc<HashMap<String, String>>,
    /// Draft or live.
    pub version: Version,
    /// `x-hf-language` for every step.
    pub language: Option<String>,
    /// How requests authenticate.
    pub auth: Auth,
    /// Whether live versions may be called.
    pub allow_live: bool,
    /// The folder that paths start from.
    pub folder: PathBuf,
}

/// One applicant in one flow.
#[derive(Debug, Clone, Default)]
pub struct Applicant {
    /// The session, once there is one.
    pub session: Option<String>,
    /// The flow that the applicant is in.
    pub flow: String,
    /// The last answer's body.
    pub last: Option<Document>,
    /// The elements of the step that the applicant stands on; empty when it has none or is not known.
    pub elements: Arc<[Element]>,
    /// The title of that step.
    pub title: String,
    /// Whether the last answer of the flow was pending, so that the step is not known.
    pub pending: bool,
    /// The id of the flow's first step, for as long as it stands for the beginning.
    pub first_step: Option<Value>,
    /// Whether the flow has reached its end.
    pub ended: bool,
    /// Whether the flow was asked for anything yet.
    begun: bool,
    uploads: Vec<(String, String)>,
    country: Option<String>,
}

/// What a step did.
#[derive(Debug)]
pub struct Performed {
    /// Requests made on the way: a map learnt, files uploaded.
    pub before: Vec<Exchange>,
    /// The step's own request, and its answer.
    pub exchange: Exchange,
    /// What is odd, though not wrong.
    pub warnings: Vec<Diagnostic>,
}

/// Why a step could not be performed.
#[derive(Debug)]
pub enum StepError {
    /// Something in the scenario: a template, a field, a file.
    Mistake(Box<Diagnostic>),
    /// No answer.
    Call(CallError),
    /// The API refused what the step needs first, such as a file: that answer is the step's.
    Refused(Box<Exchange>),
}

impl From<TemplateError> for StepError {
    fn from(mistake: TemplateError) -> Self {
        StepError::Mistake(mistake)
    }
}

impl From<CallError> for StepError {
    fn from(error: CallError) -> Self {
        StepError::Call(error)
    }
}

/// All applicants of one test.
#[derive(Debug)]
pub struct Applicants {
    client: Client,
    setting: Setting,
    /// Whether faults are answered by asking again: the step under way does not want to see them.
    retry: bool,
    /// What templates see.
    pub scope: Scope,
    all: Vec<(Option<String>, Applicant)>,
    /// One who has not acted yet.
    fresh: Applicant,
    bearer: Option<Secret>,
    tokens: HashMap<String, String>,
    learnt: HashMap<(String, Option<String>), Arc<[Element]>>,
}

impl Applicants {
    /// Nobody yet.
    pub fn new(client: Client, setting: Setting, scope: Scope) -> Self {
        Applicants {
            client,
            fresh: Applicant { flow: setting.flow.clone(), ..Applicant::default() },
            setting,
            retry: true,
            scope,
            all: Vec::new(),
            bearer: None,
            tokens: HashMap::new(),
            learnt: HashMap::new(),
        }
    }

    /// The applicant who acts in a step.
    pub fn acting(&self, step: &Step) -> &Applicant {
        self.find(&step.applicant).unwrap_or(&self.fresh)
    }

    /// Sessions by applicant's name, for snapshots to name them.
    pub fn sessions(&self) -> impl Iterator<Item = (Option<&str>, &str)> {
        self.all.iter().filter_map(|(name, applicant)| Some((name.as_deref(), applicant.session.as_deref()?)))
    }

    /// The tokens by which applicants were connected to a flow.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.tokens.keys().map(String::as_str)
    }

    /// Makes the scope see the applicant who acts in a step.
    pub fn enter(&mut self, step: &Step) {
        let applicant = self.acting(step);
        let last = applicant.last.as_ref().map(|last| last.value().clone());
        let session = applicant.session.clone();
        self.scope.set_applicant(last, session);
    }

    /// Whether a step acts on somebody else's session, or on none although the applicant has one: then its answer says
    /// nothing of where the applicant stands.
    pub fn is_foreign(&self, step: &Step) -> bool {
        match &step.session {
            None => false,
            // The first session that an applicant acts in is the applicant's own, wherever it was begun.
            Some(SessionHeader::Value(value)) => self.find(&step.applicant).is_some_and(|applicant| {
                let sent = value.render_text(&self.scope).ok();
                applicant.session.is_some() && applicant.session != sent
            }),
            Some(SessionHeader::None) => {
                self.find(&step.applicant).is_some_and(|applicant| applicant.session.is_some())
            }
        }
    }

    fn find(&self, name: &Option<String>) -> Option<&Applicant> {
        self.all.iter().find(|(known, _)| known == name).map(|(_, applicant)| applicant)
    }

    fn applicant_mut(&mut self, name: &Option<String>) -> &mut Applicant {
        let at = self.all.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.all.push((name.clone(), self.fresh.clone()));
            self.all.len() - 1
        });
        &mut self.all[at].1
    }
}

impl Applicant {
    /// Takes from an answer of the flow what the next step needs.
    fn take(&mut self, answer: &Answer, sent_session: Option<&str>) {
        self.remember(answer);
        // A refused beginning leaves nothing to stand on.
        self.begun |= !answer.is_error() || sent_session.is_some();
        if !answer.is_error() && (self.session.is_none() || sent_session.is_none()) {
            self.session = answer.session().or(sent_session).map(str::to_owned);
        }
        let Some(body) = answer.document().filter(|_| !answer.is_error()) else { return };
        let kind = answer.kind();
        self.ended = kind == BodyKind::End;
        self.pending = kind == BodyKind::Pending;
        if kind != BodyKind::Other {
            self.elements = body.elements();
            self.title = body.get("title").and_then(Value::as_str).unwrap_or_default().to_owned();
        }
    }

    /// A submit may lead to the flow's first step once more, with steps behind it that can be gone back to: then its id no
    /// longer tells the beginning.
    fn submitted(&mut self, answer: &Answer) {
        let id = answer.json().filter(|_| !answer.is_error()).and_then(|body| body.get("id"));
        if id.is_some() && id == self.first_step.as_ref() {
            self.first_step = None;
        }
    }

    fn remember(&mut self, answer: &Answer) {
        if let Some(body) = answer.document() {
            self.last = Some(body.clone());
        }
    }
}
