//! Configuration, environments, environment variables and flags: which wins, and what is said of mistakes in them.

use crate::flows::{HAPPY, STEP, TINY, plain, tiny};
use crate::project::Project;
use crate::scripted::{Reply, Scripted};

fn server() -> Scripted {
    Scripted::start(|_, _| Reply::step("s", STEP))
}

#[test]
fn flags_win_over_variables_over_environments_over_the_file() {
    let servers: Vec<Scripted> = (0..4).map(|_| server()).collect();
    let url = |at: usize| format!("{}/x", servers[at].url());
    let config = format!(
        "server: {{ base_url: \"{}\" }}\nenvironments:\n  staging: {{ server: {{ base_url: \"{}\" }} }}\n",
        url(0),
        url(1)
    );
    let project =
        Project::new().with("scenarios/draftgate.yaml", config).with("scenarios/a.yaml", plain("steps: [init]\n"));
    let (variable, flag) = (url(2), url(3));
    let called = || servers.iter().map(|server| server.targets().len()).collect::<Vec<_>>();
    project.draftgate(&["run"]).exits(0);
    assert_eq!(called(), [1, 0, 0, 0]);
    project.draftgate(&["run", "--env", "staging"]).exits(0);
    assert_eq!(called(), [1, 1, 0, 0]);
    project.draftgate_with(&[("DRAFTGATE_ENV", "staging")], &["run"]).exits(0);
    assert_eq!(called(), [1, 2, 0, 0]);
    let variables = [("DRAFTGATE_BASE_URL", variable.as_str())];
    project.draftgate_with(&variables, &["run", "--env", "staging"]).exits(0);
    assert_eq!(called(), [1, 2, 1, 0]);
    project.draftgate_with(&variables, &["run", "--env", "staging", "--base-url", &flag]).exits(0);
    assert_eq!(called(), [1, 2, 1, 1]);
    project.draftgate_with(&[("DRAFTGATE_BASE_URL", "")], &["run"]).exits(0);
    assert_eq!(called(), [2, 2, 1, 1], "an empty variable is none");
}

#[test]
fn an_environment_lies_over_the_rest_key_by_key() {
    let server = server();
    let config = format!(
        "{}environments:\n  staging: {{ flows: {{ tiny: f-staging }}, server: {{ paths: {{ flow: \"/other/{{flow}}\" }} }} }}\n",
        server.config()
    );
    let project =
        Project::new().with("scenarios/draftgate.yaml", config).with("scenarios/a.yaml", plain("steps: [init]\n"));
    project.draftgate(&["run", "--env", "staging"]).exits(0);
    project.draftgate(&["run"]).exits(0);
    let base = "GET /wfs/interpreter-v2/test";
    assert_eq!(server.targets(), [format!("{base}/other/f-staging"), format!("{base}/flow/f-1")]);
}

#[test]
fn an_unknown_environment_is_2_and_the_known_ones_are_named() {
    let project = tiny().with("scenarios/a.yaml", plain("steps: [init]\n"));
    project.write("scenarios/draftgate.yaml", "environments: { staging: {}, prod: {} }\n");
    let ended = project.draftgate(&["run", "--env", "stagin"]).exits(2);
    ended.complains("no environment `stagin`").complains("staging, prod");
    project.draftgate_with(&[("DRAFTGATE_ENV", "x")], &["run"]).exits(2).complains("no environment `x`");
}

#[test]
fn a_variable_that_is_not_set_is_a_mistake_at_its_place() {
    let project = tiny().with("scenarios/a.yaml", plain("steps: [init]\n"));
    for kind in ["env", "secret"] {
        let config = format!(
            "server:\n  base_url: http://127.0.0.1:9\n  client_id: me\n  client_secret: \"{{{{ {kind}.NOT_SET }}}}\"\n"
        );
        project.write("scenarios/draftgate.yaml", config);
        let ended = project.draftgate(&["run"]).exits(2);
        ended.complains("NOT_SET").complains("--> scenarios/draftgate.yaml:4:").complains("help:");
    }
}

