//! One step: an action and the modifiers beside it.
#![allow(dead_code, reason = "schemars alone reads these types")]

use std::path::Path;

use schemars::{JsonSchema, Schema, json_schema};
use serde_json::{Value, json};

use super::action::{Authenticate, Client, Connect, Fields, Link, NoArgument, Redeem, Request, Upload, Use};
use super::expect::Expect;
use super::scenario::Snapshot;
use super::value::{Language, MapOrNothing, Names, OneOrMore, Plain, TEMPLATE, Text, Time, nothing, written};
use super::{optional, required};
use crate::scenario::action::ACTIONS;
use crate::scenario::{BARE_MODIFIERS, LIMITED_MODIFIERS, MOST_TIMES, RULES};
use crate::source::Sources;
use crate::yaml::{Kind, Node, Reading};

written! {
    /// At least one step.
    Steps (inline) = |generator| json_schema!({
        "type": "array",
        "minItems": 1,
        "items": generator.subschema_for::<Step>(),
    });
    /// A bare word, or an action with modifiers.
    Step = |generator| json_schema!({
        "description": "A step: one action, and beside it what modifies it. An action with nothing more to say may stand \
            alone: `- back`.",
        // So that an editor proposes a map's keys also where there is nothing yet, and speaks of them where it is one. A
        // pattern, since the words of an enum would be proposed as values of the keys of the same name.
        "if": { "type": ["string", "null"] },
        "then": {
            "anyOf": [
                {
                    "type": "string",
                    "pattern": format!("^({})$", bare_actions().join("|")),
                    "patternErrorMessage": format!("A step of one word is one of {}", bare_actions().join(", ")),
                },
                generator.subschema_for::<StepMap>(),
            ],
        },
        "else": generator.subschema_for::<StepMap>(),
    });
    /// Which fields are generated.
    Fill (inline) = |_| json_schema!({
        "enum": ["valid", "minimal"],
        "enumDescriptions": ["Every visible field", "The required fields"],
    });
    /// Which session is sent.
    SessionHeader (inline) = |_| json_schema!({
        "anyOf": [{ "const": "none" }, { "type": ["string", "number", "boolean"], "not": { "enum": ["same", "new"] } }],
    });
    /// An expression, without braces.
    Expression (inline) = |_| json_schema!({ "type": ["string", "boolean"] });
    /// What is captured, under names.
    Captures (inline) = |generator| json_schema!({
        "type": "object",
        "propertyNames": generator.subschema_for::<Names>(),
        "additionalProperties": {
            "type": "string",
            "pattern": format!(r"^\$|^header\s|^field\s|^session$|{TEMPLATE}"),
            "patternErrorMessage": "Capture $.json.path, header NAME, field LABEL or session",
        },
    });
    /// The rules that an answer is held to.
    Checks (inline) = |_| {
        let rules: Vec<String> = RULES.iter().map(|(name, _)| (*name).to_owned()).collect();
        let off = rules.iter().map(|name| format!("-{name}"));
        let word = json!({ "enum": rules.iter().cloned().chain(off).collect::<Vec<_>>() });
        json_schema!({ "anyOf": [word, { "type": "array", "items": word }, { "type": "boolean" }, nothing()] })
    };
    /// So many times, or until something comes.
    Repeat (inline) = |generator| json_schema!({
        "anyOf": [generator.subschema_for::<RepeatTimes>(), generator.subschema_for::<RepeatUntil>()],
    });
    /// How many times.
    Times (inline) = |_| json_schema!({
        "anyOf": [{ "type": "integer", "minimum": 1, "maximum": MOST_TIMES }, { "type": "string", "pattern": TEMPLATE }],
    });
}

