//! Flows with a fault, each beside its correct twin: the one is found, and nothing is found in the other.

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
    finding: "Choice: submitting ends in 4009",
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
