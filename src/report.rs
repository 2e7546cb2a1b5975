//! Text for people: the only room, beside `cli`, where text is made.
//!
//! A reporter is told what happens as an [`Event`](crate::outcome::Event), with [`notes`] in place of outcomes, and writes to
//! what it was given. Nothing here decides anything.

pub mod beginning;
pub mod conformance;
pub mod coverage;
pub mod curl;
pub mod diagnostic;
pub mod difference;
pub mod discretion;
pub mod explanation;
pub mod exploration;
pub mod failure;
pub mod findings;
pub mod gaps;
pub mod gate;
pub mod github;
pub mod gitlab;
pub mod holding;
pub mod html;
pub mod jsonl;
pub mod junit;
mod limit;
pub mod markdown;
pub mod notes;
pub mod notice;
mod paint;
pub mod patch;
pub mod picture;
pub mod sentence;
pub mod terminal;
pub mod transcript;
pub mod witness;
