//! What the explanations of lint's warnings claim: the first example of each has the warning, the second has not.

use draftgate::source::CODES;

use crate::flows::{HAPPY, TINY};
use crate::project::Project;

/// What is odd in no scenario: `warnings.rs` has it.
const A_MAP: &str = "W020";

/// Two fields of one role.
const PHONES: &str = "flow: phones
nodes:
  - form: phones
    title: Phones
    elements: [ { name: Home phone, role: phone, type: text }, { name: Mobile phone, role: phone, type: text } ]
";

/// A project whose flow was once called differently in places, and whose runs saw both.
fn rebuilt() -> Project {
    let former = TINY.replace("name: First name", "name: Given name").replace("title: Address", "title: Home address");
    let project = Project::new()
        .with("scenarios/tiny.flow.yaml", former)
        .with("scenarios/happy.yaml", HAPPY.replace("First name", "Given name").replace("Address", "Home address"));
    project.draftgate(&["run", "--update"]).exits(0);
    project.write("scenarios/tiny.flow.yaml", TINY);
    project.write("scenarios/happy.yaml", HAPPY);
    project.write("scenarios/phones.flow.yaml", PHONES);
    project.write("scenarios/phones.yaml", "scenario: Phones are asked for\nflow: phones\nsteps: [ init ]\n");
    project.draftgate(&["run", "--update"]).exits(0);
    project
}

#[test]
fn each_example_has_its_warning_and_is_put_right() {
    let project = rebuilt();
    for entry in CODES.iter().filter(|entry| entry.number.starts_with('W') && entry.number != A_MAP) {
        let examples: Vec<&str> =
            entry.explanation.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        let [wrong, right] = examples[..] else { panic!("{} has {} examples", entry.number, examples.len()) };
        project.write("scenarios/example.yaml", wrong);
        let ended = project.draftgate(&["lint"]).exits(0);
        ended.complains(&format!("warning[{}]", entry.number)).complains("scenarios/example.yaml:");
        project.write("scenarios/example.yaml", right);
        project.draftgate(&["lint"]).exits(0).never_says(entry.number);
    }
}
