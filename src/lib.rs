//! draftgate
pub mod api;
pub mod expect;
pub mod fake;
pub mod jsonpath;
pub mod matcher;
pub mod redact;
pub mod scenario;
pub mod session;
pub mod source;
pub mod template;
pub mod yaml;
