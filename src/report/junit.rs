//! JUnit XML, by which CI systems show tests.
//!
//! It is valid by the schema of Jenkins' xUnit plugin, `junit-10.xsd`, which refuses what it does not know. That schema has
//! files, times of day and properties for suites and none of them for test cases: so each test is a suite of its own with one
//! test case in it. What a test case is called (`classname`, `name`) makes the tree that people see.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestRerun, TestSuite};

use super::coverage;
use super::gaps::{Gap, UNFINISHED, gaps, never_began, nothing};
use super::notice::{headline, notices};
use crate::coverage::{Coverage, KINDS};
use crate::journal::{Attempt, Exchange, Grade, Journal, Part, Snapshot, Standing, Step, Test, Unfinished, Verdict};
use crate::phrase::is_unseen;

/// What the document begins with.
pub(super) const BEGINNING: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"draftgate\"";
/// What ends it.
const END: &str = "</testsuites>";
/// The class of tests whose scenarios lie in no folder.
const NO_FOLDER: &str = "draftgate";

/// The document: the tests that have ended in their order, then those that did not, then what is missing of the run, so that
/// neither a part of a run is green nor one in which nothing ran.
pub fn document(journal: &Journal) -> Vec<u8> {
    let mut report = Report::new("draftgate");
    report.set_time(duration(journal.seconds()));
    let mut tests: Vec<&Test> = journal.tests.iter().collect();
    tests.sort_by_key(|test| test.number);
    let gaps: Vec<Gap> = gaps(journal).into_iter().chain(nothing(journal)).collect();
    let ended = tests.into_iter().map(|test| ended(test, journal));
    let unfinished = journal.unfinished().into_iter().map(|test| unfinished(test, journal));
    let mut suites = Vec::new();
    for suite in ended.chain(unfinished).chain(gaps.iter().map(missing)).chain(covered(journal)) {
        report.add_test_suite(suite);
        suites.extend_from_slice(between(&written(&report)).as_bytes());
        // The trees of thousands of tests take far more room than their texts.
        report.test_suites.clear();
    }
    // The schema has no such count for the whole.
    let frame = written(&report).replacen(&format!(" skipped=\"{}\"", report.skipped), "", 1);
    let (head, tail) = frame.split_once(END).unwrap_or((&frame, ""));
    suites.splice(..0, format!("{}\n", head.trim_end()).into_bytes());
    suites.extend_from_slice(END.as_bytes());
    suites.extend_from_slice(tail.as_bytes());
    suites
}

/// The report as the library writes it.
fn written(report: &Report) -> String {
    // What is written to memory does not fail.
    report.to_string().unwrap_or_default()
}

/// What stands between the beginning and the end of a document: the first line is the declaration, the second the tag.
fn between(document: &str) -> &str {
    let suites = document.splitn(3, '\n').nth(2).unwrap_or_default();
    suites.rfind(END).and_then(|end| suites.get(..end)).unwrap_or_default()
}

/// The suite of one test.
fn ended(test: &Test, journal: &Journal) -> TestSuite {
    let mut suite = TestSuite::new(line(&test.name));
    let folder = &journal.started.folder;
    suite.extra.insert("file".into(), line(&folder.path_of(&test.place.file)).into());
    suite.set_time(duration(test.seconds));
    suite.timestamp = test.started.and_then(|seconds| {
        let began: jiff::Timestamp = journal.started.started.parse().ok()?;
        let at = began.checked_add(duration(seconds)).ok()?;
        at.to_string().parse().ok()
    });
    for (name, value) in properties(test, journal) {
        suite.add_property((name, line(&value).as_str()));
    }
    let mut case = case(&test.name, status(test));
    case.set_time(duration(test.seconds));
    if !test.steps.is_empty() {
        case.set_system_out(lines(&steps(test)));
    }
    let odd: Vec<String> = (notices(test).iter().filter(|notice| notice.grade == Grade::Warning))
        .map(|notice| {
            let file = folder.path_of(&notice.place.file);
            format!("{file}:{}:{}: {}\n", notice.place.line, notice.place.column, notice.text())
        })
        .collect();
    if !odd.is_empty() {
        case.set_system_err(lines(&odd.concat()));
    }
    suite.add_test_case(case);
    suite
}

/// The suite of a test that a run which was killed left behind.
fn unfinished(test: Unfinished<'_>, journal: &Journal) -> TestSuite {
    let status = match test.at {
        Some(at) => not_passed(NonSuccessKind::Error, UNFINISHED, "it did not end", &format!("last known: {at}")),
        None => skipped(never_began(journal)),
    };
    let mut suite = TestSuite::new(line(test.name));
    suite.set_time(Duration::ZERO);
    if let Some((file, at)) = test.place {
        let file = line(&journal.started.folder.path_of(file));
        suite.extra.insert("file".into(), file.clone().into());
        suite.add_property(("file", file.as_str()));
        suite.add_property(("line", at.to_string().as_str()));
    }
    let mut case = case(test.name, status);
    case.set_time(Duration::ZERO);
    suite.add_test_case(case);
    suite
}

