//! How far a test had come of which no end is known.

use std::fmt;

use super::{Entry, StepPending, StepStarted, TestStarted};

/// A test under way: the last that was told of each kind, whichever of it there is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UnderWay {
    /// That it began, or began once more.
    pub started: Option<TestStarted>,
    /// The step that it is at.
    pub step: Option<StepStarted>,
    /// That it waits there.
    pub pending: Option<StepPending>,
}

impl UnderWay {
    /// The test begins.
    pub(super) fn begin(&mut self, started: TestStarted) {
        *self = UnderWay { started: Some(started), ..UnderWay::default() };
    }

    /// The test goes on to a step.
    pub(super) fn go_on(&mut self, step: StepStarted) {
        self.step = Some(step);
        self.pending = None;
    }

    /// The test waits at its step.
    pub(super) fn wait(&mut self, pending: StepPending) {
        self.pending = Some(pending);
    }

    /// The entries that it was told by.
    pub(super) fn entries(&self) -> impl Iterator<Item = Entry> {
        let UnderWay { started, step, pending } = self.clone();
        let started = started.into_iter().map(Entry::TestStarted);
        let step = step.into_iter().map(Entry::StepStarted);
        started.chain(step).chain(pending.into_iter().map(Entry::StepPending))
    }
}

/// What the test was at: `step 2 submit, pending`, behind which attempt that was where it was not the first.
impl fmt::Display for UnderWay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(TestStarted { attempt: attempt @ 2.., .. }) = self.started {
            write!(formatter, "attempt {attempt}, ")?;
        }
        match &self.step {
            Some(StepStarted { step, label, .. }) => write!(formatter, "step {step} {label}")?,
            None => formatter.write_str("it had begun")?,
        }
        if self.pending.is_some() { formatter.write_str(", pending") } else { Ok(()) }
    }
}
