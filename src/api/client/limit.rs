//! How many requests are in flight at one host, and how many a second.
//!
//! What is bounded are requests, not scenarios: one that waits between two polls holds nothing up. How many there may be is
//! configured, or found out by [`gradient`]; [`pace`] says when the next one may begin. A request that takes far longer than
//! its like, as one that the API holds back or never answers, gives its place to another, so that the rest goes on.

mod gradient;
mod pace;
#[cfg(test)]
mod simulated;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use reqwest::Url;
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::Instant;

pub(super) use gradient::Outcome;
pub use gradient::Reason;
use gradient::{Gradient, Sample};
use pace::Pace;

/// The longest pause that a host is given, whatever it asks for.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The pause of a host that answers 429 and does not say for how long.
const PAUSE: Duration = Duration::from_millis(500);
/// A search begins with this part of the most requests in flight, and with no more than this.
const FIRST_PART: usize = 8;
const MOST_FIRST: usize = 96;
/// After this time, or several times the usual one, a request gives its place to another.
const PATIENCE: Duration = Duration::from_secs(2);
const USUAL_TIMES: u32 = 5;
/// At least so many connections are remembered, and otherwise twice as many as there may be requests.
const LEAST_CONNECTIONS: usize = 1024;

/// How many requests may be in flight at a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concurrency {
    /// So many.
    Fixed(usize),
    /// As many as the host takes without becoming slower, up to so many.
    Adaptive {
        /// The most at a host on this machine.
        local: usize,
        /// The most at any other.
        remote: usize,
    },
}

impl Concurrency {
    /// The most requests that are ever in flight at a host.
    pub(super) fn most(self, local: bool) -> usize {
        let most = match self {
            Concurrency::Fixed(most) => most,
            Concurrency::Adaptive { local: most, .. } if local => most,
            Concurrency::Adaptive { remote: most, .. } => most,
        };
        most.clamp(1, Semaphore::MAX_PERMITS)
    }
}

/// A limit that has changed so much that it is worth telling.
#[derive(Debug, Clone, PartialEq)]
pub struct LimitChange {
    /// The host, with its port.
    pub host: String,
    /// How many requests could be in flight.
    pub from: usize,
    /// How many can be now.
    pub to: usize,
    /// The most requests a second from now on, where that was found out.
    pub rate: Option<f64>,
    /// How long no request begins.
    pub pause: Option<Duration>,
    /// Why.
    pub reason: Reason,
}

/// The limits of all hosts.
#[derive(Debug)]
pub(super) struct Limiters {
    concurrency: Concurrency,
    rate: Option<f64>,
    /// They are two or three, which every request looks through: no more than comparing names.
    hosts: RwLock<Vec<Host>>,
}

/// A host by its name and its port, where that is not the scheme's own.
#[derive(Debug)]
struct Host {
    name: String,
    port: Option<u16>,
    limiter: Arc<Limiter>,
}

impl Limiters {
    pub fn new(concurrency: Concurrency, rate: Option<f64>) -> Self {
        Limiters { concurrency, rate, hosts: RwLock::default() }
    }

    /// The limits of a URL's host.
    pub fn of(&self, url: &Url) -> Arc<Limiter> {
        let (name, port) = (url.host_str().unwrap_or_default(), url.port());
        let find = |hosts: &[Host]| {
            hosts.iter().find(|host| host.port == port && host.name == name).map(|host| host.limiter.clone())
        };
        if let Some(known) = find(&self.hosts.read().unwrap_or_else(PoisonError::into_inner)) {
            return known;
        }
        let mut hosts = self.hosts.write().unwrap_or_else(PoisonError::into_inner);
        // Another may have come first.
        if let Some(known) = find(&hosts) {
            return known;
        }
        let shown = port.map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"));
        let limiter = Arc::new(Limiter::new(shown, self.concurrency, super::is_loopback(url), self.rate));
        hosts.push(Host { name: name.to_owned(), port, limiter: limiter.clone() });
        limiter
    }
}

/// Bounds the requests to one host.
#[derive(Debug)]
pub(super) struct Limiter {
    host: String,
    began: Instant,
    most: usize,
    permits: Semaphore,
    /// One after the other waits for its time, where there is a pace or a pause.
    gate: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    /// How many requests may be under way, those that gave their place to another among them.
    allowed: watch::Sender<usize>,
}

