//! What the server remembers: clients, tokens, links. None of them knows of a request.

pub mod clients;
pub mod connector;
pub mod fault_counts;
pub mod links;
pub mod short_codes;
pub mod tokens;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, also what a panicking thread left locked: everything here is changed in one go or not at all.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
