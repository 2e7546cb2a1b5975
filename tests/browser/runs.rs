//! Runs whose reports are looked at.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::project::Project;
use crate::webdriver::Browser;

const FLOW: &str = "flow: retail
nodes:
  - form: personal
    title: Personal details
    elements:
      - { name: First name, role: first_name, type: text, required: true }
  - service: check
    title: Check
    type: TRULIOO_EIDV
    takes: 300ms
  - form: address
    title: Address
    elements: [ { name: City, type: text, required: true } ]
";
const PASSES: &str = "scenario: An applicant gets through
flow: retail
tags: [smoke]
snapshot: false
steps:
  - init
  - submit: { First name: Ada }
  - submit: { City: London }
    expect: end
";
const CHANGES: &str = "scenario: The answers are as accepted
flow: retail
steps:
  - init
  - submit: { First name: Ada }
";
const FAILS: &str = "scenario: The second step asks for the address
flow: retail
tags: [address]
snapshot: false
steps:
  - init
  - submit: { First name: Ada }
    expect: { title: Adress }
";

/// A page in a folder.
pub struct Page {
    project: Project,
    file: PathBuf,
}

impl Page {
    /// The report of a journal.
    pub fn of(project: Project, journal: &str) -> Self {
        project.draftgate(&["report", "html", journal, "-o", "report.html"]).exits(0);
        let file = project.path().join("report.html");
        Page { project, file }
    }

    /// The page's text.
    pub fn text(&self) -> String {
        self.project.read("report.html").unwrap()
    }

    /// Opens the page at a place of its own.
    pub fn open(&self, browser: &Browser, place: &str) {
        let mut address = url::Url::from_file_path(&self.file).unwrap();
        address.set_fragment(Some(place.trim_start_matches('#')));
        browser.open(address.as_str());
        browser.until("document.documentElement.dataset.shown");
    }
}

/// A run with one test of each kind: it passes, fails, awaits review, is skipped, passed at the second attempt.
pub fn mixed() -> Page {
    let project = Project::new()
        .with("scenarios/retail.flow.yaml", FLOW)
        .with("scenarios/retail/changes.yaml", CHANGES)
        .with("scenarios/retail/later.yaml", PASSES.replace("flow:", "skip: until autumn\nflow:"))
        .with("scenarios/retail/passes.yaml", PASSES)
        .with("scenarios/retail/sometimes.yaml", PASSES);
    project.draftgate(&["run", "--update", "scenarios/retail/changes.yaml"]).exits(0);
    project.write(
        "scenarios/retail.flow.yaml",
        FLOW.replace("first_name, type: text, required: true", "first_name, type: text"),
    );
    project.write("scenarios/retail/fails.yaml", FAILS);
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(1);
    let attempt = json!({ "verdict": "failed", "seconds": 0.5, "message": "it was not there yet", "explanation": "error: not yet" });
    let retried = entries(&project).into_iter().map(|mut entry| {
        if entry["name"] == "retail/sometimes" {
            entry["attempts"] = json!([attempt]);
        }
        entry
    });
    write(&project, retried);
    Page::of(project, "run.jsonl")
}

/// The same run, ended while its last tests were under way or not begun.
pub fn partial() -> Page {
    let page = mixed();
    let lost = ["retail/passes", "retail/sometimes"];
    let kept = entries(&page.project).into_iter().filter(|entry| {
        let finished = entry["event"] == "test-finished" && lost.iter().any(|name| entry["name"] == *name);
        let begun = entry["test"] == lost[1];
        !(finished || begun || entry["event"] == "run-ended")
    });
    write(&page.project, kept);
    Page::of(page.project, "run.jsonl")
}

