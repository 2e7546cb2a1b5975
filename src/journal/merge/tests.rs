use proptest::prelude::*;

use super::*;
use crate::journal::{Entry, File, Spot, StepPending, StepStarted, TestStarted, Verdict, random};

/// The gravest verdict, as a number.
fn gravest(tests: &[Test]) -> u8 {
    tests.iter().map(|test| test.verdict).max().map_or(9, |verdict| verdict as u8)
}

/// The journal divided into shards, each named after its number.
fn split(whole: &Journal, count: usize, part: impl Fn(usize) -> usize) -> Vec<Named> {
    let shard = |index: usize| {
        let mine = |number: usize| part(number) % count == index;
        let mut shard = whole.clone();
        shard.started.shard = Some(Shard { index: index + 1, count });
        shard.started.division = Some("by names".to_owned());
        shard.started.tests.retain(|test| mine(test.number));
        shard.tests.retain(|test| mine(test.number));
        // Each met its own part of what the hosts answered.
        let each = whole.limits.len().div_ceil(count).max(1);
        shard.limits = whole.limits.chunks(each).nth(index).unwrap_or_default().to_vec();
        (format!("{}.jsonl", index + 1), shard)
    };
    (0..count).map(shard).collect()
}

/// A run of so many tests that pass.
fn run(tests: usize) -> Journal {
    let name = |number: usize| format!("folder/{number}");
    let test = |number| {
        let text = r#"{"title":"","place":{"file":"a.yaml","line":1,"column":1,"end_line":1,"end_column":1},"files":[],
            "verdict":"passed","version":"draft","tags":[],"seconds":1.0,"request_seconds":0.0,"pending_seconds":0.0,
            "sessions":[],"attempts":[],"steps":[],"explanation":"","number":0,"name":""}"#;
        Test { number, name: name(number), ..serde_json::from_str(text).unwrap() }
    };
    Journal {
        started: RunStarted {
            selected: tests,
            suite: "7".to_owned(),
            tests: (0..tests).map(|number| random::planned(number, name(number))).collect(),
            ..RunStarted::default()
        },
        tests: (0..tests).map(test).collect(),
        ended: Some(RunEnded { seconds: 1.0, exit: 0 }),
        ..Journal::default()
    }
}

fn five() -> Vec<Named> {
    split(&run(10), 5, |number| number)
}

#[track_caller]
fn refused(parts: Vec<Named>, why: &str) {
    let error = Journal::merge(parts, false, gravest).unwrap_err();
    assert_eq!(error.to_string(), why);
}

proptest! {
    #[test]
    fn what_was_split_is_whole_again_in_whatever_order(
        whole in random::whole(), count in 1..6_usize, parts in prop::collection::vec(0..6_usize, 6), turn in 0..6_usize
    ) {
        let mut shards = split(&whole, count, |number| parts[number]);
        shards.rotate_left(turn % count);
        let merged = Journal::merge(shards, false, |_| 0).unwrap();
        prop_assert_eq!(merged, whole);
    }
}

#[test]
fn what_an_interrupted_shard_did_not_begin_is_no_success() {
    let mut parts = five();
    parts[1].1.tests.clear();
    parts[1].1.ended = Some(RunEnded { seconds: 1.0, exit: INTERRUPTED });
    let merged = Journal::merge(parts, false, gravest).unwrap();
    assert!(merged.was_interrupted());
    assert!(!merged.unfinished().is_empty());
}

#[test]
fn a_shard_that_is_missing_is_named() {
    let without = |missing: &[usize]| {
        let mut parts = five();
        parts.retain(|(_, part)| part.started.shard.is_none_or(|shard| !missing.contains(&shard.index)));
        parts
    };
    refused(without(&[3]), "shard 3 of 5 is missing");
    refused(without(&[1, 3, 5]), "shards 1, 3 and 5 of 5 are missing");
    refused(split(&run(10), 5, |number| number).drain(1..2).collect(), "shards 1 and 3 to 5 of 5 are missing");
    let merged = Journal::merge(without(&[3, 5]), true, gravest).unwrap();
    let missing: Vec<String> = merged.started.missing.iter().map(Shard::to_string).collect();
    assert_eq!((missing.join(" ").as_str(), merged.tests.len()), ("3/5 5/5", 6));
    assert!(!merged.is_whole());
}

#[test]
fn a_shard_that_is_there_twice_is_named_with_both_files() {
    let mut parts = five();
    let mut again = parts[1].clone();
    again.0 = "again.jsonl".to_owned();
    parts.push(again);
    refused(parts, "shard 2 of 5 is there twice: 2.jsonl and again.jsonl");
}

