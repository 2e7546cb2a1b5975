//! The journals of shards, put together into that of one run.

use std::collections::{HashMap, HashSet};

use super::{Flow, Journal, RunEnded, RunStarted, Shard, Spot, Test};

/// Why journals are not those of the shards of one run. Each is called by its name, which is that of its file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There are none.
    #[error("there is no journal to merge")]
    Nothing,
    /// One that is of a whole run stands among others.
    #[error(
        "{0} is the journal of a whole run, not of a shard: what it has cannot be put together with that of others"
    )]
    NoShard(String),
    /// Two of them are not of the same run.
    #[error("{first} and {other} are not shards of one run: {what} {} in the one and {} in the other", .values[0], .values[1])]
    Different {
        /// What differs.
        what: &'static str,
        /// The journal that the others are held to.
        first: String,
        /// The one that differs.
        other: String,
        /// What each of them has.
        values: [String; 2],
    },
    /// The same tests were divided in two ways, so that some may have been left out and others played twice.
    #[error(
        "shard {other} was divided by other durations than shard {first} ({}, {}): give all shards of a run the same \
         `--durations` file, or none",
        .files[0], .files[1]
    )]
    OtherDivision {
        /// The shard that the others are held to.
        first: usize,
        /// The one that differs.
        other: usize,
        /// The journals of the two.
        files: [String; 2],
    },
    /// There are two of one shard, as when a job was repeated.
    #[error("shard {shard} is there twice: {first} and {other}", shard = of(*.shard))]
    Doubled {
        /// Which.
        shard: Shard,
        /// Its first journal.
        first: String,
        /// Its second one.
        other: String,
    },
    /// A test stands in two shards.
    #[error("the test {test} is in two shards: {first} and {other}")]
    Twice {
        /// Its name.
        test: String,
        /// The first journal that has it.
        first: String,
        /// The second one.
        other: String,
    },
    /// Shards are missing.
    #[error("{}", Shard::are_missing(.0))]
    Missing(Vec<Shard>),
}

fn of(shard: Shard) -> String {
    format!("{} of {}", shard.index, shard.count)
}

/// A journal and its name.
type Named = (String, Journal);

impl Journal {
    /// Puts the journals of all shards of a run together, each with the name by which a mistake calls it. Only one journal is
    /// itself, unless it is a shard.
    ///
    /// Tests stand in the order of the suite. The shards are taken to have run beside each other: the whole took as long as
    /// the longest, and the times of tests are those since their own shard began. With `partial`, shards may be missing; such
    /// a journal, and one with a shard that did not come to its end, has no end itself. What the run ends with is asked of
    /// `exit`.
    ///
    /// # Errors
    ///
    /// When they are not the shards of one run, each once, with each test once.
    pub fn merge(
        mut parts: Vec<(String, Journal)>,
        partial: bool,
        exit: impl FnOnce(&[Test]) -> u8,
    ) -> Result<Journal, MergeError> {
        match &mut parts[..] {
            [] => return Err(MergeError::Nothing),
            [(_, whole)] if whole.started.shard.is_none() => return Ok(std::mem::take(whole)),
            _ => {}
        }
        let missing = check(&parts)?;
        if !partial && !missing.is_empty() {
            return Err(MergeError::Missing(missing));
        }
        parts.sort_by_key(|(_, part)| part.started.shard);
        let whole = missing.is_empty() && parts.iter().all(|(_, part)| part.is_whole());
        let seconds = parts.iter().filter_map(|(_, part)| part.ended.as_ref()).map(|ended| ended.seconds);
        let seconds = seconds.fold(0.0, f64::max);
        let mut merged = Journal { started: started(&parts, missing), ..Journal::default() };
        let mut told = HashSet::new();
        for (_, part) in parts {
            merged.files.extend(part.files.into_iter().filter(|file| told.insert(file.path.clone())));
            part.flows.into_iter().for_each(|flow| add_flow(&mut merged.flows, flow));
            merged.tests.extend(part.tests);
            merged.under_way.extend(part.under_way);
            merged.limits.extend(part.limits);
        }
        merged.tests.sort_by_key(|test| test.number);
        merged.ended = whole.then(|| RunEnded { seconds, exit: exit(&merged.tests) });
        Ok(merged)
    }
}

