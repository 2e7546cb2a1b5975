//! Flow definitions of the sandbox: the top, and the nodes.
#![allow(dead_code, reason = "schemars alone reads these types")]

use schemars::{JsonSchema, Schema, json_schema};
use serde_json::{Map, Value, json};

use super::flow_element::{Element, Extensions};
use super::required;
use super::value::{KnownCode, MapOf, SandboxTime, Text, in_any_case, known_codes, written};
use crate::api::language::LANGUAGES;
use crate::api::operation::OPERATIONS;
use crate::sandbox::definition::{INTERACTIVE_TYPES, InteractiveType, SERVICE_TYPES, TaskKind};
use crate::sandbox::fault::NAMES;

/// A flow as the sandbox serves it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["nodes"]))]
pub(super) struct Flow {
    /// The flow's name. The file's when left out.
    #[schemars(example = &"retail-onboarding")]
    flow: Text,
    /// The flow's id on the wire. Its name when left out.
    #[schemars(example = &"652ffc65c792412ab8ea0e20")]
    id: Text,
    /// Pins the generated ids of nodes and elements. They are new at every load when left out.
    #[schemars(example = &"one")]
    seed: Text,
    /// The language of this file's texts (`default`), and files with translations by language.
    #[schemars(example = json!({ "default": "en-US", "fr-CA": "locales/fr-CA.yaml" }))]
    languages: Languages,
    /// Whether every call needs a client-credential token. `false` when left out.
    #[schemars(example = true)]
    authenticated: bool,
    /// Whether the flow can be begun by a connector token only. `false` when left out.
    #[schemars(example = true)]
    follows_token: bool,
    /// How long a connector token to this flow can be redeemed. As sandbox.yaml says when left out.
    #[schemars(example = &"10m")]
    token_expires_in: SandboxTime,
    /// The theme that the flow is shown in; without such a theme in sandbox.yaml the answer is 4001.
    #[schemars(example = &"plain")]
    theme: Text,
    /// After how long without a call an applicant counts as gone (4109). Never when left out.
    #[schemars(example = &"30m")]
    abandon_after: SandboxTime,
    /// Faults that calls of this flow meet: `503;times=1`, or a map.
    #[schemars(example = json!(["latency;time=50ms", { "fault": 503, "on": "submit", "times": 1 }]))]
    faults: Vec<Fault>,
    /// The flow's nodes, each after a dash; the first is where applicants begin.
    #[schemars(example = json!([{ "form": "personal", "elements": [{ "name": "First name", "type": "text" }] }]))]
    nodes: Vec<Node>,
}

/// A form that the applicant fills in.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["form"]))]
pub(super) struct FormNode {
    /// A form that the applicant fills in, under this name.
    #[schemars(example = &"personal")]
    form: NodeName,
    /// The title that the applicant sees. The name when left out.
    #[schemars(example = &"Personal details")]
    title: Text,
    /// The subtitle that the applicant sees.
    #[schemars(example = &"As they are in your passport")]
    subtitle: Text,
    /// The form's fields, each after a dash.
    #[schemars(example = json!([{ "name": "First name", "type": "text", "required": true }]))]
    elements: Vec<Element>,
    /// The node that comes next, or `end`. The one that follows in the file when left out.
    #[schemars(example = &"address", example = &"end")]
    next: Text,
}

/// A service that runs in the background.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["service", "type"]))]
pub(super) struct ServiceNode {
    /// A service that runs in the background, under this name.
    #[schemars(example = &"person-match")]
    service: NodeName,
    /// The API's name for the service.
    #[schemars(example = &"TRULIOO_EIDV")]
    r#type: ServiceType,
    /// The title of the step. The name when left out.
    #[schemars(example = &"We check your details")]
    title: Text,
    /// How long the service runs; the answer is pending meanwhile.
    #[schemars(example = &"2s")]
    takes: SandboxTime,
    /// An expression: whether the service finds a match. It does when left out.
    #[schemars(example = &"personal.last_name != 'Nomatch' or attempt > 1")]
    r#match: Text,
    /// The error with which the service ends: a code, `{code, when}`, or a list of such.
    #[schemars(example = 4009, example = json!({ "code": 4201, "when": "personal.address_country == 'FR'" }))]
    fails: Failures,
    /// The node that comes next, or `end`. The one that follows in the file when left out.
    #[schemars(example = &"address", example = &"end")]
    next: Text,
}

