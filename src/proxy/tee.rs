//! A body that streams through, and of which a copy is kept up to a bound.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc::UnboundedSender;

/// The most that is kept of one body, in bytes.
const MOST_KEPT: usize = 32 * 1024 * 1024;

/// What passed through: one request and its answer.
#[derive(Debug, Clone)]
pub struct Passed {
    /// Its place in the order of the requests, from one.
    pub number: usize,
    /// The method.
    pub method: String,
    /// The address at the API.
    pub url: String,
    /// The request's headers by lower-case name.
    pub headers: Vec<(String, String)>,
    /// The request's body.
    pub body: Vec<u8>,
    /// The HTTP status.
    pub status: u16,
    /// The answer's headers by lower-case name.
    pub answer_headers: Vec<(String, String)>,
    /// The answer's body.
    pub answer: Vec<u8>,
    /// Whether both bodies are all there: neither broken off nor too large to be kept.
    pub whole: bool,
}

/// What is kept of a body.
#[derive(Debug, Default)]
pub(super) struct Kept {
    bytes: Vec<u8>,
    cut: bool,
}

impl Kept {
    fn add(&mut self, bytes: &[u8]) {
        if self.cut || self.bytes.len() + bytes.len() > MOST_KEPT {
            self.cut = true;
            self.bytes = Vec::new();
        } else {
            self.bytes.extend_from_slice(bytes);
        }
    }
}

/// A body of which a copy is kept.
pub(super) struct Tee<B> {
    inner: B,
    kept: Arc<Mutex<Kept>>,
    /// How many bytes are still to come, where that was announced: whoever sends them on asks for no more than these.
    rest: Option<u64>,
    ended: bool,
    /// What is told once the body is through.
    then: Option<Telling>,
}

/// What is known of an exchange before the answer's body has passed, and whom it is told.
pub(super) struct Telling {
    pub passed: Passed,
    pub request: Arc<Mutex<Kept>>,
    pub listener: UnboundedSender<Passed>,
}

impl<B: Body> Tee<B> {
    pub(super) fn new(inner: B, kept: Arc<Mutex<Kept>>) -> Self {
        Tee::with(inner, kept, None)
    }

    pub(super) fn telling(inner: B, telling: Telling) -> Self {
        Tee::with(inner, Arc::default(), Some(telling))
    }

    fn with(inner: B, kept: Arc<Mutex<Kept>>, then: Option<Telling>) -> Self {
        let rest = inner.size_hint().exact();
        Tee { ended: rest == Some(0), rest, inner, kept, then }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Tee<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    lock(&self.kept).add(data);
                    self.rest = self.rest.map(|rest| rest.saturating_sub(data.len() as u64));
                }
                self.ended = self.rest == Some(0) || self.inner.is_end_stream();
                if self.ended {
                    self.tell();
                }
            }
            Some(Err(_)) => {}
            None => {
                self.ended = true;
                self.tell();
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<B> Tee<B> {
    /// Tells what passed, once.
    fn tell(&mut self) {
        let Some(Telling { mut passed, request, listener }) = self.then.take() else { return };
        let request = std::mem::take(&mut *lock(&request));
        let answer = std::mem::take(&mut *lock(&self.kept));
        passed.whole = self.ended && !request.cut && !answer.cut;
        (passed.body, passed.answer) = (request.bytes, answer.bytes);
        // Nobody may be listening any more.
        drop(listener.send(passed));
    }
}

impl<B> Drop for Tee<B> {
    fn drop(&mut self) {
        self.tell();
    }
}

fn lock(kept: &Mutex<Kept>) -> std::sync::MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
