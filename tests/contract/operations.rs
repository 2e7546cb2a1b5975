//! Method, path and headers of every operation.

use crate::project::Project;
use crate::scripted::Scripted;
use crate::wire_api::{SESSION, answer, project, scenario, sent};

const BASE: &str = "/wfs/interpreter-v2/test";

#[test]
fn an_init_is_a_get_of_the_draft_with_nothing_but_the_clients_own_headers() {
    let server = Scripted::start(answer);
    project(&server, "steps: [init]\n").draftgate(&["run"]).exits(0);
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].line, "GET /wfs/interpreter-v2/test/flow/f-1 HTTP/1.1");
    assert!(requests[0].body.is_empty());
    let mut headers = requests[0].headers.clone();
    headers.sort();
    let expected = [
        ("accept", "*/*".to_owned()),
        ("accept-encoding", "gzip".to_owned()),
        ("host", server.host()),
        ("user-agent", format!("draftgate/{}", env!("CARGO_PKG_VERSION"))),
    ];
    assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn the_session_of_the_answer_is_carried_by_every_later_step_and_dropped_by_init() {
    let requests = sent("steps: [init, current, back, init]\n");
    let seen: Vec<_> = requests.iter().map(|request| (request.target(), request.header("x-hf-session"))).collect();
    let flow = format!("GET {BASE}/flow/f-1");
    let back = format!("GET {BASE}/back/f-1");
    assert_eq!(
        seen,
        [(flow.as_str(), None), (flow.as_str(), Some(SESSION)), (back.as_str(), Some(SESSION)), (flow.as_str(), None)]
    );
}

#[test]
fn a_session_is_sent_as_it_is_written_or_not_at_all() {
    let requests = sent("steps:\n  - init\n  - current:\n    session: no-uuid\n  - current:\n    session: none\n");
    let sessions: Vec<_> = requests.iter().map(|request| request.header("x-hf-session")).collect();
    assert_eq!(sessions, [None, Some("no-uuid"), None]);
}

#[test]
fn the_language_goes_with_every_step_and_a_steps_own_wins() {
    let requests = sent("language: fr-CA\nsteps:\n  - init\n  - current:\n    language: zh-Hant-TW\n  - back\n");
    let languages: Vec<_> = requests.iter().map(|request| request.header("x-hf-language")).collect();
    assert_eq!(languages, [Some("fr-CA"), Some("zh-Hant-TW"), Some("fr-CA")]);
}

#[test]
fn headers_of_a_step_go_out_and_replace_those_of_the_same_name() {
    let requests = sent("language: fr-CA\nsteps:\n  - init:\n    headers: { X-Trace: \"a: b\", X-HF-Language: xx }\n");
    assert_eq!(requests[0].header("x-trace"), Some("a: b"));
    assert_eq!(requests[0].header("x-hf-language"), Some("xx"));
}

#[test]
fn retry_on_pending_is_a_header_of_the_one_submit_that_asks_for_it() {
    let steps = "steps:\n  - init\n  - submit: { First name: Ada }\n    retry_on_pending: true\n";
    let headers: Vec<_> =
        sent(steps).iter().map(|request| request.header("x-hf-retry-on-pending").map(str::to_owned)).collect();
    assert_eq!(headers, [None, Some("true".to_owned())]);
}

#[test]
fn the_live_version_is_called_without_the_prefix() {
    let server = Scripted::start(answer);
    let project = project(&server, "version: live\nsteps:\n  - init\n  - profile\n");
    project.draftgate_with(&[("DRAFTGATE_CLIENT_ID", "me")], &["run", "--allow-live"]).exits(2);
    assert_eq!(server.targets().len(), 0, "an id without its secret is a mistake");
    project.draftgate(&["run", "--allow-live"]).exits(0);
    let profile = format!("GET /wfs/export/v2/query/client/{SESSION}?includeFullServiceDetails=true");
    assert_eq!(server.targets(), ["GET /wfs/interpreter-v2/flow/f-1".to_owned(), profile]);
}

