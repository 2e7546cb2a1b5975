//! The command line: arguments, configuration, commands and exit codes.
//!
//! [`args`] is what was typed, [`config`] what `draftgate.yaml` says, [`settings`] what the two and the environment come to.
//! Each command has a file of its own. [`harness`] is the same run for a test target of somebody's own crate.

mod advice;
pub mod args;
mod bazel;
mod changes;
mod completions;
pub mod config;
mod conform;
mod coverage;
mod diff;
mod durations;
pub mod exit;
mod explain;
mod explore;
mod gate;
pub mod harness;
mod held;
mod hold;
mod import;
mod last_run;
mod lint;
mod man;
mod minimise;
mod new;
mod output;
mod overwrite;
mod plan;
mod prepare;
mod reach;
mod record;
mod report;
mod reporters;
mod repository;
mod resume;
mod review;
mod run;
mod sandbox;
mod schema;
pub mod settings;
mod shard;
mod shown;
mod signal;
mod watch;
mod write;
mod written;

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::Parser;

use args::{Arguments, Command};
use exit::Exit;
use output::Output;

/// What the program was started with, captured once.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The arguments, the program's name first.
    pub arguments: Vec<OsString>,
    /// The environment variables that are text.
    pub variables: BTreeMap<String, String>,
    /// Whether the standard output is a terminal.
    pub terminal: bool,
    /// The clock.
    pub now: fn() -> jiff::Timestamp,
}

impl Environment {
    /// Captures what this process was started with.
    pub fn capture() -> Self {
        use std::io::IsTerminal;
        Environment {
            arguments: std::env::args_os().collect(),
            variables: std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            terminal: std::io::stdout().is_terminal(),
            now: jiff::Timestamp::now,
        }
    }

    /// Whether this is CI.
    pub fn in_ci(&self) -> bool {
        crate::snapshot::ci_variable(&|name| self.variables.get(name).cloned()).is_some()
    }

    /// A variable, when it is set and not empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Runs the command line.
pub fn main(environment: &Environment) -> Exit {
    let arguments = match Arguments::try_parse_from(&environment.arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no mistake; clap knows which of the two streams each belongs to.
            drop(error.print());
            return if error.use_stderr() { Exit::Usage } else { Exit::Passed };
        }
    };
    let output = Output::new(environment, arguments.color());
    output::end_quietly_without_reader();
    match &arguments.command {
        None => start(environment, &arguments.run, &output),
        Some(Command::Run(run)) => start(environment, run, &output),
        Some(Command::Coverage(coverage)) => coverage::coverage(environment, coverage, &output),
        Some(Command::Lint(lint)) => lint::lint(environment, lint, &output),
        Some(Command::Conform(conform)) => conform::conform(environment, conform, &output),
        Some(Command::Gate(gate)) => gate::gate(environment, gate, &output),
        Some(Command::New(new)) => new::new(environment, new, &output),
        Some(Command::Diff(diff)) => diff::diff(environment, diff, &output),
        Some(Command::Explore(explore)) => explore::explore(environment, explore, &output),
        Some(Command::Hold(hold)) => hold::hold(environment, hold, &output),
        Some(Command::Resume(resume)) => resume::resume(environment, resume, &output),
        Some(Command::Import(import)) => import::import(environment, import, &output),
        Some(Command::Record(record)) => record::record(environment, record, &output),
        Some(Command::Report(arguments)) => report::report(arguments, &output),
        Some(Command::Explain(explain)) => explain::explain(explain, &output),
        Some(Command::Review(review)) => review::review(environment, review, &output),
        Some(Command::Sandbox(sandbox)) => sandbox::sandbox(sandbox, &output),
        Some(Command::Schema(schema)) => schema::schema(schema, &output),
        Some(Command::Completions(completions)) => completions::completions(completions, &output),
        Some(Command::Man(man)) => man::man(man, &output),
    }
}

fn start(environment: &Environment, run: &args::RunArguments, output: &Output) -> Exit {
    if run.watch { watch::watch(environment, run, output) } else { run::run(environment, run, output) }
}
