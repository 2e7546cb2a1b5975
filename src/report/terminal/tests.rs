//! The report as it is written, told what happens at given instants.

use std::sync::Arc;

use super::*;
use crate::outcome::{Doing, ScenarioOutcome, StepOutcome, Verdict};
use crate::report::notes::{Clerk, Extent};
use crate::source::{Diagnostic, Sources, Span};

/// A report, and the instant at which its run begins.
struct Told {
    terminal: Terminal<Vec<u8>>,
    clerk: Clerk,
    span: Span,
    began: Instant,
}

impl Told {
    fn new() -> Self {
        let mut sources = Sources::default();
        let source = sources.add("a.yaml", "steps: [init]\n");
        let span = sources.span(source, 8..12);
        let terminal = Terminal::new(Vec::new(), Discretion::default(), false);
        let clerk = Clerk {
            sources: Arc::new(sources),
            discretion: Discretion::default(),
            color: false,
            extent: Extent::Terminal,
        };
        Told { terminal, clerk, span, began: Instant::now() }
    }

    fn with(mut self, with: impl FnOnce(Terminal<Vec<u8>>) -> Terminal<Vec<u8>>) -> Self {
        self.terminal = with(self.terminal);
        self
    }

    fn at(&mut self, seconds: u64, event: Event) {
        let event = event.map(|outcome| self.clerk.note(outcome));
        self.terminal.tell(event, self.began + Duration::from_secs(seconds)).unwrap();
    }

    fn doing(&mut self, seconds: u64, test: &str, doing: Doing) {
        self.at(seconds, Event::Doing { test: test.to_owned(), doing });
    }

    /// A test that took so many milliseconds and passed.
    fn outcome(&self, name: &str, milliseconds: u64) -> ScenarioOutcome {
        let elapsed = Duration::from_millis(milliseconds);
        ScenarioOutcome { elapsed, ..ScenarioOutcome::new(name.to_owned(), format!("{name} proves it"), self.span) }
    }

    fn failed(&self, name: &str, message: &str) -> ScenarioOutcome {
        let problem = Some(Diagnostic::new(self.span, message));
        ScenarioOutcome { problem, verdict: Verdict::Failed, ..self.outcome(name, 94) }
    }

    fn finished(&mut self, outcome: ScenarioOutcome) {
        self.at(0, Event::Finished(Box::new(outcome)));
    }

    /// What was written until now.
    fn text(&mut self) -> String {
        String::from_utf8(std::mem::take(&mut self.terminal.out)).unwrap()
    }

    /// What is written at the end.
    fn ending(&mut self) -> String {
        self.text();
        self.at(9, Event::Ended { elapsed: Duration::from_millis(9500) });
        self.text()
    }
}

fn step(number: usize, label: &str) -> Doing {
    Doing::Step(number, label.to_owned())
}

#[test]
fn the_line_at_the_bottom_goes_before_others_come_and_when_the_run_ends() {
    let mut told = Told::new().with(|terminal| terminal.with_progress(|| 80));
    told.at(0, Event::Started { tests: 2 });
    told.doing(0, "a", step(1, "init"));
    let outcome = told.outcome("a", 0);
    told.finished(outcome);
    told.at(0, Event::Ended { elapsed: Duration::ZERO });
    let shown = told.text();
    let lines: Vec<&str> = shown.split(ERASE).collect();
    assert_eq!(lines[0], " Running 2 tests\n");
    assert!(lines[1].ends_with("0/2 | 1 running | since 0.0s: a (1 init)"), "{shown:?}");
    assert_eq!(lines[2], "    PASS [   0.000s] a\n");
    assert!(lines[3].ends_with("1/2"), "{shown:?}");
    assert_eq!(lines[4], " Summary [   0.000s] 1 test: 1 passed\n");
    assert_eq!(lines.len(), 5);
}

