use std::collections::BTreeMap;
use std::io::Read as _;

use serde_json::{Value, json};

use super::*;
use crate::journal::{Entry, File, RunEnded, StepPending, StepStarted, Test};

/// A test of which only this is out of the ordinary.
fn test(number: usize, name: &str, changes: &Value) -> Test {
    let mut test = json!({
        "number": number, "name": name, "title": "It is plain",
        "place": place(1), "files": ["scenarios/a.yaml"], "verdict": "passed", "reason": null,
        "flow": "tiny", "version": "draft", "language": null, "tags": [], "started": 0.5, "seconds": 1.5,
        "request_seconds": 1.0, "pending_seconds": 0.0, "sessions": [], "attempts": [], "steps": [],
        "problem": null, "explanation": "",
    });
    for (key, value) in changes.as_object().unwrap() {
        test[key] = value.clone();
    }
    serde_json::from_value(test).unwrap()
}

fn place(line: usize) -> Value {
    json!({ "file": "scenarios/a.yaml", "line": line, "column": 3, "end_line": line, "end_column": 9 })
}

fn failure(message: &str) -> Value {
    json!({
        "grade": "error", "code": null, "rule": null, "message": message, "place": place(2), "label": null, "help": null,
        "notes": [], "related": [], "expected": null, "actual": null,
    })
}

fn journal(tests: Vec<Test>) -> Journal {
    let mut journal = Journal { tests, ended: Some(RunEnded { seconds: 2.0, exit: 0 }), ..Journal::default() };
    journal.started.started = "2026-11-28T21:43:54.982651191Z".into();
    journal.files.push(File { path: "scenarios/a.yaml".into(), text: "scenario: It is plain\n".into() });
    journal
}

/// The texts of all scripts of a page, by what their tags say.
fn scripts(page: &str) -> Vec<(String, String)> {
    let script = |text: &str| {
        let (attributes, rest) = text.split_once('>').unwrap();
        (attributes.trim().to_owned(), rest.split_once("</script>").unwrap().0.to_owned())
    };
    page.split("<script").skip(1).map(script).collect()
}

fn run_of(page: &str) -> Value {
    let scripts = scripts(page);
    let (_, text) = scripts.iter().find(|(attributes, _)| attributes.contains("id=\"run\"")).unwrap();
    serde_json::from_str(text).unwrap()
}

/// What is packed under a name, in order.
fn unpacked(page: &str, name: &str) -> Vec<Value> {
    let mut items = Vec::new();
    for (attributes, text) in scripts(page) {
        if attributes.contains(&format!("id=\"{name}-")) {
            let bytes = STANDARD.decode(text).unwrap();
            let mut json = String::new();
            flate2::read::ZlibDecoder::new(bytes.as_slice()).read_to_string(&mut json).unwrap();
            items.extend(serde_json::from_str::<Vec<Value>>(&json).unwrap());
        }
    }
    items
}

#[test]
fn the_page_holds_all_of_every_test_and_file_in_the_order_of_the_run() {
    let names: Vec<String> = (0..20).map(|number| format!("a/{number}")).collect();
    let tests = names.iter().enumerate().rev().map(|(number, name)| test(number, name, &json!({}))).collect();
    let page = page(&journal(tests));
    let told = |test: &Value| test["name"].as_str().unwrap().to_owned();
    assert_eq!(run_of(&page)["tests"].as_array().unwrap().iter().map(told).collect::<Vec<_>>(), names);
    let details = unpacked(&page, "tests");
    assert_eq!(details.iter().map(|detail| told(&detail["test"])).collect::<Vec<_>>(), names);
    assert_eq!(details[3]["test"], serde_json::to_value(test(3, "a/3", &json!({}))).unwrap());
    assert_eq!(unpacked(&page, "files")[0]["text"], "scenario: It is plain\n");
}

