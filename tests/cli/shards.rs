//! A run that is divided: which shard plays what, in whose name, and that all of them together are the run that was not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use draftgate::journal::{Journal, Part, Shard, Step, Test};
use serde_json::Value;

use crate::flows::{TINY, plain, tiny};
use crate::project::{Ended, Project};

/// What a test came to, without what is another in every run: times, with how often a pending answer was polled, sessions,
/// ports and generated ids.
type Essence = (usize, String, String, Vec<String>);

fn journal(project: &Project, file: &str) -> Journal {
    let text = project.read(file).unwrap_or_else(|| panic!("there is no {file}"));
    Journal::read(text.as_bytes()).unwrap()
}

fn essence(test: &Test) -> Essence {
    let Test { number, name, title, place, files, verdict, reason, flow, version, language, tags, problem, .. } = test;
    let whole = format!(
        "{title} {place:?} {files:?} {verdict:?} {reason:?} {flow:?} {version} {language:?} {tags:?} {problem:?} {}",
        test.attempts.len()
    );
    (*number, name.clone(), whole, test.steps.iter().map(essence_of_step).collect())
}

fn essence_of_step(step: &Step) -> String {
    let Step { number, label, place, applicant, verdict, skipped, visit, failures, .. } = step;
    let exchanges: Vec<_> = (step.exchanges.iter().filter(|one| one.part != Part::Poll))
        .map(|one| (one.part, one.request.method.as_str(), one.request.body.is_some(), one.answer.status))
        .collect();
    let snapshot = step.snapshot.as_ref().map(|one| (&one.file, one.standing, one.passes));
    let failures: Vec<_> = failures.iter().map(|one| (one.grade, &one.rule, &one.message, &one.place)).collect();
    format!(
        "{number} {label} {place:?} {applicant:?} {verdict:?} {skipped:?} {visit:?} {failures:?} {exchanges:?} {snapshot:?}"
    )
}

#[track_caller]
fn same_tests(one: &Journal, other: &Journal) {
    let [one, other] = [one, other].map(|journal| -> BTreeMap<usize, Essence> {
        journal.tests.iter().map(|test| (test.number, essence(test))).collect()
    });
    for (number, test) in &one {
        assert_eq!(Some(test), other.get(number));
    }
    assert_eq!(one.len(), other.len());
}

/// Twelve tests: ten that pass, one that fails and one that is skipped.
pub fn twelve() -> Project {
    let passing = ["ada", "bob", "cas", "dan", "eve", "fay", "gus", "hal"];
    let project = passing.iter().fold(tiny(), |project, name| {
        project.with(&format!("scenarios/{name}.yaml"), plain("tags: [good]\nsteps: [init]\n"))
    });
    project
        .with("scenarios/cases.yaml", plain("cases: [ { case: x }, { case: y } ]\nsteps: [init]\n"))
        .with("scenarios/wrong.yaml", plain("steps:\n  - init:\n    expect: end\n"))
        .with("scenarios/later.yaml", plain("skip: not yet\nsteps: [init]\n"))
}

/// The variables of CI, where nothing is written that was not asked for, beside these.
pub fn in_ci<'a>(variables: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[("CI", "true")], variables].concat()
}

/// Runs all shards, each with a journal of its own, and merges these.
pub fn shards(project: &Project, count: usize, arguments: &[&str]) -> Journal {
    for index in 1..=count {
        let (shard, file) = (format!("{index}/{count}"), format!("shard-{index}.jsonl"));
        let run = ["run", "--shard", &shard, "--jsonl", &file];
        let ended = project.draftgate_with(&in_ci(&[]), &[&run, arguments].concat());
        assert!(matches!(ended.code, Some(0 | 1)), "{}", ended.all());
    }
    let files: Vec<String> = (1..=count).map(|index| format!("shard-{index}.jsonl")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    project.draftgate(&[&["report", "merge", "-o", "merged.jsonl"], &files[..]].concat()).exits(0);
    journal(project, "merged.jsonl")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(std::fs::copy(entry.path(), to).unwrap()),
        }
    }
}

