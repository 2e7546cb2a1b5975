//! How many requests are in flight, and how many a second.

use std::time::Duration;

use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// The slowest pace, in requests a second.
const SLOWEST: f64 = 0.001;

/// Bounds the requests, not the scenarios: one that waits between two polls holds nothing up.
#[derive(Debug)]
pub(super) struct Limiter {
    permits: Semaphore,
    pace: Option<(Duration, Mutex<Instant>)>,
}

impl Limiter {
    pub fn new(in_flight: usize, rate: Option<f64>) -> Self {
        let pace = rate
            .filter(|rate| *rate >= SLOWEST)
            .map(|rate| (Duration::from_secs_f64(1.0 / rate), Mutex::new(Instant::now())));
        Limiter { permits: Semaphore::new(in_flight.clamp(1, Semaphore::MAX_PERMITS)), pace }
    }

    /// Waits until one more request may begin; it counts until the permit is dropped.
    pub async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        if let Some((gap, next)) = &self.pace {
            let mut next = next.lock().await;
            let slot = (*next).max(Instant::now());
            *next = slot + *gap;
            drop(next);
            tokio::time::sleep_until(slot).await;
        }
        // The semaphore is never closed.
        self.permits.acquire().await.ok()
    }
}
