//! What a definition is once it is read.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::{Number, Value};

use super::expression::Expression;
use super::service::{Interactive, Service};
use super::text::FormText;
use crate::api::element::ElementType;
use crate::api::operation::Version;
use crate::api::pattern::Pattern;
use crate::api::wire::Condition;
use crate::sandbox::fault::Fault;

/// All that a sandbox serves.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// The flows, each id once.
    pub flows: Vec<Flow>,
    /// What holds for the account, whatever the flow.
    pub account: Account,
}

impl Library {
    /// The flow with this id on the wire.
    pub fn flow(&self, id: &str) -> Option<&Flow> {
        self.flows.iter().find(|flow| flow.id == id)
    }

    /// Whether the calls of any flow meet faults.
    pub fn has_faults(&self) -> bool {
        let mut definitions = self.flows.iter().flat_map(|flow| flow.draft.iter().chain(&flow.live));
        definitions.any(|definition| !definition.faults.is_empty())
    }

    /// Takes over from an earlier library the definitions whose files have not changed, so that their generated ids stay
    /// as they are. Returns the ids of the flows that did change, came or went.
    pub fn take_over(&mut self, earlier: &Library) -> Vec<String> {
        let mut changed = Vec::new();
        for flow in &mut self.flows {
            let before = earlier.flow(&flow.id);
            let mut same = before.is_some();
            for version in [Version::Draft, Version::Live] {
                let slot = flow.slot(version);
                match (slot.as_ref(), before.and_then(|before| before.version(version))) {
                    (Some(now), Some(before)) if now.digest == before.digest => *slot = Some(Arc::clone(before)),
                    (None, None) => {}
                    _ => same = false,
                }
            }
            if !same {
                changed.push(flow.id.clone());
            }
        }
        let gone = earlier.flows.iter().filter(|flow| self.flow(&flow.id).is_none());
        changed.extend(gone.map(|flow| flow.id.clone()));
        changed
    }
}

/// A flow with its two versions.
#[derive(Debug, Clone)]
pub struct Flow {
    /// The id in the API's paths.
    pub id: String,
    /// What the builder holds.
    pub draft: Option<Arc<Definition>>,
    /// What is published.
    pub live: Option<Arc<Definition>>,
}

impl Flow {
    /// The definition of a version, if there is one.
    pub fn version(&self, version: Version) -> Option<&Arc<Definition>> {
        match version {
            Version::Draft => self.draft.as_ref(),
            Version::Live => self.live.as_ref(),
        }
    }

    fn slot(&mut self, version: Version) -> &mut Option<Arc<Definition>> {
        match version {
            Version::Draft => &mut self.draft,
            Version::Live => &mut self.live,
        }
    }
}

/// The account's settings, from `sandbox.yaml`.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// Who may ask for a client-credential token.
    pub clients: Vec<ClientCredentials>,
    /// How long a submit with `x-hf-retry-on-pending` blocks; 30 seconds where nothing is said.
    pub retry_on_pending: Option<Duration>,
    /// How long a connector token can be redeemed; an hour where nothing is said.
    pub connector_token_expires_in: Option<Duration>,
    /// The themes that hosted flows can be shown in.
    pub themes: Vec<String>,
    /// How long a client is remembered that nobody asks for; a day where nothing is said.
    pub forget_after: Option<Duration>,
}

