//! The HTML report as a file: that it is the same whenever it is made, and what is in it once it is unpacked.

use crate::flows::{HAPPY, plain, tiny};
use crate::project::Project;
use crate::scripted::{Reply, Scripted};
use crate::unpacked::unpacked;

#[test]
fn the_report_of_a_run_is_the_same_during_the_run_and_later() {
    let project = tiny()
        .with("scenarios/happy.yaml", HAPPY)
        .with("scenarios/later.yaml", plain("skip: later\nsteps: [init]\n"))
        .with("scenarios/wrong.yaml", plain("steps:\n  - init:\n    expect: { title: Adress, json: { $.none: 1 } }\n"));
    project.draftgate(&["run", "--html", "out/run.html", "--jsonl", "run.jsonl"]).exits(1);
    project.draftgate(&["report", "html", "run.jsonl", "-o", "later.html"]).exits(0);
    let page = project.read("out/run.html").unwrap();
    assert!(page == project.read("later.html").unwrap(), "the two pages differ");
    let all = unpacked(&page);
    for part in [
        "1 failed, 1 to review, 1 skipped",
        "curl -sS 'http://127.0.0.1:",
        "\"title\":\"Personal details\"",
        "expect: { title: Adress",
        "snapshots/happy/01-init.snap",
    ] {
        assert!(all.contains(part), "{part}");
    }
}

#[test]
fn a_secret_is_not_in_what_is_packed_either() {
    const SECRET: &str = "s3cr3t-of-the-client";
    let server = Scripted::start(|request, _| {
        let said = format!(
            r#"{{"id":"s1","title":"It is {SECRET}","type":"form","elements":[],"sent":{:?}}}"#,
            request.text()
        );
        Reply::step("s", &said)
    });
    let project = Project::new().with("scenarios/draftgate.yaml", server.config()).with(
        "scenarios/a.yaml",
        plain("vars: { token: \"{{ secret.TOKEN }}\" }\nsteps:\n  - submit: { name: \"{{ token }}\" }\n    map: false\n    expect: end\n"),
    );
    let variables = [("TOKEN", SECRET)];
    project.draftgate_with(&variables, &["run", "--html", "run.html"]).exits(1);
    let all = unpacked(&project.read("run.html").unwrap());
    assert!(all.contains("It is ") && all.contains("secret.TOKEN"));
    assert!(!all.contains(SECRET));
}
