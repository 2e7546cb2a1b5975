//! What all calls share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

use super::headers::header;
use super::stores::clients::{Client, Clients};
use super::stores::connector::Connector;
use super::stores::fault_counts::FaultCounts;
use super::stores::links::Links;
use super::stores::lock;
use super::stores::short_codes::ShortCodes;
use super::stores::tokens::Tokens;
use crate::api::operation::Version;
use crate::api::token::SCOPE;
use crate::api::wire::RETRY_ON_PENDING_LIMIT;
use crate::sandbox::definition::{Definition, Library};
use crate::sandbox::engine::Refusal;

/// How long a client is remembered that nobody calls, unless `sandbox.yaml` says otherwise.
const FORGET_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// What all calls share.
pub(super) struct State {
    served: RwLock<Arc<Library>>,
    faulty: AtomicBool,
    pub(super) clients: Clients,
    pub(super) tokens: Tokens,
    pub(super) connector: Connector,
    pub(super) links: Links,
    pub(super) short_codes: ShortCodes,
    pub(super) fault_counts: FaultCounts,
    /// The wall clock's time at which the engine's begins.
    pub(super) epoch: Timestamp,
    retry_on_pending: Option<Duration>,
    /// Whether pages from elsewhere may call.
    pub(super) browsers: bool,
    began: Instant,
    /// Closed by the server's stop: what waits gives up.
    pub(super) stopping: watch::Receiver<bool>,
}

impl State {
    pub(super) fn new(
        library: Library,
        retry_on_pending: Option<Duration>,
        browsers: bool,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        State {
            faulty: AtomicBool::new(library.has_faults()),
            served: RwLock::new(Arc::new(library)),
            clients: Clients::new(),
            tokens: Tokens::default(),
            connector: Connector::default(),
            links: Links::default(),
            short_codes: ShortCodes::default(),
            fault_counts: FaultCounts::default(),
            epoch: Timestamp::now(),
            retry_on_pending,
            browsers,
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

    /// Whether any definition has faults.
    pub(super) fn has_faults(&self) -> bool {
        self.faulty.load(Ordering::Relaxed)
    }

    pub(super) fn served(&self) -> Arc<Library> {
        Arc::clone(&self.served.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn publish(&self, mut library: Library) -> Vec<String> {
        let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
        let changed = library.take_over(&served);
        self.faulty.store(library.has_faults(), Ordering::Relaxed);
        *served = Arc::new(library);
        changed
    }

    pub(super) fn retry_on_pending(&self) -> Duration {
        self.retry_on_pending.or(self.served().account.retry_on_pending).unwrap_or(RETRY_ON_PENDING_LIMIT)
    }

    /// A version of a flow.
    ///
    /// # Errors
    ///
    /// 4000 where there is none, as for a draft that is not published.
    pub(super) fn definition(&self, flow: &str, version: Version) -> Result<Arc<Definition>, Refusal> {
        let served = self.served.read().unwrap_or_else(PoisonError::into_inner);
        served.flow(flow).and_then(|flow| flow.version(version).cloned()).ok_or_else(|| Refusal::new(4000))
    }

    /// A client that is known in a version: draft and live have nothing in common.
    ///
    /// # Errors
    ///
    /// 4100 where there is none.
    pub(super) fn client(&self, id: &str, version: Version) -> Result<Arc<Mutex<Client>>, Refusal> {
        let client = self.clients.get(id)?;
        let known = lock(&client).is_in(version);
        if known { Ok(client) } else { Err(Refusal::new(4100)) }
    }

    /// # Errors
    ///
    /// 4050 without a client-credential token that holds.
    pub(super) fn authorize(&self, headers: &HeaderMap, now: Duration) -> Result<(), Refusal> {
        let given = header(headers, &AUTHORIZATION).and_then(|value| value.split_once(' '));
        let bearer = given.filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
        let holds = bearer.is_some_and(|(_, token)| self.tokens.holds(token.trim(), SCOPE, now));
        if holds { Ok(()) } else { Err(Refusal::new(4050)) }
    }

    /// Forgets whom nobody has called for a long time, and what was theirs.
    pub(super) fn forget(&self) {
        let (now, limit) = (self.now(), self.served().account.forget_after.unwrap_or(FORGET_AFTER));
        self.clients.forget(now, limit);
        let there = |client: &str| self.clients.get(client).is_ok();
        self.short_codes.forget(there);
        self.links.forget(there);
        self.connector.forget(now.saturating_sub(limit));
    }
}
