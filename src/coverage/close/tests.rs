use serde_json::{Value, json};

use super::*;
use crate::compose::write;
use crate::coverage::Coverage;
use crate::journal::Journal;

/// A map with a fork on the country: Canadians are asked for a province, everybody else gets to the end by a document check.
fn map() -> FlowMap {
    serde_json::from_value(json!({"format": 1, "flow": "tiny", "recorded": "2026-11-25", "complete": true, "views": [{
        "version": "draft", "first": ["Person"],
        "steps": [
            {"key": "Person", "title": "Person", "type": "form", "elements": [
                {"name": "Name", "type": "text", "required": true, "validations": [{"type": "length", "min": 2, "max": 5}]},
                {"name": "Country", "type": "dropdown", "required": true, "options": ["CA", "GB", "US"]},
                {"name": "Job", "type": "text", "required": true, "condition":
                    {"type": "all", "rules": [{"elementId": "Country", "operator": "equals", "value": "US"}]}},
            ]},
            {"key": "Province", "title": "Province", "type": "form", "elements": [
                {"name": "Since", "type": "date", "validations": [{"type": "range", "min": "1990-01-01"}]},
            ]},
            {"key": "Document", "title": "Document", "type": "trulioo_doc_v"},
            {"key": "end", "type": "end"},
        ],
        "moves": [
            {"from": "Person", "way": "submit", "to": "Province", "when": [[{"step": "Person", "field": "Country", "is": ["CA"]}]]},
            {"from": "Person", "way": "submit", "to": "Document"},
            {"from": "Document", "way": "submit", "to": "end"},
            {"from": "Province", "way": "back", "to": "Person"},
        ]}]}))
    .unwrap()
}

/// What is planned where no test covers anything: the scenarios' texts without what all have, and what stays open.
fn planned(map: &FlowMap) -> (Vec<(String, String)>, Vec<String>) {
    let flows = map.views.iter().map(|view| view.as_flow(&map.flow)).collect();
    let coverage = Coverage::of(&Journal { flows, ..Journal::default() });
    let view = &coverage.views[0];
    let Plan { closings, open } = plan(view, Some(map), &Tried::default());
    let text = |closing: &Closing| {
        let text = write(&closing.draft);
        text.split_once("snapshot: false\n").unwrap().1.to_owned()
    };
    let closings = closings.iter().map(|closing| (closing.name.clone(), text(closing))).collect();
    let open = open.iter().map(|(subject, why)| format!("{} {}: {why}", subject.kind().name(), view.words(subject).1));
    (closings, open.collect())
}

fn text_of<'t>(closings: &'t [(String, String)], name: &str) -> &'t str {
    let names = || closings.iter().map(|(name, _)| name).collect::<Vec<_>>();
    let found = closings.iter().find(|(known, _)| known == name);
    &found.unwrap_or_else(|| panic!("there is no {name} among {:?}", names())).1
}

#[test]
fn the_way_is_the_shortest_with_the_data_that_lead_it() {
    let (closings, _) = planned(&map());
    assert_eq!(
        text_of(&closings, "Person to Province"),
        "steps:\n  - init\n\n  - submit:\n      Country: CA\n    fill: valid\n    expect: Province\n"
    );
    // Whatever leads no other way.
    assert!(text_of(&closings, "Person to Document").contains("Country: GB\n    fill: valid\n    expect: Document\n"));
    assert!(text_of(&closings, "Province back to Person").ends_with("  - back:\n    expect: Person\n"));
}

#[test]
fn rules_are_broken_one_at_a_time() {
    let (closings, open) = planned(&map());
    let excluded = text_of(&closings, "Person Name excluded");
    assert!(
        excluded.starts_with(
            "cases:\n  - { case: minimum length, value: a }\n  - { case: maximum length, value: aaaaaa }\n"
        ),
        "{excluded}"
    );
    assert!(
        excluded.ends_with("      Name: \"{{ value }}\"\n    fill: valid\n    expect: { error: 4008 }\n"),
        "{excluded}"
    );
    let incomplete = text_of(&closings, "Person incomplete");
    assert!(
        incomplete.contains("  - { case: Country, field: Country }\n") && !incomplete.contains("Job"),
        "{incomplete}"
    );
    assert!(incomplete.ends_with("    omit: \"{{ field }}\"\n    expect: { error: 4006 }\n"), "{incomplete}");
    assert!(text_of(&closings, "Province Since excluded").contains("Since: 1989-12-31\n"));
    assert!(text_of(&closings, "code 4007").contains("Since: the other day\n"));
    let without = text_of(&closings, "Person without Job");
    assert!(without.contains("Country: US\n") && without.contains("omit: [Job]\n"), "{without}");
    assert!(!open.iter().any(|open| open.contains("required violated")), "{open:?}");
}

#[test]
fn a_field_that_is_hidden_is_shown_first() {
    let (closings, _) = planned(&map());
    // The one option that neither way takes comes with the field that it shows.
    let with_job = text_of(&closings, "Person with Job");
    assert!(with_job.contains("Country: US\n    fill: valid\n"), "{with_job}");
}

#[test]
fn what_one_scenario_closes_on_its_way_gets_none_of_its_own() {
    let (closings, _) = planned(&map());
    let names: Vec<&str> = closings.iter().map(|(name, _)| name.as_str()).collect();
    assert!(!names.iter().any(|name| name.starts_with("to Province") || *name == "Person with Name"), "{names:?}");
    assert_eq!(text_of(&closings, "Person Country options").matches("case:").count(), 0, "only US is left: {names:?}");
}

#[test]
fn where_no_way_is_known_it_is_said_why() {
    let (_, open) = planned(&map());
    let reason = "the way leads through Document (trulioo_doc_v), which only a person or an SDK passes";
    assert!(open.contains(&format!("transitions Document → end: {reason}")), "{open:?}");
    let mut unexplored = map();
    unexplored.views[0].moves.iter_mut().for_each(|known| known.when.clear());
    let (_, open) = planned(&unexplored);
    let reason = "what leads from Person to Province is not known: `draftgate explore FLOW` finds out";
    assert!(open.contains(&format!("transitions Person → Province: {reason}")), "{open:?}");
    let gaps = Coverage::of(&Journal { flows: vec![map().views[0].as_flow("tiny")], ..Journal::default() });
    assert!(plan(&gaps.views[0], None, &Tried::default()).open.iter().all(|(_, why)| why == "the flow has no map yet"));
}

#[test]
fn numbers_lead_ways_by_their_bounds() {
    let mut map = map();
    let person = &mut map.views[0].steps[0];
    person.elements.push(serde_json::from_value(json!({"name": "Income", "type": "number"})).unwrap());
    let between =
        |least: Value, most: Value| json!([[{"step": "Person", "field": "Income", "between": [least, most]}]]);
    map.views[0].moves[0].when = serde_json::from_value(between(json!(10000), Value::Null)).unwrap();
    let (closings, _) = planned(&map);
    assert!(text_of(&closings, "Person to Province").contains("Income: 10000\n"));
    assert!(text_of(&closings, "Person to Document").contains("Income: 9999\n"));
}
