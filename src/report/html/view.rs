//! What the page is told: the list of tests, and all that came of each.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::coverage::{Count, Coverage, KINDS, Kind, ViewCoverage};
use crate::diff::LineKind;
use crate::diff::inline::{InlineLine, inline_lines};
use crate::journal::{Failure, Grade, Journal, Shard, Standing, Test, Unfinished, Verdict};
use crate::report::coverage::{MEASURED_BY, gaps_of};
use crate::report::gaps::unfinished;
use crate::report::picture::Picture;

/// The tests in the order of the run.
pub fn in_order(journal: &Journal) -> Vec<&Test> {
    let mut tests: Vec<&Test> = journal.tests.iter().collect();
    tests.sort_by_key(|test| test.number);
    tests
}

/// What the page needs before anything is opened.
#[derive(Debug, Serialize)]
pub struct Run<'a> {
    tests: Vec<Row<'a>>,
    /// How many of them, and of the files, are packed together.
    tests_a_chunk: usize,
    files_a_chunk: usize,
    /// The paths of the packed files, in order.
    files: Vec<&'a str>,
    /// The tests that did not end.
    unfinished: Vec<Left<'a>>,
    /// Which shards are missing, where some are: tests that nothing is known of may be theirs.
    missing: Option<String>,
    pictures: Vec<Caption<'a>>,
    /// How much of each flow is covered.
    coverage: Vec<Covered>,
    /// What that is measured by.
    measured_by: &'static str,
}

/// A test in the list.
#[derive(Debug, Serialize)]
struct Row<'a> {
    name: &'a str,
    title: &'a str,
    verdict: Verdict,
    /// The chip that it counts for.
    group: Group,
    flaky: bool,
    /// What is to be said of it, in a line; empty where it simply passed.
    message: String,
    file: &'a str,
    line: usize,
    flow: Option<&'a str>,
    version: &'a str,
    language: Option<&'a str>,
    tags: &'a [String],
    seconds: f64,
    pending: f64,
}

/// A test that did not end.
#[derive(Debug, Serialize)]
struct Left<'a> {
    name: &'a str,
    /// What is known of it.
    message: String,
    /// Where it is written, where that is told.
    file: Option<&'a str>,
    line: usize,
}

/// What tests are counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// All that it asks for holds.
    Passed,
    /// It did not come to its end, or something does not hold.
    Failed,
    /// It was not run.
    Skipped,
    /// Its snapshots await review.
    Review,
}

/// What a picture shows.
#[derive(Debug, Serialize)]
struct Caption<'a> {
    flow: &'a str,
    version: &'a str,
    language: Option<&'a str>,
    /// The place of the coverage that tells of it.
    coverage: Option<usize>,
}

/// How much of a flow is covered, kind by kind.
#[derive(Debug, Serialize)]
struct Covered(Vec<CoveredKind>);

/// How much of a kind is covered.
#[derive(Debug, Serialize)]
struct CoveredKind {
    kind: &'static str,
    passing: usize,
    failing: usize,
    all: usize,
    /// What passing tests did not cover: where, and what there.
    gaps: Vec<(String, Vec<String>)>,
}

/// A picture as it is packed.
#[derive(Debug, Serialize)]
pub struct Drawing<'a> {
    svg: &'a str,
}

/// All that came of a test.
#[derive(Debug, Serialize)]
pub struct Detail<'a> {
    test: &'a Test,
    /// Values and snapshots compared line by line. The key of a failure's is its place among all of the test's, that of a
    /// snapshot's is `s` and its step's place.
    compared: BTreeMap<String, Vec<Line>>,
    /// The ways it went: a picture, and the ids in it.
    paths: Vec<(usize, &'a [String])>,
}

/// A line of a comparison: what became of it, its numbers in the old and in the new text, its parts with whether they differ,
/// and whether lines were left out before it.
type Line = (char, Option<usize>, Option<usize>, Vec<(bool, String)>, bool);

impl Group {
    /// What a test is counted as.
    pub fn of(test: &Test) -> Self {
        match test.verdict {
            Verdict::Passed => Group::Passed,
            Verdict::Skipped => Group::Skipped,
            Verdict::Review => Group::Review,
            Verdict::Broken | Verdict::Failed | Verdict::Refused | Verdict::Interrupted => Group::Failed,
        }
    }
}

impl<'a> Run<'a> {
    /// The run, with its tests in order.
    pub fn new(journal: &'a Journal, tests: &[&'a Test], pictures: &'a [Picture]) -> Self {
        let coverage = Coverage::of(journal);
        let caption = |picture: &'a Picture| Caption {
            coverage: place_of(picture, &coverage),
            flow: &picture.flow,
            version: &picture.version,
            language: picture.language.as_deref(),
        };
        let missing = &journal.started.missing;
        Run {
            tests: tests.iter().map(|test| Row::new(test)).collect(),
            tests_a_chunk: super::TESTS_A_CHUNK,
            files_a_chunk: super::FILES_A_CHUNK,
            files: journal.files.iter().map(|file| file.path.as_str()).collect(),
            unfinished: journal.unfinished().into_iter().map(|test| Left::new(test, journal)).collect(),
            missing: (!missing.is_empty()).then(|| Shard::are_missing(missing)),
            pictures: pictures.iter().map(caption).collect(),
            coverage: coverage.views.iter().map(Covered::new).collect(),
            measured_by: MEASURED_BY,
        }
    }
}