#[test]
fn five_shards_of_the_bundled_scenarios_merged_are_the_run_that_was_not_divided() {
    let project = Project::new();
    for folder in ["scenarios", "snapshots"] {
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &project.path().join(folder));
    }
    // On a busy machine its token may be gone early: then it is tried again, in one run and not in the other.
    let hasty = "scenarios/conformance/rules/a-token-that-expires-closes-the-flow.yaml";
    std::fs::remove_file(project.path().join(hasty)).unwrap();
    project.write("scenarios/tiny.flow.yaml", TINY);
    project.write("scenarios/wrong.yaml", plain("steps:\n  - init:\n    expect: { title: A, type: B }\n  - back\n"));
    project.write("scenarios/later.yaml", plain("skip: not yet\nsteps: [init]\n"));
    project.draftgate_with(&in_ci(&[]), &["run", "--jsonl", "whole.jsonl"]).exits(1);
    let whole = journal(&project, "whole.jsonl");
    assert!(whole.tests.len() > 200 && whole.started.tests.len() == whole.tests.len());

    for arguments in [&[][..], &["--durations", "whole.jsonl"]] {
        let merged = shards(&project, 5, arguments);
        same_tests(&whole, &merged);
        assert!(merged.tests.is_sorted_by_key(|test| test.number));
        assert_eq!(merged.started.tests, whole.started.tests);
        assert_eq!((&merged.started.suite, merged.started.shard), (&whole.started.suite, None));
        let [files, all] = [&merged, &whole].map(|journal| -> BTreeMap<String, String> {
            journal.files.iter().map(|file| (file.path.clone(), file.text.clone())).collect()
        });
        for (path, text) in &all {
            assert_eq!(files.get(path), Some(text), "{path}");
        }
        assert_eq!((files.len(), merged.files.len()), (all.len(), all.len()));
        assert_eq!(merged.ended.map(|ended| ended.exit), whole.ended.as_ref().map(|ended| ended.exit));
    }

    // By durations, no shard has more to do beyond the one with the least than the longest test takes.
    let seconds: BTreeMap<&str, f64> = whole.tests.iter().map(|test| (test.name.as_str(), test.seconds)).collect();
    let loads: Vec<f64> = (1..=5)
        .map(|index| journal(&project, &format!("shard-{index}.jsonl")))
        .map(|shard| shard.started.tests.iter().map(|test| seconds[test.name.as_str()]).sum())
        .collect();
    let [most, least] = [f64::max, f64::min].map(|choose| loads.iter().copied().reduce(choose).unwrap());
    let longest = seconds.values().copied().fold(0.0, f64::max);
    assert!(most - least <= longest + 1e-6, "{loads:?} {longest}");
}

#[test]
fn every_ci_says_in_its_own_variables_which_shard_this_is() {
    let project = twelve();
    project.draftgate_with(&in_ci(&[]), &["run", "--jsonl", "whole.jsonl"]).exits(1);
    let whole = journal(&project, "whole.jsonl");
    for (index, first, count) in [
        ("CI_NODE_INDEX", 1, "CI_NODE_TOTAL"),
        ("CIRCLE_NODE_INDEX", 0, "CIRCLE_NODE_TOTAL"),
        ("BUILDKITE_PARALLEL_JOB", 0, "BUILDKITE_PARALLEL_JOB_COUNT"),
        ("TEST_SHARD_INDEX", 0, "TEST_TOTAL_SHARDS"),
        ("JOB_COMPLETION_INDEX", 0, "DRAFTGATE_SHARDS"),
    ] {
        for at in 0..3 {
            let (value, file) = ((first + at).to_string(), format!("{at}.jsonl"));
            let ended = project
                .draftgate_with(&in_ci(&[(index, &value), (count, "3")]), &["run", "--jsonl", &file, "--junit", "x"]);
            assert!(ended.stdout.contains(&format!(" of 12 tests, shard {}/3 ({index})\n", at + 1)), "{}", ended.all());
        }
        project.draftgate(&["report", "merge", "0.jsonl", "1.jsonl", "2.jsonl", "-o", "merged.jsonl"]).exits(0);
        same_tests(&whole, &journal(&project, "merged.jsonl"));
    }
    let own = project.draftgate_with(&[("DRAFTGATE_SHARD", "2/3")], &["--list"]).exits(0).stdout;
    assert_eq!(own, project.draftgate(&["--list", "--shard", "2/3"]).exits(0).stdout);
}

