//! What the served sandbox costs: memory a session, and requests a second beside the smallest possible axum handler.
//!
//! `cargo bench --bench sandbox`. Three processes: the program as it is shipped, the handler (this binary again, told so
//! by its first argument), and this one, which sends the same kind of requests to both in turn, so that a machine whose
//! speed drifts drifts for both. Everything stays on loopback and is bounded in count and time.

#![expect(clippy::print_stdout, reason = "it reports to whoever runs it")]

use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The argument that makes this binary the handler to compare with.
const FLOOR: &str = "--floor";
/// How many sessions are open at once.
const SESSIONS: usize = 20_000;
/// Over how many connections.
const CONNECTIONS: usize = 64;
/// How many steps the flow has.
const STEPS: usize = 4;
/// How often the two servers are compared, and for how long each time.
const PAIRS: usize = 7;
const SPAN: Duration = Duration::from_secs(2);

const FLOW: &str = "/wfs/interpreter-v2/test/flow/load";
const SUBMIT: &str = "/wfs/interpreter-v2/test/submit/load";

fn main() -> io::Result<()> {
    let runtime = |threads: usize| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(threads).enable_all().build().expect("a runtime")
    };
    if std::env::args().any(|argument| argument == FLOOR) {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        return runtime(threads).block_on(floor());
    }
    runtime(1).block_on(measure())
}

/// The smallest possible handler.
async fn floor() -> io::Result<()> {
    let router = axum::Router::new().route("/", axum::routing::get(|| async { "ok" }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, router).await
}

/// A server in a process of its own, which is ended with it.
struct Server {
    child: Child,
    address: SocketAddr,
    _output: BufReader<std::process::ChildStdout>,
}

impl Server {
    /// Starts a command and reads its address from the first line that has one.
    fn start(mut command: Command) -> io::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let mut output = BufReader::new(child.stdout.take().ok_or_else(|| io::Error::other("no output"))?);
        let mut line = String::new();
        loop {
            line.clear();
            if output.read_line(&mut line)? == 0 {
                return Err(io::Error::other("the server ended"));
            }
            if let Some((_, address)) = line.trim().split_once("http://") {
                let address = address.parse().map_err(io::Error::other)?;
                return Ok(Server { child, address, _output: output });
            }
        }
    }

    /// The memory that it holds, in bytes, where the system tells.
    fn memory(&self) -> Option<usize> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        line.split_whitespace().nth(1)?.parse::<usize>().ok().map(|kilobytes| kilobytes * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

async fn measure() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("load.flow.yaml"), definition())?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_draftgate"));
    command.args(["sandbox", "--flows"]).arg(folder.path());
    let sandbox = Server::start(command)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(FLOOR);
    let floor = Server::start(command)?;
    load(&sandbox).await?;
    compare(&sandbox, &floor).await
}

/// Four forms of three fields; the ids are pinned, so that a body fits every session.
fn definition() -> String {
    let mut text = String::from("flow: load\nseed: load\nnodes:\n");
    for step in 1..=STEPS {
        text.push_str(&format!("  - form: step-{step}\n    title: Step {step}\n    elements:\n"));
        for field in ["First name", "Last name", "City"] {
            text.push_str(&format!("      - {{ name: {field}, type: text, required: true, max_length: 50 }}\n"));
        }
    }
    text
}

/// All sessions at once, each advanced through the flow.
async fn load(sandbox: &Server) -> io::Result<()> {
    let bodies = bodies(sandbox.address).await?;
    let idle = sandbox.memory();
    println!("{SESSIONS} sessions open at once, over {CONNECTIONS} connections");
    let request = Arc::new(|_: &str| format!("GET {FLOW} HTTP/1.1\r\nHost: b\r\n\r\n"));
    let mut sessions = vec![String::new(); SESSIONS];
    phase("begin", sandbox.address, &mut sessions, request).await?;
    for (step, body) in bodies.into_iter().enumerate() {
        let length = body.len();
        let request = Arc::new(move |session: &str| {
            format!(
                "POST {SUBMIT} HTTP/1.1\r\nHost: b\r\nx-hf-session: {session}\r\n\
                 Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
            )
        });
        phase(&format!("step {}", step + 1), sandbox.address, &mut sessions, request).await?;
    }
    if let (Some(idle), Some(full)) = (idle, sandbox.memory()) {
        let each = full.saturating_sub(idle) as f64 / SESSIONS as f64;
        let megabytes = |bytes: usize| bytes as f64 / 1e6;
        println!(
            "  memory  {:.1} MB before, {:.1} MB after: {each:.0} bytes a session",
            megabytes(idle),
            megabytes(full)
        );
    }
    Ok(())
}

