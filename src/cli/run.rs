//! `draftgate run`.

mod teller;

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use libtest_mimic::Arguments as Libtest;

use super::Environment;
use super::advice::advice;
use super::args::{Reports, RunArguments};
use super::bazel;
use super::durations::durations;
use super::exit::{Exit, Tally};
use super::last_run::{self, LastRun};
use super::minimise::{Failures, Minimising};
use super::output::Output;
use super::overwrite::{self, NoReport, log_may_be_written};
use super::plan::Plan;
use super::prepare::{Prepared, prepare};
use super::reporters::{Reporters, STEP_SUMMARY};
use super::repository;
use super::settings;
use super::shard::{Chosen, NoShard, chosen};
use super::shown;
use super::signal::listen_for_stop;
use crate::coverage::Coverage;
use crate::journal::{Journal, WorkingFolder};
use crate::outcome::{Event, ScenarioOutcome, Verdict};
use crate::report::discretion::{Discretion, Entered};
use crate::report::gaps::INTERRUPTED_BEFORE;
use crate::report::github;
use crate::report::notes::Clerk;
use crate::report::terminal::{self, Advice, Terminal};
use crate::runner::harness::{Finish, TrialResult, run_trials, selected};
use crate::runner::{Run, Stopped, expected_files, known_flows, record_maps, settle};
use crate::scenario::entered::values;
use crate::snapshot::unreferenced::unreferenced;
use crate::source::Sources;
use teller::{Happened, Teller, Told, report, terminal_width};

/// Runs scenarios.
pub(super) fn run(environment: &Environment, arguments: &RunArguments, output: &Output) -> Exit {
    let mut arguments = arguments.clone();
    let adopted = if arguments.libtest.list { Ok(()) } else { bazel::adopt(environment, &mut arguments.reports) };
    // Whatever keeps the run from beginning, no earlier report is taken for what came of it.
    if let Err(error) = clear(environment, &arguments) {
        return wrong(output, &error);
    }
    if let Err(error) = adopted {
        return wrong(output, &error);
    }
    // libtest-mimic creates it too, and panics where it cannot.
    if let Some(file) = &arguments.libtest.logfile
        && let Err(error) = OpenOptions::new().append(true).create(true).open(file)
    {
        output.complain(&format!("error: the log {file} cannot be written: {error}"));
        return Exit::Usage;
    }
    let part = match part(environment, &arguments) {
        Ok(part) => part,
        Err(error) => return wrong(output, &error),
    };
    arguments.reports.github |= environment.variable("GITHUB_ACTIONS") == Some("true");
    let mut output = output.clone();
    if !arguments.libtest.list {
        output.annotate = arguments.reports.github.then(|| {
            let place = settings::place(&arguments.select, &arguments.target);
            repository::folder(environment, place.as_ref().map_or(Path::new("."), |place| &place.root))
        });
    }
    match prepare(environment, &arguments, &output) {
        Ok(prepared) => play(environment, &arguments, prepared, part, &output),
        Err(exit) => exit,
    }
}

/// Takes away what an earlier run wrote, where that may be. A list is no run, and writes nothing but Rust's output.
fn clear(environment: &Environment, arguments: &RunArguments) -> Result<(), NoReport> {
    let reports = if arguments.libtest.list { Vec::new() } else { arguments.reports.files() };
    if let Some(log) = arguments.libtest.logfile.as_deref().map(Path::new) {
        // Where that cannot be told, no run begins, which says why.
        let place = settings::place(&arguments.select, &arguments.target).ok();
        let folders = place.map(|place| {
            let mut sources = Sources::default();
            let snapshots = settings::snapshot_folder(environment, &arguments.target, &place, &mut sources);
            [Some(place.root), snapshots.ok()].into_iter().flatten().collect::<Vec<_>>()
        });
        log_may_be_written(log, &reports, &folders.unwrap_or_default())?;
    }
    overwrite::clear(&reports)
}

/// Which part of the selected tests is run.
fn part(environment: &Environment, arguments: &RunArguments) -> Result<Option<Chosen>, NoShard> {
    match chosen(arguments.shard, environment)? {
        Some(part) if arguments.failed => Err(NoShard::Failed(part.by)),
        part => Ok(part),
    }
}

