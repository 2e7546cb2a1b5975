//! `draftgate gate`: one verdict on whether a flow may be published.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::conform::{after, client, mini};
use crate::flows::plain;
use crate::project::Project;
use crate::spoiling::Spoiling;

const STRAIGHT: &str = "scenario: Somebody gets through
flow: mini
snapshot: false
steps:
  - init
  - { submit: {}, fill: valid }
  - { submit: {}, fill: valid }
  - { submit: {}, fill: valid, expect: end }
";

/// A flow with a scenario that goes all of it, and one of another flow that fails.
fn project() -> Project {
    mini()
        .with("scenarios/straight.yaml", STRAIGHT)
        .with("scenarios/elsewhere.yaml", plain("steps:\n  - init:\n    expect: end\n").replace("tiny", "other"))
}

fn verdict(project: &Project, file: &str) -> Value {
    let schema: Value = serde_json::from_str(&project.draftgate(&["schema", "gate"]).exits(0).stdout).unwrap();
    let found: Value = serde_json::from_str(&project.read(file).unwrap()).unwrap();
    let wrong: Vec<String> =
        jsonschema::draft7::new(&schema).unwrap().iter_errors(&found).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    found
}

/// The parts with what came of them.
fn results(verdict: &Value) -> Vec<String> {
    let parts = verdict["parts"].as_array().unwrap().iter();
    parts.map(|part| format!("{} {}", part["part"].as_str().unwrap(), part["result"].as_str().unwrap())).collect()
}

#[test]
fn what_holds_may_be_published_whatever_becomes_of_other_flows() {
    let project = project();
    let reports = ["--json", "out/gate.json", "--markdown", "out/gate.md", "--html", "out/gate.html"];
    for _ in 0..2 {
        // A report may be written over.
        project
            .draftgate(&[&["gate", "mini"], &reports[..]].concat())
            .exits(0)
            .never_says("PASS")
            .never_says("elsewhere")
            .says("\nmini may be published\n\n  passed     tests        1 test: 1 passed\n")
            .says("  passed     coverage     steps 4/4, transitions 3/3,")
            .says("  passed     conformance  ")
            .says("  passed     exploration  4 steps, 3 ways between them\n");
    }
    project.draftgate(&["gate", "mini", "--skip", "conformance", "--verbose"]).exits(0).says("PASS [");
    let verdict = verdict(&project, "out/gate.json");
    assert_eq!(verdict["publishable"], true);
    let passed = ["tests passed", "coverage passed", "conformance passed", "exploration passed", "changes not-asked"];
    assert_eq!(results(&verdict), passed);
    let markdown = project.read("out/gate.md").unwrap();
    assert!(markdown.starts_with("## draftgate: mini may be published\n\n| part | result | |\n"), "{markdown}");
    assert!(!markdown.contains("### Why not") && markdown.contains("### Coverage\n\n| flow | steps"), "{markdown}");
    let html = project.read("out/gate.html").unwrap();
    assert!(html.contains("<title>mini may be published</title>") && html.contains("<main class=\"yes\">"), "{html}");
    assert!(html.contains("<table>") && html.contains("<img src=\"data:image/svg+xml;base64,"), "{html}");
    assert!(!html.contains("<script") && html.contains("<td>\u{2713} passed</td>"), "{html}");
}

#[test]
fn every_reason_against_it_is_named() {
    let served = mini();
    let fault = after(|_, answer, _| {
        if answer.body["code"] == 4006 {
            answer.body["code"] = 4008.into();
        }
    });
    let spoiling = Spoiling::start(&served, fault);
    let project = client(&spoiling).with("scenarios/straight.yaml", STRAIGHT).with(
        "scenarios/refused.yaml",
        "scenario: Nothing is entered\nflow: mini\nsnapshot: false\nsteps:\n  - init\n  - submit: {}\n    expect: 4006\n",
    );
    let ended = project
        .draftgate(&["gate", "mini", "--fail-under", "validations=100", "--json", "g.json", "--markdown", "g.md"])
        .exits(1)
        .says("\nmini is not to be published: tests, coverage, conformance\n")
        .says("  failed     tests        2 tests: 1 passed, 1 failed\n")
        .says("               refused: ")
        .says("               validations: ")
        .says("  failed     conformance  ")
        .says("               DG-20 MUST, a required field that is left out is 4006: at Personal details, ");
    let verdict = verdict(&project, "g.json");
    assert_eq!(verdict["publishable"], false, "{}", ended.all());
    let rules = verdict["conformance"]["rules"].as_array().unwrap();
    assert!(rules.iter().any(|rule| rule["id"] == "DG-20" && rule["result"] == "violated"), "{rules:#?}");
    let markdown = project.read("g.md").unwrap();
    assert!(markdown.contains("\n### Why not\n\n- refused: "), "{markdown}");
    assert!(markdown.contains("\n#### DG-20 a required field that is left out is 4006\n"), "{markdown}");
    // A part that is left out is no reason, and no part that passed either.
    project
        .draftgate(&["gate", "mini", "--skip", "tests", "--skip", "conformance", "--skip", "exploration"])
        .exits(1)
        .says("mini is not to be published: nothing was looked at")
        .says("  not asked  tests        left out with --skip\n");
}

