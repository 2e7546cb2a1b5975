//! Client-credential tokens: how they are asked for, shared, renewed and kept.

use crate::project::Project;
use crate::scripted::{Reply, Request, Scripted};
use crate::wire_api::{answer, scenario};

const TOKEN: &str = "POST /connect/token";
const CREDENTIALS: &str = "  client_id: me & you\n  client_secret: \"{{ secret.SECRET }}\"\nflows:";
const SECRET: (&str, &str) = ("SECRET", "p&ss=w+rd/ü 1~*");

fn authenticated(server: &Scripted) -> Project {
    Project::new().with("scenarios/draftgate.yaml", server.config().replace("flows:", CREDENTIALS))
}

fn bearers(server: &Scripted) -> Vec<Option<String>> {
    let requests = server.requests();
    let calls = requests.iter().filter(|request| request.target() != TOKEN);
    calls.map(|request| request.header("authorization").map(str::to_owned)).collect()
}

fn tokens(server: &Scripted) -> usize {
    server.targets().iter().filter(|target| *target == TOKEN).count()
}

#[test]
fn a_token_is_asked_for_with_a_form_in_the_order_of_the_documentation() {
    let server = Scripted::start(answer);
    let project = authenticated(&server).with("scenarios/a.yaml", scenario("auth: client\nsteps: [init]\n"));
    project.draftgate_with(&[SECRET], &["run"]).exits(0);
    let requests = server.requests();
    let token = &requests[0];
    assert_eq!(token.target(), TOKEN);
    assert_eq!(token.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(token.header("authorization"), None);
    assert_eq!(
        token.text(),
        "client_id=me+%26+you&client_secret=p%26ss%3Dw%2Brd%2F%C3%BC+1%7E*&grant_type=client_credentials\
         &scope=workflow.studio.api"
    );
    assert_eq!(requests[1].header("authorization"), Some("Bearer t0ken-value"));
}

#[test]
fn a_configured_scope_goes_out() {
    let server = Scripted::start(answer);
    let project = authenticated(&server).with("scenarios/a.yaml", scenario("auth: client\nsteps: [init]\n"));
    project.draftgate_with(&[SECRET, ("DRAFTGATE_SCOPE", "other.scope")], &["run"]).exits(0);
    assert!(server.requests()[0].text().ends_with("&scope=other.scope"));
}

#[test]
fn one_token_is_fetched_for_all_scenarios() {
    let server = Scripted::start(answer);
    let project = authenticated(&server);
    for name in ["a", "b", "c", "d"] {
        let text = scenario("auth: client\nsteps: [init, current]\n");
        project.write(&format!("scenarios/{name}.yaml"), text);
    }
    project.draftgate_with(&[SECRET], &["run"]).exits(0);
    assert_eq!(tokens(&server), 1, "{:?}", server.targets());
    assert_eq!(bearers(&server), vec![Some("Bearer t0ken-value".to_owned()); 8]);
}

#[test]
fn a_token_that_has_expired_is_renewed() {
    let numbered = |request: &Request, before: usize| match request.target() {
        TOKEN => Reply::json(200, &format!(r#"{{"access_token":"token-number-{before}","expires_in":0}}"#)),
        _ => answer(request, before),
    };
    let server = Scripted::start(numbered);
    let project = authenticated(&server).with("scenarios/a.yaml", scenario("auth: client\nsteps: [init, current]\n"));
    project.draftgate_with(&[SECRET], &["run"]).exits(0);
    assert_eq!(tokens(&server), 2);
    let expected = ["Bearer token-number-0", "Bearer token-number-2"].map(|bearer| Some(bearer.to_owned()));
    assert_eq!(bearers(&server), expected);
}

#[test]
fn without_auth_only_the_profile_carries_the_token() {
    let server = Scripted::start(answer);
    let project = authenticated(&server).with("scenarios/a.yaml", scenario("steps: [init, profile, current]\n"));
    project.draftgate_with(&[SECRET], &["run"]).exits(0);
    assert_eq!(bearers(&server), [None, Some("Bearer t0ken-value".to_owned()), None]);
}

#[test]
fn a_token_that_a_step_fetched_is_used_from_then_on() {
    let server = Scripted::start(answer);
    let steps =
        "steps:\n  - authenticate: { client_id: a, client_secret: \"{{ secret.SECRET }}\", scope: s }\n  - init\n";
    let project = authenticated(&server).with("scenarios/a.yaml", scenario(steps));
    project.draftgate_with(&[SECRET], &["run"]).exits(0);
    assert!(server.requests()[0].text().starts_with("client_id=a&client_secret=p%26ss"));
    assert_eq!(bearers(&server), [Some("Bearer t0ken-value".to_owned())]);
}

#[test]
fn a_token_endpoint_that_gives_none_ends_the_scenario_without_a_call() {
    let refusing = |request: &Request, before: usize| match request.target() {
        TOKEN => Reply::json(401, r#"{"error":"invalid_client"}"#),
        _ => answer(request, before),
    };
    let server = Scripted::start(refusing);
    let project = authenticated(&server).with("scenarios/a.yaml", scenario("auth: client\nsteps: [init]\n"));
    let ended = project.draftgate_with(&[SECRET], &["run"]).exits(5);
    ended.says("the token endpoint answered HTTP 401 without an access_token").never_says(SECRET.1);
    assert_eq!(server.targets(), [TOKEN]);
}

#[test]
fn a_secret_is_not_sent_in_the_clear_to_another_machine() {
    let config = "server:\n  base_url: http://example.invalid/wfs\n  token_url: http://example.invalid/connect/token\n  \
                  client_id: me\n  client_secret: \"{{ secret.SECRET }}\"\n";
    let project = Project::new()
        .with("scenarios/draftgate.yaml", config)
        .with("scenarios/token.yaml", scenario("auth: client\nsteps: [init]\n"))
        .with("scenarios/field.yaml", scenario("steps:\n  - submit: { x: \"{{ secret.SECRET }}\" }\n    map: false\n"))
        .with(
            "scenarios/header.yaml",
            scenario("steps:\n  - init:\n    headers: { x-key: \"{{ secret.SECRET }}\" }\n"),
        );
    let ended = project.draftgate_with(&[SECRET], &["run"]).exits(5);
    let refusal = "a secret would be sent in the clear to example.invalid; use https, or a loopback address";
    assert_eq!(ended.stdout.matches(&format!("error: {refusal}")).count(), 3, "{}", ended.all());
    ended.never_says(SECRET.1).never_says("no connection");
}