#[test]
fn nothing_of_a_run_becomes_markup() {
    let evil = "</script><script>alert(1)</script><!-- <img src=x onerror=alert(2)> ' \" & \u{2028} \0 ]]>";
    let mut failing = failure(evil);
    failing["label"] = evil.into();
    failing["expected"] = evil.into();
    let changes = json!({ "title": evil, "verdict": "failed", "flow": evil, "tags": [evil], "problem": failing });
    let mut journal = journal(vec![test(0, evil, &changes)]);
    journal.started.server = Some(evil.into());
    journal.started.environment = Some(evil.into());
    journal.started.draftgate = evil.into();
    journal.started.started = evil.into();
    journal.files.push(File { path: evil.into(), text: evil.into() });
    journal.take(Entry::StepStarted(StepStarted { test: evil.into(), step: 1, label: evil.into(), at: 0.0 }));
    let evil_page = page(&journal);

    let plain = page(&self::journal(vec![test(0, "a", &json!({}))]));
    let tags = |page: &str, tag: &str| page.matches(tag).count();
    for tag in ["<script", "</script", "<!--", "<img", "<style", "onerror=alert(2)>"] {
        let most = tags(&plain, tag);
        assert_eq!(tags(&evil_page, tag), most, "{tag}");
    }
    let run = run_of(&evil_page);
    for key in ["name", "title", "flow", "message"] {
        assert_eq!(run["tests"][0][key], evil, "{key}");
    }
    assert_eq!(run["files"][1], evil);
    assert_eq!(unpacked(&evil_page, "tests")[0]["test"]["problem"]["label"], evil);
}

#[test]
fn the_policy_allows_the_program_of_the_page_and_nothing_else() {
    let page = page(&journal(Vec::new()));
    let programs: Vec<_> = scripts(&page).into_iter().filter(|(attributes, _)| attributes.is_empty()).collect();
    assert_eq!(programs.len(), 1);
    let hash = STANDARD.encode(digest(&SHA256, programs[0].1.as_bytes()));
    let policy = page.split("Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; script-src 'sha256-{hash}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; \
             form-action 'none'"
        )
    );
    // The policy stands before anything that it is about.
    assert!(page.find("Content-Security-Policy").unwrap() < page.find("<title").unwrap());
    for sink in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "fetch("] {
        assert!(!PROGRAM.contains(sink), "{sink}");
    }
    for text in [PROGRAM, STYLE] {
        assert!(!text.contains("</") && !text.contains("<!--"));
    }
    assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
}

#[test]
fn every_part_of_the_program_and_of_the_style_is_in_the_page() {
    for (folder, whole) in [("program", PROGRAM), ("style", STYLE)] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/html").join(folder);
        let parts: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(parts.len() > 4);
        for part in parts {
            assert!(whole.contains(&std::fs::read_to_string(&part).unwrap()), "{}", part.display());
        }
    }
}

#[test]
fn a_run_is_told_in_a_line_and_what_is_missing_of_it_is_named() {
    let tests = vec![
        test(0, "a", &json!({ "verdict": "broken", "problem": failure("no answer came") })),
        test(1, "b", &json!({ "verdict": "review" })),
        test(2, "c", &json!({})),
        test(3, "d", &json!({ "verdict": "skipped", "reason": "later" })),
    ];
    let mut journal = journal(tests);
    let whole = page(&journal);
    assert!(
        whole.contains("<title>1 failed, 1 to review, 1 passed, 1 skipped · draftgate run of 2026-11-28 21:43</title>")
    );
    assert!(whole.contains("<dt>Started</dt><dd>2026-11-28 21:43:54 UTC</dd>"));
    assert!(whole.contains("<dt>API</dt><dd>embedded sandbox</dd>"));
    assert!(!whole.contains("Part of a run"));
    assert!(whole.contains("<li><strong>a</strong> (scenarios/a.yaml:1): no answer came</li>"));

    journal.ended = None;
    journal.take(Entry::StepStarted(StepStarted { test: "e".into(), step: 2, label: "submit".into(), at: 0.5 }));
    journal.take(Entry::StepPending(StepPending { test: "e".into(), at: 0.6 }));
    journal.started.tests = ["a", "b", "c", "d", "e", "f"]
        .iter()
        .enumerate()
        .map(|(number, name)| crate::journal::random::planned(number * 3, (*name).into()))
        .collect();
    let part = page(&journal);
    let told = "the run did not end: 1 test was under way, 1 never began. Of 6 tests, 4 ended, 1 was under way and 1 was never begun.";
    assert!(part.contains(told));
    assert!(part.contains("<li>e, at step 2 submit, pending</li>"));
    let left = |at: usize| {
        let left = &run_of(&part)["unfinished"][at];
        (left["name"].as_str().unwrap().to_owned(), left["message"].as_str().unwrap().to_owned())
    };
    assert_eq!(left(0), ("e".to_owned(), "it did not end: step 2 submit, pending".to_owned()));
    assert_eq!(left(1), ("f".to_owned(), "the run ended before it began".to_owned()));
    assert_eq!(run_of(&part)["missing"], Value::Null);
    assert!(part.contains("<summary>Never begun: 1</summary>\n<ul>\n<li>f</li>"));
    assert!(part.contains("the journal has no end"));

    journal.under_way.clear();
    journal.started.tests.truncate(4);
    journal.started.selected = 7;
    journal.started.missing = vec![crate::journal::Shard { index: 2, count: 3 }];
    let part = page(&journal);
    assert!(part.contains("shard 2 of 3 is missing. Of 7 tests, 4 ended and 3 were in shards that are missing.</p>"));
    assert!(part.contains("<dt>Took</dt><dd>unknown: shard 2 of 3 is missing</dd>"));
    assert_eq!(run_of(&part)["missing"], "shard 2 of 3 is missing");
}