#[test]
fn what_cannot_be_judged_is_no_verdict() {
    let project = project();
    let bare = mini();
    bare.draftgate(&["gate", "mini", "--skip", "conformance"])
        .exits(1)
        .says("  failed     tests        0 tests\n               no test of the flow ran: `draftgate new FLOW`");
    project.write("gate.json", "{\"mine\": true}\n");
    project.draftgate(&["gate", "mini", "--json", "gate.json"]).exits(2).complains("gate.json is there already");
    project.draftgate(&["gate", "mimi"]).exits(2).complains("there is no flow `mimi`; did you mean `mini`?");
    // What was written earlier is not taken for what came of this.
    project.draftgate(&["gate", "mini", "--markdown", "old.md"]).exits(0);
    project.write("scenarios/straight.yaml", "scenario: It has no steps\nflow: mini\n");
    project.draftgate(&["gate", "mini", "--markdown", "old.md"]).exits(3).complains("steps");
    assert_eq!(project.read("old.md"), None);
    let away = client(&Spoiling::start(&mini(), crate::spoiling::NONE)).with("scenarios/straight.yaml", STRAIGHT);
    away.draftgate(&["gate", "mini", "--base-url", "http://127.0.0.1:9/wfs/interpreter-v2"]).exits(5);
}

#[test]
fn a_job_of_github_has_the_verdict_as_its_summary() {
    let project = project();
    let summary = project.path().join("summary.md");
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())];
    project.draftgate_with(&variables, &["gate", "mini", "--skip", "conformance"]).exits(0);
    let summary = project.read("summary.md").unwrap();
    assert!(summary.starts_with("## draftgate: mini may be published\n"), "{summary}");
    assert_eq!(summary.matches("## draftgate: ").count(), 1, "{summary}");
}

#[test]
fn what_applicants_will_find_different_counts_where_it_is_said_from_what() {
    let live = "flow: shop\nnodes:\n  - form: person\n    title: Person\n    elements:\n      - { name: Name, type: text, required: true }\n      - { name: City, type: text }\n";
    let scenario = "scenario: Somebody gets through\nflow: shop\nsnapshot: false\nsteps:\n  - init\n  - { submit: { Name: Ada, City: London }, expect: end }\n";
    let project = Project::new()
        .with("scenarios/shop.live.flow.yaml", live)
        .with(
            "scenarios/shop.draft.flow.yaml",
            live.replace("name: City, type: text", "name: City, type: text, required: true"),
        )
        .with("scenarios/shop.yaml", scenario);
    project.draftgate(&["gate", "shop"]).exits(0).says("  not asked  changes      say from what: --allow-live,");
    let asked = ["gate", "shop", "--allow-live", "--json", "g.json", "--markdown", "g.md"];
    project
        .draftgate(&asked)
        .exits(1)
        .says("shop is not to be published: changes\n")
        .says("  failed     changes      live to draft: 1 breaking\n")
        .says("               breaking, Person: *City* became required\n");
    let found = verdict(&project, "g.json");
    assert_eq!(found["changes"]["differences"].as_array().unwrap().len(), 1, "{found:#}");
    let markdown = project.read("g.md").unwrap();
    assert!(markdown.contains("**City** became required"), "{markdown}");
    project.draftgate(&[&asked[..], &["--fail-on", "never"]].concat()).exits(0).says("  passed     changes      live");
    project
        .draftgate(&[&asked[..], &["--skip", "changes"]].concat())
        .exits(0)
        .says("  not asked  changes      left out");
    // What was not all seen is no proof.
    project
        .draftgate(&[&asked[..], &["--fail-on", "never", "--max-requests", "3"]].concat())
        .exits(1)
        .says("not all of live was seen: a limit was reached\n");
}

