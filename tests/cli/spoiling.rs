//! The API with one fault: a sandbox in a process of its own, and before it a server that spoils one thing.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Mutex;

use serde_json::Value;

use crate::project::{Project, Running};
use crate::scripted::{Reply, Request, Scripted};
use crate::wire;

/// A call on its way to the API.
#[derive(Debug, Clone)]
pub struct Call {
    /// `flow`, `submit`, `file`, `back`, or what else it is.
    pub operation: String,
    pub session: Option<String>,
    pub language: Option<String>,
    /// The body, where it is JSON.
    pub body: Option<Value>,
    /// Its path.
    pub target: String,
    /// The body as it is.
    pub bytes: Vec<u8>,
    /// The body's media type.
    pub content_type: String,
}

/// What comes back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub session: Option<String>,
    pub body: Value,
}

/// What the spoiling server remembers of a session.
#[derive(Debug, Default)]
pub struct Past {
    pub ended: bool,
    /// Whether the last submit was refused.
    pub refused: bool,
    /// The forms that were answered, in order.
    pub steps: Vec<Value>,
    /// What was submitted and taken, in order.
    pub taken: Vec<Value>,
    pub keys: Vec<String>,
    /// The session that stands for this one behind it.
    pub renewed: Option<String>,
    pub asked: usize,
}

/// What the spoiling server remembers.
pub struct Memory {
    upstream: SocketAddr,
    pub sessions: HashMap<String, Past>,
    /// The session that was begun first.
    pub first: Option<String>,
}

impl Memory {
    pub fn of(&mut self, session: Option<&str>) -> &mut Past {
        self.sessions.entry(session.unwrap_or_default().to_owned()).or_default()
    }

    /// Asks the sandbox.
    pub fn ask(&self, call: &Call) -> Answer {
        let mut headers = String::new();
        for (name, value) in [("x-hf-session", &call.session), ("x-hf-language", &call.language)] {
            if let Some(value) = value {
                headers.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        let bytes = match &call.body {
            Some(body) => body.to_string().into_bytes(),
            None => call.bytes.clone(),
        };
        let method = if matches!(call.operation.as_str(), "submit" | "file") { "POST" } else { "GET" };
        if method == "POST" {
            headers.push_str(&format!("Content-Type: {}\r\nContent-Length: {}\r\n", call.content_type, bytes.len()));
        }
        let head = format!("{method} {} HTTP/1.1\r\nHost: sandbox\r\n{headers}Connection: close\r\n\r\n", call.target);
        let answer = wire::send(self.upstream, &[head.as_bytes(), &bytes].concat());
        Answer {
            status: answer.status.split(' ').nth(1).unwrap().parse().unwrap(),
            session: answer.session(),
            body: serde_json::from_str(&answer.body).unwrap_or_default(),
        }
    }
}

/// One fault: what it does to a call before it reaches the API, and to its answer.
#[derive(Clone, Copy)]
pub struct Fault {
    pub before: fn(&mut Call, &mut Memory),
    pub after: fn(&Call, &mut Answer, &mut Memory),
}

/// No fault at all.
pub const NONE: Fault = Fault { before: |_, _| {}, after: |_, _, _| {} };

/// The API with a fault, as long as it is held.
pub struct Spoiling {
    _sandbox: Running,
    server: Scripted,
}

impl Spoiling {
    /// Serves the flows of a project, spoilt.
    pub fn start(project: &Project, fault: Fault) -> Self {
        Spoiling::with_profiles(project, fault, true)
    }

    /// The same, with profiles that anybody can read or nobody.
    pub fn with_profiles(project: &Project, fault: Fault, are_read: bool) -> Self {
        let mut sandbox = project.start(&["sandbox"]);
        let (_, upstream) = sandbox.until_ready();
        let memory = Mutex::new(Memory { upstream, sessions: HashMap::new(), first: None });
        let server = Scripted::start(move |request, _| {
            let mut memory = memory.lock().unwrap();
            let mut call = read(request);
            if call.operation == "v2" {
                let profile = r#"{"id":"x","flowData":{"mini":{"serviceData":[]}}}"#;
                return match are_read {
                    true => Reply::json(200, profile),
                    false => Reply::json(401, r#"{"code":4050,"message":"Invalid credentials"}"#),
                };
            }
            (fault.before)(&mut call, &mut memory);
            let mut answer = memory.ask(&call);
            note(&call, &answer, &mut memory);
            (fault.after)(&call, &mut answer, &mut memory);
            let session = answer.session.unwrap_or_default();
            let headers = [("Content-Type", "application/json"), ("X-HF-Session", session.as_str())];
            let shown = if session.is_empty() { &headers[..1] } else { &headers[..] };
            Reply::with(answer.status, shown, answer.body.to_string().as_bytes())
        });
        Spoiling { _sandbox: sandbox, server }
    }

    /// Where it is.
    pub fn base_url(&self) -> String {
        format!("{}/wfs/interpreter-v2", self.server.url())
    }
}

fn read(request: &Request) -> Call {
    let target = request.target().split(' ').nth(1).unwrap().to_owned();
    let parts: Vec<&str> = target.split('/').collect();
    let at = parts.iter().position(|part| *part == "test").unwrap_or(0);
    let header = |name: &str| request.header(name).map(str::to_owned);
    Call {
        operation: parts.get(at + 1).copied().unwrap_or_default().to_owned(),
        session: header("x-hf-session"),
        language: header("x-hf-language"),
        body: serde_json::from_slice(&request.body).ok(),
        content_type: header("content-type").unwrap_or_default(),
        bytes: request.body.clone(),
        target,
    }
}

fn note(call: &Call, answer: &Answer, memory: &mut Memory) {
    let session = call.session.clone().or(answer.session.clone());
    if memory.first.is_none() {
        memory.first = session.clone();
    }
    let past = memory.of(session.as_deref());
    past.asked += 1;
    if call.operation == "submit" {
        past.refused = answer.status >= 400;
        if answer.status < 400 {
            past.taken.extend(call.body.clone());
        }
    }
    past.ended |= answer.body["type"] == "end";
    past.keys.extend(answer.body["key"].as_str().map(str::to_owned));
    if answer.body["elements"].is_array() {
        past.steps.push(answer.body.clone());
    }
}

impl Call {
    /// The same to another operation.
    pub fn to(mut self, operation: &str) -> Self {
        let (head, flow) = self.target.rsplit_once('/').unwrap();
        let head = head.rsplit_once('/').unwrap().0;
        self.target = format!("{head}/{operation}/{flow}");
        self.operation = operation.to_owned();
        self
    }
}
