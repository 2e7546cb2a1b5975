//! A flow as it is defined: nodes, elements, languages; and the library of all flows that a sandbox serves.
//!
//! Owns the model and the reading of it. A definition that was read is sound: every name in it leads somewhere, every
//! expression compiles, and no way through it runs in circles without waiting for the applicant.

mod account;
mod elements;
mod expression;
mod files;
mod graph;
mod ident;
mod model;
mod nodes;
mod reader;
#[cfg(test)]
mod tests;

pub(in crate::sandbox) use elements::is_country;
pub use expression::{EvaluationError, Expression};
pub use files::load;
pub use ident::{hex_digest, snake_case};
pub use model::*;