/// A service that the applicant deals with.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = by_type)]
pub(super) struct InteractiveNode {
    /// A service that the applicant deals with, under this name.
    #[schemars(example = &"document")]
    interactive: NodeName,
    /// The API's name for the service.
    #[schemars(example = &"TRULIOO_DOCV")]
    r#type: InteractiveServiceType,
    /// The title that the applicant sees. The name when left out.
    #[schemars(example = &"Proof of identity")]
    title: Text,
    /// How long the service runs; the answer is pending meanwhile.
    #[schemars(example = &"2s")]
    takes: SandboxTime,
    /// An expression: whether the service finds a match. It does when left out.
    #[schemars(example = &"document.captured.genuine != false")]
    r#match: Text,
    /// The error with which the service ends: a code, `{code, when}`, or a list of such.
    #[schemars(example = 5301, example = json!([{ "code": 5301, "when": "attempt == 1" }]))]
    fails: Failures,
    /// Whether the applicant can come back to it. As the API has it for the type when left out.
    #[schemars(example = true)]
    reenter: bool,
    /// For TWILIO: the code that the text message holds. 000000 when left out.
    #[schemars(example = &"246810")]
    code: Text,
    /// For TRULIOO_KYB_SEARCH: the businesses of the register. Any answer will do when left out.
    #[schemars(example = json!([{ "name": "Analytical Engines Ltd", "country": "GB" }]))]
    businesses: Vec<Business>,
    /// For TRULIOO_KYB_SEARCH: an expression asked of each `business`, whether it is found. All are when left out.
    #[schemars(example = &"company.name in business.name")]
    finds: Text,
    /// For TRULIOO_ELECTRONIC_ID: the providers to choose from. Any will do when left out.
    #[schemars(example = json!(["bankid", "itsme"]))]
    providers: Vec<Text>,
    /// For PERSON_OCR and BUSINESS_OCR: the types of file that are taken. All that the API takes when left out.
    #[schemars(example = json!(["pdf", "png"]))]
    files: Extensions,
    /// For PERSON_OCR and BUSINESS_OCR: what is read from the file, by role, normalised name or label. Forms that follow come
    /// filled in with it.
    #[schemars(example = json!({ "first_name": "Ada" }))]
    reads: MapOf<Text>,
    /// The node that comes next, or `end`. The one that follows in the file when left out.
    #[schemars(example = &"address", example = &"end")]
    next: Text,
}

/// A condition that leads one way or the other.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = leads_somewhere)]
pub(super) struct ConditionNode {
    /// A condition that leads one way or the other, under this name.
    #[schemars(example = &"known")]
    condition: NodeName,
    /// The title. The name when left out; nobody sees it.
    #[schemars(example = &"Known customers")]
    title: Text,
    /// An expression over the answers so far.
    #[schemars(example = &"person_match.match and personal.address_country == 'CA'")]
    when: Text,
    /// Where it leads when the expression is true: a node, or `end`. To the node that follows when left out.
    #[schemars(example = &"address", example = &"end")]
    then: Text,
    /// Where it leads when the expression is false: a node, or `end`. To the node that follows when left out.
    #[schemars(example = &"document", example = &"end")]
    r#else: Text,
}

/// The applicant is accepted.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["accept"]))]
pub(super) struct AcceptNode {
    /// The applicant is accepted, at a node of this name.
    #[schemars(example = &"welcome")]
    accept: NodeName,
    /// The title. The name when left out.
    #[schemars(example = &"Welcome")]
    title: Text,
    /// The node that comes next. `end` when left out.
    #[schemars(example = &"end")]
    next: Text,
}

/// The applicant is rejected.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["reject"]))]
pub(super) struct RejectNode {
    /// The applicant is rejected, at a node of this name.
    #[schemars(example = &"declined")]
    reject: NodeName,
    /// The title. The name when left out.
    #[schemars(example = &"We are sorry")]
    title: Text,
    /// The node that comes next. `end` when left out.
    #[schemars(example = &"end")]
    next: Text,
}

/// An end of the flow with words of its own.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["end"]))]
pub(super) struct EndNode {
    /// An end of the flow with words of its own, under this name.
    #[schemars(example = &"thanks")]
    end: NodeName,
    /// The title. The name when left out.
    #[schemars(example = &"Thank you")]
    title: Text,
    /// The text that the applicant sees.
    #[schemars(example = &"We will be in touch")]
    text: Text,
    /// Where the applicant is sent.
    #[schemars(example = &"https://example.com/welcome")]
    redirect_url: Text,
}

/// How a service fails.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["code"]))]
pub(super) struct Failure {
    /// The error's code.
    #[schemars(example = 4009)]
    code: KnownCode,
    /// An expression: when the service fails. Always when left out.
    #[schemars(example = &"attempt == 1")]
    when: Text,
}

/// A business of the register.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["name"]))]
pub(super) struct Business {
    /// The business's name.
    #[schemars(example = &"Analytical Engines Ltd")]
    name: Text,
    /// The number under which it is registered.
    #[schemars(example = &"AE1837")]
    registration_number: Text,
    /// Where it is registered.
    #[schemars(example = &"GB")]
    country: Text,
    /// Its address.
    #[schemars(example = &"1 Dorset Street, London")]
    address: Text,
}

