//! The answers of a wait, of which a long one has thousands.

use std::collections::VecDeque;
use std::time::Duration;

/// So many answers are kept of the beginning, and as many of the end.
const MOST: usize = 16;

/// The answers that were seen while a step waited. Of many the first and the last are kept, and how many came between.
#[derive(Debug, Clone, Default)]
pub struct Polls {
    first: Vec<Polled>,
    last: VecDeque<Polled>,
    left_out: usize,
}

/// An answer that was seen while a step waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polled {
    /// When, since the step began.
    pub after: Duration,
    /// The answer in a few words.
    pub answer: String,
}

impl Polls {
    /// Takes in the next answer.
    pub fn push(&mut self, after: Duration, answer: String) {
        let polled = Polled { after, answer };
        if self.first.len() < MOST {
            self.first.push(polled);
            return;
        }
        if self.last.len() == MOST {
            self.last.pop_front();
            self.left_out += 1;
        }
        self.last.push_back(polled);
    }

    /// How many there were, those that are left out among them.
    pub fn total(&self) -> usize {
        self.first.len() + self.left_out + self.last.len()
    }

    /// Those that are kept, in order, each with the number of those that are left out right before it.
    pub fn kept(&self) -> impl Iterator<Item = (usize, &Polled)> {
        let last = self.last.iter().enumerate().map(|(at, polled)| (if at == 0 { self.left_out } else { 0 }, polled));
        self.first.iter().map(|polled| (0, polled)).chain(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polls(count: u64) -> Polls {
        let mut polls = Polls::default();
        (0..count).for_each(|number| polls.push(Duration::from_millis(number), number.to_string()));
        polls
    }

    #[test]
    fn a_few_are_all_kept() {
        for count in [0, 1, 16, 17, 32] {
            let polls = polls(count);
            let kept: Vec<_> = polls.kept().map(|(left_out, polled)| (left_out, polled.answer.clone())).collect();
            assert_eq!(kept, (0..count).map(|number| (0, number.to_string())).collect::<Vec<_>>());
            assert_eq!(polls.total() as u64, count);
        }
    }

    #[test]
    fn of_many_the_first_and_the_last_are_kept_and_the_others_counted() {
        for count in [33, 34, 1000, 100_000] {
            let polls = polls(count);
            let kept: Vec<_> = polls.kept().collect();
            assert_eq!(kept.len(), 2 * MOST);
            assert_eq!(polls.total() as u64, count);
            let (left_out, next) = kept[MOST];
            assert_eq!((left_out as u64, &next.answer), (count - 32, &(count - 16).to_string()));
            assert_eq!(next.after, Duration::from_millis(count - 16));
            assert_eq!(kept.iter().filter(|(left_out, _)| *left_out > 0).count(), 1);
            assert_eq!((&*kept[15].1.answer, &kept[31].1.answer), ("15", &(count - 1).to_string()));
        }
    }
}
