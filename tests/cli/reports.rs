//! What a run says of scenarios that pass and that fail, and the exit code that follows.

use crate::flows::{HAPPY, STEP, plain, tiny};
use crate::project::Project;
use crate::scripted::{Reply, Scripted};

#[test]
fn all_passed_is_0_with_a_line_a_test_and_a_summary() {
    let project = tiny().with("scenarios/retail/happy.yaml", HAPPY.replace("steps:", "snapshot: false\nsteps:"));
    let ended = project.draftgate(&[]).exits(0);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{}", ended.stdout);
    assert_eq!(lines[0], " Running 1 test");
    assert!(lines[1].starts_with("    PASS [ ") && lines[1].ends_with("s] retail/happy"), "{}", lines[1]);
    assert!(lines[2].starts_with(" Summary [ ") && lines[2].ends_with("s] 1 test: 1 passed"), "{}", lines[2]);
    assert_eq!(ended.stderr, "");
    assert!(project.files("snapshots").is_empty());
}

#[test]
fn a_failure_is_1_with_the_line_the_values_the_request_the_answer_and_a_command() {
    let steps = "steps:\n  - init\n  - submit: { First name: Ada }\n    expect:\n      title: Adress\n      json: { $.canGoBack: false }\n";
    let project = tiny().with("scenarios/wrong.yaml", plain(steps));
    let ended = project.draftgate(&["run", "--show-sessions"]).exits(1);
    let ended = ended
        .says(" --> scenarios/wrong.yaml:8:14\n")
        .says("8 |       title: Adress\n  |              ^^^^^^ ")
        .says("9 |       json: { $.canGoBack: false }\n")
        .says("It is plain")
        .says("1 test: 0 passed, 1 failed");
    for part in ["expected", "\"Adress\"", "\"Address\"", "false", "true"] {
        assert!(ended.stdout.contains(part), "{part} is missing:\n{}", ended.stdout);
    }
    let request = ended.stdout.lines().find(|line| line.starts_with("  request: ")).unwrap();
    assert!(request.starts_with("  request: POST http://127.0.0.1:"), "{request}");
    assert!(request.ends_with("/wfs/interpreter-v2/test/submit/tiny"), "{request}");
    let ended = ended.says("\": \"Ada\"\n    }\n").says("  answer: HTTP 200 after 0.").says("\"name\": \"City\",");
    let session = ended.stdout.split("x-hf-session: ").nth(1).unwrap()[..36].to_owned();
    let curl = ended.stdout.lines().find(|line| line.starts_with("  again: ")).unwrap();
    assert!(curl.contains("curl -sS -X POST 'http://127.0.0.1:"), "{curl}");
    assert!(curl.contains(&format!(" -H 'x-hf-session: {session}' -H 'content-type: application/json' --data '{{\"")));
    assert!(curl.ends_with("\":\"Ada\"}'"), "{curl}");
    assert!(project.files("snapshots").is_empty());
}

#[test]
fn the_command_of_a_failure_sends_the_same_request() {
    let server = Scripted::start(|_, _| Reply::json(200, STEP));
    let steps = "steps:\n  - submit: { name: \"O'Hara \\\"ü\\\" $HOME `x`\" }\n    map: false\n    expect: end\n";
    let project =
        Project::new().with("scenarios/draftgate.yaml", server.config()).with("scenarios/wrong.yaml", plain(steps));
    let ended = project.draftgate(&["run"]).exits(1);
    let curl = ended.stdout.lines().find_map(|line| line.trim().strip_prefix("again: ")).unwrap();
    let Ok(done) = std::process::Command::new("sh").args(["-c", curl]).output() else { return };
    if !done.status.success() {
        // There is no curl here.
        return;
    }
    let requests = server.requests();
    assert_eq!(requests[1].target(), requests[0].target());
    assert_eq!(requests[1].text(), requests[0].text());
    assert_eq!(requests[1].header("content-type"), Some("application/json"));
}

#[test]
fn every_failed_check_of_a_step_is_told_and_the_steps_after_it_are_not_run() {
    let steps = "steps:\n  - init:\n    expect: { title: A, subtitle: B, type: C }\n  - submit: { First name: Ada }\n    expect: end\n";
    let ended = tiny().with("scenarios/wrong.yaml", plain(steps)).draftgate(&["run"]).exits(1);
    assert_eq!(ended.stdout.matches("error: ").count(), 3, "{}", ended.stdout);
    ended.never_says("POST");
}

#[test]
fn steps_of_finally_run_whatever_happened() {
    let server = Scripted::start(|_, _| Reply::step("s", STEP));
    let project = Project::new()
        .with("scenarios/draftgate.yaml", server.config())
        .with("scenarios/wrong.yaml", plain("steps:\n  - init:\n    expect: end\n  - back\nfinally:\n  - current\n"));
    project.draftgate(&["run"]).exits(1);
    assert_eq!(server.targets().len(), 2);
    assert_eq!(server.requests()[1].header("x-hf-session"), Some("s"));
}

#[test]
fn failures_are_told_once_more_at_the_end() {
    let project = tiny()
        .with("scenarios/a.yaml", plain("steps: [init]\n"))
        .with("scenarios/b.yaml", plain("steps:\n  - init:\n    expect: end\n"));
    let ended = project.draftgate(&["run"]).exits(1);
    let end = ended.stdout.split_once(" Summary [").unwrap().1;
    let last = end.lines().nth(1).unwrap();
    assert!(last.starts_with("    FAIL [ ") && last.ends_with("s] b"), "{last}");
    assert_eq!(ended.stdout.matches("FAIL").count(), 2);
    ended.says("2 tests: 1 passed, 1 failed");
}