/// The coverage that tells of a picture: languages that are the same in other words are told as one.
fn place_of(picture: &Picture, coverage: &Coverage) -> Option<usize> {
    let of = |exact: bool| {
        coverage.views.iter().position(|view| {
            let same = (&view.flow, &view.version) == (&picture.flow, &picture.version);
            same && (!exact || view.language == picture.language)
        })
    };
    of(true).or_else(|| of(false))
}

impl Covered {
    fn new(view: &ViewCoverage) -> Self {
        let of_kind = |(kind, name): &(Kind, &'static str)| {
            let Count { passing, failing, all } = view.count(*kind);
            CoveredKind { kind: name, passing, failing, all, gaps: gaps_of(view, *kind) }
        };
        Covered(KINDS.iter().map(of_kind).collect())
    }
}

impl<'a> Left<'a> {
    fn new(test: Unfinished<'a>, journal: &Journal) -> Self {
        let (file, line) = test.place.unzip();
        Left { name: test.name, message: unfinished(test.at, journal), file, line: line.unwrap_or_default() }
    }
}

impl<'a> Row<'a> {
    fn new(test: &'a Test) -> Self {
        Row {
            name: &test.name,
            title: &test.title,
            verdict: test.verdict,
            group: Group::of(test),
            flaky: test.is_flaky(),
            message: message(test),
            file: &test.place.file,
            line: test.place.line,
            flow: test.flow.as_deref(),
            version: &test.version,
            language: test.language.as_deref(),
            tags: &test.tags,
            seconds: test.seconds,
            pending: test.pending_seconds,
        }
    }
}

impl<'a> Detail<'a> {
    /// All that came of a test.
    pub fn new(test: &'a &Test, pictures: &'a [Picture]) -> Self {
        let mut compared = BTreeMap::new();
        for (at, failure) in test.failures().enumerate() {
            if let Some(lines) = values(failure) {
                compared.insert(at.to_string(), lines);
            }
        }
        for (at, step) in test.steps.iter().enumerate() {
            if let Some((old, new)) =
                step.snapshot.as_ref().and_then(|one| one.accepted.as_ref().zip(one.actual.as_ref()))
            {
                compared.insert(format!("s{at}"), lines(old, new));
            }
        }
        let way = |(at, picture): (usize, &'a Picture)| Some((at, picture.paths.get(&test.number)?.as_slice()));
        Detail { test, compared, paths: pictures.iter().enumerate().filter_map(way).collect() }
    }
}

impl<'a> Drawing<'a> {
    /// The picture.
    pub fn new(picture: &'a Picture) -> Self {
        Drawing { svg: &picture.svg }
    }
}

/// What is to be said of a test, in a line.
pub fn message(test: &Test) -> String {
    if test.is_flaky() {
        return test.attempts.last().map(|attempt| attempt.message.clone()).unwrap_or_default();
    }
    if let Some(reason) = &test.reason {
        return reason.clone();
    }
    if let Some(failure) = test.failures().find(|failure| failure.grade == Grade::Error && test.verdict.is_failure()) {
        return failure.message.clone();
    }
    if let Some(unanswered) = test.steps.iter().find_map(|step| step.unanswered.as_ref()) {
        return unanswered.why.clone();
    }
    let awaits = |step: &&crate::journal::Step| step.snapshot.as_ref().is_some_and(|snapshot| !snapshot.passes);
    let awaiting = test.steps.iter().find(awaits);
    match awaiting.and_then(|step| Some((step, step.snapshot.as_ref()?))) {
        Some((step, snapshot)) => match (snapshot.standing, snapshot.changes.first()) {
            (_, Some(change)) => change.clone(),
            (Standing::New, None) => format!("step {} has no accepted snapshot yet", step.number),
            (_, None) => format!("the answer of step {} is not as accepted", step.number),
        },
        None => String::new(),
    }
}

/// The wanted value and the one that came, compared, where two values explain a failure. A null in a journal is also none.
fn values(failure: &Failure) -> Option<Vec<Line>> {
    if failure.expected.is_none() && failure.actual.is_none() {
        return None;
    }
    let pretty = |value: &Option<Value>| match value {
        // As it would be read, line by line, not as one with its line ends escaped.
        Some(Value::String(text)) if text.contains('\n') => text.clone(),
        Some(value) => serde_json::to_string_pretty(value).unwrap_or_default(),
        None => "null".to_owned(),
    };
    Some(lines(&pretty(&failure.expected), &pretty(&failure.actual)))
}

fn lines(old: &str, new: &str) -> Vec<Line> {
    let line = |line: InlineLine| {
        let kind = match line.kind {
            LineKind::Context => ' ',
            LineKind::Removed => '-',
            LineKind::Added => '+',
        };
        (kind, line.old_line, line.new_line, line.parts, line.after_gap)
    };
    inline_lines(old, new).into_iter().map(line).collect()
}
