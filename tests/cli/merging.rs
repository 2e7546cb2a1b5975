//! What `draftgate report` makes of journals that are not all of a run, or not as a run writes them.

use draftgate::journal::Journal;
use serde_json::{Value, json};

use crate::consumers::is_valid_junit;
use crate::flows::{plain, tiny};
use crate::mixed::{entries, write};
use crate::project::{Ended, Project};
use crate::shards::{in_ci, shards, twelve};

const ALL: [&str; 3] = ["shard-1.jsonl", "shard-2.jsonl", "shard-3.jsonl"];

fn report(project: &Project, arguments: &[&str]) -> Ended {
    project.draftgate(&[&["report"], arguments].concat())
}

#[test]
fn the_journal_of_a_shard_alone_is_that_of_a_run_with_the_others_missing() {
    let project = twelve();
    shards(&project, 3, &[]);
    let missing = "shards 1 and 2 of 3 are missing";
    for (kind, told) in [
        ("junit", "<error message=\"shards 1 and 2 of 3 are missing\" type=\"unfinished\">"),
        ("gitlab", "\"description\": \"shards 1 and 2 of 3 are missing\""),
        ("github", "::error title=draftgate::shards 1 and 2 of 3 are missing\n"),
        ("markdown", "> **This is not the whole run:** shards 1 and 2 of 3 are missing.\n"),
        ("html", "This report is not the whole run: shards 1 and 2 of 3 are missing. Of 12 tests, "),
        ("summary", " Partial shards 1 and 2 of 3 are missing\n"),
    ] {
        let refused = report(&project, &[kind, "shard-3.jsonl", "--exit-code"]).exits(2);
        refused.complains(&format!("error: shard-3.jsonl: {missing}; `--partial` makes the report without"));
        let made = report(&project, &[kind, "shard-3.jsonl", "--partial"]).exits(0).says(told);
        let made = made.complains(&format!("warning: shard-3.jsonl: {missing}: what the others did is told"));
        assert_eq!(made.stderr.lines().count(), 1, "{}", made.stderr);
        report(&project, &[kind, "shard-3.jsonl", "--partial", "--exit-code"]).exits(130);
    }
    report(&project, &["flows", "shard-3.jsonl", "-o", "flows"]).exits(2).complains(missing);
    // A run says of its own reports which part they are.
    let arguments = ["run", "--shard", "3/3", "--junit", "junit.xml", "--markdown", "run.md"];
    project.draftgate_with(&in_ci(&[]), &arguments);
    assert!(!project.read("junit.xml").unwrap().contains("missing"));
    assert!(project.read("run.md").unwrap().contains(" (shard 3 of 3)"));
}

#[test]
fn a_shard_that_comes_late_is_added_to_what_was_merged_without_it() {
    let project = twelve();
    let whole = shards(&project, 3, &[]);
    report(&project, &["merge", ALL[0], ALL[2], "--partial", "-o", "partial.jsonl"]).exits(0);
    let alone = report(&project, &["merge", "partial.jsonl"]).exits(0);
    assert_eq!(alone.stderr, "warning: partial.jsonl: shard 2 of 3 is missing: what the others did is told\n");
    report(&project, &["merge", "partial.jsonl", ALL[1], "-o", "late.jsonl", "--exit-code"]).exits(1);
    let late = Journal::read(project.read("late.jsonl").unwrap().as_bytes()).unwrap();
    assert_eq!((&late.started, &late.tests, late.files.len()), (&whole.started, &whole.tests, whole.files.len()));
    assert!(late.is_whole());
    report(&project, &["merge", "partial.jsonl", ALL[0]]).exits(2).complains("shard 1 of 3 is there twice");
}

#[test]
fn a_journal_of_which_nothing_can_be_read_leaves_its_shard_missing() {
    let project = twelve();
    shards(&project, 3, &[]);
    let first = project.read(ALL[1]).unwrap();
    for (text, why) in [("", "it is empty"), (&first[..60], "it breaks off within its first line")] {
        project.write(ALL[1], text);
        let refused = report(&project, &[&["merge"], &ALL[..]].concat()).exits(2);
        refused.complains(&format!("error: shard-2.jsonl: {why}")).complains("; `--partial` makes the report without");
        let made = report(&project, &[&["markdown", "--partial"], &ALL[..]].concat()).exits(0);
        let made = made.complains(&format!("warning: shard-2.jsonl is passed over: {why}"));
        made.complains("warning: shard 2 of 3 is missing")
            .says("> **This is not the whole run:** shard 2 of 3 is missing");
        report(&project, &["merge", ALL[1], "--partial"]).exits(2).complains("there is no journal to merge");
    }
    project.write(ALL[1], "<html>\n");
    report(&project, &[&["markdown", "--partial"], &ALL[..]].concat()).exits(2).complains("it is no journal");
}

#[test]
fn a_number_of_a_shard_that_makes_no_sense_is_refused_at_its_line() {
    let project = twelve();
    project.draftgate_with(&in_ci(&[]), &["run", "--shard", "1/2", "--jsonl", "one.jsonl"]);
    let good = project.read("one.jsonl").unwrap();
    for (shard, why) in [
        (json!({"index": 1, "count": u64::MAX}), "there may be up to 100000 shards, not 18446744073709551615"),
        (json!({"index": 7, "count": 3}), "there is no shard 7 of 3"),
        (json!({"index": 0, "count": 3}), "there is no shard 0 of 3"),
        (json!({"index": -1, "count": 3}), "invalid value: integer `-1`"),
    ] {
        let written = format!("\"shard\":{shard},");
        project.write("one.jsonl", good.replacen("\"shard\":{\"index\":1,\"count\":2},", &written, 1));
        let refused = report(&project, &["summary", "one.jsonl", "--partial"]).exits(2);
        refused.complains(&format!("error: one.jsonl: line 1 is no entry of a journal: {why}"));
    }
    let of_many = good.replacen("\"shard\":{\"index\":1,\"count\":2},", "\"shard\":{\"index\":9,\"count\":100000},", 1);
    project.write("one.jsonl", of_many);
    let refused = report(&project, &["summary", "one.jsonl"]).exits(2);
    refused.complains("error: one.jsonl: shards 1 to 8 and 10 to 100000 of 100000 are missing");
}

