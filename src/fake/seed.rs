//! A seed: where every generated value comes from.

use std::ops::RangeInclusive;

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;
const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// A place in a tree of seeds. Its draws depend on the root's number and on the labels on the way to it, on nothing else.
///
/// The method is FNV-1a over the parent's state and the label, finished with SplitMix64's mixer: written out here, and
/// **part of what is promised**. The same seed gives the same values on every platform and in every later release, as
/// accepted snapshots rest on them. That is why neither `DefaultHasher` nor a crate of random numbers is used: both
/// may change what they give.
///
/// A seed has no state that moves: the same draw twice gives the same result. For a second value, take a child.
///
/// ```
/// use draftgate::fake::Seed;
/// let form = Seed::new(7).child("Personal details");
/// assert_eq!(form.child("dob").digits(4), Seed::new(7).child("Personal details").child("dob").digits(4));
/// assert_ne!(form.child("dob").digits(9), form.child("email").digits(9));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seed(u64);

/// SplitMix64's finaliser: each bit of the result depends on every bit of the input.
fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(GOLDEN_GAMMA);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Seed {
    /// The root of a tree of seeds.
    pub fn new(seed: u64) -> Self {
        Seed(mix(seed))
    }

    /// The seed at a label below this one.
    pub fn child(&self, label: &str) -> Seed {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME);
        let state = self.0.to_le_bytes().iter().chain(label.as_bytes()).fold(FNV_OFFSET, step);
        Seed(mix(state))
    }

    /// The `n`th of a row of seeds below this one.
    pub fn nth(&self, n: usize) -> Seed {
        // Numbers are mixed in as such: cheaper than text, and drawn once a character.
        Seed(mix(self.0 ^ mix(n as u64).rotate_left(17)))
    }

    /// A whole number below `n`; 0 when `n` is 0.
    pub fn index(&self, n: usize) -> usize {
        // The high word of a product spreads evenly where a remainder would favour small results.
        ((u128::from(mix(self.0)) * n as u128) >> 64) as usize
    }

    /// One of a slice; none of an empty one.
    pub fn pick<'a, T>(&self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.index(from.len()))
    }

    /// One of an array, which is never empty.
    pub(super) fn one_of<T: Copy, const N: usize>(&self, from: &[T; N]) -> T {
        const { assert!(N > 0) };
        from[self.index(N)]
    }

    /// `n` decimal digits, of which the first may be 0.
    pub fn digits(&self, n: usize) -> String {
        (0..n).map(|i| char::from(b'0' + self.nth(i).index(10) as u8)).collect()
    }

    /// A whole number in a range; its start when the range is empty.
    ///
    /// ```
    /// let roll = draftgate::fake::Seed::new(1).range(1..=6);
    /// assert!((1..=6).contains(&roll));
    /// ```
    pub fn range(&self, range: RangeInclusive<i64>) -> i64 {
        let (start, end) = (*range.start(), *range.end());
        if start >= end {
            return start;
        }
        let span = (i128::from(end) - i128::from(start) + 1) as u128;
        let offset = (u128::from(mix(self.0)) * span) >> 64;
        (i128::from(start) + offset as i128) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These numbers are the promise: a change here changes what every user's scenarios send.
    #[test]
    fn draws_are_the_same_in_every_release() {
        let seed = Seed::new(0);
        assert_eq!(seed, Seed(0xe220_a839_7b1d_cdaf), "SplitMix64's published first output for the seed 0");
        let child = seed.child("first_name");
        assert_eq!((child.digits(12).as_str(), child.index(1000), child.range(-50..=50)), ("924003881988", 824, 33));
    }

    #[test]
    fn draws_stay_in_range_and_reach_its_ends() {
        let (mut low, mut high) = (false, false);
        for i in 0..500 {
            let seed = Seed::new(i);
            let drawn = seed.range(3..=5);
            assert!((3..=5).contains(&drawn));
            (low, high) = (low || drawn == 3, high || drawn == 5);
            assert!(seed.index(7) < 7);
        }
        assert!(low && high);
        let seed = Seed::new(1);
        assert_eq!((seed.index(0), seed.range(4..=4), seed.pick::<u8>(&[])), (0, 4, None));
        assert!((i64::MIN..=i64::MAX).contains(&seed.range(i64::MIN..=i64::MAX)));
    }

    #[test]
    fn the_way_to_a_seed_tells_it_apart() {
        let root = Seed::new(1);
        assert_ne!(root.child("a").child("b"), root.child("ab"));
        assert_ne!(root.child("a").child("b"), root.child("b").child("a"));
        assert_ne!(root.nth(0), root.nth(1));
        assert_ne!(Seed::new(1).child("a"), Seed::new(2).child("a"));
    }
}
