//! The journal as a whole: entries put together, read from a file or taken in one by one.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead};

use serde::Deserialize;

use super::{Entry, FORMAT, File, Flow, INTERRUPTED, LimitChanged, RunEnded, RunStarted, Test, UnderWay};

/// All that a journal says, put together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Journal {
    /// How the run began.
    pub started: RunStarted,
    /// The files that tests are written in.
    pub files: Vec<File>,
    /// What was known of flows before the run.
    pub flows: Vec<Flow>,
    /// The tests that have ended, in the order in which they did.
    pub tests: Vec<Test>,
    /// The tests that were under way when the journal ends, by their names.
    pub under_way: BTreeMap<String, UnderWay>,
    /// How much was asked of the hosts, in the order in which it changed.
    pub limits: Vec<LimitChanged>,
    /// How the run ended; none of a run that was killed.
    pub ended: Option<RunEnded>,
}

/// Why there is no journal in a file.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// A line is not an entry.
    #[error("line {line} is no entry of a journal: {}", without_line(.why))]
    NoEntry {
        /// Which line, from one.
        line: usize,
        /// What is wrong with it.
        why: serde_json::Error,
    },
    /// There is nothing in it.
    #[error("it is empty: a run writes a journal with `--jsonl FILE`")]
    Empty,
    /// It has a part of its first line and no more.
    #[error("it breaks off within its first line: the run was ended as it began, or there was no room on the disk")]
    Torn,
    /// It does not begin as a journal does.
    #[error("it does not begin with `run-started`: it is no journal, or its beginning is missing")]
    NoBeginning,
    /// Another one follows in it.
    #[error(
        "line {0} begins another run: each journal wants a file of its own, and `draftgate report` takes several of them"
    )]
    Another(usize),
    /// Something stands behind its end.
    #[error("line {0} stands behind `run-ended`, the last line of a journal")]
    BehindEnd(usize),
    /// A test ends in it twice, as when a file was put together by hand.
    #[error("line {line}: the test {test} has ended already, on line {first}: each test ends once")]
    EndedTwice {
        /// Which line, from one.
        line: usize,
        /// The line on which it ended first.
        first: usize,
        /// The test's name.
        test: String,
    },
    /// It is of a later format.
    #[error("it has the format {0}, and up to {FORMAT} is read: a later draftgate wrote it")]
    Later(u32),
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Journal {
    /// Takes in what happens.
    pub fn take(&mut self, entry: Entry) {
        match entry {
            Entry::RunStarted(started) => self.started = started,
            Entry::File(file) => self.files.push(file),
            Entry::Flow(flow) => self.flows.push(flow),
            Entry::TestStarted(started) => self.under_way(&started.test).begin(started),
            Entry::StepStarted(step) => self.under_way(&step.test).go_on(step),
            Entry::StepPending(pending) => self.under_way(&pending.test).wait(pending),
            Entry::TestFinished(test) => {
                self.under_way.remove(&test.name);
                self.tests.push(*test);
            }
            Entry::LimitChanged(change) => self.limits.push(change),
            Entry::RunEnded(ended) => self.ended = Some(ended),
            Entry::Unknown => {}
        }
    }

    fn under_way(&mut self, test: &str) -> &mut UnderWay {
        self.under_way.entry(test.to_owned()).or_default()
    }

    /// The entries that the journal comes to: whoever takes them in has it again. What happened on the way to where each
    /// test ended is not among them.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        let begun = std::iter::once_with(|| Entry::RunStarted(self.started.clone()));
        let files = self.files.iter().cloned().map(Entry::File);
        let flows = self.flows.iter().cloned().map(Entry::Flow);
        let tests = self.tests.iter().map(|test| Entry::TestFinished(Box::new(test.clone())));
        let under_way = self.under_way.values().flat_map(UnderWay::entries);
        let limits = self.limits.iter().cloned().map(Entry::LimitChanged);
        let ended = self.ended.iter().cloned().map(Entry::RunEnded);
        begun.chain(files).chain(flows).chain(tests).chain(under_way).chain(limits).chain(ended)
    }

    /// Reads a journal. A last line that is not whole, as of a run that was killed, is passed over, and so are lines of blanks
    /// and a byte order mark, which editors and shells of Windows put before everything.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub fn read(lines: impl BufRead) -> Result<Self, JournalError> {
        let mut journal = Journal::default();
        let mut begun = false;
        let mut ends = Ends::default();
        let mut broken: Option<JournalError> = None;
        for (line, text) in (1..).zip(lines.split(b'\n')) {
            let text = text?;
            let mark: &[u8] = if line == 1 { BYTE_ORDER_MARK } else { b"" };
            let text = text.strip_prefix(mark).unwrap_or(&text).trim_ascii();
            if text.is_empty() {
                continue;
            }
            // Only where nothing follows is a line torn.
            match broken.take() {
                Some(JournalError::Torn) => return Err(JournalError::NoBeginning),
                Some(why) => return Err(why),
                None => {}
            }
            if !begun {
                begun = true;
                match beginning(line, text) {
                    Ok(entry) => journal.take(entry),
                    Err(JournalError::Torn) => broken = Some(JournalError::Torn),
                    Err(why) => return Err(why),
                }
                continue;
            }
            match serde_json::from_slice::<Entry>(text) {
                Ok(Entry::RunStarted(_)) => return Err(JournalError::Another(line)),
                _ if journal.ended.is_some() => return Err(JournalError::BehindEnd(line)),
                Ok(entry) => {
                    ends.note(line, &entry)?;
                    journal.take(entry);
                }
                Err(why) => broken = Some(JournalError::NoEntry { line, why }),
            }
        }
        match broken {
            _ if !begun => Err(JournalError::Empty),
            Some(JournalError::Torn) => Err(JournalError::Torn),
            _ => Ok(journal),
        }
    }

    /// How long the run took, in seconds; of one that was killed, until the last that is known of it.
    pub fn seconds(&self) -> f64 {
        let last = self.tests.iter().map(|test| test.started.unwrap_or_default() + test.seconds);
        self.ended.as_ref().map_or_else(|| last.fold(0.0, f64::max), |ended| ended.seconds)
    }

    /// Whether the run was interrupted, and ended for that.
    pub fn was_interrupted(&self) -> bool {
        self.ended.as_ref().is_some_and(|ended| ended.exit == INTERRUPTED)
    }

    /// Whether the run came to its end.
    pub fn is_whole(&self) -> bool {
        self.ended.is_some() && self.under_way.is_empty()
    }
}

