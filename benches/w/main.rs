//! What draftgate costs on the workload W, beside a hand-written client and, where it is installed, hurl. `docs/performance.md`
//! says what W is, what the goals are and how to read what this prints.
//!
//! `cargo bench --bench w -- --help`. Every part is a process of its own: the server, the client (this binary again, told so
//! by its first argument), draftgate as it is shipped. They run in turn. Everything stays on loopback and is bounded in count
//! and time; what is written lies in one temporary folder.

#![cfg_attr(unix, expect(clippy::print_stdout, clippy::print_stderr, reason = "it reports to whoever runs it"))]

#[cfg(unix)]
mod client;
#[cfg(unix)]
mod commands;
#[cfg(unix)]
mod compare;
#[cfg(unix)]
mod goals;
#[cfg(unix)]
mod measured;
#[cfg(unix)]
mod server;
#[cfg(unix)]
mod soak;
#[cfg(unix)]
mod workload;

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    run::main()
}

#[cfg(unix)]
mod run {
    use std::ffi::OsString;
    use std::io;
    use std::path::{Path, PathBuf};
    use std::process::{Command, ExitCode, Stdio};
    use std::time::Duration;

    use clap::Parser;
    use tokio::signal::unix::{SignalKind, signal};

    use super::compare::{Contestants, compare, print_growth};
    use super::{CLIENT, SERVE, client, commands, goals, measured, server, soak, workload};

