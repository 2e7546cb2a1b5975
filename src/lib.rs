//! draftgate
pub mod api;
pub mod jsonpath;
pub mod sandbox;
pub mod source;
pub mod yaml;