fn entries(project: &Project) -> Vec<Value> {
    let lines = project.read("run.jsonl").unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn write(project: &Project, entries: impl Iterator<Item = Value>) {
    project.write("run.jsonl", entries.map(|entry| format!("{entry}\n")).collect::<String>());
}

/// The journal of many tests, each with two steps; every fortieth fails.
pub fn many(tests: usize) -> Page {
    let name = |number: usize| format!("suite-{}/test-{number:04}", number % 7);
    let started = json!({
        "event": "run-started", "format": 1, "draftgate": "0.1.0", "started": "2026-11-28T21:43:54Z", "server": null,
        "environment": null, "seed": 1, "shard": null, "suite": "", "selected": tests,
        "tests": (0..tests).map(|number| json!({ "number": number, "name": name(number) })).collect::<Vec<_>>(),
    });
    let finished = (0..tests).map(|number| test(number, &name(number), number % 40 == 39));
    let ended = json!({ "event": "run-ended", "seconds": 12.5, "exit": 1 });
    let project = Project::new();
    write(&project, std::iter::once(started).chain(finished).chain([ended]));
    Page::of(project, "run.jsonl")
}

fn place(line: usize) -> Value {
    json!({ "file": "scenarios/a.yaml", "line": line, "column": 5, "end_line": line, "end_column": 9 })
}

fn test(number: usize, name: &str, fails: bool) -> Value {
    let failure = json!({
        "grade": "error", "code": null, "rule": null, "message": "expected the end", "place": place(4), "label": null,
        "help": null, "notes": [], "related": [], "expected": "end", "actual": "Address",
    });
    let step = |at: usize, failures: Vec<Value>| {
        json!({
            "number": at, "label": "init", "place": place(at + 2), "applicant": null,
            "verdict": if failures.is_empty() { "passed" } else { "failed" }, "skipped": null, "started": 0.1 * at as f64,
            "seconds": 0.1, "request_seconds": 0.1, "pending_seconds": 0.0, "visit": null, "failures": failures,
            "exchanges": [], "polls": [], "unanswered": null, "snapshot": null,
        })
    };
    let steps = vec![step(1, Vec::new()), step(2, if fails { vec![failure] } else { Vec::new() })];
    json!({
        "event": "test-finished", "number": number, "name": name, "title": format!("It is number {number}"),
        "place": place(1), "files": ["scenarios/a.yaml"], "verdict": if fails { "failed" } else { "passed" },
        "reason": null, "flow": "retail", "version": "draft", "language": null, "tags": [], "started": 0.0,
        "seconds": 0.2 + (number % 10) as f64, "request_seconds": 0.2, "pending_seconds": 0.0, "sessions": [],
        "attempts": [], "steps": steps, "problem": null, "explanation": "",
    })
}

/// The journal of tests of flows whose names begin alike, in versions and languages. Each flow has a step that is known and was
/// not visited, and a way back.
pub fn flows() -> Page {
    let of = |number: usize, name: &str, view: [Option<&str>; 3], verdict: &str| {
        let mut test = test(number, name, verdict == "failed");
        let [flow, version, language] = view;
        let spot = |title: &str| json!({ "title": title, "type": "form", "shape": "" });
        for (at, (way, from, to)) in
            [("begin", None, "Name"), ("submit", Some("Name"), "Address")].into_iter().enumerate()
        {
            test["steps"][at]["visit"] = json!({
                "flow": flow, "version": version, "language": language, "from": from.map(spot), "way": way, "to": spot(to),
            });
        }
        for (key, value) in [("flow", flow), ("version", version), ("language", language), ("verdict", Some(verdict))] {
            test[key] = json!(value);
        }
        test
    };
    let view = |flow, version, language| [Some(flow), Some(version), language];
    let mut first = of(0, "first", view("shop", "draft", None), "failed");
    // What awaits review comes before what failed.
    first["steps"][0]["verdict"] = "review".into();
    let long = format!("scenarios/{}.yaml", "averylongname".repeat(12));
    first["steps"][1]["place"]["file"] = long.clone().into();
    first["steps"][0]["snapshot"] = json!({
        "file": long, "standing": "changed", "passes": false, "note": null, "accepted": "{}\n", "actual": "{ }\n",
        "changes": ["*City* is new"],
    });
    first["explanation"] = "review: *City* is new, not *this*\n".into();
    let tests = [
        first,
        of(1, "second", view("shop", "draft", None), "passed"),
        of(2, "french", view("shop", "draft", Some("fr")), "review"),
        of(3, "live", view("shop", "live", None), "passed"),
        of(4, "longer", view("shop \"two\"", "draft", None), "failed"),
    ];
    let spots = ["Name", "Address", "Nowhere"].map(|title| json!({ "title": title, "type": "form", "shape": "" }));
    let known = json!({
        "event": "flow", "flow": "shop", "version": "draft", "language": null,
        "steps": spots,
        "first": [0], "moves": [],
    });
    let started = json!({
        "event": "run-started", "format": 1, "draftgate": "0.1.0", "started": "2026-11-28T21:43:54Z", "server": null,
        "environment": null, "seed": 1, "shard": null, "suite": "", "selected": 5,
        "tests": tests.iter().map(|test| json!({ "number": test["number"], "name": test["name"] })).collect::<Vec<_>>(),
    });
    let ended = json!({ "event": "run-ended", "seconds": 2.5, "exit": 1 });
    let project = Project::new();
    write(&project, [started, known].into_iter().chain(tests).chain([ended]));
    Page::of(project, "run.jsonl")
}

/// What becomes a mark on the page, should it ever become markup: it changes the title, as an element and as a program.
pub const PLANTED: &str =
    "<img src=x onerror=\"document.title='planted'\"></script><script>document.title='planted'</script><!--";

/// A run in which markup is planted wherever a text may come from: names, labels, answers, files.
pub fn planted() -> Page {
    let mut test = test(0, PLANTED, true);
    for key in ["title", "flow", "explanation"] {
        test[key] = PLANTED.into();
    }
    for key in ["tags", "sessions"] {
        test[key] = json!([PLANTED]);
    }
    test["attempts"] = json!([{ "verdict": "failed", "seconds": 0.5, "message": PLANTED, "explanation": PLANTED }]);
    let spot = json!({ "title": PLANTED, "type": PLANTED, "shape": "" });
    let request = json!({ "method": PLANTED, "url": PLANTED, "headers": [[PLANTED, PLANTED]], "body": { "form": [[PLANTED, PLANTED]] }, "curl": PLANTED });
    let answer = |body: Value| json!({ "status": 200, "headers": [[PLANTED, PLANTED]], "body": body, "seconds": 0.1 });
    let exchange = |part: &str, body: Value| json!({ "part": part, "request": request, "answer": answer(body) });
    let step = &mut test["steps"][1];
    step["label"] = PLANTED.into();
    step["applicant"] = PLANTED.into();
    step["visit"] =
        json!({ "flow": PLANTED, "version": "draft", "language": PLANTED, "from": spot, "way": "submit", "to": spot });
    step["exchanges"] = json!([
        exchange("before", json!({ "text": PLANTED })),
        exchange("own", json!({ "json": { PLANTED: [PLANTED, { PLANTED: PLANTED }] } })),
        exchange("poll", json!({ "text": PLANTED })),
    ]);
    step["polls"] = json!([{ "at": 0.05, "answer": PLANTED }]);
    step["unanswered"] = json!({ "request": request, "why": PLANTED });
    step["snapshot"] = json!({ "file": PLANTED, "standing": "changed", "passes": false, "note": PLANTED, "accepted": "{}\n", "actual": PLANTED, "changes": [PLANTED, format!("*{PLANTED}*")] });
    let failure = &mut step["failures"][0];
    for key in ["message", "label", "help", "expected", "actual", "rule"] {
        failure[key] = PLANTED.into();
    }
    failure["notes"] = json!([PLANTED]);
    failure["related"] = json!([{ "place": place(1), "message": PLANTED }]);
    let text = format!(
        "scenario: {PLANTED}\nflow: \"{PLANTED}\"\nsteps:\n  - {PLANTED}: \"{{{{ {PLANTED} }}}}\" # {PLANTED}\n"
    );
    let started = json!({
        "event": "run-started", "format": 1, "draftgate": PLANTED, "started": PLANTED, "server": PLANTED, "environment": PLANTED,
        "seed": 1, "shard": null, "suite": "", "selected": 3,
        "tests": [{ "number": 0, "name": PLANTED }, { "number": 1, "name": format!("begun {PLANTED}") }, { "number": 2, "name": format!("never {PLANTED}") }],
    });
    let file = json!({ "event": "file", "path": "scenarios/a.yaml", "text": text });
    let begun = json!({ "event": "test-started", "test": format!("begun {PLANTED}"), "attempt": 1, "at": 0.5 });
    let project = Project::new();
    write(&project, [started, file, begun, test].into_iter());
    Page::of(project, "run.jsonl")
}
