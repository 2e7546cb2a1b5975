//! Client-credential tokens.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use uuid::Uuid;

use super::lock;

/// The tokens that were made, each with its end.
#[derive(Default)]
pub struct Tokens {
    made: Mutex<HashMap<String, Duration>>,
}

impl Tokens {
    /// A new token.
    pub fn make(&self, now: Duration, expires_in: Duration) -> String {
        let token = Uuid::new_v4().simple().to_string();
        let mut made = lock(&self.made);
        made.retain(|_, end| *end > now);
        made.insert(token.clone(), now.saturating_add(expires_in));
        token
    }

    /// Whether a token was made and has not expired.
    pub fn holds(&self, token: &str, now: Duration) -> bool {
        lock(&self.made).get(token).is_some_and(|end| *end > now)
    }
}
