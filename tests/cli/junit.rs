//! JUnit XML: valid by the schema of Jenkins' xUnit plugin, and read back by `junitparser`.

use regex::Regex;
use serde_json::{Value, json};

use crate::consumers::{is_valid_junit, python};
use crate::flows::{STEP, plain};
use crate::mixed::{entries, killed, mixed, tried_before, write};
use crate::project::Project;
use crate::scripted::{Reply, Request, Scripted};

/// All that the reader has to tell, as JSON: the whole, and its test cases by their suites' names.
const READ: &str = "
import json, sys
from junitparser.xunit2 import JUnitXml
xml = JUnitXml.fromstring(sys.stdin.buffer.read())
results = lambda found: [[type(one).__name__, one.type, one.message] for one in found]
cases = {}
for suite in xml:
    for case in suite:
        cases[suite.name] = {
            'file': suite.file, 'timestamp': suite.timestamp, 'properties': {one.name: one.value for one in suite.properties()},
            'class': case.classname, 'name': case.name, 'time': case.time, 'results': results(case.result),
            'text': [one.text for one in case.result], 'interim': results(case.interim_result),
            'traces': [one.stack_trace for one in case.interim_result], 'out': case.system_out, 'err': case.system_err}
whole = [xml.name, xml.tests, xml.failures, xml.errors]
json.dump({'whole': whole, 'time': xml.time, 'cases': cases}, sys.stdout)
";

/// Runs a project, with a document that is valid and the same as the one that is made of the journal afterwards.
#[track_caller]
fn document(project: &Project, exit: i32) -> Vec<u8> {
    project.draftgate(&["run", "--junit", "out/junit.xml", "--jsonl", "run.jsonl"]).exits(exit);
    let written = project.read("out/junit.xml").unwrap();
    is_valid_junit(written.as_bytes());
    assert_eq!(report(project, "run.jsonl"), written.as_bytes());
    written.into_bytes()
}

#[track_caller]
fn report(project: &Project, journal: &str) -> Vec<u8> {
    let document = project.draftgate(&["report", "junit", journal]).exits(0).stdout.into_bytes();
    is_valid_junit(&document);
    document
}