#[test]
fn shards_of_different_runs_are_not_put_together() {
    let with = |change: fn(&mut RunStarted)| {
        let mut parts = five();
        change(&mut parts[3].1.started);
        parts
    };
    let not = "1.jsonl and 4.jsonl are not shards of one run: ";
    refused(
        with(|started| started.suite = "8".to_owned()),
        &format!("{not}the selected tests (a digest of their names) are 10 (7) in the one and 10 (8) in the other"),
    );
    refused(
        with(|started| started.shard = Some(Shard { index: 4, count: 6 })),
        &format!("{not}the number of shards is 5 in the one and 6 in the other"),
    );
    refused(
        with(|started| started.environment = Some("staging".to_owned())),
        &format!("{not}the environment is none in the one and staging in the other"),
    );
    refused(
        with(|started| started.folder.folder = "b".to_owned()),
        &format!("{not}the working folder in the repository is its root in the one and b in the other"),
    );
    refused(
        with(|started| started.server = Some("https://api.example.com".to_owned())),
        &format!("{not}the API is the embedded sandbox in the one and https://api.example.com in the other"),
    );
    refused(with(|started| started.seed = 7), &format!("{not}the seed is 0 in the one and 7 in the other"));
    refused(
        with(|started| started.division = None),
        "shard 4 was divided by other durations than shard 1 (1.jsonl, 4.jsonl): give all shards of a run the same \
         `--durations` file, or none",
    );
    refused(
        with(|started| started.shard = None),
        "4.jsonl is the journal of a whole run, not of a shard: what it has cannot be put together with that of others",
    );
}

#[test]
fn a_test_in_two_shards_is_named() {
    let mut parts = five();
    let test = parts[0].1.tests[1].clone();
    parts[2].1.tests.push(test);
    refused(parts, "the test folder/5 is in two shards: 1.jsonl and 3.jsonl");
}

#[test]
fn a_test_that_stands_in_one_journal_twice_is_not_told_of_two() {
    let mut parts = five();
    let test = parts[2].1.tests[1].name.clone();
    parts[2].1.take(Entry::TestStarted(TestStarted { test, attempt: 1, at: 0.5 }));
    refused(parts, "3.jsonl has the test folder/7 twice: it is not as a run wrote it");
}

#[test]
fn a_file_that_was_changed_between_two_shards_is_named_with_both() {
    let file = |text: &str| File { path: "a.yaml".to_owned(), text: text.to_owned() };
    let mut parts = five();
    parts[1].1.files.push(file("one"));
    parts[2].1.files.push(file("one"));
    parts[4].1.files.push(file("two"));
    refused(
        parts,
        "a.yaml has another text in shard 5 of 5 (5.jsonl) than in shard 2 of 5 (2.jsonl): shards of one run play the same \
         files; run all of them again, or leave one of the two out with `--partial`",
    );
}

#[test]
fn shards_that_come_late_make_a_partial_journal_whole() {
    let whole = Journal::merge(five(), false, gravest).unwrap();
    let [mut early, mut late] = [five(), five()];
    early.retain(|(_, part)| part.started.shard.is_some_and(|shard| shard.index % 2 == 1));
    late.retain(|(_, part)| part.started.shard.is_some_and(|shard| shard.index % 2 == 0));
    let partial = |parts: Vec<Named>| ("partial.jsonl".to_owned(), Journal::merge(parts, true, gravest).unwrap());
    let first = partial(early.clone());
    let with = |others: &[Named]| [std::slice::from_ref(&first), others].concat();
    assert_eq!(Journal::merge(with(&late), false, gravest), Ok(whole.clone()));
    assert_eq!(Journal::merge(vec![partial(late.clone()), first.clone()], false, gravest), Ok(whole));
    refused(with(&late[..1]), "shard 4 of 5 is missing");
    refused(with(&early[1..2]), "shard 3 of 5 is there twice: partial.jsonl and 3.jsonl");
    late[0].1.started.division = None;
    refused(
        with(&late),
        "shard 2 was divided by other durations than shard 1 (partial.jsonl, 2.jsonl): give all shards of a run the same \
         `--durations` file, or none",
    );
    // What was cut is cut once the others are there, too.
    early[0].1.tests.pop();
    early[0].1.ended = None;
    let division = late[1].1.started.division.clone();
    late[0].1.started.division = division;
    let cut = Journal::merge([&[partial(early)], &late[..]].concat(), false, gravest).unwrap();
    assert_eq!((cut.started.missing.len(), cut.unfinished().len(), cut.ended), (0, 1, None));
}

