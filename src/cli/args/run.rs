//! Arguments of `run`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{Color, Reports, ServerArguments, Target};
use crate::journal::Shard;
use crate::scenario::{MOST_RETRIES, parse_duration};

/// The file into which everything written is lost.
const NOWHERE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

/// What stands below the help of `run`. Without the word, that of the whole program stands there.
pub(super) const EXAMPLES: &str = "\
Examples:
  draftgate run                          all scenarios found here
  draftgate run retail                   those whose names contain the word
  draftgate run scenarios/retail/accepted.yaml:12
  draftgate run --tag smoke --skip slow --env staging
  draftgate run --failed                 those that failed last
  draftgate run --retries 2              what fails is run again, twice at most
  draftgate run --shard 2/5              the second of five parts
  draftgate run --global-timeout 20m     the run fails where it takes longer
  draftgate run --minimise               the shortest scenario that fails so
  draftgate run --watch                  again whenever a file changes
  draftgate run --update                 accept new and changed answers";

/// Arguments of `run`.
#[derive(Debug, Clone, Default, Args)]
pub struct RunArguments {
    /// Files or folders to run, FILE:LINE for the scenario or case at that line; anything else selects tests whose names
    /// contain it
    #[arg(value_name = "PATH[:LINE]|FILTER")]
    pub select: Vec<String>,
    /// Which configuration
    #[command(flatten)]
    pub target: Target,
    /// Which server
    #[command(flatten)]
    pub server: ServerArguments,
    /// Accept all new and changed snapshots
    #[arg(long, help_heading = "Snapshots")]
    pub update: bool,
    /// List the snapshots that no scenario refers to
    #[arg(long, help_heading = "Snapshots")]
    pub unreferenced: bool,
    /// Only scenarios with this tag (may be given several times)
    #[arg(long, value_name = "TAG", help_heading = "Scenarios")]
    pub tag: Vec<String>,
    /// Only what failed when it ran last
    #[arg(long, help_heading = "Scenarios")]
    pub failed: bool,
    /// How often a test that failed is run again from nothing; it is flaky when it passes then. A scenario's own `retries`
    /// win over it
    #[arg(long, value_name = "NUMBER", help_heading = "Scenarios",
        value_parser = clap::value_parser!(u32).range(..=i64::from(MOST_RETRIES)))]
    pub retries: Option<u32>,
    /// Only one of several parts of what is selected: 2/5 for the second of five. 1/1 for everything, where the environment
    /// asks for a part (or DRAFTGATE_SHARD, and by itself in parallel jobs of GitLab, CircleCI, Buildkite, Bazel, Kubernetes)
    #[arg(long, value_name = "INDEX/COUNT", help_heading = "Scenarios", conflicts_with_all = ["watch", "failed"])]
    pub shard: Option<Shard>,
    /// A journal or a last-run.json with the durations by which shards are balanced, the same for all shards
    #[arg(long, value_name = "FILE", help_heading = "Scenarios")]
    pub durations: Option<PathBuf>,
    /// How long the run may take as a whole: tests under way then have failed, and so have those that had not begun
    #[arg(long, value_name = "DURATION", help_heading = "Scenarios", value_parser = duration)]
    pub global_timeout: Option<Duration>,
    /// Stay, and run again what a changed file affects
    #[arg(long, help_heading = "Scenarios", conflicts_with_all = ["list", "logfile"])]
    pub watch: bool,
    /// How tests that failed are minimised
    #[command(flatten)]
    pub minimise: MinimiseArguments,
    /// Tell how many requests are in flight, and how many a second, when that changes
    #[arg(short, long)]
    pub verbose: bool,
    /// Whether tests that simply passed have no line of their own: for commands whose result stands at the end
    #[arg(skip)]
    pub only_odd: bool,
    /// What is written of the run
    #[command(flatten)]
    pub reports: Reports,
    /// libtest's own
    #[command(flatten)]
    pub libtest: LibtestArguments,
}

