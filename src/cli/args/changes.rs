//! Arguments of the commands that compare a draft with what was there before.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::behaviour::Grade;

/// What a draft is compared with, and what of that matters.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Comparison")]
pub struct ChangeArguments {
    /// Compare with the draft on another server: an environment of the configuration, or a base URL
    #[arg(long, value_name = "ENVIRONMENT|URL", conflicts_with = "map")]
    pub against: Option<String>,
    /// Compare with a stored map: this file, or the one beside the snapshots
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    pub map: Option<Option<PathBuf>>,
    /// Fail where something of this grade, or a graver one, differs
    #[arg(long, value_enum, value_name = "GRADE", default_value_t)]
    pub fail_on: FailOn,
}

/// From which grade on a difference fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum FailOn {
    /// What was possible is not any more, or leads elsewhere
    #[default]
    Breaking,
    /// Something more is possible, too
    Additive,
    /// Anything, a label too
    Cosmetic,
    /// Nothing
    Never,
}

impl FailOn {
    /// Whether a difference of this grade fails.
    pub fn fails(self, grade: Grade) -> bool {
        match self {
            FailOn::Breaking => grade >= Grade::Breaking,
            FailOn::Additive => grade >= Grade::Additive,
            FailOn::Cosmetic => true,
            FailOn::Never => false,
        }
    }
}
