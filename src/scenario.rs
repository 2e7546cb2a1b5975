//! Scenarios: finding, reading and checking the files that people write.
//!
//! [`load()`] reads **all** files and reports every mistake together, before any request is sent. What comes out
//! ([`Suite`]) is sound: names are defined, fragments expanded in place, cases and data files read, every node with its
//! span.
//!
//! **A new action goes into [`action`]**: a variant of [`action::Action`] and a row in [`action::ACTIONS`]; the compiler
//! then leads to the one `match` that performs it, in `session::perform`. A new expectation goes into [`expectation`].

pub mod action;
mod capture;
mod cases;
mod check;
pub mod credentials;
mod data_files;
mod discover;
pub mod entered;
pub mod expectation;
mod fragment;
mod load;
mod model;
mod modifiers;
mod options;
mod personas;
pub mod pieces;
mod read;
mod step;

pub use capture::{Capture, CaptureFrom};
pub use cases::Case;
pub use discover::{Discovery, FLOW_SUFFIXES, NO_SCENARIOS, discover};
pub use fragment::Fragment;
pub(crate) use load::read_alone;
pub use load::{Suite, load};
pub use model::{Auth, Scenario, Test};
pub use modifiers::{BARE_MODIFIERS, LIMITED_MODIFIERS};
pub use options::{Checks, MOST_RETRIES, RULES, Rule, SnapshotOptions, parse_duration};
pub(crate) use options::{read_duration, read_retries};
pub use personas::{PERSONA_FILES, Persona, read_personas};
pub use step::{Fill, MOST_TIMES, Repeat, SessionHeader, Step};
