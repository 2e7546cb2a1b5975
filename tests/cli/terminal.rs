//! What the terminal shows where there is none, what it says at the end, and what is said of a journal afterwards.

use serde_json::{Value, json};

use crate::flows::{STEP, TINY, plain, tiny};
use crate::project::Project;
use crate::scripted::{Reply, Scripted};

/// A flow that waits for a service after its form.
const WAITING: &str = "flow: tiny
nodes:
  - form: personal
    title: Personal details
    elements: [ { name: First name, role: first_name, type: text, required: true } ]
  - { service: match, type: TRULIOO_EIDV, takes: 700ms }
";

/// One of each: a test that is flaky at the first run, one that fails, one that passes with a warning, one that is skipped.
fn mixed(server: &Scripted) -> Project {
    Project::new()
        .with("scenarios/draftgate.yaml", server.config())
        .with("scenarios/flaky.yaml", plain("language: fr-CA\nsteps:\n  - init:\n    expect: Personal details\n"))
        .with("scenarios/bad.yaml", plain("language: en-CA\nretries: 0\nsteps:\n  - init:\n    expect: end\n"))
        .with("scenarios/good.yaml", plain("language: en-CA\nsteps: [init]\n"))
        .with("scenarios/later.yaml", plain("skip: waits for the new form\nsteps: [init]\n"))
}

