//! What the flow API does, as a pure state machine: (definition, session, action, time) → (session, answer).
//!
//! It has no clock, no socket and no randomness: the time is handed in as what has passed since some beginning, ids come
//! from the caller or follow from those that did. Handed the same, it does the same. All that it changes is the session
//! that it was handed, which is how two applicants cannot influence each other.
//!
//! ```
//! # let folder = tempfile::tempdir().unwrap();
//! # let path = folder.path().join("hello.flow.yaml");
//! # std::fs::write(&path, "nodes:\n  - form: greeting\n    elements: [ { name: Name, type: text } ]\n").unwrap();
//! # let library = draftgate::sandbox::load(&mut Default::default(), &[path]).unwrap();
//! # let definition = library.flow("hello").unwrap().draft.clone().unwrap();
//! use std::time::Duration;
//! use draftgate::sandbox::engine::{Action, Answer, Session, act};
//!
//! let mut session = Session::new(&definition, "6f1c…", Duration::ZERO).unwrap();
//! assert_eq!(act(&definition, &mut session, Action::Current, Duration::ZERO).unwrap(), Answer::Step);
//! ```

mod act;
mod advance;
mod answers;
mod profile;
mod refusal;
mod render;
mod session;
mod submit;
mod validate;

#[cfg(test)]
mod interactive_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;

pub use act::{Action, Answer, act, arrive, perform};
pub(super) use advance::settle;
pub use answers::{FormAnswers, Given};
pub(super) use profile::timestamp;
pub use profile::{Status, flow_data, status};
pub use refusal::Refusal;
pub use render::{render, short_code_shown};
pub use session::{Position, Run, Session, UploadedFile};
pub use submit::{takes_data, takes_token};
