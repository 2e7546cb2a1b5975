//! Serving HTTP on a socket of this machine: connections are taken, and all comes to an end in good time when it stops. What a
//! request is answered with is others' affair.

use std::error::Error;
use std::pin::pin;
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

/// The pause after no connection could be accepted, as when the process has no file left to open.
const BREATH: Duration = Duration::from_millis(50);

/// What is being served. It stops when it is dropped.
pub struct Serving {
    /// How long a stop waits for answers that are on their way.
    grace: Duration,
    stop: watch::Sender<bool>,
    /// Nothing is ever sent: every task holds a sender, and the channel closes when all are gone.
    alive: Option<mpsc::Sender<()>>,
    ended: mpsc::Receiver<()>,
}

impl Serving {
    /// Nothing yet. A stop waits this long for answers that are on their way.
    pub fn new(grace: Duration) -> Self {
        let (alive, ended) = mpsc::channel(1);
        Serving { grace, stop: watch::Sender::new(false), alive: Some(alive), ended }
    }

    /// Becomes true when it stops.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Runs a task, which must end soon once it [stops](Serving::stopping): a stop waits for it.
    pub fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        let alive = self.alive.clone();
        tokio::spawn(async move {
            task.await;
            drop(alive);
        });
    }

    /// Answers the requests of all connections that come in.
    pub fn answer<A, F, B, E>(&self, listener: TcpListener, answer: A)
    where
        A: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
        F: Future<Output = Result<Response<B>, E>> + Send + 'static,
        B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let (grace, alive, mut stopping) = (self.grace, self.alive.clone(), self.stopping());
        self.run(async move {
            loop {
                let accepted = tokio::select! {
                    accepted = listener.accept() => accepted,
                    _ = stopping.wait_for(|stop| *stop) => return,
                };
                match accepted {
                    Ok((stream, _)) => {
                        let (answer, stopping, alive) = (answer.clone(), stopping.clone(), alive.clone());
                        tokio::spawn(async move {
                            converse(stream, answer, stopping, grace).await;
                            drop(alive);
                        });
                    }
                    Err(_) => tokio::time::sleep(BREATH).await,
                }
            }
        });
    }

    /// Stops: no connection is taken any more, answers on their way have the time of grace to arrive, what idles is closed.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        self.alive = None;
        // The connections keep to the time themselves.
        let _closed = self.ended.recv().await;
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

/// Answers the requests of one connection.
async fn converse<A, F, B, E>(stream: TcpStream, answer: A, mut stopping: watch::Receiver<bool>, grace: Duration)
where
    A: Fn(Request<Incoming>) -> F,
    F: Future<Output = Result<Response<B>, E>>,
    B: Body<Error: Into<Box<dyn Error + Send + Sync>>> + 'static,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    // Answers are small and are waited for: they must not be held back to be sent together.
    drop(stream.set_nodelay(true));
    // A client may close its side once it has asked.
    let connection = http1::Builder::new().half_close(true).serve_connection(TokioIo::new(stream), service_fn(answer));
    let mut connection = pin!(connection);
    tokio::select! {
        biased;
        // How a single connection ends is its client's affair.
        _ = connection.as_mut() => return,
        _ = stopping.wait_for(|stop| *stop) => {}
    }
    connection.as_mut().graceful_shutdown();
    drop(tokio::time::timeout(grace, connection).await);
}
