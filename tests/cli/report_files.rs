//! The files that reports go to: what was there before, what cannot be written, and how a run ends then.

use crate::flows::{plain, tiny};
use crate::project::Project;

/// Every report that is a file, and how to ask for it.
pub const FILES: [&str; 10] = [
    "--junit",
    "out/junit.xml",
    "--html",
    "out/page.html",
    "--jsonl",
    "out/run.jsonl",
    "--markdown",
    "out/run.md",
    "--gitlab",
    "out/gitlab.json",
];

fn project() -> Project {
    tiny().with("scenarios/good.yaml", plain("steps: [init]\n"))
}

#[test]
fn what_an_earlier_run_wrote_is_not_taken_for_what_came_of_this_one() {
    let project = project();
    let run = [&["run"], &FILES[..]].concat();
    project.draftgate(&run).exits(0);
    assert_eq!(project.files("out").len(), 5);
    // A list is no run.
    project.draftgate(&[&run[..], &["--list"]].concat()).exits(0);
    assert_eq!(project.files("out").len(), 5);
    project.write("scenarios/odd.yaml", plain("steps: [inti]\n"));
    project.draftgate(&run).exits(3);
    assert!(project.files("out").is_empty(), "{:?}", project.files("out"));
}

#[test]
fn no_report_is_written_over_another_or_over_what_people_write() {
    let project = project();
    let before = project.read("scenarios/good.yaml").unwrap();
    project.draftgate(&["run", "--junit", "scenarios/good.yaml"]).exits(2).complains("named like a scenario");
    assert_eq!(project.read("scenarios/good.yaml").unwrap(), before);
    let twice = ["run", "--junit", "out/x", "--html", "./out/x"];
    project.draftgate(&twice).exits(2).complains("two reports cannot be written to one file");
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(0);
    let journal = project.read("run.jsonl").unwrap();
    let eaten = project.draftgate(&["report", "html", "run.jsonl", "-o", "./run.jsonl"]);
    eaten.exits(2).complains("name another file");
    assert_eq!(project.read("run.jsonl").unwrap(), journal);
}

/// Every command that makes a report of a journal, and the file that it goes to.
const COMMANDS: [(&str, &str); 7] = [
    ("summary", "made/summary.txt"),
    ("html", "made/page.html"),
    ("junit", "made/junit.xml"),
    ("markdown", "made/run.md"),
    ("gitlab", "made/gitlab.json"),
    ("github", "made/annotations.txt"),
    ("merge", "made/run.jsonl"),
];

/// What people have, none of which is a report.
const WORK: [(&str, &str); 7] = [
    ("scenarios/cases.csv", "name,age\nAda,36\n"),
    ("scenarios/files/bill.pdf", "%PDF-1.7\n"),
    ("snapshots/maps/other.map.json", "{\n  \"format\": 1\n}\n"),
    ("notes.txt", "precious"),
    ("other.xml", "<?xml version=\"1.0\"?>\n<testsuites name=\"pytest\"/>\n"),
    ("page.html", "<!DOCTYPE html>\n<html lang=\"en\"></html>\n"),
    ("list.json", "[{\"a\": 1}]\n"),
];

#[test]
fn a_report_is_written_over_reports_of_every_kind() {
    // What passes, what fails, what is skipped, and what nobody has seen yet: the reports of each begin in another way.
    let kinds = ["steps: [init]\n", "steps:\n  - init:\n    expect: end\n", "skip: later\nsteps: [init]\n"];
    let mut projects: Vec<Project> = kinds.iter().map(|steps| tiny().with("scenarios/a.yaml", plain(steps))).collect();
    let unseen = "scenario: Nobody has seen it\nflow: tiny\nsteps: [init]\n";
    projects.push(tiny().with("scenarios/a.yaml", unseen));
    for project in projects {
        for _ in 0..2 {
            let ended = project.draftgate(&[&["run"], &FILES[..]].concat());
            assert!(matches!(ended.code, Some(0 | 1 | 4 | 6)), "{}", ended.all());
            for color in ["always", "never"] {
                for (command, file) in COMMANDS {
                    project.draftgate(&["report", command, "out/run.jsonl", "-o", file, "--color", color]).exits(0);
                }
            }
            let ended = project.draftgate(&["report", "flows", "out/run.jsonl", "-o", "made/flows"]);
            assert!(matches!(ended.code, Some(0 | 4)), "{}", ended.all());
        }
        // One kind may take the place of another.
        for (_, file) in COMMANDS {
            project.draftgate(&["report", "junit", "out/run.jsonl", "-o", file]).exits(0);
        }
    }
}

