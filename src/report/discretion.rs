//! What no report may show: the one place that everything passes on its way into a journal or onto the terminal.

use std::borrow::Cow;

use crate::journal;
use crate::outcome::ScenarioOutcome;
use crate::redact::Redactor;

/// What is kept back in reports.
#[derive(Debug, Clone, Default)]
pub struct Discretion {
    /// Masks the secrets of the run.
    pub redactor: Redactor,
    /// Whether what applicants entered is masked, too.
    pub mask_data: bool,
    /// Whether ids of sessions are shown whole.
    pub show_sessions: bool,
}

/// What is kept back in all that is said of one test.
#[derive(Debug, Clone, Default)]
pub struct Mask {
    redactor: Redactor,
}

impl Discretion {
    /// What is kept back in all that is said of a test.
    pub fn of(&self, _outcome: &ScenarioOutcome) -> Mask {
        Mask { redactor: self.redactor.clone() }
    }

    /// What was known of a flow without what is kept back: a title may say a secret.
    pub fn flow(&self, mut flow: journal::Flow) -> journal::Flow {
        for step in &mut flow.steps {
            step.title = self.redactor.mask(&step.title).into_owned();
        }
        flow
    }
}

impl Mask {
    /// The text without what is kept back.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.redactor.mask(text)
    }

    /// The same of everything that is said of a test.
    pub fn test(&self, test: journal::Test) -> journal::Test {
        let Ok(value) = serde_json::to_value(&test) else { return test };
        serde_json::from_value(self.redactor.mask_json(&value)).unwrap_or(test)
    }
}