/// The lines on which tests end, by their numbers and by their names.
#[derive(Default)]
struct Ends {
    numbers: HashMap<usize, usize>,
    names: HashMap<String, usize>,
}

impl Ends {
    fn note(&mut self, line: usize, entry: &Entry) -> Result<(), JournalError> {
        let Entry::TestFinished(test) = entry else { return Ok(()) };
        let before = self.names.insert(test.name.clone(), line);
        match self.numbers.insert(test.number, line).or(before) {
            Some(first) => Err(JournalError::EndedTwice { line, first, test: test.name.clone() }),
            None => Ok(()),
        }
    }
}

/// How every journal begins, as it is written.
const BEGINNING: &[u8] = br#"{"event":"run-started","#;

/// The first entry. Its format is asked for before anything else: a later one may mean something else by all that follows.
fn beginning(line: usize, text: &[u8]) -> Result<Entry, JournalError> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Head {
        event: String,
        format: u32,
    }
    let Head { event, format } = serde_json::from_slice(text).unwrap_or_default();
    if format > FORMAT {
        return Err(JournalError::Later(format));
    }
    match serde_json::from_slice(text) {
        Ok(entry @ Entry::RunStarted(_)) => Ok(entry),
        Err(why) if event == "run-started" => Err(JournalError::NoEntry { line, why }),
        Err(why) if why.is_eof() && (text.starts_with(BEGINNING) || BEGINNING.starts_with(text)) => {
            Err(JournalError::Torn)
        }
        _ => Err(JournalError::NoBeginning),
    }
}

