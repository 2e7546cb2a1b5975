//! Delta debugging: of something that fails, the least that still fails in the same way.
//!
//! Whatever fails is taken apart into [`Pieces`] that may be left out: the steps of a scenario and what stands in each, the
//! operations of a path, the inputs of a rule. An [`Oracle`] plays a selection of them and says whether that still fails in
//! the same way. [`minimise`] looks for a selection of which no piece can be left out any more (it is *1-minimal*), as ddmin
//! does (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002): large parts are left out first,
//! then halves of them, down to single pieces. Pieces that stand inside others follow when those are done, level by level
//! (Misherghi and Su, "HDD: Hierarchical Delta Debugging", 2006).
//!
//! Nothing here knows what a piece is. What is tried follows from the pieces and the answers alone, never from which answer
//! came first, so that the same failure gives the same result each time.
//!
//! ```
//! use draftgate::minimise::{Bounds, Ended, Oracle, Pieces, Trial, minimise};
//!
//! /// Fails where both 2 and 5 are.
//! struct TwoAndFive;
//!
//! impl Oracle for TwoAndFive {
//!     async fn try_out(&self, kept: &[usize]) -> Trial {
//!         Trial { same: kept.contains(&2) && kept.contains(&5), requests: kept.len() }
//!     }
//! }
//!
//! let pieces: Pieces = (0..8).map(|_| (None, 0)).collect();
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
//! let found = runtime.block_on(minimise(&pieces, &[], &TwoAndFive, Bounds::default()));
//! assert_eq!((found.kept, found.ended), (vec![2, 5], Ended::Minimal));
//! ```

#[cfg(test)]
mod tests;
mod together;

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use together::together;

/// What may be left out of something that fails, each piece by its number, from zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces(Vec<Piece>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    /// The piece that it is a part of: without that one it is not there either.
    within: Option<usize>,
    /// When its turn is, counted from zero.
    level: usize,
}

/// Plays what is left.
pub trait Oracle {
    /// Plays the whole with these of its pieces, in rising order, and none of the others.
    fn try_out(&self, kept: &[usize]) -> impl Future<Output = Trial>;
}

/// What came of playing a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial {
    /// Whether it failed in the same way as the whole.
    pub same: bool,
    /// How many requests that took; none where it was seen without any that it cannot.
    pub requests: usize,
}

/// How much may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The most requests. A trial is begun only where as many are left as the selection took from which it comes.
    pub requests: usize,
    /// How many the whole takes, as far as that is known.
    pub whole: usize,
    /// After which time no trial is begun any more.
    pub time: Duration,
    /// The most trials that are under way at the same time. Those that turn out not to be needed cost their requests, and
    /// change nothing in the result.
    pub at_once: usize,
}

impl Default for Bounds {
    /// No bounds, one trial at a time.
    fn default() -> Self {
        Bounds { requests: usize::MAX, whole: 0, time: Duration::MAX, at_once: 1 }
    }
}

/// The least that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minimal {
    /// The pieces that are kept, in rising order.
    pub kept: Vec<usize>,
    /// How many selections were played.
    pub trials: usize,
    /// How many requests that took.
    pub requests: usize,
    /// Why the search ended.
    pub ended: Ended,
}

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// No piece can be left out any more.
    Minimal,
    /// The whole did not fail again, so that nothing can be learnt from leaving anything out.
    NotAgain,
    /// No further trial fits into the requests that may be made.
    OutOfRequests,
    /// The time was up.
    OutOfTime,
}

impl FromIterator<(Option<usize>, usize)> for Pieces {
    /// Pieces, each with the earlier one that it is a part of, and its level: what is on level 0 is tried before what is on
    /// level 1.
    ///
    /// # Panics
    ///
    /// Where a piece stands before the one that it is a part of, or on no later level than that.
    fn from_iter<I: IntoIterator<Item = (Option<usize>, usize)>>(pieces: I) -> Self {
        let mut all: Vec<Piece> = Vec::new();
        for (within, level) in pieces {
            let below = within.is_none_or(|outer| all.get(outer).is_some_and(|outer| outer.level < level));
            assert!(below, "piece {} is no part of {within:?}", all.len());
            all.push(Piece { within, level });
        }
        Pieces(all)
    }
}

impl Pieces {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The most selections that [`minimise`] plays, whatever the oracle says: with `n` pieces `n² + 4n`, one for each
    /// opening and the whole, and for each piece those that were under way beside the one that left it out.
    pub fn most_trials(&self, openings: usize, at_once: usize) -> usize {
        let n = self.len();
        n * n + 4 * n + openings + 1 + n * at_once.saturating_sub(1)
    }

    /// All of them.
    pub fn whole(&self) -> Vec<usize> {
        (0..self.len()).collect()
    }

    /// A selection without some pieces, and without what is a part of those.
    pub fn without(&self, kept: &[usize], removed: &[usize]) -> Vec<usize> {
        let mut gone = vec![false; self.len()];
        removed.iter().for_each(|piece| gone[*piece] = true);
        // A piece stands behind the one that it is a part of.
        for at in 0..self.len() {
            gone[at] |= self.0[at].within.is_some_and(|outer| gone[outer]);
        }
        kept.iter().copied().filter(|piece| !gone[*piece]).collect()
    }