#[test]
fn wrong_usage_is_2_and_says_what_would_be_right() {
    let project = tiny().with("scenarios/a.yaml", plain("steps: [init]\n"));
    project.draftgate(&["--no-such-flag"]).exits(2).complains("--no-such-flag");
    project.draftgate(&["run", "scenarios/nowhere.yaml"]).exits(2).complains("there is no file scenarios/nowhere.yaml");
    project.draftgate(&["run", "--base-url", "ftp://x"]).exits(2).complains("https://");
    project.draftgate(&["run", "--config", "no.yaml"]).exits(2).complains("there is no configuration no.yaml");
    let empty = tempfile::tempdir().unwrap();
    let outside = empty.path().to_str().unwrap();
    project.draftgate(&["run", "scenarios/a.yaml", outside]).exits(2).complains("run the two apart");
}

#[test]
fn a_mistake_in_a_scenario_is_3() {
    let project = tiny().with("scenarios/a.yaml", plain("steps: [inti]\n"));
    project.draftgate(&["run"]).exits(3).complains("did you mean `init`?").complains("scenarios/a.yaml:4:9");
}

#[test]
fn a_mistake_in_a_flow_definition_is_3() {
    let project = tiny().with("scenarios/a.yaml", plain("steps: [init]\n"));
    project.write("scenarios/tiny.flow.yaml", "nodes: [ { from: a } ]\n");
    project.draftgate(&["run"]).exits(3).complains("scenarios/tiny.flow.yaml:1:");
}

#[test]
fn nothing_run_is_4() {
    let project = tiny().with("scenarios/a.yaml", plain("skip: later\nsteps: [init]\n"));
    project.draftgate(&["run"]).exits(4).complains("error: nothing ran: every test was skipped");
    project.draftgate(&["run", "nothing-like-it"]).exits(4).complains("error: nothing ran: no test was selected");
    tiny().draftgate(&["run"]).exits(4);
}

#[test]
fn an_api_outside_its_contract_is_5_and_a_failure_outweighs_it() {
    let server = Scripted::start(|_, _| Reply::with(200, &[], b"<html>"));
    let project = Project::new()
        .with("scenarios/draftgate.yaml", server.config())
        .with("scenarios/a.yaml", plain("steps: [init]\n"));
    project.draftgate(&["run"]).exits(5).says("  BROKEN [ ").says("<html>");
    project.write("scenarios/b.yaml", plain("steps:\n  - init:\n    expect: end\n"));
    project.draftgate(&["run"]).exits(1);
}

#[test]
fn help_and_version_are_0_and_name_the_exit_codes() {
    let project = Project::new();
    project.draftgate(&["--help"]).exits(0).says("130  interrupted").says("lint");
    let version = format!("draftgate {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(project.draftgate(&["--version"]).exits(0).stdout, version);
}

#[test]
fn a_hidden_field_is_sent_with_a_warning() {
    let flow = "flow: tiny\nnodes:\n  - form: f\n    elements:\n      - { name: News, type: checkbox }\n      - { name: Email, type: text, condition: { element: News, equals: true } }\n";
    let project = Project::new()
        .with("scenarios/tiny.flow.yaml", flow)
        .with("scenarios/a.yaml", plain("steps:\n  - init\n  - submit: { Email: a@b }\n    expect: end\n"));
    let ended = project.draftgate(&["run"]).exits(0);
    ended.says("warning: the field Email is hidden by its condition\n --> scenarios/a.yaml:6:15\n");
}

#[test]
fn a_refused_value_is_shown_at_its_place_with_what_the_field_takes() {
    let refused = plain("steps:\n  - init\n  - submit: { First name: Ada, Age: 17 }\n    expect: Address\n");
    let ended = tiny().with("scenarios/a.yaml", refused).draftgate(&["run"]).exits(1);
    ended.says(
        "error: expected the step `Address`, got error 4008: Failed validation for submitted data: Age (HTTP 400)
 --> scenarios/a.yaml:7:13
  |
6 |   - submit: { First name: Ada, Age: 17 }
  |                                     -- Age: optional, a number, from 18
7 |     expect: Address
  |             ^^^^^^^
",
    );
    let missing = plain("steps:\n  - init\n  - submit: { Age: 18 }\n    expect: Address\n");
    let ended = tiny().with("scenarios/a.yaml", missing).draftgate(&["run"]).exits(1);
    ended.says("6 |   - submit: { Age: 18 }\n  |     ------ First name: required\n");
}

#[test]
fn a_form_that_is_asked_once_more_can_be_gone_back_from() {
    let again = "flow: tiny
nodes:
  - form: personal
    title: Personal details
    elements: [ { name: First name, type: text, required: true } ]
  - { service: match, type: TRULIOO_EIDV, match: personal.first_name != 'Nomatch' }
  - { condition: known, when: match.match, then: end, else: personal }
";
    let steps = "  - init
  - submit: { First name: Nomatch }
    expect: { title: Personal details, can_go_back: true }
  - current:
    expect: Personal details
  - back:
    expect: { title: Personal details, can_go_back: false }
  - submit: { First name: Ada }
    expect: end
";
    let project = Project::new().with("scenarios/tiny.flow.yaml", again);
    project.with("scenarios/a.yaml", plain(&format!("steps:\n{steps}"))).draftgate(&["run"]).exits(0);
}
