//! What a browser needs to call the sandbox from a page that it does not serve, and what is sent where nobody asked for it.

use crate::sandbox_server::{FLOW, SUBMIT, Sandbox};
use crate::wire;

#[test]
fn a_page_from_elsewhere_may_call_a_sandbox_that_lets_it() {
    let sandbox = Sandbox::for_browsers();
    let asked = format!(
        "OPTIONS {SUBMIT} HTTP/1.1\r\nHost: sandbox\r\nOrigin: http://localhost:3000\r\n\
         Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: content-type,x-hf-session,authorization\r\n\
         Connection: close\r\n\r\n"
    );
    let answer = wire::send(sandbox.address(), asked.as_bytes());
    assert_eq!((answer.status.as_str(), answer.body.as_str()), ("HTTP/1.1 204 No Content", ""));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, POST, DELETE"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("content-type,x-hf-session,authorization"));
    for (path, status) in [(FLOW, "HTTP/1.1 200 OK"), ("/nowhere", "HTTP/1.1 404 Not Found")] {
        let answer = wire::send(sandbox.address(), &wire::get(path, "Origin: http://localhost:3000\r\n"));
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-expose-headers"), Some("x-hf-session, retry-after"));
    }
}

#[test]
fn nothing_of_that_is_sent_otherwise() {
    let sandbox = Sandbox::start();
    let answer = sandbox.get(FLOW, None);
    assert!(!answer.headers.iter().any(|(name, _)| name.starts_with("access-control")), "{answer:?}");
    let asked = format!(
        "OPTIONS {FLOW} HTTP/1.1\r\nHost: sandbox\r\nAccess-Control-Request-Method: GET\r\nConnection: close\r\n\r\n"
    );
    let answer = wire::send(sandbox.address(), asked.as_bytes());
    assert_eq!((answer.status.as_str(), answer.header("allow")), ("HTTP/1.1 405 Method Not Allowed", Some("GET")));
}