#[test]
fn shards_of_different_files_or_servers_are_not_put_together() {
    let cases: String = (0..16).map(|at| format!("  - {{ case: c{at} }}\n")).collect();
    let text = plain(&format!("cases:\n{cases}steps: [init]\n"));
    let project = tiny().with("scenarios/a.yaml", &text);
    let run = |shard: &str, file: &str| {
        project.draftgate_with(&in_ci(&[]), &["run", "--shard", shard, "--jsonl", file]).exits(0);
    };
    run("1/2", "1.jsonl");
    run("2/2", "2.jsonl");
    report(&project, &["merge", "1.jsonl", "2.jsonl"]).exits(0);
    let mut elsewhere = entries(&project, "2.jsonl");
    elsewhere[0]["server"] = "https://api.example.com".into();
    write(&project, "elsewhere.jsonl", &elsewhere);
    report(&project, &["junit", "1.jsonl", "elsewhere.jsonl"])
        .exits(2)
        .complains("the API is the embedded sandbox in the one and https://api.example.com in the other");
    project.write("scenarios/a.yaml", text.replace("steps: [init]", "steps: [init, current]"));
    run("2/2", "2.jsonl");
    report(&project, &["junit", "1.jsonl", "2.jsonl", "--exit-code"]).exits(2).complains(
        "scenarios/a.yaml has another text in shard 2 of 2 (2.jsonl) than in shard 1 of 2 (1.jsonl): shards of one run",
    );
}

/// Writes the journal with another end.
fn ends_with(project: &Project, exit: u8) {
    let mut run = entries(project, "run.jsonl");
    run.last_mut().unwrap()["exit"] = exit.into();
    write(project, "other.jsonl", &run);
}

#[test]
fn a_report_ends_by_what_its_tests_say_or_the_run_said_whichever_is_graver() {
    let project = tiny().with("scenarios/a.yaml", plain("steps:\n  - init:\n    expect: end\n"));
    let ends = |exit: u8| {
        ends_with(&project, exit);
        report(&project, &["summary", "other.jsonl", "--exit-code"])
    };
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(1);
    ends(0).exits(1);
    ends(5).exits(1);
    ends(2).exits(2);
    project.write("scenarios/a.yaml", plain("steps: [init]\n"));
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(0);
    ends(0).exits(0);
    ends(6).exits(6);
    ends(99).exits(1);
    // Tests of which nothing is said did not end.
    let kept: Vec<Value> =
        entries(&project, "run.jsonl").into_iter().filter(|entry| entry["event"] != "test-finished").collect();
    write(&project, "other.jsonl", &kept);
    report(&project, &["summary", "other.jsonl", "--exit-code"]).exits(130);
}

#[test]
fn a_report_that_cannot_be_made_leaves_no_earlier_one_behind() {
    let project = tiny().with("scenarios/a.yaml", plain("steps: [init]\n"));
    project.draftgate(&["run", "--jsonl", "run.jsonl"]).exits(0);
    for kind in ["junit", "html", "markdown", "gitlab", "merge"] {
        report(&project, &[kind, "run.jsonl", "-o", "out"]).exits(0);
        assert!(project.read("out").is_some());
        report(&project, &[kind, "nowhere.jsonl", "-o", "out"]).exits(2);
        assert!(project.read("out").is_none(), "{kind}");
    }
    report(&project, &["junit", "run.jsonl", "-o", "scenarios/a.yaml"]).exits(2).complains("named like a scenario");
    assert!(project.read("scenarios/a.yaml").is_some());
}

#[test]
fn a_run_in_which_nothing_ran_looks_like_no_success() {
    let project = tiny().with("scenarios/later.yaml", plain("skip: not yet\nsteps: [init]\n"));
    for (filter, why) in [("later", "every test was skipped"), ("nowhere", "no test was selected")] {
        project.draftgate(&["run", filter, "--jsonl", "run.jsonl"]).exits(4);
        for (kind, told) in [
            ("junit", format!("<error message=\"nothing ran: {why}\" type=\"unfinished\">")),
            ("gitlab", format!("\"description\": \"nothing ran: {why}\"")),
            ("github", format!("::error title=draftgate::nothing ran: {why}\n")),
            ("markdown", format!("> **Nothing ran**: {why}.\n")),
            ("html", format!("This is no success: nothing ran: {why}.")),
            ("summary", format!("   Error nothing ran: {why}\n")),
        ] {
            let made = report(&project, &[kind, "run.jsonl", "--exit-code"]).exits(4).says(&told);
            if kind == "junit" {
                is_valid_junit(made.stdout.as_bytes());
            }
        }
    }
    // A shard leaves it to the others.
    let project = tiny().with("scenarios/only.yaml", plain("steps: [init]\n"));
    for shard in ["1/2", "2/2"] {
        project.draftgate_with(&in_ci(&[]), &["run", "--shard", shard, "--junit", "junit.xml"]).exits(0);
        assert!(!project.read("junit.xml").unwrap().contains("nothing ran"));
    }
}
