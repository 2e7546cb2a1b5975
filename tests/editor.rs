//! The committed schemas in the language server that editors use: it completes, explains, and underlines a typo.
//!
//! The server is a program of npm's. It is the one that `YAML_LANGUAGE_SERVER` names, or `yaml-language-server` on the path;
//! where there is none, the test says that it was left out.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The variable that says where the server is.
const SERVER: &str = "YAML_LANGUAGE_SERVER";
/// When the whole is given up: the server starts in a second or two.
const PATIENCE: Duration = Duration::from_secs(120);

/// A language server, spoken to as an editor does.
struct Editor {
    server: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    schemas: Value,
    /// The diagnostics of each document, as last told.
    diagnostics: BTreeMap<String, Vec<Value>>,
    last: u64,
    until: Instant,
}

impl Drop for Editor {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

impl Editor {
    /// Starts the server; none where there is no such program.
    fn start(schemas: Value) -> Option<Self> {
        let named = std::env::var(SERVER).ok().filter(|name| !name.is_empty());
        let program = named.clone().unwrap_or_else(|| "yaml-language-server".to_owned());
        let started = Command::new(&program).arg("--stdio").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut server = match started {
            Ok(server) => server,
            Err(error) => {
                assert!(named.is_none(), "{SERVER} is {program}, which does not start: {error}");
                return None;
            }
        };
        let input = server.stdin.take().unwrap();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        let (send, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if send.send(message).is_err() {
                    break;
                }
            }
        });
        let until = Instant::now() + PATIENCE;
        let mut editor = Editor { server, input, messages, schemas, diagnostics: BTreeMap::new(), last: 0, until };
        let document =
            json!({ "completion": { "completionItem": { "snippetSupport": true } }, "publishDiagnostics": {} });
        let capabilities = json!({ "textDocument": document, "workspace": { "configuration": true } });
        editor.ask(
            "initialize",
            json!({ "processId": null, "rootUri": "file:///project", "capabilities": capabilities }),
        );
        editor.tell("initialized", json!({}));
        editor.tell("workspace/didChangeConfiguration", json!({ "settings": { "yaml": editor.settings() } }));
        Some(editor)
    }

    fn settings(&self) -> Value {
        let store = json!({ "enable": false });
        json!({ "schemas": self.schemas, "schemaStore": store, "validate": true, "hover": true, "completion": true })
    }

    fn send(&mut self, message: Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The next message; what the server asks for is answered, and what it tells of documents is kept.
    fn next(&mut self) -> Value {
        let left = self.until.saturating_duration_since(Instant::now());
        let message = self.messages.recv_timeout(left).expect("the language server says nothing more");
        let method = message["method"].as_str().unwrap_or_default();
        if method == "textDocument/publishDiagnostics" {
            let uri = message["params"]["uri"].as_str().unwrap().to_owned();
            self.diagnostics.insert(uri, message["params"]["diagnostics"].as_array().unwrap().clone());
        } else if !method.is_empty() && !message["id"].is_null() {
            let settings = |item: &Value| if item["section"] == "yaml" { self.settings() } else { Value::Null };
            let result = match method {
                "workspace/configuration" => {
                    message["params"]["items"].as_array().unwrap().iter().map(settings).collect()
                }
                _ => Value::Null,
            };
            self.send(json!({ "jsonrpc": "2.0", "id": message["id"], "result": result }));
        }
        message
    }

    /// Asks, and waits for the answer.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let id = self.last;
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.next();
            if message["id"] == id && message["method"].is_null() {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].clone();
            }
        }
    }

    /// Opens a document, and gives what is underlined in it: the line and what is said, as an editor counts lines, from one.
    fn open(&mut self, path: &str, text: &str) -> Vec<(u64, String)> {
        let uri = format!("file:///project/{path}");
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        while !self.diagnostics.contains_key(&uri) {
            self.next();
        }
        let told = |diagnostic: &Value| {
            let line = diagnostic["range"]["start"]["line"].as_u64().unwrap() + 1;
            (line, diagnostic["message"].as_str().unwrap().to_owned())
        };
        self.diagnostics[&uri].iter().map(told).collect()
    }

    /// Opens a document with the cursor at `|`, and asks something about that place.
    fn at_cursor(&mut self, path: &str, text: &str, method: &str) -> Value {
        let (before, after) = text.split_once('|').unwrap();
        self.open(path, &format!("{before}{after}"));
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap().len();
        let position = json!({ "line": line, "character": character });
        self.ask(method, json!({ "textDocument": { "uri": format!("file:///project/{path}") }, "position": position }))
    }

    /// What is proposed at the cursor.
    fn proposals(&mut self, path: &str, text: &str) -> Vec<String> {
        let answer = self.at_cursor(path, text, "textDocument/completion");
        let items = if answer.is_array() { &answer } else { &answer["items"] };
        items.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    /// What is shown at the cursor.
    fn hover(&mut self, path: &str, text: &str) -> String {
        self.at_cursor(path, text, "textDocument/hover").to_string()
    }
}

