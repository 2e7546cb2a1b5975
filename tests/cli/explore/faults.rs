//! Flows with a fault, each beside its correct twin: the one is found, and nothing is found in the other.

use serde_json::Value;

use super::project;

/// A flow, what is found in it, and what makes it correct: a text and what stands in its place.
struct Case {
    flow: &'static str,
    finding: &'static str,
    mend: (&'static str, &'static str),
}

const LOOP: Case = Case {
    flow: "flow: faulty
nodes:
  - form: a
    title: Choice
    elements: [ { name: Where to, type: dropdown, required: true, options: [on, round] } ]
  - { condition: on, when: a.where_to == 'on', then: end, else: b }
  - form: b
    title: Round
    elements: [ { name: First word, type: text, required: true } ]
  - form: c
    title: And round
    elements: [ { name: Second word, type: text, required: true } ]
    next: b
",
    finding: "Round: from here nobody gets to an end; every way leads round Round, And round",
    mend: ("next: b", "next: end"),
};

const OPTION: Case = Case {
    flow: "flow: faulty
nodes:
  - form: a
    title: Choice
    elements:
      - { name: Plan, type: dropdown, required: true, options: [basic, gold, old] }
      - { name: Remark, type: text }
  - { service: check, type: TRULIOO_EIDV, fails: { code: 4008, when: a.plan == 'old' } }
  - form: b
    title: More
    elements: [ { name: Word, type: text, required: true } ]
",
    finding: "Choice: Plan may be old, which is refused with 4008",
    mend: (", old]", "]"),
};

const EMPTY: Case = Case {
    flow: "flow: faulty
nodes: []
",
    finding: "the flow does not begin: a refusal with 4003",
    mend: ("nodes: []", "nodes: [ { form: a, title: One, elements: [ { name: Word, type: text } ] } ]"),
};

const SERVICE: Case = Case {
    flow: "flow: faulty
nodes:
  - form: a
    title: Choice
    elements: [ { name: Word, type: text, required: true } ]
  - { service: check, type: TRULIOO_KYB_VERIFY, fails: 4009 }
  - form: b
    title: More
    elements: [ { name: Other word, type: text, required: true } ]
",
    finding: "Choice: submitting ends in 4009",
    mend: (", fails: 4009", ""),
};

const ONE_WAY: Case = Case {
    flow: "flow: faulty
nodes:
  - form: a
    title: Choice
    elements: [ { name: Plan, type: dropdown, required: true, options: [basic, gold] } ]
  - { condition: gold, when: a.plan == 'gold', then: check, else: b }
  - { service: check, type: TRULIOO_KYB_VERIFY, fails: 4009 }
  - form: b
    title: More
    elements: [ { name: Other word, type: text, required: true } ]
",
    finding: "Choice: submitting ends in 4009 (Service execution failed: TRULIOO_KYB_VERIFY) where Plan is gold",
    mend: (", fails: 4009", ""),
};

const REQUIRED: Case = Case {
    flow: "flow: faulty
nodes:
  - form: a
    title: Choice
    elements:
      - { name: Plan, type: dropdown, required: true, options: [basic, gold] }
      - { name: Income, type: number, min: 0, max: 90000 }
  - { service: check, type: TRULIOO_EIDV, fails: { code: 4008, when: not a.income } }
  - form: b
    title: More
    elements: [ { name: Word, type: text, required: true } ]
",
    finding: "Choice: Income need not be filled in, and leaving it empty is refused with 4008",
    mend: (", fails: { code: 4008, when: not a.income }", ""),
};

#[track_caller]
fn holds(case: &Case) {
    let faulty = project("faulty", case.flow);
    let ended = faulty.draftgate(&["explore", "faulty"]).exits(1);
    ended.says(case.finding).says("\n1 finding\n");
    assert!(case.flow.contains(case.mend.0));
    // Of a flow of which nothing was seen there is nothing to know.
    assert_eq!(faulty.files("snapshots/maps").is_empty(), case.flow.contains("nodes: []"));
    let correct = project("faulty", &case.flow.replace(case.mend.0, case.mend.1));
    correct.draftgate(&["explore", "faulty"]).exits(0).never_says("finding");
}

/// That the witness is of so many calls, that its scenario fails while the fault is there, and holds when it is mended.
#[track_caller]
fn is_shown(case: &Case, calls: usize, entered: &[&str]) {
    let faulty = project("faulty", case.flow);
    let ended = faulty.draftgate(&["explore", "faulty", "--witness", "--json", "found.json"]).exits(1);
    ended.says(&format!("  shown by {calls} calls:\n")).says("  the same as commands:\n").says("    curl -sS -X POST ");
    let found: Value = serde_json::from_str(&faulty.read("found.json").unwrap()).unwrap();
    let schema: Value = serde_json::from_str(&faulty.draftgate(&["schema", "exploration"]).exits(0).stdout).unwrap();
    let schema = jsonschema::draft7::new(&schema).unwrap();
    let wrong: Vec<String> = schema.iter_errors(&found).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let finding = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["text"].as_str().unwrap().starts_with(case.finding));
    let witness = &finding.unwrap_or_else(|| panic!("{} is not in {found:#}", case.finding))["witness"];
    assert_eq!((&witness["calls"], witness["curl"].as_array().unwrap().len()), (&calls.into(), calls));
    let scenario = witness["scenario"].as_str().unwrap();
    let said: Vec<&str> =
        scenario.lines().filter_map(|line| line.strip_prefix("      ")).filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(said, entered, "{scenario}");
    faulty.write("scenarios/witness.yaml", scenario);
    faulty.draftgate(&["run"]).exits(1);
    let mended = project("faulty", &case.flow.replace(case.mend.0, case.mend.1));
    mended.write("scenarios/witness.yaml", scenario.replace("steps:\n", "snapshot: false\nsteps:\n"));
    mended.draftgate(&["run"]).exits(0);
}

#[test]
fn a_witness_of_a_loop_goes_round_once() {
    is_shown(&LOOP, 4, &["Where to: round"]);
}

#[test]
fn a_witness_of_a_refusal_enters_what_is_refused() {
    is_shown(&SERVICE, 2, &[]);
    is_shown(&ONE_WAY, 2, &["Plan: gold"]);
    is_shown(&REQUIRED, 2, &[]);
}

#[test]
fn a_loop_without_an_end() {
    holds(&LOOP);
}

#[test]
fn an_option_that_is_refused() {
    holds(&OPTION);
}

#[test]
fn a_flow_that_does_not_begin() {
    holds(&EMPTY);
}

#[test]
fn a_service_that_fails() {
    holds(&SERVICE);
}

#[test]
fn a_service_that_fails_on_one_way() {
    holds(&ONE_WAY);
}

#[test]
fn a_field_that_may_be_empty_and_is_refused_so() {
    let faulty = project("faulty", REQUIRED.flow);
    faulty.draftgate(&["explore", "faulty"]).exits(1).says(REQUIRED.finding).says("Choice: Income may be 0, which is");
    let correct = project("faulty", &REQUIRED.flow.replace(REQUIRED.mend.0, REQUIRED.mend.1));
    correct.draftgate(&["explore", "faulty"]).exits(0).never_says("finding");
}