/// The suite of what is missing of the run.
fn missing(gap: &Gap) -> TestSuite {
    let mut suite = TestSuite::new(gap.name);
    suite.set_time(Duration::ZERO);
    let mut case = case(gap.name, not_passed(NonSuccessKind::Error, UNFINISHED, &gap.text, &gap.text));
    case.set_time(Duration::ZERO);
    suite.add_test_case(case);
    suite
}

/// How much of the flows is covered: a suite without a test, as a property for each flow and kind.
fn covered(journal: &Journal) -> Option<TestSuite> {
    let coverage = Coverage::of(journal);
    let mut suite = TestSuite::new("coverage");
    suite.set_time(Duration::ZERO);
    for view in &coverage.views {
        for (kind, name) in KINDS {
            let count = view.count(kind);
            if count.all > 0 {
                let name = line(&format!("{}: {name}", view.name()));
                suite.add_property((name.as_str(), coverage::count(count).as_str()));
            }
        }
    }
    (!coverage.is_empty()).then_some(suite)
}

/// Jenkins makes packages and classes of what stands between dots: a folder's test is a test of that class.
fn case(name: &str, status: TestCaseStatus) -> TestCase {
    // A case may have slashes in its name, a scenario's file may not.
    let scenario = name.split("::").next().unwrap_or(name);
    let (folder, rest) = match scenario.rfind('/') {
        Some(at) => (name[..at].replace('/', "."), &name[at + 1..]),
        None => (NO_FOLDER.to_owned(), name),
    };
    let mut case = TestCase::new(line(rest), status);
    case.set_classname(line(&folder));
    case
}

fn properties(test: &Test, journal: &Journal) -> Vec<(&'static str, String)> {
    let started = &journal.started;
    let optional = [
        ("flow", test.flow.clone()),
        ("version", Some(test.version.clone())),
        ("language", test.language.clone()),
        ("session", Some(test.sessions.join(" "))),
        ("seed", Some(started.seed.to_string())),
        ("tags", Some(test.tags.join(", "))),
        ("file", Some(started.folder.path_of(&test.place.file))),
        ("line", Some(test.place.line.to_string())),
        ("request_seconds", Some(format!("{:.3}", test.request_seconds))),
        ("pending_seconds", Some(format!("{:.3}", test.pending_seconds))),
        ("environment", started.environment.clone()),
        ("server", started.server.clone()),
    ];
    optional.into_iter().filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?))).collect()
}

fn status(test: &Test) -> TestCaseStatus {
    let mut status = match test.verdict {
        Verdict::Passed => TestCaseStatus::success(),
        Verdict::Skipped => return skipped(test.reason.as_deref().unwrap_or_default()),
        verdict => {
            // The text is all that GitLab shows.
            let text = format!("{}\n\n{}", test.title, test.explanation);
            not_passed(kind(verdict), verdict.word(), &headline(test), &text)
        }
    };
    // With a status of success they are written as flaky, with any other as reruns.
    status.add_reruns(test.attempts.iter().enumerate().map(rerun));
    status
}

/// A failure is of what was tested; an error kept it from being tested.
fn kind(verdict: Verdict) -> NonSuccessKind {
    match verdict {
        Verdict::Failed | Verdict::Review => NonSuccessKind::Failure,
        _ => NonSuccessKind::Error,
    }
}

fn not_passed(kind: NonSuccessKind, word: &str, message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(word).set_message(line(message)).set_description(lines(text));
    status
}

fn skipped(reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(line(reason)).set_description(line(reason));
    status
}

fn rerun((at, attempt): (usize, &Attempt)) -> TestRerun {
    let mut rerun = TestRerun::new(kind(attempt.verdict));
    rerun.set_type(attempt.verdict.word()).set_message(line(&attempt.message));
    rerun.set_stack_trace(lines(&attempt.explanation));
    rerun.set_system_out(format!("attempt {}, {:.3}s", at + 1, attempt.seconds));
    rerun
}

/// What the test did, step by step.
fn steps(test: &Test) -> String {
    let mut text = format!("{}\n", test.title);
    for step in &test.steps {
        text.push('\n');
        step_lines(step).iter().for_each(|line| text.push_str(&format!("{line}\n")));
    }
    text
}