fn wrong(output: &Output, error: &dyn std::fmt::Display) -> Exit {
    output.complain(&format!("error: {error}"));
    Exit::Usage
}

/// Runs what is prepared, or a part of it, and remembers what came of it.
pub(super) fn play(
    environment: &Environment,
    arguments: &RunArguments,
    prepared: Prepared,
    part: Option<Chosen>,
    output: &Output,
) -> Exit {
    let told = output.clone();
    let covered = arguments.reports.coverage.then(|| -> Covered {
        Box::new(move |journal| told.say(&terminal::coverage_lines(&Coverage::of(journal), told.color)))
    });
    play_and(environment, arguments, prepared, part, output, covered)
}

/// The same, and has it said how much is covered.
pub(super) fn play_and(
    environment: &Environment,
    arguments: &RunArguments,
    mut prepared: Prepared,
    part: Option<Chosen>,
    output: &Output,
    covered: Option<Covered>,
) -> Exit {
    let libtest = arguments.libtest.to_libtest();
    if arguments.failed && prepared.tests.is_empty() {
        output.complain("error: nothing ran: none of the tests that are selected failed when it ran last");
        stop(prepared);
        return Exit::Nothing;
    }
    let file = arguments.durations.as_deref();
    let known = part.map(|_| durations(file, &prepared.root, output)).transpose();
    let plan = match known {
        Ok(known) => Plan::of(&mut prepared, &libtest, part, &known.unwrap_or_default()),
        Err(error) => {
            stop(prepared);
            return wrong(output, &error);
        }
    };
    let last = Arc::new(Mutex::new(LastRun::default()));
    if !libtest.list && !environment.in_ci() {
        prepared.run.store.sweep(&prepared.run.snapshots);
    }
    // A list is no run, and leaves what one wrote.
    let none = Reports::default();
    let reports = if libtest.list { &none } else { &arguments.reports };
    let reporters = match Reporters::open(reports, environment.variable(STEP_SUMMARY), output) {
        Ok(reporters) => reporters,
        Err(exit) => {
            stop(prepared);
            return exit;
        }
    };
    let telling = Telling {
        reporters,
        discretion: Discretion {
            redactor: output.redactor.clone(),
            entered: arguments.reports.mask_data.then(|| Arc::new(entered(&prepared))),
            files: Some(Arc::new(shown::of_run(&prepared, arguments.reports.mask_data, &output.redactor))),
            show_sessions: arguments.reports.show_sessions,
        },
        advice: advice(arguments, prepared.run.policy, environment.in_ci()),
        as_rust: arguments.libtest.reports_as_rust(),
        only_odd: arguments.only_odd,
        now: (environment.now)(),
        plan,
        folder: repository::folder(environment, &prepared.scenarios),
        stopped: listen_for_stop(&prepared.runtime, prepared.global_timeout),
        failures: arguments.minimise.minimise.map(|_| Arc::default()),
        covered,
    };
    let minimising = telling.failures.clone().map(|failures| Minimising {
        failures,
        arguments: arguments.minimise.clone(),
        discretion: telling.discretion.clone(),
        mask_data: arguments.reports.mask_data,
        as_rust: telling.as_rust,
        stopped: telling.stopped.clone(),
    });
    let exit = execute(&prepared, &libtest, telling, output, &last);
    let exit = minimising.map_or(exit, |minimising| minimising.minimise(&prepared, exit, output));
    if !libtest.list && !environment.in_ci() {
        remember(&prepared, &last, part.is_some(), output);
    }
    let exit = if arguments.unreferenced && !libtest.list { list_unreferenced(&prepared, output, exit) } else { exit };
    stop(prepared);
    exit
}

/// Keeps what came of each test for the next run.
fn remember(prepared: &Prepared, last: &Mutex<LastRun>, shard: bool, output: &Output) {
    let last = std::mem::take(&mut *last.lock().unwrap_or_else(PoisonError::into_inner));
    let tests = prepared.run.suite.tests();
    let names: HashSet<String> = tests.map(|test| output.redactor.mask(&test.name()).into_owned()).collect();
    let is_test = |name: &str| !prepared.run.whole || names.contains(name);
    if let Err(error) = last.write(&prepared.root, is_test, shard) {
        let folder = prepared.root.join(last_run::FOLDER);
        output.complain(&format!("warning: this run is not remembered in {}: {error}", folder.display()));
    }
}

