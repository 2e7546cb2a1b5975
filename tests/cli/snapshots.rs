//! What becomes of snapshots: when they are written, accepted, compared and forgotten.

use crate::flows::{HAPPY, TINY, tiny};
use crate::project::Project;

const SNAPSHOTS: [&str; 3] =
    ["snapshots/happy/01-init.snap", "snapshots/happy/02-submit.snap", "snapshots/happy/03-submit.snap"];

fn pending() -> Vec<String> {
    SNAPSHOTS.iter().map(|path| format!("{path}.new")).collect()
}

fn happy() -> Project {
    tiny().with("scenarios/happy.yaml", HAPPY)
}

/// A project whose snapshots are accepted.
fn accepted() -> Project {
    let project = happy();
    project.draftgate(&["run", "--update"]).exits(0);
    assert_eq!(project.files("snapshots"), SNAPSHOTS);
    project
}

/// Builds the flow anew with another title for its second step.
fn relabel(project: &Project) {
    project.write("scenarios/tiny.flow.yaml", TINY.replace("name: City", "name: Home city"));
    project.write("scenarios/happy.yaml", HAPPY.replace("City", "Home city"));
}

#[test]
fn new_ones_await_review_and_are_no_success() {
    let project = happy();
    let ended = project.draftgate(&["run"]).exits(6);
    ended
        .says("  REVIEW [ ")
        .says("3 answers have no accepted snapshot yet")
        .says("scenarios/happy.yaml:4:5")
        .says("in snapshots/happy: ")
        .says("1 test: 0 passed, 1 to review");
    assert_eq!(project.files("snapshots"), pending());
}

#[test]
fn update_accepts_them_and_takes_what_waited_away() {
    let project = happy();
    project.draftgate(&["run"]).exits(6);
    project.draftgate(&["run", "--update"]).exits(0);
    assert_eq!(project.files("snapshots"), SNAPSHOTS);
    project.draftgate(&["run"]).exits(0).says("1 passed");
}

#[test]
fn a_changed_label_is_one_sentence_and_awaits_review() {
    let project = accepted();
    relabel(&project);
    let ended = project.draftgate(&["run"]).exits(6);
    ended
        .says("error: the answer differs from the accepted snapshot\n --> scenarios/happy.yaml:5:5\n")
        .says("help: `draftgate review` goes through what changed")
        .says("\n    • *City* is now called *Home city*\n")
        .never_says("$.elements")
        .never_says("Personal details");
    assert_eq!(project.files("snapshots").len(), 4);
    assert!(project.read("snapshots/happy/02-submit.snap.new").unwrap().contains("\"name\": \"Home city\""));
    assert!(project.read("snapshots/happy/02-submit.snap").unwrap().contains("\"name\": \"City\""));
}

#[test]
fn what_waits_is_forgotten_when_the_answer_is_the_accepted_one_again() {
    let project = accepted();
    relabel(&project);
    project.draftgate(&["run"]).exits(6);
    project.write("scenarios/tiny.flow.yaml", TINY);
    project.write("scenarios/happy.yaml", HAPPY);
    project.draftgate(&["run"]).exits(0);
    assert_eq!(project.files("snapshots"), SNAPSHOTS);
}

#[test]
fn a_flow_built_anew_with_other_ids_is_no_difference() {
    let project = happy();
    let seeded = |seed: &str| project.write("scenarios/tiny.flow.yaml", format!("seed: {seed}\n{TINY}"));
    seeded("1");
    project.draftgate(&["run", "--update"]).exits(0);
    let before: Vec<_> = SNAPSHOTS.map(|path| project.read(path)).to_vec();
    seeded("2");
    project.draftgate(&["run"]).exits(0);
    project.draftgate_with(&[("INSTA_UPDATE", "force")], &["run"]).exits(0);
    assert_eq!(SNAPSHOTS.map(|path| project.read(path)).to_vec(), before);
}

#[test]
fn another_order_another_rule_and_another_branch_are_differences() {
    let changes = [
        (
            "      - { name: Age, type: number, min: 18 }\n",
            "",
            "• *Age* was removed (number, minimum 18)\n\n    - $.elements[1] (Age): {",
        ),
        ("min: 18", "min: 21", "• the minimum of *Age* is now 21, was 18\n"),
        (
            "required: true }\n      - { name: Age",
            "required: true, tooltip: T }\n      - { name: Age",
            "• the tooltip of *First name* is new: \"T\"\n",
        ),
    ];
    for (from, to, told) in changes {
        let project = accepted();
        let flow = TINY.replace(from, to);
        assert_ne!(flow, TINY);
        project.write("scenarios/tiny.flow.yaml", flow);
        project.draftgate(&["run"]).exits(6).says(told);
    }
    let project = accepted();
    let without_address = TINY.split("  - form: address").next().unwrap();
    project.write("scenarios/tiny.flow.yaml", without_address);
    project.write(
        "scenarios/happy.yaml",
        HAPPY.replace("    expect: Address\n", "").replace("  - submit: { City: London }\n    expect: end\n", ""),
    );
    let ended = project.draftgate(&["run"]).exits(6);
    ended.says("• the flow now ends here, was *Address*\n").says("- $.title: \"Address\"").says("+ $.type: \"end\"");
}

#[test]
fn nothing_is_written_in_ci() {
    for variable in ["CI", "TF_BUILD"] {
        let project = happy();
        project.draftgate_with(&[(variable, "true")], &["run"]).exits(6).says("no accepted snapshot");
        assert!(project.files("snapshots").is_empty(), "{variable}");
        let ended = project.draftgate_with(&[(variable, "true")], &["run", "--update"]).exits(2);
        ended.complains(&format!("snapshots are never updated when {variable} is set"));
        assert!(project.files("snapshots").is_empty(), "{variable}");
    }
}

