//! `draftgate review` without a terminal, and what it finds.

use serde_json::Value;

use crate::flows::{HAPPY, TINY, tiny};
use crate::project::Project;

/// Two scenarios of the same steps with accepted snapshots, and then a field that became required and another bound.
fn changed() -> Project {
    let project = tiny().with("scenarios/retail/happy.yaml", HAPPY).with("scenarios/retail/second.yaml", HAPPY);
    project.draftgate(&["run", "--update"]).exits(0);
    let flow =
        TINY.replace("min: 18", "min: 21").replace("name: City, type: text, required: true", "name: City, type: text");
    project.write("scenarios/tiny.flow.yaml", flow);
    project.draftgate(&["run"]).exits(6).says("help: `draftgate review` goes through what changed");
    assert_eq!(pending(&project).len(), 4);
    project
}

fn pending(project: &Project) -> Vec<String> {
    project.files("snapshots").into_iter().filter(|file| file.ends_with(".new")).collect()
}

#[test]
fn what_waits_is_listed_with_its_meaning_and_the_same_change_once() {
    let project = changed();
    let ended = project.draftgate(&["review", "--list"]).exits(6);
    ended
        .says(
            "changed  retail/happy, step 1: init (scenarios/retail/happy.yaml:4)\n    \
             • the minimum of *Age* is now 21, was 18\n    the same change in 2 snapshots:\n      \
             retail/happy, step 1: init (scenarios/retail/happy.yaml:4)\n      \
             retail/second, step 1: init (scenarios/retail/second.yaml:4)\n",
        )
        .says("    • *City* is no longer required\n")
        .says("\n4 snapshots await review: 4 changed, 0 new, 2 to decide about\n");
    assert_eq!(pending(&project).len(), 4, "a list takes nothing away");
}

#[test]
fn the_list_is_there_for_programs_too() {
    let project = changed();
    project.write("scenarios/retail/third.yaml", HAPPY);
    project.draftgate(&["run", "third"]).exits(6);
    let ended = project.draftgate(&["review", "--list", "--format", "json"]).exits(6);
    let list: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 7);
    assert_eq!(
        list[0],
        serde_json::json!({
            "path": "snapshots/retail/happy/01-init.snap", "pending": "snapshots/retail/happy/01-init.snap.new",
            "scenario": "scenarios/retail/happy.yaml", "line": 4, "test": "retail/happy", "step": 1, "name": "init",
            "kind": "changed", "changes": ["the minimum of *Age* is now 21, was 18"], "group": 1, "group_size": 2
        })
    );
    assert_eq!(list[2]["group"], 1);
    assert_eq!((&list[4]["kind"], &list[4]["group_size"]), (&Value::from("new"), &Value::from(1)));
    assert_eq!(
        list[4]["changes"][0],
        "New: the form *Personal details* with 2 fields: *First name* (text, required), *Age* (number, minimum 21)"
    );
    project.draftgate(&["review", "--accept"]).exits(0);
    assert_eq!(project.draftgate(&["review", "--list", "--format", "json"]).exits(0).stdout, "[]\n");
}

#[test]
fn all_or_some_are_accepted_as_an_update_would() {
    let project = changed();
    let updated = changed();
    updated.draftgate(&["run", "--update"]).exits(0);
    let ended = project.draftgate(&["review", "--accept", "scenarios/retail/happy.yaml"]).exits(0);
    ended.says("accepted snapshots/retail/happy/01-init.snap\n").says("2 snapshots accepted\n");
    assert_eq!(pending(&project).len(), 2);
    project.draftgate(&["review", "--accept"]).exits(0).says("2 snapshots accepted\n");
    let all = project.files("snapshots");
    assert_eq!(all, updated.files("snapshots"));
    for file in all {
        assert_eq!(project.read(&file), updated.read(&file), "{file}");
    }
    project.draftgate(&["run"]).exits(0);
    project.draftgate(&["review"]).exits(0).says("nothing awaits review\n");
    project.draftgate(&["review", "--accept"]).exits(0).says("nothing awaits review\n");
}

#[test]
fn what_is_rejected_is_gone_and_the_accepted_one_stays() {
    let project = changed();
    let before = project.read("snapshots/retail/happy/01-init.snap");
    project.draftgate(&["review", "--reject", "retail/happy"]).exits(0).says("2 snapshots rejected\n");
    assert_eq!(project.read("snapshots/retail/happy/01-init.snap"), before);
    assert_eq!(pending(&project).len(), 2);
    project.draftgate(&["run"]).exits(6);
    assert_eq!(pending(&project).len(), 4, "it comes again with the next run");
}

#[test]
fn snapshots_are_chosen_by_what_people_know_of_them() {
    let project = changed();
    for (word, count) in [
        ("scenarios", 4),
        ("snapshots", 4),
        (".", 4),
        ("scenarios/retail/happy.yaml", 2),
        ("scenarios/retail/happy.yaml:5", 1),
        ("scenarios/retail/happy.yaml:6", 0),
        ("snapshots/retail/second", 2),
        ("snapshots/retail/second/01-init.snap", 1),
        ("snapshots/retail/second/01-init.snap.new", 1),
        ("second", 2),
        ("retail/", 4),
    ] {
        let ended = project.draftgate(&["review", "--list", "--format", "json", word]);
        let list: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{word}: {}", ended.all()));
        assert_eq!(list.as_array().unwrap().len(), count, "{word}");
    }
    project
        .draftgate(&["review", "--list", "scenarios/tiny.flow.yaml"])
        .exits(0)
        .says("nothing awaits review of scenarios/tiny");
    let ended = project.draftgate(&["review", "--accept", "hapyp"]).exits(2);
    ended.complains("`hapyp` is no file or folder, and no part of the name of a test with snapshots to review");
    assert_eq!(pending(&project).len(), 4);
}

