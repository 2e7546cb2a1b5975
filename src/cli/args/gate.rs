//! Arguments of `gate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::changes::ChangeArguments;
use super::limits::LimitArguments;
use super::{Color, ConformArguments, DiffArguments, LibtestArguments, Reports, RunArguments, ServerArguments, Target};
use crate::conform::MOST_WAYS;
use crate::coverage::demand::Demands;
use crate::gate::PartName;

const EXAMPLES: &str = "\
Examples:
  draftgate gate retail-onboarding
  draftgate gate retail-onboarding --fail-under transitions=90
  draftgate gate retail-onboarding --markdown gate.md --html gate.html
  draftgate gate retail-onboarding scenarios/retail --skip coverage
  draftgate gate retail-onboarding --allow-live     what changes, too

It runs the scenarios of the flow, measures what they cover, holds the draft to
the rules of the API, and explores it for what is wrong: an option that leads
nowhere, a step from which nobody gets to an end. What applicants will find
different is looked at where it is said from what: --allow-live, --against or
--map; the draft is explored once for both.

Exit codes: 0 where the draft may be published, 1 where it may not, 2 wrong
usage, 3 where a scenario file is invalid, 5 where the API could not be
reached.";

/// Arguments of `gate`.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub struct GateArguments {
    /// The flow: an alias of the configuration, an id, or the name of a definition for the sandbox
    #[arg(value_name = "FLOW")]
    pub flow: String,
    /// Files or folders of scenarios, or parts of the names of tests; left out, all of the flow
    #[arg(value_name = "PATH[:LINE]|FILTER")]
    pub select: Vec<String>,
    /// Only scenarios with this tag (may be given several times)
    #[arg(long, value_name = "TAG", help_heading = "Scenarios")]
    pub tag: Vec<String>,
    /// A part that is not looked at (may be given several times)
    #[arg(long, value_enum, value_name = "PART")]
    pub skip: Vec<PartWord>,
    /// The least share that passing tests must cover, in percent: KIND=PERCENT, several with commas
    #[arg(long, value_name = "KIND=PERCENT")]
    pub fail_under: Option<Demands>,
    /// Try every case that a form's validations give; of a large form it is one of each kind otherwise
    #[arg(long)]
    pub negatives: bool,
    /// A rule that only should be kept counts as one that must
    #[arg(long)]
    pub strict: bool,
    /// Show a line for every test, for those that passed too
    #[arg(short, long)]
    pub verbose: bool,
    /// What it is compared with
    #[command(flatten)]
    pub changes: ChangeArguments,
    /// What exploring may use
    #[command(flatten)]
    pub limits: LimitArguments,
    /// Write the verdict as Markdown, for a pull request
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub markdown: Option<PathBuf>,
    /// Write the verdict as a page of HTML
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub html: Option<PathBuf>,
    /// Write the verdict as JSON (`draftgate schema gate`)
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub json: Option<PathBuf>,
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

/// What can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PartWord {
    /// The scenarios of the flow, and with them what they cover
    Tests,
    /// How much of the flow they cover
    Coverage,
    /// Whether the flow keeps the rules of the API
    Conformance,
    /// What is wrong with the flow, as exploring it shows
    Exploration,
    /// What applicants will find different
    Changes,
}

impl GateArguments {
    /// Whether a part is looked at.
    pub fn wants(&self, part: PartName) -> bool {
        let skipped = |word: PartWord| self.skip.contains(&word);
        match part {
            PartName::Tests => !skipped(PartWord::Tests),
            PartName::Coverage => !skipped(PartWord::Tests) && !skipped(PartWord::Coverage),
            PartName::Conformance => !skipped(PartWord::Conformance),
            PartName::Exploration => !skipped(PartWord::Exploration),
            PartName::Changes => self.compares() && !skipped(PartWord::Changes),
        }
    }

    /// Whether it is said what the draft is compared with.
    fn compares(&self) -> bool {
        self.server.allow_live || self.changes.against.is_some() || self.changes.map.is_some()
    }

    /// What is asked of the difference.
    pub fn to_diff(&self) -> DiffArguments {
        DiffArguments {
            flow: Some(self.flow.clone()),
            changes: self.changes.clone(),
            limits: self.limits,
            target: self.target.clone(),
            server: self.server.clone(),
            color: self.color,
            ..DiffArguments::default()
        }
    }

    /// The reports that are written.
    pub fn files(&self) -> Vec<&PathBuf> {
        [&self.markdown, &self.html, &self.json].into_iter().flatten().collect()
    }

    /// The run of the flow's tests.
    pub fn to_run(&self) -> RunArguments {
        RunArguments {
            select: self.select.clone(),
            target: self.target.clone(),
            server: self.server.clone(),
            tag: self.tag.clone(),
            only_odd: !self.verbose,
            reports: Reports { coverage: true, ..Reports::default() },
            libtest: LibtestArguments { color: self.color, ..LibtestArguments::default() },
            ..RunArguments::default()
        }
    }

    /// What is asked of the API's rules.
    pub fn to_conform(&self) -> ConformArguments {
        ConformArguments {
            flows: vec![self.flow.clone()],
            negatives: self.negatives,
            strict: self.strict,
            max_ways: MOST_WAYS,
            target: self.target.clone(),
            server: self.server.clone(),
            color: self.color,
            ..ConformArguments::default()
        }
    }
}
