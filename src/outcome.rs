//! What came of a run: plain data that the runner emits and the reporters read.

mod ends;
mod kept;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::api::client::LimitChange;
use crate::api::exchange::{Exchange, Request};
use crate::api::operation::Version;
use crate::expect::{Demand, Failure};
use crate::journal::{Exercised, FormField, Visit};
use crate::snapshot::Comparison;
use crate::source::{Diagnostic, SourceId, Span};

pub use ends::{Ends, Polled, Polls};
pub use kept::{Kept, asks_for_token, each_value, is_entered, leaves, link};

/// Something that happens during a run, in the order in which reporters are told. What came of a test is told as an `O`.
#[derive(Debug)]
pub enum Event<O = ScenarioOutcome> {
    /// The run begins.
    Started {
        /// How many tests will run or be skipped.
        tests: usize,
    },
    /// A test goes on to something else.
    Doing {
        /// The test's name.
        test: String,
        /// What it does from now on.
        doing: Doing,
    },
    /// A test has ended.
    Finished(Box<O>),
    /// A test failed, and is tried again.
    Retried {
        /// What came of the attempt.
        attempt: Box<O>,
        /// Which attempt is next, from one.
        next: usize,
        /// How many there may be.
        most: usize,
    },
    /// A test never begins: the run was interrupted before.
    NeverBegan {
        /// The test's name.
        test: String,
    },
    /// How many requests may be in flight, or how many a second, has changed notably.
    LimitChanged(LimitChange),
    /// The run has ended.
    Ended {
        /// How long it took.
        elapsed: Duration,
    },
}

impl<O> Event<O> {
    /// The same, with something else in place of what came of a test.
    pub fn map<P>(self, of: impl FnOnce(O) -> P) -> Event<P> {
        match self {
            Event::Started { tests } => Event::Started { tests },
            Event::Doing { test, doing } => Event::Doing { test, doing },
            Event::Finished(outcome) => Event::Finished(Box::new(of(*outcome))),
            Event::Retried { attempt, next, most } => Event::Retried { attempt: Box::new(of(*attempt)), next, most },
            Event::NeverBegan { test } => Event::NeverBegan { test },
            Event::LimitChanged(change) => Event::LimitChanged(change),
            Event::Ended { elapsed } => Event::Ended { elapsed },
        }
    }
}

/// What a test is busy with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doing {
    /// A step, by its number and its label.
    Step(usize, String),
    /// It waits for the pending answer of its step to become another.
    Pending,
}

/// Who is told what happens during a run; there may be nobody.
#[derive(Clone, Default)]
pub struct Listener(Option<Arc<dyn Fn(Event) + Send + Sync>>);

impl fmt::Debug for Listener {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Listener")
    }
}

impl Listener {
    /// One who hears on the thread where it happens, and so has to be quick.
    pub fn new(hear: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Listener(Some(Arc::new(hear)))
    }

    /// Tells what happens.
    pub fn tell(&self, event: impl FnOnce() -> Event) {
        if let Some(hear) = &self.0 {
            hear(event());
        }
    }
}

/// What came of a scenario, or of one case of it.
#[derive(Debug, Clone)]
pub struct ScenarioOutcome {
    /// The test's name.
    pub name: String,
    /// What the scenario proves.
    pub title: String,
    /// The scenario's file.
    pub span: Span,
    /// Where the test stands: the place of its case, or the scenario's file.
    pub place: Span,
    /// The files that it is written in, its own first.
    pub files: Vec<SourceId>,
    /// For selection.
    pub tags: Vec<String>,
    /// The flow's alias or id, once that is known.
    pub flow: Option<String>,
    /// Draft or live.
    pub version: Version,
    /// The language that was asked for.
    pub language: Option<String>,
    /// The sessions of its applicants, in the order in which they came.
    pub sessions: Vec<String>,
    /// Other sessions that the scenario names itself.
    pub foreign_sessions: Vec<String>,
    /// The tokens that connected an applicant to a flow.
    pub tokens: Vec<String>,
    /// What is kept back of requests and answers that were let go.
    pub let_go: Kept,
    /// The attempts that failed before, when it was tried again.
    pub attempts: Vec<ScenarioOutcome>,
    /// How many attempts there might have been, when it was tried again.
    pub most_attempts: Option<usize>,
    /// What came of it.
    pub verdict: Verdict,
    /// Whether it had not begun when the time of the whole run was up: a failure of which nothing was done.
    pub not_begun: bool,
    /// The step that it was at when it was interrupted: `step 2 submit`.
    pub interrupted_at: Option<String>,
    /// How long it took.
    pub elapsed: Duration,
    /// Its steps, as far as they were reached.
    pub steps: Vec<StepOutcome>,
    /// What stopped the scenario as a whole: a variable without value, a time-out, a refusal.
    pub problem: Option<Diagnostic>,
}

/// What came of a scenario, the worst last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All that it asks for holds.
    Passed,
    /// It was not run, for this reason.
    Skipped(String),
    /// Everything holds, but snapshots are new or changed.
    Unreviewed,
    /// The API could not be reached, or broke its contract.
    Broken,
    /// Something that the scenario asks for does not hold.
    Failed,
    /// It asks for what the run does not allow.
    Refused,
    /// The run was interrupted.
    Interrupted,
}

