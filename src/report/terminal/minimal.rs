//! The shortest scenario that fails as a test did, below the end of the report.
//!
//! ```text
//! ── retail/long (minimised) ─────────────────────────────────────────────
//! minimised from 14 to 3 steps in 41 requests
//!
//! scenario: An applicant corrects what is wrong
//! flow: retail
//! steps:
//!   - init
//!   …
//!
//! DRAFTGATE_SESSION=$(curl -sS …)
//! curl -sS -X POST … -H "x-hf-session: $DRAFTGATE_SESSION" …
//! ```

use super::super::curl;
use super::super::discretion::Discretion;
use super::line::{Look, USUAL_WIDTH};
use crate::outcome::ScenarioOutcome;
use crate::source::{SourceId, Sources};

/// A failure as it can be shown and brought about again: nothing is in it any more that is kept back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reproduction {
    /// The scenario's text.
    pub scenario: String,
    /// Whether something of that is masked, so that it is not to be played as it stands.
    pub is_masked: bool,
    /// What sends the same requests without draftgate.
    pub commands: Vec<String>,
}

impl Reproduction {
    /// How a scenario's failure is brought about again, of what came of it and of its file. The discretion has those files.
    pub fn of(outcome: ScenarioOutcome, source: SourceId, sources: &Sources, discretion: &Discretion) -> Self {
        let (mask, outcome) = discretion.of(outcome);
        let written = &sources.get(source).text;
        let scenario = mask.text(&mask.sources(sources).get(source).text).into_owned();
        let exchanges: Vec<_> =
            outcome.steps.iter().flat_map(|step| step.exchanges.kept()).map(|(_, exchange)| exchange).collect();
        Reproduction { is_masked: scenario != **written, scenario, commands: curl::script(&exchanges) }
    }
}

/// What is said of a test that was minimised: a sentence, and how its failure is brought about again where that is known.
pub fn minimised(test: &str, sentence: &str, found: Option<&Reproduction>, color: bool) -> String {
    let look = Look { color, width: USUAL_WIDTH };
    let mut text = format!("\n{}{sentence}\n", look.rule(&format!("{test} (minimised)")));
    if let Some(found) = found {
        text.push_str(&format!("\n{}\n", found.scenario.trim_end()));
        if !found.commands.is_empty() {
            text.push_str(&format!("\n{}\n", found.commands.join("\n")));
        }
        let hint = curl::hint(&found.commands.join("\n"));
        if !hint.is_empty() {
            text.push_str(&format!("({hint})\n"));
        }
    }
    text
}
