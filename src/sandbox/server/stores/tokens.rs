//! Client-credential tokens.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use uuid::Uuid;

use super::lock;

/// The tokens that were made.
#[derive(Default)]
pub struct Tokens {
    made: Mutex<HashMap<String, Token>>,
}

struct Token {
    scope: String,
    end: Duration,
}

impl Tokens {
    /// A new token.
    pub fn make(&self, scope: &str, now: Duration, expires_in: Duration) -> String {
        let token = Uuid::new_v4().simple().to_string();
        let mut made = lock(&self.made);
        made.retain(|_, token| token.end > now);
        made.insert(token.clone(), Token { scope: scope.to_owned(), end: now.saturating_add(expires_in) });
        token
    }

    /// Whether a token was made, has this scope and has not expired.
    pub fn holds(&self, token: &str, scope: &str, now: Duration) -> bool {
        let good = |token: &Token| token.end > now && token.scope.split(' ').any(|own| own == scope);
        lock(&self.made).get(token).is_some_and(good)
    }
}