#[test]
fn a_shard_alone_is_a_run_with_the_others_missing() {
    let alone = || five().drain(..1).collect::<Vec<_>>();
    refused(alone(), "shards 2 to 5 of 5 are missing");
    let merged = Journal::merge(alone(), true, gravest).unwrap();
    assert_eq!((merged.started.missing.len(), merged.started.shard, merged.ended), (4, None, None));
}

#[test]
fn a_shard_that_was_killed_is_taken_in_and_leaves_the_run_without_an_end() {
    let mut parts = five();
    let killed = &mut parts[4].1;
    killed.ended = None;
    killed.tests.pop();
    let test = "folder/9".to_owned();
    killed.take(Entry::TestStarted(TestStarted { test: test.clone(), attempt: 2, at: 0.5 }));
    killed.take(Entry::StepStarted(StepStarted { test: test.clone(), step: 2, label: "submit".to_owned(), at: 1.5 }));
    killed.take(Entry::StepPending(StepPending { test, at: 2.0 }));
    let merged = Journal::merge(parts, false, gravest).unwrap();
    assert_eq!((merged.tests.len(), merged.started.tests.len(), merged.ended.as_ref()), (9, 10, None));
    assert_eq!(merged.under_way["folder/9"].to_string(), "attempt 2, step 2 submit, pending");
    assert!(!merged.is_whole());
}

#[test]
fn the_whole_took_as_long_as_the_longest_and_ends_by_all_verdicts() {
    let mut parts = five();
    parts[2].1.ended = Some(RunEnded { seconds: 7.5, exit: 0 });
    parts[3].1.tests[0].verdict = Verdict::Failed;
    let merged = Journal::merge(parts, false, gravest).unwrap();
    assert_eq!(merged.ended, Some(RunEnded { seconds: 7.5, exit: Verdict::Failed as u8 }));
}

#[test]
fn it_began_when_its_first_shard_did() {
    let mut parts = five();
    for ((_, part), at) in parts.iter_mut().zip(["03", "02.5", "02", "02.000001", "10"]) {
        part.started.started = format!("2026-11-28T21:00:{at}Z");
    }
    let merged = Journal::merge(parts, false, gravest).unwrap();
    assert_eq!(merged.started.started, "2026-11-28T21:00:02Z");
}

#[test]
fn what_shards_knew_of_a_flow_is_united() {
    let spot = |title: &str| Spot { title: title.to_owned(), kind: "form".to_owned(), shape: "1".to_owned() };
    let field = |name: &str, options: &[&str]| crate::journal::FormField {
        name: name.to_owned(),
        options: options.iter().map(|option| (*option).to_owned()).collect(),
        rules: vec!["required".to_owned()],
    };
    let flow = |steps: &[&str], moves: &[(usize, usize)]| Flow {
        flow: "tiny".to_owned(),
        version: "draft".to_owned(),
        language: None,
        steps: steps.iter().map(|title| spot(title)).collect(),
        first: vec![0],
        moves: moves.iter().map(|&(from, to)| crate::journal::Move { from, way: "submit".to_owned(), to }).collect(),
        forms: vec![crate::journal::Form { step: 0, fields: vec![field(steps[0], &["x"])] }],
    };
    let mut flows = Vec::new();
    add_flow(&mut flows, flow(&["A", "B"], &[(0, 1)]));
    add_flow(&mut flows, flow(&["A", "B"], &[(0, 1)]));
    add_flow(&mut flows, flow(&["C", "A", "B"], &[(0, 1), (1, 2), (1, 0)]));
    let mut united = flow(&["A", "B", "C"], &[(0, 1), (2, 0), (0, 2)]);
    united.first = vec![0, 2];
    united.forms.push(crate::journal::Form { step: 2, fields: vec![field("C", &["x"])] });
    assert_eq!(flows, [united.clone()]);
    add_flow(&mut flows, Flow { language: Some("en".to_owned()), ..united });
    assert_eq!(flows.len(), 2);
}

#[test]
fn one_journal_of_a_whole_run_is_itself() {
    let whole = run(3);
    let merged = Journal::merge(vec![("run.jsonl".to_owned(), whole.clone())], false, gravest).unwrap();
    assert_eq!(merged, whole);
    assert_eq!(Journal::merge(Vec::new(), false, gravest), Err(MergeError::Nothing));
}
