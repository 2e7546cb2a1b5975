//! The journals of shards, put together into that of one run.

use std::collections::{HashMap, HashSet};

use super::{Flow, INTERRUPTED, Journal, RunEnded, RunStarted, Shard, Test};

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
    /// A file had another text in one of them.
    #[error(
        "{file} has another text in {} than in {}: shards of one run play the same files; run all of them again, or leave \
         one of the two out with `--partial`",
        .journals[1], .journals[0]
    )]
    OtherText {
        /// Which file.
        file: String,
        /// The journals, each with its shard.
        journals: [String; 2],
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
    /// A test stands in one journal twice.
    #[error("{journal} has the test {test} twice: it is not as a run wrote it")]
    TwiceInOne {
        /// Its name.
        test: String,
        /// The journal.
        journal: String,
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

/// What stands against each other when journals are put together: what a journal is called, and which shards it has.
struct Part<'a> {
    name: &'a str,
    journal: &'a Journal,
    /// Of how many.
    count: usize,
    /// Its own, or those that it was put together of.
    shards: Vec<usize>,
}

impl Journal {
    /// Puts the journals of all shards of a run together, each with the name by which a mistake calls it. Only one journal is
    /// itself, unless it is a shard. A journal that was put together without some of the shards stands for those that it has.
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
        // Of an interrupted shard there may be no test that says so.
        let interrupted = parts.iter().any(|(_, part)| part.was_interrupted());
        parts.sort_by_cached_key(|(_, part)| shards(&part.started).and_then(|(_, shards)| shards.first().copied()));
        let whole = missing.is_empty() && parts.iter().all(|(_, part)| part.is_told_whole());
        let seconds = parts.iter().map(|(_, part)| part.seconds()).fold(0.0, f64::max);
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
        let exit = || if interrupted { INTERRUPTED } else { exit(&merged.tests) };
        merged.ended = whole.then(|| RunEnded { seconds, exit: exit() });
        Ok(merged)
    }

    /// Whether all that it was to play has ended. One that was put together without some of the shards has no end of its own.
    fn is_told_whole(&self) -> bool {
        if self.started.missing.is_empty() { self.is_whole() } else { self.unfinished().is_empty() }
    }
}

/// Which shards a journal has, and of how many: its own, or those that it was put together of. None is a whole run.
fn shards(started: &RunStarted) -> Option<(usize, Vec<usize>)> {
    if let Some(Shard { index, count }) = started.shard {
        return Some((count, vec![index]));
    }
    let count = started.missing.first()?.count;
    let missing: HashSet<usize> = started.missing.iter().map(|shard| shard.index).collect();
    Some((count, (1..=count).filter(|index| !missing.contains(index)).collect()))
}

/// Holds the journals to each other; gives the shards that are missing.
fn check(parts: &[Named]) -> Result<Vec<Shard>, MergeError> {
    let parts: Vec<Part<'_>> = parts
        .iter()
        .map(|(name, journal)| match shards(&journal.started) {
            Some((count, shards)) => Ok(Part { name, journal, count, shards }),
            None => Err(MergeError::NoShard(name.clone())),
        })
        .collect::<Result<_, _>>()?;
    let Some((first, others)) = parts.split_first() else { return Err(MergeError::Nothing) };
    others.iter().try_for_each(|other| of_one_run(first, other))?;
    let mut known: HashMap<usize, &str> = HashMap::new();
    let mut tests: HashMap<&str, &str> = HashMap::new();
    for &Part { name, journal, count, ref shards } in &parts {
        for &index in shards {
            if let Some(first) = known.insert(index, name) {
                let shard = Shard { index, count };
                return Err(MergeError::Doubled { shard, first: first.to_owned(), other: name.to_owned() });
            }
        }
        for test in journal.tests.iter().map(|test| &test.name).chain(journal.under_way.keys()) {
            match tests.insert(test, name) {
                None => {}
                Some(first) if first == name => {
                    return Err(MergeError::TwiceInOne { test: test.clone(), journal: name.to_owned() });
                }
                Some(first) => {
                    let (test, first, other) = (test.clone(), first.to_owned(), name.to_owned());
                    return Err(MergeError::Twice { test, first, other });
                }
            }
        }
    }
    same_files(&parts)?;
    let count = first.count;
    Ok((1..=count).filter(|index| !known.contains_key(index)).map(|index| Shard { index, count }).collect())
}