/// A flow in which an option leads to a service that fails.
const FLAWED: &str = "flow: flawed
nodes:
  - form: person
    title: Person
    elements:
      - { name: Kind, type: dropdown, required: true, options: [private, business] }
  - { condition: is-business, when: person.kind == 'business', then: check, else: welcome }
  - { service: check, type: TRULIOO_EIDV, fails: 4009 }
  - { end: welcome, text: Welcome }
";

#[test]
fn what_exploring_finds_speaks_against_publishing() {
    let scenario = "scenario: Somebody gets through\nflow: flawed\nsnapshot: false\nsteps:\n  - init\n  - { submit: { Kind: private }, expect: end }\n";
    let project = Project::new().with("scenarios/flawed.flow.yaml", FLAWED).with("scenarios/private.yaml", scenario);
    let asked =
        ["gate", "flawed", "--skip", "conformance", "--json", "g.json", "--markdown", "g.md", "--html", "g.html"];
    let ended = project.draftgate(&asked).exits(1);
    let ended = ended
        .says("\nflawed is not to be published: exploration\n")
        .says("  failed     exploration  2 steps, 1 way between them, 1 finding\n")
        .says("               Person: submitting ends in 4009 ");
    // The verdict is the last that is said, and readable: no test that passed is before it.
    assert!(ended.stdout.find("PASS").is_none() && ended.stdout.contains(" Summary ["), "{}", ended.stdout);
    let found = verdict(&project, "g.json");
    let findings = found["exploration"]["findings"].as_array().unwrap();
    assert_eq!((findings.len(), &findings[0]["kind"]), (1, &Value::from("failed")), "{findings:#?}");
    let witness = &findings[0]["witness"];
    assert!(witness["scenario"].as_str().unwrap().contains("business"), "{witness:#}");
    let markdown = project.read("g.md").unwrap();
    assert!(markdown.contains("\n### Exploration\n\n2 steps, 1 way between them; "), "{markdown}");
    assert!(markdown.contains("<summary>a scenario that shows it</summary>"), "{markdown}");
    assert!(project.read("g.html").unwrap().contains("submitting ends in 4009"));
    project
        .draftgate(&["gate", "flawed", "--skip", "conformance", "--skip", "exploration"])
        .exits(0)
        .says("  not asked  exploration  left out with --skip\n");
}

/// How many calls came to the server of the test below.
static CALLS: AtomicUsize = AtomicUsize::new(0);

#[test]
fn the_draft_is_explored_once_for_what_is_wrong_and_for_what_differs() {
    let many = (0..12).map(|number| format!("kind{number}")).collect::<Vec<_>>().join(", ");
    let flow =
        FLAWED.replace("flow: flawed", "flow: mini").replace("[private, business]", &format!("[business, {many}]"));
    let served = Project::new().with("scenarios/mini.flow.yaml", flow);
    let counting = after(|_, _, _| {
        CALLS.fetch_add(1, Ordering::SeqCst);
    });
    let spoiling = Spoiling::start(&served, counting);
    let project = client(&spoiling);
    let url = spoiling.base_url();
    let asked = ["gate", "mini", "--skip", "tests", "--skip", "conformance", "--against", &url, "--json", "g.json"];
    let calls = |more: &[&str], exit: i32| {
        CALLS.store(0, Ordering::SeqCst);
        drop(project.draftgate(&[&asked[..], more].concat()).exits(exit));
        CALLS.load(Ordering::SeqCst)
    };
    let without = calls(&["--skip", "exploration"], 0);
    let with = calls(&[], 1);
    let found = verdict(&project, "g.json");
    assert_eq!(results(&found)[3..], ["exploration failed", "changes passed"]);
    // What is more are the calls of the witness.
    let explored = usize::try_from(found["exploration"]["requests"].as_u64().unwrap()).unwrap();
    assert!(with > without && with - without < explored, "{with} calls, {without} of them without, {explored}");
}
