//! The sandbox over HTTP: the routes and headers of the real service on a loopback port.
//!
//! Thin by intent: it finds the flow, the session and the time, and asks the engine. The sessions are spread over many
//! locks, so that thousands of applicants do not wait for each other; no lock is held while a request waits.

mod clients;
mod connector;
mod entry;
mod links;
mod listen;
mod profile;
mod reply;
mod routes;
mod state;
mod steps;
mod tokens;

#[cfg(test)]
mod account_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use listen::{Server, ServerOptions};
