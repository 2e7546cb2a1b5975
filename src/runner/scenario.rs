//! One test from its first step to its last.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::maps::{Positions, Surveyor};
use super::snapshots;
use super::step::StepRun;
use super::{Run, Stop, Stopped, Turn};
use crate::api::operation::Version;
use crate::fake::Seed;
use crate::outcome::{Doing, Event, Kept, Listener, ScenarioOutcome, StepOutcome, Verdict};
use crate::redact::Redactor;
use crate::scenario::action::{Action, FragmentCall};
use crate::scenario::{Scenario, SessionHeader, Step, Test};
use crate::session::{Applicants, Setting};
use crate::snapshot::Names;
use crate::source::{Code, Diagnostic, Span};
use crate::template::scope::Scope;
use crate::template::{TemplateError, Templated};

/// Bound on the `finally` steps of a scenario that ran out of time.
const FINALLY_TIMEOUT: Duration = Duration::from_secs(60);
/// The same where the whole run did: it is over, and what cleans up is all that may still go on.
const LAST_FINALLY_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs one test once. A failed check is part of the outcome; there is no error. When `stopped` says so its steps stop, and
/// those of `finally` are still run. The listener is told of each step, and the surveyor of each answer.
pub(super) async fn run_once(
    run: &Run,
    test: Test<'_>,
    mut stopped: Stopped,
    listener: &Listener,
    surveyor: &Surveyor,
    turn: &Turn,
) -> ScenarioOutcome {
    let began = Instant::now();
    let scenario = test.scenario;
    let mut outcome = not_begun(test);
    if scenario.version == Version::Live && !run.allow_live {
        let refused = Diagnostic::mistake(
            Code::LiveVersion,
            scenario.version_span,
            "this scenario calls the live version of the flow, which this run does not allow",
        );
        outcome.problem = Some(refused.help("add --allow-live to the command if real applicants' data may be created"));
        outcome.verdict = Verdict::Refused;
        return outcome;
    }
    match begin(run, test, listener, surveyor, turn) {
        Err(mistake) => {
            outcome.problem = Some(*mistake);
            outcome.verdict = Verdict::Failed;
        }
        Ok(mut progress) => {
            let limit = scenario.timeout.unwrap_or(run.timeout);
            outcome.flow = Some(progress.flow.1.clone());
            outcome.language = progress.language.clone();
            let (stop, problem) = play(&mut progress, scenario, limit, &mut stopped).await;
            outcome.problem = problem;
            outcome.verdict = Verdict::of(&progress.done);
            if !progress.done.is_empty() && progress.done.iter().all(|step| step.skipped.is_some()) {
                outcome.verdict = Verdict::Skipped("the `when` of every step was false".to_owned());
            }
            if outcome.problem.is_some() {
                outcome.verdict = Verdict::Failed;
            }
            if stop == Some(Stop::Interrupted) {
                outcome.verdict = Verdict::Interrupted;
                outcome.interrupted_at = progress.at.take();
            }
            outcome.sessions = progress.applicants.sessions().map(|(_, session)| session.to_owned()).collect();
            outcome.tokens = progress.applicants.tokens().map(str::to_owned).collect();
            outcome.let_go = std::mem::take(&mut progress.let_go);
            outcome.steps = progress.done;
        }
    }
    outcome.elapsed = began.elapsed();
    outcome
}

/// The outcome of a test of which nothing has been done yet.
pub(super) fn not_begun(test: Test<'_>) -> ScenarioOutcome {
    let scenario = test.scenario;
    let own = scenario.span.source;
    ScenarioOutcome {
        place: test.case.map_or(scenario.span, |case| case.span),
        files: std::iter::once(own).chain(scenario.files().into_iter().filter(|file| *file != own)).collect(),
        tags: scenario.tags.clone(),
        foreign_sessions: written_sessions(scenario),
        version: scenario.version,
        ..ScenarioOutcome::new(test.name(), scenario.title.clone(), scenario.span)
    }
}

/// The sessions that a scenario names itself, of steps that are not reached too.
fn written_sessions(scenario: &Scenario) -> Vec<String> {
    let of = |step: &Step| match &step.session {
        Some(SessionHeader::Value(value)) => value.as_str().map(str::to_owned),
        _ => None,
    };
    scenario.all_steps().into_iter().filter_map(of).collect()
}

/// The outcome of a test that had not begun when the time of the whole run was up.
pub(super) fn left_out(test: Test<'_>, limit: Duration) -> ScenarioOutcome {
    let problem = out_of_time(test.scenario.span, limit).note("this test had not begun");
    ScenarioOutcome { verdict: Verdict::Failed, not_begun: true, problem: Some(problem), ..not_begun(test) }
}

