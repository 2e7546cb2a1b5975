//! The `draftgate` program: captures what it was started with, and lets the library do the work.

use std::process::ExitCode;

use draftgate::cli::{self, Environment};

/// Thousands of answers are taken apart by several threads at once, which share what is allocated: the system's allocators are
/// slow at that, the more so as musl's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main(&Environment::capture()).into()
}
