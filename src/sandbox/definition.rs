//! A flow as it is defined: nodes, elements, languages; and the library of all flows that a sandbox serves.
//!
//! Owns the model and the reading of it. A definition that was read is sound: every name in it leads somewhere, every
//! expression compiles, and no way through it runs in circles without waiting for the applicant.
//!
//! # The file
//!
//! `NAME.flow.yaml` is both versions of a flow; `NAME.draft.flow.yaml` and `NAME.live.flow.yaml` are one each.
//!
//! | key | meaning | default |
//! | --- | --- | --- |
//! | `flow` | the flow's name | NAME |
//! | `id` | its id on the wire | `flow` |
//! | `seed` | pins the generated ids | new ids at every load |
//! | `languages` | `{ default: TAG, TAG: FILE }`; a file maps the definition's texts to translations | `en-US` |
//! | `authenticated` | every call needs a client-credential token | `false` |
//! | `follows_token` | it can be begun by a connector token only | `false` |
//! | `token_expires_in` | how long such a token can be redeemed | that of `sandbox.yaml` |
//! | `theme` | the theme that it is shown in; 4001 where `sandbox.yaml` has no such theme | none |
//! | `abandon_after` | after how long without a call an applicant counts as gone (4109) | never |
//! | `faults` | the faults that its calls meet, as [`fault`](super::fault) describes them | none |
//! | `nodes` | the nodes; the first is the root | must be given |
//!
//! A node is one of the following, with `title` and, but for `condition` and `end`, `next`: the name of a node, or `end`.
//! Without it the flow goes on with the node that follows in the file, and after `accept` and `reject` to END.
//!
//! | node | further keys |
//! | --- | --- |
//! | `form: NAME` | `subtitle`, `elements` |
//! | `service: NAME` | `type`, `takes`, `match`, `fails` |
//! | `interactive: NAME` | the same, `reenter`, and what its type asks for (below) |
//! | `condition: NAME` | `when`, `then`, `else` |
//! | `accept: NAME`, `reject: NAME` | |
//! | `end: NAME` | `text`, `redirect_url` |
//!
//! | interactive type | further keys | done by |
//! | --- | --- | --- |
//! | `TRULIOO_DOCV` | | the SDK's report for the short code, then a submit |
//! | `TWILIO` | `code` | the code |
//! | `TRULIOO_KYB_SEARCH` | `businesses` (`name`, `registration_number`, `country`, `address`), `finds` | one of those found |
//! | `TRULIOO_ELECTRONIC_ID` | `providers` | one of the providers |
//! | `PERSON_OCR`, `BUSINESS_OCR` | `files` (the types taken), `reads` (what forms that follow come filled in with) | a file's key |
//! | `FLOW_CONNECTOR` | | a connector token of this client and flow |
//!
//! A text message is sent, and a register searched, before the applicant sees the step: that is when `takes` passes and
//! `fails` strikes. The others run on what is submitted.
//!
//! `match`, `when`, `finds` and `fails: { code, when }` (or a list of such) are expressions over the answers so far:
//! `personal.last_name` (by role, or by the label in lower case with `_`), `person_match.match`, `person_match.attempt`, and in
//! a service its own `attempt`. A document verification also tells what the SDK `captured`, a search the `business` picked
//! (and, in `finds`, the `business` that is looked at), an electronic identity its `provider`.
//!
//! An element has `name`, `type`, `role`, `normalized_name`, `required`, `min` and `max` (number, date), `min_length`,
//! `max_length` and `pattern` (text), `options` (texts, or `{ value, label }`), `accept` (file), `date_format`, `tooltip`,
//! `tooltip_by_country`, `placeholder`, `value`, `content`, and `condition`: `{ element: NAME, equals: VALUE }`, with
//! `not_equals`, `in`, `filled` or `empty` in place of `equals`, or a list of such under `all` or `any`.
//!
//! `sandbox.yaml` has `clients` (`client_id`, `client_secret`, `scope`, `expires_in`), `retry_on_pending`,
//! `connector_token_expires_in`, `themes`, and `forget_after` (a day): how long a client is remembered that nobody calls.

mod account;
mod elements;
mod expression;
mod faults;
mod files;
mod graph;
mod ident;
mod model;
mod nodes;
mod reader;
mod service;
mod services;
#[cfg(test)]
mod tests;
mod text;
mod wire;

pub use account::secrets;
pub(in crate::sandbox) use elements::is_country;
pub use expression::{EvaluationError, Expression};
pub use files::load;
pub use ident::{hex_digest, snake_case};
pub use model::*;
pub use service::*;
pub use text::{ElementText, FormText};