/// What came of a step.
#[derive(Debug, Clone)]
pub struct StepOutcome {
    /// Its number in the scenario.
    pub number: usize,
    /// Its name, or its action.
    pub label: String,
    /// Where it stands.
    pub span: Span,
    /// Who acted.
    pub applicant: Option<String>,
    /// Why it was not done, when it was not.
    pub skipped: Option<String>,
    /// What does not hold.
    pub failures: Vec<Failure>,
    /// What is odd, though not wrong.
    pub warnings: Vec<Diagnostic>,
    /// The requests of the step: what was needed before, its own, the last poll.
    pub exchanges: Ends<Exchange>,
    /// Which of all of them is the step's own, those that are left out among them.
    pub own: usize,
    /// The answers seen while polling.
    pub polls: Polls,
    /// The request that got no answer, and why.
    pub unanswered: Option<(Request, String)>,
    /// Its snapshot.
    pub snapshot: Option<SnapshotOutcome>,
    /// Where it led.
    pub visit: Option<Visit>,
    /// The fields of the step that it led to, where a report wants to know and no test has told yet.
    pub form: Vec<FormField>,
    /// What it exercised of its flow, where a report wants to know.
    pub exercised: Vec<Arc<Exercised>>,
    /// When it began, since the test did.
    pub began: Duration,
    /// How long it took.
    pub elapsed: Duration,
    /// How long of that requests were under way.
    pub requests: Duration,
    /// How long of that an answer was pending.
    pub pending: Duration,
}

/// How an answer compares with what was accepted.
#[derive(Debug, Clone)]
pub struct SnapshotOutcome {
    /// The snapshot's file.
    pub path: PathBuf,
    /// The result.
    pub comparison: Comparison,
    /// What was accepted.
    pub accepted: Option<String>,
    /// The answer, normalised and redacted.
    pub actual: String,
    /// Whether the update policy lets the step pass.
    pub passes: bool,
    /// What was done about it, for people.
    pub note: Option<String>,
}

impl ScenarioOutcome {
    /// A test of which nothing has been done yet.
    pub fn new(name: String, title: String, span: Span) -> Self {
        ScenarioOutcome {
            name,
            title,
            span,
            place: span,
            files: vec![span.source],
            tags: Vec::new(),
            flow: None,
            version: Version::default(),
            language: None,
            sessions: Vec::new(),
            foreign_sessions: Vec::new(),
            tokens: Vec::new(),
            let_go: Kept::default(),
            attempts: Vec::new(),
            most_attempts: None,
            verdict: Verdict::Passed,
            not_begun: false,
            interrupted_at: None,
            elapsed: Duration::ZERO,
            steps: Vec::new(),
            problem: None,
        }
    }
}

impl StepOutcome {
    /// A step of which nothing is known yet.
    pub fn new(number: usize, label: &str, span: Span, applicant: Option<String>) -> Self {
        StepOutcome {
            number,
            label: label.to_owned(),
            span,
            applicant,
            skipped: None,
            failures: Vec::new(),
            warnings: Vec::new(),
            exchanges: Ends::default(),
            own: 0,
            polls: Polls::default(),
            unanswered: None,
            snapshot: None,
            visit: None,
            form: Vec::new(),
            exercised: Vec::new(),
            began: Duration::ZERO,
            elapsed: Duration::ZERO,
            requests: Duration::ZERO,
            pending: Duration::ZERO,
        }
    }

    /// Lets its requests and answers go; what is kept back of them is noted.
    pub fn let_go(&mut self, noted: &mut Kept) {
        std::mem::take(&mut self.exchanges).iter_mut().for_each(|exchange| noted.exchange(exchange));
    }

    /// Whether something of it does not hold, its snapshot aside.
    pub fn failed(&self) -> bool {
        !self.failures.is_empty() || self.unanswered.is_some()
    }

    /// What came of it, as far as its own checks go.
    pub fn verdict(&self) -> Verdict {
        if self.failures.iter().any(|failure| failure.demand == Demand::Scenario) {
            Verdict::Failed
        } else if self.failed() {
            Verdict::Broken
        } else if self.snapshot.as_ref().is_some_and(|snapshot| !snapshot.passes) {
            Verdict::Unreviewed
        } else {
            Verdict::Passed
        }
    }
}

impl Verdict {
    /// The verdict over these steps.
    pub fn of(steps: &[StepOutcome]) -> Self {
        steps.iter().map(StepOutcome::verdict).max_by_key(Verdict::weight).unwrap_or(Verdict::Passed)
    }

    /// Whether the test counts as failed.
    pub fn is_failure(&self) -> bool {
        self.weight() >= Verdict::Unreviewed.weight()
    }

    fn weight(&self) -> u8 {
        match self {
            Verdict::Passed => 0,
            Verdict::Skipped(_) => 1,
            Verdict::Unreviewed => 2,
            Verdict::Broken => 3,
            Verdict::Failed => 4,
            Verdict::Refused => 5,
            Verdict::Interrupted => 6,
        }
    }
}
