//! What Bazel asks of a test beside its exit code (bazel.build/reference/test-encyclopedia): it shows that it knows of shards,
//! and writes what came of it where Bazel collects that.

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

use super::Environment;
use super::args::Reports;

/// The journal among the test's other outputs.
const JOURNAL: &str = "draftgate.jsonl";

/// Bazel wants something that cannot be done.
#[derive(Debug, thiserror::Error)]
#[error("{variable} names {}, which cannot be written: {why}", file.display())]
pub(super) struct BazelError {
    variable: &'static str,
    file: PathBuf,
    why: io::Error,
}

/// Does what the variables ask for. Reports that were asked for otherwise are written there alone.
pub(super) fn adopt(environment: &Environment, reports: &mut Reports) -> Result<(), BazelError> {
    let path = |variable| environment.variable(variable).map(PathBuf::from);
    reports.junit = reports.junit.take().or_else(|| path("XML_OUTPUT_FILE"));
    let outputs = || path("TEST_UNDECLARED_OUTPUTS_DIR").filter(|folder| folder.is_dir());
    reports.jsonl = reports.jsonl.take().or_else(|| Some(outputs()?.join(JOURNAL)));
    if let Some(file) = path("TEST_SHARD_STATUS_FILE") {
        touch(&file).map_err(|why| BazelError { variable: "TEST_SHARD_STATUS_FILE", file, why })?;
    }
    Ok(())
}

fn touch(file: &Path) -> io::Result<()> {
    OpenOptions::new().create(true).append(true).open(file).map(drop)
}