/// Holds the journals to each other; gives the shards that are missing.
fn check(parts: &[Named]) -> Result<Vec<Shard>, MergeError> {
    let shards: Vec<(&str, &Journal, Shard)> = parts
        .iter()
        .map(|(name, part)| match part.started.shard {
            Some(shard) => Ok((name.as_str(), part, shard)),
            None => Err(MergeError::NoShard(name.clone())),
        })
        .collect::<Result<_, _>>()?;
    let Some((&(first, a, shard), others)) = shards.split_first() else { return Err(MergeError::Nothing) };
    for &(name, b, other) in others {
        let environment = |part: &Journal| part.started.environment.clone().unwrap_or_else(|| "none".to_owned());
        let folder = |part: &Journal| match part.started.folder.folder.as_str() {
            "" => "its root".to_owned(),
            folder => folder.to_owned(),
        };
        let tests = |part: &Journal| format!("{} ({})", part.started.selected, part.started.suite);
        let same = [
            ("the number of shards is", shard.count.to_string(), other.count.to_string()),
            ("the selected tests (a digest of their names) are", tests(a), tests(b)),
            ("the environment is", environment(a), environment(b)),
            ("the working folder in the repository is", folder(a), folder(b)),
            ("the seed is", a.started.seed.to_string(), b.started.seed.to_string()),
        ];
        if let Some((what, one, another)) = same.into_iter().find(|(_, one, another)| one != another) {
            let (first, other) = (first.to_owned(), name.to_owned());
            return Err(MergeError::Different { what, first, other, values: [one, another] });
        }
        if a.started.division != b.started.division {
            let files = [first.to_owned(), name.to_owned()];
            return Err(MergeError::OtherDivision { first: shard.index, other: other.index, files });
        }
    }
    let mut known: HashMap<usize, &str> = HashMap::new();
    let mut tests: HashMap<&str, &str> = HashMap::new();
    for &(name, part, shard) in &shards {
        if let Some(first) = known.insert(shard.index, name) {
            return Err(MergeError::Doubled { shard, first: first.to_owned(), other: name.to_owned() });
        }
        for test in part.tests.iter().map(|test| &test.name).chain(part.under_way.keys()) {
            if let Some(first) = tests.insert(test, name) {
                let (test, first, other) = (test.clone(), first.to_owned(), name.to_owned());
                return Err(MergeError::Twice { test, first, other });
            }
        }
    }
    let all = (1..=shard.count).map(|index| Shard { index, ..shard });
    Ok(all.filter(|shard| !known.contains_key(&shard.index)).collect())
}

/// How the run began: when the first of the shards did.
fn started(parts: &[Named], missing: Vec<Shard>) -> RunStarted {
    let began = |part: &&RunStarted| (part.started.parse::<jiff::Timestamp>().ok(), part.started.clone());
    let each = || parts.iter().map(|(_, part)| &part.started);
    let mut tests: Vec<_> = each().flat_map(|part| part.tests.iter().cloned()).collect();
    tests.sort_by_key(|test| test.number);
    let first = each().min_by_key(began).cloned().unwrap_or_default();
    RunStarted { shard: None, division: None, missing, tests, ..first }
}

/// Adds what a shard knew of a flow. All knew the same where all had the same files; what one of them knew beside that, such as
/// a shard of a machine of its own, is added.
fn add_flow(flows: &mut Vec<Flow>, flow: Flow) {
    let same = |known: &&mut Flow| {
        (&known.flow, &known.version, &known.language) == (&flow.flow, &flow.version, &flow.language)
    };
    let Some(known) = flows.iter_mut().find(same) else { return flows.push(flow) };
    if *known == flow {
        return;
    }
    let mut place = |spot: &Spot| {
        known.steps.iter().position(|step| step == spot).unwrap_or_else(|| {
            known.steps.push(spot.clone());
            known.steps.len() - 1
        })
    };
    let places: Vec<usize> = flow.steps.iter().map(&mut place).collect();
    let here = |there: usize| places.get(there).copied();
    for first in flow.first.iter().filter_map(|first| here(*first)) {
        if !known.first.contains(&first) {
            known.first.push(first);
        }
    }
    for mut way in flow.moves {
        let (Some(from), Some(to)) = (here(way.from), here(way.to)) else { continue };
        (way.from, way.to) = (from, to);
        if !known.moves.contains(&way) {
            known.moves.push(way);
        }
    }
}

#[cfg(test)]
mod tests;
