//! `--failed`: what failed when it ran last is run again.

use crate::flows::{plain, tiny};
use crate::project::{Ended, Project};

/// Two scenarios that pass and two that fail.
fn mixed() -> Project {
    let failing = plain("steps:\n  - init:\n    expect: end\n");
    tiny()
        .with("scenarios/good.yaml", plain("steps: [init]\n"))
        .with("scenarios/bad.yaml", &failing)
        .with("scenarios/worse.yaml", &failing)
        .with("scenarios/cases.yaml", plain("cases: [ { case: a }, { case: b } ]\nsteps: [init]\n"))
}

/// The tests that a run had, by name.
fn ran(ended: &Ended) -> Vec<String> {
    let lines = ended.stdout.split("Summary").next().unwrap().lines();
    let tests = lines.filter(|line| line.contains("PASS [") || line.trim_start().starts_with("FAIL ["));
    let mut names: Vec<String> = tests.map(|line| line.split("] ").nth(1).unwrap().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn only_what_failed_last_runs_until_it_passes() {
    let project = mixed();
    assert_eq!(ran(&project.draftgate(&["run"]).exits(1)).len(), 5);
    assert_eq!(ran(&project.draftgate(&["run", "--failed"]).exits(1)), ["bad", "worse"]);
    project.write("scenarios/bad.yaml", plain("steps: [init]\n"));
    assert_eq!(ran(&project.draftgate(&["run", "--failed"]).exits(1)), ["bad", "worse"]);
    assert_eq!(ran(&project.draftgate(&["run", "--failed"]).exits(1)), ["worse"]);
    // A run of something else does not forget it.
    project.draftgate(&["run", "good"]).exits(0);
    project.write("scenarios/worse.yaml", plain("steps: [init]\n"));
    assert_eq!(ran(&project.draftgate(&["--failed"]).exits(0)), ["worse"]);
    project
        .draftgate(&["run", "--failed"])
        .exits(4)
        .complains("none of the tests that are selected failed when it ran last");
}

#[test]
fn it_is_one_more_condition_beside_paths_and_filters() {
    let project = mixed();
    project.draftgate(&["run"]).exits(1);
    assert_eq!(ran(&project.draftgate(&["run", "--failed", "scenarios/worse.yaml"]).exits(1)), ["worse"]);
    assert_eq!(project.draftgate(&["run", "--failed", "--list"]).exits(0).stdout, "bad: test\nworse: test\n");
}

#[test]
fn a_test_that_is_gone_is_forgotten() {
    let project = mixed();
    project.draftgate(&["run"]).exits(1);
    std::fs::remove_file(project.path().join("scenarios/bad.yaml")).unwrap();
    assert_eq!(ran(&project.draftgate(&["run", "--failed"]).exits(1)), ["worse"]);
    assert!(!project.read("scenarios/.draftgate/last-run.json").unwrap().contains("\"bad\""));
}

#[test]
fn it_is_kept_beside_the_configuration_and_out_of_version_control() {
    let project = mixed().with("scenarios/draftgate.yaml", "run: { seed: 1 }\n");
    project.draftgate(&["run", "good"]).exits(0);
    assert_eq!(project.read("scenarios/.draftgate/.gitignore").as_deref(), Some("*\n"));
    project.write("scenarios/.draftgate/last-run.json", "{");
    project
        .draftgate(&["run", "--failed"])
        .exits(2)
        .complains("last-run.json is not read")
        .complains("delete the file");
    project.draftgate(&["run", "good"]).exits(0);
    project.draftgate(&["run", "--failed"]).exits(4);
}

#[test]
fn without_a_run_before_or_in_ci_there_is_nothing_to_repeat() {
    let project = mixed();
    project.draftgate_with(&[("CI", "true")], &["run"]).exits(1);
    assert!(project.files("scenarios/.draftgate").is_empty());
    project.draftgate(&["run", "--failed"]).exits(2).complains("no run is remembered here");
}
