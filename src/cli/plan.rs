//! Which tests a run plays, and their places among all that were selected.

use super::durations::Durations;
use super::prepare::Prepared;
use super::shard::Chosen;
use crate::journal::{FORMAT, Planned, RunStarted, WorkingFolder};
use crate::phrase::counted;
use crate::runner::harness::selected;
use crate::runner::shard::{digest, divide};
use crate::source::path_text;

/// What is to be run.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// The tests that this run plays or skips.
    tests: Vec<Planned>,
    /// A digest of the names of all selected tests.
    suite: String,
    /// How many those are.
    selected: usize,
    /// Whether any of them is not skipped.
    any: bool,
    /// The part that is played, with a digest of the whole division.
    part: Option<(Chosen, String)>,
}

impl Plan {
    /// Plans what is prepared: of the tests that the arguments leave, those of the part stay.
    pub fn of(
        prepared: &mut Prepared,
        libtest: &libtest_mimic::Arguments,
        part: Option<Chosen>,
        durations: &Durations,
    ) -> Self {
        let run = prepared.run.clone();
        let chosen = selected(&run, &prepared.tests, libtest);
        let sources = prepared.sources.clone();
        let names: Vec<String> = chosen.iter().map(|id| run.test(*id).name()).collect();
        let words: Vec<&str> = names.iter().map(String::as_str).collect();
        let all = libtest.ignored || libtest.include_ignored;
        let mut plan = Plan {
            tests: Vec::new(),
            suite: digest(words.iter().copied()),
            selected: names.len(),
            any: chosen.iter().any(|id| all || run.test(*id).scenario.skip.is_none()),
            part: None,
        };
        let mut plays = vec![true; names.len()];
        if let Some(part) = part {
            let division = divide(&words, part.shard.count, |test| durations.get(test).copied());
            plays = division.parts.iter().map(|index| index + 1 == part.shard.index).collect();
            prepared.tests = chosen.iter().zip(&plays).filter(|(_, plays)| **plays).map(|(id, _)| *id).collect();
            plan.part = Some((part, division.digest));
        }
        let tests = names.into_iter().zip(chosen).enumerate().zip(plays).filter(|(_, plays)| *plays);
        plan.tests = tests
            .map(|((number, (name, id)), _)| {
                let test = run.test(id);
                let place = test.case.map_or(test.scenario.span, |case| case.span);
                let file = path_text(sources.path(place.source));
                let (line, _) = sources.line_column(place);
                let skipped = !all && test.scenario.skip.is_some();
                Planned { number, name, file, line, skipped }
            })
            .collect();
        plan
    }

    /// What a journal says of how the run begins.
    pub fn started(&self, prepared: &Prepared, now: jiff::Timestamp, folder: WorkingFolder) -> RunStarted {
        RunStarted {
            format: FORMAT,
            draftgate: env!("CARGO_PKG_VERSION").to_owned(),
            started: now.to_string(),
            server: prepared.server.clone(),
            environment: prepared.chosen.clone(),
            seed: prepared.run.world.seed,
            folder,
            shard: self.part.as_ref().map(|(part, _)| part.shard),
            suite: self.suite.clone(),
            selected: self.selected,
            tests: self.tests.clone(),
            division: self.part.as_ref().map(|(_, division)| division.clone()),
            missing: Vec::new(),
        }
    }

    /// What runs, where that is a part: `51 of 253 tests, shard 2/5 (CI_NODE_INDEX)`.
    pub fn part(&self) -> Option<String> {
        let (Chosen { shard, by }, _) = self.part.as_ref()?;
        let (tests, selected) = (self.tests.len(), counted(self.selected, "test"));
        Some(format!("{tests} of {selected}, shard {shard} ({by})"))
    }

    /// Whether it is nothing to fail for that this run plays no test: others play some.
    pub fn leaves_it_to_others(&self) -> bool {
        self.part.is_some() && self.any
    }
}
