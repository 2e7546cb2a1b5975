//! Applicants who are on the way while a flow is published: parked before, and looked after when it is done.
//!
//! [`hold()`] makes applicants stand on every step that is known to be reached, and leaves their sessions there; what it takes to
//! go on as them is [`Held`], a file. [`resume()`] asks the API where they stand now, and goes on as them with made-up data, as far
//! as one gets. [`judge`] says what that means for an applicant. Which ways lead to which step, [`crate::conform`] finds.
//!
//! | module | owns |
//! | --- | --- |
//! | [`mod@file`] | what is kept between the two: sessions, what was seen and entered |
//! | `plan` | where applicants are to stand: pure |
//! | `hold` | standing there |
//! | `resume` | going on |
//! | [`judge`] | fine, hindered or lost: pure |
//! | [`verdict`] | the same as data: for reports |

pub mod file;
mod hold;
pub mod judge;
mod plan;
mod resume;
pub mod verdict;

pub use file::Held;
pub use hold::{CutShort, Holding, hold};
pub use resume::{Found, Manner, Met, Resumed, resume};
