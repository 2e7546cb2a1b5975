//! Tests as libtest-mimic trials.
//!
//! Each scenario is a task; a trial only waits for the outcome of its task. So libtest's flags, formats and exit behaviour
//! are the real ones, while waiting costs no thread.

use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Conclusion, Failed, Trial};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::scenario::left_out;
use super::turn::Turns;
use super::{Run, Stop, Stopped, TestId, run_test};
use crate::outcome::{Listener, ScenarioOutcome, Verdict};
use crate::scenario::Test;
use crate::source::Diagnostic;

/// What a trial tells libtest-mimic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrialResult {
    /// It passed.
    Passed,
    /// It was not run, for this reason.
    Ignored(String),
    /// It failed, with this text.
    Failed(String),
}

/// Takes in what comes of the tests.
pub trait Finish: Send + Sync {
    /// Called once with the outcome of each test that began, as soon as there is one; what it gives goes to libtest-mimic.
    fn ended(&self, outcome: ScenarioOutcome) -> TrialResult;

    /// Called in its place for a test that never begins, since the run was interrupted before.
    fn never_began(&self, test: String) -> TrialResult;

    /// A test's name as libtest-mimic shows it.
    fn shown(&self, name: &str) -> String;
}

/// The tests that the arguments leave, skipped ones that are only mentioned among them.
pub fn selected(run: &Run, tests: &[TestId], arguments: &Arguments) -> Vec<TestId> {
    tests.iter().copied().filter(|id| !arguments.is_filtered_out(&probe(run.test(*id), arguments))).collect()
}

/// A trial that is never run, to ask libtest-mimic what the arguments make of a test.
fn probe(test: Test<'_>, arguments: &Arguments) -> Trial {
    Trial::test(test.name(), || Ok(())).with_ignored_flag(flags_skipped(arguments) && test.scenario.skip.is_some())
}

/// libtest-mimic knows a reason only for what ignores itself when it runs; what asks for ignored tests needs the flag.
fn flags_skipped(arguments: &Arguments) -> bool {
    arguments.list || arguments.ignored || arguments.include_ignored
}

/// Runs the selected tests as the arguments ask, or lists them.
///
/// Nothing is started for a test that the arguments leave out, and nothing at all under `--list`. When `stopped` says so,
/// tests under way end, and no other begins.
pub fn run_trials(
    run: &Arc<Run>,
    handle: &Handle,
    tests: &[TestId],
    arguments: &Arguments,
    stopped: &Stopped,
    listener: &Listener,
    finish: &Arc<dyn Finish>,
) -> Conclusion {
    let flagged = flags_skipped(arguments);
    let mut trials = Vec::with_capacity(tests.len());
    let mut waiting = Vec::new();
    for id in tests {
        let test = run.test(*id);
        let skip = test.scenario.skip.clone();
        let name = test.name();
        let probe = probe(test, arguments);
        let wanted = !arguments.list && !arguments.is_filtered_out(&probe) && !arguments.is_ignored(&probe);
        let skipped = skip.filter(|_| !flagged);
        let receiver = (wanted && skipped.is_none()).then(|| {
            let (sender, receiver) = oneshot::channel();
            waiting.push((*id, sender));
            receiver
        });
        let shown = finish.shown(&name);
        // What it is called decides whether it is left out, and not what it is shown as.
        if shown != name && arguments.is_filtered_out(&probe) {
            continue;
        }
        let finish = finish.clone();
        let run = run.clone();
        let id = *id;
        let trial = Trial::ignorable_test(shown, move || {
            let result = match (receiver, skipped) {
                (Some(receiver), _) => receiver.blocking_recv().unwrap_or_else(|_| finish.ended(panicked(&run, id))),
                (None, Some(reason)) => finish.ended(plain(&run, id, Verdict::Skipped(reason))),
                (None, None) => TrialResult::Ignored("not selected".to_owned()),
            };
            match result {
                TrialResult::Passed => Ok(Completion::Completed),
                TrialResult::Ignored(reason) => Ok(Completion::ignored_with(reason)),
                TrialResult::Failed(text) => Err(Failed::from(text)),
            }
        });
        trials.push(trial.with_ignored_flag(flagged && probe.has_ignored_flag()));
    }
    let turns = Turns::new(run.client.allowed(), arguments.test_threads);
    let start =
        Start { run: run.clone(), stopped: stopped.clone(), listener: listener.clone(), finish: finish.clone() };
    handle.spawn(start.all(waiting, turns));
    libtest_mimic::run(arguments, trials)
}

/// What every test is started with.
#[derive(Clone)]
struct Start {
    run: Arc<Run>,
    stopped: Stopped,
    listener: Listener,
    finish: Arc<dyn Finish>,
}

