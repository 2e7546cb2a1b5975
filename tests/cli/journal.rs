//! The journal that a run keeps, and what can be made of one that is not whole.

use draftgate::journal::{Entry, Journal};
use serde_json::Value;

use crate::flows::{HAPPY, STEP, plain, tiny};
use crate::project::{Ended, Project, Running};
use crate::scripted::{Reply, Scripted};
use crate::unpacked::unpacked;

const PENDING: &str = r#"{"type":"pending"}"#;
/// The reports that are made of a journal. `markdown` and `gitlab` go to the standard output, too.
const REPORTS: [&str; 5] = ["summary", "html", "junit", "markdown", "gitlab"];

/// The lines of a project's journal.
fn lines(project: &Project, file: &str) -> Vec<Value> {
    let text = project.read(file).expect("there is a journal");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}"))).collect()
}

/// Asserts that every line is valid against the schema that the program prints.
fn assert_valid(project: &Project, lines: &[Value]) {
    let schema: Value = serde_json::from_str(&project.draftgate(&["schema", "journal"]).exits(0).stdout).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    for line in lines {
        let wrong: Vec<String> = validator.iter_errors(line).map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{line}");
    }
}

/// The members of this name, as words, of all entries that are such an event.
fn told(lines: &[Value], event: &str, member: &str) -> Vec<String> {
    let these = lines.iter().filter(|line| line["event"] == event);
    these.map(|line| line[member].as_str().map_or_else(|| line[member].to_string(), str::to_owned)).collect()
}

/// A server that answers by the language that is asked for: never in `ja`, with what is no answer in `de`, late in `fr-CA`.
fn server() -> Scripted {
    Scripted::start(|request, _| match request.header("x-hf-language") {
        Some("ja") => Reply::Silence,
        Some("de") => Reply::with(200, &[], b"<html>"),
        Some("fr-CA") if request.header("x-hf-session").is_none() => Reply::step("s", PENDING),
        _ => Reply::step("s", STEP),
    })
}

fn project(server: &Scripted) -> Project {
    Project::new()
        .with("scenarios/draftgate.yaml", server.config())
        .with("scenarios/passes.yaml", plain("language: en-CA\nsteps: [init, current]\n"))
        .with("scenarios/fails.yaml", plain("language: en-CA\nsteps:\n  - init:\n    expect: end\n"))
        .with("scenarios/skipped.yaml", plain("skip: later\nsteps: [init]\n"))
}

/// A run that holds one test for ever, once its other tests have ended.
fn held(project: &Project, arguments: &[&str]) -> Running {
    project.write("scenarios/held.yaml", plain("language: ja\nsteps: [init]\n"));
    let mut running = project.start(arguments);
    // The journal is told before the terminal is: what the terminal shows, it has.
    let mut said = String::new();
    while !["] passes\n", "] fails\n", "] skipped (later)\n"].iter().all(|line| said.contains(line)) {
        said.push_str(&running.until("\n"));
    }
    running
}

#[test]
fn every_line_is_an_entry_as_the_schema_has_it() {
    let server = server();
    let project = project(&server)
        .with("scenarios/broken.yaml", plain("language: de\nsteps: [init]\n"))
        .with("scenarios/waits.yaml", plain("language: fr-CA\nsteps: [init]\n"))
        .with("scenarios/review.yaml", plain("language: en-CA\nsteps: [init]\n").replace("snapshot: false\n", ""));
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(1);
    let entries = lines(&project, "run.jsonl");
    assert_valid(&project, &entries);
    assert_eq!(entries[0]["event"], "run-started");
    assert_eq!(entries.last().unwrap()["event"], "run-ended");
    assert_eq!(entries.last().unwrap()["exit"], 1);
    let mut verdicts = told(&entries, "test-finished", "verdict");
    verdicts.sort();
    assert_eq!(verdicts, ["broken", "failed", "passed", "passed", "review", "skipped"]);
    assert_eq!(told(&entries, "step-pending", "test"), ["waits"]);
    let journal = Journal::read(project.read("run.jsonl").unwrap().as_bytes()).unwrap();
    assert!(journal.is_whole());
    // Of what was learnt in this run the next one's journal tells first.
    project.draftgate(&["run", "passes", "--jsonl", "run.jsonl"]).exits(0);
    let entries = lines(&project, "run.jsonl");
    assert_valid(&project, &entries);
    assert_eq!(entries[1]["event"], "flow");
    assert_eq!((&entries[1]["flow"], &entries[1]["language"]), (&"tiny".into(), &"en-CA".into()));
    assert_eq!(entries[1]["steps"][0]["title"], "Personal details");
    assert_eq!(entries[1]["first"], serde_json::json!([0]));
}

