//! How much is asked of a server, and for how long: what is told of it, and how a run ends that takes too long.

use serde_json::{Value, json};

use crate::flows::{STEP, plain};
use crate::project::Project;
use crate::scripted::{Reply, Scripted};

fn refused(retry_after: &str) -> Reply {
    Reply::with(
        429,
        &[("Content-Type", "application/json"), ("Retry-After", retry_after)],
        br#"{"code":5000,"message":"busy"}"#,
    )
}

fn project(server: &Scripted, config: &str, scenario: &str) -> Project {
    Project::new()
        .with("scenarios/draftgate.yaml", format!("{}{config}", server.config()))
        .with("scenarios/a.yaml", plain(scenario))
}

fn changes(project: &Project) -> Vec<Value> {
    let journal = project.read("run.jsonl").unwrap();
    let entries = journal.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entries.filter(|entry| entry["event"] == "limit-changed").collect()
}

#[test]
fn a_server_that_asks_to_be_left_alone_is_asked_less_and_it_is_told() {
    let server = Scripted::start(|_, before| if before == 0 { refused("1") } else { Reply::step("s", STEP) });
    let project = project(&server, "", "steps: [init]\n");
    let ended = project.draftgate(&["run", "--verbose", "--jsonl", "run.jsonl"]).exits(0);
    let line = ended.stdout.lines().find(|line| line.starts_with("   LIMIT [")).unwrap().to_owned();
    let said = format!("concurrency 96 → 1: server answered 429 ({}, at most 5.0/s, after 1.0s)", server.host());
    assert!(line.ends_with(&said), "{line}");
    let told = changes(&project);
    assert_eq!(told.len(), 1, "{told:?}");
    for (member, value) in [
        ("host", Value::from(server.host())),
        ("from", 96.into()),
        ("to", 1.into()),
        ("rate", 5.0.into()),
        ("pause", 1.0.into()),
        ("reason", "refused".into()),
    ] {
        assert_eq!(told[0][member], value, "{member}");
    }
    assert_eq!(server.targets().len(), 2);
    // The journal is one that is read again, and says it again.
    project.draftgate(&["report", "summary", "run.jsonl"]).exits(0).says("1 passed");
}

#[test]
fn without_being_asked_the_run_says_nothing_of_limits() {
    let server = Scripted::start(|_, before| if before == 0 { refused("1") } else { Reply::step("s", STEP) });
    project(&server, "", "steps: [init]\n").draftgate(&["run"]).exits(0).never_says("LIMIT");
}

#[test]
fn a_fault_that_a_scenario_asks_for_says_nothing_of_the_server() {
    let server = Scripted::start(|_, _| refused("3600"));
    let project = project(&server, "", "steps:\n  - init:\n    expect: 429\n  - init:\n    expect: 429\n");
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(0);
    assert_eq!(changes(&project), Vec::<Value>::new());
}

#[test]
fn a_server_that_may_be_asked_again_at_once_is_not_taken_to_limit_the_rate() {
    let server = Scripted::start(|_, before| if before == 0 { refused("0") } else { Reply::step("s", STEP) });
    let project = project(&server, "", "steps: [init]\n");
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(0);
    let told = changes(&project);
    assert_eq!((told.len(), &told[0]["rate"], &told[0]["pause"]), (1, &Value::Null, &Value::Null), "{told:?}");
}

#[test]
fn a_number_fixes_the_requests_in_flight() {
    let server = Scripted::start(|_, before| if before == 0 { refused("1") } else { Reply::step("s", STEP) });
    let project = project(&server, "run: { concurrency: 3 }\n", "steps: [init]\n");
    let ended = project.draftgate(&["run", "--verbose"]).exits(0);
    ended.says(&format!("concurrency 3: server answered 429 ({}, after 1.0s)", server.host()));
}

