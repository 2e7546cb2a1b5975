//! `draftgate.yaml`, and `sandbox.yaml`.
#![allow(dead_code, reason = "schemars alone reads these types")]

use schemars::{JsonSchema, Schema, json_schema};
use serde_json::{Map, Value, json};

use super::value::{Duration, MapOrNothing, OrNothing, Retries, SandboxTime, Text, written};
use super::{optional, required};
use crate::api::operation::{OPERATIONS, Row};

/// The most requests in flight that the configuration takes.
const MOST_IN_FLIGHT: u32 = 10_000;

/// The configuration of a scenario folder. Environment variables win over it, and flags over both.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = optional)]
pub(super) struct Config {
    /// Where the API is. Without it the embedded sandbox is called.
    #[schemars(example = json!({ "base_url": "https://api.trulioo.com/wfs/interpreter-v2" }))]
    server: OrNothing<Server>,
    /// The flows' ids by the aliases that scenarios call them by.
    #[schemars(example = json!({ "retail-onboarding": "652ffc65c792412ab8ea0e20" }))]
    flows: MapOrNothing<Text>,
    /// How scenarios are run.
    #[schemars(example = json!({ "rate": "20/s", "wait": "60s" }))]
    run: OrNothing<Run>,
    /// Where the accepted answers lie.
    #[schemars(example = json!({ "dir": "../snapshots" }))]
    snapshots: OrNothing<Snapshots>,
    /// Settings under a name, laid over the rest by --env NAME or DRAFTGATE_ENV.
    #[schemars(example = json!({ "staging": { "flows": { "retail-onboarding": "65f0ab12c792412ab8ea0f31" } } }))]
    environments: MapOrNothing<Environment>,
}

/// What one environment has otherwise.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = optional)]
pub(super) struct Environment {
    /// Where the API is.
    #[schemars(example = json!({ "base_url": "https://staging.example.com/wfs/interpreter-v2" }))]
    server: OrNothing<Server>,
    /// The flows' ids by the aliases that scenarios call them by. Those not named here are as above.
    #[schemars(example = json!({ "retail-onboarding": "65f0ab12c792412ab8ea0f31" }))]
    flows: MapOrNothing<Text>,
    /// How scenarios are run.
    #[schemars(example = json!({ "rate": "5/s" }))]
    run: OrNothing<Run>,
    /// Where the accepted answers lie.
    #[schemars(example = json!({ "dir": "../snapshots-staging" }))]
    snapshots: OrNothing<Snapshots>,
}

/// Where the API is, and who calls it.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = optional)]
pub(super) struct Server {
    /// Where the flow API is. DRAFTGATE_BASE_URL and --base-url win over it.
    #[schemars(example = &"https://api.trulioo.com/wfs/interpreter-v2")]
    base_url: Text,
    /// Where the export API is, for profiles.
    #[schemars(example = &"https://api.trulioo.com/wfs/export")]
    export_url: Text,
    /// Where client-credential tokens are made.
    #[schemars(example = &"https://auth-api.trulioo.com/connect/token")]
    token_url: Text,
    /// What tokens are asked for.
    #[schemars(example = &"workflow.studio.api")]
    scope: Text,
    /// The client's id.
    #[schemars(example = &"{{ env.DRAFTGATE_CLIENT_ID }}")]
    client_id: Text,
    /// The client's secret. What is read as `secret.NAME` never appears in any output.
    #[schemars(example = &"{{ secret.DRAFTGATE_CLIENT_SECRET }}")]
    client_secret: Text,
    /// Paths of operations, where this installation differs, with another method before them if need be.
    #[schemars(example = json!({ "back": "POST /back/{flow}" }))]
    paths: Paths,
    /// The largest answer that is read, in bytes.
    #[schemars(example = 16_777_216)]
    max_body: Count,
    /// How long a connection may take to open.
    #[schemars(example = &"10s")]
    connect_timeout: Duration,
}

