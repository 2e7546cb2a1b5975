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