impl Start {
    /// Starts a task for each test, in order, as soon as it is its turn.
    async fn all(self, tests: Vec<(TestId, oneshot::Sender<TrialResult>)>, mut turns: Turns) {
        let mut stopped = self.stopped.clone();
        for (id, sender) in tests {
            let turn = tokio::select! {
                biased;
                Ok(stop) = stopped.wait_for(Option::is_some) => Err(*stop),
                turn = turns.next() => Ok(turn),
            };
            let Start { run, stopped, listener, finish } = self.clone();
            tokio::spawn(async move {
                let result = match turn {
                    Ok(turn) => finish.ended(run_test(&run, run.test(id), stopped, &listener, &turn).await),
                    Err(Some(Stop::OutOfTime(limit))) => finish.ended(left_out(run.test(id), limit)),
                    Err(_) => finish.never_began(run.test(id).name()),
                };
                // Nobody listens any more when the run was given up.
                drop(sender.send(result));
            });
        }
    }
}

fn plain(run: &Run, id: TestId, verdict: Verdict) -> ScenarioOutcome {
    ScenarioOutcome { verdict, ..super::scenario::not_begun(run.test(id)) }
}

/// A panic in a scenario's task stays in that scenario.
fn panicked(run: &Run, id: TestId) -> ScenarioOutcome {
    let outcome = plain(run, id, Verdict::Failed);
    let problem = Diagnostic::new(outcome.span, "draftgate itself failed while it ran this scenario")
        .help("this is a mistake in draftgate; please report it with the scenario");
    ScenarioOutcome { problem: Some(problem), ..outcome }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use super::*;
    use crate::api::client::{Client, Concurrency, Config};
    use crate::outcome::Event;
    use crate::redact::Redactor;
    use crate::runner::{Poll, Surveyor};
    use crate::scenario::{discover, load};
    use crate::snapshot::{Outlines, Store, UpdatePolicy};
    use crate::source::Sources;
    use crate::template::scope::World;

    /// A run of scenarios that ask a server of which there is none.
    fn run(names: &[&str]) -> Run {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let text = "scenario: It asks\nflow: w\nsnapshot: false\nsteps: [init]\n";
            std::fs::write(folder.path().join(name).with_extension("yaml"), text).unwrap();
        }
        let mut sources = Sources::default();
        let found = discover(folder.path(), &mut sources);
        let suite = load(&found, &|_| true, &mut sources).unwrap();
        let nowhere = reqwest::Url::parse("http://127.0.0.1:9/").unwrap();
        let config = Config {
            base_url: nowhere.clone(),
            export_url: nowhere.clone(),
            token_url: nowhere,
            paths: Default::default(),
            credentials: None,
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(5),
            max_body: 1024,
            retries: 0,
            concurrency: Concurrency::Fixed(8),
            rate: None,
        };
        let redactor = Redactor::default();
        let world =
            World { environment: Default::default(), redactor: redactor.clone(), seed: 0, now: jiff::Timestamp::now };
        Run {
            suite,
            client: Client::new(config, redactor).unwrap(),
            flows: Arc::default(),
            world: Arc::new(world),
            wait: Duration::from_secs(1),
            poll: Poll::default(),
            timeout: Duration::from_secs(10),
            retries: 0,
            allow_live: false,
            snapshots: folder.path().join("snapshots"),
            store: Store::new(folder.path()),
            outlines: Outlines::default(),
            policy: UpdatePolicy::resolve(&|_| None, false).unwrap(),
            whole: true,
            keep_exchanges: false,
            note_entered: false,
            exercises: None,
            surveyor: Surveyor::default(),
        }
    }

    /// Keeps what came of each test.
    #[derive(Default)]
    struct Kept(Mutex<Vec<(String, Verdict, Option<String>)>>);

    impl Finish for Kept {
        fn ended(&self, outcome: ScenarioOutcome) -> TrialResult {
            let problem = outcome.problem.map(|problem| problem.message);
            self.0.lock().unwrap().push((outcome.name, outcome.verdict, problem));
            TrialResult::Failed(String::new())
        }

        fn never_began(&self, test: String) -> TrialResult {
            panic!("nobody interrupts {test}")
        }

        fn shown(&self, name: &str) -> String {
            name.to_owned()
        }
    }

    #[test]
    fn a_panic_in_one_scenario_fails_that_one() {
        let run = Arc::new(run(&["a", "b", "c"]));
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let kept = Arc::new(Kept::default());
        let finish: Arc<dyn Finish> = kept.clone();
        let listener = Listener::new(|event| {
            if let Event::Doing { test, .. } = event {
                assert_ne!(test, "b", "a mistake of ours");
            }
        });
        let (_stop, stopped) = tokio::sync::watch::channel(None);
        // What libtest-mimic has to say goes into a file, which nobody reads.
        let log = tempfile::NamedTempFile::new().unwrap();
        let logfile = Some(log.path().to_string_lossy().into_owned());
        let arguments = Arguments { logfile, ..Arguments::default() };
        let conclusion = run_trials(&run, runtime.handle(), &run.tests(), &arguments, &stopped, &listener, &finish);
        assert_eq!(conclusion.num_failed, 3);
        let mut ended = kept.0.lock().unwrap().clone();
        ended.sort_by(|left, right| left.0.cmp(&right.0));
        let failed = "draftgate itself failed while it ran this scenario".to_owned();
        assert_eq!(
            ended,
            [
                ("a".to_owned(), Verdict::Broken, None),
                ("b".to_owned(), Verdict::Failed, Some(failed)),
                ("c".to_owned(), Verdict::Broken, None)
            ]
        );
    }
}