/// A server whose first answer in French is an error, with something in it that would colour a terminal.
fn once_busy() -> Scripted {
    let busy = std::sync::atomic::AtomicBool::new(true);
    Scripted::start(move |request, _| {
        let french = request.header("x-hf-language") == Some("fr-CA");
        match french && busy.swap(false, std::sync::atomic::Ordering::SeqCst) {
            true => Reply::json(500, r#"{"code":5000,"message":"\u001b[31mbusy"}"#),
            false => Reply::step("s", STEP),
        }
    })
}

/// What stands from the first rule or the summary on, without what leads on from a run.
fn ending(stdout: &str) -> String {
    let from = stdout.find("\n──").unwrap_or_else(|| stdout.find(" Summary").unwrap());
    let lines = stdout[from..].lines().filter(|line| !line.starts_with("    Next ") && !line.starts_with(" Reports "));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_log_has_no_escape_codes_and_fits_80_columns() {
    for (variables, arguments) in [
        (&[][..], &["run", "--retries", "1"][..]),
        (&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], &["run", "--retries", "1"]),
        (&[("CLICOLOR_FORCE", "1")], &["run", "--retries", "1", "--color", "never"]),
    ] {
        let server = once_busy();
        let ended = mixed(&server).draftgate_with(variables, arguments).exits(1);
        let ended = ended.never_says("\x1b").never_says("\r").says("   RETRY [").says("   FLAKY [").says("    SKIP [");
        // Why an attempt failed is told whole: a log has no window that would be too narrow.
        let fits = |line: &&str| (line.contains(" [") && !line.contains("RETRY [")) || line.starts_with('─');
        let lines = ended.stdout.lines().filter(fits);
        for line in lines {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
    let server = once_busy();
    mixed(&server).draftgate(&["run", "--retries", "1", "--color", "always"]).exits(1).says("\x1b[33m   FLAKY");
}

#[test]
fn the_end_says_what_leads_on_only_where_it_does() {
    let project = tiny().with("scenarios/a.yaml", plain("steps: [init]\n"));
    let ended = project.draftgate(&["run", "--jsonl", "out/run.jsonl"]).exits(0);
    assert_eq!(ended.stdout.lines().last(), Some(" Reports out/run.jsonl"));
    ended.never_says("Next");
    project.write("scenarios/a.yaml", "scenario: It is compared\nflow: tiny\nsteps: [init]\n");
    project.write("scenarios/b.yaml", plain("steps:\n  - init:\n    expect: end\n"));
    let ended = project.draftgate(&["run"]).exits(1);
    ended.says(
        "    Next `draftgate review` goes through what is new or changed
         `draftgate run --failed` runs what failed once more\n",
    );
    let chosen = project.draftgate(&["run", "scenarios/a.yaml:1"]).exits(6);
    chosen.says("    Next `draftgate review scenarios/a.yaml` goes").never_says("--failed");
    // In CI no snapshot is written, and no run is remembered.
    project.draftgate_with(&[("CI", "true")], &["run"]).exits(1).never_says("    Next ");
    project.draftgate(&["run", "--format", "pretty", "--jsonl", "run.jsonl"]).exits(1).never_says("Reports");
}

#[test]
fn a_journal_says_at_its_end_what_the_run_said() {
    let server = once_busy();
    let project = mixed(&server);
    let ended = project.draftgate(&["run", "--retries", "1", "--jsonl", "run.jsonl"]).exits(1);
    let summary = project.draftgate(&["report", "summary", "run.jsonl"]).exits(0);
    assert_eq!(summary.stdout, ending(&ended.stdout).trim_start_matches('\n'));
    assert!(summary.stdout.starts_with("── "), "{}", summary.stdout);
    let summary = summary.says("attempt 1 of 2 failed").says("attempt 2 of 2)");
    summary.says("] 4 tests: 2 passed (1 flaky), 1 failed, 1 skipped\n").never_says("Partial");
    project.draftgate(&["report", "summary", "run.jsonl", "--color", "always"]).exits(0).says("\x1b[");
}

#[test]
fn a_journal_that_breaks_off_says_how_far_the_run_came() {
    let server = once_busy();
    let project = mixed(&server);
    project.draftgate(&["run", "--retries", "1", "--jsonl", "run.jsonl"]).exits(1);
    let journal = project.read("run.jsonl").unwrap();
    let entry = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    let until = |kept: &dyn Fn(&Value) -> bool| {
        let lines = journal.lines().filter(|line| kept(&entry(line)));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    let of = |entry: &Value, test: &str| entry["test"] == test || entry["name"] == test;
    // `good` was under way; `later`, which had not begun, is skipped, and nothing is missing of it.
    let cut = until(&|entry: &Value| {
        let not_ended = entry["event"] != "test-finished" || !of(entry, "good");
        entry["event"] != "run-ended" && !of(entry, "later") && not_ended
    });
    project.write("cut.jsonl", cut + "{\"event\":\"test-fin");
    let summary = project.draftgate(&["report", "summary", "cut.jsonl"]).exits(0);
    summary.says("── bad ──").says(
        " Summary [         ] 2 of 4 tests: 1 passed (1 flaky), 1 failed
 Partial the run did not end: 1 test was under way
         good (step 1 init)
   FLAKY [",
    );
}

#[test]
fn the_slowest_of_a_journal_are_named_with_what_they_waited_for() {
    let server = once_busy();
    let project = mixed(&server);
    project.draftgate(&["run", "good", "--jsonl", "run.jsonl"]).exits(0);
    let journal = project.read("run.jsonl").unwrap();
    let mut entries: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let at = entries.iter().position(|entry| entry["event"] == "test-finished").unwrap();
    let good = entries.remove(at);
    entries.retain(|entry| entry["test"] != "good");
    let planned = |number: usize| json!({ "number": number, "name": format!("t{number}") });
    entries[0]["tests"] = (0..6).map(planned).collect();
    let at = entries.len() - 1;
    for (number, seconds) in [3.0, 0.25, 5.113, 0.5, 0.1, 1.0].into_iter().enumerate() {
        let mut test = good.clone();
        (test["number"], test["name"]) = (json!(number), json!(format!("t{number}")));
        test["seconds"] = json!(seconds);
        test["request_seconds"] = json!(0.1);
        test["pending_seconds"] = json!(seconds - 0.1);
        entries.insert(at, test);
    }
    project.write("more.jsonl", entries.iter().map(|entry| format!("{entry}\n")).collect::<String>());
    project.draftgate(&["report", "summary", "more.jsonl"]).exits(0).says(
        "6 tests: 6 passed
 Slowest [   5.113s] t2 (pending 5.013s, requests 0.100s)
         [   3.000s] t0 (pending 2.900s, requests 0.100s)
         [   1.000s] t5 (pending 0.900s, requests 0.100s)
         [   0.500s] t3 (pending 0.400s, requests 0.100s)
         [   0.250s] t1 (pending 0.150s, requests 0.100s)\n",
    );
}

#[test]
fn what_is_pending_is_no_time_of_requests() {
    let project = Project::new()
        .with("scenarios/tiny.flow.yaml", WAITING)
        .with("scenarios/a.yaml", plain("steps:\n  - init\n  - submit: { First name: Ada }\n    expect: end\n"));
    let ended = project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(0);
    let line = ended.stdout.lines().find(|line| line.starts_with("    PASS [")).unwrap();
    assert!(line.contains("s] a (") && line.ends_with("s pending)"), "{line}");
    let journal = project.read("run.jsonl").unwrap();
    let entries: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let test = entries.iter().find(|entry| entry["event"] == "test-finished").unwrap();
    let seconds = |of: &Value, key: &str| of[key].as_f64().unwrap();
    let submit = &test["steps"][1];
    for of in [test, submit] {
        let (requests, pending) = (seconds(of, "request_seconds"), seconds(of, "pending_seconds"));
        assert!(requests > 0.0, "{of}");
        assert!(requests + pending <= seconds(of, "seconds") + 1e-5, "{of}");
    }
    for step in test["steps"].as_array().unwrap() {
        let exchanges = step["exchanges"].as_array().unwrap().iter().filter(|exchange| exchange["part"] != "poll");
        let answered: f64 = exchanges.map(|exchange| seconds(&exchange["answer"], "seconds")).sum();
        assert!((answered - seconds(step, "request_seconds")).abs() < 1e-5, "{step}");
    }
    // From the first pending answer to the last one, and no longer than to the one that was not.
    let polls = submit["polls"].as_array().unwrap();
    let at = |poll: &Value| poll["at"].as_f64().unwrap();
    let pending = seconds(submit, "pending_seconds");
    assert!(pending >= at(&polls[polls.len() - 2]) - at(&polls[0]) && pending > 0.0, "{submit}");
    assert!(pending <= at(polls.last().unwrap()), "{submit}");
    assert_eq!(seconds(&test["steps"][0], "pending_seconds"), 0.0);
}

#[cfg(unix)]
#[test]
fn a_test_that_runs_for_long_is_told_of_while_it_runs() {
    let project = Project::new()
        .with("scenarios/draftgate.yaml", "run: { slow: 1ms }\n")
        .with("scenarios/tiny.flow.yaml", TINY)
        .with("scenarios/a.yaml", plain("steps: [ init, { sleep: 10m } ]\n"));
    let mut running = project.start(&["run"]);
    let said = running.until("SLOW");
    assert!(said.contains("s] a ("), "{said}");
    running.ended_by("-INT").exits(130);
    project.write("scenarios/draftgate.yaml", "run: { slow: 0s }\n");
    project.write("scenarios/a.yaml", plain("steps: [ init, { sleep: 300ms } ]\n"));
    project.draftgate(&["run"]).exits(0).never_says("SLOW");
}
