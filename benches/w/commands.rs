//! The commands that send nothing, the start of the program, and waiting.

use std::io;
use std::path::Path;

use super::compare::{accept, start_server};
use super::measured::{Cost, Program, measure};
use super::server::PENDING;
use super::workload::{self, WAITING};

/// The goals' number of scenarios, for `--list` and `lint`.
const LISTED: [usize; 3] = [50, 500, 5000];
/// How many scenarios wait at once.
const WAITERS: usize = 2000;

/// `--list`, `lint`, and the start of one scenario.
pub fn commands(draftgate: &Path, rounds: usize) -> io::Result<()> {
    println!("\nCommands: medians of {rounds}");
    println!("  {:32}{:>10}{:>10}{:>9}", "", "wall ms", "CPU ms", "peak MB");
    for scenarios in LISTED {
        let folder = tempfile::tempdir()?;
        workload::write_scenarios(folder.path(), scenarios, "http://127.0.0.1:9")?;
        for arguments in [&["run", "--list"][..], &["lint"]] {
            let name = format!("{} of {scenarios}", arguments.join(" "));
            row(&Program::new(&name, draftgate, folder.path()).with(arguments), rounds)?;
        }
    }
    row(&Program::new("--version", draftgate, Path::new(".")).with(["--version"]), rounds)?;
    let folder = tempfile::tempdir()?;
    let server = start_server(0)?;
    workload::write_scenarios(folder.path(), 1, &server.address)?;
    accept(draftgate, folder.path())?;
    row(&Program::new("run of one scenario", draftgate, folder.path()).with(["run"]), rounds.max(11))
}

fn row(program: &Program, rounds: usize) -> io::Result<()> {
    let output = tempfile::NamedTempFile::new()?;
    let costs = (0..rounds).map(|_| measure(program, output.path())).collect::<io::Result<Vec<Cost>>>()?;
    let Cost { wall, cpu, peak } = Cost::median(&costs);
    println!("  {:32}{:10.1}{:10.1}{peak:9.1}", program.name, wall * 1e3, cpu * 1e3);
    Ok(())
}

/// Scenarios that each meet an answer that is pending for [`PENDING`]: asked for as the default has it, and at a fixed pace.
pub fn waiting(draftgate: &Path, rounds: usize) -> io::Result<()> {
    println!("\n{WAITERS} scenarios, each pending for {} s: medians of {rounds}", PENDING.as_secs());
    println!("  {:32}{:>10}{:>10}{:>9}", "", "wall ms", "CPU ms", "peak MB");
    let by_default = "  - submit: { First name: Ada }\n    wait: 60s\n    expect: end\n";
    let at_a_pace = "  - submit: { First name: Ada }\n    expect: pending\n  - current:\n    \
                     repeat: { until: end, every: 500ms, for: 60s }\n    wait: 0s\n    expect: end\n";
    for (name, steps) in [("polled by default", by_default), ("repeated every 500 ms", at_a_pace)] {
        let folder = tempfile::tempdir()?;
        let server = start_server(0)?;
        workload::write_scenarios(folder.path(), 0, &server.address)?;
        for number in 1..=WAITERS {
            let text = format!("scenario: Applicant {number} waits\nflow: {WAITING}\nsteps:\n  - init\n{steps}");
            std::fs::write(folder.path().join("scenarios").join(workload::file(number, "yaml")), text)?;
        }
        accept(draftgate, folder.path())?;
        row(&Program::new(name, draftgate, folder.path()).with(["run", "--junit", "junit.xml"]), rounds)?;
    }
    Ok(())
}
