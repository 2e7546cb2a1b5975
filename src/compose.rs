//! Scenarios that are written by the program: from a walk through a flow, from a recording of calls.
//!
//! Owns how such a scenario reads: what a field is called ([`field`]), what is said of its rules, which values become
//! variables ([`personal`]), what may not come up again ([`entered`]), and the text itself ([`write()`]), which is what a person would have written. [`draft`] is the
//! scenario before it is text; [`recording`] makes one of exchanges; [`walk`] and [`har`] are where exchanges come from. It
//! writes no file.
//!
//! What is written is read back by the scenario reader to the same values: a property test holds it to that.

pub mod draft;
pub mod entered;
pub mod field;
pub mod har;
pub mod personal;
pub mod recording;
mod scalar;
#[cfg(test)]
mod tests;
pub mod walk;
pub mod witness;
mod write;

pub use draft::{Argument, Data, Draft, Field, Step, Var, saying};
pub use entered::Entered;
pub use personal::Treatment;
pub use recording::{Composed, Composition, Options, Recorded, compose};
pub use write::write;
