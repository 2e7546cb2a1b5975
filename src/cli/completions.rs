//! `draftgate completions`: what a shell needs to complete draftgate's commands and flags.

use clap::CommandFactory;

use super::args::{Arguments, CompletionsArguments};
use super::exit::Exit;
use super::output::Output;

/// Prints the script of a shell.
pub(super) fn completions(arguments: &CompletionsArguments, output: &Output) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "draftgate", &mut script);
    output.say(&String::from_utf8_lossy(&script));
    Exit::Passed
}
