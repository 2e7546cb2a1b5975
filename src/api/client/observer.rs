//! Who is told of limits that change.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::LimitChange;

/// What hears of a change.
pub type Tell = Box<dyn Fn(LimitChange) + Send + Sync>;

/// The one who listens now, or nobody.
#[derive(Default)]
pub(super) struct Observer(Mutex<Option<Tell>>);

impl Observer {
    pub fn set(&self, tell: Option<Tell>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = tell;
    }

    pub fn tell(&self, change: LimitChange) {
        if let Some(tell) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            tell(change);
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Observer")
    }
}
