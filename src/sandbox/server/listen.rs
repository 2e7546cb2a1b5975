//! The server itself: its socket, its beginning and its end.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt;
use tokio::net::TcpSocket;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::routes;
use super::state::State;
use crate::sandbox::definition::Library;

/// How many connections may wait to be accepted: thousands of applicants can come at once.
const BACKLOG: u32 = 4096;
/// How long a stop waits for requests that are being answered.
const GRACE: Duration = Duration::from_millis(500);

/// How a server is to run.
#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Where it listens; port 0 takes one that is free.
    pub address: SocketAddr,
    /// How long a submit with `x-hf-retry-on-pending` blocks; by default what `sandbox.yaml` says, else 30 seconds.
    pub retry_on_pending: Option<Duration>,
}

impl Default for ServerOptions {
    fn default() -> Self {
        ServerOptions { address: (Ipv4Addr::LOCALHOST, 0).into(), retry_on_pending: None }
    }
}

/// A running sandbox. It stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    state: Arc<State>,
    stop: watch::Sender<bool>,
    running: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts serving a library. It is ready when this returns.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened at.
    pub async fn start(library: Library, options: ServerOptions) -> io::Result<Server> {
        let socket = if options.address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(options.address)?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        // Answers are small and are waited for: they must not be held back to be sent together.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let (stop, stopping) = watch::channel(false);
        let state = Arc::new(State::new(library, options.retry_on_pending, stopping.clone()));
        let router = routes::router(&state);
        let running = tokio::spawn(async move {
            let mut stopping = stopping;
            let signal = async move { drop(stopping.wait_for(|stop| *stop).await) };
            // It ends without an error, as errors of single connections are theirs alone.
            drop(axum::serve(listener, router).with_graceful_shutdown(signal).await);
        });
        Ok(Server { address, state, stop, running: Some(running) })
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

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Publishes another library in place of the one that is served. Applicants stay where they are: one whose node is
    /// gone is told 4002, one whose flow is gone 4101.
    pub fn publish(&self, library: Library) {
        self.state.publish(library);
    }

    /// Stops: no connection is taken any more, what waits is answered, what idles is closed. It takes half a second at
    /// most, whatever clients do.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if let Some(mut running) = self.running.take()
            && tokio::time::timeout(GRACE, &mut running).await.is_err()
        {
            running.abort();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(running) = self.running.take() {
            running.abort();
        }
    }
}
