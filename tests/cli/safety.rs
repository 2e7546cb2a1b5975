//! What a run does not do unless it is told to on the command line.

use crate::flows::{STEP, plain};
use crate::project::Project;
use crate::scripted::{Reply, Scripted};

fn live(server: &Scripted) -> Project {
    Project::new()
        .with("scenarios/draftgate.yaml", server.config())
        .with("scenarios/live.yaml", plain("version: live\nsteps: [init]\n"))
        .with("scenarios/draft.yaml", plain("version: draft\nsteps: [init]\n"))
}

fn server() -> Scripted {
    Scripted::start(|_, _| Reply::step("s", STEP))
}

#[test]
fn the_live_version_is_refused_and_nothing_is_sent_to_it() {
    let server = server();
    let ended = live(&server).draftgate(&["run"]).exits(2);
    ended
        .says(" REFUSED [ ")
        .says("error[E049]: this scenario calls the live version of the flow, which this run does not allow\n")
        .says(" --> scenarios/live.yaml:4:")
        .says("add --allow-live");
    assert_eq!(server.targets(), ["GET /wfs/interpreter-v2/test/flow/f-1"]);
}

#[test]
fn the_live_version_is_called_where_it_is_allowed() {
    let server = server();
    live(&server).draftgate(&["run", "--allow-live"]).exits(0);
    let mut targets = server.targets();
    targets.sort();
    assert_eq!(targets, ["GET /wfs/interpreter-v2/flow/f-1", "GET /wfs/interpreter-v2/test/flow/f-1"]);
}

#[test]
fn allowing_the_live_version_changes_nothing_for_others() {
    let server = server();
    live(&server).draftgate(&["run", "--allow-live", "draft"]).exits(0);
    assert_eq!(server.targets(), ["GET /wfs/interpreter-v2/test/flow/f-1"]);
}

#[test]
fn neither_configuration_nor_environment_allows_the_live_version() {
    let server = server();
    let project = live(&server);
    project.draftgate_with(&[("DRAFTGATE_ALLOW_LIVE", "1")], &["run", "live"]).exits(2);
    project.write("scenarios/draftgate.yaml", format!("{}run: {{ allow_live: true }}\n", server.config()));
    project.draftgate(&["run", "live"]).exits(2);
    assert!(server.targets().is_empty());
}

#[test]
fn a_template_does_not_make_a_version_live() {
    let server = server();
    let project = live(&server);
    project.write("scenarios/live.yaml", plain("vars: { v: live }\nversion: \"{{ v }}\"\nsteps: [init]\n"));
    project.draftgate(&["run", "--allow-live"]).exits(3).complains("scenarios/live.yaml:5:10");
    assert!(server.targets().is_empty());
}
