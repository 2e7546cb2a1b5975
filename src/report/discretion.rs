//! What no report may show: the one place that everything passes on its way into a journal or onto the terminal.
//!
//! Three kinds of things are kept back. **Secrets**: what the run's redactor knows, and whatever stands where credentials
//! stand ([`places`](crate::redact::places)), known or not. **Sessions**, with which anybody could go on as the applicant:
//! their first eight characters are shown. And, where that was asked for, **what applicants entered**. The files are shown
//! without all that from the start ([`Files`]).
//!
//! An outcome is made discreet in two steps. First by its structure (`exchange`): headers, members and leaves of bodies,
//! before any text is made of them. Then by its texts (`entry`): whatever was found in the structure of a test is masked
//! wherever else it stands in what is said of that test. An [`Entry`] reaches a reporter only as [`Discreet`], which
//! nothing outside this module makes.

mod data;
mod entered;
mod entry;
mod exchange;
mod files;
mod sessions;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::journal::{Entry, Test};
use crate::outcome::{Kept, ScenarioOutcome};
use crate::redact::{self, Needles, Redactor};
use crate::source::{Sources, Span};

pub use crate::journal::DATA;
pub use entered::Entered;
pub use files::{Files, Kind, Shown};
pub use sessions::is_hidden as is_hidden_session;

/// What stands in place of [`DATA`] where it is to be seen that it is something else than what stood there before.
pub const OTHER_DATA: &str = "[other data]";

/// What has passed the discretion.
#[derive(Debug, Clone)]
pub struct Discreet<T>(T);

impl<T> std::ops::Deref for Discreet<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl Discreet<ScenarioOutcome> {
    /// The attempts before.
    pub(super) fn attempts(&self) -> impl Iterator<Item = Discreet<ScenarioOutcome>> {
        self.0.attempts.iter().cloned().map(Discreet)
    }
}

impl Discreet<Test> {
    /// The test as it ends in the journal of its run: with its place among all selected ones, and when it began.
    pub(super) fn numbered(self, number: usize, started: Option<f64>) -> Discreet<Entry> {
        Discreet(Entry::TestFinished(Box::new(Test { number, started, ..self.0 })))
    }
}

impl<T> Discreet<T> {
    /// The thing itself.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// What is kept back in reports.
#[derive(Debug, Clone, Default)]
pub struct Discretion {
    /// Masks the secrets of the run.
    pub redactor: Redactor,
    /// What applicants enter, as far as it is written in files; none where it may be shown.
    pub entered: Option<Arc<Entered>>,
    /// The files as they are shown; none where nothing is shown of any.
    pub files: Option<Arc<Shown>>,
    /// Whether ids of sessions are shown whole.
    pub show_sessions: bool,
}

/// What is kept back in all that is said of one test, or of the run.
#[derive(Debug, Clone, Default)]
pub struct Mask {
    /// Everything that is looked for in texts.
    sets: Vec<Arc<Needles>>,
    /// What is looked for in paths of files: the run's secrets only, so that a path is the same in all that is said.
    secrets: Vec<Arc<Needles>>,
    /// What is shown of each session; empty where they are shown whole.
    sessions: HashMap<String, String>,
    /// What is known of the data that are masked; none where they are shown.
    entered: Option<Arc<Entered>>,
    /// The files as they are shown.
    files: Option<Arc<Shown>>,
}

impl Discretion {
    /// What is kept back in what is said of the run.
    pub fn run(&self) -> Mask {
        let secrets = self.redactor.sets();
        Mask {
            sets: secrets.clone(),
            secrets,
            sessions: HashMap::new(),
            entered: self.entered.clone(),
            files: self.files.clone(),
        }
    }

    /// What is kept back in what is said of a test under way.
    pub fn under_way(&self, test: &str) -> Mask {
        let mut mask = self.run();
        mask.sets.extend(self.entered.iter().filter_map(|entered| entered.of_test(test)));
        mask
    }

    /// What is kept back in all that is said of a test that has ended; and its outcome, in which everything is masked that is
    /// kept back by its place. What stands in other texts of it is not, yet.
    pub fn of(&self, outcome: ScenarioOutcome) -> (Mask, Discreet<ScenarioOutcome>) {
        self.keep_back(outcome, |_| {})
    }

    /// The same without what its requests and answers carried: that is looked through for what is kept back, and left out.
    pub fn of_outline(&self, outcome: ScenarioOutcome) -> (Mask, Discreet<ScenarioOutcome>) {
        self.keep_back(outcome, exchange::leave_out_carried)
    }

    fn keep_back(
        &self,
        mut outcome: ScenarioOutcome,
        leave_out: fn(&mut ScenarioOutcome),
    ) -> (Mask, Discreet<ScenarioOutcome>) {
        let mut found = Kept::new(self.entered.is_some());
        exchange::find(&mut found, &mut outcome);
        leave_out(&mut outcome);
        let sessions = if self.show_sessions { HashMap::new() } else { sessions::shown(&found.sessions) };
        let unknown = found.secrets.iter().filter(|secret| !self.redactor.knows(secret));
        let mut needles: Vec<_> = unknown.flat_map(|secret| redact::secret_forms(secret)).collect();
        needles.extend(sessions::needles(&sessions));
        let mut mask = self.under_way(&outcome.name);
        needles.extend(data::needles(&found.entered));
        let needles = Needles::new(needles);
        if !needles.is_empty() {
            mask.sets.push(Arc::new(needles));
        }
        mask.sessions = sessions;
        mask.outcome(&mut outcome);
        (mask, Discreet(outcome))
    }
}

impl Mask {
    /// The text without what is kept back.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        redact::mask(&self.sets, text)
    }

    /// A path as it is shown.
    fn path(&self, path: &str) -> String {
        redact::mask(&self.secrets, path).into_owned()
    }

    /// A test's name as it is shown, another one for each test.
    pub fn name(&self, test: &str) -> String {
        let shown = self.entered.as_ref().and_then(|entered| entered.name(test)).unwrap_or(test);
        redact::mask(&self.secrets, shown).into_owned()
    }

    /// Takes what is kept back out of a value: of texts anywhere in it, and of numbers that are data.
    pub fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Cow::Owned(masked) = self.text(text) {
                    *text = masked;
                }
            }
            Value::Number(number) if self.entered.is_some() => {
                if let Cow::Owned(masked) = self.text(&number.to_string()) {
                    *value = Value::String(masked);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(members) => {
                members.values_mut().for_each(|value| self.value(value));
                if members.keys().any(|key| matches!(self.text(key), Cow::Owned(_))) {
                    let masked = |(key, value): (String, Value)| (self.text(&key).into_owned(), value);
                    *members = std::mem::take(members).into_iter().map(masked).collect();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The files as they are shown.
    pub(super) fn sources<'a>(&'a self, sources: &'a Sources) -> &'a Sources {
        self.files.as_ref().map_or(sources, |files| files.sources())
    }

    /// A place in the files as they are shown.
    fn moved(&self, span: Span) -> Span {
        self.files.as_ref().map_or(span, |files| files.moved(span))
    }

    /// What a journal says of a test, as it may leave the program.
    pub(super) fn test(&self, test: Test) -> Discreet<Test> {
        Discreet(entry::test(self, test))
    }

    /// An entry as it may leave the program.
    pub fn entry(&self, entry: Entry) -> Discreet<Entry> {
        Discreet(entry::entry(self, entry))
    }
}

#[cfg(test)]
mod tests;
