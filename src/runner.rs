//! Running scenarios: which, when, and one after the other its steps.
//!
//! Every selected test is an asynchronous task on one runtime. What is bounded is the number of requests in flight (in
//! [`crate::api::client`]) and, by it, how many scenarios are busy with requests; one that waits holds up no other. [`harness`] puts a libtest-mimic trial on top
//! of each task; the trial waits for its task's outcome.

mod attempts;
mod exercised;
pub mod harness;
mod maps;
mod minimal;
mod poll;
mod refused;
mod rehearsal;
mod scenario;
pub mod shard;
mod snapshots;
mod step;
mod turn;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::api::client::Client;
use crate::scenario::{Case, Scenario, Suite, Test};
use crate::snapshot::{Outlines, Store, UpdatePolicy};
use crate::template::scope::World;

pub use attempts::run_test;
pub use exercised::Exercises;
pub use maps::{Recorded, Surveyor, known_flows, record_maps};
pub use minimal::{End, Least, Limits, Minimised, NoWay, Way, minimise_test};
pub use poll::Poll;
pub use rehearsal::{Rehearsal, Rehearsed, rehearse};
pub use snapshots::{collisions, expected_files, settle};
pub use turn::Turn;

/// What every test of a run shares.
#[derive(Debug)]
pub struct Run {
    /// The scenarios.
    pub suite: Suite,
    /// The API.
    pub client: Client,
    /// Ids of flows by alias.
    pub flows: Arc<HashMap<String, String>>,
    /// What templates see everywhere.
    pub world: Arc<World>,
    /// How long a pending answer is polled when a step does not say.
    pub wait: Duration,
    /// How long is waited between two polls of it.
    pub poll: Poll,
    /// Bound on a whole scenario that does not set its own.
    pub timeout: Duration,
    /// How often a test that failed is run again when its scenario does not say.
    pub retries: u32,
    /// Whether live versions may be called.
    pub allow_live: bool,
    /// Where snapshots are.
    pub snapshots: PathBuf,
    /// How snapshots are read and written.
    pub store: Store,
    /// What their texts have in common.
    pub outlines: Outlines,
    /// What becomes of new and changed ones.
    pub policy: UpdatePolicy,
    /// Whether the suite is all that the scenario folder holds.
    pub whole: bool,
    /// Whether the requests and answers of steps that pass are kept, for a report that shows them.
    pub keep_exchanges: bool,
    /// Whether what applicants entered is noted of requests and answers that are let go, for reports that mask it.
    pub note_entered: bool,
    /// Takes in what the tests exercise of the flows, where a report wants to know.
    pub exercises: Option<Exercises>,
    /// Takes in what the tests see of the flows.
    pub surveyor: Surveyor,
}

/// Why tests under way end before their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Somebody interrupted the run.
    Interrupted,
    /// The run as a whole took longer than this.
    OutOfTime(Duration),
}

/// Says that tests under way are to end, and why.
pub type Stopped = watch::Receiver<Option<Stop>>;

/// One test of a run's suite, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestId {
    scenario: usize,
    case: Option<usize>,
}

impl Run {
    /// The same for tests that are tried out: nothing is left behind of them, what they exchange is kept, and their requests
    /// are counted apart. It has no suite.
    fn apart(&self) -> Run {
        Run {
            suite: Suite::default(),
            client: self.client.apart(),
            flows: self.flows.clone(),
            world: self.world.clone(),
            snapshots: self.snapshots.clone(),
            store: self.store.clone(),
            outlines: Outlines::default(),
            surveyor: Surveyor::default(),
            keep_exchanges: true,
            exercises: None,
            ..*self
        }
    }

    /// All tests of the suite.
    pub fn tests(&self) -> Vec<TestId> {
        let each = |(at, scenario): (usize, &Scenario)| -> Vec<TestId> {
            match &scenario.cases {
                Some(cases) => (0..cases.len()).map(|case| TestId { scenario: at, case: Some(case) }).collect(),
                None => vec![TestId { scenario: at, case: None }],
            }
        };
        self.suite.scenarios.iter().enumerate().flat_map(each).collect()
    }

    /// A test by its place.
    pub fn test(&self, id: TestId) -> Test<'_> {
        let scenario = &self.suite.scenarios[id.scenario];
        let case: Option<&Case> = id.case.and_then(|case| scenario.cases.as_ref()?.get(case));
        Test { scenario, case }
    }
}
