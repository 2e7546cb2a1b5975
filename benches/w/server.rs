//! The loopback server of W: as cheap as it can be, so that it is not what is measured. One thread, answers put together
//! once, nothing remembered but when a session began to wait.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustix::process::{Resource, Rlimit};
use tokio::net::TcpSocket;
use tokio::task::LocalSet;

use super::workload::{BASE, FLOW, FORMS, WAITING, end, id, step};

/// How long the flow [`WAITING`] answers pending.
pub const PENDING: Duration = Duration::from_secs(5);
/// With 128, bursts of 500 connections wait for a second.
const BACKLOG: u32 = 4096;
const SESSION: &str = "x-hf-session";

/// What is answered, put together once.
struct Answers {
    delay: Duration,
    /// By form.
    steps: Vec<Bytes>,
    /// The id of each form's first element, by which a submit is told.
    first: Vec<String>,
    end: Bytes,
    pending: Bytes,
    sessions: Cell<u64>,
    waiting: RefCell<HashMap<HeaderValue, Instant>>,
}

/// Serves until its input ends, which is when the process that started it is gone; at any port for port 0.
pub fn serve(delay: Duration, port: u16) -> io::Result<()> {
    std::thread::spawn(|| {
        let _ended = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    // A connection is a file. Where more are not to be had, those that there are must do.
    let most = rustix::process::getrlimit(Resource::Nofile).maximum;
    let _raised = rustix::process::setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most });
    let answers = Rc::new(Answers {
        delay,
        steps: (0..FORMS.len()).map(|form| step(form).to_string().into()).collect(),
        first: (0..FORMS.len()).map(|form| id(form, 0)).collect(),
        end: end().to_string().into(),
        pending: Bytes::from_static(br#"{"type":"pending"}"#),
        sessions: Cell::new(0),
        waiting: RefCell::default(),
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, accept(answers, port))
}

async fn accept(answers: Rc<Answers>, port: u16) -> io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(([127, 0, 0, 1], port).into())?;
    let listener = socket.listen(BACKLOG)?;
    println!("http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answers = Rc::clone(&answers);
        tokio::task::spawn_local(async move {
            let service = service_fn(move |request| answer(Rc::clone(&answers), request));
            // A connection that breaks off is its caller's affair, who fails then.
            let _ended = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(answers: Rc<Answers>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    if !answers.delay.is_zero() {
        tokio::time::sleep(answers.delay).await;
    }
    let session = head.headers.get(SESSION).cloned();
    let place = head.uri.path().strip_prefix(BASE).and_then(|path| path.strip_prefix("/test/"));
    let (operation, flow) = place.and_then(|place| place.split_once('/')).unwrap_or_default();
    let found = match (flow, operation, &head.method) {
        (FLOW, operation, method) => answers.of_w(operation, method, session.as_ref(), &body),
        (WAITING, operation, _) => answers.of_waiting(operation, session.as_ref()),
        _ => None,
    };
    let Some(found) = found else { return Ok(refusal()) };
    let session = session.unwrap_or_else(|| answers.session());
    let mut response = Response::new(Full::new(found));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(SESSION, session);
    Ok(response)
}

fn refusal() -> Response<Full<Bytes>> {
    let body = Bytes::from_static(br#"{"code":4007,"message":"This is no request of W"}"#);
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}

impl Answers {
    /// A session's id, never given twice.
    fn session(&self) -> HeaderValue {
        let number = self.sessions.replace(self.sessions.get() + 1);
        let text = format!("5e551011-0000-4000-8000-{number:012x}");
        HeaderValue::from_str(&text).expect("hexadecimal digits are a header's value")
    }

    /// The step that comes next is told by what is submitted: nothing has to be remembered of a session.
    fn of_w(&self, operation: &str, method: &Method, session: Option<&HeaderValue>, body: &[u8]) -> Option<Bytes> {
        match (operation, method, session) {
            ("flow", &Method::GET, None) => Some(self.steps[0].clone()),
            ("back", &Method::GET, Some(_)) => Some(self.steps[1].clone()),
            ("submit", &Method::POST, Some(_)) => {
                let body = std::str::from_utf8(body).ok()?;
                let form = self.first.iter().position(|id| body.contains(id.as_str()))?;
                Some(self.steps.get(form + 1).unwrap_or(&self.end).clone())
            }
            _ => None,
        }
    }

    fn of_waiting(&self, operation: &str, session: Option<&HeaderValue>) -> Option<Bytes> {
        let mut waiting = self.waiting.borrow_mut();
        match (operation, session) {
            ("flow", None) => Some(self.steps[0].clone()),
            ("flow", Some(session)) if waiting.get(session)?.elapsed() < PENDING => Some(self.pending.clone()),
            ("flow", Some(session)) => {
                waiting.remove(session);
                Some(self.end.clone())
            }
            ("submit", Some(session)) => {
                waiting.insert(session.clone(), Instant::now());
                Some(self.pending.clone())
            }
            _ => None,
        }
    }
}

/// A server in a process of its own, which ends with this value, and with this process.
pub struct Server {
    child: Child,
    /// Where it is: `http://…`.
    pub address: String,
    _input: Option<ChildStdin>,
}

impl Server {
    /// Starts a command that serves, and reads its address from the first line that has one.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take();
        let output = child.stdout.take();
        let mut server = Server { child, address: String::new(), _input: input };
        let mut lines = BufReader::new(output.ok_or_else(|| io::Error::other("no output"))?).lines();
        while server.address.is_empty() {
            let line = lines.next().ok_or_else(|| io::Error::other("the server ended"))??;
            if let Some((_, address)) = line.trim().split_once("http://") {
                server.address = format!("http://{address}");
            }
        }
        // What it says further goes nowhere, and must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(server)
    }

    /// The process's number.
    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