#[test]
fn a_variable_that_is_not_set_is_no_mistake_where_it_is_not_needed() {
    let project = tiny().with("scenarios/a.yaml", plain("steps: [init]\n"));
    let config = "flows: { x: a }\nenvironments: { prod: { server: { base_url: \"{{ env.NOT_SET }}\" } } }\n";
    project.write("scenarios/draftgate.yaml", config);
    project.draftgate(&["run"]).exits(0);
    project.draftgate(&["run", "--env", "prod"]).exits(2).complains("NOT_SET");
    project.draftgate(&["lint"]).exits(0);
}

#[test]
fn variables_of_the_environment_are_seen_by_scenarios() {
    let server = server();
    let project = Project::new()
        .with("scenarios/draftgate.yaml", server.config())
        .with("scenarios/a.yaml", plain("language: \"{{ env.LANGUAGE_TAG }}\"\nsteps: [init]\n"));
    project.draftgate_with(&[("LANGUAGE_TAG", "fr-CA")], &["run"]).exits(0);
    assert_eq!(server.requests()[0].header("x-hf-language"), Some("fr-CA"));
    let ended = project.draftgate(&["run"]).exits(1);
    ended.says("LANGUAGE_TAG").says("scenarios/a.yaml:4:");
    assert_eq!(server.targets().len(), 1);
}

#[test]
fn credentials_come_whole_or_not_at_all() {
    let project = tiny().with("scenarios/a.yaml", plain("steps: [init]\n"));
    let ended = project.draftgate_with(&[("DRAFTGATE_CLIENT_SECRET", "hush-hush")], &["run"]).exits(2);
    ended.complains("there is a client_secret and no client_id").never_says("hush-hush");
    project.draftgate_with(&[("DRAFTGATE_CLIENT_ID", "me")], &["run"]).exits(2).complains("no client_secret");
}

#[test]
fn seeds_are_whole_numbers() {
    let project = tiny().with("scenarios/a.yaml", plain("steps: [init]\n"));
    project.draftgate_with(&[("DRAFTGATE_SEED", "x")], &["run"]).exits(2).complains("DRAFTGATE_SEED");
    project.draftgate(&["run", "--seed", "-1"]).exits(2);
}

#[test]
fn the_configuration_is_found_upwards_and_names_begin_at_its_folder() {
    let project = tiny().with("scenarios/deep/er/a.yaml", plain("steps: [init]\n"));
    project.write("scenarios/draftgate.yaml", "flows: { tiny: tiny }\n");
    let ended = project.draftgate(&["run", "scenarios/deep/er/a.yaml"]).exits(0);
    ended.says("] deep/er/a\n");
    project.draftgate(&["run", "scenarios/deep"]).exits(0).says("] deep/er/a\n");
}

#[test]
fn another_configuration_can_be_named() {
    let server = server();
    let project = tiny().with("scenarios/a.yaml", plain("steps: [init]\n")).with("ci.yaml", server.config());
    project.draftgate(&["run", "--config", "ci.yaml"]).exits(0);
    assert_eq!(server.targets().len(), 1);
}

#[test]
fn a_folder_without_configuration_is_run_as_it_is() {
    let project = Project::new().with("flows/tiny.flow.yaml", TINY).with("flows/sub/a.yaml", plain("steps: [init]\n"));
    project.draftgate(&["run", "flows"]).exits(0).says("] sub/a\n");
    let nowhere = tempfile::tempdir().unwrap();
    let ended = std::process::Command::new(env!("CARGO_BIN_EXE_draftgate"))
        .env_clear()
        .current_dir(nowhere.path())
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(2));
    assert!(String::from_utf8(ended.stderr).unwrap().contains("there are no scenarios here"));
}

#[test]
fn the_sandbox_knows_flows_by_name_and_an_unknown_one_is_told_as_the_api_tells_it() {
    let project = tiny().with("scenarios/happy.yaml", HAPPY.replace("flow: tiny", "flow: tine\nsnapshot: false"));
    project.draftgate(&["run"]).exits(1).says("4000").says("Flow not found");
}
