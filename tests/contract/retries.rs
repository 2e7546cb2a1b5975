//! What is asked again after a fault, and what never is.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::scripted::{Reply, Request};
use crate::wire_api::{answer, run};

const FLOW: &str = "GET /wfs/interpreter-v2/test/flow/f-1";
const SUBMIT: &str = "POST /wfs/interpreter-v2/test/submit/f-1";

/// A script whose first answer to this operation is a fault.
fn faulty_once(
    operation: &'static str,
    fault: impl Fn() -> Reply + Send + Sync + 'static,
) -> impl Fn(&Request, usize) -> Reply + Send + Sync + 'static {
    let done = AtomicBool::new(false);
    move |request, before| {
        if request.target().contains(operation) && !done.swap(true, Ordering::SeqCst) {
            return fault();
        }
        answer(request, before)
    }
}

fn busy(status: u16) -> Reply {
    let headers = [("Content-Type", "application/json"), ("Retry-After", "0")];
    Reply::with(status, &headers, br#"{"code":5000,"message":"busy"}"#)
}

#[test]
fn a_flow_step_is_asked_again_after_503_429_and_a_closed_connection() {
    let faults: [fn() -> Reply; 3] = [|| busy(503), || busy(429), || Reply::Close];
    for fault in faults {
        let (server, ended) = run(faulty_once("/flow/", fault), "steps: [init]\n");
        ended.exits(0);
        assert_eq!(server.targets(), [FLOW, FLOW]);
    }
}

#[test]
fn a_profile_is_asked_again() {
    let (server, ended) = run(faulty_once("/query/", || busy(503)), "steps: [profile: { client: c }]\n");
    ended.exits(0);
    assert_eq!(server.targets().len(), 2);
}

#[test]
fn a_submit_that_may_have_been_done_is_never_sent_twice() {
    let steps = "steps:\n  - init\n  - submit: { First name: Ada }\n";
    let faults: [fn() -> Reply; 2] = [|| busy(503), || Reply::Close];
    for (fault, code) in faults.into_iter().zip([1, 5]) {
        let (server, ended) = run(faulty_once("/submit/", fault), steps);
        ended.exits(code);
        assert_eq!(server.targets(), [FLOW, SUBMIT]);
    }
}

#[test]
fn what_was_refused_with_429_was_not_done_and_is_asked_again_whatever_it_is() {
    for (operation, step) in [
        ("/submit/", "submit: { First name: Ada }"),
        ("/back/", "back"),
        ("/connector/", "connect"),
        ("/link", "link: { from: a, to: b }"),
        ("/elsewhere", "request: { path: /elsewhere }"),
    ] {
        let steps = format!("steps:\n  - init\n  - {step}\n");
        let (server, ended) = run(faulty_once(operation, || busy(429)), &steps);
        ended.exits(0);
        let targets = server.targets();
        assert_eq!(targets.len(), 3, "{operation}: {targets:?}");
        assert_eq!(targets[1], targets[2]);
        let requests = server.requests();
        assert_eq!(requests[1].body, requests[2].body, "{operation}");
        // Unless it is looked for.
        let looked = format!("steps:\n  - init\n  - {step}\n    expect: 429\n").replace("back\n", "back:\n");
        let looked = looked.replace("connect\n", "connect:\n");
        let (server, ended) = run(faulty_once(operation, || busy(429)), &looked);
        ended.exits(0);
        assert_eq!(server.targets().len(), 2, "{operation}");
    }
}

#[test]
fn whoever_asks_for_no_repetition_gets_none() {
    let server = crate::scripted::Scripted::start(|_, _| busy(429));
    let config = format!("{}run: {{ retries: 0 }}\n", server.config());
    let project = crate::project::Project::new()
        .with("scenarios/draftgate.yaml", config)
        .with("scenarios/wire.yaml", crate::wire_api::scenario("steps: [init]\n"));
    project.draftgate(&["run"]).exits(1).says("HTTP 429");
    assert_eq!(server.targets(), [FLOW]);
}

#[test]
fn neither_back_nor_a_connector_token_nor_a_link_is_asked_for_twice() {
    for (operation, step) in [("/back/", "back"), ("/connector/", "connect"), ("/link", "link: { from: a, to: b }")] {
        let steps = format!("steps:\n  - init\n  - {step}\n");
        let (server, ended) = run(faulty_once(operation, || Reply::Close), &steps);
        ended.exits(5);
        assert_eq!(server.targets().len(), 2, "{operation}");
    }
}

#[test]
fn a_fault_that_is_expected_is_not_asked_again() {
    let steps = "steps:\n  - init:\n    expect: 503\n";
    let (server, ended) = run(faulty_once("/flow/", || busy(503)), steps);
    ended.exits(0);
    assert_eq!(server.targets(), [FLOW]);
}

#[test]
fn other_errors_are_answers_and_are_not_asked_again() {
    let error = |_: &Request, _: usize| Reply::json(500, r#"{"code":5000,"message":"Internal error"}"#);
    let (server, ended) = run(error, "steps: [init]\n");
    ended.exits(1).says("5000");
    assert_eq!(server.targets(), [FLOW]);
}

#[test]
fn it_is_given_up_after_the_configured_repetitions() {
    let (server, ended) = run(|_, _| busy(503), "steps: [init]\n");
    ended.exits(1).says("HTTP 503");
    assert_eq!(server.targets(), [FLOW; 3], "once, and twice again");
}
