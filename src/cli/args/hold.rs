//! Arguments of `hold` and `resume`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;

use super::{Color, ServerArguments, Target, VersionWord};

/// Below that, nobody could stand anywhere once the ways were found.
const FEWEST_SESSIONS: u64 = 3;

/// Arguments of `hold`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  draftgate hold retail-onboarding
  draftgate hold retail-onboarding --each 5 --max-sessions 500
  draftgate hold retail-onboarding --version live --allow-live

Then publish, and see who is lost: draftgate resume retail-onboarding.

The ways are those of the flow's map, where `draftgate explore` has made one;
else they are looked for by the options that forms offer. The sessions are
kept in a file that only you may read, as they come to stand: an interruption
loses nobody. Whoever has a session goes on as that applicant. The embedded sandbox forgets its applicants when a command ends:
serve it by itself, `draftgate sandbox`, and name its --base-url.

Exit codes: 0 where somebody is held, 2 wrong usage, 4 where nobody can be,
5 where the API could not be reached.")]
pub struct HoldArguments {
    /// The flow: an alias of the configuration, or an id
    #[arg(value_name = "FLOW")]
    pub flow: String,
    /// Which version of the flow; live only with --allow-live
    #[arg(long = "version", value_enum, value_name = "VERSION", default_value_t)]
    pub version: VersionWord,
    /// The language that the flow is asked for in, such as fr-CA
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,
    /// How many applicants are to stand on each step
    #[arg(long, value_name = "NUMBER", default_value = "1", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub each: usize,
    /// How many sessions are begun at most; finding the ways takes half of them at most
    #[arg(long, value_name = "NUMBER", default_value = "200",
        value_parser = RangedU64ValueParser::<usize>::new().range(FEWEST_SESSIONS..))]
    pub max_sessions: usize,
    /// Where the sessions are kept, in place of .draftgate/held/FLOW.json
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
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

/// Arguments of `resume`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  draftgate resume retail-onboarding --stay
  draftgate resume retail-onboarding --json held.json --markdown held.md
  draftgate resume retail-onboarding --open-pages
  draftgate resume retail-onboarding --version live --allow-live

Without --stay everybody is gone on with, as far as made-up data lead: that
proves that they can finish, and they cannot be resumed again. They ask where
they stand first, as who loads the page again does; with --open-pages they
submit the page that they had before them, with the ids of before.

  fine      stands where they were left, and can finish
  hindered  can finish, and must do again or otherwise what they had done
  lost      stands nowhere (4002, 4100), or cannot finish

Exit codes: 0 where nobody is lost, 1 where somebody is (with --strict,
hindered counts too), 2 wrong usage, or nobody is held, 4 where all had been
gone on with before, 5 where the API could not be reached.")]
pub struct ResumeArguments {
    /// The flow, as it was held
    #[arg(value_name = "FLOW")]
    pub flow: String,
    /// Which version of the flow; live only with --allow-live
    #[arg(long = "version", value_enum, value_name = "VERSION", default_value_t)]
    pub version: VersionWord,
    /// Only look where everybody stands, and change nothing
    #[arg(long)]
    pub stay: bool,
    /// As if their pages had stayed open while the flow was published: submit what they saw when they were held, and ask where
    /// they stand only when that is refused
    #[arg(long, conflicts_with = "stay")]
    pub open_pages: bool,
    /// Whoever is hindered counts as lost
    #[arg(long)]
    pub strict: bool,
    /// Where the sessions are kept, in place of .draftgate/held/FLOW.json
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Write all that was found as JSON (`draftgate schema resumption`)
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub json: Option<PathBuf>,
    /// Write a page in Markdown
    #[arg(long, value_name = "FILE", help_heading = "Reports")]
    pub markdown: Option<PathBuf>,
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

impl ResumeArguments {
    /// The reports that are written.
    pub fn files(&self) -> Vec<&PathBuf> {
        [&self.json, &self.markdown].into_iter().flatten().collect()
    }
}
