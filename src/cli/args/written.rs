//! What the commands that write scenarios have in common.

use std::path::PathBuf;

use clap::Args;

/// Where a scenario is written to.
#[derive(Debug, Clone, Default, Args)]
pub struct WrittenArguments {
    /// The file to write (NAME.yaml) or the folder for it; `-` for the standard output. Left out, the scenario folder
    #[arg(long, value_name = "FILE|DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Write over files that are there already
    #[arg(long, help_heading = "Output")]
    pub force: bool,
}