/// Ends the sandbox and the runtime.
pub(super) fn stop(prepared: Prepared) {
    let Prepared { sandbox, runtime, .. } = prepared;
    if let Some(sandbox) = sandbox {
        runtime.block_on(sandbox.stop());
    }
    runtime.shutdown_background();
}

/// Says of a journal how much its tests covered.
pub(super) type Covered = Box<dyn FnOnce(&Journal)>;

/// How a run is told of.
pub(super) struct Telling {
    /// The reports beside the terminal's.
    pub reporters: Reporters,
    /// What they keep back.
    pub discretion: Discretion,
    /// What leads on from the run.
    pub advice: Advice,
    /// Whether the terminal shows what libtest-mimic has to say.
    pub as_rust: bool,
    /// Whether the terminal shows no line of a test that simply passed.
    pub only_odd: bool,
    /// When the run begins.
    pub now: jiff::Timestamp,
    /// What it plays.
    pub plan: Plan,
    /// Where it stands in its repository.
    pub folder: WorkingFolder,
    /// Says that it is to end.
    pub stopped: Stopped,
    /// Where the ways are kept in which tests failed, where they are minimised afterwards.
    pub failures: Option<Arc<Failures>>,
    /// Who says at its end how much of its flows is covered.
    pub covered: Option<Covered>,
}

/// Runs the prepared tests, reporting in draftgate's way or in libtest's.
pub(super) fn execute(
    prepared: &Prepared,
    libtest: &Libtest,
    telling: Telling,
    output: &Output,
    last: &Arc<Mutex<LastRun>>,
) -> Exit {
    let began = Instant::now();
    let tally = Arc::new(Mutex::new(Tally::default()));
    let Telling { mut reporters, discretion, advice, as_rust, only_odd, now, plan, folder, stopped, failures, covered } =
        telling;
    let files = if as_rust { Vec::new() } else { reporters.files() };
    let in_github = reporters.in_github();
    let clerk = Clerk {
        sources: prepared.sources.clone(),
        discretion: discretion.clone(),
        color: output.color,
        extent: reporters.extent(),
    };
    let (told, reporter) = if libtest.list || (as_rust && !reporters.any()) {
        (None, None)
    } else {
        let (events, receiver) = channel::<Happened>();
        let follows_steps = (!as_rust && output.live) || reporters.follows_steps();
        let terminal = (!as_rust).then(|| {
            let terminal = Terminal::new(io::stdout(), discretion.clone(), output.color)
                .with_slow(prepared.slow)
                .with_limits(prepared.verbose)
                .with_only_odd(only_odd)
                .with_advice(advice)
                .of_part(plan.part());
            if output.live { terminal.with_progress(terminal_width) } else { terminal }
        });
        if reporters.any() {
            let flows = known_flows(&prepared.run, &selected(&prepared.run, &prepared.tests, libtest));
            let started = plan.started(prepared, now, folder);
            reporters.begin(prepared.sources.clone(), discretion.clone(), started, flows);
            if !as_rust {
                reporters.silence(output);
            }
        }
        let reporter = std::thread::spawn(move || report(terminal, reporters, &receiver));
        (Some(Teller { events, thread: reporter.thread().clone(), follows_steps }), Some(reporter))
    };
    let told = Told(told);
    let listener = told.listener(&clerk);
    listener.tell(|| Event::Started { tests: selected(&prepared.run, &prepared.tests, libtest).len() });
    let of_limits = listener.clone();
    prepared.run.client.observe(Some(Box::new(move |change| of_limits.tell(|| Event::LimitChanged(change)))));
    let finish: Arc<dyn Finish> = Arc::new(Finishing {
        run: prepared.run.clone(),
        sources: prepared.sources.clone(),
        clerk,
        in_github,
        tally: tally.clone(),
        last: last.clone(),
        failures,
        told: told.clone(),
    });
    // The tally knows more than libtest-mimic's conclusion: why a test did not pass.
    let handle = prepared.runtime.handle();
    let _conclusion = run_trials(&prepared.run, handle, &prepared.tests, libtest, &stopped, &listener, &finish);
    drop(finish);
    prepared.run.client.observe(None);
    let elapsed = began.elapsed();
    listener.tell(|| Event::Ended { elapsed });
    drop((listener, told));
    let reporters = reporter.and_then(|reporter| reporter.join().ok());
    // A map that cannot be kept takes nothing away from what the run showed.
    let maps = record_maps(&prepared.run);
    maps.errors.iter().for_each(|error| output.complain(&format!("warning: {error}")));
    for replaced in &maps.replaced {
        output.complain(&format!("warning: {} could not be read, and is written anew", replaced.path().display()));
    }
    let tally = *tally.lock().unwrap_or_else(PoisonError::into_inner);
    let exit = match tally.exit() {
        Exit::Nothing if plan.leaves_it_to_others() => Exit::Passed,
        exit => exit,
    };
    let (written, journal) = match reporters {
        None => (Ok(()), Journal::default()),
        Some(reporters) => reporters.end(elapsed, exit, output),
    };
    if let Some(covered) = covered {
        covered(&journal);
    }
    if written.is_ok() {
        output.say(&terminal::written(&files, output.color));
    }
    match exit {
        _ if libtest.list => Exit::Passed,
        Exit::Passed if written.is_err() => Exit::Usage,
        Exit::Nothing => {
            let why = if tally.skipped > 0 { "every test was skipped" } else { "no test was selected" };
            output.complain(&format!("error: nothing ran: {why}"));
            Exit::Nothing
        }
        exit => exit,
    }
}

