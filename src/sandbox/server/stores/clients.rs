//! The clients (applicants) that the sandbox knows, each with the flows they are in.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::lock;
use crate::api::operation::Version;
use crate::sandbox::engine::{Refusal, Session};

/// How many locks the clients are spread over.
const SHARDS: usize = 64;

/// A client: its id is what `x-hf-session` carries.
#[derive(Debug, Default)]
pub struct Client {
    /// The flows that it is in.
    pub enrolled: Vec<Enrolment>,
    /// The flows that it was connected to by a token, and may begin.
    pub connected: Vec<(Arc<str>, Version)>,
}

/// A client's session in one version of a flow.
#[derive(Debug)]
pub struct Enrolment {
    pub flow: Arc<str>,
    pub version: Version,
    pub session: Session,
}

impl Client {
    /// The session in this version of the flow.
    ///
    /// # Errors
    ///
    /// 4101 where the client is not in it.
    pub fn session(&mut self, flow: &str, version: Version) -> Result<&mut Session, Refusal> {
        self.enrolled
            .iter_mut()
            .find(|enrolment| &*enrolment.flow == flow && enrolment.version == version)
            .map(|enrolment| &mut enrolment.session)
            .ok_or_else(|| Refusal::new(4101))
    }

    /// Lets it begin a flow that a token led it to.
    pub fn connect(&mut self, flow: &str, version: Version) {
        let there = self.connected.iter().any(|(known, in_version)| &**known == flow && *in_version == version);
        if !there && self.session(flow, version).is_err() {
            self.connected.push((flow.into(), version));
        }
    }

    /// Whether it has gone away from a flow that does not wait for ever.
    pub fn is_abandoned(&self) -> bool {
        self.enrolled.iter().any(|enrolment| enrolment.session.abandoned)
    }

    /// Whether it has anything to do with this version of flows.
    pub fn is_in(&self, version: Version) -> bool {
        self.enrolled.iter().any(|enrolment| enrolment.version == version)
            || self.connected.iter().any(|(_, connected)| *connected == version)
    }

    /// When it was last called, in any flow.
    fn called(&self) -> Duration {
        self.enrolled.iter().map(|enrolment| enrolment.session.called).max().unwrap_or_default()
    }
}

type Shard = Mutex<HashMap<Arc<str>, Arc<Mutex<Client>>>>;

/// All clients.
pub struct Clients {
    shards: Vec<Shard>,
    hasher: RandomState,
}

impl Clients {
    pub fn new() -> Self {
        Clients { shards: (0..SHARDS).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }

    fn shard(&self, id: &str) -> &Shard {
        // The low bits choose among the shards.
        let hash = self.hasher.hash_one(id);
        &self.shards[(hash % SHARDS as u64) as usize]
    }

    /// The client with this id; ids are taken in whatever case.
    ///
    /// # Errors
    ///
    /// 4100 where there is none.
    pub fn get(&self, id: &str) -> Result<Arc<Mutex<Client>>, Refusal> {
        let find = |id: &str| lock(self.shard(id)).get(id).cloned();
        let in_lower_case = || id.bytes().any(|byte| byte.is_ascii_uppercase()).then(|| find(&id.to_ascii_lowercase()));
        find(id).or_else(|| in_lower_case().flatten()).ok_or_else(|| Refusal::new(4100))
    }

    /// A new client in one flow.
    pub fn add(&self, enrolment: Enrolment) {
        let id = Arc::clone(&enrolment.session.id);
        let client = Client { enrolled: vec![enrolment], connected: Vec::new() };
        lock(self.shard(&id)).insert(id, Arc::new(Mutex::new(client)));
    }

    /// Forgets the clients that nobody has called since `limit` before now.
    pub fn forget(&self, now: Duration, limit: Duration) {
        for shard in &self.shards {
            // One that is in use was called just now.
            lock(shard).retain(|_, client| {
                client.try_lock().map_or(true, |client| now.saturating_sub(client.called()) <= limit)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::examples::definition;

    #[test]
    fn who_is_not_called_is_forgotten() {
        let flow = definition("nodes: [ { form: f } ]\n");
        let clients = Clients::new();
        for (id, called) in [("a", 1), ("b", 50)] {
            let session = Session::new(&flow, id, Duration::from_secs(called)).unwrap();
            clients.add(Enrolment { flow: "x".into(), version: Version::Draft, session });
        }
        clients.forget(Duration::from_secs(60), Duration::from_secs(30));
        assert_eq!(clients.get("a").unwrap_err().code(), 4100);
        assert!(clients.get("B").is_ok(), "ids are taken in whatever case");
    }
}