#[test]
fn a_test_that_still_runs_is_told_of_with_a_terminal_or_without() {
    for live in [false, true] {
        let mut told = Told::new().with(|terminal| terminal.with_slow(Duration::from_secs(10)));
        if live {
            told = told.with(|terminal| terminal.with_progress(|| 80));
        }
        told.doing(0, "docv", step(4, "submit"));
        told.doing(1, "docv", Doing::Pending);
        told.text();
        told.terminal.tick(told.began + Duration::from_secs(11)).unwrap();
        // Something else that happens says so too, if nobody ticks.
        told.doing(21, "other", step(1, "init"));
        let shown = told.text();
        let slow: Vec<&str> = shown.lines().filter_map(|line| Some(&line[line.find("    SLOW")?..])).collect();
        assert_eq!(
            slow,
            ["    SLOW [> 10.000s] docv (4 submit, pending)", "    SLOW [> 20.000s] docv (4 submit, pending)"]
        );
        assert_eq!(shown.contains('\r'), live);
    }
}

#[test]
fn what_is_to_be_said_of_a_test_stands_in_brackets_behind_its_name() {
    let mut told = Told::new();
    let span = told.span;
    let mut waited = told.outcome("identity/docv", 2013);
    let mut submit = StepOutcome::new(2, "submit", span, None);
    submit.pending = Duration::from_millis(1900);
    let mut back = StepOutcome::new(3, "back", span, None);
    back.skipped = Some("its condition is not met".to_owned());
    waited.steps = vec![submit.clone()];
    told.finished(waited.clone());
    waited.steps.push(back);
    told.finished(waited.clone());
    // A small part of a long time is not worth a word.
    waited.elapsed = Duration::from_secs(60);
    waited.steps = vec![submit];
    told.finished(waited);
    let mut later = told.outcome("later", 0);
    later.verdict = Verdict::Skipped("waits for\x1b the form".to_owned());
    told.finished(later);
    assert_eq!(
        told.text(),
        "    PASS [   2.013s] identity/docv (1.9s pending)
    PASS [   2.013s] identity/docv (without step 3 back; 1.9s pending)
    PASS [  60.000s] identity/docv
    SKIP [         ] later (waits for\u{fffd} the form)
"
    );
}

#[test]
fn an_attempt_that_failed_is_a_line_that_fits_a_window() {
    let message = "expected the step `Address`, got error 4008: Failed validation for submitted data";
    for window in [true, false] {
        let mut told = Told::new();
        if window {
            told = told.with(|terminal| terminal.with_progress(|| 80));
        }
        let attempt = told.failed("retail/flaky", message);
        told.at(1, Event::Retried { attempt: Box::new(attempt.clone()), next: 2, most: 3 });
        let long = ScenarioOutcome { name: "x".repeat(60), ..attempt.clone() };
        told.at(1, Event::Retried { attempt: Box::new(long), next: 2, most: 3 });
        told.finished(ScenarioOutcome {
            attempts: vec![attempt],
            most_attempts: Some(3),
            ..told.outcome("retail/flaky", 200)
        });
        let shown = told.text();
        let lines: Vec<&str> = shown.lines().map(|line| line.rsplit(ERASE).next().unwrap()).collect();
        if window {
            assert_eq!(lines[0], "   RETRY [   0.094s] retail/flaky (attempt 1 of 3: expected the step `Address…)");
            assert_eq!(lines[0].chars().count(), 79);
            assert_eq!(lines[1], format!("   RETRY [   0.094s] {} (attempt 1 of 3)", "x".repeat(60)));
        } else {
            assert_eq!(lines[0], format!("   RETRY [   0.094s] retail/flaky (attempt 1 of 3: {message})"));
        }
        assert_eq!(lines[2], "   FLAKY [   0.200s] retail/flaky (passed at attempt 2 of 3)");
    }
}