    /// Measures draftgate on the workload W
    #[derive(Debug, Parser)]
    #[command(name = "w", after_help = EXAMPLES)]
    struct Arguments {
        /// How many scenarios: 50, 500 and 5000 when left out
        #[arg(value_parser = clap::value_parser!(u32).range(1..=20_000))]
        scenarios: Vec<u32>,
        /// Milliseconds that the server waits before each answer
        #[arg(long, value_delimiter = ',', default_values_t = [0, 50], value_parser = clap::value_parser!(u64).range(..=1000))]
        delay: Vec<u64>,
        /// How often each is run: 7 times when left out, with more than 1,000 scenarios 3 times
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=51))]
        rounds: Option<u32>,
        /// A build of draftgate, in place of the one that Cargo made; several are compared with each other
        #[arg(long, value_name = "PATH")]
        draftgate: Vec<PathBuf>,
        /// Where hurl is, when it is not on the path; `no` leaves it out
        #[arg(long, value_name = "PATH")]
        hurl: Option<PathBuf>,
        /// Measure what the goals are about instead, and print their table for docs/performance.md
        #[arg(long)]
        goals: bool,
        /// Measure `--list`, `lint` and the start instead
        #[arg(long)]
        commands: bool,
        /// Measure 2,000 scenarios with a pending answer instead
        #[arg(long)]
        waiting: bool,
        /// Run against the sandbox for so many seconds instead, and watch memory and sockets
        #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(10..=7200))]
        soak: Option<u64>,
        /// Write W into a folder instead, as scenarios and as files of hurl
        #[arg(long, value_name = "FOLDER")]
        write: Option<PathBuf>,
        /// What Cargo says to a benchmark
        #[arg(long, hide = true)]
        bench: bool,
    }

    const EXAMPLES: &str = "\
Examples:
  cargo bench --bench w                               50, 500 and 5,000 scenarios
  cargo bench --bench w -- 500 --delay 0 --rounds 21
  cargo bench --bench w -- --draftgate old/draftgate --draftgate new/draftgate
  cargo bench --bench w -- --goals                    the table of goals
  cargo bench --bench w -- --commands --waiting
  cargo bench --bench w -- --soak 1200
  cargo bench --bench w -- 500 --write w
  cargo bench --bench w -- --serve 50 4011            the server for what is
                                                      written, DELAY 50";

    /// The port that written scenarios ask at.
    const PORT: u16 = 4011;

    pub fn main() -> ExitCode {
        let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
        let done = match arguments.split_first() {
            Some((role, rest)) if role == measured::MEASURED => measured::measured(rest).map(|status| {
                // Ended by a signal is no success either.
                u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)
            }),
            Some((role, rest)) if role == SERVE => serve(rest).map(|()| 0),
            Some((role, rest)) if role == CLIENT => be_the_client(rest).map(|()| 0),
            _ => measure(&Arguments::parse()).map(|()| 0),
        };
        done.map_or_else(
            |error| {
                eprintln!("error: {error}");
                ExitCode::FAILURE
            },
            ExitCode::from,
        )
    }

    fn number<T: std::str::FromStr>(argument: Option<&OsString>) -> io::Result<T> {
        let text = argument.and_then(|argument| argument.to_str());
        text.and_then(|text| text.parse().ok()).ok_or_else(|| io::Error::other("a number is wanted"))
    }

    fn serve(arguments: &[OsString]) -> io::Result<()> {
        let port = arguments.get(1).filter(|argument| *argument != "--bench");
        let port = port.map_or(Ok(0), |port| number(Some(port)))?;
        server::serve(Duration::from_millis(number(arguments.first())?), port)
    }

    fn be_the_client(arguments: &[OsString]) -> io::Result<()> {
        let address = arguments.first().and_then(|address| address.to_str()).unwrap_or_default();
        client::run(address, number(arguments.get(1))?, number(arguments.get(2))?)
    }

    fn measure(arguments: &Arguments) -> io::Result<()> {
        if let Some(folder) = &arguments.write {
            return write(folder, arguments.scenarios.first().copied().unwrap_or(500));
        }
        let folder = tempfile::tempdir()?;
        remove_when_interrupted(folder.path());
        // Whatever is written from here on lies below it.
        let _first = tempfile::env::override_temp_dir(folder.path());
        let draftgates = match arguments.draftgate.as_slice() {
            [] => vec![PathBuf::from(env!("CARGO_BIN_EXE_draftgate"))],
            given => given.iter().map(std::path::absolute).collect::<io::Result<_>>()?,
        };
        let rounds = arguments.rounds.map(|rounds| rounds as usize);
        if let Some(seconds) = arguments.soak {
            return soak::soak(&draftgates[0], Duration::from_secs(seconds));
        }
        if arguments.commands || arguments.waiting {
            for draftgate in &draftgates {
                println!("\n{}", draftgate.display());
                if arguments.commands {
                    commands::commands(draftgate, rounds.unwrap_or(7))?;
                }
                if arguments.waiting {
                    commands::waiting(draftgate, rounds.unwrap_or(3))?;
                }
            }
            return Ok(());
        }
        let hurl = hurl(arguments.hurl.as_deref());
        if let (None, false) = (&hurl, arguments.hurl.as_deref() == Some(Path::new("no"))) {
            println!(
                "hurl is not there: `cargo install hurl --locked` puts it beside, or --hurl PATH says where it is"
            );
        }
        let who = Contestants { draftgates, hurl };
        if arguments.goals {
            return goals::goals(&who, rounds.unwrap_or(7));
        }
        let mut all = Vec::new();
        for scenarios in sizes(arguments) {
            for delay in &arguments.delay {
                let rounds = rounds.unwrap_or(if scenarios > 1000 { 3 } else { 7 });
                let measured = compare(&who, scenarios, *delay, rounds)?;
                measured.print(rounds);
                all.push(measured);
            }
        }
        print_growth(&all);
        Ok(())
    }

    /// How many scenarios are asked for. As one of the tests (`cargo test --benches`) it only shows that it works.
    fn sizes(arguments: &Arguments) -> Vec<usize> {
        match arguments.scenarios.as_slice() {
            [] if arguments.bench => vec![50, 500, 5000],
            [] => vec![5],
            given => given.iter().map(|number| *number as usize).collect(),
        }
    }

    /// Where hurl is, if it works.
    fn hurl(given: Option<&Path>) -> Option<PathBuf> {
        let path = match given {
            Some(no) if no == Path::new("no") => return None,
            Some(path) if path.components().count() > 1 => std::path::absolute(path).ok()?,
            Some(name) => name.to_owned(),
            None => PathBuf::from("hurl"),
        };
        let asked = Command::new(&path).arg("--version").stdin(Stdio::null()).output().ok()?;
        let text = String::from_utf8_lossy(&asked.stdout).into_owned();
        println!("{}", text.lines().next()?);
        Some(path)
    }

    fn write(folder: &Path, scenarios: u32) -> io::Result<()> {
        let address = format!("http://127.0.0.1:{PORT}");
        workload::write_scenarios(folder, scenarios as usize, &address)?;
        workload::write_hurl(&folder.join("hurl"), scenarios as usize)?;
        let folder = folder.display();
        println!(
            "{scenarios} scenarios are in {folder}/scenarios; as files of hurl, which want --variable server={address}, in \
             {folder}/hurl. --serve 0 {PORT} is their server."
        );
        Ok(())
    }

    /// Removes the folder when this process is told to stop. Programs under way, and the server, end when it is gone.
    fn remove_when_interrupted(folder: &Path) {
        let folder = folder.to_owned();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if runtime.is_ok_and(|runtime| runtime.block_on(told_to_stop()).is_ok()) {
                let _removed = std::fs::remove_dir_all(folder);
                std::process::exit(130);
            }
        });
    }

    async fn told_to_stop() -> io::Result<()> {
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminated.recv() => Ok(()),
        }
    }
}

/// The first argument that makes this binary the server: milliseconds before each answer follow, and a port.
#[cfg(unix)]
const SERVE: &str = "--serve";
/// The first argument that makes it the hand-written client: address, scenarios, requests in flight.
#[cfg(unix)]
const CLIENT: &str = "--client";
