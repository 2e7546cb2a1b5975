//! The conformance suite is whole: a scenario for every error code, and a table that knows every scenario.

use std::collections::BTreeSet;
use std::path::Path;

use draftgate::api::codes::{CODES, ErrorCode};
use draftgate::matcher::Test;
use draftgate::scenario::expectation::Expect;
use draftgate::scenario::{Scenario, discover, load};
use draftgate::source::Sources;
use draftgate::template::Templated;

const README: &str = include_str!("../scenarios/conformance/README.md");

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios"))
}

fn scenarios() -> Vec<Scenario> {
    let mut sources = Sources::default();
    let found = discover(folder(), &mut sources);
    load(&found, &|_| true, &mut sources).expect("the bundled scenarios are sound").scenarios
}

/// Whether a value is this code as it stands in the file.
fn is(value: &Templated, code: u16) -> bool {
    value.as_literal().and_then(|value| value.as_u64()) == Some(code.into())
}

/// Whether a step of the scenario must be answered with this code.
fn provokes(scenario: &Scenario, code: u16) -> bool {
    scenario.all_steps().iter().any(|step| match &step.expect {
        Some(Expect::Short(value)) => is(value, code),
        Some(Expect::Full(full)) => {
            let matcher = full.error.as_ref().and_then(|error| error.code.as_ref());
            matcher.is_some_and(|matcher| matches!(&matcher.test, Test::Literal(value) if is(value, code)))
        }
        None => false,
    })
}

/// The scenarios' names in a folder of the suite, by its files.
fn files(below: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder().join("conformance").join(below)).unwrap();
    entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// What the table links to in a folder of the suite.
fn linked(below: &str) -> BTreeSet<String> {
    let start = format!("({below}/");
    let links = README.match_indices(&start).map(|(at, _)| &README[at + start.len()..]);
    links.filter_map(|rest| rest.split_once(".yaml)").map(|(name, _)| name.to_owned())).collect()
}

#[test]
fn every_code_has_a_scenario_that_provokes_it() {
    let scenarios = scenarios();
    let named = |row: &ErrorCode| format!("conformance/codes/{}", row.number);
    let missing: Vec<u16> = CODES
        .iter()
        .filter(|row| {
            let own = scenarios.iter().find(|scenario| scenario.name == named(row));
            !own.is_some_and(|scenario| scenario.skip.is_none() && provokes(scenario, row.number))
        })
        .map(|row| row.number)
        .collect();
    assert!(missing.is_empty(), "no scenario provokes {missing:?}");
}

#[test]
fn the_table_of_codes_is_that_of_the_program() {
    for row in CODES {
        let ErrorCode { number, text, status, when, .. } = row;
        let line = format!("| {number} | {status} | {text} | {when} | [codes/{number}](codes/{number}.yaml) |\n");
        assert!(README.contains(&line), "scenarios/conformance/README.md lacks the line\n{line}");
    }
    let numbers: BTreeSet<String> = CODES.iter().map(|row| row.number.to_string()).collect();
    assert_eq!(files("codes"), numbers);
    assert_eq!(linked("codes"), numbers);
}

#[test]
fn the_table_of_rules_knows_every_scenario() {
    assert_eq!(linked("rules"), files("rules"));
}