#[test]
fn the_end_explains_counts_and_says_what_leads_on() {
    let advice =
        Advice { review: Some("draftgate review".to_owned()), failed: Some("draftgate run --failed".to_owned()) };
    let mut told = Told::new().with(|terminal| terminal.with_advice(advice));
    let first = told.failed("flaky", "it was early");
    told.at(0, Event::Retried { attempt: Box::new(first.clone()), next: 2, most: 3 });
    let flaky = ScenarioOutcome { most_attempts: Some(3), ..told.outcome("flaky", 200) };
    told.finished(ScenarioOutcome { attempts: vec![first.clone()], ..flaky });
    told.at(0, Event::Retried { attempt: Box::new(told.failed("bad", "it was early")), next: 2, most: 2 });
    let bad = ScenarioOutcome { most_attempts: Some(2), ..told.failed("bad", "it is wrong") };
    told.finished(ScenarioOutcome { attempts: vec![first], ..bad });
    let good = told.outcome("good", 1);
    told.finished(good);
    let rule = |heading: &str| format!("── {heading} {}", "─".repeat(80 - 4 - heading.len()));
    let place = " --> a.yaml:1:9\n  |\n1 | steps: [init]\n  |         ^^^^\n";
    assert_eq!(
        told.ending(),
        format!(
            "\n{}\nflaky proves it\n\nattempt 1 of 3 failed after 0.094s\n\nerror: it was early\n{place}
{}\nbad proves it\n\nattempt 1 of 2 failed after 0.094s: it was early\n\nerror: it is wrong\n{place}
 Summary [   9.500s] 3 tests: 2 passed (1 flaky), 1 failed
   FLAKY [   0.200s] flaky (passed at attempt 2 of 3)
    FAIL [   0.094s] bad (attempt 2 of 2)
    Next `draftgate run --failed` runs what failed once more
",
            rule("flaky (flaky)"),
            rule("bad")
        )
    );
}

#[test]
fn the_five_slowest_of_many_are_named_where_one_is_slow() {
    let mut told = Told::new();
    let span = told.span;
    for (name, milliseconds) in [("a", 900), ("b", 5213), ("c", 1), ("d", 30), ("e", 2000)] {
        let mut outcome = told.outcome(name, milliseconds);
        let mut step = StepOutcome::new(1, "init", span, None);
        step.requests = Duration::from_millis(milliseconds.min(313));
        step.pending = outcome.elapsed - step.requests;
        outcome.steps = vec![step];
        told.finished(outcome);
    }
    let five = told.terminal.ending.text(told.terminal.look(), None, None, &Advice::default());
    assert_eq!(five.lines().count(), 1, "{five}");
    let sixth = told.outcome("f", 500);
    told.finished(sixth);
    let ending = told.ending();
    assert_eq!(
        ending.split_once('\n').unwrap().1,
        " Slowest [   5.213s] b (pending 4.900s, requests 0.313s)
         [   2.000s] e (pending 1.687s, requests 0.313s)
         [   0.900s] a (pending 0.587s, requests 0.313s)
         [   0.500s] f (requests 0.000s)
         [   0.030s] d (requests 0.030s)
"
    );
}

#[test]
fn a_narrow_window_has_narrow_rules_and_titles() {
    let mut told = Told::new().with(|terminal| terminal.with_progress(|| 40));
    let mut bad = told.failed("bad", "no");
    bad.title = "An applicant who has no passport is asked for another document".to_owned();
    told.finished(bad);
    let ending = told.ending();
    let lines: Vec<&str> = ending.lines().map(|line| line.trim_start_matches(ERASE)).collect();
    assert_eq!(lines[1], format!("── bad {}", "─".repeat(33)));
    assert_eq!(lines[2..4], ["An applicant who has no passport is", "asked for another document"]);
}

#[test]
fn reports_are_named_when_they_are_written() {
    assert_eq!(written(&[PathBuf::from("a.html"), PathBuf::from("b.jsonl")], false), " Reports a.html, b.jsonl\n");
    assert_eq!(written(&[], false), "");
}
