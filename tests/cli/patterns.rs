//! Fields with patterns that leave little: what is made up for them, and what is said where nothing can be.

use crate::explore::{map, project};

/// A domain that is prescribed, look-ahead, and a field for which nothing can be made up that nobody else owns.
fn flow(last: &str) -> String {
    format!(
        "flow: strict
nodes:
  - form: account
    title: Account
    elements:
      - {{ name: Work email, type: text, required: true, pattern: '^[^@ ]+@company\\.com$' }}
      - {{ name: Number, type: text, required: true, pattern: '^(?!000)\\d{{9}}$' }}
      - {{ name: Password, type: text, required: true, pattern: '^(?=.*\\d)(?=.*[a-z]).{{8,}}$' }}
  - form: bank
    title: Bank
    elements:
      - {{ name: Contact, type: text, required: true, pattern: '^\\w+@bank[a-z]{{6}}\\.com$'{last} }}
  - end: done
    text: Done
"
    )
}

#[test]
fn look_around_and_a_prescribed_domain_are_filled_in() {
    let project = project("strict", &flow(", value: someone@bankabcdef.com"));
    project.draftgate(&["explore", "strict"]).exits(0).never_says("made up");
    assert_eq!(map(&project, "strict")["views"][0]["steps"].as_array().unwrap().len(), 3);
    project.draftgate(&["conform", "strict", "--negatives"]).exits(0);
    project.draftgate(&["new", "strict"]).exits(0).says("3 steps");
    let written = project.read("scenarios/strict.yaml").unwrap();
    assert!(written.contains("@company.com") && written.contains("someone@bankabcdef.com"), "{written}");
    project.draftgate(&["run", "--update"]).exits(0);
    let filled = "scenario: Filled\nflow: strict\nsteps:\n  - init\n  - submit: {}\n    fill: valid\n    expect: Bank\n  \
        - submit: { Contact: 'a@bankabcdeX.com' }\n    expect: 4008\n";
    project.write("scenarios/filled.yaml", filled);
    project.draftgate(&["run", "filled", "--update"]).exits(0);
}

#[test]
fn what_cannot_be_made_up_is_named_with_the_way_out_of_each_command() {
    let project = project("strict", &flow(""));
    let explored = project.draftgate(&["explore", "strict"]);
    explored.says("failed to fill `Contact`: found no value").says("personas.yaml");
    project.draftgate(&["conform", "strict"]).says("failed to fill `Contact`").says("that the form holds beforehand");
    project.draftgate(&["new", "strict"]).exits(0).says("failed to fill `Contact`").says("a value of your own");
    let filled = "scenario: Filled\nflow: strict\nsteps:\n  - init\n  - submit: {}\n    fill: valid\n  - submit: {}\n    fill: valid\n";
    project.write("scenarios/filled.yaml", filled);
    project.draftgate(&["run", "scenarios/filled.yaml"]).exits(1).says("give a value for it in `submit`");
    // The way out of exploring.
    project.write("scenarios/personas.yaml", "a client of the bank: { Contact: someone@bankabcdef.com }\n");
    project.draftgate(&["explore", "strict"]).exits(0);
    assert_eq!(map(&project, "strict")["views"][0]["steps"].as_array().unwrap().len(), 3);
}