/// Runs the steps of a scenario and those of `finally`: what stopped it from outside, and which of the two took too long.
async fn play(
    progress: &mut Progress<'_>,
    scenario: &Scenario,
    limit: Duration,
    stopped: &mut Stopped,
) -> (Option<Stop>, Option<Diagnostic>) {
    let mut problem = None;
    let stop = tokio::select! {
        ended = tokio::time::timeout(limit, progress.steps(&scenario.steps)) => {
            if ended.is_err() {
                problem = Some(timed_out(&scenario.steps, scenario, limit, &progress.done));
            }
            None
        }
        Ok(stop) = stopped.wait_for(Option::is_some) => *stop,
    };
    let mut finally = FINALLY_TIMEOUT;
    if let Some(Stop::OutOfTime(limit)) = stop {
        let at = under_way(&scenario.steps, scenario, &progress.done);
        problem = Some(out_of_time(at, limit).label("this step was under way"));
        finally = LAST_FINALLY_TIMEOUT;
    }
    if !scenario.finally.is_empty() {
        progress.stopped = false;
        progress.in_finally = true;
        if tokio::time::timeout(finally, progress.steps(&scenario.finally)).await.is_err() {
            problem.get_or_insert_with(|| timed_out(&scenario.finally, scenario, finally, &progress.done));
        }
    }
    (stop, problem)
}

/// Where the step stands that is next after those that are done.
fn under_way(steps: &[Step], scenario: &Scenario, done: &[StepOutcome]) -> Span {
    let mut all = Vec::new();
    steps.iter().for_each(|step| step.flatten_into(&mut all));
    let next = all.iter().find(|step| done.iter().all(|done| done.number != step.number));
    next.map_or(scenario.span, |step| step.action_span)
}

fn timed_out(steps: &[Step], scenario: &Scenario, limit: Duration, done: &[StepOutcome]) -> Diagnostic {
    let at = under_way(steps, scenario, done);
    Diagnostic::new(at, format!("the scenario did not end within {limit:?}"))
        .label("this step was under way")
        .help("set `timeout` on the scenario if it needs longer")
}

/// The run as a whole took too long.
fn out_of_time(at: Span, limit: Duration) -> Diagnostic {
    Diagnostic::new(at, format!("the run did not end within {limit:?}"))
        .help("set `run.global_timeout` or --global-timeout if it needs longer")
}

/// Defines the case's values and the variables. Either may refer to the other: each is rendered as soon as what it asks for
/// is there. A case's value stands for the variable of the same name.
fn define_values(test: Test<'_>, scope: &mut Scope) -> Result<(), TemplateError> {
    let case: Vec<&(String, Templated)> = test.case.iter().flat_map(|case| &case.values).collect();
    let vars = test.scenario.vars.iter().filter(|(name, _)| case.iter().all(|(given, _)| given != name));
    let mut open: Vec<&(String, Templated)> = case.iter().copied().chain(vars).collect();
    while !open.is_empty() {
        let ready = open.iter().position(|(_, value)| value.names().iter().all(|name| scope.knows(name)));
        // Where none is, the first tells what it lacks.
        let (name, value) = open.remove(ready.unwrap_or(0));
        let value = value.render(scope)?;
        scope.define(name.clone(), value);
    }
    Ok(())
}

/// What a test sees before its first step.
fn scope_of(run: &Run, test: Test<'_>) -> Result<Scope, TemplateError> {
    let mut scope = Scope::new(run.world.clone());
    scope.set_seed(Seed::new(run.world.seed).child(&test.name()));
    define_values(test, &mut scope)?;
    Ok(scope)
}

/// The flow that a test begins with, as the scenario calls it, and the language that it asks for.
fn flow_in(scope: &Scope, test: Test<'_>) -> Result<(String, Option<String>), TemplateError> {
    let language = test.scenario.language.as_ref().map(|language| language.render_text(scope)).transpose()?;
    Ok((test.scenario.flow.render_text(scope)?, language))
}

/// The same of a test that has not begun.
pub(super) fn flow_of(run: &Run, test: Test<'_>) -> Result<(String, Option<String>), TemplateError> {
    flow_in(&scope_of(run, test)?, test)
}

/// Defines the case's values and the variables, and finds the flow.
fn begin<'a>(
    run: &'a Run,
    test: Test<'a>,
    listener: &'a Listener,
    surveyor: &'a Surveyor,
    turn: &'a Turn,
) -> Result<Progress<'a>, TemplateError> {
    let scenario = test.scenario;
    let scope = scope_of(run, test)?;
    let (alias, language) = flow_in(&scope, test)?;
    let flow = run.flows.get(&alias).cloned().unwrap_or_else(|| alias.clone());
    let setting = Setting {
        flow: flow.clone(),
        flows: run.flows.clone(),
        version: scenario.version,
        language: language.clone(),
        auth: scenario.auth,
        allow_live: run.allow_live,
        folder: scenario.folder.clone(),
    };
    let mut names = Names::new();
    for (alias, id) in run.flows.iter() {
        names.name_flow(id, alias);
    }
    names.name_flow(&flow, &alias);
    let applicants = Applicants::new(run.client.clone(), setting, scope);
    Ok(Progress {
        run,
        test,
        listener,
        surveyor,
        turn,
        applicants,
        names,
        tokens: Redactor::default(),
        flow: (flow, alias),
        language,
        began: Instant::now(),
        positions: Positions::default(),
        let_go: Kept::new(run.note_entered),
        done: Vec::new(),
        at: None,
        stopped: false,
        in_finally: false,
    })
}