#[test]
fn a_connector_token_is_made_for_this_session_and_redeemed_with_its_bytes_escaped() {
    let requests = sent("steps:\n  - init\n  - connect: { flow: other }\n  - redeem\n  - current\n");
    let targets: Vec<_> = requests.iter().map(|request| request.target()).collect();
    let connect = format!("GET {BASE}/connector/{SESSION}/f-2");
    let redeem = format!("GET {BASE}/connector/c0nnector%2F%C3%BC");
    let current = format!("GET {BASE}/flow/f-2");
    assert_eq!(targets[1..], [connect, redeem, current], "after it the steps go on in the flow that it names");
    assert_eq!(requests[1].header("x-hf-session"), None);
    assert_eq!(requests[2].header("x-hf-session"), None);
    assert_eq!(requests[3].header("x-hf-session"), Some(SESSION));
}

#[test]
fn links_are_posted_and_deleted_with_their_ends_in_the_body() {
    let steps = "steps:\n  - link: { from: a, to: b, type: OWNS }\n  - unlink: { from: a, to: b }\n";
    let requests = sent(steps);
    let seen: Vec<_> = requests.iter().map(|request| (request.target(), request.text())).collect();
    let path = format!("{BASE}/endclient/link");
    let (made, gone) = (format!("POST {path}"), format!("DELETE {path}"));
    assert_eq!(
        seen,
        [(made.as_str(), r#"{"to":"b","from":"a","type":"OWNS"}"#), (gone.as_str(), r#"{"to":"b","from":"a"}"#)]
    );
    for request in requests {
        assert_eq!(request.header("content-type"), Some("application/json"));
    }
}

#[test]
fn a_profile_is_asked_of_the_export_api_with_the_full_details() {
    let requests = sent("steps:\n  - init\n  - profile\n  - profile: { client: a/b }\n");
    let targets: Vec<_> = requests[1..].iter().map(|request| request.target().to_owned()).collect();
    let path = |client: &str| format!("GET /wfs/export/test/v2/query/client/{client}?includeFullServiceDetails=true");
    assert_eq!(targets, [path(SESSION), path("a%2Fb")]);
    assert_eq!(requests[1].header("x-hf-session"), None);
}

#[test]
fn any_other_request_goes_below_the_base_url_as_it_is_written() {
    let steps = "steps:\n  - request: { path: \"/test/signed-url/f-1?a=b c\" }\n  \
                 - request: { method: put, path: /x, headers: { Content-Type: text/csv }, body: \"a;b\" }\n  \
                 - request: { path: /y, body: { n: 1.50 } }\n";
    let requests = sent(steps);
    assert_eq!(requests[0].target(), "GET /wfs/interpreter-v2/test/signed-url/f-1?a=b%20c");
    assert_eq!((requests[1].target(), requests[1].text()), ("PUT /wfs/interpreter-v2/x", "a;b"));
    assert_eq!(requests[1].header("content-type"), Some("text/csv"));
    assert_eq!((requests[2].target(), requests[2].text()), ("POST /wfs/interpreter-v2/y", r#"{"n":1.5}"#));
}

#[test]
fn configured_paths_and_methods_take_the_place_of_the_defaults() {
    let server = Scripted::start(answer);
    let paths = "  paths:\n    back: POST /step-back/{flow}?s={session}\n    flow: /flow/v3/{flow}\nflows:";
    let project = Project::new()
        .with("scenarios/draftgate.yaml", server.config().replace("flows:", paths))
        .with("scenarios/wire.yaml", scenario("steps: [init, back]\n"));
    project.draftgate(&["run"]).exits(0);
    let back = format!("POST {BASE}/step-back/f-1?s={SESSION}");
    assert_eq!(server.targets(), [format!("GET {BASE}/flow/v3/f-1"), back]);
}

#[test]
fn an_alias_becomes_the_flows_id_and_an_unknown_one_is_the_id_itself() {
    let server = Scripted::start(answer);
    let project = Project::new()
        .with("scenarios/draftgate.yaml", server.config())
        .with("scenarios/wire.yaml", scenario("steps: [init]\n").replace("flow: tiny", "flow: 65f0 ä"));
    project.draftgate(&["run"]).exits(0);
    assert_eq!(server.targets(), [format!("GET {BASE}/flow/65f0%20%C3%A4")]);
}
