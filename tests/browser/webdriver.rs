//! A browser without a window, led through chromedriver as WebDriver has it.
//!
//! The driver is the one that `CHROMEDRIVER` names, or `chromedriver` on the path.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The variable that says where the driver is.
const DRIVER: &str = "CHROMEDRIVER";
/// When something that the page is to come to is given up.
const PATIENCE: Duration = Duration::from_secs(60);
/// What a browser needs to run without a window, without rights of its own and without its own errands in the network.
const ARGUMENTS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];
/// The name of an element in WebDriver's JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser, which ends with the test.
pub struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
    _profile: TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends its browser with the session; without that, the browser would outlive it.
        drop(exchange(self.address, "DELETE", &format!("/session/{}", self.session), None));
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

impl Browser {
    /// Starts a browser; none where there is no such program, which is said.
    pub fn start() -> Option<Self> {
        let named = std::env::var(DRIVER).ok().filter(|name| !name.is_empty());
        let program = named.clone().unwrap_or_else(|| "chromedriver".to_owned());
        let started = Command::new(&program).arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut driver = match started {
            Ok(driver) => driver,
            Err(error) => {
                assert!(named.is_none(), "{DRIVER} is {program}, which does not start: {error}");
                // A test's output is shown with --nocapture.
                let _ = writeln!(std::io::stderr(), "left out: there is no chromedriver, and {DRIVER} names none");
                return None;
            }
        };
        let mut said = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = said.find_map(|line| {
            let line = line.unwrap();
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        let address = SocketAddr::from(([127, 0, 0, 1], port.expect("the driver says its port")));
        std::thread::spawn(move || said.for_each(drop));
        let profile = tempfile::tempdir().unwrap();
        let mut arguments: Vec<String> = ARGUMENTS.iter().map(|argument| (*argument).to_owned()).collect();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let options = json!({
            "browserName": "chrome", "goog:chromeOptions": { "args": arguments }, "goog:loggingPrefs": { "browser": "ALL" },
        });
        let answer =
            exchange(address, "POST", "/session", Some(&json!({ "capabilities": { "alwaysMatch": options } })));
        let session =
            answer["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {answer}")).to_owned();
        let browser = Browser { driver, address, session, _profile: profile };
        browser.resize(1280, 900);
        Some(browser)
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let answer = exchange(self.address, method, &format!("/session/{}{path}", self.session), body);
        let value = &answer["value"];
        assert!(value["error"].is_null(), "{method} {path}: {}: {}", value["error"], value["message"]);
        value.clone()
    }

    fn post(&self, path: &str, body: Value) -> Value {
        self.ask("POST", path, Some(&body))
    }

    fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.post("/goog/cdp/execute", json!({ "cmd": command, "params": parameters }))
    }

