//! draftgate
pub mod api;
pub mod fake;
pub mod jsonpath;
pub mod source;
pub mod yaml;
