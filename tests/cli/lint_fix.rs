//! What is certain is put right in the files, and everything else in them stays byte for byte.

use crate::flows::{HAPPY, TINY, tiny};
use crate::project::Project;

/// A project that was run with former labels, and whose flow has new ones since.
fn renamed() -> Project {
    let project = tiny().with("scenarios/happy.yaml", HAPPY);
    project.draftgate(&["run", "--update"]).exits(0);
    let flow = TINY
        .replace("name: First name", "name: Given name")
        .replace("title: Address", "title: \"Where you live: now\"");
    project.write("scenarios/tiny.flow.yaml", flow);
    // The scenarios fail now, and the map has learnt why.
    project.draftgate(&["run"]).exits(1);
    project.write("scenarios/learn.yaml", LEARN);
    project.draftgate(&["run", "learn"]);
    project
}

const LEARN: &str =
    "scenario: By role\nflow: tiny\nsnapshot: false\nsteps:\n  - init\n  - submit: { first_name: Ada }\n";

const BEFORE: &str = "\u{feff}# a comment with First name in it\r
scenario: \"First name\"   # stays
flow: tiny
steps:
  - init:
    expect: { elements: ['First name', Age], fields: { \"First name\": { required: true } } }
    capture: { key: field First name }
  - submit: {   First name: \"{{ key }}\", name:Age  : 20 }   # and this
    expect:   Address
";

const AFTER: &str = "\u{feff}# a comment with First name in it\r
scenario: \"First name\"   # stays
flow: tiny
steps:
  - init:
    expect: { elements: ['Given name', Age], fields: { \"Given name\": { required: true } } }
    capture: { key: field Given name }
  - submit: {   Given name: \"{{ key }}\", name:Age  : 20 }   # and this
    expect:   \"Where you live: now\"
";

#[test]
fn new_labels_and_titles_are_written_and_nothing_else_is_changed() {
    let project = renamed();
    std::fs::remove_file(project.path().join("scenarios/happy.yaml")).unwrap();
    project.write("scenarios/a.yaml", BEFORE);
    let ended = project.draftgate(&["lint"]).exits(0);
    ended
        .complains("the field `First name` is called `Given name` now")
        .complains("help: write the field's new label")
        .complains("5 warnings found\n5 of them can be put right by `draftgate lint --fix`\n")
        .complains("the step `Address` is called `Where you live: now` now");
    let ended = project.draftgate(&["lint", "--fix", "--dry-run"]).exits(0);
    ended.says("\n-    capture: { key: field First name }\n").says("\n+    capture: { key: field Given name }\n");
    assert_eq!(project.read("scenarios/a.yaml").as_deref(), Some(BEFORE));
    let ended = project.draftgate(&["lint", "--fix"]).exits(0);
    let ended = ended.complains("fixed scenarios/a.yaml: 5 changes").says("no mistakes");
    ended.never_says("warning");
    assert_eq!(project.read("scenarios/a.yaml").as_deref(), Some(AFTER));
    project.draftgate(&["lint", "--fix"]).exits(0).never_says("fixed");
}

#[test]
fn a_fragment_is_put_right_once_for_all_who_use_it() {
    let project = renamed();
    std::fs::remove_file(project.path().join("scenarios/happy.yaml")).unwrap();
    let fragment = "fragment: F\nsteps:\n  - init\n  - submit: { \"First name\": Ada }\n";
    project.write("scenarios/parts/f.yaml", fragment);
    for name in ["a", "b"] {
        let text =
            format!("scenario: {name}\nflow: tiny\nsteps:\n  - use: parts/f.yaml\n  - back:\n    name: {name}\n");
        project.write(&format!("scenarios/{name}.yaml"), text);
    }
    project.draftgate(&["lint", "--fix"]).exits(0).complains("fixed scenarios/parts/f.yaml: 1 change\n");
    assert_eq!(project.read("scenarios/parts/f.yaml").unwrap(), fragment.replace("First name", "Given name"));
}

#[test]
fn files_with_mistakes_are_left_alone() {
    let project = renamed();
    project.write("scenarios/bad.yaml", "scenario: Bad\nflow: tiny\nsteps: [inti]\n");
    project.draftgate(&["lint", "--fix"]).exits(3).complains("did you mean `init`?").never_says("fixed");
    assert_eq!(project.read("scenarios/happy.yaml").as_deref(), Some(HAPPY));
}
