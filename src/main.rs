//! The `draftgate` program: captures what it was started with, and lets the library do the work.

use std::process::ExitCode;

use draftgate::cli::{self, Environment};

fn main() -> ExitCode {
    cli::main(&Environment::capture()).into()
}
