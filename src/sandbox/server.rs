//! The sandbox over HTTP: the routes and headers of the real service on a loopback port.
//!
//! Thin by intent: it finds the flow, the session and the time, and asks the engine. It speaks HTTP through hyper itself:
//! the API's own table of operations is the router, for requests and for the faults on demand that lie on them. The
//! sessions are spread over many locks, so that thousands of applicants do not wait for each other; no lock is held while
//! a request waits.

mod answer;
mod browsers;
mod calls;
mod faults;
mod headers;
mod listen;
mod reply;
mod request;
mod routes;
mod spoilt;
mod state;
mod stores;

#[cfg(test)]
mod account_tests;
#[cfg(test)]
mod arrival_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use listen::{Server, ServerOptions};
