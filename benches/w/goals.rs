//! The table of goals in `docs/performance.md`, with what is measured now.

use std::io;

use super::commands::{POLLS, WAITERS, read, start, wait};
use super::compare::{Contestants, Measured, Row, compare};
use super::server::PENDING;

/// Prints the table, which takes a few minutes.
pub fn goals(who: &Contestants, rounds: usize) -> io::Result<()> {
    let draftgate = who.draftgates[0].as_path();
    let few = rounds.min(3);
    println!("| figure | goal | measured |\n| --- | --- | --- |");
    let (at_once, hurl) = rows(compare(who, 500, 0, rounds)?);
    let beside =
        |of: Option<Row>| of.map_or(String::new(), |of| format!("; hurl {:.1} and {:.1}", of.ratio.wall, of.ratio.cpu));
    row(
        "W, N = 500, DELAY 0: wall and CPU, times the client's",
        "2 and 2",
        &format!("{:.1} and {:.1}{}", at_once.ratio.wall, at_once.ratio.cpu, beside(hurl)),
    );
    for (scenarios, goal, memory) in [(500, "0.6 s", ""), (5000, "3.6 s", "150 MB")] {
        let rounds = if scenarios > 1000 { few } else { rounds };
        let (delayed, hurl) = rows(compare(who, scenarios, 50, rounds)?);
        let mut text = format!("{:.2} s, {:.1} times the client's", delayed.cost.wall, delayed.ratio.wall);
        if let Some(hurl) = hurl {
            text.push_str(&format!("; hurl {:.2} s", hurl.cost.wall));
        }
        if !memory.is_empty() {
            text.push_str(&format!("; {:.0} MB", delayed.cost.peak));
        }
        let (name, goal) = match memory {
            "" => ("wall", goal.to_owned()),
            memory => ("wall and peak", format!("{goal}, {memory}")),
        };
        row(&format!("W, N = {scenarios}, DELAY 50: {name}"), &goal, &text);
    }
    let waited = wait(draftgate, POLLS[1].1, few)?;
    let name = format!("{WAITERS} scenarios, each pending for {} s, polled every 500 ms: wall", PENDING.as_secs());
    row(&name, "7 s", &format!("{:.2} s", waited.wall));
    row("one scenario, from start to end", "15 ms", &format!("{:.0} ms", start(draftgate, rounds.max(11))?.wall * 1e3));
    let seconds =
        |arguments: &[&str]| Ok::<_, io::Error>(format!("{:.2} s", read(draftgate, arguments, 5000, few)?.wall));
    row("`lint` of 5,000 scenarios", "1 s", &seconds(&["lint"])?);
    row("`--list` of 5,000 scenarios", "0.3 s", &seconds(&["run", "--list"])?);
    let size = std::fs::metadata(draftgate)?.len() as f64 / 1e6;
    row("the program's file", "15 MB", &format!("{size:.1} MB"));
    Ok(())
}

fn row(figure: &str, goal: &str, measured: &str) {
    println!("| {figure} | {goal} | {measured} |");
}

/// draftgate's, and hurl's at its best.
fn rows(measured: Measured) -> (Row, Option<Row>) {
    let mut rows = measured.rows.into_iter().skip(1);
    let own = rows.next().expect("draftgate takes part");
    (own, rows.find(|row| row.name == "hurl"))
}
