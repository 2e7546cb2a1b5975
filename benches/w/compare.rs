//! W by each contestant in turn, so that a machine whose speed drifts drifts for all.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::measured::{Cost, Program, measure};
use super::server::Server;
use super::workload::{self, REQUESTS};

/// Who takes part.
pub struct Contestants {
    /// One or more builds of draftgate, the first of which accepts the snapshots.
    pub draftgates: Vec<PathBuf>,
    pub hurl: Option<PathBuf>,
}

/// What one workload cost each: the medians, and the medians of what each round's cost were to the client's.
pub struct Measured {
    pub scenarios: usize,
    pub delay: u64,
    /// What it cost draftgate to write all snapshots, before.
    pub accepted: Cost,
    pub rows: Vec<Row>,
}

pub struct Row {
    pub name: String,
    pub cost: Cost,
    /// As multiples of the hand-written client's.
    pub ratio: Cost,
}

/// Starts the server of W, with a delay in milliseconds before each answer.
pub fn start_server(delay: u64) -> io::Result<Server> {
    Server::start(Command::new(std::env::current_exe()?).args([super::SERVE, &delay.to_string()]))
}

/// How many requests in flight suit the hand-written client, and hurl's jobs.
fn widths(delay: u64) -> (usize, usize) {
    if delay == 0 { (64, 64) } else { (512, 500) }
}

/// Runs W that often with each.
pub fn compare(who: &Contestants, scenarios: usize, delay: u64, rounds: usize) -> io::Result<Measured> {
    let folder = tempfile::tempdir()?;
    let server = start_server(delay)?;
    let programs = programs(who, folder.path(), &server.address, scenarios, delay)?;
    let accepted = accept(&who.draftgates[0], folder.path())?;
    let output = folder.path().join("output.txt");
    let mut costs = vec![Vec::new(); programs.len()];
    for _ in 0..rounds {
        for (program, costs) in programs.iter().zip(&mut costs) {
            costs.push(measure(program, &output)?);
        }
    }
    let client = costs[0].clone();
    let rows = programs.into_iter().zip(&costs).map(|(program, costs)| {
        let ratios: Vec<Cost> = costs.iter().zip(&client).map(|(own, client)| own.beside(client)).collect();
        Row { name: program.name, cost: Cost::median(costs), ratio: Cost::median(&ratios) }
    });
    Ok(Measured { scenarios, delay, accepted, rows: rows.collect() })
}

/// The programs, the hand-written client first.
fn programs(who: &Contestants, folder: &Path, address: &str, scenarios: usize, delay: u64) -> io::Result<Vec<Program>> {
    let (width, jobs) = widths(delay);
    workload::write_scenarios(folder, scenarios, address)?;
    let client = Program::new("client", std::env::current_exe()?, folder);
    let mut all = vec![client.with([super::CLIENT, address, &scenarios.to_string(), &width.to_string()])];
    for (at, path) in who.draftgates.iter().enumerate() {
        let name = if who.draftgates.len() == 1 { "draftgate".to_owned() } else { format!("draftgate {}", at + 1) };
        all.push(Program::new(&name, path, folder).with(["run", "--junit", "junit.xml"]));
    }
    if let Some(hurl) = &who.hurl {
        workload::write_hurl(&folder.join("hurl"), scenarios)?;
        let hurl = |name: &str| {
            let server = format!("server={address}");
            Program::new(name, hurl, folder).with(["--test", "--variable", &server, "--glob", "hurl/*.hurl"])
        };
        all.push(hurl("hurl").with(["--jobs", &jobs.to_string()]));
        if delay == 0 {
            // With a delay it takes minutes as it comes: a job a core.
            all.push(hurl("hurl as it comes"));
        }
    }
    Ok(all)
}

/// Has all snapshots accepted, and the map of the flow and the last run's durations written.
pub fn accept(draftgate: &Path, folder: &Path) -> io::Result<Cost> {
    let program = Program::new("draftgate run --update", draftgate, folder).with(["run", "--update"]);
    measure(&program, &folder.join("accepted.txt"))
}

impl Measured {
    pub fn print(&self, rounds: usize) {
        let Measured { scenarios, delay, accepted, rows } = self;
        println!("\nW, N = {scenarios} ({} requests), DELAY {delay}: medians of {rounds}", scenarios * REQUESTS);
        println!("  {:18}{:>8}{:>8}{:>9}   × client: wall    CPU   peak", "", "wall s", "CPU s", "peak MB");
        for Row { name, cost, ratio } in rows {
            println!(
                "  {name:18}{:8.3}{:8.3}{:9.1}{:17.2}{:7.2}{:7.1}",
                cost.wall, cost.cpu, cost.peak, ratio.wall, ratio.cpu, ratio.peak
            );
        }
        println!("  draftgate, to accept all at first: {:.3} s, CPU {:.3} s", accepted.wall, accepted.cpu);
    }
}

/// Growth: what a scenario costs as there are more of them.
pub fn print_growth(all: &[Measured]) {
    println!("\nGrowth: milliseconds a scenario");
    println!("  {:18}{:>6}{:>7}{:>9}{:>9}{:>9}", "", "DELAY", "N", "wall", "CPU", "peak MB");
    let mut lines: Vec<(&str, u64, usize, Cost)> = all
        .iter()
        .flat_map(|of| of.rows.iter().map(|row| (row.name.as_str(), of.delay, of.scenarios, row.cost)))
        .collect();
    lines.sort_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
    for (name, delay, scenarios, cost) in lines {
        let each = |seconds: f64| seconds * 1e3 / scenarios as f64;
        println!("  {name:18}{delay:6}{scenarios:7}{:9.3}{:9.3}{:9.1}", each(cost.wall), each(cost.cpu), cost.peak);
    }
}
