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
    /// Whether what comes before the break was let go out.
    let_out: bool,
    /// The pause before each byte.
    drip: Option<Duration>,
    /// The pause that lasts.
    pause: Option<Pin<Box<Sleep>>>,
}

impl Spoilt {
    fn new(text: Bytes) -> Self {
        Spoilt { blanks: 0, text, missing: 0, let_out: false, drip: None, pause: None }
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
            // A body that is not ready yet makes the server send what it has.
            if !std::mem::replace(&mut self.let_out, true) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn a_drip_pauses_before_each_byte() {
        let began = Instant::now();
        let mut drip = Spoilt::drip(Bytes::from_static(b"abc"), Duration::from_secs(7));
        for (byte, seconds) in [(b"a", 7), (b"b", 14), (b"c", 21)] {
            let frame = drip.frame().await.unwrap().unwrap();
            assert_eq!(frame.into_data().unwrap(), &byte[..]);
            assert_eq!(began.elapsed().as_secs(), seconds);
        }
        assert!(drip.frame().await.is_none());
    }

    #[tokio::test]
    async fn a_body_that_is_cut_promises_more_than_comes() {
        let mut cut = Spoilt::cut(Bytes::from_static(b"abcde"));
        assert_eq!(cut.size_hint().exact(), Some(5));
        assert_eq!(cut.frame().await.unwrap().unwrap().into_data().unwrap(), &b"ab"[..]);
        assert!(cut.frame().await.unwrap().is_err());
    }
}
