//! Tests that are tried again: how often, with what, and what is told and kept of them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::flows::{STEP, plain};
use crate::project::{Ended, Project};
use crate::scripted::{Reply, Scripted};

/// A step that nobody asked for.
const WRONG: &str = r#"{"id":"w1","title":"Maintenance","type":"form","canGoBack":false,"elements":[]}"#;
/// What asks for the other one.
const WANTED: &str = "steps:\n  - init:\n    expect: Personal details\n";

/// A server whose first answers are wrong.
fn wrong_at_first(wrong: usize) -> Scripted {
    Scripted::start(move |_, before| Reply::step("s", if before < wrong { WRONG } else { STEP }))
}

fn project(server: &Scripted, scenario: &str) -> Project {
    Project::new().with("scenarios/draftgate.yaml", server.config()).with("scenarios/a.yaml", plain(scenario))
}

/// The words before the lines of tests, in order, down to the summary.
fn words(ended: &Ended) -> Vec<&str> {
    let lines = ended.stdout.lines().take_while(|line| !line.starts_with('─') && !line.contains("Summary"));
    lines.filter_map(|line| Some(line.split_once(" [")?.0.trim())).collect()
}

#[test]
fn a_test_that_passes_when_it_is_tried_again_is_flaky_and_has_passed() {
    let server = wrong_at_first(1);
    let project = project(&server, WANTED);
    let ended = project.draftgate(&["run", "--retries", "2"]).exits(0);
    assert_eq!(words(&ended), ["RETRY", "FLAKY"], "{}", ended.stdout);
    assert_eq!(server.targets().len(), 2);
    let ended = ended
        .says("s] a (attempt 1 of 3: expected the step `Personal details`, got ")
        .says("s] a (passed at attempt 2 of 3)\n")
        .says("── a (flaky) ──")
        .says("\nattempt 1 of 3 failed after ")
        .says(" --> scenarios/a.yaml:6:13\n")
        .says("] 1 test: 1 passed (1 flaky)\n");
    assert!(ended.stdout.lines().last().unwrap().starts_with("   FLAKY ["), "{}", ended.stdout);
    // It is not what failed last.
    project.draftgate(&["run", "--failed"]).exits(4).complains("none of the tests that are selected failed");
}

