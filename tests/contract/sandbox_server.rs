//! The sandbox with three flows, and requests to it written by hand.

use std::net::SocketAddr;
use std::time::Duration;

use draftgate::sandbox::{Server, ServerOptions, load};
use draftgate::source::Sources;
use tokio::runtime::Runtime;

use crate::wire::{self, RawAnswer};

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
/// One whose FlowStep is turned away once.
const FAULTY: &str = "faults: [ { fault: 503, on: flow, times: 1 } ]\nnodes: [ { form: a } ]\n";

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

impl Sandbox {
    pub fn start() -> Self {
        Sandbox::with(false)
    }

    /// One that pages from elsewhere may call.
    pub fn for_browsers() -> Self {
        Sandbox::with(true)
    }

    fn with(browsers: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = [("tiny", TINY), ("slow", SLOW), ("docv", DOCV), ("faulty", FAULTY)].map(|(name, text)| {
            let path = folder.path().join(format!("{name}.draft.flow.yaml"));
            std::fs::write(&path, text).unwrap();
            path
        });
        let library = load(&mut Sources::default(), &files).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let options = ServerOptions { retry_on_pending: Some(Duration::ZERO), browsers, ..ServerOptions::default() };
        let server = runtime.block_on(Server::start(library, options)).unwrap();
        Sandbox { server, _runtime: runtime }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Sends a request whose answer must be JSON.
    pub fn raw(&self, bytes: &[u8]) -> RawAnswer {
        let answer = wire::send(self.server.address(), bytes);
        assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
        assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
        answer
    }

    pub fn get(&self, path: &str, session: Option<&str>) -> RawAnswer {
        self.raw(&wire::get(path, &session_line(session)))
    }

    pub fn post(&self, path: &str, session: Option<&str>, body: &str) -> RawAnswer {
        self.raw(&wire::with_json("POST", path, &session_line(session), body))
    }

    /// A session at the first step of `tiny`.
    pub fn begin(&self) -> String {
        self.get(FLOW, None).session().unwrap()
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

/// The header of a session, in whatever case.
fn session_line(session: Option<&str>) -> String {
    session.map(|session| format!("X-HF-SESSION: {session}\r\n")).unwrap_or_default()
}
