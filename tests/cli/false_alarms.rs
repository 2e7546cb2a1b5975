//! What is sound is not accused: scenarios that pass, each written to look like something that a check is about.

use crate::blocks;
use crate::flows::{HAPPY, tiny};
use crate::project::Project;

/// Sound scenarios, some for each check.
const SOUND: &str = include_str!("false_alarms.md");

/// A project of them all, beside the flow `tiny`.
fn sound() -> Project {
    let project = tiny().with("scenarios/happy.yaml", HAPPY);
    blocks::groups(SOUND).iter().flatten().for_each(|block| block.write(&project));
    project
}

#[test]
fn what_passes_is_not_odd() {
    let project = sound();
    // Before anything is known of the flows, and with what the runs of these very scenarios saw.
    project.draftgate(&["lint", "--deny-warnings"]).exits(0).says("no mistakes");
    project.draftgate(&["run", "--update"]).exits(0);
    project.draftgate(&["lint", "--deny-warnings"]).exits(0).says("no mistakes");
}
