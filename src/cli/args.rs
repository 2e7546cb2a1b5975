//! What was typed. The arguments of a command with more than a few have a file of their own.

mod changes;
mod completions;
mod conform;
mod coverage;
mod diff;
mod explore;
mod gate;
#[cfg(test)]
mod help_tests;
mod hold;
mod import;
mod limits;
mod lint;
mod man;
mod new;
mod record;
mod report;
mod review;
mod run;
mod sandbox;
mod schema;
mod written;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use completions::CompletionsArguments;
pub use conform::{ConformArguments, VersionWord};
pub use coverage::CoverageArguments;
pub use diff::{DiffArguments, SuiteWord};
pub use explore::ExploreArguments;
pub use gate::{GateArguments, PartWord};
pub use hold::{HoldArguments, ResumeArguments};
pub use import::ImportArguments;
pub use limits::LimitArguments;
pub use lint::{LintArguments, LintFormat};
pub use man::ManArguments;
pub use new::{Filling, NewArguments};
pub use record::RecordArguments;
pub use report::{Flows, Parts, ReportArguments, ReportCommand, Reports};
pub use review::{ListFormat, ReviewArguments};
pub use run::{Format, LibtestArguments, MinimiseArguments, RunArguments};
pub use sandbox::SandboxArguments;
pub use schema::SchemaArguments;
pub use written::WrittenArguments;

/// Proves an onboarding flow's draft before it is published.
#[derive(Debug, Clone, Parser)]
#[command(name = "draftgate", version, args_conflicts_with_subcommands = true, after_help = AFTER_HELP)]
pub struct Arguments {
    /// What to do; without a word, `run`.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// `run` without the word.
    #[command(flatten)]
    pub run: RunArguments,
}

const AFTER_HELP: &str = "\
Examples:
  draftgate                              run all scenarios found here
  draftgate run scenarios/retail --tag smoke
  draftgate run scenarios/retail/accepted.yaml:12
  draftgate review                       go through new and changed answers
  draftgate lint                         check all files, send nothing
  draftgate explore retail-onboarding    learn a flow from its answers
  draftgate coverage                     say what of the flows is not tested
  draftgate gate retail-onboarding       say whether it may be published
  draftgate diff retail-onboarding       say what the draft does differently
  draftgate new retail-onboarding        write a first scenario of a flow
  draftgate help run                     all about one command

Environment:
  DRAFTGATE_BASE_URL, DRAFTGATE_EXPORT_URL, DRAFTGATE_TOKEN_URL
                                         where the API is
  DRAFTGATE_CLIENT_ID, DRAFTGATE_CLIENT_SECRET, DRAFTGATE_SCOPE
                                         who asks for tokens, and for what
  DRAFTGATE_ENV                          as --env
  DRAFTGATE_SEED                         as --seed
  DRAFTGATE_SHARD                        as --shard
  DRAFTGATE_SHARDS                       of how many shards a pod of an indexed
                                         Kubernetes job is one
  CI                                     when set, no snapshot is written
  INSTA_UPDATE                           which snapshots are written: auto, new,
                                         unseen, always, force or no
  NO_COLOR, CLICOLOR_FORCE               never colour, always colour
  They win over draftgate.yaml, and flags win over both.

Exit codes:
  0    all passed
  1    a scenario failed
  2    wrong usage or configuration
  3    a scenario file is invalid
  4    nothing ran
  5    the API could not be reached, or broke its contract
  6    snapshots await review
  130  interrupted";