#[test]
fn ci_accepts_nothing_and_may_list() {
    let project = changed();
    for variable in ["CI", "TF_BUILD"] {
        let variables = [(variable, "true")];
        let ended = project.draftgate_with(&variables, &["review", "--accept"]).exits(2);
        ended.complains(&format!("snapshots are never updated when {variable} is set"));
        let ended = project.draftgate_with(&variables, &["review", "--reject"]).exits(2);
        ended.complains(&format!("snapshots are never updated when {variable} is set"));
        for allowed in [&["review", "--list"][..], &["review"]] {
            project.draftgate_with(&variables, allowed).never_says("--accept").never_says("--reject");
        }
        project.draftgate_with(&variables, &["review", "--list"]).exits(6);
    }
    assert_eq!(pending(&project).len(), 4);
}

#[test]
fn without_a_terminal_it_says_what_to_do() {
    let project = changed();
    let ended = project.draftgate(&["review"]).exits(2);
    ended.complains("there is no terminal to review on").complains("--accept [PATH]");
    for wrong in
        [&["review", "--list", "--accept"][..], &["review", "--accept", "--reject"], &["review", "--format", "json"]]
    {
        project.draftgate(wrong).exits(2);
    }
}

#[test]
fn broken_scenarios_and_snapshots_keep_nothing_else_from_being_reviewed() {
    let project = changed();
    project.write("scenarios/retail/happy.yaml", "scenario: [\n");
    project.write("scenarios/retail/second.yaml", "\u{0}");
    project.write("scenarios/tiny.flow.yaml", "flow: {");
    project.write("snapshots/retail/second/01-init.snap.new", "half of");
    let ended = project.draftgate(&["review", "--accept"]).exits(6);
    ended.says("3 snapshots accepted").complains("second/01-init.snap.new is not a snapshot file");
    assert_eq!(pending(&project), ["snapshots/retail/second/01-init.snap.new"]);
}

#[test]
fn the_configured_folder_and_instas_are_found() {
    let project = tiny().with("scenarios/happy.yaml", HAPPY);
    project.write("scenarios/draftgate.yaml", "snapshots: { dir: ../elsewhere/deep }\n");
    project.draftgate(&["run"]).exits(6);
    project.draftgate(&["review", "--accept"]).exits(0).says("3 snapshots accepted");
    assert_eq!(project.files("elsewhere").len(), 3);
    let inside = Project::new().with("flows/tiny.flow.yaml", TINY).with("flows/happy.yaml", HAPPY);
    std::fs::remove_dir(inside.path().join("scenarios")).unwrap();
    inside.draftgate(&["run", "flows"]).exits(6);
    inside.draftgate(&["review", "--accept", "flows"]).exits(0).says("accepted flows/snapshots/happy/01-init.snap");
    let project = tiny().with("scenarios/happy.yaml", HAPPY);
    let folder = project.path().join("pending");
    let variables =
        [("INSTA_PENDING_DIR", folder.to_str().unwrap()), ("INSTA_WORKSPACE_ROOT", project.path().to_str().unwrap())];
    project.draftgate_with(&variables, &["run"]).exits(6);
    project.draftgate_with(&variables, &["review", "--accept"]).exits(0).says("accepted snapshots/happy/01-init.snap");
    assert!(project.files("pending").is_empty());
    project.draftgate(&["run"]).exits(0);
}

#[test]
fn what_an_ended_process_left_is_cleared_up_and_nothing_of_it_shown() {
    let project = changed();
    let path = "snapshots/retail/happy/01-init.snap";
    let waiting = project.read(&format!("{path}.new")).unwrap();
    project.write(path, waiting.replace("assertion_line: 4\n", ""));
    project.draftgate(&["review", "--list", path]).exits(0).says("nothing awaits review");
    assert!(project.read(&format!("{path}.new")).is_some(), "a list writes nothing");
    project.draftgate(&["review", "--reject", "second"]).exits(0);
    assert_eq!(project.read(&format!("{path}.new")), None);
}

#[test]
fn unfinished_files_that_are_old_are_swept_by_a_run_too() {
    let project = changed();
    let (old, young) = ("snapshots/retail/.draftgate-aB3xYz.tmp", "snapshots/retail/.draftgate-Cd4wQp.tmp");
    for command in [&["run"][..], &["review", "--accept"]] {
        for (file, age) in [(old, 3600), (young, 0)] {
            project.write(file, "half");
            let file = std::fs::File::options().write(true).open(project.path().join(file)).unwrap();
            file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(age)).unwrap();
        }
        project.draftgate(command);
        assert_eq!((project.read(old), project.read(young).is_some()), (None, true), "{command:?}");
    }
}

#[test]
fn a_secret_that_somebody_put_into_a_snapshot_is_not_shown() {
    let project = changed();
    let path = "snapshots/retail/happy/01-init.snap.new";
    let secret = "s3cret-of-the-client";
    project.write(path, project.read(path).unwrap().replace("First name", &format!("First {secret} name")));
    let variables = [("DRAFTGATE_CLIENT_SECRET", secret)];
    for format in ["text", "json"] {
        let ended = project.draftgate_with(&variables, &["review", "--list", "--format", format]).exits(6);
        ended.says("First [secret] name").never_says(secret);
    }
    project.draftgate_with(&variables, &["review", "--accept"]).exits(0);
    assert!(
        project.read("snapshots/retail/happy/01-init.snap").unwrap().contains(secret),
        "files are left as they are"
    );
}
