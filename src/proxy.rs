//! A recording proxy on this machine: what a front end asks for goes on to the API as it is, and what went to and fro is told.
//!
//! Bodies stream through in both directions; what is kept of them is bounded. Headers that belong to one connection only are
//! taken out, and the answer is asked for without compression, so that it can be read; nothing else is changed. It understands
//! nothing of what it sees: [`crate::compose`] does.

mod forward;
mod tee;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::api::client::{install_tls, is_loopback};
use crate::serving::Serving;
use forward::Forward;

pub use forward::Guard;
pub use tee::Passed;

/// How long a stop waits for answers that are on their way.
const GRACE: Duration = Duration::from_secs(2);
/// How long a connection to the API may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The services behind the proxy.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// The flow interpreter: where everything goes that is not for the other two.
    pub base: Url,
    /// The export API.
    pub export: Url,
    /// The token endpoint.
    pub token: Url,
}

/// Why a proxy does not start.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// What applicants enter would travel in the clear.
    #[error("what applicants enter would be sent in the clear to {0}; use https, or a loopback address")]
    Insecure(String),
    /// The address cannot be listened at.
    #[error("{0} cannot be listened at: {1}")]
    Listen(SocketAddr, io::Error),
    /// No client can be made.
    #[error("no connection to the API can be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// A running proxy. It stops when it is dropped.
pub struct Proxy {
    address: SocketAddr,
    serving: Serving,
}

impl Proxy {
    /// Starts it. What passes comes out of the receiver, which ends once the proxy has stopped and nothing is on its way.
    ///
    /// # Errors
    ///
    /// When the address cannot be listened at, or what passes would not be safe.
    pub async fn start(
        address: SocketAddr,
        upstream: Upstream,
        guard: Guard,
    ) -> Result<(Proxy, UnboundedReceiver<Passed>), ProxyError> {
        let urls = [&upstream.base, &upstream.export, &upstream.token];
        if let Some(open) = urls.iter().find(|url| url.scheme() != "https" && !is_loopback(url)) {
            return Err(ProxyError::Insecure(open.host_str().unwrap_or_default().to_owned()));
        }
        install_tls();
        let mut client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .no_gzip()
            .tcp_nodelay(true);
        if urls.iter().all(|url| is_loopback(url)) {
            client = client.tls_certs_only([]).no_proxy();
        }
        let listener = TcpListener::bind(address).await.map_err(|error| ProxyError::Listen(address, error))?;
        let address = listener.local_addr().map_err(|error| ProxyError::Listen(address, error))?;
        let (passed, receiver) = unbounded_channel();
        let forward = Arc::new(Forward::new(client.build()?, upstream, guard, passed));
        let serving = Serving::new(GRACE);
        serving.answer(listener, move |request| Arc::clone(&forward).pass(request));
        Ok((Proxy { address, serving }, receiver))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops: no connection is taken any more, answers on their way have two seconds to arrive.
    pub async fn stop(self) {
        self.serving.stop().await;
    }
}