fn step_lines(step: &Step) -> Vec<String> {
    let by = step.applicant.as_ref().map(|name| format!(" by {name}")).unwrap_or_default();
    let head = format!("{} {}{by}: {}", step.number, step.label, step.verdict.word());
    if let Some(reason) = &step.skipped {
        return vec![format!("{head} ({reason})")];
    }
    let pending = match step.pending_seconds {
        0.0 => String::new(),
        seconds => format!(", of which {seconds:.3}s pending"),
    };
    let mut all = vec![format!("{head} in {:.3}s{pending}", step.seconds)];
    // Of a step that holds nobody asks what was sent; a run that writes no journal does not keep it.
    let failed = !matches!(step.verdict, Verdict::Passed | Verdict::Review);
    for exchange in step.exchanges.iter().filter(|_| failed) {
        let Exchange { part, request, answer, left_out } = exchange;
        if *left_out > 0 {
            all.push(format!("  … {left_out} more …"));
        }
        let of = match part {
            Part::Before => "before: ",
            Part::Own => "",
            Part::Poll => "last poll: ",
        };
        let (method, url) = (&request.method, &request.url);
        all.push(format!("  {of}{method} {url}: HTTP {} in {:.3}s", answer.status, answer.seconds));
    }
    all.extend(
        step.unanswered.iter().map(|unanswered| {
            format!("  {} {}: {}", unanswered.request.method, unanswered.request.url, unanswered.why)
        }),
    );
    for poll in &step.polls {
        if poll.left_out > 0 {
            all.push(format!("  … {} more …", poll.left_out));
        }
        all.push(format!("  after {:.3}s: {}", poll.at, poll.answer));
    }
    all.extend(step.visit.iter().map(|visit| match visit.to.title.as_str() {
        "" => format!("  now at a step of the type {}", visit.to.kind),
        title => format!("  now at {title} ({})", visit.to.kind),
    }));
    // Nor which file a step that holds was compared with.
    let told = |snapshot: &&Snapshot| failed || snapshot.standing != Standing::Same || snapshot.note.is_some();
    all.extend(step.snapshot.iter().filter(told).map(|snapshot| {
        let standing = match snapshot.standing {
            Standing::Same => "as accepted",
            Standing::New => "new",
            Standing::Changed => "changed",
        };
        let note = snapshot.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
        format!("  snapshot {}: {standing}{note}", snapshot.file)
    }));
    all
}

/// Seconds as they are written, to the microsecond; what is no time is none.
fn duration(seconds: f64) -> Duration {
    Duration::from_micros((seconds * 1e6).round() as u64)
}

/// A text that XML can hold: characters that it cannot hold, or that would hide in it, are shown as replaced. Tabs do not
/// pass the library.
fn lines(text: &str) -> String {
    let fits = |letter: char| match letter {
        '\n' => '\n',
        '\t' => ' ',
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        letter if is_unseen(letter) => '\u{fffd}',
        letter => letter,
    };
    text.replace("\r\n", "\n").chars().map(fits).collect()
}

/// The same in one line, for attributes: XML makes blanks of their line ends.
fn line(text: &str) -> String {
    lines(text.trim_end()).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::journal::random;

    #[test]
    fn a_text_has_no_character_that_xml_cannot_hold() {
        let hostile: String = ('\0'..='\u{ff}').chain(['\u{fffe}', '\u{ffff}', '\u{feff}', '😀']).collect();
        assert!(
            lines(&hostile)
                .chars()
                .all(|letter| letter == '\n' || !letter.is_control() && letter < '\u{fffe}' || letter == '😀')
        );
        assert_eq!(line("a\r\nb\tc\u{1b}[31m\n"), "a b c\u{fffd}[31m");
    }

    #[test]
    fn a_folder_is_a_class() {
        let called = |name: &str| {
            let case = case(name, TestCaseStatus::success());
            (case.classname.unwrap().into_string(), case.name.into_string())
        };
        let two = |class: &str, name: &str| (class.to_owned(), name.to_owned());
        assert_eq!(called("happy"), two("draftgate", "happy"));
        assert_eq!(called("retail/corner/happy"), two("retail.corner", "happy"));
        assert_eq!(called("retail/happy::a/b::c"), two("retail", "happy::a/b::c"));
    }

    proptest! {
        #[test]
        fn suites_are_written_one_by_one_as_the_library_writes_all(journal in random::journal()) {
            let mut whole = Report::new("draftgate");
            whole.set_time(duration(journal.seconds()));
            let mut tests: Vec<&Test> = journal.tests.iter().collect();
            tests.sort_by_key(|test| test.number);
            whole.add_test_suites(tests.into_iter().map(|test| ended(test, &journal)));
            whole.add_test_suites(journal.unfinished().into_iter().map(|test| unfinished(test, &journal)));
            whole.add_test_suites(gaps(&journal).iter().chain(&nothing(&journal)).map(missing));
            whole.add_test_suites(covered(&journal));
            let text = whole.to_string().unwrap().replacen(&format!(" skipped=\"{}\"", whole.skipped), "", 1);
            prop_assert_eq!(String::from_utf8(document(&journal)).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        assert_eq!([f64::NAN, -1.0, 0.0000014].map(duration), [0, 0, 1].map(Duration::from_micros));
    }
}