/// An action and what modifies it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = one_action)]
pub(super) struct StepMap {
    /// Begins the flow: asks for the first step without a session. `- init` alone, or `init:` with modifiers beside it.
    init: NoArgument,
    /// Asks for the step that the applicant stands on. `- current` alone, or `current:` with modifiers beside it.
    current: NoArgument,
    /// Submits data for the step. A key names a field by its label, role, normalised name or id.
    #[schemars(example = json!({ "First name": "Ada", "dob": "1990-12-31" }))]
    submit: Fields,
    /// Uploads a file for a field of the step; the field's next submit sends its key.
    #[schemars(example = json!({ "field": "Proof of address", "file": "files/bill.pdf" }))]
    upload: Upload,
    /// Goes back to the step before. `- back` alone, or `back:` with modifiers beside it.
    back: NoArgument,
    /// Makes a connector token, remembered as `token`.
    #[schemars(example = json!({ "flow": "owner-declaration" }))]
    connect: Connect,
    /// Redeems a connector token: later steps go on in the flow that it names.
    #[schemars(example = &"{{ token }}", example = json!({ "token": "{{ token }}" }))]
    redeem: Redeem,
    /// Links two applicants.
    #[schemars(example = json!({ "from": "{{ one }}", "to": "{{ two }}", "type": "RELATES_TO" }))]
    link: Link,
    /// Removes the link between two applicants.
    #[schemars(example = json!({ "from": "{{ one }}", "to": "{{ two }}" }))]
    unlink: Link,
    /// Asks the export API for the applicant's profile.
    #[schemars(example = json!({ "client": "{{ applicant }}" }))]
    profile: Client,
    /// Fetches a client-credential token.
    #[schemars(example = json!({ "client_id": "{{ env.OTHER_ID }}", "client_secret": "{{ secret.OTHER_SECRET }}" }))]
    authenticate: Authenticate,
    /// Makes any other call of the API.
    #[schemars(example = json!({ "method": "GET", "path": "/init/retail-onboarding?first_name=Ada" }))]
    request: Request,
    /// Sends nothing for this long.
    #[schemars(example = &"500ms")]
    sleep: Time,
    /// Runs a fragment's steps here: its path, or `{fragment, with}`.
    #[schemars(
        example = &"../fragments/retail-personal.yaml",
        example = json!({ "fragment": "../fragments/retail-personal.yaml", "with": { "last_name": "Byron" } })
    )]
    r#use: Use,
    /// What reports, and the snapshot's file, call the step. The action's name when left out.
    #[schemars(example = &"the name is missing")]
    name: Plain,
    /// Which applicant acts. Each name has a session of its own, so that several people can meet in one scenario.
    #[schemars(example = &"director")]
    r#as: Plain,
    /// The language of this step's texts, sent as x-hf-language.
    #[schemars(example = &"fr-CA")]
    language: Language,
    /// Headers of this step's requests.
    #[schemars(example = json!({ "x-sandbox-fault": "503;times=1" }))]
    headers: MapOrNothing<Text>,
    /// What is sent as x-hf-session in place of the applicant's own: `none`, or a value as it is.
    #[schemars(example = &"none", example = &"{{ other_session }}")]
    session: SessionHeader,
    /// Which fields get generated, valid data. What `submit` names wins.
    #[schemars(example = &"valid")]
    fill: Fill,
    /// Fields that `fill` leaves out.
    #[schemars(example = json!(["Last name"]), example = &"Last name")]
    omit: OneOrMore<Text>,
    /// `false` sends the keys of `submit` as they are written. `true` when left out.
    #[schemars(example = false)]
    map: bool,
    /// Whether x-hf-retry-on-pending is sent: the API then answers only when the step is ready.
    #[schemars(example = true)]
    retry_on_pending: bool,
    /// How long a pending answer is asked for again. `run.wait` of draftgate.yaml when left out.
    #[schemars(example = &"60s")]
    wait: Time,
    /// Does the step again and again: so many times, or until its answer is as wanted.
    #[schemars(example = json!({ "until": "Address", "every": "1s", "for": "60s" }), example = json!({ "times": 3 }))]
    repeat: Repeat,
    /// An expression, without braces; where it is false the step is left out.
    #[schemars(example = &"country == 'CA'")]
    when: Expression,
    /// What must come back: a step's title, `end`, `pending`, an error code, an HTTP status, or a map of checks. Without it
    /// the step must succeed.
    #[schemars(
        example = &"Address",
        example = 4006,
        example = json!({ "title": "Address", "elements": ["Street", "City"], "can_go_back": true })
    )]
    expect: Expect,
    /// Remembers parts of the answer under names, for templates of later steps: `$.json.path`, `header NAME`,
    /// `field LABEL` (its id) or `session`.
    #[schemars(example = json!({ "street": "field Street", "applicant": "session", "id": "$.id" }))]
    capture: Captures,
    /// Whether the answer is compared with an accepted snapshot, or what the comparison leaves out.
    #[schemars(example = false, example = json!({ "ignore": ["$.subtitle"] }))]
    snapshot: Snapshot,
    /// Which of the API's rules the answer is held to: those named, or all but those with a minus. All when left out.
    #[schemars(example = json!(["-session"]), example = false)]
    checks: Checks,
    /// Whether the scenario goes on when this step fails. `false` when left out.
    #[schemars(example = true)]
    r#continue: bool,
}

