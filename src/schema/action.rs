//! The arguments of actions.
#![allow(dead_code, reason = "schemars alone reads these types")]

use schemars::{JsonSchema, json_schema};
use serde_json::json;

use super::value::{Anything, MapOf, MapOrNothing, TEMPLATE, Text, nothing, written};
use super::{optional, required};
use crate::api::file::FILE_TYPES;
use crate::api::operation::LINK_TYPES;

written! {
    /// Nothing: what modifies the action stands beside it.
    NoArgument (inline) = |_| json_schema!({
        "anyOf": [nothing(), { "type": "object", "maxProperties": 0 }],
    });
    /// A map of fields, a template that gives one, or nothing.
    Fields (inline) = |generator| json_schema!({
        "anyOf": [
            generator.subschema_for::<FieldMap>(),
            { "type": "string", "pattern": TEMPLATE },
            nothing(),
        ],
    });
    /// Values by field.
    FieldMap = |generator| json_schema!({
        "description": "Values by field: by its label, role, normalised name or id. `First name[2]` is the second of that name.",
        "type": "object",
        // These stand there when somebody indented a modifier too far.
        "propertyNames": { "not": { "enum": ["expect", "capture", "fill", "repeat"] } },
        "additionalProperties": generator.subschema_for::<FieldValue>(),
    });
    /// A value, or a file that is uploaded first.
    FieldValue = |_| json_schema!({
        "description": "The field's value, or `{file: path}` for a file that is uploaded first.",
        "properties": {
            "file": {
                "description": "A file that is uploaded first; its path starts from the scenario's folder.",
                "examples": ["files/bill.pdf"],
            },
        },
    });
    /// The media types that the API knows, or any other.
    MediaType (inline) = |_| {
        let mut known: Vec<&str> = FILE_TYPES.iter().map(|(_, media_type)| *media_type).collect();
        known.dedup();
        json_schema!({ "anyOf": [{ "enum": known }, { "type": "string" }] })
    };
    /// What a connector token is for.
    Connect (inline) = |generator| json_schema!({ "anyOf": [generator.subschema_for::<ConnectMap>(), nothing()] });
    /// The token, or the one captured last.
    Redeem (inline) = |generator| json_schema!({
        "anyOf": [{ "type": "string" }, generator.subschema_for::<RedeemMap>(), nothing()],
    });
    /// The ends of a link.
    Link (inline) = |generator| json_schema!({ "anyOf": [generator.subschema_for::<LinkMap>(), nothing()] });
    /// The client, or this session.
    Client (inline) = |generator| json_schema!({
        "anyOf": [{ "type": "string" }, generator.subschema_for::<ClientMap>(), nothing()],
    });
    /// Other credentials than the configured ones.
    Authenticate (inline) = |generator| json_schema!({
        "anyOf": [generator.subschema_for::<AuthenticateMap>(), nothing()],
    });
    /// A fragment's path, or more.
    Use (inline) = |generator| json_schema!({ "anyOf": [{ "type": "string" }, generator.subschema_for::<UseMap>()] });
    /// The types of a link, or any other.
    LinkType (inline) = |_| json_schema!({ "anyOf": [{ "enum": LINK_TYPES }, { "type": "string" }] });
    /// The methods of HTTP, or any other.
    Method (inline) = |_| json_schema!({
        "anyOf": [{ "enum": ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] }, { "type": "string" }],
    });
    /// A path below the base URL.
    CallPath (inline) = |_| json_schema!({
        "type": "string",
        "not": { "pattern": "^[^{]*://" },
    });
}

/// A file for a field of the step.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["field", "file"]))]
pub(super) struct Upload {
    /// The field that takes the file.
    #[schemars(example = &"Proof of address")]
    field: Text,
    /// The file; its path starts from the scenario's folder.
    #[schemars(example = &"files/bill.pdf")]
    file: Text,
    /// The file's media type, where its ending does not tell.
    #[schemars(example = &"application/pdf")]
    r#type: MediaType,
}

/// What a connector token is for.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = optional)]
pub(super) struct ConnectMap {
    /// The applicant, by session. This one when left out.
    #[schemars(example = &"{{ applicant }}")]
    client: Text,
    /// The flow that the token leads to, by alias or id. This one when left out.
    #[schemars(example = &"owner-declaration")]
    flow: Text,
}

/// A connector token.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = optional)]
pub(super) struct RedeemMap {
    /// The token. The one that `connect` made last when left out.
    #[schemars(example = &"{{ token }}")]
    token: Text,
}

/// The two ends of a link.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = optional)]
pub(super) struct LinkMap {
    /// The applicant that the link starts from, by session. This one when left out.
    #[schemars(example = &"{{ one }}")]
    from: Text,
    /// The applicant that the link leads to, by session.
    #[schemars(example = &"{{ two }}")]
    to: Text,
    /// What the link means.
    #[schemars(example = &"RELATES_TO")]
    r#type: LinkType,
}

/// Whose profile.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = optional)]
pub(super) struct ClientMap {
    /// The applicant, by session. This one when left out.
    #[schemars(example = &"{{ applicant }}")]
    client: Text,
}

/// Other credentials than the configured ones.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = optional)]
pub(super) struct AuthenticateMap {
    /// The client's id.
    #[schemars(example = &"{{ env.OTHER_ID }}")]
    client_id: Text,
    /// The client's secret. Read it as `secret.NAME`: what is read so never appears in any output.
    #[schemars(example = &"{{ secret.OTHER_SECRET }}")]
    client_secret: Text,
    /// What the token is for.
    #[schemars(example = &"workflow.studio.api")]
    scope: Text,
}

/// Any other call.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["path"]))]
pub(super) struct Request {
    /// The HTTP method. `GET` when left out.
    #[schemars(example = &"POST")]
    method: Method,
    /// The path below the base URL, with its query.
    #[schemars(example = &"/init/retail-onboarding?first_name=Ada")]
    path: CallPath,
    /// Headers of the request, beside those of the step.
    #[schemars(example = json!({ "content-type": "text/plain" }))]
    headers: MapOrNothing<Text>,
    /// The body: a map or list is sent as JSON, a text as it is.
    #[schemars(example = json!({ "first_name": "Ada" }))]
    body: Anything,
}

/// A fragment with values for its parameters.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, transform = required(["fragment"]))]
pub(super) struct UseMap {
    /// The fragment's path, from the folder of this file.
    #[schemars(example = &"../fragments/retail-personal.yaml")]
    fragment: String,
    /// Values for the fragment's parameters.
    #[schemars(example = json!({ "last_name": "Byron" }))]
    with: MapOf<Anything>,
}