#[test]
fn it_tells_where_each_step_led_and_what_was_known_of_the_flow() {
    let steps = "  - init\n  - submit: { First name: Ada }\n  - current\n  - back\n  - submit: { First name: Ada }\n  - submit: { City: London }\n";
    let project = tiny().with("scenarios/all.yaml", plain(&format!("steps:\n{steps}")));
    // Where nothing is written, as in CI, the journal says it all the same.
    project.draftgate_with(&[("CI", "1")], &["run", "--jsonl", "ci.jsonl"]).exits(0);
    assert!(project.files("snapshots/maps").is_empty());
    project.draftgate(&["run", "--jsonl", "first.jsonl"]).exits(0);
    project.draftgate(&["run", "--jsonl", "second.jsonl"]).exits(0);
    let visits = |file: &str| -> Vec<Value> {
        let finished = lines(&project, file).into_iter().find(|line| line["event"] == "test-finished").unwrap();
        finished["steps"].as_array().unwrap().iter().map(|step| step["visit"].clone()).collect()
    };
    let went: Vec<String> = visits("ci.jsonl")
        .iter()
        .map(|visit| {
            let from = visit["from"]["title"].as_str().unwrap_or("-");
            format!("{from} {} {}", visit["way"].as_str().unwrap(), visit["to"]["title"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        went,
        [
            "- begin Personal details",
            "Personal details submit Address",
            "Address stay Address",
            "Address back Personal details",
            "Personal details submit Address",
            "Address submit ",
        ]
    );
    assert_eq!(visits("ci.jsonl")[5]["to"]["type"], "end");
    // The ids of this flow are new at every load; the spots are not.
    assert_eq!(visits("ci.jsonl"), visits("second.jsonl"));
    assert!(told(&lines(&project, "first.jsonl"), "flow", "flow").is_empty());
    let known = &lines(&project, "second.jsonl")[1];
    let visited: Vec<&Value> = known["steps"].as_array().unwrap().iter().collect();
    assert_eq!(visited.len(), 3);
    for visit in visits("second.jsonl") {
        assert!(visited.contains(&&visit["to"]), "{visit}");
    }
    assert_eq!((known["first"].clone(), known["moves"].as_array().unwrap().len()), (serde_json::json!([0]), 3));
}

#[cfg(unix)]
#[test]
fn of_a_run_that_is_killed_every_report_can_be_made() {
    let server = server();
    let project = project(&server);
    let running = held(&project, &["run", "--jsonl", "run.jsonl"]);
    // While the run is held, the file has what happened.
    let before = lines(&project, "run.jsonl");
    assert_valid(&project, &before);
    let killed = running.ended_by("-KILL");
    assert_eq!(killed.code, None, "{}", killed.all());
    let journal = Journal::read(project.read("run.jsonl").unwrap().as_bytes()).unwrap();
    assert_eq!(journal.tests.len(), 3);
    assert_eq!(journal.under_way["held"].to_string(), "step 1 init");
    assert!(!journal.is_whole());
    for report in REPORTS {
        let made = project.draftgate(&["report", report, "run.jsonl"]).exits(0);
        let told = if report == "html" { unpacked(&made.stdout) } else { made.stdout.clone() };
        assert!(told.contains("held") && told.contains("step 1 init"), "{report}: {told}");
        assert!(told.contains("fails"), "{report}: {told}");
    }
    let drawn = project.draftgate(&["report", "flows", "run.jsonl", "--out", "pictures"]).exits(0);
    drawn.says("tiny.en-CA.svg");
    // As the system leaves it when it is killed in the middle of a line.
    let whole = project.read("run.jsonl").unwrap();
    project.write("torn.jsonl", &whole.as_bytes()[..whole.len() - 9]);
    project.draftgate(&["report", "summary", "torn.jsonl"]).exits(0);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_writes_its_reports_and_says_in_the_journal_how_it_ended() {
    let server = server();
    let project = project(&server);
    let files = ["--jsonl", "run.jsonl", "--html", "run.html", "--junit", "junit.xml", "--markdown", "run.md"];
    // Ctrl-C, and what ends a container.
    for signal in ["-INT", "-TERM"] {
        let running = held(&project, &[&["run"], &files[..]].concat());
        running.ended_by(signal).exits(130);
        of_an_interrupted_run(&project);
    }
}

#[cfg(unix)]
fn of_an_interrupted_run(project: &Project) {
    let entries = lines(project, "run.jsonl");
    assert_valid(project, &entries);
    let last = entries.last().unwrap();
    assert_eq!((&last["event"], &last["exit"]), (&"run-ended".into(), &130.into()));
    let held = entries.iter().find(|line| line["event"] == "test-finished" && line["name"] == "held").unwrap();
    assert_eq!(held["verdict"], "interrupted");
    for file in ["run.html", "junit.xml", "run.md"] {
        let text = project.read(file).unwrap_or_else(|| panic!("there is no {file}"));
        assert!(text.contains("held") && text.to_lowercase().contains("interrupted"), "{file}: {text}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_journal_that_cannot_be_written_to_its_end_does_not_stop_the_run() {
    let happy = HAPPY.replace("steps:", "snapshot: false\nsteps:");
    let project = tiny().with("scenarios/happy.yaml", &happy);
    let arguments = ["run", "--jsonl", "/dev/full", "--markdown", "run.md"];
    let ended = project.draftgate(&arguments).exits(2);
    ended
        .says("1 test: 1 passed")
        .complains("error: /dev/full is not whole: it could not be written to its end: No space left");
    assert!(project.read("run.md").is_some());
    // What the tests say weighs more.
    project.write("scenarios/happy.yaml", happy.replace("expect: end", "expect: Address"));
    project.draftgate(&arguments).exits(1).complains("/dev/full is not whole");
    project.draftgate(&["run", "--jsonl", "scenarios"]).exits(2).complains("scenarios is a folder");
}

#[test]
fn what_is_no_journal_is_refused_by_name() {
    let project = tiny().with("scenarios/happy.yaml", HAPPY.replace("steps:", "snapshot: false\nsteps:"));
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(0);
    let whole = project.read("run.jsonl").unwrap();
    let first = whole.lines().next().unwrap();
    project.write("crlf.jsonl", whole.replace('\n', "\r\n"));
    project.draftgate(&["report", "summary", "crlf.jsonl"]).exits(0);
    for (text, why) in [
        (String::new(), "it is empty"),
        ("<html>\n".to_owned(), "it is no journal"),
        (whole.split_once('\n').unwrap().1.to_owned(), "its beginning is missing"),
        (whole.repeat(2), "begins another run: each journal wants a file of its own"),
        (whole.replacen("\n{", "\nhello\n{", 1), "line 2 is no entry of a journal"),
        (first.replace("\"format\":1", "\"format\":99"), "it has the format 99"),
    ] {
        project.write("wrong.jsonl", &text);
        let refused = project.draftgate(&["report", "summary", "wrong.jsonl"]).exits(2);
        refused.complains("error: wrong.jsonl: ").complains(why);
    }
    project.draftgate(&["report", "summary", "nowhere.jsonl"]).exits(2).complains("error: nowhere.jsonl: ");
}

#[test]
fn pictures_are_drawn_of_the_flows_that_a_run_went_through() {
    let project = tiny().with("scenarios/a.yaml", plain("steps:\n  - init\n  - submit: { First name: Ada }\n"));
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(0);
    let drawn = project.draftgate(&["report", "flows", "run.jsonl", "-o", "pictures"]).exits(0);
    assert_eq!(drawn.stdout.replace('\\', "/"), "pictures/tiny.svg\n");
    let svg = project.read("pictures/tiny.svg").unwrap();
    for part in
        [r#"<svg width=""#, "The flow tiny (draft): 2 of 2 steps and 1 of 1 way visited", ">Personal details</text>"]
    {
        assert!(svg.contains(part), "{part} is not in {svg}");
    }
    if let Ok(checked) = std::process::Command::new("xmllint")
        .args(["--noout", "pictures/tiny.svg"])
        .current_dir(project.path())
        .output()
    {
        assert!(checked.status.success(), "{}", Ended::of(checked).all());
    }
    let project = tiny().with("scenarios/a.yaml", plain("skip: later\nsteps: [init]\n"));
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(4);
    project.draftgate(&["report", "flows", "run.jsonl", "-o", "pictures"]).exits(4).complains("there is no picture");
}

/// The fences of the page on journals, each with its language.
fn fences() -> Vec<(String, String)> {
    let page = include_str!("../../docs/journal.md");
    let mut fences: Vec<(String, String)> = Vec::new();
    let mut open = false;
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(language) if !open => {
                fences.push((language.to_owned(), String::new()));
                open = true;
            }
            Some(_) => open = false,
            None if open => {
                let (_, text) = fences.last_mut().unwrap();
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
    }
    fences
}

#[test]
fn the_page_on_journals_shows_an_entry_of_each_kind() {
    let fences = fences();
    let shown: Vec<Value> = fences
        .iter()
        .filter(|(language, _)| language == "json")
        .map(|(_, text)| serde_json::from_str(text).unwrap_or_else(|why| panic!("{why}: {text}")))
        .collect();
    assert_valid(&Project::new(), &shown);
    let events: Vec<&str> = shown.iter().map(|entry| entry["event"].as_str().unwrap()).collect();
    let all = [
        "run-started",
        "flow",
        "test-started",
        "step-started",
        "step-pending",
        "limit-changed",
        "file",
        "test-finished",
        "run-ended",
    ];
    assert_eq!(events, all);
    let text: String = shown.iter().map(|entry| format!("{entry}\n")).collect();
    let journal = Journal::read(text.as_bytes()).unwrap();
    assert!(journal.is_whole());
    assert!(shown.iter().all(|entry| serde_json::from_value::<Entry>(entry.clone()).unwrap() != Entry::Unknown));
    // Nothing of it is made up: what is shown is what is read.
    for entry in &shown {
        let read: Entry = serde_json::from_value(entry.clone()).unwrap();
        assert_within(entry, &serde_json::to_value(read).unwrap());
    }
}

#[test]
fn what_failed_is_found_in_a_journal_wherever_it_is_told() {
    let fences = fences();
    let mut lines =
        fences.iter().flat_map(|(_, text)| text.lines()).skip_while(|line| !line.starts_with("# What failed"));
    let query = lines.nth(1).unwrap();
    let shown = fences.iter().find(|(_, text)| text.contains("test-finished\",\"number")).unwrap();
    let shown: Value = serde_json::from_str(&shown.1).unwrap();
    let test = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut entry = shown.clone();
        entry["name"] = name.into();
        change(&mut entry);
        entry
    };
    let failure = shown["steps"][0]["failures"][0].clone();
    let silent = |entry: &mut Value| entry["steps"][0]["failures"] = serde_json::json!([]);
    let entries = [
        test("expects", &|_| {}),
        test("late", &|entry| {
            silent(entry);
            entry["problem"] = failure.clone();
            entry["problem"]["message"] = "it took too long".into();
        }),
        test("unanswered", &|entry| {
            silent(entry);
            entry["steps"][0]["unanswered"] = serde_json::json!({ "why": "no answer came" });
        }),
        test("odd", &|entry| {
            entry["steps"][0]["failures"][0]["grade"] = "warning".into();
            entry["verdict"] = "review".into();
        }),
        test("cut", &|entry| {
            entry["steps"] = serde_json::json!([]);
            entry["verdict"] = "interrupted".into();
        }),
        test("good", &|entry| {
            silent(entry);
            entry["verdict"] = "passed".into();
        }),
    ];
    let project = Project::new();
    project.write("run.jsonl", entries.iter().map(|entry| format!("{entry}\n")).collect::<String>());
    if std::process::Command::new("jq").arg("--version").output().is_err() {
        return;
    }
    let mut shell = std::process::Command::new("sh");
    let ended = Ended::of(shell.args(["-c", query]).current_dir(project.path()).output().unwrap()).exits(0);
    assert_eq!(
        ended.stdout.lines().collect::<Vec<_>>(),
        [
            "expects scenarios/happy.yaml:7 expected the step `Adress`, got the step `Address` (form)",
            "late scenarios/happy.yaml:7 it took too long",
            "unanswered scenarios/happy.yaml:6 no answer came",
            "odd scenarios/happy.yaml:1 review",
            "cut scenarios/happy.yaml:1 interrupted",
        ]
    );
}

/// Asserts that one value has nothing that the other does not have.
fn assert_within(part: &Value, whole: &Value) {
    match (part, whole) {
        (Value::Object(members), Value::Object(_)) => {
            for (name, value) in members {
                assert!(whole.get(name).is_some(), "there is no {name} in {whole}");
                assert_within(value, &whole[name]);
            }
        }
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
            items.iter().zip(others).for_each(|(item, other)| assert_within(item, other));
        }
        _ => assert_eq!(part, whole),
    }
}

#[cfg(unix)]
#[test]
fn the_commands_on_the_page_on_journals_work() {
    let server = server();
    let project = project(&server).with("scenarios/waits.yaml", plain("language: fr-CA\nsteps: [init]\n"));
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(1);
    let has_jq = std::process::Command::new("jq").arg("--version").output().is_ok();
    let (mut queries, mut reports) = (0, 0);
    for (_, text) in fences().iter().filter(|(language, _)| language == "sh") {
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            if let Some(arguments) = line.strip_prefix("draftgate report ") {
                let arguments: Vec<&str> = ["report"].into_iter().chain(arguments.split_whitespace()).collect();
                project.draftgate(&arguments).exits(0);
                reports += 1;
            } else if line.starts_with("jq ") {
                queries += 1;
                if has_jq {
                    let mut shell = std::process::Command::new("sh");
                    let ended = Ended::of(shell.args(["-c", line]).current_dir(project.path()).output().unwrap());
                    assert!(ended.code == Some(0) && !ended.stdout.is_empty(), "{line}\n{}", ended.all());
                }
            }
        }
    }
    assert!(queries >= 5 && reports >= 5, "{queries} queries and {reports} reports");
}