/// How scenarios are run.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = optional)]
pub(super) struct Run {
    /// How many requests may be in flight at each host; with `auto`, as many as it takes without becoming slower.
    #[schemars(example = 32, example = &"auto")]
    concurrency: Concurrency,
    /// The most requests in flight that `auto` comes to: 64 when left out, and 1000 at a server on this machine.
    #[schemars(example = 200)]
    max_concurrency: InFlight,
    /// The most requests to each host in a time: `20/s`, `100/m`, or a number a second.
    #[schemars(example = &"20/s")]
    rate: Rate,
    /// How long a request may take.
    #[schemars(example = &"30s")]
    timeout: Duration,
    /// How long a scenario may take that says nothing itself.
    #[schemars(example = &"10m")]
    scenario_timeout: Duration,
    /// How long the run may take as a whole. --global-timeout wins over it.
    #[schemars(example = &"30m")]
    global_timeout: Duration,
    /// How long is waited between two polls of a pending answer: always so long, or twice as long each time.
    /// `{from: 100ms, to: 2s}` when left out.
    #[schemars(example = &"500ms", example = json!({ "from": "100ms", "to": "2s" }))]
    poll: Poll,
    /// How long a pending answer is asked for again, where a step says nothing itself.
    #[schemars(example = &"60s")]
    wait: Duration,
    /// How often a request that changes nothing is repeated when the connection fails or the API answers 503. What it
    /// refuses with 429 was not done, and is asked again whatever it is, up to five times; 0 turns off both.
    #[schemars(example = 2)]
    retries: Count,
    /// How often a test that failed is run again, where its scenario says nothing itself. --retries wins over it.
    #[schemars(example = 1)]
    scenario_retries: Retries,
    /// After how long a test that still runs is told of as slow; 0s for never. 10s when left out.
    #[schemars(example = &"30s")]
    slow: Duration,
    /// What generated data grow from: the same number gives the same data. --seed wins over it.
    #[schemars(example = 42)]
    seed: Count,
}

/// Twice as long each time.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = optional)]
pub(super) struct PollMap {
    /// The first pause.
    #[schemars(example = &"100ms")]
    from: Duration,
    /// The longest pause.
    #[schemars(example = &"2s")]
    to: Duration,
}

/// Where the accepted answers lie.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = optional)]
pub(super) struct Snapshots {
    /// The folder of the snapshots, from the folder of this file.
    #[schemars(example = &"../snapshots")]
    dir: String,
}

/// The settings of the sandbox's account.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = optional)]
pub(super) struct Sandbox {
    /// Who may ask the sandbox for a token.
    #[schemars(example = json!([{ "client_id": "analytical-engine", "client_secret": "punched-cards-only" }]))]
    clients: Vec<SandboxClient>,
    /// How long an answer is held back for x-hf-retry-on-pending.
    #[schemars(example = &"150ms")]
    retry_on_pending: SandboxTime,
    /// How long a connector token can be redeemed.
    #[schemars(example = &"10m")]
    connector_token_expires_in: SandboxTime,
    /// How long a client is remembered that nobody calls. A day when left out.
    #[schemars(example = &"1h")]
    forget_after: SandboxTime,
    /// The themes that flows may name.
    #[schemars(example = json!(["plain"]))]
    themes: Vec<Text>,
}

/// A client that may ask the sandbox for a token. Keep real credentials out of this file.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["client_id", "client_secret"]))]
pub(super) struct SandboxClient {
    /// The client's id.
    #[schemars(example = &"analytical-engine")]
    client_id: Text,
    /// The client's secret.
    #[schemars(example = &"punched-cards-only")]
    client_secret: Text,
    /// What its tokens are for. `workflow.studio.api` when left out.
    #[schemars(example = &"reports.only")]
    scope: Text,
    /// How long its tokens hold. An hour when left out.
    #[schemars(example = &"2s")]
    expires_in: SandboxTime,
}

written! {
    /// A whole number.
    Count (inline) = |_| json_schema!({ "type": "integer", "minimum": 0 });
    /// A number of requests, or `auto`.
    Concurrency (inline) = |_| json_schema!({
        "anyOf": [{ "const": "auto" }, { "type": "integer", "minimum": 1, "maximum": MOST_IN_FLIGHT }],
    });
    /// A number of requests.
    InFlight (inline) = |_| json_schema!({ "type": "integer", "minimum": 1, "maximum": MOST_IN_FLIGHT });
    /// A time between two polls, or how it grows.
    Poll (inline) = |generator| json_schema!({
        "anyOf": [generator.subschema_for::<Duration>(), generator.subschema_for::<PollMap>()],
    });
    /// So many in a time.
    Rate (inline) = |_| json_schema!({
        "anyOf": [
            { "type": "number", "minimum": 0.001, "maximum": 1_000_000 },
            {
                "type": "string",
                "pattern": r"^\s*[0-9.]+\s*/\s*(s|m|min)\s*$",
                "patternErrorMessage": "A rate is written as 20/s or 100/m",
            },
        ],
    });
    /// Paths by operation.
    Paths (inline) = |_| paths();
}

/// Every operation of the API with its usual path.
fn paths() -> Schema {
    let path = |row: &Row| {
        let usual = format!("{} {}", row.method, row.path);
        let schema = json!({
            "description": format!("The path of this operation. {usual} when left out."),
            "examples": [row.path],
            "type": "string",
            "pattern": r"^([A-Z]+ +)?/",
            "patternErrorMessage": "A path begins with a slash, or with a method and a blank: POST /back/{flow}",
        });
        (row.name.to_owned(), schema)
    };
    let properties: Map<String, Value> = OPERATIONS.iter().map(path).collect();
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}
