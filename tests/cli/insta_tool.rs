//! The real `cargo-insta` on draftgate's snapshots. Where it is not on the `PATH` these tests are left out, and say so.

use std::io::Write;
use std::process::Command;

use serde_json::Value;

use crate::flows::{HAPPY, TINY, tiny};
use crate::project::Project;

const SNAPSHOTS: [&str; 2] = ["snapshots/happy/01-init.snap", "snapshots/happy/02-submit.snap"];

/// A project of both tools in which two answers await review; none without the tool.
fn project() -> Option<Project> {
    if !Command::new("cargo-insta").arg("--version").output().is_ok_and(|output| output.status.success()) {
        // Written past the harness, which would keep it to itself.
        let left_out = "left out: cargo-insta is not on the PATH (cargo install cargo-insta)\n";
        std::io::stdout().write_all(left_out.as_bytes()).unwrap();
        return None;
    }
    let project = tiny()
        .with("scenarios/happy.yaml", HAPPY)
        .with("Cargo.toml", "[package]\nname = \"flows\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\n")
        .with("src/lib.rs", "");
    project.draftgate(&["run", "--update"]).exits(0);
    let flow = TINY.replace("min: 18", "min: 21").replace("title: Address", "title: Your address");
    project.write("scenarios/tiny.flow.yaml", flow);
    project.write("scenarios/happy.yaml", HAPPY.replace("expect: Address", "expect: Your address"));
    project.draftgate(&["run"]).exits(6);
    Some(project)
}

fn insta(project: &Project) -> Command {
    let mut command = Command::new("cargo-insta");
    for variable in ["CI", "TF_BUILD", "INSTA_WORKSPACE_ROOT", "INSTA_PENDING_DIR", "INSTA_UPDATE"] {
        command.env_remove(variable);
    }
    command.env("CARGO_NET_OFFLINE", "true").current_dir(project.path());
    command
}

#[track_caller]
fn run(project: &Project, arguments: &[&str]) -> String {
    let output = insta(project).args(arguments).args(["--workspace-root", "."]).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
    stdout.into_owned()
}

/// The snapshots that the tool finds waiting, by their paths in the project.
fn seen_by_insta(project: &Project) -> Vec<String> {
    let root = project.path().canonicalize().unwrap();
    let mut seen: Vec<String> = run(project, &["pending-snapshots", "--as-json"])
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|line| {
            let path = std::path::Path::new(line["path"].as_str()?).canonicalize().ok()?;
            Some(path.strip_prefix(&root).ok()?.to_str()?.to_owned())
        })
        .collect();
    seen.sort();
    seen
}

fn seen_by_draftgate(project: &Project) -> Vec<String> {
    let ended = project.draftgate(&["review", "--list", "--format", "json"]);
    let list: Value = serde_json::from_str(&ended.stdout).unwrap();
    list.as_array().unwrap().iter().map(|item| item["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn both_tools_see_the_same_and_each_takes_what_the_other_leaves() {
    let Some(project) = project() else { return };
    assert_eq!(seen_by_insta(&project), SNAPSHOTS);
    assert_eq!(seen_by_draftgate(&project), SNAPSHOTS);
    run(&project, &["accept", "--snapshot", SNAPSHOTS[0]]);
    assert!(project.read(SNAPSHOTS[0]).unwrap().contains("\"min\": 21"));
    assert_eq!(seen_by_draftgate(&project), SNAPSHOTS[1..]);
    project
        .draftgate(&["review", "--accept"])
        .exits(0)
        .says(&format!("accepted {}\n1 snapshot accepted", SNAPSHOTS[1]));
    assert!(seen_by_insta(&project).is_empty());
    project.draftgate(&["run"]).exits(0);
}

#[test]
fn what_cargo_insta_rejects_is_gone() {
    let Some(project) = project() else { return };
    let before = project.read(SNAPSHOTS[1]);
    run(&project, &["reject", "--snapshot", SNAPSHOTS[1]]);
    assert_eq!(project.read(SNAPSHOTS[1]), before);
    assert_eq!(seen_by_draftgate(&project), SNAPSHOTS[..1]);
    run(&project, &["reject"]);
    assert!(seen_by_draftgate(&project).is_empty());
}

#[cfg(unix)]
#[test]
fn cargo_insta_review_goes_through_them() {
    let Some(project) = project() else { return };
    let mut command = insta(&project);
    command.args(["review", "--workspace-root", "."]).env("TERM", "xterm");
    let options = rexpect::session::Options::new().timeout_ms(Some(60_000)).strip_ansi_escape_codes(true);
    let mut terminal = rexpect::session::spawn_with_options(command, options).unwrap();
    let mut press = |keys: &str, seen: &str| {
        terminal.send(keys).unwrap();
        terminal.flush().unwrap();
        terminal.exp_string(seen).unwrap_or_else(|error| panic!("{seen:?} is not seen: {error}"));
    };
    press("", "[1/2]");
    press("", "toggle snapshot diff");
    press("a", "[2/2]");
    press("", "toggle snapshot diff");
    press("r", "review finished");
    terminal.exp_eof().unwrap();
    assert!(project.files("snapshots").iter().all(|file| !file.ends_with(".new")));
    project.draftgate(&["run"]).exits(6).says("1 to review");
}
