//! `draftgate conform`: correct flows that look as if they were not, and faults behind forks.

use serde_json::Value;

use super::{after, all_reproduce, client, elements, found, found_on, refuse};
use crate::project::Project;
use crate::spoiling::{Fault, NONE, Spoiling};

/// What is found in a flow that the sandbox serves as it is.
fn found_in(flow: &str, arguments: &[&str]) -> (Vec<Value>, crate::project::Ended) {
    let project = Project::new().with("scenarios/one.flow.yaml", flow);
    let ended = project.draftgate(&[&["conform", "one", "--negatives", "--json", "found.json"], arguments].concat());
    let found: Value = serde_json::from_str(&project.read("found.json").unwrap()).unwrap();
    let rules = found["flows"][0]["rules"].as_array().unwrap();
    (rules.iter().filter(|rule| rule["result"] == "violated").cloned().collect(), ended)
}

#[test]
fn a_profile_that_cannot_be_read_violates_nothing() {
    // Forward again leads elsewhere, as where a service was executed again: only the profile would tell.
    let elsewhere = after(|call, answer, memory| {
        let past = memory.of(call.session.as_deref());
        if call.operation == "submit" && answer.status == 200 && past.taken.len() == 2 && past.taken[0] == past.taken[1]
        {
            answer.body["id"] = "0123456789abcdef01234567".into();
        }
    });
    let served = crate::conform::mini();
    let unread =
        |fault, rule| found_on(&Spoiling::with_profiles(&served, fault, false), &["--rule", rule, "--rule", "DG-15"]);
    assert_eq!(unread(elsewhere, "DG-05"), []);
    // No field shows what it holds, and the form demands it.
    let hidden = after(|_, answer, _| {
        elements(answer).for_each(|element| drop(element.as_object_mut().unwrap().remove("value")));
    });
    assert_eq!(unread(hidden, "DG-06"), []);
    assert_eq!(found(hidden, &["--rule", "DG-06"]).len(), 1);
    // A host that is down ends nothing.
    let spoiling = Spoiling::start(&served, elsewhere);
    let project = client(&spoiling);
    let config = project.read("scenarios/draftgate.yaml").unwrap();
    let down = config.replacen("server: { ", "server: { export_url: 'http://127.0.0.1:9/export', ", 1);
    project.write("scenarios/draftgate.yaml", down);
    project.draftgate(&["conform", "mini", "--rule", "DG-05"]).exits(0).says("the profile cannot be read: ");
}

#[test]
fn an_owner_may_be_asked_for_again() {
    let flow = "flow: one
nodes:
  - form: firm
    title: Company
    elements:
      - { name: Company name, type: text, required: true }
  - form: owner
    title: Owner
    elements:
      - { name: Last name, role: last_name, type: text, required: true }
      - { name: Is there another owner, type: dropdown, required: true, options: [again, no] }
  - { condition: more, when: owner.is_there_another_owner == 'again', then: owner, else: done }
  - end: done
";
    for seed in ["1", "2", "3", "4"] {
        let (violated, ended) = found_in(flow, &["--strict", "--seed", seed]);
        assert!(violated.is_empty(), "{seed}: {violated:#?}\n{}", ended.all());
    }
}

#[test]
fn what_is_refused_on_the_straight_way_is_not_passed_over() {
    // Whoever begins by paying with a card stands before it with some seeds, and finds it among others with some.
    let refused = after(|call, answer, _| {
        let body = call.body.as_ref().and_then(Value::as_object);
        if call.operation == "submit"
            && answer.status == 200
            && body.is_some_and(|body| body.values().any(|one| one == "card"))
        {
            refuse(answer, 4008);
        }
    });
    for seed in ["1", "2", "3", "4"] {
        let found = found(refused, &["--rule", "DG-12", "--seed", seed]);
        let texts: Vec<&Value> =
            found.iter().flat_map(|(_, findings)| findings).map(|finding| &finding["text"]).collect();
        assert_eq!(texts, ["Payment \u{201c}With a card\u{201d} is offered and leads nowhere: 4008 comes"], "{seed}");
        all_reproduce(refused, &found);
    }
}