/// Holds a journal to the first.
fn of_one_run(first: &Part<'_>, other: &Part<'_>) -> Result<(), MergeError> {
    let (a, b) = (&first.journal.started, &other.journal.started);
    let environment = |run: &RunStarted| run.environment.clone().unwrap_or_else(|| "none".to_owned());
    let server = |run: &RunStarted| run.server.clone().unwrap_or_else(|| "the embedded sandbox".to_owned());
    let folder = |run: &RunStarted| match run.folder.folder.as_str() {
        "" => "its root".to_owned(),
        folder => folder.to_owned(),
    };
    let tests = |run: &RunStarted| format!("{} ({})", run.selected, run.suite);
    let same = [
        ("the number of shards is", first.count.to_string(), other.count.to_string()),
        ("the selected tests (a digest of their names) are", tests(a), tests(b)),
        ("the environment is", environment(a), environment(b)),
        ("the API is", server(a), server(b)),
        ("the working folder in the repository is", folder(a), folder(b)),
        ("the seed is", a.seed.to_string(), b.seed.to_string()),
    ];
    if let Some((what, one, another)) = same.into_iter().find(|(_, one, another)| one != another) {
        let (first, other) = (first.name.to_owned(), other.name.to_owned());
        return Err(MergeError::Different { what, first, other, values: [one, another] });
    }
    if a.division != b.division {
        let files = [first.name.to_owned(), other.name.to_owned()];
        let [first, other] = [first, other].map(|part| part.shards.first().copied().unwrap_or_default());
        return Err(MergeError::OtherDivision { first, other, files });
    }
    Ok(())
}

/// A scenario that was edited between two shards would be told of with the text of one of them.
fn same_files(parts: &[Part<'_>]) -> Result<(), MergeError> {
    let mut texts: HashMap<&str, (&str, &Part<'_>)> = HashMap::new();
    for part in parts {
        for file in &part.journal.files {
            let (text, first) = *texts.entry(&file.path).or_insert((file.text.as_str(), part));
            if text != file.text {
                let called = |part: &Part<'_>| match part.journal.started.shard {
                    Some(shard) => format!("shard {} ({})", of(shard), part.name),
                    None => part.name.to_owned(),
                };
                let journals = [called(first), called(part)];
                return Err(MergeError::OtherText { file: file.path.clone(), journals });
            }
        }
    }
    Ok(())
}

/// How the run began: when the first of the shards did.
fn started(parts: &[Named], missing: Vec<Shard>) -> RunStarted {
    let began = |part: &&RunStarted| (part.started.parse::<jiff::Timestamp>().ok(), part.started.clone());
    let each = || parts.iter().map(|(_, part)| &part.started);
    let mut tests: Vec<_> = each().flat_map(|part| part.tests.iter().cloned()).collect();
    tests.sort_by_key(|test| test.number);
    let first = each().min_by_key(began).cloned().unwrap_or_default();
    // By it the shards that are missing are known when they come.
    let division = first.division.clone().filter(|_| !missing.is_empty());
    RunStarted { shard: None, division, missing, tests, ..first }
}

/// Adds what a shard knew of a flow. All knew the same where all had the same files; what one of them knew beside that, such as
/// a shard of a machine of its own, is added.
fn add_flow(flows: &mut Vec<Flow>, flow: Flow) {
    match flows.iter_mut().find(|known| known.is_of(&flow)) {
        Some(known) => known.learn(flow),
        None => flows.push(flow),
    }
}

#[cfg(test)]
mod tests;