/// What is submitted at each step, learnt by walking through the flow once.
async fn bodies(address: SocketAddr) -> io::Result<Vec<String>> {
    let mut connection = Connection::open(address).await?;
    let mut answer = connection.ask(&format!("GET {FLOW} HTTP/1.1\r\nHost: b\r\n\r\n")).await?;
    let session = answer.session.clone();
    let mut bodies = Vec::new();
    for _ in 0..STEPS {
        let step: serde_json::Value = serde_json::from_slice(&answer.body).map_err(io::Error::other)?;
        let elements = step["elements"].as_array().ok_or_else(|| io::Error::other("no form"))?;
        let fields =
            elements.iter().filter_map(|element| Some((element["id"].as_str()?.to_owned(), "Ada Lovelace".into())));
        let body = serde_json::Value::Object(fields.collect()).to_string();
        let length = body.len();
        let request = format!(
            "POST {SUBMIT} HTTP/1.1\r\nHost: b\r\nx-hf-session: {session}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        answer = connection.ask(&request).await?;
        bodies.push(body);
    }
    Ok(bodies)
}

/// One request for each session, which may be the one that begins it.
async fn phase<F>(name: &str, address: SocketAddr, sessions: &mut Vec<String>, request: Arc<F>) -> io::Result<()>
where
    F: Fn(&str) -> String + Send + Sync + 'static,
{
    let began = Instant::now();
    let mut tasks = Vec::new();
    for part in sessions.chunks(SESSIONS.div_ceil(CONNECTIONS)) {
        let (part, request) = (part.to_vec(), Arc::clone(&request));
        tasks.push(tokio::spawn(async move {
            let mut connection = Connection::open(address).await?;
            let (mut answered, mut errors) = (Vec::with_capacity(part.len()), 0);
            for session in part {
                let answer = connection.ask(&request(&session)).await?;
                errors += usize::from(!answer.ok);
                answered.push(answer.session);
            }
            io::Result::Ok((answered, errors))
        }));
    }
    let (mut all, mut wrong) = (Vec::with_capacity(sessions.len()), 0);
    for task in tasks {
        let (answered, errors) = task.await.map_err(io::Error::other)??;
        all.extend(answered);
        wrong += errors;
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("  {name:7} {:8.0} requests/s, {wrong} errors", SESSIONS as f64 / seconds);
    *sessions = all;
    Ok(())
}

/// The two servers in turn.
async fn compare(sandbox: &Server, floor: &Server) -> io::Result<()> {
    let mut connection = Connection::open(sandbox.address).await?;
    let mut asked = Vec::new();
    for _ in 0..CONNECTIONS {
        let answer = connection.ask(&format!("GET {FLOW} HTTP/1.1\r\nHost: b\r\n\r\n")).await?;
        asked.push(format!("GET {FLOW} HTTP/1.1\r\nHost: b\r\nx-hf-session: {}\r\n\r\n", answer.session));
    }
    let nothing = vec!["GET / HTTP/1.1\r\nHost: b\r\n\r\n".to_owned(); CONNECTIONS];
    let (mut flow_steps, mut floors, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let least = throughput(floor.address, &nothing).await?;
        let own = throughput(sandbox.address, &asked).await?;
        floors.push(least);
        flow_steps.push(own);
        ratios.push(own / least);
    }
    println!("FlowStep beside the smallest axum handler, {PAIRS} pairs of {} s each", SPAN.as_secs());
    println!("  axum    {:8.0} requests/s", median(&mut floors));
    println!("  sandbox {:8.0} requests/s", median(&mut flow_steps));
    let middle = median(&mut ratios);
    println!("  ratio   {middle:8.2} ({:.2} to {:.2})", ratios[0], ratios[ratios.len() - 1]);
    Ok(())
}

/// Requests a second, a connection for each of the requests, which it repeats.
async fn throughput(address: SocketAddr, requests: &[String]) -> io::Result<f64> {
    let began = Instant::now();
    let mut tasks = Vec::new();
    for request in requests {
        let request = request.clone();
        tasks.push(tokio::spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut count = 0_u32;
            while began.elapsed() < SPAN {
                if !connection.ask(&request).await?.ok {
                    return Err(io::Error::other("an error was answered"));
                }
                count += 1;
            }
            io::Result::Ok(count)
        }));
    }
    let mut all = 0.0;
    for task in tasks {
        all += f64::from(task.await.map_err(io::Error::other)??);
    }
    Ok(all / began.elapsed().as_secs_f64())
}

/// Sorts, too.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A connection that is kept, and as much of HTTP as these servers answer with.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

struct Answer {
    ok: bool,
    session: String,
    body: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::with_capacity(8192) })
    }

    async fn ask(&mut self, request: &str) -> io::Result<Answer> {
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(at) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let text = String::from_utf8_lossy(&self.buffer[..head]).into_owned();
        let header = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let length: usize = header("content-length:").and_then(|length| length.parse().ok()).unwrap_or_default();
        while self.buffer.len() < head + length {
            self.more().await?;
        }
        Ok(Answer {
            ok: text.starts_with("HTTP/1.1 200"),
            session: header("x-hf-session:").unwrap_or_default().to_owned(),
            body: self.buffer[head..head + length].to_vec(),
        })
    }

    async fn more(&mut self) -> io::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}
