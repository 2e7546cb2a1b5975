//! Waiting for several futures.

use std::pin::Pin;
use std::task::Poll;

/// Waits for all of them at the same time; what comes of each, in their order.
pub(super) async fn together<T>(futures: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut open: Vec<(Pin<Box<_>>, Option<T>)> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut all = Poll::Ready(());
        for (future, result) in open.iter_mut().filter(|(_, result)| result.is_none()) {
            match future.as_mut().poll(context) {
                Poll::Ready(value) => *result = Some(value),
                Poll::Pending => all = Poll::Pending,
            }
        }
        all
    })
    .await;
    open.into_iter().filter_map(|(_, result)| result).collect()
}
