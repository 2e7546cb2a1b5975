//! What a scenario file says.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use super::action::Action;
use super::cases::Case;
use super::options::SnapshotOptions;
use super::step::Step;
use crate::api::operation::Version;
use crate::source::{SourceId, Span};
use crate::template::Templated;

/// One scenario file.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its path below the scenario folder without the ending, with forward slashes: `retail/happy`.
    pub name: String,
    /// The whole file.
    pub span: Span,
    /// The folder that paths in it start from.
    pub folder: PathBuf,
    /// What it proves, a sentence.
    pub title: String,
    /// The flow's alias or id.
    pub flow: Templated,
    /// Draft or live.
    pub version: Version,
    /// Where `version` stands, for a refusal of the live one.
    pub version_span: Span,
    /// For selection.
    pub tags: Vec<String>,
    /// Why it is not run, when it is not.
    pub skip: Option<String>,
    /// `x-hf-language` for every step.
    pub language: Option<Templated>,
    /// How it authenticates.
    pub auth: Auth,
    /// Its variables, in order: one may refer to earlier ones.
    pub vars: Vec<(String, Templated)>,
    /// Its cases; `None` without a `cases` key.
    pub cases: Option<Vec<Case>>,
    /// What its snapshots leave out.
    pub snapshot: SnapshotOptions,
    /// Bound on the whole of it.
    pub timeout: Option<Duration>,
    /// How often a test of it that failed is run again; `None` leaves it to the run.
    pub retries: Option<u32>,
    /// The steps, fragments expanded and numbered.
    pub steps: Vec<Step>,
    /// The steps that run whatever happened.
    pub finally: Vec<Step>,
}

/// How a scenario authenticates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Auth {
    /// Not at all.
    #[default]
    None,
    /// By the client-credential bearer token.
    Client,
}

/// One test: a scenario, or one case of it.
#[derive(Debug, Clone, Copy)]
pub struct Test<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Its case.
    pub case: Option<&'a Case>,
}

impl Test<'_> {
    /// The test's name: `retail/happy`, or `retail/happy::canada`.
    pub fn name(&self) -> String {
        match self.case {
            Some(case) => format!("{}::{}", self.scenario.name, case.name),
            None => self.scenario.name.clone(),
        }
    }
}

impl Scenario {
    /// Its tests: one a case, or itself.
    pub fn tests(&self) -> impl Iterator<Item = Test<'_>> {
        let cases: Vec<Option<&Case>> = match &self.cases {
            Some(cases) => cases.iter().map(Some).collect(),
            None => vec![None],
        };
        cases.into_iter().map(move |case| Test { scenario: self, case })
    }

    /// The files that it is written in: its own, and the fragments that it uses.
    pub fn files(&self) -> BTreeSet<SourceId> {
        fn take(step: &Step, files: &mut BTreeSet<SourceId>) {
            files.insert(step.span.source);
            if let Action::Use(call) = &step.action {
                call.steps.iter().for_each(|step| take(step, files));
            }
        }
        let mut files = BTreeSet::from([self.span.source]);
        self.steps.iter().chain(&self.finally).for_each(|step| take(step, &mut files));
        files
    }

    /// Every step, in order, those of fragments and of `finally` too.
    pub fn all_steps(&self) -> Vec<&Step> {
        let mut all = Vec::new();
        for step in self.steps.iter().chain(&self.finally) {
            step.flatten_into(&mut all);
        }
        all
    }
}