    fn levels(&self) -> Vec<usize> {
        let mut levels: Vec<usize> = self.0.iter().map(|piece| piece.level).collect();
        levels.sort_unstable();
        levels.dedup();
        levels
    }
}

/// Looks for the least selection that fails in the same way as the whole.
///
/// It begins with the first of the `openings` that does, or with the whole; an opening is a selection that is known to do so
/// where nothing has changed, such as all but what was not reached. Of the pieces on a level all are left out at once, then
/// each half, and so on to single ones, the last ones first: what comes later seldom makes up for what came before. Then
/// single pieces of all levels are left out, until a whole round finds none that can be. No selection is played twice.
pub async fn minimise<O: Oracle>(pieces: &Pieces, openings: &[Vec<usize>], oracle: &O, bounds: Bounds) -> Minimal {
    let mut search = Search {
        pieces,
        oracle,
        bounds,
        deadline: Instant::now().checked_add(bounds.time),
        kept: pieces.whole(),
        cost: bounds.whole,
        known: HashMap::new(),
        trials: 0,
        requests: 0,
    };
    let ended = match search.whole(openings).await {
        Ok(()) => Ended::Minimal,
        Err(ended) => ended,
    };
    Minimal { kept: search.kept, trials: search.trials, requests: search.requests, ended }
}

struct Search<'a, O> {
    pieces: &'a Pieces,
    oracle: &'a O,
    bounds: Bounds,
    deadline: Option<Instant>,
    /// The least selection so far that fails in the same way.
    kept: Vec<usize>,
    /// How many requests it takes.
    cost: usize,
    /// What came of the selections that were played.
    known: HashMap<Vec<usize>, Trial>,
    trials: usize,
    requests: usize,
}

impl<O: Oracle> Search<'_, O> {
    async fn whole(&mut self, openings: &[Vec<usize>]) -> Result<(), Ended> {
        if !self.open(openings).await? {
            return Err(Ended::NotAgain);
        }
        let levels = self.pieces.levels();
        for level in &levels {
            let mut size = self.on(*level).len();
            while size > 0 {
                self.pass(*level, size).await?;
                size = if size == 1 { 0 } else { size.div_ceil(2) };
            }
        }
        loop {
            let before = self.kept.len();
            for level in &levels {
                self.pass(*level, 1).await?;
            }
            if self.kept.len() == before {
                return Ok(());
            }
        }
    }

    /// Finds what to begin with.
    async fn open(&mut self, openings: &[Vec<usize>]) -> Result<bool, Ended> {
        let whole = self.pieces.whole();
        for opening in openings.iter().chain([&whole]) {
            if self.try_out(std::slice::from_ref(opening)).await?.is_some() {
                self.take(opening.clone());
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The pieces of a level that are kept.
    fn on(&self, level: usize) -> Vec<usize> {
        self.kept.iter().copied().filter(|piece| self.pieces.0[*piece].level == level).collect()
    }

    /// Goes once through the pieces of a level, from behind, and leaves out whatever so many at a time can be.
    async fn pass(&mut self, level: usize, size: usize) -> Result<(), Ended> {
        let pieces = self.on(level);
        let parts: Vec<&[usize]> = pieces.rchunks(size).collect();
        let mut next = 0;
        while next < parts.len() {
            // What may be under way at once, as far as the requests that are left allow.
            let fits = (self.bounds.requests - self.requests.min(self.bounds.requests)) / self.cost.max(1);
            let few = self.bounds.at_once.min(fits).clamp(1, parts.len() - next);
            let batch: Vec<Vec<usize>> =
                parts[next..next + few].iter().map(|part| self.pieces.without(&self.kept, part)).collect();
            match self.try_out(&batch).await? {
                Some(at) => {
                    self.take(batch.into_iter().nth(at).unwrap_or_default());
                    next += at + 1;
                }
                None => next += few,
            }
        }
        Ok(())
    }

    fn take(&mut self, kept: Vec<usize>) {
        self.cost = self.known.get(&kept).map_or(self.cost, |trial| trial.requests);
        self.kept = kept;
    }

    /// Plays selections: the first of them that fails in the same way.
    async fn try_out(&mut self, batch: &[Vec<usize>]) -> Result<Option<usize>, Ended> {
        let mut new: Vec<&Vec<usize>> = Vec::new();
        for selection in batch {
            if !self.known.contains_key(selection) && !new.contains(&selection) {
                new.push(selection);
            }
        }
        if !new.is_empty() {
            if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Err(Ended::OutOfTime);
            }
            if self.requests.saturating_add(self.cost.max(1)) > self.bounds.requests {
                return Err(Ended::OutOfRequests);
            }
            let trials = together(new.iter().map(|selection| self.oracle.try_out(selection)).collect()).await;
            for (selection, trial) in new.into_iter().zip(trials) {
                self.trials += 1;
                self.requests = self.requests.saturating_add(trial.requests);
                self.known.insert(selection.clone(), trial);
            }
        }
        Ok(batch.iter().position(|selection| self.known.get(selection).is_some_and(|trial| trial.same)))
    }
}