#[test]
fn a_run_that_takes_too_long_has_failed_with_what_it_was_at_and_its_reports_are_written() {
    let server = Scripted::start(|_, _| Reply::Silence);
    let steps = "steps:\n  - init\nfinally:\n  - sleep: 1ms\n";
    for (config, flags) in [("run: { global_timeout: 2s }\n", vec![]), ("", vec!["--global-timeout", "2s"])] {
        let project = project(&server, config, steps);
        project.write("scenarios/b.yaml", plain(steps));
        project.write("scenarios/c.yaml", plain(steps));
        // One at a time: the others never begin.
        let arguments = ["run", "--test-threads", "1", "--jsonl", "run.jsonl", "--junit", "junit.xml"];
        let ended = project.draftgate(&[&arguments[..], &flags[..]].concat()).exits(1);
        // Of those that had not begun it is told once for all.
        assert_eq!(ended.stdout.matches("error: the run did not end within 2s").count(), 2, "{}", ended.stdout);
        assert_eq!(ended.stdout.matches("this step was under way").count(), 1, "{}", ended.stdout);
        assert_eq!(ended.stdout.matches("this test had not begun").count(), 1, "{}", ended.stdout);
        assert_eq!(ended.stdout.matches(" and 1 more test that had not begun ──").count(), 1, "{}", ended.stdout);
        assert_eq!(ended.stdout.matches(" (had not begun)\n").count(), 4, "{}", ended.stdout);
        let counts = "3 tests: 0 passed, 3 failed (of which 2 had not begun)";
        let ended = ended.says(".yaml:5:5").says(counts).says("--global-timeout");
        let summary = project.draftgate(&["report", "summary", "run.jsonl"]).exits(0).says(counts);
        assert!(ended.stdout.contains(&summary.stdout), "{}\n{}", ended.stdout, summary.stdout);
        project.draftgate(&["report", "markdown", "run.jsonl"]).exits(0).says(counts);
        let journal = project.read("run.jsonl").unwrap();
        let entries: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let ended = entries.last().unwrap();
        assert_eq!((&ended["event"], &ended["exit"]), (&json!("run-ended"), &json!(1)), "{journal}");
        let tests: Vec<&Value> = entries.iter().filter(|entry| entry["event"] == "test-finished").collect();
        assert_eq!(tests.len(), 3, "{journal}");
        assert!(tests.iter().all(|test| test["verdict"] == "failed"), "{journal}");
        let not_begun: Vec<&&Value> = tests.iter().filter(|test| test["not_begun"] == true).collect();
        assert_eq!(not_begun.len(), 2, "{journal}");
        let notes = |test: &&&Value| test["problem"]["notes"] == json!(["this test had not begun"]);
        assert!(not_begun.iter().all(notes), "{journal}");
        assert_eq!(project.read("junit.xml").unwrap().matches("<testcase ").count(), 3);
    }
}

#[test]
fn a_run_that_ends_in_time_is_none_the_wiser() {
    let server = Scripted::start(|_, _| Reply::step("s", STEP));
    let project = project(&server, "", "steps: [init]\n");
    project.draftgate(&["run", "--global-timeout", "10m"]).exits(0).never_says("did not end");
    for nonsense in ["0s", "10", "soon"] {
        project.draftgate(&["run", "--global-timeout", nonsense]).exits(2).complains("a duration has a unit");
    }
}

#[test]
fn polls_come_as_often_as_is_configured() {
    for poll in ["10ms", "{ from: 10ms, to: 20ms }", "{ to: 10ms }", "{ from: 10ms }"] {
        let pending = r#"{"type":"pending"}"#;
        let server = Scripted::start(move |_, before| Reply::step("s", if before < 3 { pending } else { STEP }));
        let config = format!("run: {{ poll: {poll} }}\n");
        project(&server, &config, "steps:\n  - init:\n    expect: Personal details\n").draftgate(&["run"]).exits(0);
        assert_eq!(server.targets().len(), 4, "{poll}");
    }
    for (poll, mistake) in [("0s", "a duration such as 30s"), ("[]", "{from: 100ms, to: 2s}"), ("{ form: 1s }", "form")]
    {
        let server = Scripted::start(|_, _| Reply::step("s", STEP));
        let project = project(&server, &format!("run: {{ poll: {poll} }}\n"), "steps: [init]\n");
        project.draftgate(&["run"]).exits(2).complains(mistake).complains("scenarios/draftgate.yaml");
    }
}

#[test]
fn the_most_that_is_found_out_can_be_set() {
    let server = Scripted::start(|_, _| Reply::step("s", STEP));
    for (config, mistake) in [
        ("max_concurrency: 0", "a number from 1 to 10000"),
        ("max_concurrency: auto", "a number from 1 to 10000"),
        ("concurrency: 0", "`auto`, or a number from 1 to 10000"),
        ("concurrency: many", "`auto`, or a number from 1 to 10000"),
    ] {
        let project = project(&server, &format!("run: {{ {config} }}\n"), "steps: [init]\n");
        project.draftgate(&["run"]).exits(2).complains(mistake);
    }
    project(&server, "run: { max_concurrency: 2 }\n", "steps: [init]\n").draftgate(&["run"]).exits(0);
}
