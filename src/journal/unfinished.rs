//! What a run that did not come to its end left behind.

use std::collections::HashSet;

use super::{Journal, Planned, UnderWay};

/// A test that was to be run and did not come to an end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unfinished<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it was at; nothing where it never began.
    pub at: Option<&'a UnderWay>,
    /// The file that it is written in and the line there, where they are known.
    pub place: Option<(&'a str, usize)>,
}

impl Journal {
    /// The tests that were to be run and did not come to an end. Of those that are skipped nothing is missing.
    pub fn unfinished(&self) -> Vec<Unfinished<'_>> {
        let ended: HashSet<&str> = self.tests.iter().map(|test| test.name.as_str()).collect();
        let planned = self.started.tests.iter().filter(|test| !ended.contains(test.name.as_str()));
        let all = planned.map(|test| (test, self.under_way.get(&test.name)));
        all.filter(|(test, at)| at.is_some() || !test.skipped)
            .map(|(test, at)| Unfinished { name: &test.name, at, place: test.place() })
            .collect()
    }
}

impl Planned {
    /// The file that it is written in and the line there, where they are told.
    pub fn place(&self) -> Option<(&str, usize)> {
        (!self.file.is_empty() && self.line > 0).then_some((self.file.as_str(), self.line))
    }
}
