//! draftgate
pub mod api;
pub mod fake;
pub mod jsonpath;
pub mod matcher;
pub mod redact;
pub mod source;
pub mod template;
pub mod yaml;
