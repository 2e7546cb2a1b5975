//! A small flow and scenarios of it, and the same as a script for a server.

use crate::project::Project;

/// Two forms, with ids that are new at every load.
pub const TINY: &str = "flow: tiny
nodes:
  - form: personal
    title: Personal details
    elements:
      - { name: First name, role: first_name, type: text, required: true }
      - { name: Age, type: number, min: 18 }
  - form: address
    title: Address
    elements: [ { name: City, type: text, required: true } ]
";

/// From the beginning to the end.
pub const HAPPY: &str = "scenario: An applicant gets through
flow: tiny
steps:
  - init
  - submit: { First name: Ada }
    expect: Address
  - submit: { City: London }
    expect: end
";

/// A step as a server may answer it, without elements.
pub const STEP: &str = r#"{"id":"s1","title":"Personal details","type":"form","canGoBack":false,"elements":[]}"#;

/// A scenario of the flow `tiny` without snapshots.
pub fn plain(rest: &str) -> String {
    format!("scenario: It is plain\nflow: tiny\nsnapshot: false\n{rest}")
}

/// A project with the flow and nothing else.
pub fn tiny() -> Project {
    Project::new().with("scenarios/tiny.flow.yaml", TINY)
}
