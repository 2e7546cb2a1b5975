//! What no report shows: secrets wherever they were planted, and sessions.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::project::{Ended, Project};
use crate::report_files::FILES;
use crate::scripted::{Reply, Request, Scripted};
use crate::unpacked::unpacked;

/// The session that the server gives, and one that a scenario names itself.
const SESSION: &str = "5f2c7c5e-90ab-4f6e-8d6e-1f1e3a7b9c0d";
const FOREIGN: &str = "77aa0c1d-2222-4333-8444-9e0f1a2b3c4d";
const LIBTEST: [&[&str]; 5] = [
    &["--format", "json"],
    &["--format", "pretty"],
    &["--format", "terse"],
    &["--logfile", "out/log.txt"],
    &["--list"],
];
const OF_A_JOURNAL: [&str; 6] = ["summary", "html", "junit", "markdown", "gitlab", "merge"];

pub fn percent(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn json_text(text: &str) -> String {
    let json = serde_json::to_string(text).unwrap();
    json[1..json.len() - 1].to_owned()
}

/// A text in every encoding in which a server may give it back.
fn encoded(secret: &str) -> Vec<String> {
    let mut forms = writings(secret);
    for engine in [&STANDARD, &URL_SAFE] {
        forms.extend(["", "a", "ab", "id:"].map(|before| engine.encode(format!("{before}{secret} and more"))));
        forms.push(engine.encode(secret));
    }
    forms
}

/// What of these can be looked for.
fn forms(secret: &str) -> Vec<String> {
    let core = |engine: &base64::engine::GeneralPurpose, before: &str| {
        // The first and the last characters depend on what stands around it.
        let text = engine.encode(format!("{before}{secret}"));
        text[(before.len() * 8).div_ceil(6)..text.trim_end_matches('=').len() - 1].to_owned()
    };
    let mut forms = writings(secret);
    for engine in [&STANDARD, &URL_SAFE] {
        forms.extend(["", "a", "ab", "id:"].map(|before| core(engine, before)));
    }
    forms.sort();
    forms.dedup();
    forms
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn writings(secret: &str) -> Vec<String> {
    let hex = hex(secret);
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let component = in_browser(secret);
    let slashes = html.replace('\'', "&#39;").replace('/', "&#x2F;");
    vec![
        secret.to_owned(),
        secret.to_uppercase(),
        percent(&percent(secret)),
        percent(&component),
        component,
        slashes.replace("&#x2F;", "&#47;"),
        slashes,
        percent(secret),
        percent(secret).replace("%20", "+"),
        percent(secret).to_lowercase(),
        json_text(secret),
        json_text(&json_text(secret)),
        secret.replace('\'', "'\\''"),
        html.replace('\'', "&#39;"),
        html.replace('\'', "&apos;"),
        hex.to_uppercase(),
        hex,
    ]
}

/// As encodeURIComponent of JavaScript writes it.
fn in_browser(text: &str) -> String {
    let kept = ["!", "'", "(", ")", "*", "~", "-", "_", "."];
    kept.iter().fold(percent(text), |text, sign| text.replace(&percent(sign), sign))
}

/// All that was said and written, without what was there before: of a page, what lies packed in it as well.
pub fn outputs(project: &Project, said: &[Ended]) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = said.iter().map(|ended| ("the output".to_owned(), ended.all())).collect();
    let written = project.files(".").into_iter().chain(project.files("snapshots/maps"));
    for path in written.filter(|path| !path.starts_with("scenarios/") && !path.starts_with("given/")) {
        let text = String::from_utf8_lossy(&std::fs::read(project.path().join(&path)).unwrap()).into_owned();
        assert!(!text.trim().is_empty() || !path.starts_with("out/"), "{path} says nothing");
        let is_page = text.starts_with("<!DOCTYPE html>");
        assert_eq!(is_page, path.ends_with("page.html") || path.ends_with("of-journal.html"), "{path}");
        let whole = if is_page { unpacked(&text) } else { text.clone() };
        assert!(!is_page || whole.len() > text.len(), "nothing is packed in {path}");
        all.push((path, whole));
    }
    all
}

/// Without what is remembered for the next run: which tests failed, and what flows are like.
pub fn reports_only(outputs: Vec<(String, String)>) -> Vec<(String, String)> {
    let is_memory = |path: &str| path.contains(".draftgate/") || path.starts_with("snapshots/maps/");
    outputs.into_iter().filter(|(path, _)| !is_memory(path)).collect()
}

#[track_caller]
pub fn nowhere(kept_back: &[String], outputs: &[(String, String)]) {
    let mut found = Vec::new();
    for (place, text) in outputs {
        for form in kept_back {
            if let Some(at) = text.find(form.as_str()) {
                let from = text[..at].char_indices().rev().nth(80).map_or(0, |(at, _)| at);
                found.push(format!("{form} is in {place}: …{}", &text[from..at + form.len()]));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

/// Runs everything with every report, and makes each report of the journal as well.
pub fn everything(project: &Project, variables: &[(&str, &str)], more: &[&str]) -> Vec<Ended> {
    let run = |arguments: &[&str]| project.draftgate_with(variables, &[&["run"], arguments, more].concat());
    let mut said = vec![run(&[&FILES[..], &["--github"]].concat())];
    for of in OF_A_JOURNAL {
        let file = format!("out/of-journal.{of}");
        said.push(project.draftgate(&["report", of, "out/run.jsonl", "--out", &file]));
        said.push(project.draftgate(&["report", of, "out/run.jsonl"]));
    }
    said.extend(LIBTEST.map(run));
    said
}

pub fn entries(project: &Project) -> Vec<Value> {
    let journal = project.read("out/run.jsonl").unwrap();
    journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub fn tests(entries: &[Value]) -> impl Iterator<Item = &Value> {
    entries.iter().filter(|entry| entry["event"] == "test-finished")
}

/// A secret for each place where one is planted: quotes and signs that every writer has its own way with.
fn secret(place: &str) -> String {
    format!("{place}-'\"&<é>/+ s3cret")
}

/// One that can stand in names of files, of tests and in headers.
fn plain_secret(place: &str) -> String {
    format!("{place}-s3cret-0123")
}

const RICH: [&str; 5] = ["client", "body", "inner", "variable", "text"];
const PLAIN: [&str; 15] = [
    "query",
    "header",
    "file",
    "name",
    "title",
    "case",
    "comment",
    "skip",
    "tag",
    "language",
    "alias",
    "environment",
    "server",
    "applicant",
    "step",
];
/// What nobody tells the program that it is a secret.
const BY_PLACE: [&str; 11] = [
    "basic-pass-1",
    "apikey-77x",
    "cookie-55x",
    "proxy-33x",
    "set-cookie-9",
    "bearer-t0ken",
    "access-t0ken",
    "refresh-t0ken",
    "connect0r-token",
    "written-t0ken",
    "param-t0ken",
];

fn planted() -> Vec<String> {
    let known = RICH.map(secret).into_iter().chain(PLAIN.map(plain_secret));
    known.chain(BY_PLACE.map(str::to_owned)).collect()
}

/// A server that gives back all it was told, and tokens of its own, in every form.
fn echo(request: &Request, _: usize) -> Reply {
    let target = request.target();
    if target.ends_with("/connect/token") {
        return Reply::json(
            200,
            r#"{"access_token":"bearer-t0ken","expires_in":3600,"refresh_token":"refresh-t0ken"}"#,
        );
    }
    if target.contains("/file/") {
        return Reply::json(200, r#"{"key":"k"}"#);
    }
    if target.contains("/connector/") {
        return Reply::json(200, r#"{"token":"connect0r-token","flowId":"f-1"}"#);
    }
    if target.contains("gone") {
        return Reply::Close;
    }
    // What only one test was given, or gave, comes back to that test only.
    let of_one_test = |secret: &String| matches!(secret.as_str(), "connect0r-token" | "param-t0ken");
    let known: Vec<String> =
        planted().into_iter().filter(|secret| target.contains("/submit/") || !of_one_test(secret)).collect();
    let mut texts: Vec<String> = known.iter().flat_map(|secret| encoded(secret)).collect();
    texts.extend(known.iter().map(|secret| format!("in the middle of {secret} a text")));
    texts.push(target.to_owned());
    texts.push(String::from_utf8_lossy(&request.body).into_owned());
    texts.extend(request.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    let inner = json!({"access_token": "access-t0ken", "said": secret("inner")}).to_string();
    let body = json!({"id": "s", "title": plain_secret("title"), "type": "form", "canGoBack": false, "id_token": "access-t0ken",
        "message": secret("text"), "inner": inner, "elements": [
        {"id": "e1", "name": plain_secret("title"), "type": "text", "value": texts}]});
    let echoed = [
        ("x-hf-session", SESSION),
        ("x-echo", &percent(&secret("client"))),
        ("set-cookie", "sid=set-cookie-9; Path=/"),
    ];
    Reply::with(200, &echoed, body.to_string().as_bytes())
}

fn secret_project() -> (Scripted, Project) {
    let server = Scripted::start(echo);
    let config = server.config().replace(
        "flows: {",
        &format!(
            "  client_id: me\n  client_secret: \"{{{{ secret.CLIENT }}}}\"\nrun: {{ retries: 0 }}\n\
             environments: {{ {}: {{ run: {{ seed: 5 }} }} }}\nflows: {{ {}: \"{}\",",
            plain_secret("environment"),
            plain_secret("alias"),
            plain_secret("server"),
        ),
    );
    // Everything that only stands in files is named as a secret somewhere, so that the program can know it.
    let known = PLAIN
        .iter()
        .chain(&RICH)
        .map(|place| format!("# {{{{ secret.{} }}}}", place.to_uppercase()))
        .collect::<Vec<_>>()
        .join("\n");
    let head = |title: &str| format!("{known}\nscenario: {title}\nflow: {}\n", plain_secret("alias"));
    let failing = format!(
        "{}auth: client\nsnapshot: false\nlanguage: {}\ntags: [{}]\nvars: {{ v: \"{{{{ secret.VARIABLE }}}}\" }}\ncases: [ {{ case: {} }}, {{ case: other }} ]\nsteps:
  - init
  - request: {{ path: \"/x?q={{{{ secret.QUERY }}}}&access_token=param-t0ken\", headers: {{ x-note: \"{{{{ secret.HEADER }}}}\" }} }}
    headers: {{ authorization: \"Basic aWQ6YmFzaWMtcGFzcy0x\", x-api-key: apikey-77x, cookie: \"sid=cookie-55x\", proxy-authorization: \"Digest proxy-33x\" }}
  - upload: {{ field: e1, file: \"../given/{{{{ secret.FILE }}}}.txt\" }}
  - connect
  - redeem
  - submit: {{ e1: \"{{{{ secret.BODY }}}} {{{{ v }}}}\", inner: '{{\"a\":\"{{{{ secret.INNER | tojson }}}}\"}}' }}
    map: false
    name: {}
    as: {}
    expect: {{ title: other, json: {{ $.elements: {{ length: 7 }}, $.message: {} }} }}
",
        head(&plain_secret("name")),
        plain_secret("language"),
        plain_secret("tag"),
        plain_secret("case"),
        plain_secret("step"),
        plain_secret("applicant"),
        plain_secret("comment"),
    );
    let skipped = format!("{}skip: {}\nsteps: [init]\n", head("Skipped"), plain_secret("skip"));
    let unanswered = format!(
        "{}snapshot: false\nsteps:\n  - request: {{ path: \"/gone?q={{{{ secret.QUERY }}}}\" }}\n",
        head("Unanswered")
    );
    let changed = format!("{}auth: client\n# {}\nsteps: [init]\n", head("Changed"), secret("text"));
    let token = format!(
        "{}snapshot: false\nsteps:\n  - redeem: {{ token: written-t0ken }}\n    expect: {{ status: 400 }}\n",
        head("Token")
    );
    let project = Project::new()
        .with("scenarios/draftgate.yaml", config)
        .with("scenarios/failing.yaml", failing)
        .with("scenarios/skipped.yaml", skipped)
        .with("scenarios/unanswered.yaml", unanswered)
        .with("scenarios/token.yaml", token)
        .with("scenarios/changed.yaml", changed)
        .with(&format!("given/{}.txt", plain_secret("file")), "x")
        .with("snapshots/changed/01-init.snap", "---\nsource: x\n---\n{\"id\": \"old\"}\n");
    (server, project)
}

#[test]
fn a_secret_is_in_no_output_wherever_it_was_planted() {
    let (server, project) = secret_project();
    let values: Vec<(String, String)> = (RICH.iter().map(|place| (place.to_uppercase(), secret(place))))
        .chain(PLAIN.iter().map(|place| (place.to_uppercase(), plain_secret(place))))
        .collect();
    let variables: Vec<(&str, &str)> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let environment = plain_secret("environment");
    let said = everything(&project, &variables, &["--env", &environment, "--show-sessions"]);
    assert_eq!(said[0].code, Some(1), "{}", said[0].all());
    // It was there to be shown: the server was told it, and every test ran into what it was to run into.
    let told = server.requests();
    let body = |request: &Request| String::from_utf8_lossy(&request.body).into_owned();
    assert!(told.iter().any(|request| body(request).contains(&json_text(&secret("body")))));
    assert!(told.iter().any(|request| request.header("authorization") == Some("Basic aWQ6YmFzaWMtcGFzcy0x")));
    assert!(told.iter().any(|request| body(request).contains(&format!("filename=\"{}.txt", plain_secret("file")))));
    assert!(told.iter().any(|request| request.target().contains("/connector/connect0r-token")));
    let entries = entries(&project);
    let verdicts: Vec<&str> = tests(&entries).map(|test| test["verdict"].as_str().unwrap()).collect();
    for verdict in ["failed", "skipped", "broken", "review"] {
        assert!(verdicts.contains(&verdict), "{verdicts:?}");
    }
    let kept_back: Vec<String> = planted().iter().flat_map(|secret| forms(secret)).collect();
    let outputs = outputs(&project, &said);
    assert!(
        outputs.iter().any(|(path, text)| path.ends_with(".snap.new") && text.contains("[secret]")),
        "a snapshot waits"
    );
    nowhere(&kept_back, &outputs);
}

#[test]
fn headers_with_credentials_are_masked_whatever_they_hold() {
    let server = Scripted::start(|_, _| {
        Reply::with(200, &[("set-cookie", "a=b")], b"{\"token\":\"t\",\"id\":\"s\",\"elements\":[]}")
    });
    let steps = "steps:\n  - request: { path: /x }\n    headers: { authorization: \"Custom q\", cookie: \"c=d\", x-auth-token: z }\n    expect: { status: 201 }\n";
    let project = Project::new()
        .with("scenarios/draftgate.yaml", server.config())
        .with("scenarios/a.yaml", crate::flows::plain(steps));
    let ended = project.draftgate(&[&["run"], &FILES[..]].concat()).exits(1);
    let ended = ended.says("\n         (`[secret]` stands for what is not shown)\n");
    ended.says("authorization: Custom [secret]\n").says("cookie: [secret]\n").says("x-auth-token: [secret]\n");
    let entries = entries(&project);
    let exchange = &tests(&entries).next().unwrap()["steps"][0]["exchanges"][0];
    let header = |of: &str, name: &str| {
        let headers = exchange[of]["headers"].as_array().unwrap();
        headers.iter().find(|pair| pair[0] == name).map(|pair| pair[1].as_str().unwrap().to_owned()).unwrap()
    };
    assert_eq!(header("request", "authorization"), "Custom [secret]");
    assert_eq!(header("request", "x-auth-token"), "[secret]");
    assert_eq!(header("answer", "set-cookie"), "[secret]");
    assert_eq!(exchange["answer"]["body"]["json"]["token"], "[secret]");
}

fn session_project() -> (Scripted, Project) {
    let hex = hex(SESSION);
    let step = format!(
        r#"{{"id":"s","title":"It is {SESSION}","hex":"{hex}","type":"form","canGoBack":false,"elements":[]}}"#
    );
    let server = Scripted::start(move |request, _| match request.target().ends_with("/connect/token") {
        true => Reply::json(200, r#"{"access_token":"bearer-t0ken","expires_in":3600}"#),
        false => Reply::step(SESSION, &step),
    });
    let failing = format!(
        "steps:\n  - init\n  - current:\n    session: {FOREIGN}\n  - profile: {{ client: {FOREIGN} }}\n  - submit: {{ a: \"{{{{ session }}}}\" }}\n    map: false\n    expect: {{ title: other, json: {{ $.id: \"{{{{ session }}}}\" }} }}\n"
    );
    let config = server.config().replace("flows:", "  client_id: me\n  client_secret: hush-hush\nflows:");
    let project =
        Project::new().with("scenarios/draftgate.yaml", config).with("scenarios/a.yaml", crate::flows::plain(&failing));
    (server, project)
}

#[test]
fn a_session_is_in_no_output_whole_unless_that_is_asked_for() {
    let (_, project) = session_project();
    let said = everything(&project, &[], &[]);
    let kept_back: Vec<String> = [SESSION, FOREIGN]
        .iter()
        .flat_map(|session| [(*session).to_owned(), STANDARD.encode(session), hex(session)])
        .collect();
    nowhere(&kept_back, &reports_only(outputs(&project, &said)));
    let said = said.into_iter().next().unwrap().exits(1);
    let said = said.says("x-hf-session: 5f2c7c5e…\n").says("-H \"x-hf-session: $DRAFTGATE_SESSION\"");
    said.says("(`--show-sessions` writes the session out)\n");
    let entries = entries(&project);
    assert_eq!(tests(&entries).next().unwrap()["sessions"], json!(["5f2c7c5e…"]));
    assert!(entries.iter().any(|entry| entry["text"].as_str().is_some_and(|text| text.contains("session: 77aa0c1d…"))));
}

#[test]
fn with_show_sessions_the_command_runs_as_it_stands() {
    let (_, project) = session_project();
    let ended = project.draftgate(&[&["run", "--show-sessions", "--github"], &FILES[..]].concat()).exits(1);
    let ended = ended.says(&format!("-H 'x-hf-session: {SESSION}'")).says(&format!("It is {SESSION}"));
    ended.never_says("DRAFTGATE_SESSION").never_says("--show-sessions");
    assert_eq!(tests(&entries(&project)).next().unwrap()["sessions"], json!([SESSION]));
}

#[test]
fn what_a_filter_makes_of_a_secret_is_one() {
    let steps = "steps:\n  - init\n  - submit: { a: \"{{ secret.KEY | lower }}\", b: \"so {{ secret.PARTS | split(';') | last }}!\", c: \"{{ secret.NONE | default('fallback') }}\" }\n    map: false\n    expect: { title: other }\n";
    let server = Scripted::start(|request, _| {
        let sent = String::from_utf8_lossy(&request.body).into_owned();
        Reply::step(
            SESSION,
            &json!({"id": "s", "title": sent, "type": "form", "canGoBack": false, "elements": []}).to_string(),
        )
    });
    let project = Project::new()
        .with("scenarios/draftgate.yaml", server.config())
        .with("scenarios/a.yaml", crate::flows::plain(steps));
    let said = everything(&project, &[("KEY", "CanaryKEY-One"), ("PARTS", "first-part;second-part")], &[]);
    assert_eq!(said[0].code, Some(1), "{}", said[0].all());
    let kept_back = ["canarykey-one".to_owned(), "second-part".to_owned()];
    nowhere(&kept_back, &outputs(&project, &said));
    assert!(server.requests().iter().any(|request| String::from_utf8_lossy(&request.body).contains("canarykey-one")));
    assert!(said[0].stdout.contains("fallback"), "{}", said[0].stdout);
}
