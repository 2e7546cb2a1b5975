//! The server itself: its socket, its connections, its beginning and its end.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpSocket;
use tokio::sync::watch;

use super::answer::answer;
use super::routes;
use super::state::State;
use crate::api::operation::Row;
use crate::sandbox::definition::Library;
use crate::serving::Serving;

/// How many connections may wait to be accepted: thousands of applicants can come at once.
const BACKLOG: u32 = 4096;
/// How long a stop waits for requests that are being answered.
const GRACE: Duration = Duration::from_millis(500);
/// How often it is looked whom nobody has called for a long time.
const SWEEP: Duration = Duration::from_secs(60);

/// How a server is to run.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Where it listens; port 0 takes one that is free.
    pub address: SocketAddr,
    /// How long a submit with `x-hf-retry-on-pending` blocks; by default what `sandbox.yaml` says, else 30 seconds.
    pub retry_on_pending: Option<Duration>,
    /// Whether pages from elsewhere may call it (CORS), as a front end under development does.
    pub browsers: bool,
}

impl Default for ServerOptions {
    fn default() -> Self {
        ServerOptions { address: (Ipv4Addr::LOCALHOST, 0).into(), retry_on_pending: None, browsers: false }
    }
}

/// A running sandbox. It stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    state: Arc<State>,
    serving: Serving,
}

impl Server {
    /// Starts serving a library. It is ready when this returns.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened at.
    pub async fn start(library: Library, options: ServerOptions) -> io::Result<Server> {
        let socket = if options.address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // Elsewhere it lets a stopped server's port be taken again at once; on Windows it would share one that is in use.
        if cfg!(not(windows)) {
            socket.set_reuseaddr(true)?;
        }
        socket.bind(options.address)?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        let serving = Serving::new(GRACE);
        let stopping = serving.stopping();
        let state = Arc::new(State::new(library, options.retry_on_pending, options.browsers, stopping.clone()));
        let answering = Arc::clone(&state);
        serving.answer(listener, move |request| answer(Arc::clone(&answering), request));
        serving.run(sweep(Arc::clone(&state), stopping));
        Ok(Server { address, state, serving })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What to configure as `server.base_url`.
    pub fn base_url(&self) -> String {
        self.url(routes::INTERPRETER)
    }

    /// What to configure as `server.export_url`.
    pub fn export_url(&self) -> String {
        self.url(routes::EXPORT)
    }

    /// Where client-credential tokens are made.
    pub fn token_url(&self) -> String {
        self.url(routes::TOKEN)
    }

    /// Where the simulated SDK of the document verification reports.
    pub fn capture_url(&self) -> String {
        self.url(&format!("{}{}", routes::INTERPRETER, routes::CAPTURE))
    }

    /// The address of an operation's path, that of the live version.
    pub fn url_of(&self, row: &Row) -> String {
        self.url(&format!("{}{}", routes::service(row), row.path))
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Publishes another library in place of the one that is served, and returns the ids of the flows that changed, came
    /// or went. Applicants stay where they are: one whose node is gone is told 4002, one whose flow is gone 4101.
    pub fn publish(&self, library: Library) -> Vec<String> {
        self.state.publish(library)
    }

    /// Stops: no connection is taken any more, what waits is answered, what idles is closed. It takes half a second at
    /// most, whatever clients do.
    pub async fn stop(self) {
        self.serving.stop().await;
    }
}

/// Forgets now and then whom nobody calls.
async fn sweep(state: Arc<State>, mut stopping: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(SWEEP) => state.forget(),
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}