#[test]
fn what_makes_no_sense_is_wrong_usage_and_names_what_said_so() {
    let project = twelve();
    for wrong in ["6/5", "0/5", "x", "5", "1/0"] {
        let ended = project.draftgate(&["run", "--shard", wrong]).exits(2).complains("--shard <INDEX/COUNT>");
        assert!(ended.stderr.contains("INDEX/COUNT, such as 2/5") || ended.stderr.contains("there is no shard"));
    }
    let run = |variables: &[(&str, &str)], arguments: &[&str]| project.draftgate_with(variables, arguments);
    run(&[("CI_NODE_INDEX", "6"), ("CI_NODE_TOTAL", "5")], &["run"]).exits(2).complains("CI_NODE_INDEX is 6");
    run(&[("DRAFTGATE_SHARD", "two")], &["run"]).exits(2).complains("DRAFTGATE_SHARD is `two`");
    run(&[("JOB_COMPLETION_INDEX", "0")], &["run"])
        .exits(2)
        .complains("set DRAFTGATE_SHARDS to what the job's manifest");
    run(&[("DRAFTGATE_SHARDS", "5")], &["run"]).exits(2).complains("`completionMode: Indexed`");
    run(&[("JOB_COMPLETION_INDEX", "1"), ("DRAFTGATE_SHARDS", "0")], &["run"]).exits(2).complains("SHARDS is 0, and");
    // The way out of all of them.
    run(&[("JOB_COMPLETION_INDEX", "0")], &["run", "--shard", "1/1"]).exits(1).says(" Running 12 tests\n");
    run(&[], &["run", "--shard", "1/2", "--failed"]).exits(2).complains("--failed");
    run(&[("DRAFTGATE_SHARD", "1/2")], &["run", "--failed"]).exits(2).complains("DRAFTGATE_SHARD asks for a shard");
    run(&[], &["run", "--shard", "1/2", "--watch"]).exits(2).complains("--watch");
}

#[test]
fn the_selection_comes_before_the_division() {
    let project = twelve();
    let list = |arguments: &[&str]| -> BTreeSet<String> {
        let ended = project.draftgate(&[&["--list"], arguments].concat()).exits(0);
        ended.stdout.lines().map(str::to_owned).collect()
    };
    for selection in [&[][..], &["--tag", "good"], &["scenarios/cases.yaml"], &["a", "--skip", "da"], &["--ignored"]] {
        let mut together = BTreeSet::new();
        for index in 1..=4 {
            for test in list(&[&["--shard", &format!("{index}/4")], selection].concat()) {
                assert!(together.insert(test.clone()), "{test} is in two shards of {selection:?}");
            }
        }
        assert_eq!(together, list(selection), "{selection:?}");
        assert!(!together.is_empty(), "{selection:?}");
    }
}

#[test]
fn a_shard_without_a_test_is_no_failure_and_a_selection_without_one_is() {
    let project = tiny().with("scenarios/only.yaml", plain("steps: [init]\n"));
    let both: Vec<Ended> = ["1/2", "2/2"].map(|shard| project.draftgate(&["run", "--shard", shard]).exits(0)).into();
    let ran = both.iter().filter(|ended| ended.stdout.contains("PASS")).count();
    assert_eq!(ran, 1);
    let without = both.iter().find(|ended| !ended.stdout.contains("PASS")).unwrap();
    assert!(without.stdout.starts_with(" Running 0 of 1 test, shard "), "{}", without.stdout);
    assert_eq!(without.stderr, "");
    project.draftgate(&["run", "--shard", "1/2", "nowhere"]).exits(4).complains("no test was selected");
    let skipped = tiny().with("scenarios/later.yaml", plain("skip: not yet\nsteps: [init]\n"));
    for shard in ["1/2", "2/2"] {
        skipped.draftgate(&["run", "--shard", shard]).exits(4).complains("nothing ran");
    }
}

/// What a shard plays.
fn plays(project: &Project, shard: &str, arguments: &[&str]) -> Vec<String> {
    let listed = project.draftgate(&[&["--list", "--shard", shard], arguments].concat()).exits(0).stdout;
    listed.lines().map(|line| line.trim_end_matches(": test").to_owned()).collect()
}

