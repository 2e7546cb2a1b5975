//! The flags of Rust's test harness, and draftgate's own ways to choose tests.

use std::collections::BTreeSet;

use crate::flows::{STEP, plain, tiny};
use crate::project::{Ended, Project};
use crate::scripted::{Reply, Scripted};

const CASES: &str = "cases:\n  - { case: x, city: London }\n  - { case: y, city: Paris }\nsteps:\n  - init\n";

/// Five tests: two plain ones, a skipped one, and one of two cases.
fn five() -> Project {
    tiny()
        .with("scenarios/a/one.yaml", plain("tags: [smoke]\nsteps: [init]\n"))
        .with("scenarios/a/two.yaml", plain("tags: [slow, big]\nsteps: [init]\n"))
        .with("scenarios/b/later.yaml", plain("skip: waits for the new form\nsteps: [init]\n"))
        .with("scenarios/c.yaml", plain(CASES))
}

/// The names of the tests that passed.
fn passed(ended: &Ended) -> Vec<&str> {
    let mut names: Vec<&str> = ended
        .stdout
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("PASS [")?.split_once("] "))
        .map(|(_, name)| name)
        .collect();
    names.sort_unstable();
    names
}

#[track_caller]
fn runs(arguments: &[&str], names: &[&str]) {
    let ended = five().draftgate(arguments).exits(0);
    assert_eq!(passed(&ended), names, "{}", ended.stdout);
}

#[test]
fn a_listing_has_a_line_a_test_in_order_and_runs_nothing() {
    let server = Scripted::start(|_, _| Reply::step("s", STEP));
    let project = five().with("scenarios/draftgate.yaml", server.config());
    for arguments in [&["--list"][..], &["--list", "--format", "terse"], &["run", "--list"]] {
        let ended = project.draftgate(arguments).exits(0);
        assert_eq!(ended.stdout, "a/one: test\na/two: test\nb/later: test\nc::x: test\nc::y: test\n");
    }
    assert_eq!(project.draftgate(&["--list", "--ignored"]).exits(0).stdout, "b/later: test\n");
    assert_eq!(project.draftgate(&["--list", "two", "c::"]).exits(0).stdout, "a/two: test\nc::x: test\nc::y: test\n");
    assert!(server.targets().is_empty());
}

#[test]
fn words_choose_the_tests_whose_names_contain_one_of_them() {
    runs(&["one"], &["a/one"]);
    runs(&["one", "::y"], &["a/one", "c::y"]);
}

#[test]
fn exact_words_are_whole_names() {
    runs(&["--exact", "a/one"], &["a/one"]);
    five().draftgate(&["--exact", "one"]).exits(4);
}

#[test]
fn skip_leaves_out() {
    runs(&["--skip", "a/", "--skip", "::y"], &["c::x"]);
}

#[test]
fn tags_choose_scenarios() {
    runs(&["--tag", "smoke"], &["a/one"]);
    runs(&["--tag", "smoke", "--tag", "big"], &["a/one", "a/two"]);
    five().draftgate(&["--tag", "nobody"]).exits(4);
}

#[test]
fn files_folders_and_lines_choose_scenarios_and_cases() {
    runs(&["scenarios/a"], &["a/one", "a/two"]);
    runs(&["scenarios/a/two.yaml", "scenarios/c.yaml"], &["a/two", "c::x", "c::y"]);
    runs(&["scenarios/c.yaml:6"], &["c::y"]);
    runs(&["scenarios/c.yaml:5", "scenarios/a/one.yaml"], &["a/one", "c::x"]);
    runs(&["scenarios/c.yaml:8"], &["c::x", "c::y"]);
    runs(&["scenarios/c.yaml", "::x"], &["c::x"]);
}

#[test]
fn a_mistake_in_a_file_that_was_not_chosen_stands_in_nobodys_way() {
    let project = five().with("scenarios/broken.yaml", "scenario: [\n");
    project.draftgate(&["scenarios/a/one.yaml"]).exits(0);
    project.draftgate(&["run"]).exits(3);
}

#[test]
fn a_skipped_scenario_says_why_and_runs_when_asked_for() {
    five().draftgate(&[]).exits(0).says("    SKIP [         ] b/later (waits for the new form)\n").says("1 skipped");
    runs(&["--ignored"], &["b/later"]);
    runs(&["--include-ignored"], &["a/one", "a/two", "b/later", "c::x", "c::y"]);
    five().draftgate(&["--format", "pretty"]).exits(0).says("test b/later ... ignored (waits for the new form)\n");
}

