//! What is wrong with a flow that was explored, as data.

use crate::api::client::CallError;
use crate::api::operation::Version;
use crate::cli::reach::options;
use crate::cli::settings::Settings;
use crate::explore::findings::{Finding, findings};
use crate::explore::verdict::Verdict;
use crate::explore::witness::{Words, witnesses};
use crate::explore::{Exploration, Explored};
use crate::map::ViewName;
use crate::report::{curl, exploration};

/// What is wrong with the draft of a flow, each finding with its witness, as far as what is allowed goes.
pub(in crate::cli) async fn judged(
    flow: &str,
    how: &Exploration,
    explored: &Explored,
    settings: &Settings,
) -> Result<Verdict, CallError> {
    let findings = findings(explored);
    let options = options(flow, settings, false);
    let title = |finding: &Finding| exploration::sentence(&explored.model, finding).plain();
    let words = Words { title: &title, command: &curl::command };
    let shown = match findings.is_empty() {
        true => Vec::new(),
        false => witnesses(how, explored, &findings, &options, &words).await?,
    };
    let language = how.course.language.clone();
    let view = ViewName { flow: flow.to_owned(), version: Version::Draft, language };
    let findings: Vec<_> = findings.into_iter().zip(shown).collect();
    Ok(exploration::verdict(explored, &view, &findings))
}
