//! `draftgate record`: what passes through the proxy, and what is written of it (ended by signals, so on Unix only).

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::flows::tiny;
use crate::project::{Project, Running};
use crate::scripted::{Reply, Scripted};
use crate::wire::{self, RawAnswer};

const BASE: &str = "/wfs/interpreter-v2/test";

/// A proxy in a process of its own.
struct Recorder {
    running: Running,
    address: SocketAddr,
    banner: String,
}

impl Recorder {
    fn start(project: &Project, arguments: &[&str]) -> Self {
        let mut running = project.start(&[&["record", "--listen", "0"], arguments].concat());
        let (banner, address) = running.until_ready();
        Recorder { running, address, banner }
    }

    fn get(&self, path: &str, session: Option<&str>) -> RawAnswer {
        let header = session.map(|session| format!("x-hf-session: {session}\r\n")).unwrap_or_default();
        wire::send(self.address, &wire::get(&format!("{BASE}{path}"), &header))
    }

    fn submit(&self, session: &str, body: &Value) -> RawAnswer {
        let header = format!("x-hf-session: {session}\r\nauthorization: Bearer hush-hush\r\n");
        wire::send(self.address, &wire::with_json("POST", &format!("{BASE}/submit/tiny"), &header, &body.to_string()))
    }

    /// Somebody goes through the tiny flow.
    fn visit(&self, name: &str) {
        let first = self.get("/flow/tiny", None);
        let session = first.session().unwrap();
        let second = self.submit(&session, &json!({first.id_of("First name"): name}));
        let last = self.submit(&session, &json!({second.id_of("City"): "Arlington"}));
        assert!(last.body.contains("\"end\""), "{last:?}");
    }
}

#[test]
fn a_visit_is_written_when_it_ends_and_the_rest_when_it_stops() {
    let project = tiny();
    let mut recorder = Recorder::start(&project, &[]);
    assert!(recorder.banner.contains("in front of the embedded sandbox"), "{}", recorder.banner);
    recorder.visit("Grace");
    let said = recorder.running.until("Wrote scenarios/recorded/tiny-1.yaml: 3 steps\n");
    assert!(said.contains("  flow tiny -> Personal details\n") && said.contains("  submit tiny -> end\n"), "{said}");
    assert!(!said.contains("Grace") && !said.contains("hush-hush"), "{said}");
    let begun = recorder.get("/flow/tiny", None);
    recorder.submit(&begun.session().unwrap(), &json!({begun.id_of("Age"): 17}));
    let ended = recorder.running.ended_by("-INT").exits(0).says("Wrote scenarios/recorded/tiny-2.yaml: 2 steps\n");
    ended.says("Stopped: 2 scenarios in scenarios/recorded.\n");
    let first = project.read("scenarios/recorded/tiny-1.yaml").unwrap();
    assert!(!first.contains("Grace") && !first.contains("Arlington") && !first.contains("hush-hush"), "{first}");
    assert!(first.contains("auth: client") && first.contains("first_name: \"{{ first_name }}\"\n"), "{first}");
    let second = project.read("scenarios/recorded/tiny-2.yaml").unwrap();
    assert!(second.contains("      Age: 16\n    expect: 4006\n") && !second.contains("17"), "{second}");
    project.draftgate(&["lint"]).exits(0).says("2 scenarios");
    // A second recording leaves the first alone.
    let recorder = Recorder::start(&project, &["--keep-data", "--flow", "tiny"]);
    recorder.visit("Grace");
    recorder.running.ended_by("-TERM").exits(0).says("Stopped: 1 scenario in scenarios/recorded.\n");
    assert!(project.read("scenarios/recorded/tiny-3.yaml").unwrap().contains("first_name: Grace\n"));
    assert_eq!(project.read("scenarios/recorded/tiny-1.yaml").unwrap(), first);
}

#[test]
fn what_was_recorded_passes_when_it_is_run() {
    let project = tiny().with("scenarios/sandbox.yaml", "clients: [ { client_id: me, client_secret: open-sesame } ]\n");
    let recorder = Recorder::start(&project, &[]);
    recorder.visit("Grace");
    recorder.running.ended_by("-INT").exits(0);
    project.draftgate(&["run", "--update"]).exits(0).says("1 test: 1 passed");
}