    /// Gives the page this many pixels.
    pub fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size);
    }

    /// Lets the system ask for a theme: `light` or `dark`.
    pub fn prefer(&self, theme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
        self.devtools("Emulation.setEmulatedMedia", features);
    }

    /// Shows the page as it is printed, or as it is on the screen again.
    pub fn print(&self, printed: bool) {
        self.devtools("Emulation.setEmulatedMedia", json!({ "media": if printed { "print" } else { "" } }));
    }

    /// Runs a program in the page, whatever the page's policy says of programs.
    pub fn inject(&self, program: &str) {
        let answer = self.devtools("Runtime.evaluate", json!({ "expression": program }));
        assert!(answer["exceptionDetails"].is_null(), "{answer}");
    }

    /// Goes to an address, as one who enters it.
    pub fn open(&self, address: &str) {
        // From one place in a page to another, a browser loads nothing.
        self.post("/url", json!({ "url": "about:blank" }));
        self.post("/url", json!({ "url": address }));
    }

    /// Loads the page again.
    pub fn reload(&self) {
        self.post("/refresh", json!({}));
    }

    /// The button Back.
    pub fn back(&self) {
        self.post("/back", json!({}));
    }

    /// What an expression is in the page.
    pub fn value(&self, expression: &str) -> Value {
        self.post("/execute/sync", json!({ "script": format!("return ({expression});"), "args": [] }))
    }

    /// What a promise comes to.
    pub fn awaited(&self, promise: &str) -> Value {
        let script = format!("const done = arguments[0]; ({promise}).then(done, (error) => done(String(error)));");
        self.post("/execute/async", json!({ "script": script, "args": [] }))
    }

    /// Waits until something is so in the page.
    #[track_caller]
    pub fn until(&self, condition: &str) {
        let end = Instant::now() + PATIENCE;
        while self.value(&format!("Boolean({condition})")) != true {
            assert!(Instant::now() < end, "never: {condition}\n{}\n{:?}", self.address(), self.complaints());
        }
    }

    /// Waits until the text of an element is this.
    #[track_caller]
    pub fn until_text(&self, selector: &str, text: &str) {
        self.until(&format!("document.querySelector({})?.innerText.trim() === {}", json!(selector), json!(text)));
    }

    /// The address of the page behind `#`.
    pub fn address(&self) -> String {
        self.value("location.hash").as_str().unwrap().to_owned()
    }

    /// The text that is seen of an element.
    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        let text = self.value(&format!("document.querySelector({})?.innerText", json!(selector)));
        text.as_str().unwrap_or_else(|| panic!("there is no {selector}")).trim().to_owned()
    }

    /// The texts that are seen of all elements of a kind, each in one line.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let texts = self.value(&format!(
            "[...document.querySelectorAll({})].filter((one) => one.checkVisibility()).map((one) => one.innerText.trim().replace(/\\s+/g, ' '))",
            json!(selector)
        ));
        serde_json::from_value(texts).unwrap()
    }

    fn find(&self, selector: &str) -> String {
        let found = self.post("/element", json!({ "using": "css selector", "value": selector }));
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    /// Clicks an element, where one who sees the page would.
    pub fn click(&self, selector: &str) {
        self.post(&format!("/element/{}/click", self.find(selector)), json!({}));
    }

    /// Types into an element.
    pub fn type_into(&self, selector: &str, text: &str) {
        self.post(&format!("/element/{}/value", self.find(selector)), json!({ "text": text }));
    }

    /// Presses a key, with whatever is in focus: a letter, or one of [`keys`].
    pub fn press(&self, key: &str) {
        let actions = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        self.post("/actions", json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] }));
    }

    /// Pastes into an element what was copied, and gives what stands in it then.
    pub fn paste_into(&self, selector: &str) -> String {
        self.value(&format!("document.querySelector({}).value = ''", json!(selector)));
        self.type_into(selector, &format!("{}v{}", keys::CONTROL, keys::NULL));
        self.value(&format!("document.querySelector({}).value", json!(selector))).as_str().unwrap().to_owned()
    }

    /// What the browser complained of since it was asked last.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.post("/se/log", json!({ "type": "browser" }));
        log.as_array().unwrap().iter().map(|entry| entry["message"].to_string()).collect()
    }
}

/// Keys that are no letters.
pub mod keys {
    /// Lets go of all keys.
    pub const NULL: &str = "\u{e000}";
    /// Enter.
    pub const ENTER: &str = "\u{e007}";
    /// Escape.
    pub const ESCAPE: &str = "\u{e00c}";
    /// The arrow down.
    pub const DOWN: &str = "\u{e015}";
    /// Control, which stays pressed while a text is typed.
    pub const CONTROL: &str = "\u{e009}";
}

/// Asks the driver something, on a connection of its own.
fn exchange(address: SocketAddr, method: &str, path: &str, body: Option<&Value>) -> Value {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        answer.read_line(&mut line).unwrap();
        match line.trim().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().unwrap()
            }
            None if line.trim().is_empty() => break,
            _ => {}
        }
    }
    let mut text = vec![0; length];
    answer.read_exact(&mut text).unwrap();
    serde_json::from_slice(&text).unwrap()
}
