//! draftgate
pub mod api;
pub mod diff;
pub mod jsonpath;
pub mod snapshot;
pub mod source;
pub mod yaml;
