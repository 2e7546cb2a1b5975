//! Arguments of `diff`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::changes::ChangeArguments;
use super::limits::LimitArguments;
use super::{Color, ServerArguments, Target};

const EXAMPLES: &str = "\
Examples:
  draftgate diff retail-onboarding --allow-live       live against draft
  draftgate diff retail-onboarding --against staging  the draft there and here
  draftgate diff retail-onboarding --map              the stored map and today
  draftgate diff retail-onboarding --suite            your scenarios on both, too
  draftgate diff retail-onboarding --markdown diff.md --fail-on additive
  draftgate diff retail-onboarding --scenarios differences

Both sides are explored alike, then compared by what they do: ids say nothing.
What stops somebody who gets through is breaking: a step, field or option that
is gone, a field that became required, a bound that is tighter, a new step on
a way that was there, data that lead elsewhere or are refused, no way back.
What only lets more through is additive: an optional field, a new option, a
looser bound. What only a reader sees is cosmetic: labels, titles, texts, the
order of fields and options. `draftgate diff --rules` lists the rules.

What is read is compared in every language that the flow is offered in: each
step is asked for once more in each. With --suite the scenarios of the flow are
played on both sides: one that passed and fails is breaking.

Exit codes: 0 where nothing differs at --fail-on or above, 1 where something
does, 2 wrong usage, 5 where the API could not be reached.";

/// Arguments of `diff`.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = EXAMPLES)]
pub struct DiffArguments {
    /// The flow: an alias of the configuration, an id, or the name of a definition for the sandbox
    #[arg(value_name = "FLOW", required_unless_present = "rules")]
    pub flow: Option<String>,
    /// Play the scenarios of the flow on both sides, too, or only them, and compare what comes of each: whether it passes,
    /// where its steps lead, what its snapshots show. No snapshot is written
    #[arg(long, value_enum, value_name = "ALSO|ONLY", num_args = 0..=1, require_equals = true,
        default_missing_value = "also", conflicts_with = "map")]
    pub suite: Option<SuiteWord>,
    /// A language that the flow is asked for in, such as fr-CA; of every further one only what is read is compared. Where none
    /// is named, that is compared in all that the flow is found to be offered in
    #[arg(long = "language", value_name = "TAG")]
    pub languages: Vec<String>,
    /// Try at each form of both sides what it must refuse, and compare the codes
    #[arg(long, conflicts_with = "map")]
    pub negatives: bool,
    /// List the rules by which differences are graded, and do nothing else
    #[arg(long, exclusive = true)]
    pub rules: bool,
    /// Show every witness in full
    #[arg(long, help_heading = "Output")]
    pub witness: bool,
    /// Write all that was found as JSON (`draftgate schema diff`)
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub json: Option<PathBuf>,
    /// Write a page in Markdown, for a pull request
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub markdown: Option<PathBuf>,
    /// Write the scenarios that show the differences into a folder
    #[arg(long, value_name = "FOLDER", help_heading = "Output")]
    pub scenarios: Option<PathBuf>,
    /// Write over scenarios that are there already
    #[arg(long, requires = "scenarios", help_heading = "Output")]
    pub force: bool,
    /// What it is compared with
    #[command(flatten)]
    pub changes: ChangeArguments,
    /// What exploring may use
    #[command(flatten)]
    pub limits: LimitArguments,
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

/// What of the suite is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SuiteWord {
    /// Beside exploring
    Also,
    /// Instead of exploring
    Only,
}

impl DiffArguments {
    /// The reports that are written.
    pub fn files(&self) -> Vec<&PathBuf> {
        [&self.json, &self.markdown].into_iter().flatten().collect()
    }
}
