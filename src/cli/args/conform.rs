//! Arguments of `conform`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Color, ServerArguments, Target};
use crate::api::operation::Version;
use crate::conform::MOST_WAYS;

const EXAMPLES: &str = "\
Examples:
  draftgate conform retail-onboarding
  draftgate conform retail-onboarding --negatives --witness
  draftgate conform --base-url https://flows.example.com 652ffc65c792412ab8ea
  draftgate conform retail-onboarding --rule DG-05 --rule DG-06
  draftgate conform --junit conform.xml --badge conform.svg

Exit codes: 0 where every MUST is kept, 1 where one is violated (with
--strict a SHOULD counts too), 2 wrong usage, 4 where nothing could be
checked, 5 where the API could not be reached.
`draftgate explain DG-05` says what a rule stands on.";

/// Arguments of `conform`.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = EXAMPLES)]
pub struct ConformArguments {
    /// Flows: aliases of the configuration, ids, or names of definitions for the sandbox; all that are configured, where none
    /// is named
    #[arg(value_name = "FLOW")]
    pub flows: Vec<String>,
    /// Try every case that a form's validations give; of a large form it is one of each kind otherwise
    #[arg(long)]
    pub negatives: bool,
    /// Only this rule; may be given several times
    #[arg(long = "rule", value_name = "DG-NN")]
    pub rules: Vec<String>,
    /// A language that is compared with the default; where none is named, all that the flow is found to be offered in
    #[arg(long = "language", value_name = "TAG")]
    pub languages: Vec<String>,
    /// The most further ways that are walked to try the options of choices
    #[arg(long, value_name = "NUMBER", default_value_t = MOST_WAYS)]
    pub max_ways: usize,
    /// Which version of the flow; live only with --allow-live
    #[arg(long = "version", value_enum, value_name = "VERSION", default_value_t)]
    pub version: VersionWord,
    /// A SHOULD that is violated counts as a MUST
    #[arg(long)]
    pub strict: bool,
    /// Show every witness, as a scenario and as commands
    #[arg(long)]
    pub witness: bool,
    /// Write JUnit XML: a test case a rule
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub junit: Option<PathBuf>,
    /// Write all that was found as JSON (`draftgate schema conformance`)
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub json: Option<PathBuf>,
    /// Write a page in Markdown
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub markdown: Option<PathBuf>,
    /// Write a badge, an SVG
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub badge: Option<PathBuf>,
    /// Which configuration
    #[command(flatten)]
    pub target: Target,
    /// Which server
    #[command(flatten)]
    pub server: ServerArguments,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN")]
    pub color: Option<Color>,
}

/// Which version of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum VersionWord {
    /// What the builder holds
    #[default]
    Draft,
    /// What is published
    Live,
}

impl From<VersionWord> for Version {
    fn from(word: VersionWord) -> Self {
        match word {
            VersionWord::Draft => Version::Draft,
            VersionWord::Live => Version::Live,
        }
    }
}

impl ConformArguments {
    /// The reports that are written.
    pub fn files(&self) -> Vec<&PathBuf> {
        [&self.junit, &self.json, &self.markdown, &self.badge].into_iter().flatten().collect()
    }
}
