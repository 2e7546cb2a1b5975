//! The bytes on the wire, in both directions, so that the client and the sandbox cannot share a mistake: the client is
//! held against a server that shares no code with it, the sandbox against requests written by hand.

#[allow(dead_code, reason = "each test binary uses its own part of the fixture")]
#[path = "../project/mod.rs"]
mod project;
#[allow(dead_code, reason = "each test binary uses its own part of the fixture")]
#[path = "../scripted/mod.rs"]
mod scripted;
#[allow(dead_code, reason = "each test binary uses its own part of the fixture")]
#[path = "../wire/mod.rs"]
mod wire;

mod bounds;
mod operations;
mod retries;
mod sandbox_account;
mod sandbox_answers;
mod sandbox_browsers;
mod sandbox_faults;
mod sandbox_http;
mod sandbox_refusals;
mod sandbox_server;
mod submits;
mod tokens;
mod wire_api;
