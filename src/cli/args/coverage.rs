//! Arguments of `coverage`.

use std::path::PathBuf;

use clap::Args;

use super::{Color, LibtestArguments, Reports, RunArguments, ServerArguments, Target};
use crate::coverage::demand::Demands;

const EXAMPLES: &str = "\
Examples:
  draftgate coverage                     run everything, then say what it covers
  draftgate coverage scenarios/retail --tag smoke
  draftgate coverage --fail-under transitions=90,validations=80
  draftgate coverage --write             write scenarios that close the gaps
  draftgate coverage --from shard-*.jsonl

What is counted: steps, transitions, options, fields, validations (each rule
once satisfied, once violated), error-codes, back-edges, languages. All there
is to cover is what was discovered; `draftgate explore FLOW` discovers more.
Exit code 1 where a test fails, or less is covered than --fail-under asks for.";

/// Arguments of `coverage`.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = EXAMPLES)]
pub struct CoverageArguments {
    /// Files or folders to run, FILE:LINE for the scenario or case at that line; anything else selects tests whose names
    /// contain it
    #[arg(value_name = "PATH[:LINE]|FILTER", conflicts_with = "from")]
    pub select: Vec<String>,
    /// Which configuration
    #[command(flatten)]
    pub target: Target,
    /// Which server
    #[command(flatten)]
    pub server: ServerArguments,
    /// Only scenarios with this tag (may be given several times)
    #[arg(long, value_name = "TAG", help_heading = "Scenarios", conflicts_with = "from")]
    pub tag: Vec<String>,
    /// Run nothing: measure the journal of a run that has ended, or those of all its shards
    #[arg(long, value_name = "RUN.jsonl", num_args = 1..)]
    pub from: Vec<PathBuf>,
    /// Measure also where shards are missing
    #[arg(long, requires = "from")]
    pub partial: bool,
    /// The least share that passing tests must cover, in percent: KIND=PERCENT, several with commas
    #[arg(long, value_name = "KIND=PERCENT")]
    pub fail_under: Option<Demands>,
    /// Name everything that is not covered, not only the first few
    #[arg(long)]
    pub gaps: bool,
    /// Write scenarios that close the gaps: into this folder, or into `coverage` in the scenario folder
    #[arg(long, value_name = "DIR", num_args = 0..=1)]
    pub write: Option<Option<PathBuf>>,
    /// Show a line for every test, for those that passed too
    #[arg(short, long, conflicts_with = "from")]
    pub verbose: bool,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN")]
    pub color: Option<Color>,
}

impl CoverageArguments {
    /// The run that is measured.
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
}
