//! What comes of the suite on both sides.

use serde_json::Value;

use super::{SHOP, compared, edited, lines, project};
use crate::project::Project;

const CANADIAN: &str = "scenario: A Canadian is asked for a passport
flow: shop
steps:
  - init
  - { submit: { Country: CA, Kind: p }, fill: valid, expect: Document check }
";
const GERMAN: &str = "scenario: A German gets through
flow: shop
snapshot: false
steps:
  - init
  - { submit: { Country: DE, Kind: p }, fill: valid }
  - { submit: { Street: Main }, fill: valid }
";

fn replayed(draft: &str, arguments: &[&str]) -> (Project, Value) {
    let project = project(SHOP, draft).with("scenarios/canadian.yaml", CANADIAN).with("scenarios/german.yaml", GERMAN);
    let found = compared(&project, arguments);
    (project, found)
}

/// What is told of scenarios, a line each.
fn told(found: &Value) -> Vec<String> {
    let all = found["differences"].as_array().unwrap().iter();
    let line = |one: &Value| {
        let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        Some(format!("{} {} {}: {}", text("grade"), one["scenario"].as_str()?, text("step"), text("text")))
    };
    all.filter_map(line).collect()
}

#[test]
fn a_scenario_that_passed_and_fails_is_breaking() {
    let draft = edited(&[("person.country == 'CA'", "person.country == 'DE'")]);
    let (project, found) = replayed(&draft, &["--suite"]);
    assert_eq!(
        told(&found),
        [
            "breaking canadian : it passes with live, and fails with draft at step 2 `submit`: expected the step `Document check`, got the step `Address` (form)",
            "breaking german : it passes with live, and fails with draft at step 3 `submit`: the step has no field `Street`",
            "breaking german : step 2 `submit` now leads to *Document check*, was *Address*",
        ]
    );
    assert_eq!(found["suite"], serde_json::json!({"tests": 2, "passedBefore": 2, "passedAfter": 0}));
    // Exploring found its own.
    assert!(
        lines(&found).iter().any(|line| line.starts_with("breaking way Person: when *Country* is CA")),
        "{found:#}"
    );
    // Nothing is left behind: no snapshot, nothing of a run.
    assert!(!project.path().join("snapshots").exists() && !project.path().join("scenarios/.draftgate").exists());
    let ended = project.draftgate(&["diff", "shop", "--suite", "--markdown", "d.md"]).exits(1);
    ended
        .never_says("PASS")
        .says("; suite: 2 tests, 2 passed with live, 0 with draft\n")
        .says("\n  canadian\n    it passes with live, and fails with draft at step 2 `submit`: ");
    assert!(project.read("d.md").unwrap().contains("- canadian: it passes with live, and fails with draft"));
    // The other way round it is what the draft adds.
    let turned = Project::new()
        .with("scenarios/draftgate.yaml", "snapshots: { dir: ../snapshots }\n")
        .with("scenarios/shop.live.flow.yaml", &draft)
        .with("scenarios/shop.draft.flow.yaml", SHOP)
        .with("scenarios/canadian.yaml", CANADIAN);
    let found = told(&compared(&turned, &["--suite=only"]));
    assert!(
        found.len() == 1
            && found[0].starts_with("additive canadian : it passes with draft, and fails with live at step 2"),
        "{found:#?}"
    );
}

#[test]
fn the_suite_alone_is_compared_by_what_its_answers_show() {
    // The snapshots are those of the live flow.
    let before = Project::new()
        .with("scenarios/draftgate.yaml", "snapshots: { dir: ../snapshots }\n")
        .with("scenarios/shop.flow.yaml", SHOP)
        .with("scenarios/canadian.yaml", CANADIAN);
    drop(before.draftgate(&["run", "--update"]).exits(0));
    let draft = edited(&[
        ("min_length: 3, max_length: 9", "min_length: 3, max_length: 12"),
        ("role: last_name, type: text, required: true", "role: last_name, type: text"),
    ]);
    before.write("scenarios/shop.live.flow.yaml", SHOP);
    before.write("scenarios/shop.draft.flow.yaml", &draft);
    std::fs::remove_file(before.path().join("scenarios/shop.flow.yaml")).unwrap();
    let only = compared(&before, &["--suite=only"]);
    assert_eq!(
        told(&only),
        [
            "additive canadian Person: *Last name* is no longer required",
            "additive canadian Document check: the maximum length of *Passport number* is now 12, was 9",
        ]
    );
    assert_eq!((&only["before"]["requests"], &only["after"]["steps"]), (&Value::from(0), &Value::from(0)));
    let notes = only["notes"].to_string();
    assert!(notes.contains("nothing was explored: only what the suite meets is compared"), "{notes}");
    // What exploring found is not told once more.
    let also = compared(&before, &["--suite"]);
    assert_eq!((told(&also).len(), lines(&also).len()), (0, 2), "{also:#}");
    // What is the same is not told at all.
    before.write("scenarios/shop.draft.flow.yaml", SHOP);
    assert_eq!(told(&compared(&before, &["--suite=only"])), Vec::<String>::new());
    drop(before.draftgate(&["diff", "shop", "--suite", "--map"]).exits(2).complains("cannot be used with"));
}