/// What happens with each outcome: snapshots are written, the verdict counted, the report told.
struct Finishing {
    run: Arc<Run>,
    sources: Arc<Sources>,
    clerk: Clerk,
    /// Whether what is printed must not be taken for a command of GitHub Actions.
    in_github: bool,
    tally: Arc<Mutex<Tally>>,
    last: Arc<Mutex<LastRun>>,
    failures: Option<Arc<Failures>>,
    told: Told,
}

impl Finish for Finishing {
    fn ended(&self, mut outcome: ScenarioOutcome) -> TrialResult {
        settle(&self.run, &self.sources, &mut outcome);
        self.run.surveyor.note(&outcome);
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).add(&outcome.verdict);
        let name = self.clerk.discretion.redactor.mask(&outcome.name).into_owned();
        self.last.lock().unwrap_or_else(PoisonError::into_inner).note(name, &outcome);
        if let Some(failures) = &self.failures {
            failures.note(&outcome);
        }
        let verdict = outcome.verdict.clone();
        let notes = self.clerk.note(outcome);
        let shown = |text: &str| if self.in_github { github::harmless(text).into_owned() } else { text.to_owned() };
        let result = match verdict {
            Verdict::Passed => TrialResult::Passed,
            Verdict::Skipped(_) => TrialResult::Ignored(shown(notes.reason().unwrap_or_default())),
            _ => TrialResult::Failed(shown(notes.text())),
        };
        self.told.tell(Event::Finished(Box::new(notes)));
        result
    }

    fn never_began(&self, test: String) -> TrialResult {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).interrupted += 1;
        self.told.tell(Event::NeverBegan { test });
        TrialResult::Failed(INTERRUPTED_BEFORE.to_owned())
    }

    fn shown(&self, name: &str) -> String {
        self.clerk.discretion.run().name(name)
    }
}

/// What applicants enter, as far as it is written in the files.
fn entered(prepared: &Prepared) -> Entered {
    let tests: Vec<_> = prepared.run.suite.tests().map(|test| (test.name(), values(test))).collect();
    Entered::new(&tests)
}

/// Lists the snapshots that no scenario refers to.
fn list_unreferenced(prepared: &Prepared, output: &Output, exit: Exit) -> Exit {
    match unreferenced(&prepared.run.snapshots, &expected_files(&prepared.run)) {
        Ok(files) if files.is_empty() => output.say("no unreferenced snapshots\n"),
        Ok(files) => {
            output.say("unreferenced snapshots:\n");
            files.iter().for_each(|file| output.say(&format!("  {}\n", file.display())));
        }
        Err(error) => {
            output.complain(&format!("error: {error}"));
            return Exit::Usage;
        }
    }
    exit
}
