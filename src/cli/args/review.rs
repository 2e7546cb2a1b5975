//! Arguments of `review`.

use clap::{Args, ValueEnum};

use super::{Color, Target};

/// Arguments of `review`.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = EXAMPLES)]
pub struct ReviewArguments {
    /// Only snapshots of these: a scenario, a folder of scenarios or of snapshots, a snapshot; anything else is a part of the
    /// test's name
    #[arg(value_name = "PATH|NAME")]
    pub select: Vec<String>,
    /// List what awaits review, without a terminal
    #[arg(long, conflicts_with_all = ["accept", "reject"])]
    pub list: bool,
    /// The format of the list
    #[arg(long, value_enum, value_name = "FORMAT", requires = "list")]
    pub format: Option<ListFormat>,
    /// Accept everything that awaits review
    #[arg(long, conflicts_with = "reject")]
    pub accept: bool,
    /// Reject everything that awaits review
    #[arg(long)]
    pub reject: bool,
    /// Which configuration
    #[command(flatten)]
    pub target: Target,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN")]
    pub color: Option<Color>,
}

/// Formats of the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people
    #[default]
    Text,
    /// A JSON array with an object a snapshot
    Json,
}

const EXAMPLES: &str = "\
Examples:
  draftgate review                                       look at each, on a terminal
  draftgate review --list --format json                  what awaits review, for a script
  draftgate review --accept scenarios/retail/happy.yaml  accept what one scenario changed

Ends with 0 when nothing is left, with 6 when snapshots still await review.";