#[test]
fn the_headline_says_how_many_of_the_passed_are_flaky_and_that_nothing_ran() {
    let attempt = json!({ "verdict": "failed", "seconds": 1.0, "message": "it was late", "explanation": "" });
    let tests = vec![test(0, "a", &json!({ "verdict": "failed" })), test(1, "b", &json!({ "attempts": [attempt] }))];
    assert_eq!(facts::headline(&journal(tests)), "1 failed, 1 passed (1 flaky)");
    let cut = vec![test(0, "a", &json!({ "verdict": "failed" })), test(1, "b", &json!({ "verdict": "interrupted" }))];
    assert_eq!(facts::headline(&journal(cut)), "1 failed, 1 interrupted");
    let mut none = journal(Vec::new());
    assert_eq!(facts::headline(&none), "No test ran");
    assert!(page(&none).contains("<p>This is no success: nothing ran: no test was selected.</p>"));
    none.ended = None;
    assert_eq!(facts::headline(&none), "No test had ended");
}

#[test]
fn without_a_program_labels_stand_without_asterisks_and_thousands_apart() {
    let tests: Vec<_> = (0..1000)
        .map(|number| {
            let changes = json!({ "verdict": "skipped", "reason": "later" });
            test(number, &format!("a/{number}"), &changes)
        })
        .chain([test(1000, "b", &json!({ "verdict": "failed", "problem": failure("*City* is 2 * 3") }))])
        .chain([test(1001, "c", &json!({ "verdict": "failed", "problem": failure("*City* is new") }))])
        .collect();
    let page = page(&journal(tests));
    assert!(page.contains("<p>1,002 tests in all: 2 failed, 1,000 skipped.</p>"));
    assert!(page.contains("</strong> (scenarios/a.yaml:1): City is new</li>"));
    assert!(page.contains("</strong> (scenarios/a.yaml:1): *City* is 2 * 3</li>"));
}

#[test]
fn a_row_says_what_is_to_be_said_of_its_test() {
    let attempt = json!({ "verdict": "failed", "seconds": 1.0, "message": "it was late", "explanation": "" });
    let mut warning = failure("it is odd");
    warning["grade"] = "warning".into();
    let step = |snapshot: Value| {
        json!({
            "number": 2, "label": "submit", "place": place(3), "applicant": null, "verdict": "review", "skipped": null,
            "started": 0.0, "seconds": 0.1, "request_seconds": 0.1, "pending_seconds": 0.0, "visit": null,
            "failures": [warning.clone()], "exchanges": [], "polls": [], "unanswered": null, "snapshot": snapshot,
        })
    };
    let snapshot = |standing: &str, changes: &[&str]| json!({ "file": "s.snap", "standing": standing, "passes": false, "note": null, "accepted": "{\n}\n", "actual": "{\n  1\n}\n", "changes": changes });
    let said = |changes: &Value| view::message(&test(0, "a", changes));
    assert_eq!(said(&json!({})), "");
    assert_eq!(said(&json!({ "attempts": [attempt] })), "it was late");
    assert_eq!(said(&json!({ "verdict": "skipped", "reason": "later" })), "later");
    assert_eq!(said(&json!({ "verdict": "failed", "problem": failure("it took too long") })), "it took too long");
    let review = |snapshot| json!({ "verdict": "review", "steps": [step(snapshot)] });
    assert_eq!(said(&review(snapshot("new", &[]))), "step 2 has no accepted snapshot yet");
    assert_eq!(said(&review(snapshot("changed", &["*City* is new", "more"]))), "*City* is new");
    let page = page(&journal(vec![test(0, "a", &review(snapshot("changed", &[])))]));
    let compared = &unpacked(&page, "tests")[0]["compared"]["s0"];
    assert_eq!(compared[1], json!(["+", null, 2, [[false, "  1"]], false]), "{compared}");
}

