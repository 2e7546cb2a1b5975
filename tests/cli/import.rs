//! `draftgate import`: recordings as browsers write them, made by driving the sandbox.

use draftgate::sandbox::{Server, ServerOptions};
use draftgate::source::Sources;
use serde_json::{Value, json};

use crate::flows::tiny;
use crate::project::Project;
use crate::wire::{self, RawAnswer};

const BASE: &str = "/wfs/interpreter-v2/test";

/// A form with a file and personal data.
const CLUB: &str = "flow: club
nodes:
  - form: person
    title: Who are you?
    elements:
      - { name: First name, role: first_name, type: text, required: true }
      - { name: Email, role: email, type: text, required: true, pattern: '^[^@ ]+@[^@ ]+$' }
      - { name: Plan, type: dropdown, required: true, options: [basic, pro] }
      - { name: Picture, type: file, accept: [png] }
  - { service: check, type: TRULIOO_EIDV, takes: 60ms }
  - form: reason
    title: Why?
    elements: [ { name: Reason, type: text, required: true } ]
";

/// A browser that goes through the flows of a project's sandbox and keeps what Chrome keeps.
struct Browser {
    _runtime: tokio::runtime::Runtime,
    server: Server,
    entries: Vec<Value>,
}

impl Browser {
    fn new(project: &Project) -> Self {
        let mut sources = Sources::default();
        let found = draftgate::scenario::discover(&project.path().join("scenarios"), &mut sources);
        let library = draftgate::sandbox::load(&mut sources, &found.flows).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = runtime.block_on(Server::start(library, ServerOptions::default())).unwrap();
        Browser { _runtime: runtime, server, entries: Vec::new() }
    }

    fn call(&mut self, method: &str, path: &str, session: Option<&str>, body: Option<Value>) -> RawAnswer {
        let header = session.map(|session| format!("x-hf-session: {session}\r\n")).unwrap_or_default();
        let text = body.map(|body| body.to_string());
        let bytes = match &text {
            Some(text) => wire::with_json(method, path, &header, text),
            None => wire::get(path, &header),
        };
        let answer = wire::send(self.server.address(), &bytes);
        let post = text.map(|text| json!({"mimeType": "application/json", "text": text}));
        self.keep(method, path, session, post, &answer);
        answer
    }