#[test]
fn many_visitors_at_once_are_kept_apart() {
    let project = tiny();
    let recorder = Recorder::start(&project, &[]);
    std::thread::scope(|scope| {
        for number in 0..8 {
            let recorder = &recorder;
            scope.spawn(move || recorder.visit(&format!("Grace {number}")));
        }
    });
    recorder.running.ended_by("-INT").exits(0).says("Stopped: 8 scenarios in scenarios/recorded.\n");
    for number in 1..=8 {
        let text = project.read(&format!("scenarios/recorded/tiny-{number}.yaml")).unwrap();
        assert_eq!(text.matches("  - submit:").count(), 2, "{text}");
        assert!(text.contains("to the end") && !text.contains("Grace"), "{text}");
    }
}

#[test]
fn bytes_pass_as_they_are_and_a_dead_server_is_told() {
    let body = "x".repeat(5_000_000);
    let answer = body.clone();
    let server = Scripted::start(move |request, _| match request.target() {
        "GET /wfs/interpreter-v2/closed" => Reply::Close,
        _ => Reply::with(
            207,
            &[("Content-Type", "text/plain"), ("X-Odd", "kept"), ("Connection", "x-gone"), ("X-Gone", "1")],
            answer.as_bytes(),
        ),
    });
    let project = Project::new().with("scenarios/draftgate.yaml", server.config());
    let recorder = Recorder::start(&project, &[]);
    let path = "/wfs/interpreter-v2/anything?a=1%202&b";
    let request = wire::with_json(
        "PUT",
        path,
        "X-Mine: yes\r\nExpect-Nothing: x\r\nAccept-Encoding: gzip\r\n",
        &format!("\"{body}\""),
    );
    let got = wire::send(recorder.address, &request);
    assert_eq!(
        (got.status.split(' ').nth(1), got.header("x-odd"), got.header("x-gone")),
        (Some("207"), Some("kept"), None)
    );
    assert_eq!(got.body.len(), body.len());
    let sent = server.requests().remove(0);
    assert_eq!(sent.target(), format!("PUT {path}"));
    assert_eq!((sent.header("host"), sent.header("x-mine")), (Some(server.host().as_str()), Some("yes")));
    assert_eq!((sent.header("accept-encoding"), sent.body.len()), (Some("identity"), body.len() + 2));
    let dead = wire::send(recorder.address, &wire::get("/wfs/interpreter-v2/closed", ""));
    assert_eq!(dead.status, "HTTP/1.1 502 Bad Gateway");
    assert!(dead.body.starts_with("draftgate record: no answer from 127.0.0.1: "), "{dead:?}");
    recorder.running.ended_by("-INT").exits(0).says("Stopped: no call of the flow API was recorded.\n");
    assert_eq!(project.files("scenarios"), ["scenarios/draftgate.yaml"]);
}

#[test]
fn the_published_flow_and_an_open_line_are_refused() {
    let server = Scripted::start(|_, _| Reply::json(200, "{}"));
    let project = Project::new().with("scenarios/draftgate.yaml", server.config());
    let recorder = Recorder::start(&project, &[]);
    let refused = wire::send(recorder.address, &wire::get("/wfs/interpreter-v2/flow/f-1", ""));
    assert_eq!(refused.status, "HTTP/1.1 403 Forbidden");
    assert!(refused.body.contains("--allow-live"), "{refused:?}");
    assert!(server.requests().is_empty());
    recorder.running.ended_by("-INT").exits(0);
    let ended = project.draftgate(&[
        "record",
        "--listen",
        "0",
        "--base-url",
        "http://api.example/x",
        "--export-url",
        "http://api.example/e",
        "--token-url",
        "http://api.example/t",
    ]);
    ended.exits(2).complains("error: what applicants enter would be sent in the clear to api.example; use https");
    let port = recorder_port();
    let ended = project.draftgate(&["record", "--listen", &port.1]).exits(2);
    ended.complains(&format!("error: 127.0.0.1:{} cannot be listened at: ", port.1));
    project
        .draftgate_with(&[("CI", "1")], &["record", "--listen", "0"])
        .exits(2)
        .complains("name the folder with --out");
}

/// A port that is taken for as long as the listener lives.
fn recorder_port() -> (std::net::TcpListener, String) {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    (taken, port)
}