#[test]
fn json_is_json_on_every_line_also_where_a_test_fails() {
    let project = five().with("scenarios/d.yaml", plain("steps:\n  - init:\n    expect: \"a \\\"b\\\"\\tü\"\n"));
    let ended = project.draftgate(&["--format", "json"]).exits(1);
    let lines: Vec<serde_json::Value> =
        ended.stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let of = |event: &str| {
        let named = lines.iter().filter(|line| line["type"] == "test" && line["event"] == event);
        named.map(|line| line["name"].as_str().unwrap()).collect::<BTreeSet<_>>()
    };
    assert_eq!(of("ok"), BTreeSet::from(["a/one", "a/two", "c::x", "c::y"]));
    assert_eq!((of("ignored"), of("failed")), (BTreeSet::from(["b/later"]), BTreeSet::from(["d"])));
    let failed = lines.iter().find(|line| line["event"] == "failed" && line["type"] == "test").unwrap();
    assert!(failed["stdout"].as_str().unwrap().contains("scenarios/d.yaml:6:13"));
    assert_eq!(lines.last().unwrap()["failed"], 1);
}

#[test]
fn quiet_and_terse_are_rusts() {
    for arguments in [&["-q"][..], &["--quiet"], &["--format", "terse"]] {
        let ended = five().draftgate(arguments).exits(0);
        let dots = ended.stdout.lines().nth(2).unwrap();
        assert_eq!((dots.len(), dots.matches('.').count(), dots.matches('i').count()), (5, 4, 1), "{dots}");
        ended.says("test result: ok. 4 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out;");
    }
}

#[test]
fn a_log_goes_to_its_file() {
    let project = five();
    project.draftgate(&["--logfile", "log.txt"]).exits(0);
    assert!(project.read("log.txt").unwrap().contains("a/one"));
    project
        .draftgate(&["--logfile", "no/such/log.txt"])
        .exits(2)
        .complains("the log no/such/log.txt cannot be written");
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let project = five().with("scenarios/d.yaml", plain("steps:\n  - init:\n    expect: end\n"));
    let coloured = |variables: &[(&str, &str)], arguments: &[&str]| {
        project.draftgate_with(variables, arguments).exits(1).all().contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]));
    assert!(coloured(&[], &["--color", "always"]));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1")], &["--color", "never"]));
    assert!(coloured(&[("CLICOLOR_FORCE", "1")], &[]));
    assert!(!coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &[]));
    assert!(!coloured(&[], &["--format", "pretty"]));
    assert!(coloured(&[], &["--format", "pretty", "--color", "always"]));
    project.write("scenarios/e.yaml", "scenario: [\n");
    assert!(!project.draftgate(&[]).exits(3).all().contains('\u{1b}'));
    assert!(project.draftgate(&["--color", "always"]).exits(3).stderr.contains('\u{1b}'));
}

#[test]
fn one_test_thread_is_one_scenario_after_the_other() {
    let server = Scripted::start(|_, _| Reply::step("s", STEP));
    let project = Project::new().with("scenarios/draftgate.yaml", server.config());
    for name in ["ar", "bn", "cs"] {
        let steps = format!("language: {name}\nsteps: [init, current, current]\n");
        project.write(&format!("scenarios/{name}.yaml"), plain(&steps));
    }
    project.draftgate(&["--test-threads", "1"]).exits(0);
    let mut languages: Vec<String> =
        server.requests().iter().map(|request| request.header("x-hf-language").unwrap().to_owned()).collect();
    assert_eq!(languages.len(), 9);
    languages.dedup();
    assert_eq!(languages.len(), 3, "{languages:?}");
}

#[test]
fn how_many_run_is_told_without_those_that_are_left_out() {
    five().draftgate(&[]).exits(0).says(" Running 5 tests\n");
    five().draftgate(&["--skip", "a/"]).exits(0).says(" Running 3 tests\n");
    five().draftgate(&["--ignored"]).exits(0).says(" Running 1 test\n");
}

#[test]
fn no_test_thread_at_all_is_wrong_usage() {
    five().draftgate(&["--test-threads", "0"]).exits(2).complains("--test-threads");
}

#[test]
fn a_file_that_is_no_scenario_and_a_line_that_is_of_no_file_are_told() {
    let project = tiny()
        .with("scenarios/a.yaml", plain("steps: [init]\n"))
        .with("scenarios/b.yaml", plain("cases: data.csv\nsteps: [init]\n"))
        .with("scenarios/data.csv", "case\none\n");
    for (chosen, why) in [
        ("scenarios/data.csv", "scenarios/data.csv is no scenario"),
        ("scenarios/tiny.flow.yaml:3", "scenarios/tiny.flow.yaml is no scenario"),
        ("scenarios:3", "scenarios is a folder, and a line is one of a file"),
    ] {
        project.draftgate(&["run", chosen]).exits(2).complains(why);
    }
    project.draftgate(&["run", "scenarios/a.yaml:3:7"]).exits(0).says("1 test: 1 passed");
}
