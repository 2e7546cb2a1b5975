//! `run --minimise`: the shortest scenario that fails as a test did.

use crate::flows::{STEP, plain};
use crate::project::{Ended, Project};
use crate::scripted::{Reply, Scripted};

/// Three forms; which is the last, the first one decides.
const TOUR: &str = "flow: tour
nodes:
  - form: start
    title: Start
    elements:
      - { name: Country, type: text }
      - { name: Nickname, type: text }
      - { name: Age, type: number, min: 18 }
  - form: middle
    title: Middle
    elements: [ { name: City, type: text, required: true }, { name: Zip, type: text } ]
  - condition: abroad
    when: start.country == 'CA'
    then: far
    else: near
  - form: near
    title: Near
    elements: [ { name: Street, type: text } ]
    next: end
  - form: far
    title: Far
    elements: [ { name: Visa, type: text } ]
";

/// What fails at its end because of what was entered at its beginning.
const LONG: &str = "# What this file is about.
scenario: An applicant looks round
flow: tour
snapshot: false
tags: [slow]
vars: { country: CA, unused: 1 }
steps:
  - init
  - current:
    as: another
    session: none
  - submit: { Country: GB, Age: 30 }
  - back
  - current
  - submit: { Nickname: A }
    expect: Middle
  - back
  # This is what counts.
  - submit: { Country: \"{{ country }}\", Nickname: B, Age: 40 }
    language: en-CA
    expect: Middle
  - current
  - submit: {}
    expect: 4006
  - current:
    repeat: { times: 2 }
  - request: { path: /nowhere }
    expect: { status: 404 }
  - current
  - submit:
      City: London
      # Not wanted.
      Zip: Z1
    expect:
      title: Near
      can_go_back: true
  - current
finally:
  - current
";

fn tour(scenario: &str) -> Project {
    Project::new().with("scenarios/tour.flow.yaml", TOUR).with("scenarios/a.yaml", scenario)
}

fn with_steps(steps: &str) -> String {
    format!("scenario: x\nflow: tour\nsnapshot: false\nsteps:\n{steps}")
}

/// The scenario that is printed for a test.
fn printed(ended: &Ended, test: &str) -> String {
    let section =
        ended.stdout.split(&format!("── {test} (minimised) ")).nth(1).unwrap_or_else(|| panic!("{}", ended.all()));
    let text = section.split_once("\n\n").unwrap_or_else(|| panic!("{section}")).1;
    let end = text.find("\n\ncurl ").into_iter().chain(text.find("\n\nDRAFTGATE_SESSION=")).min();
    format!("{}\n", &text[..end.unwrap_or_else(|| panic!("no commands: {section}"))])
}

/// The steps of such a scenario.
fn steps(ended: &Ended) -> String {
    let text = printed(ended, "a");
    text.split_once("\nsteps:\n").unwrap_or_else(|| panic!("{text}")).1.to_owned()
}

#[test]
fn a_long_scenario_shrinks_to_the_two_steps_far_apart_that_it_needs() {
    let project = tour(LONG);
    let ended = project.draftgate(&["run", "--minimise"]).exits(1).says("minimised from 16 to 2 steps in ");
    let text = printed(&ended, "a");
    // As its author wrote it.
    assert_eq!(
        text,
        "# What this file is about.
scenario: An applicant looks round
flow: tour
snapshot: false
vars: { country: CA }
steps:
  # This is what counts.
  - submit: { Country: \"{{ country }}\" }
  - submit:
      City: London
    expect:
      title: Near
"
    );
    // And by itself it fails in the same way.
    project.write("scenarios/a.yaml", text);
    let again = project.draftgate(&["run"]).exits(1).says("title: expected \"Near\", got \"Far\"");
    assert!(ended.stdout.contains("title: expected \"Near\", got \"Far\""));
    drop(again);
}

#[test]
fn the_commands_carry_the_session_on() {
    let ended = tour(LONG).draftgate(&["run", "--minimise"]).exits(1);
    let section = ended.stdout.split("(minimised)").nth(1).unwrap();
    let commands: Vec<&str> = section.lines().filter(|line| line.contains("curl -sS")).collect();
    let [.., first, second] = commands[..] else { panic!("{section}") };
    assert!(first.starts_with("DRAFTGATE_SESSION=$(curl -sS -o /dev/null -D - -X POST "), "{first}");
    assert!(first.contains(":\"CA\"}"), "{first}");
    assert!(
        second.starts_with("curl -sS -X POST ") && second.contains("-H \"x-hf-session: $DRAFTGATE_SESSION\""),
        "{second}"
    );
    assert!(second.contains(":\"London\"}"), "{second}");
}

#[test]
fn of_many_fields_the_one_is_kept_that_is_wrong() {
    let text = with_steps(
        "  - init
  - submit: { Country: GB, Nickname: A, Age: 17 }
    as: somebody
    expect: Middle
  - submit: { City: London }
",
    );
    // Nobody began for the applicant of that name, so that this is a direct submit.
    let ended = tour(&text).draftgate(&["run", "--minimise"]).exits(1).says("minimised from 3 to 1 step in ");
    assert_eq!(steps(&ended), "  - submit: { Age: 17 }\n    expect: Middle\n");
}

#[test]
fn another_error_is_not_the_same_failure() {
    // Without the city it would be refused as well, but for another reason.
    let flow = TOUR.replace("{ name: Zip, type: text }", "{ name: Zip, type: text, pattern: '[0-9]+' }");
    let text = with_steps("  - submit: {}\n  - submit: { City: London, Zip: A }\n");
    let project = tour(&text).with("scenarios/tour.flow.yaml", flow);
    let ended = project.draftgate(&["run", "--minimise"]).exits(1).says("got error 4008");
    assert_eq!(steps(&ended), "  - submit: {}\n  - submit: { City: London, Zip: A }\n");
}

#[test]
fn what_refers_to_a_step_that_goes_goes_with_it_or_both_stay() {
    let text = with_steps(
        "  - init:
    capture: { begun: $.title, kind: $.type }
  - current
  - submit: { Nickname: \"{{ begun }}\", Country: \"{{ kind }}\" }
  - current
  - submit: { City: \"{{ begun }}\" }
    expect: \"{{ begun }}\"
",
    );
    let ended = tour(&text).draftgate(&["run", "--minimise"]).exits(1).says("minimised from 5 to 3 steps in ");
    assert_eq!(
        steps(&ended),
        "  - init:\n    capture: { begun: $.title }\n  - submit: {}\n  - submit: { City: \"{{ begun }}\" }\n    expect: \"{{ begun }}\"\n"
    );
}

/// Without what was entered its absence would prove nothing.
#[test]
fn what_a_step_expects_to_find_again_is_still_entered() {
    let project = tour(&with_steps(
        "  - init\n  - submit: { Country: GB, Nickname: Ada, Age: 31 }\n  - back\n  - current\n  \
        - submit: { Nickname: Ada, Age: 32 }\n  - back\n  - current:\n    \
        expect: { fields: { Age: { value: 31 }, Nickname: { value: Ada } } }\n",
    ));
    let ended = project.draftgate(&["run", "--minimise"]).exits(1);
    let least = "  - submit: { Age: 31 }\n  - back\n  - submit: {}\n  - back\n  \
        - current:\n    expect: { fields: { Age: { value: 31 } } }\n";
    assert_eq!(steps(&ended), least);
}

#[test]
fn generated_data_are_filled_in_no_further_than_needed() {
    let text =
        with_steps("  - init\n  - submit: { Age: 17 }\n    fill: valid\n    omit: [Country]\n    expect: Middle\n");
    let ended = tour(&text).draftgate(&["run", "--minimise"]).exits(1);
    assert_eq!(steps(&ended), "  - submit: { Age: 17 }\n    expect: Middle\n");
    // Where the fields that are required have to be there, no others are.
    let text = with_steps("  - submit: {}\n  - submit: {}\n    fill: valid\n    expect: Far\n");
    let ended = tour(&text).draftgate(&["run", "--minimise"]).exits(1);
    assert_eq!(steps(&ended), "  - submit: {}\n  - submit: {}\n    fill: minimal\n    expect: Far\n");
}

#[test]
fn one_case_is_left_of_several_wherever_they_come_from() {
    let rest = "snapshot: false
steps:
  - init
  - current
  - submit: { Country: \"{{ country }}\", Nickname: \"{{ name }}\" }
  - submit: { City: x }
    expect: Near
";
    let in_file = "cases:\n  - { country: GB, name: 1 }\n  - { country: CA, name: 2 }\n";
    for (cases, test, case) in [
        (in_file, "a::2", "cases: [ { case: \"2\", country: CA } ]\n"),
        ("cases: a.csv\n", "a::far", "cases: [ { case: far, country: CA } ]\n"),
        (
            "cases: { matrix: { country: [GB, CA], name: [1] } }\n",
            "a::CA-1",
            "cases: [ { case: \"CA-1\", country: CA } ]\n",
        ),
    ] {
        let project = tour(&format!("scenario: x\nflow: tour\n{cases}{rest}"));
        project.write("scenarios/a.csv", "case,country,name\nnear,GB,n\nfar,CA,n\n");
        let ended = project.draftgate(&["run", "--minimise"]).exits(1);
        let text = printed(&ended, test);
        let steps = "steps:\n  - submit: { Country: \"{{ country }}\" }\n  - submit: { City: x }\n    expect: Near\n";
        let expected = format!("scenario: x\nflow: tour\n{case}snapshot: false\n{steps}");
        assert_eq!(text.replace("case: CA-1", "case: \"CA-1\""), expected);
        project.write("scenarios/a.yaml", text);
        project.draftgate(&["run"]).exits(1).says(&format!("s] {test}\n"));
    }
}

#[test]
fn what_fails_in_a_fragment_is_minimised_with_the_fragment() {
    let text =
        with_steps("  - init\n  - current\n  - use: { fragment: go.yaml, with: { country: CA } }\n  - current\n");
    let project = tour(&text).with(
        "scenarios/go.yaml",
        "fragment: It goes on\nparams: { country: GB, city: x }\nsteps:\n  - submit: { Country: \"{{ country }}\" }\n  - submit: { City: \"{{ city }}\" }\n    expect: Near\n",
    );
    let ended = project.draftgate(&["run", "--minimise"]).exits(1).says("minimised from 4 to 1 step in ");
    assert_eq!(steps(&ended), "  - use: { fragment: go.yaml, with: { country: CA } }\n");
}

#[test]
fn the_change_of_an_answer_is_looked_for_where_its_snapshot_was_accepted() {
    let text = "scenario: x\nflow: tour\nsteps:\n  - init\n  - current\n  - submit: { Nickname: A }\n  - submit: { City: x, Zip: y }\n";
    let project = tour(text);
    project.draftgate(&["run", "--update"]).exits(0);
    project.write("scenarios/tour.flow.yaml", TOUR.replace("name: Street", "name: Road"));
    let ended = project.draftgate(&["run", "--minimise"]).exits(6).says("minimised from 4 to 2 steps in ");
    assert_eq!(steps(&ended), "  - submit: {}\n  - submit: { City: x }\n");
}

#[test]
fn when_the_requests_are_used_up_the_best_so_far_is_given() {
    let ended = tour(LONG).draftgate(&["run", "--minimise", "--minimise-requests", "25"]).exits(1);
    let ended = ended.says(", and perhaps not to the end: no more than 25 may be sent (`--minimise-requests`)");
    let line = ended.stdout.lines().find(|line| line.starts_with("minimised from 16 to ")).unwrap();
    let numbers: Vec<usize> = line.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
    let [16, to, requests, ..] = numbers[..] else { panic!("{line}") };
    assert!((3..16).contains(&to) && requests <= 25, "{line}");
    assert!(printed(&ended, "a").contains("title: Near"));
    let ended = tour(LONG).draftgate(&["run", "--minimise", "--minimise-requests", "3"]).exits(1);
    ended.says("\nnot minimised: 3 requests (`--minimise-requests`) do not suffice to repeat it\n");
}

#[test]
fn what_does_not_fail_again_is_called_flaky() {
    let wrong = r#"{"id":"w1","title":"Maintenance","type":"form","canGoBack":false,"elements":[]}"#;
    let server = Scripted::start(move |_, before| Reply::step("s", if before < 1 { wrong } else { STEP }));
    let project = Project::new()
        .with("scenarios/draftgate.yaml", server.config())
        .with("scenarios/a.yaml", plain("steps:\n  - init:\n    expect: Personal details\n  - current\n"));
    project.draftgate(&["run", "--minimise"]).exits(1).says(
        "\nnot minimised: it did not fail again in the same way when it was repeated (3 requests), so it is flaky\n",
    );
    assert_eq!(server.targets().len(), 1 + 1 + 2);
}

#[test]
fn words_that_are_new_each_time_make_no_other_failure() {
    let server = Scripted::start(|request, before| match request.target().starts_with("GET") {
        true => Reply::step("s", STEP),
        false => Reply::json(500, &format!(r#"{{"code":4200,"message":"trace {before}"}}"#)),
    });
    let steps_of = "steps:\n  - init\n  - current\n  - current\n  - submit: { a: 1, b: 2 }\n    map: false\n";
    let project =
        Project::new().with("scenarios/draftgate.yaml", server.config()).with("scenarios/a.yaml", plain(steps_of));
    let ended = project.draftgate(&["run", "--minimise"]).exits(1);
    assert_eq!(steps(&ended), "  - submit: {}\n");
}

#[test]
fn nothing_is_left_behind_but_what_the_run_leaves() {
    let left = |arguments: &[&str]| {
        // Its first answer has a snapshot that nobody accepted yet.
        let project = tour(&LONG.replace("snapshot: false\n", ""));
        project.draftgate(arguments).exits(1);
        let mut files = project.files("");
        files.extend(project.files("snapshots/maps"));
        let map = project.read("snapshots/maps/tour.map.json").unwrap();
        let visits = map.matches("\"title\"").count();
        (files, visits)
    };
    assert_eq!(left(&["run", "--minimise"]), left(&["run"]));
}

#[test]
fn the_first_tests_are_minimised_and_the_others_counted() {
    let project = tour(&with_steps("  - init:\n    expect: Far\n  - current\n"));
    for name in ["b", "c", "d"] {
        project.write(&format!("scenarios/{name}.yaml"), with_steps("  - init\n  - current:\n    expect: Far\n"));
    }
    project.write(
        "scenarios/e.yaml",
        with_steps("  - submit: { Age: \"{{ nowhere() }}\" }\n").replace("nowhere()", "env.NOBODY"),
    );
    let ended = project.draftgate(&["run", "--minimise=2"]).exits(1);
    let ended = ended.says("── a (minimised) ").says("── b (minimised) ").never_says("── c (minimised) ");
    let ended = ended.says("\n2 more tests failed too: `--minimise=4` minimises all\n");
    ended.says("── e (minimised) ").says("\nnot minimised: what failed is a mistake in the scenario\n");
    // Where nothing fails, nothing is said.
    tour(&with_steps("  - init\n")).draftgate(&["run", "--minimise"]).exits(0).never_says("minimised");
}

#[test]
fn nothing_secret_is_printed_or_written() {
    let text = with_steps(
        "  - init
  - current:
    headers: { Authorization: Bearer abc-very-secret, x-a: b }
  - submit: { Age: 17, Nickname: Ada Byron }
    headers: { Authorization: Bearer abc-very-secret }
    expect: { step: Middle, headers: { x-a: \"abc-very-secret\" } }
",
    );
    let project = tour(&text);
    let ended = project.draftgate(&["run", "--minimise", "--minimise-to", "out", "--mask-data"]).exits(1);
    let ended = ended.never_says("very-secret").never_says("Byron").says("(minimised)");
    let file = project.read("out/a.yaml").unwrap_or_else(|| panic!("{}", ended.all()));
    assert!(!file.contains("very-secret") && !file.contains("17") && file.contains("Age: [data]"), "{file}");
    ended.says("written to out/a.yaml; what is masked in it has to be put in again\n");
}

#[test]
fn files_are_written_over_none_but_earlier_ones() {
    let project = tour(LONG);
    let arguments = ["run", "--minimise", "--minimise-to", "out"];
    project.draftgate(&arguments).exits(1).says("\nwritten to out/a.yaml\n");
    let written = project.read("out/a.yaml").unwrap();
    assert!(
        written.starts_with("# Minimised by draftgate from scenarios/a.yaml\n# What this file is about.\n"),
        "{written}"
    );
    project.draftgate(&arguments).exits(1);
    assert_eq!(project.read("out/a.yaml").unwrap(), written);
    project.write("out/a.yaml", "somebody's\n");
    let ended = project.draftgate(&arguments).exits(2);
    ended.complains("error: out/a.yaml is not written: a file is there that was not written by `--minimise-to`");
    assert_eq!(project.read("out/a.yaml").unwrap(), "somebody's\n");
}

#[test]
fn what_programs_read_stays_as_they_know_it() {
    let ended = tour(LONG).draftgate(&["run", "--minimise", "--format", "json"]).exits(1);
    assert!(ended.stdout.lines().all(|line| line.starts_with("{ \"type\":")), "{}", ended.stdout);
    assert!(ended.stderr.contains("minimised from 16 to 2 steps in "), "{}", ended.stderr);
    let refused = tour(LONG).draftgate(&["run", "--minimise-to", "out"]).exits(2);
    refused.complains("--minimise");
}

#[test]
fn what_is_written_elsewhere_names_the_same_files() {
    let text = with_steps("  - init\n  - use: go.yaml\n");
    let project = tour(&text).with(
        "scenarios/go.yaml",
        "fragment: It goes on\nsteps:\n  - submit: { Country: CA }\n  - submit: { City: x }\n    expect: Near\n",
    );
    project.draftgate(&["run", "--minimise", "--minimise-to", "out"]).exits(1);
    let written = project.read("out/a.yaml").unwrap();
    assert!(written.ends_with("steps:\n  - use: \"../scenarios/go.yaml\"\n"), "{written}");
    // Beside the flow it fails in the same way.
    project.write("scenarios/more/b.yaml", written.replace("../scenarios", ".."));
    project.draftgate(&["run", "more/b"]).exits(1).says("expected the step `Near`, got the step `Far`");
}

#[test]
fn no_applicant_of_a_live_flow_is_made_to_minimise_anything() {
    let server = Scripted::start(|_, _| Reply::step("s", STEP));
    let scenario = plain("version: live\nsteps:\n  - init\n  - current:\n    expect: Address\n");
    let project = Project::new().with("scenarios/draftgate.yaml", server.config()).with("scenarios/a.yaml", scenario);
    let ended = project.draftgate(&["run", "--minimise", "--allow-live"]).exits(1);
    ended.says("── a (minimised) ").says("\nnot minimised: it calls the live version\n");
    assert_eq!(server.targets().len(), 2);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_and_the_run_has_ended_as_it_did() {
    // It fails, fails again, and then the answers stop in the middle of the first that is tried without a step.
    let server = Scripted::start(|_, before| if before < 7 { Reply::step("s", STEP) } else { Reply::Silence });
    let project = Project::new()
        .with("scenarios/draftgate.yaml", server.config())
        .with("scenarios/a.yaml", plain("steps:\n  - init\n  - current\n  - current:\n    expect: Address\n"));
    let running = project.start(&["run", "--minimise"]);
    server.wait_for(8);
    let ended = running.ended_by("-INT").exits(1).says("minimised from 3 to 3 steps in 5 requests");
    ended.says(", and perhaps not to the end: it was interrupted\n").says("] 1 test: 0 passed, 1 failed\n");
}
