//! Parts of a run.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// A part of a run. It is written `2/5`: the second of five.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
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

/// How many numbers, or rows of numbers, are told of shards before the rest is only counted.
const MOST_TOLD: usize = 20;

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

    /// Says which shards of one run are missing, in the order in which they are given: `shards 1, 2 and 4 to 97 of 100 are
    /// missing`.
    pub fn are_missing(shards: &[Shard]) -> String {
        let Some(Shard { count, .. }) = shards.first() else { return "no shard is missing".to_owned() };
        let mut parts: Vec<String> = Vec::new();
        let mut told = 0;
        // Two are no row yet.
        let rows = shards.chunk_by(|one, next| next.index == one.index + 1);
        for row in rows.flat_map(|row| row.chunks(if row.len() > 2 { row.len() } else { 1 })).take(MOST_TOLD) {
            told += row.len();
            parts.push(match row {
                [first, .., last] => format!("{} to {}", first.index, last.index),
                row => row.iter().map(|shard| shard.index.to_string()).collect(),
            });
        }
        if told < shards.len() {
            parts.push(format!("{} more", shards.len() - told));
        }
        let list = match parts.split_last() {
            Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
            _ => parts.concat(),
        };
        let (noun, verb) = if shards.len() == 1 { ("shard", "is") } else { ("shards", "are") };
        format!("{noun} {list} of {count} {verb} missing")
    }
}

/// What a file says is held to the same rule as what is asked for.
impl<'de> Deserialize<'de> for Shard {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "Shard")]
        struct Written {
            index: usize,
            count: usize,
        }
        let Written { index, count } = Written::deserialize(deserializer)?;
        Shard::new(index, count).map_err(D::Error::custom)
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

    #[test]
    fn what_a_file_has_is_held_to_the_same_rule() {
        let read = |index: &str, count: &str| {
            let text = format!(r#"{{"index":{index},"count":{count}}}"#);
            serde_json::from_str::<Shard>(&text).map_err(|why| why.to_string())
        };
        assert_eq!(read("2", "5"), Ok(Shard { index: 2, count: 5 }));
        for (index, count, why) in [
            ("7", "3", "there is no shard 7 of 3: they are counted from 1"),
            ("0", "3", "there is no shard 0 of 3"),
            ("1", "0", "there is no shard 1 of 0"),
            ("1", "3000000", "there may be up to 100000 shards, not 3000000"),
            ("1", "18446744073709551615", "there may be up to 100000 shards"),
            ("-1", "3", "invalid value: integer `-1`"),
        ] {
            let told = read(index, count).unwrap_err();
            assert!(told.contains(why), "{told}");
        }
    }

    #[test]
    fn missing_shards_are_told_in_rows_and_never_at_length() {
        let told = |count: usize, indices: &mut dyn Iterator<Item = usize>| {
            Shard::are_missing(&indices.map(|index| Shard { index, count }).collect::<Vec<_>>())
        };
        assert_eq!(told(5, &mut [3].into_iter()), "shard 3 of 5 is missing");
        assert_eq!(told(5, &mut [2, 3].into_iter()), "shards 2 and 3 of 5 are missing");
        assert_eq!(told(5, &mut (2..=5)), "shards 2 to 5 of 5 are missing");
        assert_eq!(told(100, &mut [1, 2].into_iter().chain(4..=97)), "shards 1, 2 and 4 to 97 of 100 are missing");
        assert_eq!(told(100, &mut [1, 2, 4].into_iter()), "shards 1, 2 and 4 of 100 are missing");
        let long = told(Shard::MOST, &mut (2..=Shard::MOST).step_by(2));
        assert!(long.ends_with(", 38, 40 and 49980 more of 100000 are missing"), "{long}");
    }
}
