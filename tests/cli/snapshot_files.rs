//! The bytes of snapshot files, which other tools read.

use crate::flows::{TINY, tiny};
use crate::project::Project;

const SCENARIO: &str = "scenario: It begins\nflow: tiny\nsteps:\n  - init:\n    name: \"Who are \\\"you\\\"?\"\n";
const BODY: &str = r#"{
  "canGoBack": false,
  "elements": [
    {
      "id": "[id:First name]",
      "name": "First name",
      "role": "first_name",
      "type": "text",
      "validations": [
        {
          "type": "required"
        }
      ]
    },
    {
      "id": "[id:Age]",
      "name": "Age",
      "type": "number",
      "validations": [
        {
          "min": 18,
          "type": "range"
        }
      ]
    }
  ],
  "id": "[id:Personal details]",
  "title": "Personal details",
  "type": "form"
}
"#;
const PATH: &str = "snapshots/begin/01-Who-are-you.snap";

fn begin() -> Project {
    tiny().with("scenarios/begin.yaml", SCENARIO)
}

/// A file with its header, in which only one awaiting review has the line.
fn file(line: &str) -> String {
    format!(
        "---\nsource: \"scenarios/begin.yaml\"\n{line}description: \"step 1: Who are \\\"you\\\"?\"\n\
         info: {{\"step\":1,\"name\":\"Who are \\\"you\\\"?\"}}\ninput_file: \"scenarios/begin.yaml\"\n---\n{BODY}"
    )
}

#[test]
fn what_awaits_review_has_the_steps_line() {
    let project = begin();
    project.draftgate(&["run"]).exits(6);
    assert_eq!(project.read(&format!("{PATH}.new")).unwrap(), file("assertion_line: 4\n"));
}

#[test]
fn what_is_accepted_has_not() {
    let project = begin();
    project.draftgate(&["run", "--update"]).exits(0);
    assert_eq!(project.read(PATH).unwrap(), file(""));
}

#[test]
fn insta_reads_both() {
    let project = begin();
    project.draftgate(&["run"]).exits(6);
    let pending = insta::Snapshot::from_file(&project.path().join(format!("{PATH}.new"))).unwrap();
    assert_eq!(pending.metadata().assertion_line(), Some(4));
    project.draftgate(&["run", "--update"]).exits(0);
    let accepted = insta::Snapshot::from_file(&project.path().join(PATH)).unwrap();
    assert_eq!(accepted.metadata().assertion_line(), None);
    assert_eq!(accepted.metadata().description(), Some("step 1: Who are \"you\"?"));
    assert_eq!(accepted.contents().as_text().unwrap().to_string().trim_end(), BODY.trim_end());
}

#[test]
fn headers_line_ends_and_trailing_space_make_no_difference() {
    let project = begin();
    let texts = [
        format!("---\nsource: elsewhere\n---\n{BODY}\n\n"),
        format!("---\r\nsource: elsewhere\r\n---\r\n{}", BODY.replace('\n', "\r\n")),
        format!("---\nsource: elsewhere\n---\n{}", BODY.trim_end()),
    ];
    for text in texts {
        project.write(PATH, &text);
        project.draftgate(&["run"]).exits(0);
        assert_eq!(project.read(PATH).as_deref(), Some(text.as_str()), "and a file that passes is left as it is");
    }
}

#[test]
fn the_same_run_writes_the_same_bytes() {
    let project = begin();
    project.draftgate(&["run", "--update"]).exits(0);
    let before = project.read(PATH);
    std::fs::remove_file(project.path().join(PATH)).unwrap();
    project.write("scenarios/tiny.flow.yaml", format!("# built anew\n{TINY}"));
    project.draftgate(&["run", "--update"]).exits(0);
    assert_eq!(project.read(PATH), before);
}

#[test]
fn used_snapshots_are_told_to_insta() {
    let project = begin();
    let references = project.path().join("references.txt");
    let variable = [("INSTA_SNAPSHOT_REFERENCES_FILE", references.to_str().unwrap())];
    project.draftgate_with(&variable, &["run", "--update"]).exits(0);
    let expected = project.path().join(PATH).canonicalize().unwrap();
    let told = project.read("references.txt").unwrap();
    assert_eq!(std::path::Path::new(told.trim_end()).canonicalize().unwrap(), expected);
}

#[test]
fn what_awaits_review_goes_where_insta_wants_it() {
    let project = begin();
    let folder = project.path().join("pending");
    let variables =
        [("INSTA_PENDING_DIR", folder.to_str().unwrap()), ("INSTA_WORKSPACE_ROOT", project.path().to_str().unwrap())];
    project.draftgate_with(&variables, &["run"]).exits(6);
    assert_eq!(project.files("pending"), [format!("pending/{PATH}.new")]);
    assert!(project.files("snapshots").is_empty());
}
