//! Accepted answers, and how a new answer is held against them.
//!
//! Comparing, deciding and writing are apart: [`normalise`] makes one text of an answer that stays the same while the
//! flow's behaviour does, [`mod@compare`] holds it against the accepted text, [`policy`] decides what follows, and only
//! [`store`] touches files, in the format of the `insta` crate, so that its review tools take them too. [`name`] says
//! which file belongs to a step, [`unreferenced`] which files belong to none, [`waiting`] what is known of an answer that
//! awaits review.

pub mod compare;
mod generated;
mod json_text;
pub mod name;
mod names;
pub mod normalise;
mod outline;
mod place;
pub mod policy;
mod prune;
mod render;
pub mod store;
pub mod unreferenced;
pub mod waiting;

pub use compare::{Comparison, compare};
pub use names::Names;
pub use normalise::Options;
pub use outline::{Outline, Outlines};
pub use policy::{Decision, PolicyError, UpdatePolicy, Write, ci_variable, decide};
pub use store::{Found, Header, Pending, Settled, Store, StoreError, Taken};
pub use waiting::Waiting;
