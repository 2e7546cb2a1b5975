//! Parts of a run.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A part of a run. It is written `2/5`: the second of five.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Shard {
    /// Which, from one.
    pub index: usize,
    /// Of how many.
    pub count: usize,
}

/// Why something names no shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// It is not of the form.
    #[error("a shard is written INDEX/COUNT, such as 2/5 for the second of five")]
    Form,
    /// There is no such one.
    #[error("there is no shard {index} of {count}: they are counted from 1")]
    None {
        /// Which was asked for.
        index: usize,
        /// Of how many.
        count: usize,
    },
    /// So many are meant by nobody.
    #[error("there may be up to 100000 shards, not {0}")]
    TooMany(usize),
}

impl Shard {
    /// The most that a run may be divided into: what an indexed job of Kubernetes may have at a time.
    pub const MOST: usize = 100_000;

    /// One of so many, counted from one.
    ///
    /// # Errors
    ///
    /// When there is none of that number.
    pub fn new(index: usize, count: usize) -> Result<Self, ShardError> {
        match (1..=count).contains(&index) {
            _ if count > Shard::MOST => Err(ShardError::TooMany(count)),
            true => Ok(Shard { index, count }),
            false => Err(ShardError::None { index, count }),
        }
    }

    /// Says which shards of one run are missing.
    pub fn are_missing(shards: &[Shard]) -> String {
        let numbers: Vec<String> = shards.iter().map(|shard| shard.index.to_string()).collect();
        let count = shards.first().map_or(0, |shard| shard.count);
        match numbers.split_last() {
            Some((last, [])) => format!("shard {last} of {count} is missing"),
            Some((last, others)) => format!("shards {} and {last} of {count} are missing", others.join(", ")),
            None => "no shard is missing".to_owned(),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let (index, count) = text.split_once('/').ok_or(ShardError::Form)?;
        let number = |text: &str| text.parse().map_err(|_| ShardError::Form);
        Shard::new(number(index)?, number(count)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_is_written() {
        let shard: Shard = "2/5".parse().unwrap();
        assert_eq!((shard, shard.to_string().as_str()), (Shard { index: 2, count: 5 }, "2/5"));
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        for text in ["", "2", "x", "2/", "/5", "a/5", "2/5/6", "-1/5", "2 / 5"] {
            assert_eq!(text.parse::<Shard>(), Err(ShardError::Form), "{text}");
        }
        assert_eq!("6/5".parse::<Shard>(), Err(ShardError::None { index: 6, count: 5 }));
        assert_eq!("0/5".parse::<Shard>(), Err(ShardError::None { index: 0, count: 5 }));
        assert_eq!("1/0".parse::<Shard>(), Err(ShardError::None { index: 1, count: 0 }));
        assert_eq!("1/100001".parse::<Shard>(), Err(ShardError::TooMany(100_001)));
    }
}
