//! `draftgate run`.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use libtest_mimic::Arguments as Libtest;
use tokio::sync::watch;

use super::Environment;
use super::args::RunArguments;
use super::exit::{Exit, Tally};
use super::output::Output;
use super::prepare::{Prepared, prepare};
use crate::outcome::{Event, ScenarioOutcome, Verdict};
use crate::report::failure::explain;
use crate::report::terminal::Terminal;
use crate::runner::harness::{Finish, TrialResult, run_trials, selected};
use crate::runner::{expected_files, record_maps, settle};
use crate::snapshot::unreferenced::unreferenced;

/// Runs scenarios.
pub(super) fn run(environment: &Environment, arguments: &RunArguments, output: &Output) -> Exit {
    // libtest-mimic creates it too, and panics where it cannot.
    if let Some(file) = &arguments.libtest.logfile
        && let Err(error) = std::fs::File::create(file)
    {
        output.complain(&format!("error: the log {file} cannot be written: {error}"));
        return Exit::Usage;
    }
    let prepared = match prepare(environment, arguments, output) {
        Ok(prepared) => prepared,
        Err(exit) => return exit,
    };
    let libtest = arguments.libtest.to_libtest();
    let exit = execute(&prepared, &libtest, arguments.libtest.reports_as_rust(), output);
    let exit = if arguments.unreferenced && !libtest.list { list_unreferenced(&prepared, output, exit) } else { exit };
    stop(prepared);
    exit
}

/// Ends the sandbox and the runtime.
pub(super) fn stop(prepared: Prepared) {
    let Prepared { sandbox, runtime, .. } = prepared;
    if let Some(sandbox) = sandbox {
        runtime.block_on(sandbox.stop());
    }
    runtime.shutdown_background();
}

/// Runs the prepared tests, reporting in draftgate's way or in libtest's.
pub(super) fn execute(prepared: &Prepared, libtest: &Libtest, as_rust: bool, output: &Output) -> Exit {
    let began = Instant::now();
    let tally = Arc::new(Mutex::new(Tally::default()));
    let interrupted = listen_for_interrupt(&prepared.runtime);
    let (events, reporter) = if as_rust {
        (None, None)
    } else {
        let (sender, receiver) = channel::<Event>();
        let terminal = Terminal::new(io::stdout(), prepared.sources.clone(), output.redactor.clone(), output.color);
        (Some(sender), Some(std::thread::spawn(move || report(terminal, &receiver))))
    };
    tell(events.as_ref(), Event::Started { tests: selected(&prepared.run, &prepared.tests, libtest) });
    let finish = finish(prepared, &tally, events.clone(), output);
    // The tally knows more than libtest-mimic's conclusion: why a test did not pass.
    let _conclusion =
        run_trials(&prepared.run, prepared.runtime.handle(), &prepared.tests, libtest, &interrupted, &finish);
    drop(finish);
    tell(events.as_ref(), Event::Ended { elapsed: began.elapsed() });
    drop(events);
    if let Some(reporter) = reporter {
        drop(reporter.join());
    }
    // A map that cannot be kept takes nothing away from what the run showed.
    record_maps(&prepared.run).iter().for_each(|error| output.complain(&format!("warning: {error}")));
    let tally = *tally.lock().unwrap_or_else(PoisonError::into_inner);
    match tally.exit() {
        _ if libtest.list => Exit::Passed,
        Exit::Nothing => {
            let why = if tally.skipped > 0 { "every test was skipped" } else { "no test was selected" };
            output.complain(&format!("error: nothing ran: {why}"));
            Exit::Nothing
        }
        exit => exit,
    }
}

/// Writes what it is told until there is no more. A reader who has gone, as of a closed pipe, ends the report and not the
/// run.
fn report<W: io::Write>(mut terminal: Terminal<W>, events: &std::sync::mpsc::Receiver<Event>) {
    let mut listening = true;
    for event in events {
        listening = listening && terminal.tell(event).is_ok();
    }
}

fn tell(events: Option<&Sender<Event>>, event: Event) {
    if let Some(events) = events {
        drop(events.send(event));
    }
}

/// What happens with each outcome: snapshots are written, the verdict counted, the report told.
fn finish(prepared: &Prepared, tally: &Arc<Mutex<Tally>>, events: Option<Sender<Event>>, output: &Output) -> Finish {
    let (run, sources) = (prepared.run.clone(), prepared.sources.clone());
    let (tally, output) = (tally.clone(), output.clone());
    let events = Mutex::new(events);
    Arc::new(move |mut outcome: ScenarioOutcome| {
        settle(&run, &sources, &mut outcome);
        run.surveyor.note(&outcome);
        tally.lock().unwrap_or_else(PoisonError::into_inner).add(&outcome.verdict);
        let result = match &outcome.verdict {
            Verdict::Passed => TrialResult::Passed,
            Verdict::Skipped(reason) => TrialResult::Ignored(reason.clone()),
            _ => {
                let text = explain(&outcome, &sources, output.color);
                TrialResult::Failed(output.redactor.mask(&text).into_owned())
            }
        };
        tell(events.lock().unwrap_or_else(PoisonError::into_inner).as_ref(), Event::Finished(Box::new(outcome)));
        result
    })
}

/// Ctrl-C ends the tests under way; what is known by then is reported. A second one ends the program.
fn listen_for_interrupt(runtime: &tokio::runtime::Runtime) -> watch::Receiver<bool> {
    static AGAIN: AtomicBool = AtomicBool::new(false);
    let (sender, receiver) = watch::channel(false);
    runtime.spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if AGAIN.swap(true, Ordering::SeqCst) {
                std::process::exit(Exit::Interrupted as i32);
            }
            sender.send_replace(true);
        }
        // Without signals nothing is ever interrupted; the sender must outlive the run all the same.
        std::future::pending::<()>().await;
    });
    receiver
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