/// A fault that calls meet.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["fault"]))]
pub(super) struct FaultMap {
    /// What the caller meets: one of the API's error codes, an HTTP status from 400, or one of the names.
    #[schemars(example = 503, example = &"latency")]
    fault: FaultName,
    /// Which operations it meets, as a list or with `+` between them. All when left out.
    #[schemars(example = &"submit", example = json!(["submit", "back"]))]
    on: Operations,
    /// Which part of the calls it meets. All when left out.
    #[schemars(example = 0.1, example = &"10%")]
    rate: Text,
    /// How many calls of a session it meets, then no more.
    #[schemars(example = 1)]
    times: Text,
    /// A name by which calls without a session are told apart for `times`.
    #[schemars(example = &"one")]
    id: Text,
    /// For `latency`: how much later the answer comes.
    #[schemars(example = &"200ms")]
    time: Text,
    /// For `latency`: by up to how much more.
    #[schemars(example = &"100ms")]
    jitter: Text,
    /// For a status: the header retry-after, in seconds.
    #[schemars(example = 2)]
    retry_after: Text,
    /// For `huge`: how many blanks come before the answer. 100000000 when left out.
    #[schemars(example = 1_000_000)]
    bytes: Text,
    /// For `drip`: the pause before each byte. 100ms when left out.
    #[schemars(example = &"50ms")]
    pause: Text,
}

written! {
    /// A node's name; its kind where nothing is said.
    NodeName (inline) = |_| json_schema!({ "type": ["string", "number", "boolean", "null"] });
    /// One of the kinds of node.
    Node = |generator| json_schema!({
        "description": "A node of the flow. Its first key says what it is and gives it its name.",
        "anyOf": [
            generator.subschema_for::<FormNode>(),
            generator.subschema_for::<ServiceNode>(),
            generator.subschema_for::<InteractiveNode>(),
            generator.subschema_for::<ConditionNode>(),
            generator.subschema_for::<AcceptNode>(),
            generator.subschema_for::<RejectNode>(),
            generator.subschema_for::<EndNode>(),
        ],
    });
    /// The services that run in the background.
    ServiceType (inline) = |_| words(&SERVICE_TYPES);
    /// The services that the applicant deals with.
    InteractiveServiceType (inline) = |_| words(&INTERACTIVE_TYPES.each_ref().map(|kind| kind.name));
    /// One or several failures.
    Failures (inline) = |generator| {
        let map: Value = generator.subschema_for::<Failure>().into();
        json_schema!({ "anyOf": [
            known_codes(),
            map,
            { "type": "array", "items": { "anyOf": [known_codes(), map] } },
        ] })
    };
    /// A fault, as a text or a map.
    Fault = |generator| json_schema!({
        "description": "A fault: `503;times=1;on=submit`, or a map.",
        "anyOf": [{ "type": ["string", "number"] }, generator.subschema_for::<FaultMap>()],
    });
    /// What a fault is called.
    FaultName (inline) = |_| json_schema!({
        "anyOf": [{ "enum": NAMES }, known_codes(), { "type": "integer", "minimum": 400, "maximum": 599 }, { "type": "string" }],
    });
    /// Operations of the API.
    Operations (inline) = |_| {
        let names: Vec<&str> = OPERATIONS.iter().map(|row| row.name).collect();
        let word = json!({ "anyOf": [{ "enum": names }, { "type": "string" }] });
        json_schema!({ "anyOf": [word, { "type": "array", "items": word }] })
    };
    /// Files by language.
    Languages (inline) = |_| {
        let file = |language: &str| {
            let description = format!("The file with the texts in {language}, from this file's folder.");
            let example = format!("locales/{language}.yaml");
            (language.to_owned(), json!({ "description": description, "examples": [example], "type": "string" }))
        };
        let mut properties: Map<String, Value> = LANGUAGES.into_iter().map(file).collect();
        let mut default = Value::from(words(&LANGUAGES));
        default["description"] = "The language that this file is written in. en-US when left out.".into();
        default["examples"] = json!(["en-CA"]);
        properties.insert("default".to_owned(), default);
        json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
    };
}

/// One of these words, in whatever case.
pub(super) fn words(words: &[&str]) -> Schema {
    json_schema!({ "anyOf": [{ "enum": words }, { "type": "string", "pattern": in_any_case(words.iter().copied()) }] })
}

/// The keys of an interactive service that not all types have.
fn own_keys(kind: &InteractiveType) -> &'static [&'static str] {
    match kind.task {
        TaskKind::Capture | TaskKind::Connect => &[],
        TaskKind::Code => &["code"],
        TaskKind::Search => &["businesses", "finds"],
        TaskKind::Identify => &["providers"],
        TaskKind::Read => &["files", "reads"],
    }
}

fn by_type(schema: &mut Schema) {
    required(["interactive", "type"])(schema);
    let all: Vec<&str> = INTERACTIVE_TYPES.iter().flat_map(own_keys).copied().collect();
    let rules = INTERACTIVE_TYPES.iter().map(|kind| {
        let others = all.iter().filter(|key| !own_keys(kind).contains(key));
        let none: Map<String, Value> = others.map(|key| ((*key).to_owned(), Value::Bool(false))).collect();
        let is_it = json!({ "properties": { "type": { "const": kind.name } }, "required": ["type"] });
        json!({ "if": is_it, "then": { "properties": none } })
    });
    schema.insert("allOf".to_owned(), rules.collect::<Vec<_>>().into());
}

fn leads_somewhere(schema: &mut Schema) {
    required(["condition", "when"])(schema);
    schema.insert("anyOf".to_owned(), json!([{ "required": ["then"] }, { "required": ["else"] }]));
}
