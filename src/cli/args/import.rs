//! Arguments of `import`.

use std::path::PathBuf;

use clap::Args;

use super::{Color, Target, WrittenArguments};

/// Arguments of `import`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
To record: open the browser's developer tools (F12), choose Network, go through
the flow, then \"Save all as HAR\".

Examples:
  draftgate import visit.har             writes scenarios/visit.yaml
  draftgate import visit.har --flow retail-onboarding --out scenarios/a.yaml")]
pub struct ImportArguments {
    /// The browser's recording (HAR 1.2)
    #[arg(value_name = "FILE.har")]
    pub file: PathBuf,
    /// What the scenario calls the flow, in place of its id or the alias of that
    #[arg(long, value_name = "ALIAS")]
    pub flow: Option<String>,
    /// Keep what applicants entered, files too, rather than replace it by made-up data
    #[arg(long)]
    pub keep_data: bool,
    /// What made-up data grow from
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// Where it is written to
    #[command(flatten)]
    pub written: WrittenArguments,
    /// Which configuration
    #[command(flatten)]
    pub target: Target,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN")]
    pub color: Option<Color>,
}
