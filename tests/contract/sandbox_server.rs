//! The sandbox with three flows, and requests to it written by hand.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use draftgate::sandbox::{Server, ServerOptions, load};
use draftgate::source::Sources;
use tokio::runtime::Runtime;

/// Two forms and a service between them that takes no time; ids are pinned by the seed.
const TINY: &str = "
flow: tiny
seed: 7
nodes:
  - form: personal
    title: Personal details
    subtitle: As in your passport
    elements:
      - { name: First name, role: first_name, type: text, required: true, min_length: 2, max_length: 10 }
      - { name: Age, type: number, min: 18 }
      - { name: Newsletter, type: checkbox }
      - { name: Email, type: text, placeholder: a@b, condition: { element: Newsletter, equals: true } }
  - form: proof
    title: Proof
    elements: [ { name: Proof, type: file, accept: [pdf] } ]
";
/// A flow whose second step waits for a service that takes an hour.
const SLOW: &str = "
flow: slow
seed: 7
nodes:
  - form: a
    elements: [ { name: X, type: text } ]
  - service: check
    type: TRULIOO_EIDV
    takes: 1h
";
/// A flow that begins with no form.
const DOCV: &str = "flow: docv\nseed: 7\nnodes: [ { interactive: d, type: TRULIOO_DOCV }, { form: f, title: F } ]\n";

/// The ids that the seed gives to elements of `tiny`.
pub const FIRST_NAME: &str = "9397773fdcfbe469c3bd0a73";
pub const AGE: &str = "c4d7f8040437867ff28f9c52";
pub const NEWSLETTER: &str = "d5c4a4f990e35207e2312088";
pub const PROOF: &str = "4c2aaa85174be8428198f3c7";

pub const FLOW: &str = "/wfs/interpreter-v2/test/flow/tiny";
pub const SUBMIT: &str = "/wfs/interpreter-v2/test/submit/tiny";
pub const BACK: &str = "/wfs/interpreter-v2/test/back/tiny";

/// The second step of `tiny`.
pub const PROOF_STEP: &str = r#"{"id":"e52a20c65d1b941c16f7d6c2","title":"Proof","type":"form","canGoBack":true,"elements":[{"id":"4c2aaa85174be8428198f3c7","name":"Proof","type":"file","accept":["pdf"]}]}"#;

/// The sandbox on a port of its own.
pub struct Sandbox {
    server: Server,
    _runtime: Runtime,
}

/// An answer, taken apart by hand.
pub struct RawAnswer {
    /// `HTTP/1.1 200 OK`
    pub status: String,
    /// The session that it names.
    pub session: Option<String>,
    /// The body, byte for byte.
    pub body: String,
}

impl Sandbox {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = [("tiny", TINY), ("slow", SLOW), ("docv", DOCV)].map(|(name, text)| {
            let path = folder.path().join(format!("{name}.draft.flow.yaml"));
            std::fs::write(&path, text).unwrap();
            path
        });
        let library = load(&mut Sources::default(), &files).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let options = ServerOptions { retry_on_pending: Some(Duration::ZERO), ..ServerOptions::default() };
        let server = runtime.block_on(Server::start(library, options)).unwrap();
        Sandbox { server, _runtime: runtime }
    }

    /// Sends bytes on a connection of their own and reads until the server closes it.
    pub fn raw(&self, bytes: &[u8]) -> RawAnswer {
        let mut stream = TcpStream::connect(self.server.address()).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().to_owned();
        let headers: Vec<(&str, &str)> = lines.map(|line| line.split_once(": ").unwrap()).collect();
        let header =
            |wanted: &str| headers.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned());
        assert_eq!(header("content-type").as_deref(), Some("application/json"), "{answer}");
        assert_eq!(header("content-length"), Some(body.len().to_string()));
        RawAnswer { status, session: header("x-hf-session"), body: body.to_owned() }
    }

    pub fn get(&self, path: &str, session: Option<&str>) -> RawAnswer {
        let session = session.map(|session| format!("X-HF-SESSION: {session}\r\n")).unwrap_or_default();
        self.raw(format!("GET {path} HTTP/1.1\r\nHost: sandbox\r\n{session}Connection: close\r\n\r\n").as_bytes())
    }

    pub fn post(&self, path: &str, session: Option<&str>, body: &str) -> RawAnswer {
        let session = session.map(|session| format!("X-HF-SESSION: {session}\r\n")).unwrap_or_default();
        let length = body.len();
        self.raw(
            format!(
                "POST {path} HTTP/1.1\r\nHost: sandbox\r\n{session}Content-Type: application/json\r\n\
                 Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            )
            .as_bytes(),
        )
    }

    /// A session at the first step of `tiny`.
    pub fn begin(&self) -> String {
        self.get(FLOW, None).session.unwrap()
    }

    /// A session at its second step.
    pub fn at_proof(&self) -> String {
        let session = self.begin();
        self.post(SUBMIT, Some(&session), &format!("{{\"{FIRST_NAME}\":\"Ada\"}}")).is("HTTP/1.1 200 OK", PROOF_STEP);
        session
    }

    /// Uploads a file under this name.
    pub fn upload(&self, session: &str, name: &str) -> RawAnswer {
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/pdf\r\n\r\n%PDF\r\n--b--\r\n"
        );
        self.raw(
            format!(
                "POST /wfs/interpreter-v2/test/file/tiny HTTP/1.1\r\nHost: sandbox\r\nx-hf-session: {session}\r\n\
                 Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )
            .as_bytes(),
        )
    }
}

impl RawAnswer {
    /// Asserts status and body.
    #[track_caller]
    pub fn is(self, status: &str, body: &str) -> Self {
        assert_eq!((self.status.as_str(), self.body.as_str()), (status, body));
        self
    }
}
