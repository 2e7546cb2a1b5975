//! Bodies that are spoilt on purpose.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

/// How many blanks go out in one piece.
const PIECE: usize = 64 * 1024;
/// How long a connection that is to break lasts on, so that what was sent until then does go out.
const LAST_BREATH: Duration = Duration::from_millis(20);

/// A body that comes in an awkward way.
#[derive(Debug)]
pub(super) struct Spoilt {
    /// How many blanks come first.
    blanks: u64,
    /// What comes then.
    text: Bytes,
    /// What is promised but never comes: the connection breaks there.
    missing: u64,
    /// The pause before each byte.
    drip: Option<Duration>,
    /// The pause that lasts.
    pause: Option<Pin<Box<Sleep>>>,
}

impl Spoilt {
    fn new(text: Bytes) -> Self {
        Spoilt { blanks: 0, text, missing: 0, drip: None, pause: None }
    }

    /// A text after many blanks, which JSON allows.
    pub(super) fn huge(text: Bytes, blanks: u64) -> Self {
        Spoilt { blanks, ..Spoilt::new(text) }
    }

    /// A text that breaks off in the middle.
    pub(super) fn cut(mut text: Bytes) -> Self {
        let missing = text.split_off(text.len() / 2).len() as u64;
        Spoilt { missing, ..Spoilt::new(text) }
    }

    /// A text that comes a byte at a time.
    pub(super) fn drip(text: Bytes, pause: Duration) -> Self {
        Spoilt { drip: Some(pause), ..Spoilt::new(text) }
    }

    /// Waits once.
    fn wait(&mut self, pause: Duration, context: &mut Context<'_>) -> Poll<()> {
        let sleep = self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
        ready!(sleep.as_mut().poll(context));
        self.pause = None;
        Poll::Ready(())
    }
}

impl Body for Spoilt {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        static BLANKS: [u8; PIECE] = [b' '; PIECE];
        if self.blanks > 0 {
            let piece = usize::try_from(self.blanks).unwrap_or(PIECE).min(PIECE);
            self.blanks -= piece as u64;
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&BLANKS[..piece])))));
        }
        if self.text.is_empty() && self.missing > 0 {
            ready!(self.wait(LAST_BREATH, context));
            return Poll::Ready(Some(Err(io::Error::other("a fault on demand"))));
        }
        if self.text.is_empty() {
            return Poll::Ready(None);
        }
        let mut piece = self.text.len();
        if let Some(pause) = self.drip {
            // A timer's least pause would be a millisecond.
            if !pause.is_zero() {
                ready!(self.wait(pause, context));
            }
            piece = 1;
        }
        let data = self.text.split_to(piece);
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.blanks + self.text.len() as u64 + self.missing)
    }
}