#[derive(Debug)]
struct State {
    /// Finds the limit, unless it is fixed.
    gradient: Option<Gradient>,
    pace: Pace,
    /// How many permits there are, those that were lent apart.
    limit: usize,
    /// How many of them are too many, and go when they come back.
    debt: usize,
    /// Requests under way that count, and those that have given their place to another.
    in_flight: usize,
    lent: usize,
    /// When the next request may begin, in the time of the limiter.
    paused_until: Duration,
    /// The limit that was told of last.
    told: usize,
    /// The addresses on this side of the connections that were used before.
    connections: HashSet<SocketAddr>,
}

impl Limiter {
    pub fn new(host: String, concurrency: Concurrency, local: bool, rate: Option<f64>) -> Self {
        let most = concurrency.most(local);
        let gradient = match concurrency {
            Concurrency::Fixed(_) => None,
            Concurrency::Adaptive { .. } => {
                Some(Gradient::new(most.div_ceil(FIRST_PART).min(MOST_FIRST), most, !local))
            }
        };
        let limit = gradient.as_ref().map_or(most, Gradient::limit);
        let state = State {
            gradient,
            pace: Pace::new(rate),
            limit,
            debt: 0,
            in_flight: 0,
            lent: 0,
            paused_until: Duration::ZERO,
            told: limit,
            connections: HashSet::new(),
        };
        Limiter {
            host,
            began: Instant::now(),
            most,
            permits: Semaphore::new(limit),
            gate: tokio::sync::Mutex::default(),
            state: Mutex::new(state),
            allowed: watch::Sender::new(limit),
        }
    }

    /// How many requests may be under way, now and from now on.
    pub fn allowed(&self) -> watch::Receiver<usize> {
        self.allowed.subscribe()
    }

    fn allow(&self, state: &State) {
        let count = state.limit + state.lent;
        self.allowed.send_if_modified(|allowed| std::mem::replace(allowed, count) != count);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// Waits until one more request may begin; it counts until the turn ends.
    pub async fn enter(&self) -> Turn<'_> {
        // The semaphore is never closed.
        let permit = self.permits.acquire().await.ok();
        if self.state().waits(self.now()) {
            let _gate = self.gate.lock().await;
            loop {
                let slot = self.state().slot(self.now());
                match slot {
                    Ok(()) => break,
                    Err(at) => tokio::time::sleep_until(self.began + at).await,
                }
            }
        }
        let mut state = self.state();
        state.in_flight += 1;
        let in_flight = state.in_flight;
        let round = state.gradient.as_mut().map(|gradient| gradient.begin(in_flight));
        drop(state);
        Turn { limiter: self, permit, began: Instant::now(), in_flight, round, lent: false }
    }

    /// Whether a connection is used for the first time; it is told by its address on this side.
    pub fn is_new(&self, connection: Option<SocketAddr>) -> bool {
        let Some(connection) = connection else { return false };
        let connections = &mut self.state().connections;
        // One that is forgotten while it is open counts as new once more, which costs one comparison.
        if connections.len() >= self.most.saturating_mul(2).max(LEAST_CONNECTIONS) && !connections.contains(&connection)
        {
            connections.clear();
        }
        connections.insert(connection)
    }
}

impl State {
    /// Whether a request has to wait for its time, or for others that do.
    fn waits(&mut self, now: Duration) -> bool {
        self.pace.is_set() || self.growth().is_some() || self.slot(now).is_err()
    }

    /// Lets a request begin, or says when to ask again.
    fn slot(&mut self, now: Duration) -> Result<(), Duration> {
        if self.paused_until > now {
            return Err(self.paused_until);
        }
        let growth = self.growth();
        self.pace.begin(growth, now)
    }

    /// The most requests a second while the limit grows.
    fn growth(&self) -> Option<f64> {
        self.gradient.as_ref().and_then(Gradient::rate)
    }

    /// Brings the permits to the limit that was found.
    fn resize(&mut self, permits: &Semaphore, most: usize) {
        let Some(gradient) = &self.gradient else { return };
        // Whoever gave up while it waited for its time gave back what was too many.
        self.debt -= permits.forget_permits(self.debt);
        let to = gradient.limit().min(most.saturating_sub(self.lent)).max(1);
        if to > self.limit {
            let more = to - self.limit;
            let paid = self.debt.min(more);
            self.debt -= paid;
            permits.add_permits(more - paid);
        } else {
            let fewer = self.limit - to;
            self.debt += fewer - permits.forget_permits(fewer);
        }
        self.limit = to;
    }

