//! The services that a flow calls: those in the background, and those that the applicant deals with.

use std::time::Duration;

use serde_json::Value;

use super::expression::Expression;

/// What a service does when it runs.
#[derive(Debug)]
pub struct Service {
    /// The API's name for it, such as `TRULIOO_EIDV`.
    pub service_type: String,
    /// How long it runs.
    pub takes: Duration,
    /// Whether it finds a match; it does where nothing is said.
    pub matches: Option<Expression>,
    /// With which errors it ends: the first that is due.
    pub fails: Vec<Failure>,
}

/// How a service fails.
#[derive(Debug)]
pub struct Failure {
    /// The error code.
    pub code: u16,
    /// When it fails; always where nothing is said.
    pub when: Option<Expression>,
}

/// A service that the applicant deals with.
#[derive(Debug)]
pub struct Interactive {
    /// What runs before the applicant sees it, or after what they submit.
    pub service: Service,
    /// What kind it is.
    pub kind: &'static InteractiveType,
    /// Whether one can come back to it.
    pub reenter: bool,
    /// What the applicant has to do.
    pub task: Task,
}

/// A kind of interactive service.
#[derive(Debug)]
pub struct InteractiveType {
    /// The service's type in a definition and in a profile.
    pub name: &'static str,
    /// The step's `type` on the wire.
    pub wire: &'static str,
    /// Whether one can come back to it where the definition does not say.
    pub reenter: bool,
    /// Whether its service runs before the applicant sees the step, as a text message is sent and a register searched,
    /// rather than on what they submit.
    pub runs_first: bool,
    /// What the applicant has to do.
    pub task: TaskKind,
}

/// The kinds of [`Task`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskKind {
    /// [`Task::Capture`]
    Capture,
    /// [`Task::Code`]
    Code,
    /// [`Task::Search`]
    Search,
    /// [`Task::Identify`]
    Identify,
    /// [`Task::Read`]
    Read,
    /// [`Task::Connect`]
    Connect,
}

/// What the applicant has to do at an interactive service.
#[derive(Debug)]
pub enum Task {
    /// Have a document captured by the SDK, then submit (4014 before that).
    Capture,
    /// Enter the code that was sent (5300).
    Code(String),
    /// Pick one of the businesses that were found (4014).
    Search {
        /// The register; where there is none, any answer will do.
        businesses: Option<Vec<Offer>>,
        /// Which of them are found: asked of each, as `business`. All are where nothing is said.
        finds: Option<Expression>,
    },
    /// Identify themselves with one of these providers (4014); with any where there are none.
    Identify(Vec<String>),
    /// Submit the key of an uploaded file (4014).
    Read {
        /// The extensions that the file may have, lower case.
        accept: Vec<String>,
        /// Whether the definition says so, rather than leave it at what the API takes.
        accepts_less: bool,
        /// What is read from it: forms that follow come filled in with it, by role, normalised name or label.
        reads: Vec<(String, String)>,
    },
    /// Submit a connector token that was made for this client and this flow (4011, 4012, 4102).
    Connect,
}

/// Something to pick.
#[derive(Debug)]
pub struct Offer {
    /// As it is shown.
    pub json: Value,
    /// As expressions see it, with the definition's own keys.
    pub seen: Value,
    /// By what it can be picked: its id, its name, its number.
    pub keys: Vec<String>,
}

/// The keys of a business, with their names on the wire.
pub const BUSINESS: [(&str, &str); 4] =
    [("name", "name"), ("registration_number", "registrationNumber"), ("country", "country"), ("address", "address")];

const fn interactive(
    name: &'static str,
    wire: &'static str,
    reenter: bool,
    runs_first: bool,
    task: TaskKind,
) -> InteractiveType {
    InteractiveType { name, wire, reenter, runs_first, task }
}

/// The interactive services.
pub static INTERACTIVE_TYPES: [InteractiveType; 7] = [
    interactive("TRULIOO_DOCV", "trulioo_doc_v", false, false, TaskKind::Capture),
    interactive("TWILIO", "twilio", true, true, TaskKind::Code),
    interactive("TRULIOO_KYB_SEARCH", "trulioo_kyb_search", true, true, TaskKind::Search),
    interactive("TRULIOO_ELECTRONIC_ID", "trulioo_electronic_id", true, false, TaskKind::Identify),
    interactive("PERSON_OCR", "person_ocr", true, false, TaskKind::Read),
    interactive("BUSINESS_OCR", "business_ocr", true, false, TaskKind::Read),
    interactive("FLOW_CONNECTOR", "flow_connector", true, false, TaskKind::Connect),
];

/// The services that run in the background.
pub const SERVICE_TYPES: [&str; 9] = [
    "TRULIOO_EIDV",
    "TRULIOO_KYB_VERIFY",
    "TRULIOO_KYB_INSIGHTS",
    "TRULIOO_KYB_COMPLETE",
    "TRULIOO_KYB_SUBMITTER",
    "TRULIOO_UTILITY_ID",
    "TRULIOO_PERSON_WL",
    "TRULIOO_BUSINESS_WL",
    "SHARED_SIGNING",
];

impl Task {
    /// What expressions can ask a node with this task for, beside its match and its attempts.
    pub fn tells(&self) -> Option<&'static str> {
        match self {
            Task::Capture => Some("captured"),
            Task::Search { .. } => Some("business"),
            Task::Identify(_) => Some("provider"),
            Task::Code(_) | Task::Read { .. } | Task::Connect => None,
        }
    }
}