/// What is wrong with an entry. Its text is a line for the reader, which says `at line 1`: where that is in the file is told
/// otherwise.
fn without_line(why: &serde_json::Error) -> String {
    let text = why.to_string();
    let place = format!(" at line {} column {}", why.line(), why.column());
    match text.strip_suffix(&place) {
        Some(message) => format!("{message}, at column {}", why.column()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Unfinished;

    const BEGIN: &str = r#"{"event":"run-started","format":1,"draftgate":"0.1.0","started":"2026-11-28T21:00:00Z","server":null,"environment":null,"seed":7,"shard":null,"suite":"","selected":1,"tests":[{"number":0,"name":"a"}]}"#;
    const STEP: &str = r#"{"event":"step-started","test":"a","step":2,"label":"submit","at":0.5}"#;
    const END: &str = r#"{"event":"run-ended","seconds":1.5,"exit":0}"#;

    fn read(text: impl AsRef<[u8]>) -> Result<Journal, String> {
        Journal::read(text.as_ref()).map_err(|why| why.to_string())
    }

    #[test]
    fn a_journal_is_read_whatever_its_line_ends_are() {
        let whole = read(format!("{BEGIN}\n{END}\n")).unwrap();
        assert!(whole.is_whole());
        assert_eq!((whole.started.seed, whole.ended.as_ref().unwrap().seconds), (7, 1.5));
        for same in [
            format!("{BEGIN}\r\n{END}\r\n"),
            format!("{BEGIN}\n{END}"),
            format!("{BEGIN}\n{END}\n\n"),
            format!("\u{feff}{BEGIN}\n{END}\n"),
            format!("\n{BEGIN}\n \t\r\n\n{END}\n\n  "),
        ] {
            assert_eq!(read(same).unwrap(), whole);
        }
    }

    #[test]
    fn of_a_run_that_was_killed_everything_but_the_torn_line_is_there() {
        let step = STEP.replace("submit", "prüfen");
        let cut = step.find('ü').unwrap() + 1;
        for torn in [&step.as_bytes()[..cut], &step.as_bytes()[..3], b"", b"{"] {
            let text = [BEGIN.as_bytes(), b"\n", STEP.as_bytes(), b"\n", torn].concat();
            let journal = read(text).unwrap();
            assert_eq!(journal.under_way["a"].to_string(), "step 2 submit");
            assert!(!journal.is_whole() && journal.ended.is_none());
        }
    }

    #[test]
    fn what_a_later_draftgate_added_is_passed_over() {
        let begin = BEGIN.replace("\"seed\"", "\"mood\":{\"deep\":[1]},\"seed\"");
        let added = r#"{"event":"tests-counted","count":[{"a":1}]}"#;
        assert_eq!(read(format!("{begin}\n{added}\n{END}\n")), read(format!("{BEGIN}\n{END}\n")));
    }

    #[test]
    fn a_test_that_ends_twice_is_named_with_its_line() {
        let ends = r#"{"event":"test-finished","title":"","place":{"file":"a.yaml","line":1,"column":1,"end_line":1,"end_column":1},"files":[],"verdict":"passed","version":"draft","tags":[],"seconds":1.0,"request_seconds":0.0,"pending_seconds":0.0,"sessions":[],"attempts":[],"steps":[],"explanation":"","number":0,"name":"a"}"#;
        assert_eq!(read(format!("{BEGIN}\n{ends}\n{END}\n")).unwrap().tests.len(), 1);
        let twice = read(format!("{BEGIN}\n{ends}\n{STEP}\n{ends}\n{END}\n")).unwrap_err();
        assert_eq!(twice, "line 4: the test a has ended already, on line 2: each test ends once");
        let renumbered = ends.replace("\"number\":0", "\"number\":5");
        let twice = read(format!("{BEGIN}\n{ends}\n{renumbered}\n{END}\n")).unwrap_err();
        assert_eq!(twice, "line 3: the test a has ended already, on line 2: each test ends once");
    }

    #[test]
    fn a_skipped_test_that_was_not_reached_is_not_missing() {
        let planned = r#"{"number":0,"name":"a","file":"a.yaml","line":3},{"number":1,"name":"b","skipped":true}"#;
        let begin = BEGIN.replace(r#"{"number":0,"name":"a"}"#, planned);
        let journal = read(begin).unwrap();
        assert_eq!(journal.unfinished(), [Unfinished { name: "a", at: None, place: Some(("a.yaml", 3)) }]);
        let before = read(BEGIN).unwrap();
        assert_eq!(before.unfinished(), [Unfinished { name: "a", at: None, place: None }]);
    }

    #[test]
    fn what_is_no_journal_is_told_in_plain_words() {
        for (text, why) in [
            (String::new(), "it is empty"),
            ("<testsuites/>\n".to_owned(), "does not begin with `run-started`"),
            ("[1]\n[2]\n".to_owned(), "does not begin with `run-started`"),
            ("\n \r\n".to_owned(), "it is empty"),
            (BEGIN[..40].to_owned(), "it breaks off within its first line"),
            (BEGIN[..9].to_owned(), "it breaks off within its first line"),
            (format!("{}\n{END}\n", &BEGIN[..40]), "does not begin with `run-started`"),
            ("{\"tests\":".to_owned(), "does not begin with `run-started`"),
            (
                BEGIN.replace("\"shard\":null", "\"shard\":{\"index\":7,\"count\":3}"),
                "line 1 is no entry of a journal: there is no shard 7 of 3: they are counted from 1",
            ),
            (format!("{STEP}\n{END}\n"), "its beginning is missing"),
            (format!("{BEGIN}\nnonsense\n{END}\n"), "line 2 is no entry of a journal"),
            (format!("{BEGIN}\n\n{}\n{END}\n", &STEP[..30]), "line 3 is no entry of a journal: EOF while parsing"),
            (format!("{BEGIN}\n{END}\n{BEGIN}\n{END}\n"), "line 3 begins another run"),
            (format!("{BEGIN}\n{END}\n\n{STEP}\n"), "line 4 stands behind `run-ended`, the last line of a journal"),
            (format!("{BEGIN}\n{END}\n{END}\n"), "line 3 stands behind `run-ended`"),
            (format!("{BEGIN}\n{END}\nnonsense"), "line 3 stands behind `run-ended`"),
            (format!("{BEGIN}\n{END}\n{{"), "line 3 stands behind `run-ended`"),
            (BEGIN.replace("\"format\":1", "\"format\":2"), "it has the format 2, and up to 1 is read"),
            (r#"{"event":"run-begun","format":3}"#.to_owned(), "it has the format 3"),
        ] {
            let told = read(&text).expect_err(&text);
            assert!(told.contains(why), "{told}");
            assert!(!told.contains("at line 1"), "{told}");
        }
    }
}