/// A file of the last run in which the first test took as long as all others.
const LAST: &str = "{\n  \"version\": 1,\n  \"tests\": {
    \"ada\": { \"passed\": true, \"seconds\": 11.0 },
    \"bob\": { \"passed\": true, \"seconds\": 1.0 }
  }\n}\n";

#[test]
fn the_last_run_says_how_long_tests_take_and_a_shard_leaves_that_as_it_is() {
    let project = twelve().with("scenarios/.draftgate/last-run.json", LAST);
    // The median of one known pair is the shorter: eleven others of a second each.
    assert_eq!(plays(&project, "1/2", &[]), ["ada"]);
    let before = plays(&project, "2/2", &[]);
    assert_eq!(before.len(), 11);
    project.draftgate(&["run", "--shard", "2/2"]).exits(1);
    assert_eq!(plays(&project, "2/2", &[]), before);
    let kept: Value = serde_json::from_str(&project.read("scenarios/.draftgate/last-run.json").unwrap()).unwrap();
    assert_eq!(kept["tests"]["bob"], serde_json::json!({ "passed": true, "seconds": 1.0 }));
    assert_eq!(kept["tests"]["wrong"], serde_json::json!({ "passed": false, "seconds": null }));
    project.draftgate(&["run", "--failed"]).exits(1).says(" Running 1 test\n");
    project.draftgate(&["run"]).exits(1);
    let kept: Value = serde_json::from_str(&project.read("scenarios/.draftgate/last-run.json").unwrap()).unwrap();
    assert!(kept["tests"]["ada"]["seconds"].as_f64().unwrap() < 11.0);
}

#[test]
fn durations_come_from_a_file_that_is_named() {
    let project = twelve().with("durations.json", LAST);
    assert_eq!(plays(&project, "1/2", &["--durations", "durations.json"]), ["ada"]);
    let by_names = plays(&project, "1/2", &[]);
    let ended = project.draftgate(&["--list", "--shard", "1/2", "--durations", "none.jsonl"]).exits(0);
    let ended = ended.complains("there is no file none.jsonl yet: shards are divided by the names of tests");
    assert_eq!(ended.stdout.lines().count(), by_names.len());
    project.write("durations.jsonl", "{\"event\":\"file\"}\n");
    project
        .draftgate(&["run", "--shard", "1/2", "--durations", "durations.jsonl"])
        .exits(2)
        .complains("durations.jsonl has no durations");
}

#[test]
fn shards_that_were_divided_by_other_durations_are_not_merged() {
    let project = twelve().with("durations.json", LAST);
    let run = |arguments: &[&str]| project.draftgate_with(&in_ci(&[]), &[&["run"], arguments].concat());
    run(&["--shard", "1/2", "--jsonl", "1.jsonl", "--durations", "durations.json"]);
    run(&["--shard", "2/2", "--jsonl", "2.jsonl"]);
    project
        .draftgate(&["report", "merge", "1.jsonl", "2.jsonl"])
        .exits(2)
        .complains("error: shard 2 was divided by other durations than shard 1 (1.jsonl, 2.jsonl)");
}

