//! What the server remembers: clients, tokens, links. None of them knows of a request.

pub mod clients;
pub mod connector;
pub mod fault_counts;
pub mod links;
pub mod short_codes;
pub mod tokens;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, also what a panicking thread left locked: better a session in the state that it was left in than none.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
