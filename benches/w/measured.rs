//! What a program costs, from its start to its end: wall time, processor time, the most memory that it held.
//!
//! The system tells a process what its children used, all of them together. So each program is the only child of a process
//! of its own, this binary once more, which measures it, sees to it that it ends, and says what it cost.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

/// The argument that makes this binary the one that measures.
pub const MEASURED: &str = "--measured";
/// After this long a program is ended, and has failed.
const BOUND: Duration = Duration::from_secs(180);

/// What a program cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// From its start to its end, in seconds.
    pub wall: f64,
    /// User and system time of all its threads, in seconds.
    pub cpu: f64,
    /// The most memory that it held, in MB.
    pub peak: f64,
}

impl Cost {
    /// The median of each.
    pub fn median(costs: &[Cost]) -> Self {
        let of = |figure: fn(&Cost) -> f64| median(costs.iter().map(figure).collect());
        Cost { wall: of(|cost| cost.wall), cpu: of(|cost| cost.cpu), peak: of(|cost| cost.peak) }
    }

    /// Each as a multiple of the other's.
    pub fn beside(&self, other: &Cost) -> Self {
        let of = |own: f64, other: f64| own / other.max(f64::EPSILON);
        Cost { wall: of(self.wall, other.wall), cpu: of(self.cpu, other.cpu), peak: of(self.peak, other.peak) }
    }
}

/// The middle one; of an even number, the greater of the two.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Measures a program, which must succeed; what it says goes into a file.
pub fn measure(program: &Program, output: &Path) -> io::Result<Cost> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(MEASURED).arg(BOUND.as_secs().to_string()).arg(output).arg(&program.path).args(&program.arguments);
    command.current_dir(&program.folder).stdin(Stdio::piped()).stdout(Stdio::piped());
    clear_environment(&mut command);
    let mut child = command.spawn()?;
    // While it is open, somebody is there who wants to know.
    let waiting = child.stdin.take();
    let told = child.wait_with_output()?;
    drop(waiting);
    if !told.status.success() {
        let said = std::fs::read_to_string(output).unwrap_or_default();
        let end: Vec<&str> = said.lines().rev().take(20).collect();
        let end: Vec<&str> = end.into_iter().rev().collect();
        return Err(io::Error::other(format!("{} ended with {}:\n{}", program.name, told.status, end.join("\n"))));
    }
    serde_json::from_slice(&told.stdout).map_err(io::Error::other)
}

/// Leaves out what is set in the environment for the programs that are measured: default settings are those of a shell in
/// which nothing is set.
pub fn clear_environment(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text == "CI" || ["DRAFTGATE_", "INSTA_", "HURL_", "GITHUB_"].iter().any(|start| text.starts_with(start)) {
            command.env_remove(&name);
        }
    }
}

/// A program with its arguments, and the folder that it runs in.
#[derive(Debug, Clone)]
pub struct Program {
    pub name: String,
    pub path: OsString,
    pub arguments: Vec<OsString>,
    pub folder: std::path::PathBuf,
}

impl Program {
    pub fn new(name: &str, path: impl Into<OsString>, folder: &Path) -> Self {
        Program { name: name.to_owned(), path: path.into(), arguments: Vec::new(), folder: folder.to_owned() }
    }

    #[must_use]
    pub fn with<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }
}

/// What [`measure`] starts: runs the rest of the arguments as a program and prints what that cost.
pub fn measured(arguments: &[OsString]) -> io::Result<ExitStatus> {
    let [bound, output, program, arguments @ ..] = arguments else {
        return Err(io::Error::other("a bound in seconds, a file and a program are wanted"));
    };
    let bound = bound.to_str().and_then(|bound| bound.parse().ok()).unwrap_or(BOUND.as_secs());
    let output = std::fs::File::create(output)?;
    let began = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .stdout(output.try_clone()?)
        .stderr(output)
        .stdin(Stdio::null())
        .spawn()?;
    let number = Pid::from_child(&child);
    let kill = move || {
        let _ended = kill_process(number, Signal::KILL);
    };
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(bound));
        kill();
    });
    std::thread::spawn(move || {
        // Ends when the process is gone that wants to know.
        let _ended = io::stdin().read_to_end(&mut Vec::new());
        kill();
    });
    let status = child.wait()?;
    let wall = began.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    let cpu = seconds(usage.user_time()) + seconds(usage.system_time());
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1.0 } else { 1024.0 };
    let peak = usage.max_rss() as f64 * unit / 1e6;
    println!("{}", serde_json::to_string(&Cost { wall, cpu, peak })?);
    Ok(status)
}
