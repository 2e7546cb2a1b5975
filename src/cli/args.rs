//! What was typed.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Proves an onboarding flow's draft before it is published.
#[derive(Debug, Clone, Parser)]
#[command(name = "draftgate", version, about, args_conflicts_with_subcommands = true, after_help = EXIT_CODES)]
pub struct Arguments {
    /// What to do; without a word, `run`.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// `run` without the word.
    #[command(flatten)]
    pub run: RunArguments,
}

const EXIT_CODES: &str = "\
Exit codes: 0 all passed, 1 a scenario failed, 2 wrong usage or configuration, 3 a scenario file is invalid, \
4 nothing ran, 5 the API could not be reached or broke its contract, 6 snapshots await review, 130 interrupted";

/// The commands.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Run scenarios: against the embedded sandbox, unless a server is configured
    Run(Box<RunArguments>),
    /// Check every scenario file without sending anything
    Lint(LintArguments),
    /// Say what an error code of the API means, and how to provoke it
    Explain(ExplainArguments),
    /// Serve the embedded flow API by itself, for front-end work, demos and other clients
    Sandbox(SandboxArguments),
}

/// Which scenarios, and against what.
#[derive(Debug, Clone, Default, Args)]
pub struct Target {
    /// The configuration file, in place of the draftgate.yaml found upwards from the scenarios
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// One of the configuration's environments
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
}

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
    /// Where the flow API is, in place of the embedded sandbox
    #[arg(long, value_name = "URL", help_heading = "Server")]
    pub base_url: Option<String>,
    /// Where the export API is
    #[arg(long, value_name = "URL", help_heading = "Server")]
    pub export_url: Option<String>,
    /// Where tokens are made
    #[arg(long, value_name = "URL", help_heading = "Server")]
    pub token_url: Option<String>,
    /// Allow scenarios with `version: live` to call the published flow of a configured server
    #[arg(long, help_heading = "Server")]
    pub allow_live: bool,
    /// Accept all new and changed snapshots
    #[arg(long, help_heading = "Snapshots")]
    pub update: bool,
    /// List the snapshots that no scenario refers to
    #[arg(long, help_heading = "Snapshots")]
    pub unreferenced: bool,
    /// What generated data grow from
    #[arg(long, value_name = "NUMBER", help_heading = "Scenarios")]
    pub seed: Option<u64>,
    /// Only scenarios with this tag (may be given several times)
    #[arg(long, value_name = "TAG", help_heading = "Scenarios")]
    pub tag: Vec<String>,
    /// libtest's own
    #[command(flatten)]
    pub libtest: LibtestArguments,
}

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

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Arguments of `lint`.
#[derive(Debug, Clone, Default, Args)]
pub struct LintArguments {
    /// Files or folders to check
    #[arg(value_name = "PATH")]
    pub select: Vec<String>,
    /// Which configuration
    #[command(flatten)]
    pub target: Target,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN")]
    pub color: Option<Color>,
}

/// Arguments of `explain`.
#[derive(Debug, Clone, Args)]
pub struct ExplainArguments {
    /// The error code, such as 4006; left out, all are listed
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// Arguments of `sandbox`.
#[derive(Debug, Clone, Args)]
pub struct SandboxArguments {
    /// The folder with the flow definitions (*.flow.yaml) and sandbox.yaml; left out, the scenario folder that is found
    /// here
    #[arg(long, value_name = "DIR")]
    pub flows: Option<PathBuf>,
    /// The port; 0 takes one that is free
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub port: u16,
    /// The address to listen at. Anything but a loopback address lets others in
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub host: IpAddr,
    /// Colours
    #[arg(long, value_enum, value_name = "WHEN")]
    pub color: Option<Color>,
}

impl Arguments {
    /// The colours asked for.
    pub fn color(&self) -> Color {
        let color = match &self.command {
            None => self.run.libtest.color,
            Some(Command::Run(run)) => run.libtest.color,
            Some(Command::Lint(lint)) => lint.color,
            Some(Command::Explain(_)) => None,
            Some(Command::Sandbox(sandbox)) => sandbox.color,
        };
        color.unwrap_or(Color::Auto)
    }
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

/// The file into which everything written is lost.
const NOWHERE: &str = if cfg!(windows) { "NUL" } else { "/dev/null" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn run_needs_no_word() {
        let parsed = Arguments::try_parse_from(["draftgate", "retail", "--exact", "--list"]).unwrap();
        assert!(parsed.command.is_none() && parsed.run.libtest.list);
        assert_eq!(parsed.run.select, ["retail"]);
        let parsed = Arguments::try_parse_from(["draftgate", "run", "a.yaml:3", "-q"]).unwrap();
        assert!(matches!(parsed.command, Some(Command::Run(run)) if run.select == ["a.yaml:3"] && run.libtest.quiet));
    }
}
