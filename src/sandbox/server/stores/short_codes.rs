//! Short codes: how the SDK of the document verification finds the applicant.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::lock;

/// The codes that were shown, each with its client.
#[derive(Default)]
pub struct ShortCodes {
    shown: Mutex<HashMap<String, Arc<str>>>,
}

impl ShortCodes {
    pub fn add(&self, code: String, client: &Arc<str>) {
        lock(&self.shown).entry(code).or_insert_with(|| Arc::clone(client));
    }

    /// The client that a code was shown to.
    pub fn client(&self, code: &str) -> Option<Arc<str>> {
        lock(&self.shown).get(&code.to_ascii_lowercase()).cloned()
    }

    /// Forgets the codes of clients that are not there any more.
    pub fn forget(&self, there: impl Fn(&str) -> bool) {
        lock(&self.shown).retain(|_, client| there(client));
    }
}