/// An answer's text, as large as a real one, in which every id is another.
fn answer(seed: u64) -> Value {
    let id = |at: u64| {
        format!("{:024x}", u128::from(seed * 31 + at).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c834))
    };
    let element = |at| json!({ "id": id(at), "name": format!("Element {at}"), "type": "text", "validations": [{ "type": "required" }, { "type": "length", "max": 50 }] });
    json!({ "id": id(0), "title": "Personal details", "type": "form", "canGoBack": true, "elements": (1..=10).map(element).collect::<Vec<_>>() })
}

#[test]
fn two_thousand_tests_stay_far_below_forty_megabytes() {
    const TESTS: usize = 100;
    let step = |number: u64| {
        let request = json!({ "method": "POST", "url": "http://127.0.0.1:1/wfs/interpreter-v2/test/submit/tiny", "headers": [["x-hf-session", "s"]], "body": { "json": {} }, "curl": "curl -sS" });
        let exchange = json!({ "part": "own", "request": request, "answer": { "status": 200, "headers": [], "body": { "json": answer(number) }, "seconds": 0.1 } });
        json!({
            "number": number % 6 + 1, "label": "submit", "place": place(3), "applicant": null, "verdict": "passed",
            "skipped": null, "started": 0.0, "seconds": 0.1, "request_seconds": 0.1, "pending_seconds": 0.0,
            "visit": null, "failures": [], "exchanges": [exchange], "polls": [], "unanswered": null, "snapshot": null,
        })
    };
    assert!(answer(1).to_string().len() > 1400);
    let of_steps =
        |at: usize| json!({ "steps": (0..6).map(|number| step((at * 6 + number) as u64)).collect::<Vec<_>>() });
    let with =
        |count: usize| page(&journal((0..count).map(|at| test(at, &format!("a/{at}"), &of_steps(at))).collect())).len();
    let each = (with(TESTS) - with(0)) / TESTS;
    assert!(each < 40_000_000 / 2000 / 2, "a test takes {each} bytes");
}

/// The colours of a block of the theme, by name.
fn colours(block: &str) -> BTreeMap<&str, [f64; 3]> {
    let colour = |line: &'static str| -> Option<(&'static str, [f64; 3])> {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": #")?;
        let part = |at: usize| u8::from_str_radix(&value[at..at + 2], 16).map(|part| f64::from(part) / 255.0).unwrap();
        Some((name, [part(0), part(2), part(4)]))
    };
    let start = STYLE.find(block).unwrap();
    STYLE[start..].split('}').next().unwrap().lines().filter_map(colour).collect()
}

/// The contrast of two colours, as WCAG 2 has it.
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let linear = |part: f64| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
    let luminance =
        |[red, green, blue]: [f64; 3]| 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_can_be_read_on_everything_that_it_stands_on_in_both_themes() {
    let dark = colours(":root[data-theme=\"dark\"]");
    assert_eq!(dark, colours(":root:not([data-theme=\"light\"])"));
    for theme in [colours(":root {"), dark] {
        let holds = |text: &str, ground: &str, least: f64| {
            let found = contrast(theme[text], theme[ground]);
            assert!(found >= least, "--{text} on --{ground}: {found:.2}");
        };
        for ground in ["ground", "panel", "sunken", "accent-soft"] {
            for text in ["text", "muted", "accent", "pass", "fail", "flaky", "review", "key", "string", "literal"] {
                holds(text, ground, 4.5);
            }
            holds("line-strong", ground, 3.0);
        }
        for word in ["pass", "fail", "flaky", "review"] {
            holds(word, &format!("{word}-soft"), 4.5);
        }
        for ground in ["fail-soft", "fail-mark", "added", "added-mark", "removed", "removed-mark"] {
            holds("text", ground, 4.5);
        }
        for text in ["muted", "key", "string", "literal"] {
            holds(text, "fail-soft", 4.5);
        }
        for text in ["busy", "fail", "review"] {
            holds(text, "panel", 3.0);
        }
    }
}