/// One message of the protocol; none at the end.
fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

fn has(proposals: &[String], wanted: &[&str]) {
    for word in wanted {
        assert!(proposals.iter().any(|proposal| proposal == word), "{word} is not among {proposals:?}");
    }
    assert!(proposals.iter().all(|proposal| proposal != "[object Object]"), "{proposals:?}");
}

#[test]
fn an_editor_completes_explains_and_underlines() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/draftgate.schema.json");
    let uri = url::Url::from_file_path(schemas).unwrap().to_string();
    let Some(mut editor) = Editor::start(json!({ uri: ["scenarios/**/*.yaml"] })) else {
        // A test's output is shown with --nocapture.
        let _ = writeln!(std::io::stderr(), "left out: there is no yaml-language-server, and {SERVER} names none");
        return;
    };
    let steps = "scenario: A\nflow: x\nsteps:\n";

    has(&editor.proposals("scenarios/empty.yaml", "|\n"), &["scenario", "fragment"]);
    let top = editor.proposals("scenarios/top.yaml", "scenario: A\n|\n");
    has(&top, &["flow", "steps", "vars", "cases", "finally"]);
    let step = editor.proposals("scenarios/step.yaml", &format!("{steps}  - |\n"));
    has(&step, &["init", "submit", "back", "use", "expect", "fill", "capture"]);
    let checks = editor.proposals("scenarios/checks.yaml", &format!("{steps}  - init:\n    expect:\n      |\n"));
    has(&checks, &["title", "elements", "json", "can_go_back"]);
    let expected = editor.proposals("scenarios/expected.yaml", &format!("{steps}  - init:\n    expect: |\n"));
    has(&expected, &["4006", "end", "pending"]);
    has(&editor.proposals("scenarios/fill.yaml", &format!("{steps}  - submit:\n    fill: |\n")), &["valid", "minimal"]);
    let node = editor.proposals("scenarios/a.flow.yaml", "nodes:\n  - service: a\n    type: |\n");
    has(&node, &["TRULIOO_EIDV"]);
    has(&editor.proposals("scenarios/draftgate.yaml", "server:\n  |\n"), &["base_url", "client_secret", "paths"]);

    let hover = editor.hover("scenarios/hover.yaml", &format!("{steps}  - submit:\n    fi|ll: valid\n"));
    assert!(hover.contains("Which fields get generated, valid data."), "{hover}");
    let hover = editor.hover("scenarios/code.yaml", &format!("{steps}  - init:\n    expect: 40|06\n"));
    assert!(hover.contains("What must come back"), "{hover}");

    let wrong = editor.open("scenarios/typo.yaml", &format!("{steps}  - init:\n    expcet: Address\n"));
    assert_eq!(wrong, [(5, "Property expcet is not allowed.".to_owned())]);
    let wrong = editor.open("scenarios/action.yaml", &format!("{steps}  - init\n  - submti: {{ A: b }}\n"));
    assert!(wrong.contains(&(5, "Property submti is not allowed.".to_owned())), "{wrong:?}");
    let wrong = editor.open("scenarios/modifier.yaml", &format!("{steps}  - back:\n    fill: valid\n"));
    assert_eq!(wrong, [(4, "`fill` belongs to submit".to_owned())]);
    let wrong = editor.open("scenarios/b.flow.yaml", "nodes:\n  - form: a\n    titel: A\n");
    assert_eq!(wrong, [(3, "Property titel is not allowed.".to_owned())]);

    for good in [
        "scenarios/retail/corrected.yaml",
        "scenarios/elements/what-the-form-says.yaml",
        "scenarios/retail/people.yaml",
        "scenarios/sandbox.yaml",
        "scenarios/fragments/retail-personal.yaml",
        "scenarios/retail/retail-onboarding.flow.yaml",
    ] {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(good)).unwrap();
        assert_eq!(editor.open(good, &text), [], "{good}");
    }
}