/// A client that may ask for a token. Its secret is never printed.
#[derive(Clone)]
pub struct ClientCredentials {
    /// `client_id` of the token request.
    pub client_id: String,
    /// `client_secret` of the token request.
    pub client_secret: String,
    /// The scope it is given.
    pub scope: String,
    /// How long its tokens hold.
    pub expires_in: Duration,
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ClientCredentials").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// An element's name, shared with the sessions that hold a value for it.
pub type ElementName = Arc<str>;

/// A node's name, as the definition's author wrote it: what a session remembers of it, since it outlives a republishing.
pub type NodeName = Arc<str>;

/// One version of a flow.
#[derive(Debug)]
pub struct Definition {
    /// The flow's name.
    pub name: String,
    /// The id in the API's paths.
    pub id: Arc<str>,
    /// The languages that it is offered in.
    pub languages: Languages,
    /// Whether every call needs a client-credential token.
    pub authenticated: bool,
    /// Whether its root follows a connector token, so that it cannot be begun without one.
    pub follows_token: bool,
    /// How long a connector token for it can be redeemed, where that differs from the account's.
    pub token_expires_in: Option<Duration>,
    /// The theme that it is shown in.
    pub theme: Option<String>,
    /// After how long without a call an applicant counts as gone.
    pub abandon_after: Option<Duration>,
    /// The faults that its calls meet.
    pub faults: Vec<Fault>,
    /// The nodes; the first is the root.
    pub nodes: Vec<Node>,
    /// The id of the END that is reached where no `end` node is.
    pub end_id: String,
    /// Where applicants say which country they live in and where a business is registered.
    pub countries: Countries,
    /// A digest of the texts that it was read from, by which one that has not changed is told.
    pub digest: String,
}

impl Definition {
    /// The node with this name.
    pub fn node(&self, name: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| &*node.name == name)
    }
}

/// The languages of a definition.
#[derive(Debug, Clone)]
pub struct Languages {
    /// That of the definition's own texts.
    pub default: String,
    /// Translations by language tag, each from the definition's text to the translated one.
    pub locales: Vec<(String, HashMap<String, String>)>,
}

impl Languages {
    /// A text in a language; as it is written where the language or the text's translation is missing.
    pub fn translate<'a>(&'a self, text: &'a str, language: Option<&str>) -> &'a str {
        let locale = language.and_then(|tag| self.locales.iter().find(|(known, _)| known.eq_ignore_ascii_case(tag)));
        locale.and_then(|(_, texts)| texts.get(text)).map_or(text, String::as_str)
    }

    /// The place of a language among those offered, the default first: where a text of several languages has its own.
    pub fn place(&self, language: Option<&str>) -> usize {
        let found = |tag| self.locales.iter().position(|(known, _)| known.eq_ignore_ascii_case(tag));
        language.and_then(found).map_or(0, |at| at + 1)
    }

    /// All languages that are offered, the default first.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.default.as_str()).chain(self.locales.iter().map(|(tag, _)| tag.as_str()))
    }
}

/// The elements that say which country is meant, as places of node and element, the last of the flow first.
#[derive(Debug, Clone, Default)]
pub struct Countries {
    /// Where the applicant lives.
    pub residence: Vec<(usize, usize)>,
    /// Where the business is registered.
    pub incorporation: Vec<(usize, usize)>,
}

/// A node of the flow.
#[derive(Debug)]
pub struct Node {
    /// Its name.
    pub name: NodeName,
    /// Its name in expressions: lower case, `_` for everything else.
    pub key: String,
    /// Its id on the wire, 24 hex digits.
    pub id: String,
    /// Its title, by default its name.
    pub title: String,
    /// What it is.
    pub kind: NodeKind,
    /// Where the flow goes on after it.
    pub next: Next,
}

/// Where a way leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// To the node at this place of [`Definition::nodes`].
    Node(usize),
    /// To END.
    End,
}

/// What a node is.
#[derive(Debug)]
pub enum NodeKind {
    /// A form, filled in by the applicant.
    Form(Form),
    /// A service that runs in the background.
    Service(Service),
    /// A service that the applicant deals with.
    Interactive(Interactive),
    /// A fork.
    Condition(Branch),
    /// The client's status is set.
    Verdict(Verdict),
    /// The end, with a text of its own.
    End(Ending),
}

impl NodeKind {
    /// Whether the flow waits here for the applicant.
    pub fn waits(&self) -> bool {
        matches!(self, NodeKind::Form(_) | NodeKind::Interactive(_))
    }

