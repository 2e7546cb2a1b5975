//! Arguments of `new`.

use clap::{Args, ValueEnum};

use super::{Color, ServerArguments, Target, WrittenArguments};

/// Arguments of `new`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  draftgate new retail-onboarding        writes scenarios/retail-onboarding.yaml
  draftgate new retail-onboarding --language fr-CA --out scenarios/french.yaml
  draftgate new retail-onboarding --fill minimal --out -

What is written passes when it is run: change it from there.")]
pub struct NewArguments {
    /// The flow: an alias of the configuration, an id, or the name of a definition for the sandbox
    #[arg(value_name = "FLOW")]
    pub flow: String,
    /// The language that the flow is asked for in, such as fr-CA
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,
    /// Which fields are filled in; the others stand in the scenario as comments
    #[arg(long, value_enum, value_name = "WHICH", default_value_t = Filling::Valid)]
    pub fill: Filling,
    /// Where it is written to
    #[command(flatten)]
    pub written: WrittenArguments,
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

/// Which fields are filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Filling {
    /// Every field that is shown
    Valid,
    /// The required ones
    Minimal,
}
