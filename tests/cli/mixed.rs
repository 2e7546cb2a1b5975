//! Journals of runs, and what becomes of them when somebody ends the run or tries a test again.

use serde_json::{Value, json};

use crate::flows::{HAPPY, plain, tiny};
use crate::project::Project;

/// Six tests: one that passes, two cases that fail, one with a snapshot to review, one that is skipped and one with a warning.
pub fn mixed() -> Project {
    let wrong = "tags: [smoke, big one]\nlanguage: ar\ncases: [ { case: x|y }, { case: z } ]\nsteps:\n  - init\n  - submit: { First name: \"<b>&]]> ``` @ada\" }\n    expect: { title: Adress, json: { $.canGoBack: false } }\n";
    let warns = "steps:\n  - init\n  - submit: { Email: a@b }\n    expect: end\n";
    let hidden = "flow: hidden\nnodes:\n  - form: f\n    elements:\n      - { name: News, type: checkbox }\n      - { name: Email, type: text, condition: { element: News, equals: true } }\n";
    let project = tiny()
        .with("scenarios/hidden.flow.yaml", hidden)
        .with("scenarios/retail/happy.yaml", HAPPY)
        .with("scenarios/retail/deep/wrong.yaml", plain(wrong))
        .with("scenarios/later.yaml", plain("skip: waits for <the> form\nsteps: [init]\n"))
        .with("scenarios/odd.yaml", plain(warns).replace("flow: tiny", "flow: hidden"))
        .with("scenarios/root.yaml", plain("steps: [init]\n"));
    project.draftgate(&["run", "retail/happy", "--update"]).exits(0);
    let flow = project.read("scenarios/tiny.flow.yaml").unwrap();
    project.write("scenarios/tiny.flow.yaml", flow.replace("min: 18", "min: 21"));
    project
}

/// The entries of a journal.
pub fn entries(project: &Project, file: &str) -> Vec<Value> {
    project.read(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Writes a journal.
pub fn write(project: &Project, file: &str, entries: &[Value]) {
    let lines: String = entries.iter().map(|entry| format!("{entry}\n")).collect();
    project.write(file, lines);
}

/// The entry of a test that has ended.
pub fn finished<'a>(entries: &'a mut [Value], test: &str) -> &'a mut Value {
    entries.iter_mut().find(|entry| entry["event"] == "test-finished" && entry["name"] == test).unwrap()
}

/// A journal of a run that was killed: `ended` is all that it has of ends, and `under_way` was at its second step, pending.
pub fn killed(entries: &[Value], ended: &str, under_way: &str) -> Vec<Value> {
    let keep = |entry: &&Value| match entry["event"].as_str().unwrap() {
        "run-started" | "file" | "flow" => true,
        "test-finished" => entry["name"] == ended,
        _ => false,
    };
    let mut kept: Vec<Value> = entries.iter().filter(keep).cloned().collect();
    kept.push(json!({"event": "test-started", "test": under_way, "attempt": 1, "at": 0.1}));
    kept.push(json!({"event": "step-started", "test": under_way, "step": 2, "label": "submit", "at": 0.2}));
    kept.push(json!({"event": "step-pending", "test": under_way, "at": 0.3}));
    kept
}

/// A journal in which this test was tried before, and failed then.
pub fn tried_before(entries: &mut [Value], test: &str, times: usize) {
    let attempt = |at: usize| json!({"verdict": "failed", "seconds": 0.5, "message": format!("first <try> {at}"), "explanation": format!("error: try {at}\n  it's & so\n")});
    finished(entries, test)["attempts"] = (0..times).map(attempt).collect();
}
