//! `draftgate run --watch`: what a changed file affects is run again (it ends by a signal, so on Unix only).

use crate::flows::{HAPPY, TINY, plain, tiny};
use crate::project::{Project, Running};

const WAITING: &str = "Waiting for changes in scenarios. Ctrl-C stops.";

/// Starts a run that watches, and gives what it said until it waited for the first time.
fn watch(project: &Project, arguments: &[&str]) -> (Running, String) {
    let mut watching = project.start(&[&["run", "--watch"], arguments].concat());
    let said = watching.until(WAITING);
    (watching, said)
}

/// Scenarios that have different things to do with files: by themselves, by a fragment, by data, by another flow.
fn project() -> Project {
    tiny()
        .with("scenarios/happy.yaml", HAPPY.replace("flow: tiny\n", "flow: tiny\nsnapshot: false\n"))
        .with("scenarios/begins.fragment.yaml", "fragment: It begins\nsteps: [init]\n")
        .with("scenarios/user.yaml", plain("steps: [ { use: begins.fragment.yaml } ]\n"))
        .with("scenarios/data.yaml", plain("cases: people.csv\nsteps: [init]\n"))
        .with("scenarios/people.csv", "case,name\na,Ada\n")
        .with("scenarios/other.flow.yaml", TINY.replace("flow: tiny", "flow: another"))
        .with("scenarios/another.yaml", plain("steps: [init]\n").replace("flow: tiny", "flow: another"))
}

/// The tests that passed, in the order of their names.
fn passed(said: &str) -> Vec<&str> {
    let mut names: Vec<&str> =
        said.lines().filter(|line| line.contains("PASS [")).filter_map(|line| line.split("] ").nth(1)).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_changed_file_runs_what_it_affects() {
    let project = project();
    let (mut watching, said) = watch(&project, &[]);
    assert_eq!(passed(&said), ["another", "data::a", "happy", "user"]);
    let changes = [
        ("scenarios/happy.yaml", HAPPY.replace("flow: tiny", "flow: tiny\nsnapshot: false"), vec!["happy"]),
        ("scenarios/begins.fragment.yaml", "fragment: It begins\nsteps: [init, current]\n".to_owned(), vec!["user"]),
        ("scenarios/people.csv", "case,name\na,Ada\nb,Bob\n".to_owned(), vec!["data::a", "data::b"]),
        ("scenarios/new.yaml", plain("steps: [init]\n"), vec!["new"]),
        ("scenarios/other.flow.yaml", TINY.replace("flow: tiny", "flow: another # x"), vec!["another"]),
        (
            "scenarios/draftgate.yaml",
            "run: { seed: 2 }\n".to_owned(),
            vec!["another", "data::a", "data::b", "happy", "new", "user"],
        ),
    ];
    for (path, text, affected) in changes {
        project.write(path, text);
        let said = watching.until(WAITING);
        assert_eq!(passed(&said), affected, "{path}: {said}");
        assert!(said.contains(&format!("── changed: {path} ──\n")), "{said}");
    }
    watching.ended_by("-INT").exits(0).says("Stopped.");
}

#[test]
fn a_snapshot_that_was_accepted_elsewhere_is_looked_at_again_and_a_mended_definition_is_told() {
    let project = tiny().with("scenarios/happy.yaml", HAPPY).with("snapshots/maps/x", "");
    let (mut watching, said) = watch(&project, &[]);
    assert!(said.contains("REVIEW") && passed(&said).is_empty(), "{said}");
    project.draftgate(&["review", "--accept"]).exits(0);
    let mut said = String::new();
    // The three files may be told one by one.
    while passed(&said) != ["happy"] {
        said = watching.until(WAITING);
    }
    // Once a later change is told, nothing of the earlier ones is to come.
    project.write("scenarios/happy.yaml", format!("{HAPPY}# looked at\n"));
    while !said.contains("scenarios/happy.yaml") {
        said = watching.until(WAITING);
    }
    project.write("scenarios/tiny.flow.yaml", TINY.replace("nodes:", "nodez:"));
    watching.until(WAITING);
    project.write("scenarios/tiny.flow.yaml", TINY);
    assert!(watching.until(WAITING).contains("── mended: scenarios/tiny.flow.yaml; no test is affected ──\n"));
    watching.ended_by("-INT").exits(0);
}

#[test]
fn a_mistake_is_told_and_what_waited_for_it_is_run_once_it_is_mended() {
    let project = project();
    let (mut watching, _) = watch(&project, &["scenarios"]);
    project.write("scenarios/user.yaml", plain("steps: [ { use: begins.fragment.yaml }, nope ]\n"));
    assert_eq!(passed(&watching.until(WAITING)), Vec::<&str>::new());
    project.write("scenarios/user.yaml", plain("steps: [ { use: begins.fragment.yaml }, current ]\n"));
    assert_eq!(passed(&watching.until(WAITING)), ["user"]);
    let ended = watching.ended_by("-INT").exits(0);
    ended.complains("unknown action `nope`").complains("scenarios/user.yaml:4:");
}