    /// What is worth telling of the limit.
    fn change(
        &mut self,
        host: &str,
        reason: Reason,
        rate: Option<f64>,
        pause: Option<Duration>,
    ) -> Option<LimitChange> {
        let (from, to) = (self.told, self.limit);
        let notable = to >= from * 2 || to * 4 <= from * 3 || rate.is_some() || pause.is_some();
        notable.then(|| {
            self.told = to;
            LimitChange { host: host.to_owned(), from, to, rate, pause, reason }
        })
    }
}

/// A request under way.
#[derive(Debug)]
pub(super) struct Turn<'l> {
    limiter: &'l Limiter,
    permit: Option<SemaphorePermit<'l>>,
    began: Instant,
    in_flight: usize,
    /// The round that it belongs to, until it has been judged.
    round: Option<u64>,
    lent: bool,
}

impl Turn<'_> {
    /// How long the request may take before it gives its place to another.
    pub fn patience(&self, kind: u64) -> Duration {
        let state = self.limiter.state();
        let usual = state.gradient.as_ref().and_then(|gradient| gradient.usual(kind)).unwrap_or_default();
        PATIENCE.max(usual * USUAL_TIMES)
    }

    /// Gives its place to another request, as long as that does not make too many.
    pub fn lend(&mut self) {
        let mut state = self.limiter.state();
        if self.lent || state.limit + state.lent >= self.limiter.most {
            return;
        }
        self.lent = true;
        state.in_flight -= 1;
        state.lent += 1;
        match state.debt {
            0 => self.limiter.permits.add_permits(1),
            _ => state.debt -= 1,
        }
        self.limiter.allow(&state);
    }

    /// The request has ended, and this is what that says of the host; `pause` is what it asks for.
    pub fn end(mut self, kind: u64, outcome: Outcome, pause: Option<Duration>) -> Option<LimitChange> {
        let limiter = self.limiter;
        let now = limiter.now();
        let latency = self.began.elapsed();
        let mut state = limiter.state();
        let mut pause = pause.map(|pause| pause.min(LONGEST_PAUSE));
        let mut rate = None;
        match outcome {
            // Whoever may be asked at once is not asked too often.
            Outcome::Refused if pause.is_none_or(|pause| !pause.is_zero()) && state.gradient.is_some() => {
                if state.pace.refused(latency, now) {
                    rate = state.pace.learnt();
                }
                pause = pause.or(Some(PAUSE));
            }
            Outcome::Answered => state.pace.answered(now),
            _ => {}
        }
        let mut told = None;
        if let Some(pause) = pause.filter(|pause| !pause.is_zero()) {
            // Those that were under way together ask for the same pause.
            told = Some(pause).filter(|_| state.paused_until <= now);
            state.paused_until = state.paused_until.max(now + pause);
        }
        let wanted = state.in_flight.max(self.in_flight) * 4 >= state.limit * 3;
        let in_flight = self.in_flight;
        // A request that gave its place away says nothing of how quickly others are answered.
        let judged = !self.lent || outcome != Outcome::Answered;
        let reason = match (&mut state.gradient, self.round.take_if(|_| judged)) {
            (Some(gradient), Some(round)) => {
                gradient.take(Sample { kind, latency, outcome, round, in_flight, wanted, now })
            }
            _ => None,
        };
        state.resize(&limiter.permits, limiter.most);
        limiter.allow(&state);
        let reason = reason.or(match outcome {
            Outcome::Refused => Some(Reason::Refused),
            Outcome::Unavailable => Some(Reason::Unavailable),
            _ => None,
        })?;
        state.change(&limiter.host, reason, rate, told)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        if let Some((gradient, round)) = state.gradient.as_mut().zip(self.round) {
            gradient.forget(round);
        }
        let Some(permit) = self.permit.take() else { return };
        if self.lent {
            state.lent -= 1;
            self.limiter.allow(&state);
            permit.forget();
        } else {
            state.in_flight -= 1;
            if state.debt > 0 {
                state.debt -= 1;
                permit.forget();
            }
        }
    }
}
