//! The flow-execution API: what it promises, and a client for it.
//!
//! Everything that the vendor's reference says is written down here once, for the client, the sandbox, the checks and
//! the documentation alike: [`codes`] the error table, [`language`] the tags, [`operation`] the calls and their
//! paths, [`wire`] the shapes of answers, [`element`] those of form elements, [`rename`] which of them only has a new label, [`file`](mod@file) the files that are taken.

pub mod client;
pub mod codes;
pub mod element;
pub mod exchange;
pub mod field;
pub mod file;
pub mod id;
pub mod language;
pub mod operation;
pub mod pattern;
pub mod rename;
pub mod rules;
pub mod token;
pub mod wire;
