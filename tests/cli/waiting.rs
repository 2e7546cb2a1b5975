//! Scenarios that wait: for a service, for each other, and until they are interrupted.

use serde_json::Value;

use crate::flows::{STEP, plain};
use crate::project::Project;
use crate::scripted::{Reply, Request, Scripted};

const PENDING: &str = r#"{"type":"pending"}"#;

fn language(request: &Request) -> &str {
    request.header("x-hf-language").unwrap()
}

fn project(server: &Scripted) -> Project {
    Project::new().with("scenarios/draftgate.yaml", server.config())
}

#[test]
fn a_scenario_that_waits_holds_up_no_other() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let other_came = AtomicBool::new(false);
    // The one is let go only when the other has come: one after the other would wait for ever.
    let server = Scripted::start(move |request, _| match language(request) {
        "fr-CA" if !other_came.load(Ordering::SeqCst) => Reply::step("one", PENDING),
        "fr-CA" => Reply::step("one", STEP),
        _ => {
            other_came.store(true, Ordering::SeqCst);
            Reply::step("other", STEP)
        }
    });
    let project = project(&server)
        .with("scenarios/a.yaml", plain("language: fr-CA\nsteps:\n  - init:\n    expect: Personal details\n"))
        .with("scenarios/b.yaml", plain("language: en-CA\nsteps:\n  - init:\n    expect: Personal details\n"));
    project.draftgate(&["run"]).exits(0).says("2 passed");
}

#[test]
fn an_expected_pending_is_not_polled() {
    let server = Scripted::start(|_, _| Reply::step("s", PENDING));
    let project = project(&server).with("scenarios/a.yaml", plain("steps:\n  - init:\n    expect: pending\n"));
    project.draftgate(&["run"]).exits(0);
    assert_eq!(server.targets().len(), 1);
}

#[test]
fn a_wait_that_runs_out_shows_every_answer_seen() {
    let server = Scripted::start(|_, _| Reply::step("s", PENDING));
    let project = project(&server).with("scenarios/a.yaml", plain("steps:\n  - init:\n    wait: 60ms\n"));
    let ended = project.draftgate(&["run"]).exits(1);
    let polls = server.targets().len();
    assert!(polls > 1);
    let seen = ended.stdout.lines().filter(|line| line.starts_with("    after ")).count();
    assert_eq!(seen, polls, "{}", ended.stdout);
    ended.says("the answer is still pending after").says("`wait: 2m` waits longer");
}

#[test]
fn of_a_long_wait_the_first_and_the_last_answers_are_kept_and_the_others_counted() {
    let server = Scripted::start(|_, before| Reply::step("s", if before < 150 { PENDING } else { STEP }));
    let project = project(&server).with("scenarios/a.yaml", plain("steps:\n  - init:\n    expect: Another step\n"));
    project.write("scenarios/draftgate.yaml", format!("{}run: {{ poll: 1ms }}\n", server.config()));
    let ended = project.draftgate(&["run", "--jsonl", "run.jsonl", "--junit", "junit.xml"]).exits(1);
    let total = server.targets().len();
    assert_eq!(total, 151);
    assert_eq!(ended.stdout.lines().filter(|line| line.starts_with("    after ")).count(), 12, "{}", ended.stdout);
    ended.says(&format!("    … {} more", total - 12));
    let journal = project.read("run.jsonl").unwrap();
    let entries = journal.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let test = entries.into_iter().find(|entry| entry["event"] == "test-finished").unwrap();
    let polls = test["steps"][0]["polls"].as_array().unwrap();
    let left_out: Vec<u64> = polls.iter().filter_map(|poll| poll.get("left_out")?.as_u64()).collect();
    assert_eq!(left_out, [(total - polls.len()) as u64], "{test}");
    assert!(polls.len() < 40 && polls.last().unwrap()["answer"] != polls[0]["answer"], "{test}");
    assert!(project.read("junit.xml").unwrap().contains(&format!("  … {} more …", total - polls.len())));
}

