use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::journal::{
    Exercised, Flow, Form, FormField, Move, RunStarted, Shard, Spot, Step, Test, UsedField, Verdict, Visit, random,
};

fn spot(title: &str, kind: &str) -> Spot {
    Spot { title: title.to_owned(), kind: kind.to_owned(), shape: title.to_owned() }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn field(name: &str, options: &[&str], rules: &[&str]) -> FormField {
    FormField { name: name.to_owned(), options: words(options), rules: words(rules) }
}

/// A form with a country and an age, then the end, in a language whose labels these are.
fn known(language: Option<&str>, [person, country, age]: [&str; 3]) -> Flow {
    let way = |from, way: &str, to| Move { from, way: way.to_owned(), to };
    Flow {
        flow: "tiny".to_owned(),
        version: "draft".to_owned(),
        language: language.map(str::to_owned),
        steps: vec![spot(person, "form"), spot("", "end")],
        first: vec![0],
        moves: vec![way(0, "submit", 1), way(0, "submit", 0), way(1, "back", 0)],
        forms: vec![Form {
            step: 0,
            fields: vec![field(country, &["CA", "GB"], &["required"]), field(age, &[], &["minimum"])],
        }],
    }
}

fn english() -> Flow {
    known(None, ["Person", "Country", "Age"])
}

/// A test that chooses a country, with an age that is accepted, and gets to the end of a flow.
fn test(journal: &mut Journal, flow: &Flow, option: &str, verdict: Verdict) {
    let [person, end] = [0, 1].map(|step| flow.steps[step].clone());
    let fields = &flow.forms[0].fields;
    let used = |field: &FormField, options: &[&str]| UsedField {
        name: field.name.clone(),
        given: true,
        options: words(options),
        satisfied: field.rules.clone(),
        violated: Vec::new(),
    };
    let visit = |from: Option<&Spot>, way: &str, to: &Spot| Visit {
        flow: flow.flow.clone(),
        version: flow.version.clone(),
        language: flow.language.clone(),
        from: from.cloned(),
        way: way.to_owned(),
        to: to.clone(),
    };
    let exercised = Exercised {
        flow: flow.flow.clone(),
        version: flow.version.clone(),
        language: flow.language.clone(),
        at: Some(person.clone()),
        fields: vec![used(&fields[0], &[option]), used(&fields[1], &[])],
        error: None,
    };
    let step = |visit, exercised| Step { visit: Some(visit), exercised, ..blank_step() };
    journal.tests.push(Test {
        number: journal.tests.len(),
        name: format!("test {}", journal.tests.len()),
        verdict,
        steps: vec![
            step(visit(None, "begin", &person), Vec::new()),
            step(visit(Some(&person), "submit", &end), vec![Arc::new(exercised)]),
        ],
        ..blank_test()
    });
}

fn blank_step() -> Step {
    serde_json::from_str(
        r#"{"number":1,"label":"submit","place":{"file":"a.yaml","line":1,"column":1,"end_line":1,"end_column":1},
            "verdict":"passed","started":0.0,"seconds":0.0,"request_seconds":0.0,"pending_seconds":0.0,"failures":[],
            "exchanges":[],"polls":[]}"#,
    )
    .unwrap()
}

fn blank_test() -> Test {
    serde_json::from_str(
        r#"{"number":0,"name":"a","title":"","place":{"file":"a.yaml","line":1,"column":1,"end_line":1,"end_column":1},
            "files":[],"verdict":"passed","version":"draft","tags":[],"seconds":0.0,"request_seconds":0.0,
            "pending_seconds":0.0,"sessions":[],"attempts":[],"steps":[],"explanation":""}"#,
    )
    .unwrap()
}

fn told(coverage: &Coverage) -> Vec<String> {
    let count = |view: &ViewCoverage, kind: Kind, name: &str| {
        let Count { passing, failing, all } = view.count(kind);
        format!("{name} {passing}+{failing}/{all}")
    };
    let view = |view: &ViewCoverage| {
        let counts: Vec<String> = KINDS.iter().map(|(kind, name)| count(view, *kind, name)).collect();
        format!("{}: {}", view.name(), counts.join(", "))
    };
    coverage.views.iter().map(view).collect()
}

fn gaps(coverage: &Coverage) -> Vec<String> {
    let gap = |view: &ViewCoverage, item: &Item| {
        let (at, what) = view.words(&item.subject);
        format!("{} {at} {what}", item.subject.kind().name()).replace("  ", " ")
    };
    coverage.views.iter().flat_map(|view| view.gaps().map(move |item| gap(view, item))).collect()
}

