//! What the client does with answers that are too large, too late, elsewhere or packed.

use std::net::TcpListener;
use std::time::Duration;

use crate::project::{Ended, Project};
use crate::scripted::{Reply, Request, Scripted};
use crate::wire_api::{FORM, SESSION, answer, run, scenario};

fn run_with(
    config: &str,
    script: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static,
    steps: &str,
) -> (Scripted, Ended) {
    let server = Scripted::start(script);
    let project = Project::new()
        .with("scenarios/draftgate.yaml", format!("{}{config}", server.config()))
        .with("scenarios/wire.yaml", scenario(steps));
    let ended = project.draftgate(&["run"]);
    (server, ended)
}

#[test]
fn an_answer_above_the_limit_is_refused_whether_it_tells_its_length_or_not() {
    let fits = FORM.len();
    for (limit, code) in [(fits, 0), (fits - 1, 5)] {
        for told in [true, false] {
            let server = Scripted::start(move |_, _| match told {
                true => Reply::step(SESSION, FORM),
                false => chunked(FORM),
            });
            let config = server.config().replace("flows:", &format!("  max_body: {limit}\nflows:"));
            let project = Project::new()
                .with("scenarios/draftgate.yaml", config)
                .with("scenarios/wire.yaml", scenario("steps: [init]\n"));
            let ended = project.draftgate(&["run"]).exits(code);
            assert_eq!(ended.stdout.contains(&format!("the answer has more than {limit} bytes")), code == 5);
        }
    }
}

fn chunked(body: &str) -> Reply {
    let head = format!("HTTP/1.1 200 OK\r\nX-HF-Session: {SESSION}\r\nTransfer-Encoding: chunked\r\n\r\n");
    let chunks: String = body.split_inclusive('\n').map(|line| format!("{:x}\r\n{line}\r\n", line.len())).collect();
    Reply::Bytes(format!("{head}{chunks}0\r\n\r\n").into_bytes())
}

#[test]
fn a_server_that_never_answers_is_given_up_after_the_configured_time() {
    let (server, ended) = run_with("run: { timeout: 200ms }\n", |_, _| Reply::Silence, "steps: [init]\n");
    ended.exits(5).says("error: no answer within 200ms").says("scenarios/wire.yaml:4:9");
    assert_eq!(server.targets().len(), 1, "it may have been heard, so it is not asked again");
}

#[test]
fn whatever_keeps_an_answer_back_fails_its_own_scenario_at_the_bound_and_no_other() {
    // At this pace the answer would take minutes, though something comes all the time.
    let drip = || match Reply::step(SESSION, FORM) {
        Reply::Bytes(bytes) => Reply::Drip(bytes, Duration::from_millis(100)),
        other => other,
    };
    type Late = (fn() -> Reply, &'static str);
    let waits: [Late; 3] = [
        (|| Reply::Silence, "error: no answer within 500ms"),
        (drip, "error: no answer within 500ms"),
        (|| Reply::Close, "error: the connection broke: "),
    ];
    for (reply, message) in waits {
        let server = Scripted::start(move |request, before| match request.header("x-hf-language") {
            Some("fr-CA") => reply(),
            _ => answer(request, before),
        });
        let project = Project::new()
            .with("scenarios/draftgate.yaml", format!("{}run: {{ timeout: 500ms, retries: 0 }}\n", server.config()))
            .with("scenarios/hangs.yaml", scenario("language: fr-CA\nsteps: [init]\n"));
        for number in 0..20 {
            let steps = "language: en-CA\nsteps:\n  - init\n  - submit: { First name: Ada }\n";
            project.write(&format!("scenarios/{number}.yaml"), scenario(steps));
        }
        let ended = project.draftgate(&["run"]).exits(5);
        ended.says(message).says("scenarios/hangs.yaml:5:9").says("21 tests: 20 passed, 1 failed");
    }
}

#[test]
fn a_scenario_that_takes_too_long_is_a_failure_at_its_step() {
    let steps = "timeout: 200ms\nsteps:\n  - init\n";
    let (_, ended) = run(|_, _| Reply::Silence, steps);
    ended.exits(1).says("the scenario did not end within 200ms").says("scenarios/wire.yaml:6:5");
}

#[test]
fn nobody_listening_is_no_connection() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = format!("server: {{ base_url: \"http://{address}/\" }}\nrun: {{ retries: 0 }}\n");
    let project = Project::new()
        .with("scenarios/draftgate.yaml", config)
        .with("scenarios/wire.yaml", scenario("steps: [init]\n"));
    project.draftgate(&["run"]).exits(5).says(&format!("error: no connection to {address}: "));
}

