//! `draftgate sandbox`: what it says, what it serves, how it takes changes, and how it ends (by signals, so on Unix only).

use std::io::BufRead as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::flows::{TINY, tiny};
use crate::project::{Project, Running};
use crate::wire::{self, RawAnswer};

const FLOW: &str = "/wfs/interpreter-v2/test/flow/tiny";
const SUBMIT: &str = "/wfs/interpreter-v2/test/submit/tiny";
const NOT_FOUND: &str = "HTTP/1.1 404 Not Found";
/// How long a test waits for something to happen.
const DEADLINE: Duration = Duration::from_secs(30);

/// A sandbox in a process of its own.
struct Served {
    running: Running,
    address: SocketAddr,
    /// What it said until it was ready.
    banner: String,
}

impl Served {
    fn start(project: &Project, arguments: &[&str]) -> Self {
        let mut running = project.start(&[&["sandbox"], arguments].concat());
        let (banner, address) = running.until_ready();
        Served { running, address, banner }
    }

    fn get(&self, session: Option<&str>) -> RawAnswer {
        let session = session.map(|session| format!("x-hf-session: {session}\r\n")).unwrap_or_default();
        wire::send(self.address, &wire::get(FLOW, &session))
    }

    /// Asks until an answer is as wanted: a changed file is noticed some time after it was written.
    fn ask_until(&self, session: Option<&str>, wanted: impl Fn(&RawAnswer) -> bool) -> RawAnswer {
        let began = Instant::now();
        loop {
            let answer = self.get(session);
            if wanted(&answer) {
                return answer;
            }
            assert!(began.elapsed() < DEADLINE, "{answer:?}");
        }
    }
}

#[test]
fn it_says_what_it_serves_and_stops_cleanly() {
    for signal in ["-INT", "-TERM"] {
        let project = tiny().with("scenarios/draft.draft.flow.yaml", "authenticated: true\nnodes: [ { form: a } ]\n");
        let served = Served::start(&project, &[]);
        let address = served.address;
        for line in [
            format!("Serving the flows of scenarios at http://{address}\n"),
            "  draft  draft, needs a token\n".to_owned(),
            "  tiny   draft and live\n".to_owned(),
            format!("  GET    http://{address}/wfs/interpreter-v2/flow/{{flow}}\n"),
            format!("  DELETE http://{address}/wfs/interpreter-v2/endclient/link\n"),
            format!("  GET    http://{address}/wfs/export/v2/query/client/{{client}}?includeFullServiceDetails=true\n"),
            format!("  POST   http://{address}/connect/token\n"),
            format!("  POST   http://{address}/wfs/interpreter-v2/sandbox/docv/{{short_code}}\n"),
        ] {
            assert!(served.banner.contains(&line), "{line:?} is not in\n{}", served.banner);
        }
        assert!(address.ip().is_loopback());
        assert_eq!(served.get(None).status, "HTTP/1.1 200 OK");
        served.running.ended_by(signal).exits(0).says("\nStopped.\n");
        assert!(std::net::TcpStream::connect(address).is_err(), "nobody listens any more");
    }
}

#[test]
fn a_changed_definition_is_taken_and_what_did_not_change_stays() {
    let project = tiny().with("scenarios/other.flow.yaml", "nodes: [ { form: a } ]\n");
    let served = Served::start(&project, &["--flows", "scenarios"]);
    let first = served.get(None);
    let session = first.session().unwrap();
    let submit = format!(r#"{{"{}":"Ada"}}"#, first.id_of("First name"));
    let header = format!("x-hf-session: {session}\r\n");
    let address = wire::send(served.address, &wire::with_json("POST", SUBMIT, &header, &submit));
    assert!(address.body.contains(r#""title":"Address""#));

    project.write("scenarios/other.flow.yaml", "nodes: [ { form: b } ]\n");
    project.write("scenarios/new.flow.yaml", "nodes: [ { form: c } ]\n");
    let other = "/wfs/interpreter-v2/test/flow/new";
    let began = Instant::now();
    while wire::send(served.address, &wire::get(other, "")).status == NOT_FOUND {
        assert!(began.elapsed() < DEADLINE);
    }
    assert_eq!(served.get(None).id_of("First name"), first.id_of("First name"), "this file was left alone");

    project.write("scenarios/tiny.flow.yaml", TINY.split("  - form: address").next().unwrap());
    let gone = served.ask_until(Some(&session), |answer| answer.status == NOT_FOUND);
    assert_eq!(gone.body, r#"{"code":4002,"message":"Node not found"}"#);
    assert_ne!(served.get(None).id_of("First name"), first.id_of("First name"), "a rebuilt flow has new ids");
    served.running.ended_by("-INT").exits(0).says("Reloaded: ").says("Reloaded: tiny\n");
}

#[test]
fn a_broken_definition_is_told_of_and_the_one_before_is_served_on() {
    let project = tiny();
    let mut served = Served::start(&project, &[]);
    let first = served.get(None);
    project.write("scenarios/tiny.flow.yaml", TINY.replace("type: text", "type: tex"));
    let mut complaints = served.running.complaints();
    let mut told = String::new();
    while !told.contains("are served on") {
        assert!(complaints.read_line(&mut told).unwrap() > 0, "{told}");
    }
    assert!(told.contains("error[E020]: unknown element type `tex`\n --> scenarios/tiny.flow.yaml:6:"), "{told}");
    assert!(told.contains("did you mean `text`?"));
    assert_eq!(served.get(first.session().as_deref()).body, first.body);
    project.write("scenarios/tiny.flow.yaml", TINY.replace("Personal details", "Mended"));
    served.ask_until(None, |answer| answer.body.contains("Mended"));
    served.running.ended_by("-INT").exits(0);
}

#[test]
fn a_killed_sandbox_knows_nobody_when_it_is_back() {
    let project = tiny();
    let served = Served::start(&project, &[]);
    let address = served.address;
    let session = served.get(None).session().unwrap();
    assert_eq!(served.running.ended_by("-KILL").code, None);
    assert!(std::net::TcpStream::connect(address).is_err(), "nobody listens");
    let again = Served::start(&project, &["--port", &address.port().to_string()]);
    assert_eq!(again.address, address);
    again.get(Some(&session)).is(NOT_FOUND, r#"{"code":4100,"message":"Client not found"}"#);
    again.running.ended_by("-INT").exits(0);
}

#[test]
fn what_cannot_be_served_is_told() {
    let project = tiny();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ended = project.draftgate(&["sandbox", "--port", &port]).exits(2);
    ended.complains(&format!("error: 127.0.0.1:{port} cannot be listened at: ")).complains("choose another --port");
    project.draftgate(&["sandbox", "--flows", "nowhere"]).exits(2).complains("error: there is no folder nowhere\n");
    Project::new().draftgate(&["sandbox"]).exits(4).complains("error: scenarios has no flow definition");
    project.write("scenarios/tiny.flow.yaml", "nodes: [ { form: a, next: b } ]\n");
    let ended = project.draftgate(&["sandbox"]).exits(3);
    ended
        .complains("error[E084]: there is no node `b`\n --> scenarios/tiny.flow.yaml:1:27\n")
        .complains("1 mistake found");
}

#[test]
fn a_secret_beside_a_mistake_is_not_shown() {
    let project = tiny()
        .with("scenarios/sandbox.yaml", "clients: [ { client_id: me, client_secret: correct horse, scop: x } ]\n");
    for command in ["sandbox", "run", "lint"] {
        let ended = project.draftgate(&[command]).exits(3).complains("unknown key `scop`");
        ended.complains("client_secret: [secret]").never_says("correct horse");
    }
}