#[test]
fn a_reader_finds_every_test_with_what_came_of_it() {
    let project = mixed();
    let Some(read) = python(READ, &document(&project, 1)) else { return };
    assert_eq!(read["whole"], json!(["draftgate", 6, 3, 0]));
    let case = |name: &str| &read["cases"][name];
    let wrong = case("retail/deep/wrong::x|y");
    assert_eq!([&wrong["class"], &wrong["name"]], ["retail.deep", "wrong::x|y"]);
    assert_eq!(wrong["file"], "scenarios/retail/deep/wrong.yaml");
    let properties = &wrong["properties"];
    for (name, value) in [
        ("flow", "tiny"),
        ("version", "draft"),
        ("language", "ar"),
        ("tags", "smoke, big one"),
        ("file", "scenarios/retail/deep/wrong.yaml"),
        ("line", "6"),
    ] {
        assert_eq!(properties[name], value, "{name}");
    }
    assert!(properties["seed"].as_str().unwrap().parse::<u64>().is_ok(), "{properties}");
    assert!(properties["session"].as_str().is_some_and(|session| !session.is_empty()), "{properties}");
    assert!(wrong["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{wrong}");
    let message = "title: expected \"Adress\", got \"Address\"";
    assert_eq!(wrong["results"], json!([["Failure", "failed", message]]));
    let text = wrong["text"][0].as_str().unwrap();
    let parts = [
        "It is plain",
        "wrong.yaml:10:22",
        "request: POST http://",
        "<b>&]]> ``` @ada",
        "answer: HTTP 200",
        "curl -sS -X POST",
    ];
    parts.iter().for_each(|part| assert!(text.contains(part), "{part} is not in\n{text}"));
    let out = wrong["out"].as_str().unwrap();
    let parts = ["1 init: passed in ", "2 submit: failed in ", "/test/submit/tiny: HTTP 200 in "];
    parts.iter().for_each(|part| assert!(out.contains(part), "{part} is not in\n{out}"));
    assert_eq!(case("later")["results"], json!([["Skipped", null, "waits for <the> form"]]));
    assert_eq!(case("later")["class"], "draftgate");
    let happy = case("retail/happy");
    assert_eq!(happy["results"], json!([["Failure", "review", "the answer differs from the accepted snapshot"]]));
    assert!(happy["text"][0].as_str().unwrap().contains("the minimum of *Age* is now 21, was 18"));
    assert!(happy["out"].as_str().unwrap().contains("snapshot snapshots/retail/happy/01-init.snap: changed"));
    let odd = case("odd");
    assert_eq!(odd["results"], json!([]));
    let warning = "scenarios/odd.yaml:6:15: the field Email is hidden by its condition";
    assert!(odd["err"].as_str().unwrap().starts_with(warning), "{odd}");
    assert_eq!(case("root")["err"], Value::Null);
}

/// The document of another run of the same, without what no two runs have in common: times, sessions, ports and seeds.
fn comparable(project: &Project, arguments: &[&str]) -> String {
    let arguments = [&["run", "--junit", "out/junit.xml"], arguments].concat();
    project.draftgate(&arguments).exits(1);
    let mut text = project.read("out/junit.xml").unwrap();
    for (pattern, by) in [
        (r#"(\d+\.\d+s\b)|((timestamp|time)="[^"]*")"#, "TIME"),
        (r#"name="(request_seconds|pending_seconds|seed|session)" value="[^"]*""#, "PROPERTY"),
        (r"\b[0-9a-f]{24}\b", "ID"),
        (r"[0-9a-f]{8}…", "SESSION"),
        (r"127\.0\.0\.1:\d+", "HOST"),
    ] {
        text = Regex::new(pattern).unwrap().replace_all(&text, by).into_owned();
    }
    text
}

#[test]
fn the_document_does_not_depend_on_the_other_reports() {
    const TOKEN: &str = "tok-4711-0815-abcdef";
    let server = Scripted::start(|_, before| match before % 2 {
        0 => Reply::step("s", &STEP.replacen('{', &format!("{{\"accessToken\":\"{TOKEN}\","), 1)),
        _ => Reply::step("s", &STEP.replace("Personal details", &format!("Personal details of {TOKEN}"))),
    });
    let steps = "steps:\n  - init\n  - current:\n    expect: Address\n";
    let tells =
        Project::new().with("scenarios/draftgate.yaml", server.config()).with("scenarios/tells.yaml", plain(steps));
    for project in [mixed(), tells] {
        for data in [&[][..], &["--mask-data"]] {
            let alone = comparable(&project, data);
            let others = ["--jsonl", "run.jsonl", "--html", "run.html", "--markdown", "run.md"];
            assert_eq!(alone, comparable(&project, &[data, &others[..]].concat()));
            assert!(alone.contains(": passed in TIME\n") && !alone.contains(TOKEN), "{alone}");
            assert_eq!(alone.matches("HTTP 200 in TIME").count(), alone.matches("failed in TIME").count(), "{alone}");
        }
    }
}

#[test]
fn what_an_api_answers_breaks_no_document() {
    let answer = |request: &Request, _: usize| match request.target().starts_with("POST") {
        true => Reply::with(
            200,
            &[("content-type", "text/html")],
            b"<html>\x01\x1b[31m ]]> & \xf0\x9f\x98\x80\r\n\xef\xbf\xbf",
        ),
        false => {
            Reply::step("s", r#"{"id":"s","title":"A\u0000\u001b\ufffe]]> \"<b>&\t ü\nB","type":"form","elements":[]}"#)
        }
    };
    let server = Scripted::start(answer);
    let project = Project::new()
        .with("scenarios/draftgate.yaml", server.config())
        .with("scenarios/a.yaml", plain("steps:\n  - init:\n    expect: end\n"))
        .with("scenarios/b.yaml", plain("steps:\n  - submit: {}\n    map: false\n"));
    let Some(read) = python(READ, &document(&project, 1)) else { return };
    let message = read["cases"]["a"]["results"][0][2].as_str().unwrap();
    assert!(message.contains("]]> \"<b>& ") && message.contains("ü"), "{message:?}");
    assert_eq!(read["cases"]["b"]["results"][0][0], "Error");
    assert_eq!(read["cases"]["b"]["results"][0][1], "broken");
    assert!(read["cases"]["b"]["text"][0].as_str().unwrap().contains("<html>"));
}

#[test]
fn a_run_that_was_killed_is_not_green() {
    let project = mixed();
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(1);
    let journal = killed(&entries(&project, "run.jsonl"), "root", "retail/happy");
    write(&project, "killed.jsonl", &journal);
    let end = "the run did not end: 1 test was under way, 3 never began";
    let document = report(&project, "killed.jsonl");
    assert!(
        String::from_utf8_lossy(&document).contains(&format!("<error message=\"{end}\" type=\"unfinished\">{end}"))
    );
    // Of the first line alone nothing is known but what was to be run, of a journal from before not even where.
    let mut first = journal[..1].to_vec();
    for _ in 0..2 {
        write(&project, "first.jsonl", &first);
        let document = String::from_utf8(report(&project, "first.jsonl")).unwrap();
        assert!(document.contains("the run did not end: 5 tests never began"), "{document}");
        assert!(document.contains(" errors=\"1\""), "{document}");
        for test in first[0]["tests"].as_array_mut().unwrap() {
            ["file", "line"].iter().for_each(|key| drop(test.as_object_mut().unwrap().remove(*key)));
        }
    }
    let Some(read) = python(READ, &document) else { return };
    assert_eq!(read["whole"], json!(["draftgate", 6, 0, 2]));
    assert_eq!(read["cases"]["end of the run"]["results"], json!([["Error", "unfinished", end]]));
    let happy = &read["cases"]["retail/happy"];
    assert_eq!([&happy["class"], &happy["name"]], ["retail", "happy"]);
    assert_eq!(happy["results"], json!([["Error", "unfinished", "it did not end"]]));
    assert_eq!([&happy["file"], &happy["properties"]["line"]], ["scenarios/retail/happy.yaml", "1"]);
    assert_eq!(happy["time"], json!(0.0));
    assert_eq!(happy["text"], json!(["last known: step 2 submit, pending"]));
    assert_eq!(read["cases"]["odd"]["results"][0][0], "Skipped");
    assert_eq!(read["cases"]["root"]["results"], json!([]));
}

#[test]
fn attempts_are_told_of_tests_that_passed_then_and_of_those_that_did_not() {
    let project = mixed();
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(1);
    let mut journal = entries(&project, "run.jsonl");
    tried_before(&mut journal, "root", 2);
    tried_before(&mut journal, "retail/deep/wrong::z", 1);
    write(&project, "tried.jsonl", &journal);
    let Some(read) = python(READ, &report(&project, "tried.jsonl")) else { return };
    let flaky = &read["cases"]["root"];
    assert_eq!(flaky["results"], json!([]));
    let tries = json!([["FlakyFailure", "failed", "first <try> 0"], ["FlakyFailure", "failed", "first <try> 1"]]);
    assert_eq!(flaky["interim"], tries);
    assert_eq!(flaky["traces"][1], "error: try 1\n  it's & so\n");
    let failed = &read["cases"]["retail/deep/wrong::z"];
    assert_eq!(failed["results"].as_array().unwrap().len(), 1);
    assert_eq!(failed["interim"], json!([["RerunFailure", "failed", "first <try> 0"]]));
}
