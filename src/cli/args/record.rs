//! Arguments of `record`.

use std::path::PathBuf;

use clap::Args;

use super::{Color, ServerArguments, Target};

/// Arguments of `record`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  draftgate record --listen 4000         in front of the server of draftgate.yaml
  draftgate record --listen 0 --env staging --out scenarios/recorded

Let the front end call the address that is printed in place of the API.")]
pub struct RecordArguments {
    /// The port of this machine to listen at; 0 takes one that is free
    #[arg(long, value_name = "PORT")]
    pub listen: u16,
    /// The folder for the scenarios; left out, `recorded` in the scenario folder
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// What the scenarios call the flow, in place of its id or the alias of that
    #[arg(long, value_name = "ALIAS")]
    pub flow: Option<String>,
    /// Keep what applicants entered, files too, rather than replace it by made-up data
    #[arg(long)]
    pub keep_data: bool,
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
