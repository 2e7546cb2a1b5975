//! The sandbox: the flow-execution API, embedded.
//!
//! A faithful double of the reference, for scenarios that run without a base URL, for front-end work and for demos. Three
//! rooms, each knowing only those before it:
//!
//! - [`definition`]: a flow as its YAML file defines it, read once with every mistake reported together;
//! - [`engine`]: what the API does, as a pure state machine over a definition and a session;
//! - [`server`]: the same over HTTP on a loopback port: routes, headers, the sessions, the clock.
//!
//! # Where a new thing goes
//!
//! - **A node kind**: a variant of [`definition::NodeKind`], its keys in `definition/nodes.rs`, what happens on entering
//!   it in `engine/advance.rs`, and, where it waits for the applicant, its answer in `engine/render.rs` and its submit in
//!   `engine/submit.rs`.
//! - **An interactive service**: a row of [`definition::INTERACTIVE_TYPES`], which gives its name on the wire, whether it
//!   can be entered again, and what its submit must hold. **A service in the background** needs nothing but its name in
//!   [`definition::SERVICE_TYPES`].
//! - **An element validation**: a field of [`definition::Rules`], its key in `definition/elements.rs`, its test in
//!   `engine/validate.rs`, and its form on the wire in `engine/render.rs`.
//! - **A fault**: none yet; they will wrap the handlers in `server/routes.rs`, so that the engine stays what the
//!   reference describes.

pub mod definition;
pub mod engine;
pub mod fault;
pub mod server;

#[cfg(test)]
mod examples;

pub use definition::{Library, load};
pub use server::{Server, ServerOptions};
