//! GitLab's code-quality report, held to what GitLab's documentation says of its shape.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::mixed::{entries, killed, mixed, tried_before, write};
use crate::project::Project;

/// The shape, as GitLab documents it.
fn shape() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let lines = json!({ "type": "object", "required": ["begin"], "properties": { "begin": { "type": "integer", "minimum": 1 } } });
    let path = json!({ "type": "string", "pattern": "^[^./]" });
    let location =
        json!({ "type": "object", "required": ["path", "lines"], "properties": { "path": path, "lines": lines } });
    let severity = json!({ "enum": ["info", "minor", "major", "critical", "blocker"] });
    let properties = json!({ "description": text, "check_name": text, "fingerprint": text, "severity": severity, "location": location });
    let required = ["description", "check_name", "fingerprint", "severity", "location"];
    json!({ "type": "array", "items": { "type": "object", "required": required, "properties": properties } })
}

fn findings(project: &Project, arguments: &[&str], exit: i32) -> Vec<Value> {
    project.draftgate(arguments).exits(exit);
    let report: Value = serde_json::from_str(&project.read("quality.json").unwrap()).unwrap();
    jsonschema::validate(&shape(), &report).unwrap_or_else(|error| panic!("{error}\n{report:#}"));
    report.as_array().unwrap().clone()
}

fn fingerprints(findings: &[Value]) -> BTreeSet<&str> {
    findings.iter().map(|finding| finding["fingerprint"].as_str().unwrap()).collect()
}

#[test]
fn every_finding_is_there_with_its_line_and_is_the_same_in_the_next_run() {
    let project = mixed();
    let first = findings(&project, &["run", "--gitlab", "quality.json", "--jsonl", "run.jsonl"], 1);
    let told = |finding: &Value| {
        let at = format!("{}:{}", finding["location"]["path"].as_str().unwrap(), finding["location"]["lines"]["begin"]);
        [&finding["check_name"], &finding["severity"]]
            .map(|text| text.as_str().unwrap().to_owned())
            .into_iter()
            .chain([at])
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut all: Vec<String> = first.iter().map(told).collect();
    all.sort();
    assert_eq!(
        all,
        [
            "draftgate/expectation critical scenarios/retail/deep/wrong.yaml:10",
            "draftgate/expectation critical scenarios/retail/deep/wrong.yaml:10",
            "draftgate/expectation critical scenarios/retail/deep/wrong.yaml:10",
            "draftgate/expectation critical scenarios/retail/deep/wrong.yaml:10",
            "draftgate/snapshot major scenarios/retail/happy.yaml:4",
            "draftgate/warning minor scenarios/odd.yaml:6",
        ]
    );
    assert_eq!(fingerprints(&first).len(), first.len());
    // Lines move, sessions and addresses are others.
    let moved = project.read("scenarios/retail/deep/wrong.yaml").unwrap();
    project.write("scenarios/retail/deep/wrong.yaml", format!("# a comment\n{moved}"));
    let second = findings(&project, &["run", "--gitlab", "quality.json"], 1);
    assert_eq!(fingerprints(&second), fingerprints(&first));
    // A step is put in above.
    project.write("scenarios/retail/deep/wrong.yaml", moved.replace("  - init\n", "  - init\n  - current\n"));
    let third = findings(&project, &["run", "--gitlab", "quality.json"], 1);
    assert!(third.iter().any(|one| one["description"].as_str().unwrap().contains(", step 3 submit: ")), "{third:#?}");
    assert_eq!(fingerprints(&third), fingerprints(&first));
    let again = findings(&project, &["report", "gitlab", "run.jsonl", "-o", "quality.json"], 0);
    assert_eq!(again, first);
}

#[test]
fn a_flaky_test_is_a_finding_and_a_run_that_passes_has_none() {
    let project = mixed();
    project.draftgate(&["run", "root", "--jsonl", "run.jsonl"]).exits(0);
    assert!(findings(&project, &["report", "gitlab", "run.jsonl", "-o", "quality.json"], 0).is_empty());
    let mut journal = entries(&project, "run.jsonl");
    tried_before(&mut journal, "root", 1);
    write(&project, "tried.jsonl", &journal);
    let found = findings(&project, &["report", "gitlab", "tried.jsonl", "-o", "quality.json"], 0);
    assert_eq!(found.len(), 1);
    assert_eq!([&found[0]["check_name"], &found[0]["severity"]], ["draftgate/flaky", "minor"]);
}

#[test]
fn what_is_missing_of_a_run_is_a_finding_and_so_is_each_test_that_did_not_end() {
    let project = mixed();
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(1);
    let mut journal = killed(&entries(&project, "run.jsonl"), "root", "retail/happy");
    write(&project, "killed.jsonl", &journal);
    let found = findings(&project, &["report", "gitlab", "killed.jsonl", "-o", "quality.json"], 0);
    let told: Vec<String> = (found.iter())
        .map(|one| format!("{} {} {}", one["location"]["path"], one["location"]["lines"]["begin"], one["description"]))
        .collect();
    assert_eq!(told.len(), 5, "{told:#?}");
    assert!(told[0].ends_with("\"the run did not end: 1 test was under way, 3 never began\""), "{told:#?}");
    assert!(told[0].starts_with("\"scenarios/"), "{told:#?}");
    let happy = "\"scenarios/retail/happy.yaml\" 1 \"retail/happy: it did not end: step 2 submit, pending\"".to_owned();
    let odd = "\"scenarios/odd.yaml\" 1 \"odd: the run ended before it began\"".to_owned();
    assert!(told.contains(&happy) && told.contains(&odd), "{told:#?}");
    assert!(found.iter().all(|one| one["check_name"] == "draftgate/unfinished"));
    assert_eq!(fingerprints(&found).len(), 5);
    // A journal from before says of no test where it is.
    for test in journal[0]["tests"].as_array_mut().unwrap() {
        ["file", "line"].iter().for_each(|key| drop(test.as_object_mut().unwrap().remove(*key)));
    }
    write(&project, "before.jsonl", &journal[..1]);
    assert_eq!(findings(&project, &["report", "gitlab", "before.jsonl", "-o", "quality.json"], 0).len(), 6);
}

#[test]
fn paths_begin_at_the_root_that_gitlab_names() {
    let project = mixed();
    let root = project.path().canonicalize().unwrap();
    let variables = [("CI_PROJECT_DIR", root.parent().unwrap().to_str().unwrap())];
    project.draftgate_with(&variables, &["run", "--gitlab", "quality.json", "--junit", "junit.xml"]).exits(1);
    let folder = project.path().file_name().unwrap().to_str().unwrap();
    let wanted = format!("{folder}/scenarios/retail/happy.yaml");
    let report: Value = serde_json::from_str(&project.read("quality.json").unwrap()).unwrap();
    assert!(
        report.as_array().unwrap().iter().any(|finding| finding["location"]["path"] == wanted.as_str()),
        "{report:#}"
    );
    assert!(project.read("junit.xml").unwrap().contains(&format!(" file=\"{wanted}\">")));
}
