//! Reading an entry.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde_json::value::RawValue;

use super::Entry;

/// What kind of entry it is.
#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
}

/// Read by hand: what serde derives for a tagged enum makes a tree of all that is in it first, which takes several times as
/// long and cannot leave bodies as they are written.
impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        read(text.get()).map_err(D::Error::custom)
    }
}

fn read(text: &str) -> serde_json::Result<Entry> {
    let Kind { event } = serde_json::from_str(text)?;
    Ok(match &*event {
        "run-started" => Entry::RunStarted(part(text)?),
        "file" => Entry::File(part(text)?),
        "flow" => Entry::Flow(part(text)?),
        "test-started" => Entry::TestStarted(part(text)?),
        "step-started" => Entry::StepStarted(part(text)?),
        "step-pending" => Entry::StepPending(part(text)?),
        "test-finished" => Entry::TestFinished(part(text)?),
        "limit-changed" => Entry::LimitChanged(part(text)?),
        "run-ended" => Entry::RunEnded(part(text)?),
        _ => Entry::Unknown,
    })
}

fn part<Part: DeserializeOwned>(text: &str) -> serde_json::Result<Part> {
    serde_json::from_str(text)
}
