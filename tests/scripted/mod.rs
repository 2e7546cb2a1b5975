//! A raw HTTP/1.1 server whose answers a test scripts, and which keeps what it was sent byte for byte.
//!
//! It shares no code with the client under test, nor with the sandbox.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// How long a test waits for a request before it is given up.
const DEADLINE: Duration = Duration::from_secs(30);

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET /path HTTP/1.1`
    pub line: String,
    /// The headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// Method and target: `GET /path`.
    pub fn target(&self) -> &str {
        self.line.strip_suffix(" HTTP/1.1").expect("it is HTTP/1.1")
    }

    /// The one header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let first = values.next();
        assert!(values.next().is_none(), "the header {name} came more than once");
        first
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is UTF-8")
    }
}

/// What the server does about a request.
pub enum Reply {
    /// Sends these bytes.
    Bytes(Vec<u8>),
    /// Sends these bytes and closes the connection.
    Cut(Vec<u8>),
    /// Closes the connection without a word.
    Close,
    /// Sends these bytes one by one, with this pause before each.
    Drip(Vec<u8>, Duration),
    /// Says nothing until the client gives up.
    Silence,
}

impl Reply {
    /// An answer with a status, headers and a body.
    pub fn with(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Self {
        let mut bytes = format!("HTTP/1.1 {status} Scripted\r\nContent-Length: {}\r\n", body.len()).into_bytes();
        headers.iter().for_each(|(name, value)| bytes.extend(format!("{name}: {value}\r\n").bytes()));
        bytes.extend(b"\r\n");
        bytes.extend(body);
        Reply::Bytes(bytes)
    }

    /// An answer in JSON.
    pub fn json(status: u16, body: &str) -> Self {
        Reply::with(status, &[("Content-Type", "application/json")], body.as_bytes())
    }

    /// A step of the flow, with the session that it belongs to.
    pub fn step(session: &str, body: &str) -> Self {
        Reply::with(200, &[("Content-Type", "application/json"), ("X-HF-Session", session)], body.as_bytes())
    }
}

#[derive(Default)]
struct Received {
    requests: Mutex<Vec<Request>>,
    came: Condvar,
}

/// The server; its threads end with the process.
pub struct Scripted {
    address: SocketAddr,
    received: Arc<Received>,
}

impl Scripted {
    /// Starts it. The script is given each request and how many came before it.
    pub fn start(script: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Received::default());
        let (script, kept) = (Arc::new(script), received.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (script, kept) = (script.clone(), kept.clone());
                // A client that goes away in the middle is no fault of the server's.
                std::thread::spawn(move || drop(serve(stream, &*script, &kept)));
            }
        });
        Scripted { address, received }
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `127.0.0.1:PORT`
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// A configuration by which scenarios call this server, laid out as the real service is.
    pub fn config(&self) -> String {
        let url = self.url();
        format!(
            "server:\n  base_url: {url}/wfs/interpreter-v2\n  export_url: {url}/wfs/export\n  \
             token_url: {url}/connect/token\nflows: {{ tiny: f-1, other: f-2 }}\n"
        )
    }

    /// What came so far.
    pub fn requests(&self) -> Vec<Request> {
        self.received.requests.lock().unwrap().clone()
    }

    /// Method and target of what came so far.
    pub fn targets(&self) -> Vec<String> {
        self.requests().iter().map(|request| request.target().to_owned()).collect()
    }

    /// Waits until that many requests came.
    pub fn wait_for(&self, count: usize) {
        let requests = self.received.requests.lock().unwrap();
        let awaited = |requests: &mut Vec<Request>| requests.len() < count;
        let (requests, late) = self.received.came.wait_timeout_while(requests, DEADLINE, awaited).unwrap();
        assert!(!late.timed_out(), "only {} of {count} requests came", requests.len());
    }
}

fn serve(stream: TcpStream, script: &dyn Fn(&Request, usize) -> Reply, received: &Received) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = read_request(&mut reader)? {
        let mut requests = received.requests.lock().unwrap();
        let before = requests.len();
        requests.push(request.clone());
        drop(requests);
        received.came.notify_all();
        match script(&request, before) {
            Reply::Bytes(bytes) => writer.write_all(&bytes)?,
            Reply::Cut(bytes) => return writer.write_all(&bytes),
            Reply::Close => return Ok(()),
            Reply::Drip(bytes, pause) => {
                for byte in bytes {
                    std::thread::sleep(pause);
                    writer.write_all(&[byte])?;
                }
            }
            Reply::Silence => drop(reader.read_to_end(&mut Vec::new())),
        }
    }
    Ok(())
}

fn read_request(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut request = Request { line: line.trim_end().to_owned(), headers: Vec::new(), body: Vec::new() };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    assert_eq!(request.header("transfer-encoding"), None, "bodies come with their length");
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    request.body.resize(length, 0);
    reader.read_exact(&mut request.body)?;
    Ok(Some(request))
}
