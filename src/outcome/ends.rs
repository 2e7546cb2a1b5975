//! The first and the last of many things of a kind, and how many came between: a step that waits long, or is repeated often,
//! has thousands.

use std::collections::VecDeque;
use std::time::Duration;

/// So many are kept of the beginning, and as many of the end.
const MOST: usize = 16;

/// Things in the order in which they came: of many the first and the last, and how many came between.
#[derive(Debug, Clone)]
pub struct Ends<T> {
    first: Vec<T>,
    last: VecDeque<T>,
    left_out: usize,
}

/// The answers that were seen while a step waited.
pub type Polls = Ends<Polled>;

/// An answer that was seen while a step waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polled {
    /// When, since the step began.
    pub after: Duration,
    /// The answer in a few words.
    pub answer: String,
}

impl<T> Default for Ends<T> {
    fn default() -> Self {
        Ends { first: Vec::new(), last: VecDeque::new(), left_out: 0 }
    }
}

impl<T> Ends<T> {
    /// Takes in the next one, and gives that which has no place any more.
    pub fn push(&mut self, next: T) -> Option<T> {
        if self.first.len() < MOST {
            self.first.push(next);
            return None;
        }
        let gone = if self.last.len() == MOST { self.last.pop_front() } else { None };
        self.left_out += usize::from(gone.is_some());
        self.last.push_back(next);
        gone
    }

    /// How many there were, those that are left out among them.
    pub fn total(&self) -> usize {
        self.first.len() + self.left_out + self.last.len()
    }

    /// The one that came after so many, where it is kept.
    pub fn get(&self, number: usize) -> Option<&T> {
        let behind = || self.last.get(number.checked_sub(self.first.len() + self.left_out)?);
        self.first.get(number).or_else(behind)
    }

    /// The one that came last.
    pub fn last(&self) -> Option<&T> {
        self.last.back().or(self.first.last())
    }

    /// Those that are kept, in order, each with the number of those that are left out right before it.
    pub fn kept(&self) -> impl Iterator<Item = (usize, &T)> {
        let last = self.last.iter().enumerate().map(|(at, one)| (if at == 0 { self.left_out } else { 0 }, one));
        self.first.iter().map(|one| (0, one)).chain(last)
    }

    /// The same, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.first.iter_mut().chain(&mut self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polled(number: u64) -> Polled {
        Polled { after: Duration::from_millis(number), answer: number.to_string() }
    }

    fn polls(count: u64) -> Polls {
        let mut polls = Polls::default();
        (0..count).for_each(|number| drop(polls.push(polled(number))));
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

    #[test]
    fn one_is_found_by_its_number_as_long_as_it_is_kept_and_given_back_when_it_goes() {
        let mut polls = Polls::default();
        assert!(polls.last().is_none() && polls.get(0).is_none());
        for number in 0..100 {
            let gone = polls.push(polled(number));
            assert_eq!(gone, number.checked_sub(16).filter(|gone| *gone >= 16).map(polled), "{number}");
            assert_eq!(polls.last(), Some(&polled(number)));
            assert_eq!(polls.get(polls.total() - 1), Some(&polled(number)));
        }
        let kept: Vec<u64> = (0..200).filter(|number| polls.get(*number as usize) == Some(&polled(*number))).collect();
        assert_eq!(kept, (0..16).chain(84..100).collect::<Vec<_>>());
        assert_eq!((0..200).filter(|number| polls.get(*number).is_some()).count(), kept.len());
        assert_eq!(polls.iter_mut().count(), kept.len());
    }
}