/// A test under way.
pub(super) struct Progress<'a> {
    pub run: &'a Run,
    pub test: Test<'a>,
    listener: &'a Listener,
    pub surveyor: &'a Surveyor,
    turn: &'a Turn,
    pub applicants: Applicants,
    pub names: Names,
    /// The tokens that the answers gave, which snapshots show nowhere.
    pub tokens: Redactor,
    /// The flow's id, and the alias that the scenario has for it.
    pub flow: (String, String),
    /// The language that is asked for.
    language: Option<String>,
    /// When the test began.
    began: Instant,
    pub positions: Positions,
    /// What is kept back of requests and answers that were let go.
    pub let_go: Kept,
    pub done: Vec<StepOutcome>,
    /// The step under way, or the last one; of `finally` none.
    at: Option<String>,
    stopped: bool,
    in_finally: bool,
}

impl Progress<'_> {
    /// Runs steps in order, until one fails that does not let the scenario go on.
    async fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            if self.stopped {
                return;
            }
            match &step.action {
                Action::Use(call) => Box::pin(self.fragment(step, call)).await,
                _ => {
                    // In a box of its own: a scenario that has not begun, or waits for its turn, takes little room.
                    let outcome = Box::pin(self.step(step)).await;
                    // Cleaning up goes on whatever fails.
                    self.stopped = outcome.failed() && !step.continue_on_failure && !self.in_finally;
                    self.done.push(outcome);
                }
            }
        }
    }

    /// Tells what the test does from now on.
    pub fn tell(&self, doing: impl FnOnce() -> Doing) {
        self.listener.tell(|| Event::Doing { test: self.test.name(), doing: doing() });
    }

    /// Waits for what is no request, as time that has to pass; meanwhile another scenario may begin.
    pub async fn wait<T>(&self, what: impl Future<Output = T>) -> T {
        self.turn.pass_on();
        what.await
    }

    async fn step(&mut self, step: &Step) -> StepOutcome {
        let began = Instant::now();
        self.applicants.scope.set_place(step.number);
        self.applicants.enter(step);
        self.tell(|| Doing::Step(step.number, step.label().to_owned()));
        if !self.in_finally {
            self.at = Some(format!("step {} {}", step.number, step.label()));
        }
        let mut outcome = StepOutcome::new(step.number, step.label(), step.span, step.applicant.clone());
        outcome.began = began - self.began;
        let mut run = StepRun { progress: self, step, outcome: &mut outcome };
        run.run().await;
        outcome.elapsed = began.elapsed();
        if !self.run.keep_exchanges {
            snapshots::forget_passed(self.run.policy, &mut outcome, &mut self.let_go);
        }
        outcome
    }

    /// Runs a fragment's steps with its parameters defined, and takes them back afterwards.
    async fn fragment(&mut self, step: &Step, call: &FragmentCall) {
        self.applicants.enter(step);
        let mut before: Vec<(String, Option<Value>)> = Vec::new();
        let mut rendered = Vec::new();
        for (name, _, value) in &call.with {
            match value.render(&self.applicants.scope) {
                Ok(value) => rendered.push((name.clone(), value)),
                Err(mistake) => return self.fragment_failed(step, *mistake),
            }
        }
        match step.when.as_ref().map(|when| when.render(&self.applicants.scope)).transpose() {
            Ok(Some(value)) if !super::step::is_true(&value) => {
                let mut outcome = StepOutcome::new(0, step.label(), step.span, step.applicant.clone());
                outcome.skipped = Some("its condition is not met".to_owned());
                return self.done.push(outcome);
            }
            Ok(_) => {}
            Err(mistake) => return self.fragment_failed(step, *mistake),
        }
        for (name, value) in rendered {
            before.push((name.clone(), self.applicants.scope.get(&name).cloned()));
            self.applicants.scope.define(name, value);
        }
        self.steps(&call.steps).await;
        for (name, value) in before {
            match value {
                Some(value) => self.applicants.scope.define(name, value),
                None => self.applicants.scope.forget(&name),
            }
        }
    }

    fn fragment_failed(&mut self, step: &Step, mistake: Diagnostic) {
        let mut outcome = StepOutcome::new(0, step.label(), step.span, step.applicant.clone());
        outcome.failures.push(crate::expect::Failure::of_scenario(mistake));
        self.stopped = !step.continue_on_failure && !self.in_finally;
        self.done.push(outcome);
    }
}