#[test]
fn a_flow_that_cannot_be_gone_through_does_not_conform() {
    let served = crate::conform::mini();
    let nothing = after(|call, answer, _| {
        if call.operation == "submit" && answer.status == 200 {
            refuse(answer, 4008);
        }
    });
    let spoiling = Spoiling::start(&served, nothing);
    client(&spoiling)
        .draftgate(&["conform", "mini", "--rule", "DG-11"])
        .exits(1)
        .says("The straight way did not come to END: it was refused with 4008 No.")
        .says("the flow does not count as conforming");
    let flow = "flow: one
nodes:
  - form: wish
    title: Your wish
    elements:
      - { name: Amount, type: number, required: true, min: 1, max: 9 }
  - end: done
";
    assert!(found_in(flow, &[]).0.is_empty());
    // A choice that is demanded and offers nothing.
    let nothing_offered = Fault {
        after: |_, answer, _| {
            elements(answer).filter(|element| element["name"] == "Payment").for_each(|element| {
                element["prefillOptions"] = Value::Array(Vec::new());
            });
        },
        ..NONE
    };
    let found = found(nothing_offered, &["--rule", "DG-12"]);
    assert_eq!(found[0].1[0]["text"], "Payment is required, and nothing is offered to choose from", "{found:#?}");
}

const FORK: &str = "flow: one
nodes:
  - form: what
    title: What to insure
    elements:
      - { name: Object, type: dropdown, required: true, options: [car, house, pet] }
  - { condition: housed, when: what.object == 'house', then: house, else: furred }
  - { condition: furred, when: what.object == 'pet', then: pet, else: car }
  - form: car
    title: Car
    elements:
      - { name: Number plate, type: text, required: true, max_length: 40 }
    next: person
  - form: house
    title: House
    elements:
      - { name: Street of the house, type: text, required: true, max_length: 40 }
    next: person
  - form: pet
    title: Pet
    elements:
      - { name: Name of the pet, type: text, required: true, max_length: 40 }
  - form: person
    title: Policy holder
    elements:
      - { name: Last name, role: last_name, type: text, required: true }
  - end: done
";

/// What is found in the fork with a fault.
fn found_in_fork(fault: Fault, arguments: &[&str]) -> Vec<(String, String)> {
    let served = Project::new().with("scenarios/one.flow.yaml", FORK);
    let spoiling = Spoiling::start(&served, fault);
    let config = format!("server: {{ base_url: {} }}\nflows: {{ one: one }}\n", spoiling.base_url());
    let project = Project::new().with("scenarios/draftgate.yaml", config);
    let ended = project.draftgate(&[&["conform", "one", "--json", "found.json"], arguments].concat());
    let text = project.read("found.json").unwrap_or_else(|| panic!("{}", ended.all()));
    let found: Value = serde_json::from_str(&text).unwrap();
    let rules = found["flows"][0]["rules"].as_array().unwrap().clone();
    let findings = rules.iter().flat_map(|rule| {
        let id = rule["id"].as_str().unwrap().to_owned();
        let texts = rule["findings"].as_array().unwrap().clone().into_iter();
        texts.map(move |finding| (id.clone(), format!("{}: {}", finding["step"], finding["text"])))
    });
    findings.collect()
}

#[test]
fn back_is_tried_on_every_way_into_a_step() {
    // Back to the pet loses its name; the policy holder is come to from three forms.
    let loses = after(|call, answer, _| {
        if call.operation == "back" && answer.body["title"] == "Pet" {
            elements(answer).for_each(|element| drop(element.as_object_mut().unwrap().remove("value")));
        }
    });
    for seed in ["1", "2", "3"] {
        let found = found_in_fork(loses, &["--seed", seed, "--rule", "DG-06"]);
        let text = "after back from Policy holder, Name of the pet holds no longer what was entered";
        assert_eq!(found, [("DG-06".to_owned(), format!("\"Pet\": {text:?}"))], "{seed}");
    }
}

#[test]
fn applicants_are_held_against_each_other_behind_forks() {
    // Whoever has a pet is shown what the last one called theirs.
    let leaks = after(|call, answer, memory| {
        if let Some(body) = call.body.as_ref().filter(|_| call.operation == "submit" && answer.status == 200) {
            memory.of(Some("last")).taken.push(body.clone());
        }
        let taken = memory.of(Some("last")).taken.clone();
        for element in
            elements(answer).filter(|element| element["name"] == "Name of the pet" && element["value"].is_null())
        {
            let id = element["id"].as_str().unwrap().to_owned();
            if let Some(value) = taken.iter().rev().find_map(|taken| taken.get(&id)) {
                element["value"] = value.clone();
            }
        }
    });
    for seed in ["1", "2", "3"] {
        let found = found_in_fork(leaks, &["--seed", seed, "--rule", "DG-08"]);
        assert!(found.len() == 1 && found[0].1.starts_with("\"Pet\": "), "{seed}: {found:#?}");
    }
}