#[test]
fn what_is_no_report_stays_and_nothing_runs() {
    let project = project();
    WORK.iter().for_each(|(file, text)| project.write(file, text));
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(0);
    project.draftgate(&["run", "--markdown", "earlier.md"]).exits(0);
    for (file, text) in WORK {
        for report in ["--junit", "--html", "--jsonl", "--markdown", "--gitlab"] {
            let earlier: &[&str] = if report == "--markdown" { &[] } else { &["--markdown", "earlier.md"] };
            let ended = project.draftgate(&[&["run"], earlier, &[report, file]].concat()).exits(2);
            ended
                .complains(&format!("error: {file} is there already and is no report of draftgate: name another file"));
        }
        for (command, _) in COMMANDS {
            let ended = project.draftgate(&["report", command, "run.jsonl", "-o", file]).exits(2);
            ended.complains("is no report of draftgate");
        }
        assert_eq!(project.read(file).as_deref(), Some(text));
    }
    // Nothing is taken away where one of them may not be.
    assert!(project.read("earlier.md").is_some());
    for (command, _) in COMMANDS {
        let ended = project.draftgate(&["report", command, "run.jsonl", "-o", "scenarios/good.yaml"]).exits(2);
        ended.complains("named like a scenario");
        let ended = project.draftgate(&["report", command, "run.jsonl", "-o", "scenarios"]).exits(2);
        ended.complains("scenarios is a folder: name a file in it");
    }
    project.draftgate(&["run", "--html", "snapshots/a/01-init.snap"]).exits(2).complains("named like a snapshot");
    project.draftgate(&["run", "--html", "snapshots"]).exits(2).complains("snapshots is a folder");
    project.draftgate(&["run", "--html", "notes.txt/a.html"]).exits(2).complains("notes.txt is no folder");
    project
        .draftgate(&["report", "flows", "run.jsonl", "-o", "notes.txt"])
        .exits(2)
        .complains("notes.txt is no folder");
    project.write("flows/tiny.svg", "<svg/>");
    project.draftgate(&["report", "flows", "run.jsonl", "-o", "flows"]).exits(2).complains("flows/tiny.svg is there");
    // What is empty is nobody's work.
    project.write("empty.txt", "");
    project.draftgate(&["run", "--junit", "empty.txt"]).exits(0);
    project.draftgate(&["run", "--watch", "--junit", "notes.txt"]).exits(2).complains("is no report of draftgate");
}

#[test]
fn a_log_is_written_over_nothing_of_the_suite() {
    let project = project();
    WORK.iter().for_each(|(file, text)| project.write(file, text));
    let good = project.read("scenarios/good.yaml");
    for format in [&["--format", "pretty"][..], &["--format", "json"], &["--list"], &["-q"]] {
        let log = |file: &str| project.draftgate(&[&["run"], format, &["--logfile", file]].concat());
        log("scenarios/good.yaml").exits(2).complains("named like a scenario");
        log("scenarios/cases.csv").exits(2).complains("lies among scenarios or snapshots and is no log");
        log("snapshots/maps/other.map.json").exits(2).complains("lies among scenarios or snapshots");
        log("scenarios").exits(2).complains("is a folder");
        // A log may lie there, too, and be written over.
        log("scenarios/log.txt").exits(0);
        log("scenarios/log.txt").exits(0);
    }
    assert_eq!(project.read("scenarios/good.yaml"), good);
    let ended = project.draftgate(&["run", "--junit", "x", "--logfile", "./x"]).exits(2);
    ended.complains("two reports cannot be written to one file");
}

#[test]
fn no_earlier_report_outlives_a_run_that_does_not_know_its_part() {
    let project = project();
    let run = [&["run"], &FILES[..]].concat();
    for (argument, variables) in [
        (None, &[("DRAFTGATE_SHARD", "x")][..]),
        (None, &[("CI_NODE_INDEX", "9"), ("CI_NODE_TOTAL", "2")]),
        (None, &[("CI_NODE_INDEX", "1")]),
        (Some("--failed"), &[("DRAFTGATE_SHARD", "1/2")]),
        (None, &[("TEST_SHARD_STATUS_FILE", "no/such/folder/file")]),
    ] {
        project.draftgate(&run).exits(0);
        assert_eq!(project.files("out").len(), 5);
        let arguments: Vec<&str> = run.iter().copied().chain(argument).collect();
        project.draftgate_with(variables, &arguments).exits(2);
        assert!(project.files("out").is_empty(), "{variables:?}: {:?}", project.files("out"));
    }
}

#[test]
fn a_mistake_in_a_file_is_annotated_too() {
    let project = project().with("scenarios/odd.yaml", plain("steps: [inti]\n"));
    let ended = project.draftgate(&["run", "--github"]).exits(3).complains("did you mean `init`?");
    let told = ended.stdout.lines().find(|line| line.starts_with("::error ")).unwrap_or_default();
    assert!(told.contains("file=scenarios/odd.yaml,line=4,"), "{}", ended.stdout);
    project.draftgate(&["run"]).exits(3).never_says("::error");
}

#[test]
fn the_reason_of_a_skipped_test_is_no_command_for_github() {
    let skip = "skip: \"later\\n::error title=x::y\\n##[error]z\"\nsteps: [init]\n";
    let project = project().with("scenarios/later.yaml", plain(skip));
    let ended = project.draftgate(&["run", "--github", "--format", "pretty"]).exits(0);
    let is_command = |line: &&str| line.trim_start().starts_with("::") || line.contains("##[");
    assert_eq!(ended.stdout.lines().find(is_command), None);
    assert!(ended.stdout.contains("later"), "{}", ended.stdout);
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_no_success() {
    let project = project();
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(0);
    for arguments in ["run", "run --format json", "report junit run.jsonl", "report summary run.jsonl", "schema"] {
        let words: Vec<&str> = arguments.split(' ').collect();
        let ended = project.draftgate_into("/dev/full", &words).exits(2);
        assert!(ended.stderr.contains("error: ") && ended.stderr.contains("o space"), "{arguments}: {}", ended.all());
    }
}