/// Does the step so many times.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["times"]))]
pub(super) struct RepeatTimes {
    /// How many times the step is done.
    #[schemars(example = 3)]
    times: Times,
}

/// Does the step until its answer is as wanted.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["until"]))]
pub(super) struct RepeatUntil {
    /// What the answer must be, as in `expect`.
    #[schemars(example = &"Address")]
    until: Expect,
    /// The pause between two tries. One second when left out.
    #[schemars(example = &"1s")]
    every: Time,
    /// When to give up. `run.wait` of draftgate.yaml when left out.
    #[schemars(example = &"60s")]
    r#for: Time,
}

/// The actions that may stand as a bare word: those whose reader is content with no argument.
fn bare_actions() -> Vec<&'static str> {
    let mut sources = Sources::default();
    let id = sources.add("", "");
    let nothing = Node { span: sources.span(id, 0..0), kind: Kind::Null };
    let bare = ACTIONS.iter().filter(|(_, read)| {
        let mut reading = Reading::new(&sources, Path::new(""));
        read(&nothing, &mut reading).is_some() && reading.mistakes.is_empty()
    });
    bare.map(|(name, _)| *name).collect()
}

/// What is wrong with a step that has no action.
const NO_ACTION: &str = "This step has no action, such as init, submit or back";

/// A step has exactly one action, and modifiers that mean something to it.
fn one_action(schema: &mut Schema) {
    optional(schema);
    let names = || ACTIONS.iter().map(|(name, _)| *name);
    let one_of: Vec<Value> = names().map(|name| json!({ "required": [name], "errorMessage": NO_ACTION })).collect();
    schema.insert("anyOf".to_owned(), one_of.into());
    let mut rules = serde_json::Map::new();
    for (modifier, actions) in LIMITED_MODIFIERS {
        let belongs = format!("`{modifier}` belongs to {}", actions.join(", "));
        rules.insert(modifier.to_owned(), forbidding(names().filter(|name| !actions.contains(name)), &belongs));
    }
    for action in names() {
        let one = "A step has one action: begin another with a dash of its own";
        let mut rule = forbidding(names().filter(|name| *name != action), one);
        if matches!(action, "use" | "sleep") {
            let words: Vec<&str> = BARE_MODIFIERS.into_iter().chain(names()).collect();
            rule["propertyNames"] = json!({ "enum": words });
        }
        rules.insert(action.to_owned(), rule);
    }
    schema.insert("dependencies".to_owned(), rules.into());
}

/// A schema of maps that have none of these keys; editors say why.
fn forbidding<'a>(keys: impl Iterator<Item = &'a str>, why: &str) -> Value {
    let none: serde_json::Map<String, Value> = keys.map(|key| (key.to_owned(), Value::Bool(false))).collect();
    json!({ "properties": none, "errorMessage": why })
}
