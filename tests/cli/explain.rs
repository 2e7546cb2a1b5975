//! `draftgate explain`.

use draftgate::api::codes::CODES;

use crate::project::Project;

#[test]
fn a_code_is_explained_by_its_scenario() {
    let ended = Project::new().draftgate(&["explain", "4006"]).exits(0);
    assert_eq!(
        ended.stdout,
        "4006  Missing data for required element  (HTTP 400)

When: a required field is not in the payload.

A scenario of draftgate's own suite that provokes it, scenarios/conformance/codes/4006.yaml:

  scenario: A required field cannot be left out
  flow: conformance
  snapshot: false
  steps:
    - init
    - submit: {}
      fill: valid
      omit: [Last name]
      expect: { error: { code: 4006, field: Last name }, status: 400, session: same }
"
    );
}

#[test]
fn every_code_is_listed_and_explained() {
    let project = Project::new();
    let list = project.draftgate(&["explain"]).exits(0);
    for row in CODES {
        let ended = project.draftgate(&["explain", &row.number.to_string()]).exits(0);
        ended.says(row.text).says(row.when).says("\n  steps:\n");
        assert!(list.stdout.contains(&format!("{:4}  {:4}  {}\n", row.number, row.status, row.text)));
    }
}

#[test]
fn what_is_no_code_is_told_with_its_neighbours() {
    let project = Project::new();
    let ended = project.draftgate(&["explain", "4004"]).exits(2);
    ended.complains(
        "error: `4004` is no error code of the API, which has 4003 and 4005; `draftgate explain` lists them all\n",
    );
    project.draftgate(&["explain", "9999"]).exits(2).complains("which has 6504");
    project.draftgate(&["explain", "everything"]).exits(2).complains("`everything` is no error code of the API; ");
}
