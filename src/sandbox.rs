//! The sandbox: the flow-execution API, embedded.
//!
//! A faithful double of the reference, for scenarios that run without a base URL, for front-end work and for demos. Its
//! rooms, each knowing only those before it:
//!
//! - [`fault`]: faults on demand, by name;
//! - [`definition`]: a flow as its YAML file defines it, read once with every mistake reported together;
//! - [`engine`]: what the API does, as a pure state machine over a definition and a session;
//! - [`server`]: the same over HTTP on a loopback port: routes, headers, the sessions, the clock, the faults.
//!
//! # Where a new thing goes
//!
//! - **A node kind**: a variant of [`definition::NodeKind`], its keys in `definition/nodes.rs`, what happens on entering
//!   it in `engine/advance.rs`, and, where it waits for the applicant, its answer in `engine/render.rs` and its submit in
//!   `engine/submit.rs`.
//! - **An interactive service**: a row of [`definition::INTERACTIVE_TYPES`], which gives its name on the wire, whether it
//!   can be entered again, when it runs and its task. A task of a new kind is a variant of [`definition::Task`]: the compiler
//!   asks for its keys (`definition/services.rs`), what its step shows (`engine/render.rs`) and when it is done
//!   (`engine/submit.rs`). **A service in the background** needs nothing but its name in [`definition::SERVICE_TYPES`].
//! - **An element validation**: a field of [`definition::Rules`], its key in `definition/elements.rs`, its test in
//!   `engine/validate.rs`, and its form on the wire in `definition/wire.rs`.
//! - **A fault**: a variant of [`fault::FaultKind`] or [`fault::Spoil`] and its name; `server/faults.rs` does it, round the
//!   calls, so that the engine stays what the reference describes.
//! - **An operation**: a row of [`crate::api::operation::OPERATIONS`], which is also the router; the compiler asks for its
//!   call in `server/calls.rs`.

pub mod definition;
pub mod engine;
pub mod fault;
pub mod server;

#[cfg(test)]
mod examples;

pub use definition::{Library, load, secrets};
pub use server::{Server, ServerOptions};