#[test]
fn repeating_until_goes_on_until_it_holds_and_no_longer() {
    let server = Scripted::start(|_, before| Reply::step("s", if before < 3 { PENDING } else { STEP }));
    let steps = "steps:\n  - init:\n    expect: pending\n  - current:\n    repeat: { until: Personal details, every: 1ms, for: 20s }\n    wait: 0s\n";
    let project = project(&server).with("scenarios/a.yaml", plain(steps));
    project.draftgate(&["run"]).exits(0);
    assert_eq!(server.targets().len(), 4);
}

#[test]
fn a_session_that_only_a_try_in_between_named_is_shown_in_no_report() {
    const SESSION: &str = "elsewhere-4711-0815";
    let last = STEP.replace("Personal details", &format!("Personal details of {SESSION}"));
    let server = Scripted::start(move |_, before| match before {
        0 => Reply::step("s", STEP),
        1 => Reply::step(SESSION, r#"{"state":"not yet"}"#),
        _ => Reply::step("s", &last),
    });
    let repeat = "repeat: { until: { status: 200, json: { $.type: form } }, every: 1ms, for: 20s }";
    let steps = format!(
        "steps:\n  - init\n  - request: {{ path: /anything }}\n    {repeat}\n    expect: {{ json: {{ $.type: other }} }}\n"
    );
    let project = project(&server).with("scenarios/a.yaml", plain(&steps));
    let files = ["--jsonl", "run.jsonl", "--junit", "junit.xml", "--html", "run.html"];
    let ended = project.draftgate(&[&["run"], &files[..]].concat()).exits(1);
    assert_eq!(server.targets().len(), 3);
    ended.says("Personal details of elsewher…").never_says(SESSION);
    for file in ["run.jsonl", "junit.xml", "run.html"] {
        assert!(!project.read(file).unwrap().contains(SESSION), "{file}");
    }
}

/// How often a step is repeated whose first and last answers are kept.
const TIMES: usize = 50;

/// Answers that each tell a word, which is entered the next time, a token and a session, and a last one that tells them all.
fn told(before: usize, all: &[String]) -> Reply {
    if before == 0 {
        return Reply::step("session-000-4711-0815", STEP);
    }
    if before > TIMES + 1 {
        let title = format!("Personal details of {}", all.join(" "));
        return Reply::step("session-000-4711-0815", &STEP.replace("Personal details", &title));
    }
    let number = (before - 1) % TIMES;
    let body = format!(r#"{{"word":"Wilhelmina-{number:03}","access_token":"token-{number:03}-0815"}}"#);
    Reply::step(&format!("session-{number:03}-4711-0815"), &body)
}

#[test]
fn of_a_step_that_is_repeated_often_few_answers_are_kept_and_what_the_others_told_is_masked() {
    let of = |number: usize| {
        [format!("Wilhelmina-{number:03}"), format!("token-{number:03}-0815"), format!("session-{number:03}-4711-0815")]
    };
    let all: Vec<String> = (0..TIMES).flat_map(of).collect();
    let request = "request: { method: POST, path: /anything, body: { word: \"{{ step.word | default('none') }}\" } }";
    let repeat = format!("repeat: {{ times: {} }}", TIMES + 1);
    let steps = format!("steps:\n  - init\n  - {request}\n    {repeat}\n  - current:\n    expect: end\n");
    for reports in
        [&["--jsonl", "run.jsonl", "--junit", "junit.xml", "--html", "run.html"][..], &["--junit", "junit.xml"]]
    {
        let known = all.clone();
        let server = Scripted::start(move |_, before| told(before, &known));
        let project = project(&server).with("scenarios/a.yaml", plain(&steps));
        let ended = project.draftgate(&[&["run", "--mask-data"], reports].concat()).exits(1);
        assert_eq!(server.targets().len(), TIMES + 3);
        let mut texts = vec![("the terminal", ended.stdout.clone())];
        let files = reports.iter().filter(|file| !file.starts_with("--"));
        texts.extend(files.map(|file| (*file, project.read(file).unwrap())));
        for (name, text) in texts {
            all.iter().for_each(|secret| assert!(!text.contains(secret), "{secret} is in {name}"));
        }
        ended.says("Personal details of [data] [secret] session-…");
        let Some(journal) = project.read("run.jsonl") else { continue };
        let mut entries = journal.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let test = entries.find(|entry| entry["event"] == "test-finished").unwrap();
        let exchanges = test["steps"][1]["exchanges"].as_array().unwrap();
        let left_out: Vec<u64> = exchanges.iter().filter_map(|one| one.get("left_out")?.as_u64()).collect();
        assert_eq!(left_out, [(TIMES + 1 - exchanges.len()) as u64], "{test}");
        assert!(exchanges.len() < 40, "{}", exchanges.len());
        let own = exchanges.iter().position(|one| one["part"] == "own");
        assert_eq!(own, Some(exchanges.len() - 1), "{test}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_scenario_that_waits_with_130_and_a_report() {
    let server = Scripted::start(|request, _| match language(request) {
        "fr-CA" => Reply::step("s", PENDING),
        _ => Reply::step("s", STEP),
    });
    let project = project(&server)
        .with("scenarios/quick.yaml", plain("language: en-CA\nsteps: [init]\n"))
        .with("scenarios/waits.yaml", plain("language: fr-CA\nsteps:\n  - init:\n    wait: 10m\n"));
    let running = project.start(&["run"]);
    // The quick one's request, the first answer and a poll: by then the other waits.
    server.wait_for(4);
    let ended = running.ended_by("-INT").exits(130);
    ended
        .says("] quick\n")
        .says("  SIGINT [ ")
        .says("] waits (interrupted at step 1 init")
        .says("2 tests: 1 passed, 1 interrupted");
}

#[cfg(unix)]
#[test]
fn what_never_began_when_a_run_was_interrupted_is_told_as_such() {
    const NAMES: [&str; 3] = ["a", "b", "c"];
    const LAST: &str = r#"{"version":1,"tests":{"a":{"passed":true,"seconds":5.0},"b":{"passed":true,"seconds":6.0}}}"#;
    let server = Scripted::start(|_, before| Reply::step("s", if before == 0 { STEP } else { PENDING }));
    let mut project = project(&server).with("scenarios/.draftgate/last-run.json", LAST);
    for name in NAMES {
        project =
            project.with(&format!("scenarios/{name}.yaml"), plain("steps:\n  - init\n  - current:\n    wait: 10m\n"));
    }
    let before = project.files(".");
    let files = ["--jsonl", "run.jsonl", "--html", "run.html", "--junit", "run.xml", "--markdown", "run.md"];
    let running = project.start(&[&["run", "--test-threads", "1"], &files[..]].concat());
    server.wait_for(3);
    // As when a terminal is closed, unless that is not to end what runs here, as under nohup.
    let ended = running.ended_by(if ignores_hangups() { "-TERM" } else { "-HUP" }).exits(130);
    assert!(project.files(".").len() > before.len());
    // Which of them came first is not ours to say.
    let held = NAMES.into_iter().find(|name| ended.stdout.contains(&format!("] {name} ("))).unwrap();
    let ended = ended.says("1 of 3 tests: 0 passed, 1 interrupted, 2 never began\n");
    let line = format!("] {held} (interrupted at step 2 current");
    assert_eq!(ended.stdout.matches(&line).count(), 2, "{}", ended.stdout);
    // What is known of how long they take is as it was.
    let last = |project: &Project| {
        serde_json::from_str::<serde_json::Value>(&project.read("scenarios/.draftgate/last-run.json").unwrap()).unwrap()
    };
    assert_eq!(last(&project), serde_json::from_str::<serde_json::Value>(LAST).unwrap());
    let junit = project.read("run.xml").unwrap();
    assert_eq!(junit.matches("message=\"the run was interrupted before it began\"").count(), 2, "{junit}");
    assert!(junit.contains("the run was interrupted: 1 test was under way, 2 never began"), "{junit}");
    let markdown = project.read("run.md").unwrap();
    assert!(markdown.contains("the run was interrupted: 1 test was under way, 2 never began"), "{markdown}");
    for never in NAMES.into_iter().filter(|name| *name != held) {
        assert!(!markdown.contains(&format!("scenarios/{never}.yaml")), "{markdown}");
    }
    assert!(project.read("run.html").unwrap().contains("interrupted at step 2 current"));
    let told = project.draftgate(&["report", "summary", "run.jsonl", "--exit-code"]).exits(130);
    let summary = ended.stdout.split_once(" Summary [").unwrap().1.split(" Reports ").next().unwrap();
    assert_eq!(told.stdout.split_once(" Summary [").unwrap().1, summary);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_writes_no_snapshot_of_what_did_not_end() {
    let server = Scripted::start(|_, before| Reply::step("s", if before == 0 { STEP } else { PENDING }));
    let text = plain("steps:\n  - init\n  - current:\n    wait: 10m\n").replace("snapshot: false\n", "");
    let project = project(&server).with("scenarios/waits.yaml", text);
    let running = project.start(&["run", "--update"]);
    server.wait_for(3);
    running.ended_by("-INT").exits(130);
    assert!(project.files("snapshots").is_empty());
}

#[test]
fn lines_come_in_the_order_in_which_tests_end() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    // The first by name is let go some polls after the other has had its last answer.
    let polls = AtomicUsize::new(0);
    let ended = AtomicUsize::new(0);
    let server = Scripted::start(move |request, _| match language(request) {
        "fr-CA" if ended.load(Ordering::SeqCst) < 2 || polls.fetch_add(1, Ordering::SeqCst) < 3 => {
            Reply::step("one", PENDING)
        }
        "fr-CA" => Reply::step("one", STEP),
        _ => {
            ended.fetch_add(1, Ordering::SeqCst);
            Reply::step("other", STEP)
        }
    });
    let project = project(&server)
        .with("scenarios/a.yaml", plain("language: fr-CA\nsteps:\n  - init:\n    expect: Personal details\n"))
        .with("scenarios/b.yaml", plain("language: en-CA\nsteps: [init, current]\n"));
    let run = project.draftgate(&["run"]).exits(0);
    let line = |name: &str| run.stdout.find(&format!("] {name}")).expect(name);
    assert!(line("b") < line("a"), "{}", run.stdout);
}

#[test]
fn a_scenario_begins_when_its_requests_can_be_sent() {
    let server = Scripted::start(|_, _| Reply::step("s", STEP));
    let project =
        Project::new().with("scenarios/draftgate.yaml", format!("{}run: {{ concurrency: 1 }}\n", server.config()));
    for number in 0..40 {
        let step = |action: &str| format!("  - {action}:\n    headers: {{ x-number: \"{number}\" }}\n");
        let steps = format!("steps:\n{}{}{}", step("init"), step("current"), step("current"));
        project.write(&format!("scenarios/s{number:02}.yaml"), plain(&steps));
    }
    project.draftgate(&["run"]).exits(0).says("40 passed");
    let mut requests = [0; 40];
    let mut most = 0;
    for request in server.requests() {
        requests[request.header("x-number").unwrap().parse::<usize>().unwrap()] += 1;
        most = most.max(requests.iter().filter(|count| (1..3).contains(*count)).count());
    }
    assert_eq!(requests, [3; 40]);
    assert!(most < 12, "{most} scenarios were under way at once, for one request at a time");
}

/// Whether what is started here ignores SIGHUP, as it was told to itself.
#[cfg(unix)]
fn ignores_hangups() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    // Signal 1 is the lowest bit.
    ignored.is_some_and(|ignored| ignored & 1 == 1)
}
