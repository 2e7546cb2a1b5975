//! draftgate
pub mod api;
pub mod cli;
pub mod diff;
pub mod expect;
pub mod fake;
pub mod jsonpath;
pub mod matcher;
pub mod outcome;
pub mod redact;
pub mod report;
pub mod runner;
pub mod sandbox;
pub mod scenario;
pub mod session;
pub mod snapshot;
pub mod source;
pub mod template;
pub mod yaml;

pub use cli::harness::run_folder;
