//! What is missing of a run whose journal is not whole: the same words in every report, so that none of them looks like one of
//! a whole run.

use crate::journal::{Journal, Shard, UnderWay, Verdict};
use crate::phrase::counted;

/// The kind of what is told of a run that is not whole, and of its tests that did not end.
pub const UNFINISHED: &str = "unfinished";

/// How it is told that no test was played, in front of the reason.
pub const NOTHING_RAN: &str = "nothing ran";

/// Something that is missing of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// What it is, the same in every run: `missing shards`, `end of the run`, `tests of the run`.
    pub name: &'static str,
    /// Which, and how much of it, a lower-case fragment.
    pub text: String,
}

/// All that is missing; nothing of a run that came to its end.
pub fn gaps(journal: &Journal) -> Vec<Gap> {
    [missing(journal), end(journal)].into_iter().flatten().collect()
}

/// That a run came to its end and played no test, which is no success. A shard that leaves it to others has nothing to say.
pub fn nothing(journal: &Journal) -> Option<Gap> {
    let leaves_it = journal.started.shard.is_some() && journal.ended.as_ref().is_some_and(|ended| ended.exit == 0);
    if leaves_it || journal.tests.iter().any(|test| test.verdict != Verdict::Skipped) || !gaps(journal).is_empty() {
        return None;
    }
    let why = if journal.tests.is_empty() { "no test was selected" } else { "every test was skipped" };
    Some(Gap { name: "tests of the run", text: format!("{NOTHING_RAN}: {why}") })
}

/// What a test is told with that never began, since the run was interrupted.
pub const INTERRUPTED_BEFORE: &str = "the run was interrupted before it began";

/// What a test that did not come to its end is told with.
pub fn unfinished(at: Option<&UnderWay>, journal: &Journal) -> String {
    match at {
        Some(at) => format!("it did not end: {at}"),
        None => never_began(journal).to_owned(),
    }
}

/// Why a test never began.
pub fn never_began(journal: &Journal) -> &'static str {
    if journal.was_interrupted() { INTERRUPTED_BEFORE } else { "the run ended before it began" }
}

/// How many tests never began.
pub fn never_begun(journal: &Journal) -> usize {
    journal.unfinished().iter().filter(|test| test.at.is_none()).count()
}

fn missing(journal: &Journal) -> Option<Gap> {
    let shards = &journal.started.missing;
    (!shards.is_empty()).then(|| Gap { name: "missing shards", text: Shard::are_missing(shards) })
}

fn end(journal: &Journal) -> Option<Gap> {
    let mut under_way = journal.under_way.len();
    let never = never_begun(journal);
    // A run without some of its shards has no end for that reason alone.
    let no_end = journal.ended.is_none() && journal.started.missing.is_empty();
    if !no_end && under_way == 0 && never == 0 {
        return None;
    }
    let mut how = "the run did not end";
    if journal.was_interrupted() {
        how = "the run was interrupted";
        under_way += journal.tests.iter().filter(|test| test.verdict == Verdict::Interrupted).count();
    }
    let begun = match under_way {
        0 => None,
        1 => Some("1 test was under way".to_owned()),
        more => Some(format!("{} were under way", counted(more, "test"))),
    };
    let never = match never {
        0 => None,
        more if begun.is_some() => Some(format!("{more} never began")),
        more => Some(format!("{} never began", counted(more, "test"))),
    };
    let parts: Vec<String> = begun.into_iter().chain(never).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    Some(Gap { name: "end of the run", text: format!("{how}{parts}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{INTERRUPTED, Planned, RunEnded, RunStarted};

    fn texts(journal: &Journal) -> Vec<String> {
        gaps(journal).into_iter().map(|gap| gap.text).collect()
    }

    #[test]
    fn what_is_missing_is_told_whatever_the_reason() {
        let planned =
            |number: usize| Planned { number, name: number.to_string(), file: String::new(), line: 0, skipped: false };
        let mut journal = Journal {
            started: RunStarted { tests: (0..3).map(planned).collect(), ..RunStarted::default() },
            ..Journal::default()
        };
        assert_eq!(texts(&journal), ["the run did not end: 3 tests never began"]);
        journal.under_way.insert("1".to_owned(), UnderWay::default());
        assert_eq!(texts(&journal), ["the run did not end: 1 test was under way, 2 never began"]);
        journal.started.missing = vec![Shard { index: 4, count: 5 }];
        let both = ["shard 4 of 5 is missing", "the run did not end: 1 test was under way, 2 never began"];
        assert_eq!(texts(&journal), both);
        journal.under_way.clear();
        journal.started.tests.clear();
        assert_eq!(texts(&journal), ["shard 4 of 5 is missing"]);
        journal.started.missing.clear();
        assert_eq!(texts(&journal), ["the run did not end"]);
        journal.ended = Some(RunEnded::default());
        assert_eq!(texts(&journal), Vec::<String>::new());
        journal.started.tests = (0..2).map(planned).collect();
        journal.ended = Some(RunEnded { seconds: 1.0, exit: INTERRUPTED });
        assert_eq!(texts(&journal), ["the run was interrupted: 2 tests never began"]);
        assert_eq!(unfinished(None, &journal), INTERRUPTED_BEFORE);
    }

    #[test]
    fn that_nothing_ran_is_told_of_a_run_that_ended_unless_others_play_tests() {
        let told = |journal: &Journal| nothing(journal).map(|gap| gap.text);
        let mut journal = Journal { ended: Some(RunEnded { seconds: 0.1, exit: 4 }), ..Journal::default() };
        assert_eq!(told(&journal).as_deref(), Some("nothing ran: no test was selected"));
        journal.started.shard = Some(Shard { index: 2, count: 5 });
        assert_eq!(told(&journal).as_deref(), Some("nothing ran: no test was selected"));
        journal.ended = Some(RunEnded { seconds: 0.1, exit: 0 });
        assert_eq!(told(&journal), None);
        journal.started.shard = None;
        journal.started.missing = vec![Shard { index: 2, count: 5 }];
        assert_eq!(told(&journal), None);
        let cut = Journal::default();
        assert_eq!(told(&cut), None);
    }
}
