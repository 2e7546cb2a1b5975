//! Connector tokens: made for a client and a flow, good for once and for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::lock;
use crate::api::operation::Version;
use crate::sandbox::engine::Refusal;

/// The tokens that were made.
#[derive(Default)]
pub struct Connector {
    made: Mutex<HashMap<String, Token>>,
}

/// What a token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The client's id.
    pub client: Arc<str>,
    /// The flow's id.
    pub flow: String,
    /// The flow's version.
    pub version: Version,
    /// When it expires.
    pub end: Duration,
    /// Whether it was redeemed.
    pub redeemed: bool,
}

impl Connector {
    pub fn add(&self, name: &str, token: Token) {
        lock(&self.made).insert(name.to_owned(), token);
    }

    /// What a token is for, if it is good and `allowed`.
    ///
    /// # Errors
    ///
    /// 4011 for a token that was never made or is redeemed already, 4012 for one that came too late, and what `allowed`
    /// says.
    pub fn check(
        &self,
        name: &str,
        now: Duration,
        allowed: impl Fn(&Token) -> Result<(), Refusal>,
    ) -> Result<Token, Refusal> {
        let token = lock(&self.made).get(name).filter(|token| !token.redeemed).cloned();
        let token = token.ok_or_else(|| Refusal::new(4011))?;
        if token.end <= now {
            return Err(Refusal::new(4012));
        }
        allowed(&token)?;
        Ok(token)
    }

    /// Uses a token up; whether it was there to be used.
    pub fn spend(&self, name: &str) -> bool {
        let mut made = lock(&self.made);
        made.get_mut(name).is_some_and(|token| !std::mem::replace(&mut token.redeemed, true))
    }

    /// Forgets tokens that expired before a moment. Until then one that came too late is told from one never made.
    pub fn forget(&self, before: Duration) {
        lock(&self.made).retain(|_, token| token.end >= before);
    }
}
