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
    pause: Option<(Duration, Pin<Box<Sleep>>)>,
}

impl Spoilt {
    /// A text after many blanks, which JSON allows.
    pub(super) fn huge(text: Bytes, blanks: u64) -> Self {
        Spoilt { blanks, text, missing: 0, pause: None }
    }

    /// A text that breaks off in the middle.
    pub(super) fn cut(mut text: Bytes) -> Self {
        let missing = text.split_off(text.len() / 2).len() as u64;
        Spoilt { blanks: 0, text, missing, pause: None }
    }

    /// A text that comes a byte at a time.
    pub(super) fn drip(text: Bytes, pause: Duration) -> Self {
        Spoilt { blanks: 0, text, missing: 0, pause: Some((pause, Box::pin(tokio::time::sleep(pause)))) }
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
        if self.text.is_empty() {
            let broken = (self.missing > 0).then(|| Err(io::Error::other("a fault on demand")));
            return Poll::Ready(broken);
        }
        let mut piece = self.text.len();
        if let Some((pause, sleep)) = &mut self.pause {
            ready!(sleep.as_mut().poll(context));
            *sleep = Box::pin(tokio::time::sleep(*pause));
            piece = 1;
        }
        let data = self.text.split_to(piece);
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.blanks + self.text.len() as u64 + self.missing)
    }
}