/// How tests that failed are minimised.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Minimising")]
pub struct MinimiseArguments {
    /// Look for the shortest scenario that still fails in the same way, in fresh sessions, of the first tests that failed
    /// (5, or so many), and print it as YAML and as curl commands
    #[arg(long, value_name = "TESTS", num_args = 0..=1, require_equals = true, default_missing_value = "5",
        value_parser = clap::value_parser!(u16).range(1..), conflicts_with_all = ["watch", "list"])]
    pub minimise: Option<u16>,
    /// The most requests that may be sent for each of them
    #[arg(long, value_name = "NUMBER", requires = "minimise", default_value_t = 500,
        value_parser = clap::value_parser!(u32).range(1..))]
    pub minimise_requests: u32,
    /// How long each of them may take
    #[arg(long, value_name = "DURATION", requires = "minimise", default_value = "5m", value_parser = duration)]
    pub minimise_time: Duration,
    /// Write the scenarios into a folder as well
    #[arg(long, value_name = "FOLDER", requires = "minimise")]
    pub minimise_to: Option<PathBuf>,
}

pub(super) fn duration(text: &str) -> Result<Duration, NoDuration> {
    parse_duration(text).filter(|duration| !duration.is_zero()).ok_or(NoDuration)
}

/// A text is no duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a duration has a unit: 90s, 20m, 1h30m")]
pub struct NoDuration;

/// The flags of Rust's test harness, with their meaning there.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Test harness")]
pub struct LibtestArguments {
    /// List the tests and run nothing
    #[arg(long)]
    pub list: bool,
    /// Names must be equal to FILTER rather than contain it
    #[arg(long)]
    pub exact: bool,
    /// Leave out tests whose names contain this (may be given several times)
    #[arg(long, value_name = "FILTER")]
    pub skip: Vec<String>,
    /// Run only the skipped scenarios
    #[arg(long)]
    pub ignored: bool,
    /// Run the skipped scenarios too
    #[arg(long)]
    pub include_ignored: bool,
    /// The most scenarios at a time; left out, only the requests in flight are bounded
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    pub test_threads: Option<u16>,
    /// Rust's output formats, in place of draftgate's own report
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Rust's terse format
    #[arg(short, long, conflicts_with = "format")]
    pub quiet: bool,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN")]
    pub color: Option<Color>,
    /// Write Rust's output to a file
    #[arg(long, value_name = "FILE")]
    pub logfile: Option<String>,
    /// Accepted for Rust's sake: output is never captured
    #[arg(long, hide = true)]
    pub nocapture: bool,
    /// Likewise
    #[arg(long, hide = true)]
    pub no_capture: bool,
    /// Likewise
    #[arg(long, hide = true)]
    pub show_output: bool,
    /// Likewise
    #[arg(short = 'Z', hide = true, value_name = "FLAG")]
    pub unstable: Option<String>,
}

/// Rust's output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A line a test
    Pretty,
    /// A character a test
    Terse,
    /// JSON events
    Json,
}

impl LibtestArguments {
    /// The same for libtest-mimic. Without a format of Rust's, draftgate reports itself and libtest-mimic writes nowhere.
    pub fn to_libtest(&self) -> libtest_mimic::Arguments {
        let format = self.format.map(|format| match format {
            Format::Pretty => libtest_mimic::FormatSetting::Pretty,
            Format::Terse => libtest_mimic::FormatSetting::Terse,
            Format::Json => libtest_mimic::FormatSetting::Json,
        });
        let color = self.color.map(|color| match color {
            Color::Auto => libtest_mimic::ColorSetting::Auto,
            Color::Always => libtest_mimic::ColorSetting::Always,
            Color::Never => libtest_mimic::ColorSetting::Never,
        });
        let logfile = if self.reports_as_rust() { self.logfile.clone() } else { Some(NOWHERE.to_owned()) };
        libtest_mimic::Arguments {
            list: self.list,
            exact: self.exact,
            skip: self.skip.clone(),
            ignored: self.ignored,
            include_ignored: self.include_ignored,
            test_threads: self.test_threads.map(usize::from),
            quiet: self.quiet,
            format,
            color,
            logfile,
            ..libtest_mimic::Arguments::default()
        }
    }

    /// Whether the output is libtest's.
    pub fn reports_as_rust(&self) -> bool {
        self.list || self.quiet || self.format.is_some() || self.logfile.is_some()
    }
}
