//! draftgate
pub mod api;
pub mod jsonpath;
pub mod source;
pub mod yaml;
