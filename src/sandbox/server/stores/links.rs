//! Links between end clients.

use std::collections::BTreeSet;
use std::sync::Mutex;

use super::lock;

/// The links that were made.
#[derive(Default)]
pub struct Links {
    made: Mutex<BTreeSet<(String, String, &'static str)>>,
}

impl Links {
    /// Makes a link; making it again changes nothing.
    pub fn add(&self, from: String, to: String, kind: &'static str) {
        lock(&self.made).insert((from, to, kind));
    }

    /// Forgets the links of clients that are not there any more.
    pub fn forget(&self, there: impl Fn(&str) -> bool) {
        lock(&self.made).retain(|(from, to, _)| there(from) && there(to));
    }

    /// Removes the links from one client to another, of whatever type; whether there was any.
    pub fn remove(&self, from: &str, to: &str) -> bool {
        let mut made = lock(&self.made);
        let before = made.len();
        made.retain(|(known_from, known_to, _)| known_from != from || known_to != to);
        made.len() < before
    }
}
