//! The same work on many things, on all cores.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};

/// How many things a thread takes at a time, and the fewest that are worth its start.
const AT_A_TIME: usize = 16;
/// The stack of a thread, in bytes: what a program's first one has, for YAML that is nested as deeply as is read.
const STACK: usize = 8 * 1024 * 1024;

/// What comes of each thing, in their order.
///
/// ```
/// assert_eq!(draftgate::parallel::map(0..100, |number| number * number)[9], 81);
/// ```
///
/// # Panics
///
/// When `work` does.
pub fn map<T: Send, R: Send>(
    things: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator + Send>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let things = things.into_iter();
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = cores.min(things.len() / AT_A_TIME);
    if threads < 2 {
        return things.map(work).collect();
    }
    let mut all: Vec<Option<R>> = Vec::new();
    all.resize_with(things.len(), || None);
    let queue = Mutex::new(things.enumerate());
    let take = || {
        let mut done = Vec::new();
        loop {
            let batch: Vec<(usize, T)> =
                queue.lock().unwrap_or_else(PoisonError::into_inner).by_ref().take(AT_A_TIME).collect();
            if batch.is_empty() {
                return done;
            }
            done.extend(batch.into_iter().map(|(at, thing)| (at, work(thing))));
        }
    };
    std::thread::scope(|scope| {
        // A thread that the system does not give leaves its share to the others.
        let helpers: Vec<_> = (1..threads)
            .filter_map(|_| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, take).ok())
            .collect();
        let mut done = take();
        for helper in helpers {
            done.extend(helper.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done.into_iter().for_each(|(at, result)| all[at] = Some(result));
    });
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_kept_whoever_did_it() {
        for count in [0, 1, 31, 32, 1000] {
            let mut things: Vec<usize> = (0..count).collect();
            let doubled = map(things.iter_mut(), |thing| {
                *thing *= 2;
                *thing
            });
            assert_eq!(doubled, things);
            assert_eq!(doubled, (0..count).map(|at| at * 2).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_panic_is_passed_on() {
        let outcome = std::panic::catch_unwind(|| map(0..1000, |number| assert_ne!(number, 999, "a mistake of ours")));
        assert!(outcome.is_err());
    }
}
