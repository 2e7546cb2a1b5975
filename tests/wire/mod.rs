//! HTTP/1.1 written and read by hand, over a connection of its own: no code of the client or the sandbox is in it.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long a test waits for an answer before it is given up.
const DEADLINE: Duration = Duration::from_secs(30);

/// An answer, taken apart by hand.
#[derive(Debug)]
pub struct RawAnswer {
    /// `HTTP/1.1 200 OK`
    pub status: String,
    /// The headers in their order.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: String,
}

impl RawAnswer {
    /// A header by its name, as it was sent.
    pub fn header(&self, wanted: &str) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }

    /// The session that it names.
    pub fn session(&self) -> Option<String> {
        self.header("x-hf-session").map(str::to_owned)
    }

    /// The id of the element that is called so, in the step that the body is.
    pub fn id_of(&self, name: &str) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        let mut elements = body["elements"].as_array().unwrap().iter();
        elements.find(|element| element["name"] == name).unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// Asserts status and body.
    #[track_caller]
    pub fn is(self, status: &str, body: &str) -> Self {
        assert_eq!((self.status.as_str(), self.body.as_str()), (status, body));
        self
    }
}

/// A request without a body. The headers are lines that end in `\r\n`.
pub fn get(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: sandbox\r\n{headers}Connection: close\r\n\r\n").into_bytes()
}

/// A request with JSON.
pub fn with_json(method: &str, path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: sandbox\r\n{headers}Content-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Sends bytes on a connection of their own and reads until the server closes it: everything that came, and how it ended.
pub fn raw(address: SocketAddr, request: &[u8]) -> (String, io::Result<()>) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    let end = stream.read_to_end(&mut answer).map(drop);
    (String::from_utf8(answer).expect("the answer is UTF-8"), end)
}

/// The same, for an answer that comes whole.
pub fn send(address: SocketAddr, request: &[u8]) -> RawAnswer {
    let (answer, end) = raw(address, request);
    end.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().to_owned();
    let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap();
    RawAnswer { status, headers: lines.map(header).collect(), body: body.to_owned() }
}
