//! The suite again and again, as fast as it goes, against one served sandbox that has to bear it all; beside it one run that
//! lasts the whole time. Memory and open sockets of all three are watched.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::compare::accept;
use super::measured::clear_environment;
use super::server::Server;
use super::workload::{self, FLOW, FORMS, Operation, REQUESTS, WAITING, WAY};

/// The scenarios of the suite.
const SUITE: usize = 500;
/// The scenarios of the run that lasts, each of which asks ten times a second.
const LASTING: usize = 100;
/// How often memory and sockets are looked at, and how often they are told.
const LOOK: Duration = Duration::from_millis(100);
const TELL: Duration = Duration::from_secs(10);
/// What comes before is warming up.
const WARM: Duration = Duration::from_secs(60);
/// The least that says something of growth: the sandbox forgets sessions once a minute, and three parts are compared.
const LEAST: Duration = Duration::from_secs(300);
/// More open sockets than this are not bounded by any sensible ceiling.
const MOST_SOCKETS: usize = 2048;

/// What a process holds, at its most.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    /// In MB.
    memory: f64,
    sockets: usize,
}

impl Held {
    /// What a process holds now; none once it has ended.
    fn of(process: u32) -> Option<Self> {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        let memory = line.split_whitespace().nth(1)?.parse::<f64>().ok()? * 1024.0 / 1e6;
        let open = std::fs::read_dir(format!("/proc/{process}/fd")).ok()?.flatten();
        let links = open.filter_map(|entry| std::fs::read_link(entry.path()).ok());
        Some(Held { memory, sockets: links.filter(|link| link.to_string_lossy().starts_with("socket:")).count() })
    }

    fn most(self, other: Self) -> Self {
        Held { memory: self.memory.max(other.memory), sockets: self.sockets.max(other.sockets) }
    }

    fn of_all(all: &[Self]) -> Self {
        all.iter().fold(Held::default(), |most, held| most.most(*held))
    }
}

/// Those that are watched, in the order of the table.
const WATCHED: [&str; 3] = ["suite", "lasting", "sandbox"];

/// Soaks for a time.
///
/// # Errors
///
/// When a run fails, when memory grows after the first minute, and when sockets are not bounded.
pub fn soak(draftgate: &Path, time: Duration) -> io::Result<()> {
    if Held::of(std::process::id()).is_none() {
        return Err(io::Error::other("a soak needs /proc"));
    }
    let folder = tempfile::tempdir()?;
    let (flows, suite, lasting) =
        (folder.path().join("flows"), folder.path().join("suite"), folder.path().join("lasting"));
    write_flows(&flows, time)?;
    let sandbox = Server::start(Command::new(draftgate).args(["sandbox", "--flows"]).arg(&flows))?;
    write_suite(&suite, &sandbox.address)?;
    write_lasting(&lasting, &sandbox.address, time)?;
    accept(draftgate, &suite)?;
    println!(
        "{} for {} s: the suite of {SUITE} scenarios again and again, one run that lasts",
        draftgate.display(),
        time.as_secs()
    );
    println!("{:>7}{:>7}{:>11}   memory MB and sockets, the most: suite, lasting, sandbox", "s", "runs", "requests/s");
    let mut runs = Runs { draftgate, suite: Run::start(draftgate, &suite)?, done: 0 };
    let mut long = Run::start(draftgate, &lasting)?;
    let began = Instant::now();
    let mut windows: Vec<[Held; 3]> = Vec::new();
    while began.elapsed() < time {
        let (window, before) = (Instant::now(), runs.done);
        let mut most = [Held::default(); 3];
        while window.elapsed() < TELL && began.elapsed() < time {
            runs.go_on(&suite)?;
            if let Some(status) = long.child.try_wait()? {
                return Err(io::Error::other(format!("the run that lasts ended with {status}: {}", long.said())));
            }
            let processes = [runs.suite.child.id(), long.child.id(), sandbox.process()];
            for (most, process) in most.iter_mut().zip(processes) {
                *most = most.most(Held::of(process).unwrap_or_default());
            }
            std::thread::sleep(LOOK);
        }
        let requests = ((runs.done - before) * SUITE * REQUESTS) as f64 / window.elapsed().as_secs_f64();
        let held: String = most.iter().map(|held| format!("{:9.1} {:5}", held.memory, held.sockets)).collect();
        println!("{:7.0}{:7}{requests:11.0}   {held}", began.elapsed().as_secs_f64(), runs.done);
        windows.push(most);
    }
    judge(&windows, time)
}

/// A run of draftgate under way, which is ended when it is dropped.
struct Run {
    child: Child,
    output: std::path::PathBuf,
}

impl Run {
    fn start(draftgate: &Path, folder: &Path) -> io::Result<Self> {
        let output = folder.join("output.txt");
        let file = std::fs::File::create(&output)?;
        let mut command = Command::new(draftgate);
        command.args(["run", "--junit", "junit.xml"]).current_dir(folder);
        clear_environment(&mut command);
        let child = command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).spawn()?;
        Ok(Run { child, output })
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.output).unwrap_or_default()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The suite again and again.
struct Runs<'a> {
    draftgate: &'a Path,
    suite: Run,
    done: usize,
}