#[test]
fn each_attempt_begins_anew_and_sends_the_same_data() {
    let server = Scripted::start(|_, before| match before {
        0 => Reply::step("first", STEP),
        1 => Reply::json(500, r#"{"code":5000,"message":"busy"}"#),
        2 => Reply::step("second", STEP),
        _ => Reply::step("second", r#"{"type":"end"}"#),
    });
    let steps = "steps:\n  - init\n  - submit: { name: \"{{ fake.full_name() }}\" }\n    map: false\n    expect: end\n";
    project(&server, steps).draftgate(&["run", "--retries", "1"]).exits(0).says("passed at attempt 2 of 2");
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    let sessions: Vec<_> = requests.iter().map(|request| request.header("x-hf-session")).collect();
    assert_eq!(sessions, [None, Some("first"), None, Some("second")]);
    assert!(requests[1].text().len() > r#"{"name":""}"#.len());
    assert_eq!(requests[1].text(), requests[3].text());
}

#[test]
fn a_scenarios_own_number_wins_over_the_flag_and_that_over_the_configuration() {
    for (config, flag, own, requests) in [
        ("", "", "", 1),
        ("run: { scenario_retries: 1 }\n", "", "", 2),
        ("run: { scenario_retries: 1 }\n", "2", "", 3),
        ("run: { scenario_retries: 1 }\n", "0", "", 1),
        ("run: { scenario_retries: 1 }\n", "2", "retries: 0\n", 1),
        ("", "0", "retries: 1\n", 2),
    ] {
        let server = wrong_at_first(usize::MAX);
        let project = project(&server, &format!("{own}{WANTED}"));
        project.write("scenarios/draftgate.yaml", server.config() + config);
        let flags: &[&str] = if flag.is_empty() { &["run"] } else { &["run", "--retries", flag] };
        project.draftgate(flags).exits(1);
        assert_eq!(server.targets().len(), requests, "{config:?} {flag:?} {own:?}");
    }
}

#[test]
fn a_number_without_bounds_is_refused() {
    let server = wrong_at_first(0);
    let project = project(&server, &format!("retries: 11\n{WANTED}"));
    project.draftgate(&["run"]).exits(3).complains("a whole number from 0 to 10").complains("scenarios/a.yaml:4:10");
    project.draftgate(&["run", "--retries", "11"]).exits(2).complains("0..=10");
    assert!(server.targets().is_empty());
}

#[test]
fn what_fails_every_time_has_failed_once() {
    let server = wrong_at_first(usize::MAX);
    let project = project(&server, WANTED);
    let ended = project.draftgate(&["run", "--retries", "2"]).exits(1);
    assert_eq!(words(&ended), ["RETRY", "RETRY", "FAIL"], "{}", ended.stdout);
    let ended =
        ended.says("s] a (attempt 3 of 3)\n").says("attempt 1 of 3 failed after ").says("attempt 2 of 3 failed ");
    // The attempts before are told in a line each; the last one is explained.
    assert_eq!(ended.stdout.matches("  request: ").count(), 1, "{}", ended.stdout);
    ended.says("] 1 test: 0 passed, 1 failed\n").says("    Next `draftgate run --failed` runs what failed once more\n");
    server.wait_for(3);
    project.draftgate(&["run", "--failed"]).exits(1);
}

#[test]
fn an_api_outside_its_contract_may_be_better_the_next_time() {
    let server = Scripted::start(|_, before| match before {
        0 => Reply::with(200, &[], b"<html>"),
        _ => Reply::step("s", STEP),
    });
    project(&server, WANTED).draftgate(&["run", "--retries", "1"]).exits(0).says("<html>").says("(1 flaky)");
}

#[test]
fn what_would_be_the_same_again_is_not_tried_again() {
    let server = wrong_at_first(0);
    // Snapshots that await review, a live version, a variable without value.
    for (scenario, exit) in [
        ("scenario: A\nflow: tiny\nsteps: [init]\n", 6),
        ("scenario: A\nflow: tiny\nversion: live\nsteps: [init]\n", 2),
        ("scenario: A\nflow: tiny\nvars: { a: \"{{ env.NOBODY }}\" }\nsteps: [init]\n", 1),
    ] {
        let project = project(&server, WANTED);
        project.write("scenarios/a.yaml", scenario);
        project.draftgate(&["run", "--retries", "3"]).exits(exit).never_says("RETRY").never_says("attempt");
    }
    assert_eq!(server.targets().len(), 1);
}

#[test]
fn nothing_is_left_behind_of_an_attempt_that_failed() {
    // The wrong step is accepted by its snapshot's own step, and refused by the step after it.
    let server = Scripted::start(|_, before| Reply::step("s", if before < 2 { WRONG } else { STEP }));
    let steps = "steps:\n  - init\n  - current:\n    expect: Personal details\n";
    let project = project(&server, steps);
    project.write("scenarios/a.yaml", plain(steps).replace("snapshot: false\n", ""));
    project.draftgate(&["run", "--retries", "1"]).exits(6).says("  REVIEW [").says("s] a (attempt 2 of 2)\n");
    assert_eq!(server.targets().len(), 4);
    let written = project.files("snapshots");
    assert_eq!(written.len(), 2, "{written:?}");
    let map = "snapshots/maps/tiny.map.json".to_owned();
    for file in written.iter().chain([&map]) {
        let text = project.read(file).unwrap();
        assert!(text.contains("Personal details") && !text.contains("Maintenance"), "{file}: {text}");
    }
    // Whoever is not tried again leaves what was seen.
    let server = wrong_at_first(usize::MAX);
    let project = crate::retries::project(&server, WANTED);
    project.draftgate(&["run", "--retries", "1"]).exits(1);
    assert!(project.read(&map).unwrap().contains("Maintenance"));
}

#[test]
fn each_attempt_has_its_own_time() {
    let server = Scripted::start(|_, before| if before == 0 { Reply::Silence } else { Reply::step("s", STEP) });
    let project = project(&server, &format!("timeout: 2s\n{WANTED}"));
    project.draftgate(&["run", "--retries", "1"]).exits(0).says("the scenario did not end within 2s").says("(1 flaky)");
}

#[test]
fn a_secret_is_in_nothing_that_is_said_of_an_attempt() {
    let secret = "s3cret/of:nobody";
    let server = Scripted::start(move |_, before| match before {
        0 => Reply::json(500, &format!(r#"{{"code":5000,"message":"{secret} is busy"}}"#)),
        _ => Reply::step("s", STEP),
    });
    let project = project(&server, &format!("vars: {{ a: \"{{{{ secret.PLANTED }}}}\" }}\n{WANTED}"));
    let arguments = ["run", "--retries", "1", "--jsonl", "run.jsonl"];
    let ended = project.draftgate_with(&[("PLANTED", secret)], &arguments).exits(0);
    ended.says("error 5000: [secret] is busy").says("   RETRY [").never_says(secret);
    assert!(!project.read("run.jsonl").unwrap().contains(secret));
    project.draftgate(&["report", "summary", "run.jsonl"]).exits(0).says("error 5000: [secret] is busy");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_attempt_under_way_and_no_other_follows() {
    let server =
        Scripted::start(|_, before| Reply::step("s", if before == 0 { WRONG } else { r#"{"type":"pending"}"# }));
    let project = project(&server, "steps:\n  - init:\n    wait: 10m\n    expect: Personal details\n");
    let running = project.start(&["run", "--retries", "5"]);
    server.wait_for(3);
    let ended = running.ended_by("-INT").exits(130);
    assert_eq!(words(&ended), ["RETRY", "SIGINT"], "{}", ended.stdout);
    ended.says("1 test: 0 passed, 1 interrupted");
}

#[test]
fn rusts_formats_tell_of_a_test_once() {
    let run = |arguments: &[&str], wrong: usize, exit: i32| {
        let server = wrong_at_first(wrong);
        let project = project(&server, WANTED);
        let ended = project.draftgate(&[&["run", "--retries", "1"], arguments].concat()).exits(exit);
        assert_eq!(server.targets().len(), if arguments.contains(&"--list") { 0 } else { 2 });
        (ended, project.read("log"))
    };
    let (pretty, _) = run(&["--format", "pretty"], 1, 0);
    assert_eq!(pretty.stdout.matches("test a ").count(), 1, "{}", pretty.stdout);
    pretty.says("test a ... ok\n").says("test result: ok. 1 passed; 0 failed;").never_says("RETRY");
    let (pretty, _) = run(&["--format", "pretty"], 2, 1);
    assert_eq!(pretty.stdout.matches("test a ... FAILED").count(), 1, "{}", pretty.stdout);
    let (json, _) = run(&["--format", "json"], 1, 0);
    let lines: Vec<Value> = json.stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let events: Vec<&str> =
        lines.iter().filter(|line| line["type"] == "test").map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["started", "ok"]);
    run(&["-q"], 1, 0).0.says("1 passed; 0 failed").never_says("RETRY");
    let (_, log) = run(&["--logfile", "log"], 1, 0);
    assert_eq!(log.unwrap().matches("test a ... ok\n").count(), 1);
    assert_eq!(run(&["--list"], 1, 0).0.stdout, "a: test\n");
}

#[test]
fn a_journal_tells_of_every_attempt() {
    let server = wrong_at_first(2);
    let project = project(&server, WANTED);
    project.draftgate(&["run", "--retries", "3", "--jsonl", "run.jsonl"]).exits(0);
    let journal = project.read("run.jsonl").unwrap();
    let entries: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |event: &str| entries.iter().filter(|entry| entry["event"] == event).collect::<Vec<_>>();
    let begun: BTreeSet<u64> = of("test-started").iter().map(|entry| entry["attempt"].as_u64().unwrap()).collect();
    assert_eq!(begun, BTreeSet::from([1, 2, 3]));
    let test = of("test-finished")[0];
    assert_eq!(test["verdict"], "passed");
    let attempts = test["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 2);
    for attempt in attempts {
        assert_eq!(attempt["verdict"], "failed");
        assert!(attempt["message"].as_str().unwrap().starts_with("expected the step `Personal details`"), "{attempt}");
        assert!(attempt["explanation"].as_str().unwrap().contains("Maintenance"), "{attempt}");
    }
}