#[test]
fn a_shard_that_is_missing_or_doubled_is_an_error_that_names_it() {
    let project = twelve();
    let merged = shards(&project, 3, &[]);
    assert_eq!((merged.tests.len(), merged.is_whole()), (12, true));
    let [one, two, three] = ["shard-1.jsonl", "shard-2.jsonl", "shard-3.jsonl"];
    let report = |arguments: &[&str]| project.draftgate(&[&["report"], arguments].concat());
    report(&["merge", one, three]).exits(2).complains("error: shard 2 of 3 is missing; `--partial` makes the report");
    report(&["junit", three, one]).exits(2).complains("error: shard 2 of 3 is missing");
    report(&["merge", one, "-o", "none.jsonl"]).exits(2).complains("shards 2 and 3 of 3 are missing");
    assert!(project.read("none.jsonl").is_none());
    project.write("again.jsonl", project.read(two).unwrap());
    report(&["merge", one, two, three, "again.jsonl"])
        .exits(2)
        .complains("error: shard 2 of 3 is there twice: shard-2.jsonl and again.jsonl");
    project.draftgate_with(&in_ci(&[]), &["run", "--jsonl", "whole.jsonl"]).exits(1);
    report(&["merge", one, two, three, "whole.jsonl"]).exits(2).complains("whole.jsonl is the journal of a whole run");
    project.draftgate_with(&in_ci(&[]), &["run", "--shard", "3/3", "--jsonl", "other.jsonl", "--tag", "good"]);
    report(&["merge", one, two, "other.jsonl"])
        .exits(2)
        .complains("shard-1.jsonl and other.jsonl are not shards of one run: the selected tests");

    let partial = report(&["merge", one, three, "--partial"]).exits(0);
    let partial = partial.complains("warning: shard 2 of 3 is missing: what the others did is told");
    project.write("partial.jsonl", &partial.stdout);
    for (kind, told) in [
        ("junit", "<error message=\"shard 2 of 3 is missing\" type=\"unfinished\">"),
        ("gitlab", "\"description\": \"shard 2 of 3 is missing\""),
        ("github", "::error title=draftgate::shard 2 of 3 is missing\n"),
        ("markdown", "> **This is not the whole run:** shard 2 of 3 is missing.\n"),
        ("html", "This report is not the whole run: shard 2 of 3 is missing. Of 12 tests, "),
        ("summary", " Partial shard 2 of 3 is missing\n"),
    ] {
        let made = report(&[kind, "partial.jsonl"]).exits(0).says(told);
        made.complains("warning: partial.jsonl: shard 2 of 3 is missing: what the others did is told");
    }
    let partial = Journal::read(partial.stdout.as_bytes()).unwrap();
    assert_eq!((partial.is_whole(), partial.started.missing), (false, vec![Shard { index: 2, count: 3 }]));
}

#[test]
fn a_report_ends_as_the_run_did_when_it_is_to() {
    let project = twelve();
    shards(&project, 3, &[]);
    let files = ["shard-1.jsonl", "shard-2.jsonl", "shard-3.jsonl"];
    let report = |arguments: &[&str]| project.draftgate(&[&["report", "merge"], &files[..], arguments].concat());
    report(&[]).exits(0);
    report(&["--exit-code", "-o", "merged.jsonl"]).exits(1);
    project.draftgate(&["report", "markdown", "merged.jsonl", "--exit-code"]).exits(1);

    // A shard that was killed within a line has no end, and its run neither.
    let killed = project.read(files[1]).unwrap();
    let (before, _) = killed.trim_end().rsplit_once('\n').unwrap();
    project.write(files[1], &before[..before.len() - 20]);
    report(&["-o", "merged.jsonl"]).exits(0).complains("warning: shard-2.jsonl: the run did not come to its end");
    assert!(!journal(&project, "merged.jsonl").is_whole());
    report(&["--exit-code"]).exits(130);
    project.write(files[1], format!("{}\n{{\"event\"\n{}\n", before, before));
    let lines = before.lines().count() + 1;
    report(&[]).exits(2).complains(&format!("error: shard-2.jsonl: line {lines} is no entry of a journal"));
    project.draftgate(&["report", "html", "none.jsonl"]).exits(2).complains("error: none.jsonl: it cannot be read");
}