#[test]
fn a_redirect_is_an_answer_and_is_not_followed() {
    let elsewhere = Scripted::start(answer);
    let target = format!("{}/elsewhere", elsewhere.url());
    let redirect = move |_: &Request, _: usize| Reply::with(302, &[("Location", &target)], b"");
    let (server, ended) = run(redirect, "steps:\n  - init:\n    expect: 302\n    checks: false\n");
    ended.exits(0);
    assert_eq!((server.targets().len(), elsewhere.targets().len()), (1, 0));
    let unexpected = |_: &Request, _: usize| Reply::with(302, &[("Location", "/")], b"");
    run(unexpected, "steps: [init]\n").1.exits(5).says("location: /").says("redirects to /");
}

#[test]
fn the_case_of_the_answers_headers_means_nothing() {
    for name in ["x-hf-session", "X-HF-SESSION", "X-Hf-Session"] {
        let named = move |_: &Request, _: usize| Reply::with(200, &[(name, SESSION)], FORM.as_bytes());
        let (server, ended) = run(
            named,
            "steps:\n  - init:\n    expect: { headers: { X-hf-SESSION: { is_uuid: true } } }\n  - current\n",
        );
        ended.exits(0);
        assert_eq!(server.requests()[1].header("x-hf-session"), Some(SESSION));
    }
}

#[test]
fn a_packed_answer_is_unpacked() {
    let packed = gzip_stored(FORM.as_bytes());
    let reply = move |_: &Request, _: usize| {
        let headers = [("content-type", "application/json"), ("content-encoding", "gzip"), ("x-hf-session", SESSION)];
        Reply::with(200, &headers, &packed)
    };
    run(reply, "steps:\n  - init:\n    expect: Personal details\n").1.exits(0);
}

/// The gzip format with its data stored (RFC 1952, and RFC 1951, 3.2.4): a header, one block, checksum and length.
fn gzip_stored(data: &[u8]) -> Vec<u8> {
    let mut sum = !0_u32;
    for byte in data {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0xedb8_8320 * (sum & 1));
        }
    }
    let length = u16::try_from(data.len()).unwrap();
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    packed.extend(length.to_le_bytes());
    packed.extend((!length).to_le_bytes());
    packed.extend(data);
    packed.extend((!sum).to_le_bytes());
    packed.extend(u32::from(length).to_le_bytes());
    packed
}

#[test]
fn an_answer_cut_off_in_the_middle_is_no_answer() {
    let cut = |_: &Request, before: usize| match before {
        0 => Reply::step(SESSION, FORM),
        _ => Reply::Cut(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_vec()),
    };
    let (server, ended) = run(cut, "steps:\n  - init\n  - submit: { First name: Ada }\n");
    ended.exits(5).says("error: the connection broke: ").says("scenarios/wire.yaml:6:5");
    assert_eq!(server.targets().len(), 2);
}

#[test]
fn answers_outside_the_contract_end_in_their_own_exit_code() {
    type Broken = (fn() -> Reply, &'static str);
    let broken: [Broken; 4] = [
        (|| Reply::with(200, &[], b"<html>"), "is not JSON"),
        (|| Reply::json(200, "[]"), "neither a step nor pending nor the end"),
        (|| Reply::step(SESSION, r#"{"id":"a","canGoBack":true,"elements":[]}"#), "canGoBack"),
        (|| Reply::step(SESSION, r#"{"id":"a","canGoBack":false,"elements":[{"name":"x"}]}"#), "has no `id`"),
    ];
    for (reply, message) in broken {
        run(move |_, _| reply(), "steps: [init]\n").1.exits(5).says(message).says("a rule of the API's contract");
    }
    let unknown = |_: &Request, _: usize| Reply::json(400, r#"{"code":4999,"message":"?"}"#);
    run(unknown, "steps:\n  - init:\n    expect: 4999\n").1.exits(5).says("4999");
    let success = |_: &Request, _: usize| Reply::json(200, r#"{"code":4006,"message":"?"}"#);
    run(success, "steps:\n  - init:\n    expect: 4006\n").1.exits(5).says("a success");
    let moving = |_: &Request, before: usize| Reply::step(["one", "two"][before], FORM);
    run(moving, "steps: [init, current]\n").1.exits(5).says("session");
}
