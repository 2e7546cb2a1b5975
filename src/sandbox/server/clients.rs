//! The clients (applicants) that the sandbox knows, each with the flows they are in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::api::operation::Version;
use crate::sandbox::definition::hex_digest;
use crate::sandbox::engine::{Refusal, Session};

/// How many locks the clients are spread over.
const SHARDS: usize = 64;

/// A client: its id is what `x-hf-session` carries.
#[derive(Debug, Default)]
pub(super) struct Client {
    /// The flows that it is in.
    pub(super) enrolled: Vec<Enrolment>,
    /// The flows that it was connected to by a token, and may begin.
    pub(super) connected: Vec<(String, Version)>,
}

/// A client's session in one version of a flow.
#[derive(Debug)]
pub(super) struct Enrolment {
    pub(super) flow: String,
    pub(super) version: Version,
    pub(super) session: Session,
}

impl Client {
    /// The session in this version of the flow.
    ///
    /// # Errors
    ///
    /// 4101 where the client is not in it.
    pub(super) fn session(&mut self, flow: &str, version: Version) -> Result<&mut Session, Refusal> {
        self.enrolled
            .iter_mut()
            .find(|enrolment| enrolment.flow == flow && enrolment.version == version)
            .map(|enrolment| &mut enrolment.session)
            .ok_or_else(|| Refusal::new(4101))
    }
}

type Shard = Mutex<HashMap<String, Arc<Mutex<Client>>>>;

/// All clients.
pub(super) struct Clients {
    shards: Vec<Shard>,
}

impl Clients {
    pub(super) fn new() -> Self {
        Clients { shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    fn shard(&self, id: &str) -> MutexGuard<'_, HashMap<String, Arc<Mutex<Client>>>> {
        let digest = usize::from_str_radix(&hex_digest([id], 8), 16).unwrap_or_default();
        lock(&self.shards[digest % SHARDS])
    }

    /// The client with this id; ids are taken in whatever case.
    ///
    /// # Errors
    ///
    /// 4100 where there is none.
    pub(super) fn get(&self, id: &str) -> Result<Arc<Mutex<Client>>, Refusal> {
        let id = id.to_ascii_lowercase();
        self.shard(&id).get(&id).cloned().ok_or_else(|| Refusal::new(4100))
    }

    /// A new client in one flow.
    pub(super) fn add(&self, id: &str, enrolment: Enrolment) {
        let client = Client { enrolled: vec![enrolment], connected: Vec::new() };
        self.shard(id).insert(id.to_owned(), Arc::new(Mutex::new(client)));
    }
}

/// Locks, also what a panicking thread left locked: the engine changes a session in one go or not at all.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
