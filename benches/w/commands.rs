//! The commands that send nothing, the start of the program, and waiting.

use std::io;
use std::path::Path;

use super::compare::{accept, start_server};
use super::measured::{Cost, Program, measure};
use super::server::PENDING;
use super::workload::{self, WAITING};

/// How many scenarios are listed and checked.
const LISTED: [usize; 3] = [50, 500, 5000];
/// How many scenarios wait at once.
pub const WAITERS: usize = 2000;
/// How the pending answer is asked for: as the default has it, and at a fixed pace.
pub const POLLS: [(&str, &str); 2] = [
    ("polled by default", "  - submit: { First name: Ada }\n    wait: 60s\n    expect: end\n"),
    (
        "repeated every 500 ms",
        "  - submit: { First name: Ada }\n    expect: pending\n  - current:\n    \
         repeat: { until: end, every: 500ms, for: 60s }\n    wait: 0s\n    expect: end\n",
    ),
];

/// Prints what `--list`, `lint`, and the start of the program cost.
pub fn commands(draftgate: &Path, rounds: usize) -> io::Result<()> {
    heading(&format!("Commands: medians of {rounds}"));
    for scenarios in LISTED {
        for arguments in [&["run", "--list"][..], &["lint"]] {
            let name = format!("{} of {scenarios}", arguments.join(" "));
            row(&name, read(draftgate, arguments, scenarios, rounds)?);
        }
    }
    let version = Program::new("--version", draftgate, Path::new(".")).with(["--version"]);
    row("--version", often(&version, rounds)?);
    row("run of one scenario", start(draftgate, rounds)?);
    Ok(())
}

/// Prints what many scenarios cost that each meet an answer that is pending for [`PENDING`].
pub fn waiting(draftgate: &Path, rounds: usize) -> io::Result<()> {
    heading(&format!("{WAITERS} scenarios, each pending for {} s: medians of {rounds}", PENDING.as_secs()));
    for (name, steps) in POLLS {
        row(name, wait(draftgate, steps, rounds)?);
    }
    Ok(())
}

fn heading(title: &str) {
    println!("\n{title}\n  {:32}{:>10}{:>10}{:>9}", "", "wall ms", "CPU ms", "peak MB");
}

fn row(name: &str, Cost { wall, cpu, peak }: Cost) {
    println!("  {name:32}{:10.1}{:10.1}{peak:9.1}", wall * 1e3, cpu * 1e3);
}

/// The medians of so many runs of a program.
fn often(program: &Program, rounds: usize) -> io::Result<Cost> {
    let output = tempfile::NamedTempFile::new()?;
    let costs = (0..rounds).map(|_| measure(program, output.path())).collect::<io::Result<Vec<Cost>>>()?;
    Ok(Cost::median(&costs))
}

/// A command that reads so many scenarios and sends nothing.
pub fn read(draftgate: &Path, arguments: &[&str], scenarios: usize, rounds: usize) -> io::Result<Cost> {
    let folder = tempfile::tempdir()?;
    workload::write_scenarios(folder.path(), scenarios, "http://127.0.0.1:9")?;
    often(&Program::new(&arguments.join(" "), draftgate, folder.path()).with(arguments), rounds)
}

/// One scenario, from the program's start to its end.
pub fn start(draftgate: &Path, rounds: usize) -> io::Result<Cost> {
    let folder = tempfile::tempdir()?;
    let server = start_server(0)?;
    workload::write_scenarios(folder.path(), 1, &server.address)?;
    accept(draftgate, folder.path())?;
    often(&Program::new("one scenario", draftgate, folder.path()).with(["run"]), rounds)
}

/// [`WAITERS`] scenarios with these steps after `init`.
pub fn wait(draftgate: &Path, steps: &str, rounds: usize) -> io::Result<Cost> {
    let folder = tempfile::tempdir()?;
    let server = start_server(0)?;
    workload::write_scenarios(folder.path(), 0, &server.address)?;
    for number in 1..=WAITERS {
        let text = format!("scenario: Applicant {number} waits\nflow: {WAITING}\nsteps:\n  - init\n{steps}");
        std::fs::write(folder.path().join("scenarios").join(workload::file(number, "yaml")), text)?;
    }
    accept(draftgate, folder.path())?;
    often(&Program::new("waiting", draftgate, folder.path()).with(["run", "--junit", "junit.xml"]), rounds)
}