#[cfg(unix)]
#[test]
fn bazel_gets_its_status_file_its_xml_and_the_journal_among_the_outputs() {
    let project = twelve();
    // The tree that Bazel runs a test in has links to the files.
    let runfiles = project.path().join("runfiles/_main/scenarios");
    std::fs::create_dir_all(&runfiles).unwrap();
    for entry in std::fs::read_dir(project.path().join("scenarios")).unwrap().map(Result::unwrap) {
        std::os::unix::fs::symlink(entry.path(), runfiles.join(entry.file_name())).unwrap();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/bazel/scenarios_test.sh");
    let mut names = Vec::new();
    for index in ["0", "1", "2"] {
        let at = |name: &str| project.path().join(format!("outputs-{index}/{name}"));
        std::fs::create_dir_all(at("undeclared")).unwrap();
        let ended = std::process::Command::new("sh")
            .arg(&script)
            .args([env!("CARGO_BIN_EXE_draftgate"), "run", "scenarios"])
            .current_dir(runfiles.parent().unwrap())
            .env_clear()
            .envs([("BAZEL_TEST", "1"), ("TEST_TARGET", "//:scenarios_test"), ("TEST_WORKSPACE", "_main")])
            .envs([("TEST_SHARD_INDEX", index), ("TEST_TOTAL_SHARDS", "3")])
            .envs([("TEST_SHARD_STATUS_FILE", at("status")), ("XML_OUTPUT_FILE", at("test.xml"))])
            .env("TEST_UNDECLARED_OUTPUTS_DIR", at("undeclared"))
            .output()
            .unwrap();
        let ended = Ended::of(ended);
        assert!(ended.stdout.contains(" of 12 tests, shard ") && !ended.stderr.contains("error"), "{}", ended.all());
        assert!(at("status").is_file());
        let file = format!("outputs-{index}/undeclared/draftgate.jsonl");
        let shard = journal(&project, &file);
        assert_eq!(ended.code == Some(1), shard.tests.iter().any(|test| test.name == "wrong"), "{}", ended.all());
        let xml = project.read(&format!("outputs-{index}/test.xml")).expect("the XML file");
        assert_eq!(xml.matches("<testcase ").count(), shard.tests.len(), "{xml}");
        names.extend(shard.tests.into_iter().map(|test| test.name));
    }
    names.sort();
    assert_eq!(names.len(), 12, "{names:?}");
    assert!(project.files("runfiles").iter().all(|file| file.ends_with(".yaml")), "{:?}", project.files("runfiles"));
    // Where nothing is sharded the variables are those of every test.
    let variables = [("TEST_TOTAL_SHARDS", "0"), ("XML_OUTPUT_FILE", "plain.xml")];
    project.draftgate_with(&in_ci(&variables), &["run"]).exits(1).says(" Running 12 tests\n");
    assert!(project.read("plain.xml").is_some());
    let missing = [("TEST_SHARD_STATUS_FILE", "none/status")];
    project.draftgate_with(&missing, &["run"]).exits(2).complains("TEST_SHARD_STATUS_FILE names none/status");
}

/// The documents of a manifest in `docs/kubernetes/`.
fn manifest(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/kubernetes").join(name);
    serde_yaml::from_multiple(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Runs a container as Kubernetes would, with the volume in the project.
fn pod(project: &Project, container: &Value, index: &str) -> Ended {
    let mut variables = vec![("JOB_COMPLETION_INDEX", index), ("RUN", "1")];
    for variable in container["env"].as_array().unwrap() {
        if let Some(value) = variable["value"].as_str() {
            variables.push((variable["name"].as_str().unwrap(), value));
        }
    }
    let results = project.path().join("results");
    let expanded = |argument: &Value| {
        let argument = argument.as_str().unwrap().replace("/results", results.to_str().unwrap());
        let with = |text: String, (name, value): &(&str, &str)| text.replace(&format!("$({name})"), value);
        variables.iter().fold(argument, with)
    };
    let arguments: Vec<String> = container["args"].as_array().unwrap().iter().map(expanded).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert!(!arguments.iter().any(|argument| argument.contains("$(")), "{arguments:?}");
    project.draftgate_with(&variables, &arguments)
}

#[test]
fn the_manifests_for_kubernetes_make_one_report_of_five_pods() {
    let project = twelve();
    let shards = manifest("shards.yaml");
    let job = shards.iter().find(|document| document["kind"] == "Job").unwrap();
    let pods = job["spec"]["completions"].as_u64().unwrap();
    let container = &job["spec"]["template"]["spec"]["containers"][0];
    let failed = (0..pods).filter(|index| pod(&project, container, &index.to_string()).code == Some(1)).count();
    assert_eq!((pods, failed), (5, 1));
    let merge = &manifest("merge.yaml")[0]["spec"]["template"]["spec"];
    for container in merge["initContainers"].as_array().unwrap() {
        pod(&project, container, "").exits(0);
    }
    pod(&project, &merge["containers"][0], "").exits(1);
    project.draftgate_with(&in_ci(&[]), &["run", "--jsonl", "whole.jsonl"]).exits(1);
    same_tests(&journal(&project, "whole.jsonl"), &journal(&project, "results/1/run.jsonl"));
    assert_eq!(project.files("results/1").len(), 8);
}
