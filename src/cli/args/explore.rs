//! Arguments of `explore`.

use std::path::PathBuf;

use clap::Args;

use super::limits::LimitArguments;
use super::{Color, ServerArguments, Target};

/// Arguments of `explore`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  draftgate explore retail-onboarding
  draftgate explore retail-onboarding --max-service-runs 5 --budget 2m
  draftgate explore retail-onboarding --svg flow.svg --mermaid flow.mmd
  draftgate explore retail-onboarding --scenarios --accept-snapshots
  draftgate explore retail-onboarding --negatives
  draftgate explore retail-onboarding --thorough
  draftgate explore retail-onboarding --witness --json explored.json
  draftgate explore retail-onboarding --plan

It goes on where it stopped: run it again after a limit was reached.
personas.yaml in the scenario folder says whom services know.")]
pub struct ExploreArguments {
    /// The flow: an alias of the configuration, an id, or the name of a definition for the sandbox
    #[arg(value_name = "FLOW")]
    pub flow: String,
    /// The language that the flow is asked for in, such as fr-CA
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,
    /// What exploring may use
    #[command(flatten)]
    pub limits: LimitArguments,
    /// Explore anew, whatever was found out before
    #[arg(long)]
    pub fresh: bool,
    /// Only say what exploring would take, by what was found out before; where that is nothing, one session is sent to look
    #[arg(long, conflicts_with_all = ["scenarios", "negatives", "witness", "json", "svg", "mermaid"])]
    pub plan: bool,
    /// Try at each form that was found what it must refuse: each required field left out, each rule of a field broken
    #[arg(long)]
    pub negatives: bool,
    /// Show each finding's witness, as short as it can be made, as a scenario and as commands
    #[arg(long)]
    pub witness: bool,
    /// Write what was found, with witnesses, as JSON (`draftgate schema exploration`)
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub json: Option<PathBuf>,
    /// Write a picture of the flow
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub svg: Option<PathBuf>,
    /// Write a diagram of the flow in Mermaid's language
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub mermaid: Option<PathBuf>,
    /// Write a scenario for each way from the beginning to an end that was found, into a folder; left out, one called as the
    /// flow, in the scenario folder
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, require_equals = true, help_heading = "Output")]
    pub scenarios: Option<Option<PathBuf>>,
    /// Run these scenarios once, and accept what is answered
    #[arg(long, requires = "scenarios", help_heading = "Output")]
    pub accept_snapshots: bool,
    /// Write over scenarios that are there already
    #[arg(long, requires = "scenarios", help_heading = "Output")]
    pub force: bool,
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