    fn upload(&mut self, session: &str, bytes: &str) -> String {
        let boundary = "----WebKitFormBoundary7MA4YWxk";
        let body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"grace-hopper.png\"\r\nContent-Type: image/png\r\n\r\n{bytes}\r\n--{boundary}--\r\n"
        );
        let kind = format!("multipart/form-data; boundary={boundary}");
        let path = format!("{BASE}/file/club");
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: sandbox\r\nx-hf-session: {session}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let answer = wire::send(self.server.address(), request.as_bytes());
        self.keep("POST", &path, Some(session), Some(json!({"mimeType": kind, "text": body})), &answer);
        json_of(&answer)["key"].as_str().unwrap().to_owned()
    }

    fn keep(&mut self, method: &str, path: &str, session: Option<&str>, post: Option<Value>, answer: &RawAnswer) {
        let pair = |name: &str, value: &str| json!({"name": name, "value": value});
        let mut headers = vec![pair(":method", method), pair("Cookie", "sid=cookie-secret"), pair("Accept", "*/*")];
        headers.extend(session.map(|session| pair("X-HF-Session", session)));
        let mut request = json!({"method": method, "url": format!("http://{}{path}", self.server.address()), "httpVersion": "http/2.0",
            "headers": headers, "queryString": [], "cookies": [], "headersSize": -1, "bodySize": 0});
        if let Some(post) = post {
            request["postData"] = post;
        }
        let status: u16 = answer.status.split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<Value> = answer.headers.iter().map(|(name, value)| pair(name, value)).collect();
        let content = json!({"size": answer.body.len(), "mimeType": "application/json", "text": answer.body});
        let response = json!({"status": status, "statusText": "", "headers": headers, "cookies": [], "content": content, "redirectURL": ""});
        self.entries.push(json!({"startedDateTime": "2026-11-23T10:00:00.000Z", "time": 12.5, "request": request, "response": response,
            "cache": {}, "timings": {"send": 0, "wait": 12, "receive": 0.5}}));
    }

    /// What a page loads beside its calls.
    fn asset(&mut self) {
        self.entries.push(json!({"request": {"method": "GET", "url": "https://cdn.example/app.js", "headers": []},
            "response": {"status": 200, "headers": [], "content": {"size": 4, "mimeType": "text/javascript", "text": "1+1;"}}}));
    }

    fn har(&self) -> String {
        json!({"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "pages": [], "entries": self.entries}}).to_string()
    }

    /// Somebody called Grace goes through the club's flow, with a mistake on the way.
    fn visit(&mut self) {
        self.asset();
        let first = self.call("GET", &format!("{BASE}/flow/club"), None, None);
        let session = first.session().unwrap();
        let id = |answer: &RawAnswer, name: &str| {
            let body = json_of(answer);
            let found =
                body["elements"].as_array().unwrap().iter().find(|element| element["name"] == name).unwrap().clone();
            found["id"].as_str().unwrap().to_owned()
        };
        let person = |email: &str, key: Option<&str>| {
            let mut body =
                json!({id(&first, "First name"): "Grace", id(&first, "Email"): email, id(&first, "Plan"): "pro"});
            if let Some(key) = key {
                body[id(&first, "Picture")] = key.into();
            }
            body
        };
        let submit = format!("{BASE}/submit/club");
        self.call("POST", &submit, Some(&session), Some(person("grace.at.navy", None)));
        let key = self.upload(&session, "\u{89}PNG of Grace");
        let mut answer = self.call("POST", &submit, Some(&session), Some(person("grace@navy.example", Some(&key))));
        self.asset();
        while answer.body.contains("pending") {
            answer = self.call("GET", &format!("{BASE}/flow/club"), Some(&session), None);
        }
        let reason = json!({id(&answer, "Reason"): "Grace wants to"});
        self.call("POST", &submit, Some(&session), Some(reason));
    }
}

fn json_of(answer: &RawAnswer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

fn club() -> Project {
    Project::new().with("scenarios/club.flow.yaml", CLUB)
}

#[test]
fn a_visit_becomes_a_scenario_that_passes_and_tells_of_nobody() {
    let project = club();
    let mut browser = Browser::new(&project);
    browser.visit();
    project.write("visit.har", browser.har());
    let ended = project.draftgate(&["import", "visit.har"]).exits(0);
    let ended = ended.says("Wrote scenarios/visit.yaml: 4 steps\n").says("2 other requests passed over; ");
    let ended = ended.says("Where the flow decides by what was replaced, it may go another way.\n");
    assert_eq!(ended.stderr, "");
    let text = project.read("scenarios/visit.yaml").unwrap();
    for said in [
        "# Who are you?\n",
        "      email: xxxxx.xx.xxxx\n",
        "    expect: 4008\n",
        "      Plan: pro\n",
        "{ file: files/picture.png }",
        "    wait: 60s",
        "    expect: Why?\n",
        "    expect: end\n",
    ] {
        assert!(text.contains(said), "{said:?} is not in\n{text}");
    }
    let picture = std::fs::read(project.path().join("scenarios/files/picture.png")).unwrap();
    for personal in ["Grace", "grace", "navy", "cookie-secret"] {
        assert!(!text.contains(personal), "{personal} is in\n{text}");
        assert!(!String::from_utf8_lossy(&picture).contains(personal));
    }
    project.draftgate(&["lint"]).exits(0);
    project.draftgate(&["run", "scenarios/visit.yaml", "--update"]).exits(0).says("1 test: 1 passed");
    project.draftgate(&["import", "visit.har"]).exits(2).complains("scenarios/visit.yaml is there already");
    project.draftgate(&["import", "visit.har", "--keep-data", "--flow", "club", "--out", "kept"]).exits(0);
    let kept = project.read("kept/visit.yaml").unwrap();
    assert!(
        kept.contains("first_name: Grace\n")
            && kept.contains("files/grace-hopper.png")
            && !kept.contains("cookie-secret"),
        "{kept}"
    );
}

/// What Chromium 156 recorded of a page that goes through the retail onboarding, with a mistake and an upload on the way.
const CHROMIUM: &str = include_str!("recordings/chromium.har");

#[test]
fn a_recording_of_a_real_browser_passes_with_its_own_data() {
    let flow = include_str!("../../scenarios/retail/retail-onboarding.flow.yaml");
    let locale = "Street: Rue\n";
    let project = Project::new()
        .with("scenarios/retail-onboarding.flow.yaml", flow)
        .with("scenarios/locales/fr-FR.yaml", locale)
        .with("scenarios/locales/fr-CA.yaml", locale)
        .with("visit.har", CHROMIUM);
    let ended = project.draftgate(&["import", "visit.har", "--keep-data"]).exits(0);
    let ended = ended.says("8 calls of the flow API were understood, 1 other requests passed over.\n");
    ended
        .complains("the recording does not hold the bytes of proof-of-address.pdf: a made-up file stands in its place");
    project.draftgate(&["run", "--update"]).exits(0).says("1 test: 1 passed");
    project
        .draftgate(&["import", "visit.har", "--out", "scenarios/nobody.yaml"])
        .exits(0)
        .says("8 values were replaced");
    let nobody = project.read("scenarios/nobody.yaml").unwrap();
    for personal in ["Grace", "grace", "Nomatch", "Navy", "navy", "Arlington", "1906"] {
        assert!(!nobody.contains(personal), "{personal} is in\n{nobody}");
    }
}

#[test]
fn several_visits_are_several_scenarios() {
    let project = club();
    let mut browser = Browser::new(&project);
    browser.visit();
    browser.call("GET", &format!("{BASE}/flow/club"), None, None);
    browser.visit();
    project.write("two.har", browser.har());
    let ended = project.draftgate(&["import", "two.har", "--out", "scenarios/new"]).exits(0);
    ended
        .says("Wrote scenarios/new/two.yaml")
        .says("Wrote scenarios/new/two-2.yaml")
        .complains("a session was begun and not gone on with");
    project.draftgate(&["run", "--update"]).exits(0).says("2 tests: 2 passed");
    project.draftgate(&["import", "two.har", "--out", "-"]).exits(2).complains("there are 2 scenarios");
}

#[test]
fn a_recording_without_answers_is_told() {
    let project = club();
    let mut browser = Browser::new(&project);
    browser.visit();
    for entry in &mut browser.entries {
        entry["response"]["content"].as_object_mut().unwrap().remove("text");
    }
    project.write("bare.har", browser.har());
    let ended = project.draftgate(&["import", "bare.har"]).exits(0);
    ended.complains("the recording has no body of this answer, so that the next step's fields are not known");
    let text = project.read("scenarios/bare.yaml").unwrap();
    assert!(text.contains("fill: valid") && !text.contains("Grace"), "{text}");
    project.draftgate(&["lint"]).exits(0);
}

#[test]
fn what_is_no_recording_is_told_with_its_place() {
    let project = tiny()
        .with("broken.har", "{\"log\": {\n  \"entries\": [}\n")
        .with("other.json", "{\"a\": 1}")
        .with("cut.har", "{\"log\": {\"entries\": [{");
    let import = |file: &str| project.draftgate(&["import", file]);
    import("broken.har")
        .exits(2)
        .complains("error: broken.har cannot be imported: line 2, column 15: expected value\n");
    import("cut.har")
        .exits(2)
        .complains("the file ends in the middle, at line 1, column 22: export the recording once more");
    import("other.json").exits(2).complains("it has no `log` with `entries`, as a HAR file has");
    project.write("odd.har", r#"{"log": {"entries": [{}, "Grace"]}}"#);
    import("odd.har")
        .exits(2)
        .complains("odd.har cannot be imported: entry 2 is not as a HAR file has it: it is no object with `request`");
    import("nowhere.har").exits(2).complains("error: nowhere.har cannot be imported: it cannot be read");
    let mut browser = Browser::new(&project);
    browser.asset();
    project.write("none.har", browser.har());
    import("none.har").exits(4).complains("error: none of the 1 entries of none.har is a call of the flow API");
    assert_eq!(project.files("scenarios"), ["scenarios/tiny.flow.yaml"]);
}