impl Runs<'_> {
    /// Starts the suite again when it has ended.
    fn go_on(&mut self, folder: &Path) -> io::Result<()> {
        if let Some(status) = self.suite.child.try_wait()? {
            if !status.success() {
                let said = self.suite.said();
                return Err(io::Error::other(format!(
                    "run {} of the suite ended with {status}: {said}",
                    self.done + 1
                )));
            }
            self.done += 1;
            self.suite = Run::start(self.draftgate, folder)?;
        }
        Ok(())
    }
}

/// Holds the last third of what came after warming up against the first.
fn judge(windows: &[[Held; 3]], time: Duration) -> io::Result<()> {
    let warm = (WARM.as_secs() / TELL.as_secs()) as usize;
    let after = windows.get(warm..).unwrap_or_default();
    for (at, name) in WATCHED.iter().enumerate() {
        let held: Vec<Held> = after.iter().map(|window| window[at]).collect();
        let most = Held::of_all(&held);
        if most.sockets > MOST_SOCKETS {
            return Err(io::Error::other(format!("{name} had {} sockets open", most.sockets)));
        }
        let third = held.len() / 3;
        if time < LEAST || third == 0 {
            continue;
        }
        let (first, last) = (Held::of_all(&held[..third]), Held::of_all(&held[held.len() - third..]));
        println!(
            "{name}: {:.1} MB, then {:.1} MB; {} sockets, then {}",
            first.memory, last.memory, first.sockets, last.sockets
        );
        if last.memory > first.memory * 1.1 + 4.0 {
            return Err(io::Error::other(format!("the memory of {name} grows")));
        }
        if last.sockets > first.sockets + first.sockets / 2 + 64 {
            return Err(io::Error::other(format!("the open sockets of {name} grow")));
        }
    }
    if time < LEAST {
        println!("No run failed. Of growth nothing can be said in less than {} s.", LEAST.as_secs());
    } else {
        println!("No run failed, no memory grew, sockets were bounded.");
    }
    Ok(())
}

/// The flows that the sandbox serves: W's, and one that is pending for the whole time. Sessions are forgotten soon, or their
/// number would be what grows.
fn write_flows(folder: &Path, time: Duration) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut text = format!("flow: {FLOW}\nnodes:\n");
    for (at, form) in FORMS.iter().enumerate() {
        text.push_str(&format!("  - form: form-{at}\n    title: {}\n    elements:\n", form.title));
        for (name, _) in form.elements {
            text.push_str(&format!("      - {{ name: {name}, type: text, max_length: 60 }}\n"));
        }
    }
    std::fs::write(folder.join("w.flow.yaml"), text)?;
    let takes = time.as_secs() + 30;
    let text = format!(
        "flow: {WAITING}\nnodes:\n  - form: form\n    title: Form\n    elements:\n      - {{ name: First name, type: text }}\n  \
         - service: check\n    type: TRULIOO_EIDV\n    takes: {takes}s\n"
    );
    std::fs::write(folder.join("waiting.flow.yaml"), text)?;
    std::fs::write(folder.join("sandbox.yaml"), "forget_after: 10s\n")
}

fn write_suite(folder: &Path, address: &str) -> io::Result<()> {
    workload::write_scenarios(folder, 0, address)?;
    for number in 1..=SUITE {
        let mut text = format!("scenario: Applicant {number} goes through the flow\nflow: {FLOW}\nsteps:\n");
        for (operation, submitted, answered) in WAY {
            let action = match (operation, submitted) {
                (Operation::Submit, Some(form)) => {
                    let (name, _) = FORMS[form].elements[0];
                    format!("submit: {{ {name}: \"Ada {number}\" }}")
                }
                (Operation::Back, _) => "back:".to_owned(),
                _ => "init:".to_owned(),
            };
            let expect = answered.map_or("end", |form| FORMS[form].title);
            text.push_str(&format!("  - {action}\n    expect: {expect}\n"));
        }
        std::fs::write(folder.join("scenarios").join(workload::file(number, "yaml")), text)?;
    }
    Ok(())
}

fn write_lasting(folder: &Path, address: &str, time: Duration) -> io::Result<()> {
    workload::write_scenarios(folder, 0, address)?;
    let limit = time.as_secs() + 60;
    for number in 1..=LASTING {
        let text = format!(
            "scenario: Applicant {number} waits long\nflow: {WAITING}\ntimeout: {limit}s\nsteps:\n  - init\n  \
             - submit: {{ First name: Ada }}\n    expect: pending\n  - current:\n    \
             repeat: {{ until: end, every: 100ms, for: {limit}s }}\n    wait: 0s\n"
        );
        std::fs::write(folder.join("scenarios").join(workload::file(number, "yaml")), text)?;
    }
    Ok(())
}
