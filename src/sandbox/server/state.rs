//! What all handlers share.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

use super::clients::Clients;
use super::connector::Connector;
use super::links::Links;
use super::tokens::Tokens;
use crate::api::operation::Version;
use crate::sandbox::definition::{Definition, Library};
use crate::sandbox::engine::Refusal;

/// How long a submit with `x-hf-retry-on-pending` blocks, by the reference.
const RETRY_ON_PENDING: Duration = Duration::from_secs(30);

/// What all handlers share.
pub(super) struct State {
    served: RwLock<Arc<Library>>,
    pub(super) clients: Clients,
    pub(super) tokens: Tokens,
    pub(super) connector: Connector,
    pub(super) links: Links,
    /// The wall clock's time at which the engine's begins.
    pub(super) epoch: Timestamp,
    retry_on_pending: Option<Duration>,
    began: Instant,
    /// Closed by the server's stop: what waits gives up.
    pub(super) stopping: watch::Receiver<bool>,
}

impl State {
    pub(super) fn new(library: Library, retry_on_pending: Option<Duration>, stopping: watch::Receiver<bool>) -> Self {
        State {
            served: RwLock::new(Arc::new(library)),
            clients: Clients::new(),
            tokens: Tokens::default(),
            connector: Connector::default(),
            links: Links::default(),
            epoch: Timestamp::now(),
            retry_on_pending,
            began: Instant::now(),
            stopping,
        }
    }

    /// The engine's time.
    pub(super) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// The moment of an engine's time.
    pub(super) fn instant(&self, at: Duration) -> Instant {
        self.began + at
    }

    pub(super) fn served(&self) -> Arc<Library> {
        Arc::clone(&self.served.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn publish(&self, library: Library) {
        *self.served.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(library);
    }

    pub(super) fn retry_on_pending(&self) -> Duration {
        self.retry_on_pending.or(self.served().account.retry_on_pending).unwrap_or(RETRY_ON_PENDING)
    }

    /// A version of a flow.
    ///
    /// # Errors
    ///
    /// 4000 where there is none, as for a draft that is not published.
    pub(super) fn definition(&self, flow: &str, version: Version) -> Result<Arc<Definition>, Refusal> {
        self.served().flow(flow).and_then(|flow| flow.version(version).cloned()).ok_or_else(|| Refusal::new(4000))
    }
}
