//! Arguments of `lint`.

use clap::{Args, ValueEnum};

use super::{Color, Target};

const EXAMPLES: &str = "\
Examples:
  draftgate lint
  draftgate lint scenarios/retail --fix --dry-run
  draftgate lint --format github --deny-warnings

A comment `# lint: allow W008 because …` on a line, or by itself above it, allows a warning there.
`draftgate explain W008` says more about one.";

/// Arguments of `lint`.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = EXAMPLES)]
pub struct LintArguments {
    /// Files or folders to check
    #[arg(value_name = "PATH")]
    pub select: Vec<String>,
    /// Which configuration
    #[command(flatten)]
    pub target: Target,
    /// Put right what can be put right for certain, such as a field's new label
    #[arg(long)]
    pub fix: bool,
    /// Show what --fix would change, and change nothing
    #[arg(long, requires = "fix")]
    pub dry_run: bool,
    /// End with 3 where there are warnings, not only where there are errors
    #[arg(long)]
    pub deny_warnings: bool,
    /// How findings are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: LintFormat,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN")]
    pub color: Option<Color>,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LintFormat {
    /// For people
    #[default]
    Text,
    /// A JSON array, one finding an item
    Json,
    /// Commands that make GitHub Actions annotate the lines
    Github,
}
