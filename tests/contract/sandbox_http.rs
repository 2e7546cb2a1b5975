//! What the sandbox makes of HTTP that is odd or broken, and of uploads that are.

use crate::sandbox_server::{FLOW, SUBMIT, Sandbox};
use crate::wire;

const BAD_REQUEST: &str = "HTTP/1.1 400 Bad Request";
const FILE: &str = "/wfs/interpreter-v2/test/file/tiny";

#[test]
fn a_request_that_is_none_is_refused_rather_than_dropped() {
    let sandbox = Sandbox::start();
    let requests = [
        ("GET / HTTP/1.1\r\nno colon\r\n\r\n".to_owned(), BAD_REQUEST),
        ("GET / HTTP/1.1\r\nA: \0\r\n\r\n".to_owned(), BAD_REQUEST),
        ("garbage\r\n\r\n".to_owned(), BAD_REQUEST),
        (format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(70_000)), "HTTP/1.1 414 URI Too Long"),
    ];
    for (request, status) in requests {
        let (answer, _) = wire::raw(sandbox.address(), request.as_bytes());
        assert!(answer.starts_with(status), "{:.60?} was answered {answer:?}", request);
    }
}

#[test]
fn a_body_that_says_that_it_is_too_large_is_not_read() {
    let sandbox = Sandbox::start();
    for path in [SUBMIT, FILE] {
        let session = sandbox.begin();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: s\r\nx-hf-session: {session}\r\nExpect: 100-continue\r\n\
             Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 99000000\r\n\r\n"
        );
        let answer = wire::send(sandbox.address(), request.as_bytes());
        assert_eq!(answer.status, "HTTP/1.1 413 Payload Too Large");
        assert_eq!(answer.header("connection"), Some("close"));
        assert_eq!(answer.body, r#"{"code":413,"message":"the body has more than 26214400 bytes"}"#);
    }
}

#[test]
fn who_has_asked_may_close_their_side() {
    use std::io::{Read, Write};
    let sandbox = Sandbox::start();
    let mut stream = std::net::TcpStream::connect(sandbox.address()).unwrap();
    stream.write_all(&wire::get(FLOW, "x-sandbox-fault: latency;time=20ms\r\n")).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer:?}");
}

fn upload(sandbox: &Sandbox, parts: &[&str]) -> (String, String) {
    let session = sandbox.at_proof();
    let body: String = parts.iter().map(|part| format!("--b\r\n{part}\r\n")).collect::<String>() + "--b--\r\n";
    let request = format!(
        "POST {FILE} HTTP/1.1\r\nHost: s\r\nx-hf-session: {session}\r\nContent-Type: multipart/form-data; boundary=b\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = sandbox.raw(request.as_bytes());
    (answer.status, answer.body)
}

#[test]
fn one_file_is_taken_whatever_its_name_is_written_in() {
    let sandbox = Sandbox::start();
    let named = |name: &str| format!("Content-Disposition: form-data; name=\"file\"; {name}\r\n\r\n%PDF");
    for name in ["filename=\"a.pdf\"", "filename*=UTF-8''%e2%82%ac.pdf", "filename=a.PDF"] {
        assert_eq!(upload(&sandbox, &[&named(name)]).0, "HTTP/1.1 200 OK", "{name}");
    }
    let note = "Content-Disposition: form-data; name=\"note\"\r\n\r\nnothing";
    assert_eq!(upload(&sandbox, &[note, &named("filename=\"a.pdf\"")]).0, "HTTP/1.1 200 OK");
    let typed = "Content-Disposition: form-data; name=\"file\"\r\nContent-Type: application/pdf\r\n\r\n%PDF";
    assert_eq!(upload(&sandbox, &[typed]).0, "HTTP/1.1 200 OK");
    let two = upload(&sandbox, &[&named("filename=\"a.pdf\""), &named("filename=\"b.pdf\"")]);
    assert_eq!(two.1, r#"{"code":4007,"message":"Submitted data is malformed: there is more than one file"}"#);
    let none = upload(&sandbox, &[note]);
    assert_eq!(none.1, r#"{"code":4006,"message":"Missing data for required element: the file"}"#);
}
