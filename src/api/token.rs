//! Client-credential tokens: fetched once, shared by everyone, renewed before they expire.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::redact::Secret;

/// The scope that the vendor's documentation asks a token for.
pub const SCOPE: &str = "workflow.studio.api";

/// How long before its end a token is renewed.
const MARGIN: Duration = Duration::from_secs(30);

/// What a token is fetched with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// `client_id`
    pub client_id: String,
    /// `client_secret`
    pub client_secret: Secret,
    /// `scope`
    pub scope: String,
}

/// A token with its end.
#[derive(Debug, Clone)]
pub struct Token {
    /// The bearer token.
    pub value: Secret,
    /// When it stops to be valid.
    pub until: Instant,
}

impl Token {
    /// A token that is valid from now on for as long as the server said. Short-lived ones are used for half their life,
    /// so that one is never sent in its last moments.
    pub fn new(value: Secret, lives: Duration) -> Self {
        let margin = MARGIN.min(lives / 2);
        Token { value, until: Instant::now() + lives - margin }
    }

    fn is_fresh(&self) -> bool {
        Instant::now() < self.until
    }
}

/// The token that everyone shares.
#[derive(Debug, Default)]
pub struct TokenCache {
    slot: Mutex<Option<Token>>,
}

impl TokenCache {
    /// The token, fetched by whoever comes first while the others wait.
    pub async fn get<E>(&self, fetch: impl AsyncFnOnce() -> Result<Token, E>) -> Result<Secret, E> {
        let mut slot = self.slot.lock().await;
        if let Some(token) = slot.as_ref().filter(|token| token.is_fresh()) {
            return Ok(token.value.clone());
        }
        let token = fetch().await?;
        let value = token.value.clone();
        *slot = Some(token);
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn fetched_once_and_again_when_stale() {
        let cache = TokenCache::default();
        let fetched = AtomicUsize::new(0);
        let get = async |lives: Duration| {
            cache
                .get(async || {
                    let n = fetched.fetch_add(1, Ordering::SeqCst);
                    Ok::<_, ()>(Token::new(Secret::new(format!("t{n}")), lives))
                })
                .await
                .unwrap()
                .expose()
                .to_owned()
        };
        assert_eq!(get(Duration::from_secs(3600)).await, "t0");
        assert_eq!(get(Duration::from_secs(3600)).await, "t0");
        cache.slot.lock().await.as_mut().unwrap().until = Instant::now();
        assert_eq!(get(Duration::ZERO).await, "t1");
        assert_eq!(get(Duration::ZERO).await, "t2", "a token without life is never shared");
    }
}