    /// Whether one can come back to it.
    pub fn can_be_reentered(&self) -> bool {
        match self {
            NodeKind::Form(_) => true,
            NodeKind::Interactive(interactive) => interactive.reenter,
            _ => false,
        }
    }

    /// Whether a service runs in it before the applicant sees it.
    pub fn runs_first(&self) -> bool {
        matches!(self, NodeKind::Interactive(interactive) if interactive.kind.runs_first)
    }

    /// What expressions can ask it for beside its match and its attempts.
    pub fn tells(&self) -> Option<&'static str> {
        if let NodeKind::Interactive(interactive) = self { interactive.task.tells() } else { None }
    }

    /// The service that runs in it, if one does.
    pub fn service(&self) -> Option<&Service> {
        match self {
            NodeKind::Service(service) => Some(service),
            NodeKind::Interactive(interactive) => Some(&interactive.service),
            _ => None,
        }
    }
}

/// A form.
#[derive(Debug)]
pub struct Form {
    /// A line below the title.
    pub subtitle: Option<String>,
    /// Its elements.
    pub elements: Vec<FormElement>,
    /// Its texts, for each language of the flow.
    pub texts: Vec<FormText>,
}

/// A fork: where the flow goes on depends on an expression.
#[derive(Debug)]
pub struct Branch {
    /// What is asked.
    pub when: Expression,
    /// Where it leads when that holds; [`Node::next`] is where it leads otherwise.
    pub then: Next,
}

/// What is decided about the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Status `ACCEPTED`.
    Accept,
    /// Status `DECLINED`.
    Reject,
}

/// An `end` node.
#[derive(Debug)]
pub struct Ending {
    /// What is shown.
    pub text: String,
    /// Where the applicant is sent.
    pub redirect_url: Option<String>,
}

/// An element of a form.
#[derive(Debug)]
pub struct FormElement {
    /// The id on the wire, 24 hex digits.
    pub id: String,
    /// The label.
    pub name: ElementName,
    /// The label as a name in expressions.
    pub key: String,
    /// What the element means.
    pub role: Option<String>,
    /// A name that no language changes.
    pub normalized_name: Option<String>,
    /// What input it takes.
    pub kind: ElementType,
    /// What its value must be.
    pub rules: Rules,
    /// What can be chosen, as value and label.
    pub options: Vec<(String, String)>,
    /// A hint.
    pub tooltip: Option<String>,
    /// Hints by the two-letter code of the country of residence, before `tooltip`.
    pub tooltip_by_country: IndexMap<String, String>,
    /// Shown while nothing is entered.
    pub placeholder: Option<String>,
    /// Filled in beforehand.
    pub value: Option<Value>,
    /// The text of a static element.
    pub content: Option<String>,
    /// How a date is written, such as `DD/MM/YYYY`; always accepted beside the ISO form.
    pub date_format: Option<DateFormat>,
    /// When it is shown, over the ids of the same form's elements.
    pub condition: Option<Condition>,
}

/// A way of writing dates.
#[derive(Debug, Clone)]
pub struct DateFormat {
    /// As the definition and the wire have it.
    pub written: String,
    /// The same for `strptime`.
    pub strptime: String,
}

/// What an element's value must be.
#[derive(Debug, Default)]
pub struct Rules {
    /// A value must be given.
    pub required: bool,
    /// The least number.
    pub min: Option<Number>,
    /// The greatest number.
    pub max: Option<Number>,
    /// The first date.
    pub first: Option<jiff::civil::Date>,
    /// The last date.
    pub last: Option<jiff::civil::Date>,
    /// The least length in characters.
    pub min_length: Option<usize>,
    /// The greatest length in characters.
    pub max_length: Option<usize>,
    /// What a text must match, anywhere unless it is anchored.
    pub pattern: Option<Pattern>,
    /// The extensions that a file may have, lower case.
    pub accept: Vec<String>,
    /// Whether the definition says so, rather than leave it at what the API takes.
    pub accepts_less: bool,
}

/// What END says where the definition says nothing.
pub const END_TEXT: &str = "Thank you, you have reached the end";
