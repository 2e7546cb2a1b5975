//! Options whose values are ids that the builder made up: scenarios say their labels, and outlive a rebuild.

use crate::explore::{map, project};
use crate::project::Project;

/// A choice and a multi-select with generated ids, a field that hangs on the one and steps that hang on both. Another `build`
/// has other ids.
fn flow(build: char) -> String {
    let text = "flow: estate
nodes:
  - form: property
    title: Property
    elements:
      - { name: Property type, type: dropdown, required: true, options: [ { value: 01, label: House }, { value: 02, label: Shop } ] }
      - { name: Extras, type: checkbox_group, options: [ { value: 03, label: Garden }, { value: 04, label: Garage } ] }
      - { name: Plan, type: dropdown, required: true, options: [ { value: pro, label: Professional }, { value: free, label: Free } ] }
      - { name: Shop name, type: text, required: true, condition: { element: Property type, equals: 02 } }
  - { condition: is-shop, when: property.property_type == '02', then: licence, else: done }
  - form: licence
    title: Licence
    elements: [ { name: Number, type: text, required: true } ]
  - end: done
    text: Done
";
    (1..5).fold(text.to_owned(), |text, number| {
        text.replace(&format!("0{number}"), &format!("{build}87fd5df94206bf5de157c8{number}"))
    })
}

const SAID: &str = "scenario: A shop
flow: estate
snapshot: false
steps:
  - init
  - submit: { Property type: Shop, Extras: [Garage, Garden], Plan: Professional, Shop name: Corner }
    expect: Licence
  - back
  - submit: { Property type: Castle, Plan: pro }
    expect: 4008
";

fn is_generated(text: &str) -> bool {
    text.contains("87fd5df94206bf5de157c8")
}

/// No file of scenarios or maps has a generated id.
#[track_caller]
fn says_labels(project: &Project) {
    let files =
        project.files("scenarios").into_iter().filter(|file| file.ends_with(".yaml") && !file.ends_with(".flow.yaml"));
    for file in files.chain(["snapshots/maps/estate.map.json".to_owned()]) {
        let text = project.read(&file).unwrap();
        assert!(!is_generated(&text), "{file}:\n{text}");
    }
}

#[test]
fn labels_are_sent_as_values_and_lint_knows_them() {
    let project = project("estate", &flow('f')).with("scenarios/said.yaml", SAID);
    project.draftgate(&["run"]).exits(0);
    assert!(is_generated(&flow('f')));
    let linted = project.draftgate(&["lint"]).exits(0);
    linted.never_says("option");
    project.write("scenarios/wrong.yaml", SAID.replace("A shop", "Wrong").replace("Professional", "Proffesional"));
    let wrong = project.draftgate(&["lint"]);
    wrong.complains("`Plan` has no option `Proffesional`").complains("did you mean `Professional`?");
    // The id is the value, for now.
    let value = SAID.replace("A shop", "By value").replace("type: Shop", "type: f87fd5df94206bf5de157c82");
    project.write("scenarios/wrong.yaml", &value);
    project.draftgate(&["run"]).exits(0);
    project.draftgate(&["lint"]).exits(0).never_says("option");
}

#[test]
fn what_is_written_outlives_a_rebuild() {
    let project = project("estate", &flow('f'));
    project.draftgate(&["new", "estate"]).exits(0);
    project.draftgate(&["explore", "estate", "--scenarios"]).exits(0).says("Shop");
    let map = map(&project, "estate");
    let moves = map["views"][0]["moves"].to_string();
    assert!(moves.contains("[\"Shop\"]") && moves.contains("[\"House\"]"), "{moves}");
    let covered = project.draftgate(&["coverage", "--write"]);
    covered.says("Wrote");
    says_labels(&project);
    let written = project.files("scenarios").len();
    assert!(written > 5, "{written}");
    project.draftgate(&["run", "--update"]).exits(0);
    let covered = project.draftgate(&["coverage"]).exits(0);
    let row = covered.stdout.lines().find(|line| line.starts_with("estate  ")).unwrap();
    assert!(row.contains("6/6"), "every option by its label: {row}");
    project.write("scenarios/estate.flow.yaml", flow('a'));
    project.draftgate(&["run", "--update"]).exits(0);
    assert!(project.draftgate(&["coverage"]).exits(0).stdout.contains(row), "the same after a rebuild");
    project.draftgate(&["explore", "estate"]).exits(0);
    says_labels(&project);
}
