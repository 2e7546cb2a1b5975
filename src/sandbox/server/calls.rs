//! The calls: each finds what it is about, asks the engine, and says what came of it.

mod capture;
mod connector;
mod entry;
mod links;
mod profile;
mod steps;
mod tokens;
mod visit;

use std::sync::Arc;

use super::reply::Reply;
use super::request::Request;
use super::state::State;
use crate::api::operation::Operation;

pub(super) use capture::capture;
pub(super) use tokens::token;

/// Does what an operation does.
pub(super) async fn call(state: &Arc<State>, operation: Operation, request: Request) -> Reply {
    let reply = match operation {
        Operation::FlowStep => steps::flow(state, &request),
        Operation::SubmitStep => steps::submit(state, request).await,
        Operation::SubmitFile => steps::file(state, request).await,
        Operation::BackStep => steps::back(state, &request),
        Operation::PrefilledInit => entry::prefilled(state, &request),
        Operation::SignedUrl => entry::signed_url(state, &request),
        Operation::Connect => connector::connect(state, &request),
        Operation::Redeem => connector::redeem(state, &request),
        Operation::Link => links::link(state, request).await,
        Operation::Unlink => links::unlink(state, request).await,
        Operation::Profile => profile::profile(state, &request),
    };
    // A refusal is an answer as well.
    reply.unwrap_or_else(|refused| refused)
}
