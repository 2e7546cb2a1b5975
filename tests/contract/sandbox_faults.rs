//! Faults on demand, byte for byte.

use std::net::SocketAddr;

use crate::sandbox_server::{FIRST_NAME, FLOW, SUBMIT, Sandbox};
use crate::wire::{self, RawAnswer};

const OK: &str = "HTTP/1.1 200 OK";

fn faulty(fault: &str, more: &str) -> Vec<u8> {
    wire::get(FLOW, &format!("x-sandbox-fault: {fault}\r\n{more}"))
}

fn met(address: SocketAddr, fault: &str) -> RawAnswer {
    wire::send(address, &faulty(fault, ""))
}

#[test]
fn every_error_code_can_be_asked_for() {
    let sandbox = Sandbox::start();
    for row in draftgate::api::codes::CODES {
        let answer = met(sandbox.address(), &row.number.to_string());
        assert!(answer.status.starts_with(&format!("HTTP/1.1 {} ", row.status)), "{answer:?}");
        assert_eq!(answer.body, format!(r#"{{"code":{},"message":"{}"}}"#, row.number, row.text));
        assert_eq!(answer.session(), None, "no session is begun");
    }
}

#[test]
fn a_refusal_by_fault_names_the_session_and_does_nothing() {
    let sandbox = Sandbox::start();
    let session = sandbox.begin();
    let headers = format!("x-hf-session: {session}\r\nx-sandbox-fault: 4009\r\n");
    let body = format!(r#"{{"{FIRST_NAME}":"Ada"}}"#);
    let answer = wire::send(sandbox.address(), &wire::with_json("POST", SUBMIT, &headers, &body));
    let answer = answer.is("HTTP/1.1 400 Bad Request", r#"{"code":4009,"message":"Service execution failed"}"#);
    assert_eq!(answer.session().as_ref(), Some(&session));
    assert!(sandbox.get(FLOW, Some(&session)).body.contains(r#""title":"Personal details""#));
}

#[test]
fn a_gateway_refuses_with_a_status_and_retry_after() {
    let sandbox = Sandbox::start();
    let answer = met(sandbox.address(), "429;retry-after=3");
    assert_eq!(answer.header("retry-after"), Some("3"));
    answer.is("HTTP/1.1 429 Too Many Requests", r#"{"code":429,"message":"a fault on demand"}"#);
    let answer = met(sandbox.address(), "503");
    assert_eq!(answer.header("retry-after"), None);
    answer.is("HTTP/1.1 503 Service Unavailable", r#"{"code":503,"message":"a fault on demand"}"#);
    assert_eq!(met(sandbox.address(), "redirect").header("location"), Some("https://elsewhere.invalid/"));
}

#[test]
fn a_rate_is_met_evenly_and_a_number_of_times_for_each_session() {
    let sandbox = Sandbox::start();
    let failed = |fault: &str, count: usize| {
        (0..count).filter(|_| met(sandbox.address(), fault).status.starts_with("HTTP/1.1 500")).count()
    };
    assert_eq!(failed("500;rate=0.25", 20), 5);
    assert_eq!(failed("500;rate=0", 5), 0);
    assert_eq!(failed("500;times=2", 5), 2);
    assert_eq!(failed("500;times=2;id=another", 5), 2);
    for _ in 0..2 {
        let session = format!("x-hf-session: {}\r\n", sandbox.begin());
        let statuses: Vec<bool> =
            (0..3).map(|_| wire::send(sandbox.address(), &faulty("500;times=1;id=s", &session)).status == OK).collect();
        assert_eq!(statuses, [false, true, true]);
    }
    let both: Vec<bool> = (0..3)
        .map(|_| met(sandbox.address(), "truncated;times=1, latency;times=1, 500;times=2;rate=0.5").status == OK)
        .collect();
    assert_eq!(both, [true, false, true], "each fault of a list is counted by itself");
    assert_eq!(failed("500;on=submit+back", 3), 0, "other operations are left alone");
    assert_eq!(failed("500;on=flow", 3), 3);
}

#[test]
fn a_connection_ends_without_an_answer_and_in_the_middle_of_one() {
    let sandbox = Sandbox::start();
    let (nothing, _) = wire::raw(sandbox.address(), &faulty("close", ""));
    assert_eq!(nothing, "");
    let whole = sandbox.get(FLOW, None).body.len();
    let (half, _) = wire::raw(sandbox.address(), &faulty("cut", ""));
    let (head, body) = half.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("content-length: {whole}")), "{head}");
    assert_eq!(body.len(), whole / 2);
}

#[test]
fn a_call_whose_answer_is_lost_was_made() {
    let sandbox = Sandbox::start();
    let session = sandbox.begin();
    let headers = format!("x-hf-session: {session}\r\nx-sandbox-fault: close\r\n");
    let body = format!(r#"{{"{FIRST_NAME}":"Ada"}}"#);
    assert_eq!(wire::raw(sandbox.address(), &wire::with_json("POST", SUBMIT, &headers, &body)).0, "");
    assert!(sandbox.get(FLOW, Some(&session)).body.contains(r#""title":"Proof""#));
}

#[test]
fn bodies_are_spoilt() {
    let sandbox = Sandbox::start();
    let session = format!("x-hf-session: {}\r\n", sandbox.begin());
    let spoilt = |fault: &str| wire::send(sandbox.address(), &faulty(fault, &session));
    let whole = spoilt("latency;time=0ms").body;
    assert_eq!(spoilt("truncated").body, whole[..whole.len() / 2]);
    let html = spoilt("not_json");
    assert!(html.body.starts_with("<!doctype html>") && html.header("content-type") == Some("application/json"));
    let typed = spoilt("content_type");
    assert_eq!((typed.body.as_str(), typed.header("content-type")), (&*whole, Some("text/html; charset=utf-8")));
    assert_eq!(spoilt("drip;pause=0ms").body, whole);
    let huge = spoilt("huge;bytes=200000");
    assert_eq!(huge.header("content-length"), Some((200_000 + whole.len()).to_string().as_str()));
    assert_eq!(huge.body.trim_start(), whole);
    assert_eq!(huge.body.len(), 200_000 + whole.len());
}

#[test]
fn several_faults_are_met_together() {
    let sandbox = Sandbox::start();
    let answer = met(sandbox.address(), "latency;time=1ms, 503;rate=0, truncated");
    assert_eq!(answer.status, OK);
    assert!(serde_json::from_str::<serde_json::Value>(&answer.body).is_err());
}

#[test]
fn a_fault_that_nobody_knows_is_told_of() {
    let sandbox = Sandbox::start();
    let body = r#"{"code":400,"message":"x-sandbox-fault: unknown fault `latancy`; did you mean `latency`?"}"#;
    met(sandbox.address(), "latancy").is("HTTP/1.1 400 Bad Request", body);
    let body = r#"{"code":400,"message":"x-sandbox-fault: `2` stands where a part from 0 to 1 is wanted; such as `0.1` or `10%`"}"#;
    met(sandbox.address(), "500;rate=2").is("HTTP/1.1 400 Bad Request", body);
}

#[test]
fn several_lines_of_the_header_are_one_list() {
    let sandbox = Sandbox::start();
    let two = "x-sandbox-fault: latency;time=1ms\r\nx-sandbox-fault: 503\r\n";
    assert_eq!(wire::send(sandbox.address(), &wire::get(FLOW, two)).status, "HTTP/1.1 503 Service Unavailable");
}

#[test]
fn a_huge_body_holds_up_nobody() {
    use std::io::{Read, Write};
    let sandbox = Sandbox::start();
    // Somebody asks for a gigabyte and reads none of it: the others are answered all the same.
    let mut greedy = std::net::TcpStream::connect(sandbox.address()).unwrap();
    greedy.write_all(&faulty("huge;bytes=1000000000", "")).unwrap();
    greedy.read_exact(&mut [0; 64]).unwrap();
    sandbox.begin();
    let answer = met(sandbox.address(), "huge;bytes=1000000001");
    assert!(answer.body.contains("at most 1000000000 bytes are allowed"), "{answer:?}");
}

#[test]
fn the_faults_of_a_definition_are_met_by_whoever_calls_its_flow() {
    let sandbox = Sandbox::start();
    let flow = FLOW.replace("tiny", "faulty");
    let begun = wire::send(sandbox.address(), &wire::get(&flow, ""));
    assert_eq!(begun.status, "HTTP/1.1 503 Service Unavailable", "calls without a session count together");
    let session = wire::send(sandbox.address(), &wire::get(&flow, "")).session().unwrap();
    let header = format!("x-hf-session: {session}\r\n");
    let again: Vec<String> = (0..2).map(|_| wire::send(sandbox.address(), &wire::get(&flow, &header)).status).collect();
    assert_eq!(again, ["HTTP/1.1 503 Service Unavailable", OK], "each session meets it once");
    let submit = wire::with_json("POST", &SUBMIT.replace("tiny", "faulty"), &header, "{}");
    assert_eq!(wire::send(sandbox.address(), &submit).status, OK, "other operations do not");
}