#[test]
fn what_is_known_is_measured_and_failing_tests_are_told_apart() {
    let mut journal = Journal { flows: vec![english()], ..Journal::default() };
    test(&mut journal, &english(), "GB", Verdict::Review);
    test(&mut journal, &english(), "CA", Verdict::Failed);
    let coverage = Coverage::of(&journal);
    assert_eq!(
        told(&coverage),
        ["tiny: steps 2+0/2, transitions 1+0/2, options 1+1/2, fields 2+0/2, validations 2+0/4, error codes 0+0/6, \
          back edges 0+0/1, languages 1+0/1"]
    );
    assert_eq!(
        gaps(&coverage)[..5],
        [
            "transitions Person → Person",
            "options Person, Country CA",
            "validations Person, Country required violated",
            "validations Person, Age minimum violated",
            "error codes 4006",
        ]
    );
    assert_eq!(coverage.count(Kind::Options).percent(), Some(50.0));
    assert_eq!(Count::default().percent(), None);
}

#[test]
fn without_a_map_what_the_run_saw_is_measured() {
    let mut journal = Journal::default();
    test(&mut journal, &english(), "GB", Verdict::Passed);
    // A run that was killed told of no form: its options are not known, its fields are.
    let killed = Coverage::of(&journal);
    assert_eq!(killed.unknown_options, 1);
    assert_eq!((killed.count(Kind::Options).all, killed.count(Kind::Fields).passing), (0, 2));
    let form = english().forms[0].fields.clone();
    journal.tests[0].steps[0].form = form;
    let seen = Coverage::of(&journal);
    assert_eq!((seen.unknown_options, seen.count(Kind::Options).all, seen.count(Kind::Options).passing), (0, 2, 1));
}

#[test]
fn a_language_is_the_same_flow_in_other_words() {
    let french = known(Some("fr-FR"), ["Personne", "Pays", "Âge"]);
    let mut journal = Journal { flows: vec![english(), french.clone()], ..Journal::default() };
    test(&mut journal, &english(), "GB", Verdict::Passed);
    assert_eq!(gaps(&Coverage::of(&journal)).last().unwrap(), "languages fr-FR");
    test(&mut journal, &french, "CA", Verdict::Passed);
    let coverage = Coverage::of(&journal);
    assert_eq!(coverage.views.len(), 1, "{:?}", told(&coverage));
    assert!(told(&coverage)[0].contains("options 2+0/2") && told(&coverage)[0].contains("languages 2+0/2"));
    // One that has a further rule is not the same, and stands for itself.
    let mut other = known(Some("de"), ["Mensch", "Land", "Alter"]);
    other.forms[0].fields[1].rules.push("maximum".to_owned());
    journal.flows.push(other.clone());
    test(&mut journal, &other, "CA", Verdict::Passed);
    let coverage = Coverage::of(&journal);
    assert_eq!(coverage.views.iter().map(ViewCoverage::name).collect::<Vec<_>>(), ["tiny", "tiny, de"]);
    assert_eq!(coverage.count(Kind::Languages), Count { passing: 3, failing: 0, all: 3 });
}

#[test]
fn a_flow_that_no_test_is_about_is_told_once() {
    let french = known(Some("fr-FR"), ["Personne", "Pays", "Âge"]);
    let live = Flow { version: "live".to_owned(), ..english() };
    let journal = Journal { flows: vec![english(), french, live], ..Journal::default() };
    let coverage = Coverage::of(&journal);
    assert_eq!(coverage.views.len(), 1);
    assert!(told(&coverage)[0].starts_with("tiny: steps 0+0/2") && told(&coverage)[0].ends_with("languages 0+0/2"));
}

#[test]
fn skipped_tests_cover_nothing() {
    let mut journal = Journal { flows: vec![english()], ..Journal::default() };
    test(&mut journal, &english(), "GB", Verdict::Skipped);
    assert_eq!(Coverage::of(&journal).views[0].items.iter().map(|item| item.covered).max(), Some(Covered::No));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn shards_that_are_merged_cover_what_the_whole_run_does(whole in random::whole(), bits in any::<u64>()) {
        let shard = |index: usize| {
            let mine = |number: usize| usize::from(bits >> (number % 64) & 1 == 1) == index;
            let mut shard = whole.clone();
            shard.started = RunStarted { shard: Some(Shard { index: index + 1, count: 2 }), ..shard.started };
            shard.started.tests.retain(|test| mine(test.number));
            shard.tests.retain(|test| mine(test.number));
            (format!("{index}.jsonl"), shard)
        };
        let merged = Journal::merge(vec![shard(1), shard(0)], false, |_| 0).unwrap();
        prop_assert_eq!(Coverage::of(&merged), Coverage::of(&whole));
    }

    #[test]
    fn everything_is_counted_once_and_a_test_more_covers_no_less(whole in random::whole()) {
        let coverage = Coverage::of(&whole);
        for view in &coverage.views {
            let subjects: std::collections::HashSet<&Subject> = view.items.iter().map(|item| &item.subject).collect();
            prop_assert_eq!(subjects.len(), view.items.len());
        }
        let mut fewer = whole.clone();
        fewer.tests.pop();
        for (kind, name) in KINDS {
            let (less, more) = (Coverage::of(&fewer).count(kind), coverage.count(kind));
            prop_assert!(less.passing <= more.passing, "{}", name);
        }
    }
}