#[test]
fn insta_update_is_obeyed() {
    let project = happy();
    project.draftgate_with(&[("INSTA_UPDATE", "no")], &["run"]).exits(6);
    assert!(project.files("snapshots").is_empty());
    project.draftgate_with(&[("INSTA_UPDATE", "unseen")], &["run"]).exits(0);
    assert_eq!(project.files("snapshots"), SNAPSHOTS);
    relabel(&project);
    project
        .draftgate_with(&[("INSTA_UPDATE", "no")], &["run"])
        .exits(6)
        .says("Home city")
        .says("this run writes no snapshots")
        .never_says("goes through what changed");
    project.draftgate_with(&[("INSTA_UPDATE", "unseen")], &["run"]).exits(6);
    assert_eq!(project.files("snapshots").len(), 4, "a changed one still awaits review");
    project.draftgate_with(&[("INSTA_UPDATE", "always")], &["run"]).exits(0);
    assert_eq!(project.files("snapshots"), SNAPSHOTS);
    project.draftgate(&["run"]).exits(0);
    project.draftgate_with(&[("INSTA_UPDATE", "nope")], &["run"]).exits(2).complains("INSTA_UPDATE");
}

#[test]
fn force_pass_lets_a_difference_pass_and_still_keeps_it_for_review() {
    let project = accepted();
    relabel(&project);
    project.draftgate_with(&[("INSTA_FORCE_PASS", "1")], &["run"]).exits(0);
    assert_eq!(project.files("snapshots").len(), 4);
}

#[test]
fn a_step_that_fails_writes_no_snapshot() {
    let project = tiny().with("scenarios/happy.yaml", HAPPY.replace("expect: Address", "expect: end"));
    project.draftgate(&["run", "--update"]).exits(1);
    assert_eq!(project.files("snapshots"), SNAPSHOTS[..1]);
}

#[test]
fn cases_have_folders_and_steps_are_called_by_their_names() {
    let text = "scenario: Cases\nflow: tiny\ncases:\n  - { case: in London, name: Ada }\n  - { name: Bob }\nsteps:\n  - init\n  - submit: { First name: \"{{ name }}\" }\n    name: Who / are you?\n";
    let project = tiny().with("scenarios/deep/er.yaml", text);
    project.draftgate(&["run", "--update"]).exits(0);
    let files = ["2/01-init", "2/02-Who-are-you", "in-London/01-init", "in-London/02-Who-are-you"];
    assert_eq!(project.files("snapshots"), files.map(|file| format!("snapshots/deep/er/{file}.snap")));
}

#[test]
fn what_is_ignored_redacted_or_unordered_is_no_difference() {
    let options = "snapshot: { ignore: [$.title], redact: { \"$.elements[0].name\": \"[label]\" }, unordered: [$.elements] }\nsteps:";
    let project = tiny().with("scenarios/happy.yaml", HAPPY.replace("steps:", options));
    project.draftgate(&["run", "--update"]).exits(0);
    let first = project.read(SNAPSHOTS[0]).unwrap();
    assert!(first.contains("\"name\": \"[label]\"") && !first.contains("\"title\""), "{first}");
    project.write(
        "scenarios/tiny.flow.yaml",
        TINY.replace("Personal details", "Personnel").replace("name: City", "name: CITY"),
    );
    project.draftgate(&["run"]).exits(0);
}

#[test]
fn without_snapshots_nothing_is_compared() {
    let project = tiny().with(
        "scenarios/happy.yaml",
        HAPPY.replace("  - init", "  - init:\n    snapshot: true").replace("steps:", "snapshot: false\nsteps:"),
    );
    project.draftgate(&["run", "--update"]).exits(0);
    assert_eq!(project.files("snapshots"), SNAPSHOTS[..1], "but where a step asks for it");
}

#[test]
fn the_folder_is_the_configured_one() {
    let project = happy().with("scenarios/draftgate.yaml", "snapshots: { dir: ../elsewhere/deep }\n");
    project.draftgate(&["run", "--update"]).exits(0);
    assert_eq!(project.files("elsewhere").len(), 3);
    let inside = Project::new().with("flows/tiny.flow.yaml", TINY).with("flows/happy.yaml", HAPPY);
    inside.draftgate(&["run", "flows", "--update"]).exits(0);
    assert_eq!(inside.files("flows/snapshots").len(), 3, "inside a folder that is not called scenarios");
    inside.draftgate(&["run", "flows"]).exits(0);
}

#[test]
fn a_file_that_is_no_snapshot_is_told_and_left_alone() {
    for text in ["no header\n", "---\nsource: a\n---\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n"] {
        let project = accepted();
        project.write(SNAPSHOTS[1], text);
        project.draftgate(&["run", "--update"]).exits(6).says("02-submit.snap is not a snapshot file");
        assert_eq!(project.read(SNAPSHOTS[1]).as_deref(), Some(text));
    }
}

#[test]
fn the_unreferenced_are_listed_and_not_deleted() {
    let project = accepted();
    project.draftgate(&["run", "--unreferenced"]).exits(0).says("no unreferenced snapshots\n");
    let orphans = ["snapshots/gone/01-init.snap.new", "snapshots/happy/04-submit.snap"];
    orphans.iter().for_each(|path| project.write(path, "---\nsource: x\n---\n{}\n"));
    let ended = project.draftgate(&["run", "--unreferenced"]).exits(0);
    ended.says(&format!("unreferenced snapshots:\n  {}\n  {}\n", orphans[0], orphans[1]));
    assert_eq!(project.files("snapshots").len(), 5);
}
