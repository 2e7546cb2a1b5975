//! One snapshot under review.

use std::path::Path;

use serde_json::Value;

use crate::diff::{LineKind, diff, lines};
use crate::phrase::counted;
use crate::semantic::{Sentence, StepChange, changes, sentences, summary};
use crate::snapshot::{Settled, Waiting};

/// A snapshot under review: what was read, and what is said of it.
#[derive(Debug, Clone)]
pub struct Item {
    /// The answer and where it belongs.
    pub waiting: Waiting,
    /// The test's name.
    pub test: String,
    /// The step's line of the scenario as it is now, where it could be read.
    pub yaml: Option<String>,
    /// What tells its flow from others: the name that the scenario has for it, or else the scenario's folder.
    pub flow: Option<String>,
    /// What changed, or what the first answer is.
    pub sentences: Vec<Sentence>,
    /// What it has become in this review.
    pub state: State,
    /// What two snapshots have in common whose change is the same.
    pub(super) group: String,
}

/// What has become of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing yet.
    Open,
    /// It is left as it is.
    Skipped,
    /// It was accepted or rejected.
    Settled(Settled),
    /// It awaits review no longer, by somebody else's doing.
    Gone,
}

impl Item {
    /// An item of an answer below this folder of snapshots; `yaml` is the step's line.
    pub fn new(waiting: Waiting, dir: &Path, yaml: Option<String>) -> Self {
        let test = waiting.test(dir);
        let yaml = yaml.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty());
        let new = serde_json::from_str::<Value>(&waiting.body).ok();
        let old = waiting.accepted.as_deref().map(|text| serde_json::from_str::<Value>(text).ok());
        let (sentences, group) = match (&old, &new) {
            (None, Some(new)) => (vec![first(new)], format!("new {}", waiting.body)),
            (None, None) => {
                (vec![Sentence::default().words("New: an answer that is no JSON")], format!("new {}", waiting.body))
            }
            (Some(Some(old)), Some(new)) => {
                let found = changes(old, new);
                let group = group_of(old, &found, &format!("{:?}", diff(old, new)));
                let said = sentences(&found);
                (if said.is_empty() { vec![only_the_text()] } else { said }, group)
            }
            (Some(_), _) => text_change(waiting.accepted.as_deref().unwrap_or_default(), &waiting.body),
        };
        Item { waiting, test, yaml, flow: None, sentences, state: State::Open, group }
    }

    /// The item with its flow.
    pub fn of_flow(mut self, flow: Option<String>) -> Self {
        self.flow = flow;
        self
    }

    /// Whether there is no accepted answer yet.
    pub fn is_new(&self) -> bool {
        self.waiting.accepted.is_none()
    }

    /// The scenario's file and the step's line in it, `scenarios/happy.yaml:12`; else the snapshot's path.
    pub fn place(&self) -> String {
        match (&self.waiting.source, self.waiting.line) {
            (Some(source), Some(line)) => format!("{}:{line}", source.display()),
            (Some(source), None) => source.display().to_string(),
            (None, _) => self.waiting.path.display().to_string(),
        }
    }

    /// The step, `step 3: submit`.
    pub fn step(&self) -> String {
        match self.waiting.step() {
            (Some(number), name) => format!("step {number}: {name}"),
            (None, name) => name,
        }
    }

    /// Whether all of these words, in small letters, are found in what is said of it.
    pub(super) fn matches(&self, words: &str) -> bool {
        if words.is_empty() {
            return true;
        }
        let said: Vec<String> = self.sentences.iter().map(Sentence::plain).collect();
        let text =
            [self.test.clone(), self.step(), self.place(), self.waiting.path.display().to_string(), said.join("\n")];
        let text = text.join("\n").to_lowercase();
        words.split_whitespace().all(|word| text.contains(word))
    }
}

fn first(body: &Value) -> Sentence {
    Sentence::default().words("New: ").and(&summary(body))
}

/// What is said where nothing means anything else.
fn only_the_text() -> Sentence {
    Sentence::default()
        .words("the text differs only in how values are written, such as 1 and 1.0, the last digits of a long number or spaces")
}

/// The same change is one of the same step, in the same places, to the same values.
fn group_of(old: &Value, found: &[StepChange], details: &str) -> String {
    format!("{} {:?} {details}", summary_key(old), found)
}

/// What tells an answer from others, its data aside.
fn summary_key(body: &Value) -> String {
    let text = |key: &str| body.get(key).map(Value::to_string).unwrap_or_default();
    [text("type"), text("title"), text("id"), text("code")].join(" ")
}

fn text_change(old: &str, new: &str) -> (Vec<Sentence>, String) {
    let changed = lines(old, new);
    let count = |kind: LineKind| changed.iter().filter(|line| line.kind == kind).count();
    let (added, removed) = (count(LineKind::Added), count(LineKind::Removed));
    let sentence = format!("the text changed: {} added, {} removed", counted(added, "line"), counted(removed, "line"));
    let details: Vec<String> = changed.iter().map(|line| format!("{:?} {}", line.kind, line.text)).collect();
    (vec![Sentence::default().words(sentence)], format!("text {}", details.join("\n")))
}
