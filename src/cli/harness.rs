//! The run as a test target of a crate: `cargo test` and `cargo nextest run` list and run each scenario as a test.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use super::Environment;
use super::args::RunArguments;
use super::bazel;
use super::durations::Durations;
use super::exit::Exit;
use super::output::Output;
use super::overwrite;
use super::plan::Plan;
use super::prepare::prepare;
use super::reporters::Reporters;
use super::run::{Telling, execute, stop};
use super::shard::by_bazel;
use super::shown;
use super::signal::listen_for_stop;
use crate::journal::WorkingFolder;
use crate::report::discretion::Discretion;
use crate::report::terminal::Advice;

/// Runs the scenarios of a folder under Rust's test harness conventions.
///
/// The arguments and the environment of the process are those of a test binary: a filter, `--list`, `--exact`, `--skip`,
/// `--ignored`, `--format`, `--test-threads` and the rest work as they do there. Which server is called, and what is
/// allowed, comes from the folder's `draftgate.yaml` and the environment, as for the command.
///
/// Under Bazel it is a test like any other: the variables by which Bazel asks a test for a shard and for its results are
/// followed. Variables of a CI that runs several jobs beside each other are not, for a test harness has no such thing; cargo
/// nextest divides tests itself (`--partition`).
///
/// ```no_run
/// // tests/scenarios.rs, with `[[test]] name = "scenarios" harness = false` in Cargo.toml:
/// fn main() -> std::process::ExitCode {
///     draftgate::run_folder("scenarios")
/// }
/// ```
pub fn run_folder(folder: impl AsRef<Path>) -> ExitCode {
    let environment = Environment::capture();
    let libtest = libtest_mimic::Arguments::parse_from(&environment.arguments);
    let color = match libtest.color {
        Some(libtest_mimic::ColorSetting::Always) => super::args::Color::Always,
        Some(libtest_mimic::ColorSetting::Never) => super::args::Color::Never,
        _ => super::args::Color::Auto,
    };
    let output = Output::new(&environment, color);
    let mut arguments =
        RunArguments { select: vec![folder.as_ref().to_string_lossy().into_owned()], ..RunArguments::default() };
    arguments.libtest.list = libtest.list;
    if libtest.test_threads == Some(0) {
        output.complain("error: --test-threads takes a number from 1");
        return Exit::Usage.into();
    }
    if !folder.as_ref().is_dir() {
        output.complain(&format!("error: there is no folder {}", folder.as_ref().display()));
        return Exit::Usage.into();
    }
    if !libtest.list {
        let adopted = bazel::adopt(&environment, &mut arguments.reports);
        if let Err(error) = overwrite::clear(&arguments.reports.files()) {
            return usage(&output, &error);
        }
        if let Err(error) = adopted {
            return usage(&output, &error);
        }
    }
    let part = match by_bazel(&environment) {
        Ok(part) => part,
        Err(error) => return usage(&output, &error),
    };
    let mut prepared = match prepare(&environment, &arguments, &output) {
        Ok(prepared) => prepared,
        Err(exit) => return exit.into(),
    };
    let reporters = match Reporters::open(&arguments.reports, None, &output) {
        Ok(reporters) => reporters,
        Err(exit) => return exit.into(),
    };
    let any = !prepared.tests.is_empty();
    let plan = Plan::of(&mut prepared, &libtest, part, &Durations::default());
    let redactor = output.redactor.clone();
    let files = Some(Arc::new(shown::of_run(&prepared, false, &redactor)));
    let discretion = Discretion { redactor, files, ..Discretion::default() };
    let advice = Advice::default();
    let folder = WorkingFolder::default();
    let stopped = listen_for_stop(&prepared.runtime, prepared.global_timeout);
    let (as_rust, now, failures, covered) = (true, (environment.now)(), None, None);
    let telling = Telling {
        reporters,
        discretion,
        advice,
        as_rust,
        only_odd: false,
        now,
        plan,
        folder,
        stopped,
        failures,
        covered,
    };
    let exit = execute(&prepared, &libtest, telling, &output, &Arc::default());
    stop(prepared);
    match exit {
        // `cargo test NAME` asks every test target for NAME; one that has no such test has not failed.
        Exit::Nothing if any => Exit::Passed.into(),
        exit => exit.into(),
    }
}

fn usage(output: &Output, error: &dyn std::fmt::Display) -> ExitCode {
    output.complain(&format!("error: {error}"));
    Exit::Usage.into()
}