/// The commands.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Run scenarios: against the embedded sandbox, unless a server is configured
    #[command(after_help = run::EXAMPLES)]
    Run(Box<RunArguments>),
    /// Go through new and changed snapshots: accept, reject, skip
    Review(ReviewArguments),
    /// Say how much of each flow the scenarios cover, and write those that are missing
    Coverage(Box<CoverageArguments>),
    /// Check every scenario file without sending anything
    Lint(LintArguments),
    /// Hold flows to what the API's reference promises, rule by rule
    Conform(Box<ConformArguments>),
    /// Say whether a flow may be published: one verdict of all of these
    Gate(Box<GateArguments>),
    /// Learn a flow from its answers: its map, what leads where, what is wrong
    Explore(Box<ExploreArguments>),
    /// Say what a draft does otherwise than the live flow, and how gravely
    Diff(Box<DiffArguments>),
    /// Park applicants on every step of a flow, before it is published
    Hold(Box<HoldArguments>),
    /// See whether the applicants who were parked are lost, after a publication
    Resume(Box<ResumeArguments>),
    /// Write a first scenario of a flow, from the flow's actual steps
    New(Box<NewArguments>),
    /// Turn a browser's recording (a HAR file) into scenarios
    Import(ImportArguments),
    /// Record scenarios: a proxy in front of the API writes down what is done
    Record(Box<RecordArguments>),
    /// Make a report of the journal that a run left behind, or of all its shards
    Report(Box<ReportArguments>),
    /// Say what an error code, a mistake in a file or a rule of `conform` means
    Explain(ExplainArguments),
    /// Serve the embedded flow API, for front-end work, demos and other clients
    Sandbox(SandboxArguments),
    /// Print JSON Schemas, by which editors complete and check what you write
    Schema(SchemaArguments),
    /// Print the completions of a shell
    Completions(CompletionsArguments),
    /// Print the manual pages
    Man(ManArguments),
}

/// Which scenarios, and against what.
#[derive(Debug, Clone, Default, Args)]
pub struct Target {
    /// The configuration file, in place of the draftgate.yaml found upwards from the scenarios
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// One of the configuration's environments (or DRAFTGATE_ENV)
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
}

/// Which API is called, and with what data.
#[derive(Debug, Clone, Default, Args)]
pub struct ServerArguments {
    /// Where the flow API is, in place of the embedded sandbox (or DRAFTGATE_BASE_URL)
    #[arg(long, value_name = "URL", help_heading = "Server")]
    pub base_url: Option<String>,
    /// Where the export API is (or DRAFTGATE_EXPORT_URL)
    #[arg(long, value_name = "URL", help_heading = "Server")]
    pub export_url: Option<String>,
    /// Where tokens are made (or DRAFTGATE_TOKEN_URL)
    #[arg(long, value_name = "URL", help_heading = "Server")]
    pub token_url: Option<String>,
    /// Allow scenarios with `version: live` to call the published flow of a configured server
    #[arg(long, help_heading = "Server")]
    pub allow_live: bool,
    /// What generated data grow from: the same number gives the same data (or DRAFTGATE_SEED)
    #[arg(long, value_name = "NUMBER", help_heading = "Scenarios")]
    pub seed: Option<u64>,
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

/// Arguments of `explain`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:\n  draftgate explain 4006\n  draftgate explain E020\n  draftgate explain DG-05")]
pub struct ExplainArguments {
    /// The API's error code, such as 4006, the kind of mistake, such as E020, or the rule, such as DG-05; left out, all are
    /// listed
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
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
            Some(Command::Coverage(coverage)) => coverage.color,
            Some(Command::Review(review)) => review.color,
            Some(Command::Lint(lint)) => lint.color,
            Some(Command::Conform(conform)) => conform.color,
            Some(Command::Gate(gate)) => gate.color,
            Some(Command::New(new)) => new.color,
            Some(Command::Explore(explore)) => explore.color,
            Some(Command::Diff(diff)) => diff.color,
            Some(Command::Hold(hold)) => hold.color,
            Some(Command::Resume(resume)) => resume.color,
            Some(Command::Import(import)) => import.color,
            Some(Command::Record(record)) => record.color,
            Some(Command::Report(report)) => report.color,
            Some(Command::Explain(explain)) => explain.color,
            Some(Command::Schema(_) | Command::Completions(_) | Command::Man(_)) => None,
            Some(Command::Sandbox(sandbox)) => sandbox.color,
        };
        color.unwrap_or(Color::Auto)
    }
}

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
