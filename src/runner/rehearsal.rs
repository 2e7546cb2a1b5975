//! Scenarios that are no files yet, played before they are written: what does not come out as planned need not be.

use std::path::Path;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::scenario::run_once;
use super::turn::Turns;
use super::{Run, Stopped, Surveyor};
use crate::outcome::{Listener, ScenarioOutcome};
use crate::scenario::read_alone;
use crate::source::{Diagnostic, Sources};

/// What is played: a scenario by the name that it would have as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsal {
    /// The scenario's name, which made-up data grow from.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What came of it: an outcome for each of its tests, or the mistakes of its text.
pub type Rehearsed = Result<Vec<ScenarioOutcome>, Vec<Diagnostic>>;

/// Plays scenarios, each of its tests once, in the order in which they are given, as many beside each other as the run allows.
/// Nothing is left behind: no snapshot, no map. Their files lie in `folder`.
pub async fn rehearse(run: &Arc<Run>, folder: &Path, all: Vec<Rehearsal>, stopped: &Stopped) -> Vec<Rehearsed> {
    let mut turns = Turns::new(run.client.allowed(), None);
    let mut playing = JoinSet::new();
    let mut came: Vec<Rehearsed> = all.iter().map(|_| Ok(Vec::new())).collect();
    for (at, Rehearsal { name, text }) in all.into_iter().enumerate() {
        let turn = turns.next().await;
        let mut sources = Sources::default();
        let source = sources.add(folder.join(&name).with_extension("yaml"), text);
        let scenario = match read_alone(name, folder, &[], source, &sources) {
            Ok(scenario) => scenario,
            Err(mistakes) => {
                came[at] = Err(mistakes);
                continue;
            }
        };
        let (run, stopped) = (Arc::clone(run), stopped.clone());
        playing.spawn(async move {
            let run = run.apart();
            let mut outcomes = Vec::new();
            for test in scenario.tests() {
                let (listener, surveyor) = (Listener::default(), Surveyor::default());
                outcomes.push(run_once(&run, test, stopped.clone(), &listener, &surveyor, &turn).await);
            }
            (at, outcomes)
        });
    }
    while let Some(joined) = playing.join_next().await {
        // A panic is passed on to whoever writes the scenarios.
        let (at, outcomes) = joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        came[at] = Ok(outcomes);
    }
    came
}
