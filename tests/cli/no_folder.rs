//! Commands that are about a flow, in a folder without scenarios; and scenarios outside of the scenario folder.

use crate::flows::{HAPPY, TINY, tiny};
use crate::project::Project;

/// A folder with nothing in it.
fn bare() -> Project {
    let project = Project::new();
    std::fs::remove_dir(project.path().join("scenarios")).unwrap();
    project
}

#[test]
fn a_server_needs_no_folder_of_scenarios() {
    let serving = tiny();
    let mut server = serving.start(&["sandbox"]);
    let base = format!("http://{}/wfs/interpreter-v2", server.until_ready().1);
    let project = bare();
    project.draftgate(&["explore", "tiny", "--base-url", &base]).exits(0).says("Wrote snapshots/maps/tiny.map.json");
    assert!(!project.path().join("scenarios").exists());
    project.draftgate(&["conform", "tiny", "--base-url", &base]).exits(0);
    project.draftgate(&["hold", "tiny", "--base-url", &base]).exits(0);
    let written = project.draftgate(&["new", "tiny", "--base-url", &base]).exits(0);
    written.says("Wrote scenarios/tiny.yaml").says("The folder scenarios is new.").says("--base-url, as this one did");
    project.draftgate(&["run", "--base-url", &base, "--update"]).exits(0);
    // Once it is there, it is not said again.
    project.draftgate(&["new", "tiny", "--base-url", &base, "--force"]).exits(0).never_says("is new");

    let named = bare();
    let variables = [("DRAFTGATE_BASE_URL", &*base)];
    named.draftgate_with(&variables, &["explore", "tiny", "--scenarios"]).exits(0).says("scenarios/tiny/");
    assert!(!named.files("scenarios/tiny").is_empty());
    for command in ["explore", "new", "conform", "hold", "diff"] {
        bare()
            .draftgate(&[command, "tiny"])
            .exits(2)
            .complains("there are no scenarios here: --base-url names a server");
    }
    server.ended_by("-INT");
}

#[test]
fn scenarios_outside_of_the_scenario_folder_have_the_project_s_configuration() {
    let serving = tiny();
    let mut server = serving.start(&["sandbox"]);
    let base = format!("http://{}/wfs/interpreter-v2", server.until_ready().1);
    let happy = HAPPY.replace("flow: tiny", "flow: little\nsnapshot: false");
    let project = Project::new()
        .with("scenarios/draftgate.yaml", format!("server: {{ base_url: \"{base}\" }}\nflows: {{ little: tiny }}\n"))
        .with("minimal/happy.yaml", &happy)
        .with("sandboxed/tiny.flow.yaml", TINY)
        .with("sandboxed/happy.yaml", happy.replace("little", "tiny"));
    project.draftgate(&["run", "minimal"]).exits(0).says("] happy\n");
    project.draftgate(&["run", "minimal/happy.yaml"]).exits(0);
    server.ended_by("-INT");
    // Flows of its own are played in the sandbox.
    project.draftgate(&["run", "sandboxed"]).exits(0);
    project.draftgate(&["run", "minimal"]).exits(5);
}
