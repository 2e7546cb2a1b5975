//! A step's snapshot: its text, its file, how it compares, and what is written afterwards.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::Run;
use super::scenario::Progress;
use crate::api::exchange::{Answer, Body};
use crate::outcome::{Kept, ScenarioOutcome, SnapshotOutcome, StepOutcome, Verdict};
use crate::scenario::{Step, Suite, Test};
use crate::snapshot::{self, Comparison, Header, Options, Pending, StoreError, UpdatePolicy, Write, name};
use crate::source::{Code, Diagnostic, Sources, Span};

/// The answer's text as it is compared and kept: generated values named, secrets masked.
///
/// Made of every answer, also where nothing is compared: names are given in the order of appearance.
pub(super) fn text(progress: &mut Progress<'_>, step: &Step, answer: &Answer) -> String {
    for (applicant, session) in progress.applicants.sessions() {
        progress.names.name_session(session, applicant);
    }
    let options = step.snapshot_options(&progress.test.scenario.snapshot);
    let options = Options { ignore: options.ignore, redact: options.redact, unordered: options.unordered };
    let redactor = &progress.run.world.redactor;
    let text = match &answer.body {
        Body::Json(document) => {
            document.tokens().iter().for_each(|token| progress.tokens.add_distinctive(token));
            if redactor.leaves(document) {
                let outline = progress.run.outlines.of(document).filter(|_| options == Options::default());
                let filled = outline.and_then(|outline| outline.fill(&mut progress.names));
                filled.unwrap_or_else(|| progress.names.normalise(document, &options))
            } else {
                // Masked before, too: a secret that holds an id would be taken apart by naming it.
                progress.names.normalise(&redactor.mask_json(document), &options)
            }
        }
        Body::Text(text) => {
            progress.tokens.add_parameters(text);
            progress.names.normalise_text(&redactor.mask(text))
        }
    };
    let text = redactor.mask(&text);
    // Only now: where a token stands as one it has a name, which it keeps; what is left are its other copies.
    progress.tokens.mask(&text).into_owned()
}

/// Compares a step's answer with the accepted one, where the step has a snapshot.
pub(super) fn compare_step(progress: &Progress<'_>, step: &Step, actual: String) -> Option<SnapshotOutcome> {
    if !has_snapshot(step, progress.test) {
        return None;
    }
    let path = path(&progress.run.snapshots, progress.test, step);
    let (accepted, unreadable) = match progress.run.store.read(&path) {
        Ok(accepted) => (accepted, None),
        Err(error) => (None, Some(error.to_string())),
    };
    let comparison =
        if unreadable.is_some() { Comparison::Changed } else { snapshot::compare(accepted.as_deref(), &actual) };
    let passes = snapshot::decide(progress.run.policy, comparison).passes && unreadable.is_none();
    Some(SnapshotOutcome { path, comparison, accepted, actual, passes, note: unreadable })
}

fn has_snapshot(step: &Step, test: Test<'_>) -> bool {
    step.action.has_snapshot() && step.snapshot_options(&test.scenario.snapshot).enabled.unwrap_or(true)
}

fn path(folder: &Path, test: Test<'_>, step: &Step) -> PathBuf {
    let case = test.case.map(|case| case.name.as_str());
    name::path(folder, &test.scenario.name, case, step.number, step.label())
}

/// Every snapshot file that the suite's scenarios may refer to.
pub fn expected_files(run: &Run) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for test in run.suite.tests() {
        let steps = test.scenario.all_steps();
        files.extend(
            steps.into_iter().filter(|step| has_snapshot(step, test)).map(|step| path(&run.snapshots, test, step)),
        );
    }
    files
}

/// Tests whose snapshots would lie in the same files, so that each would overwrite the other's. Names that differ in case
/// only are the same on many file systems.
pub fn collisions(suite: &Suite) -> Vec<Diagnostic> {
    let folder = |test: Test<'_>| {
        let case = test.case.map(|case| case.name.as_str());
        let file = name::path(Path::new(""), &test.scenario.name, case, 0, "");
        file.parent().map(|folder| folder.to_string_lossy().to_lowercase()).unwrap_or_default()
    };
    let mut in_folder: HashMap<String, usize> = HashMap::new();
    suite.tests().for_each(|test| *in_folder.entry(folder(test)).or_default() += 1);
    let mut owners: HashMap<String, (String, Span)> = HashMap::new();
    let mut found = Vec::new();
    // Most have a folder of their own, so that their files need not be looked at.
    for test in suite.tests().filter(|test| in_folder[&folder(*test)] > 1) {
        let span = test.case.map_or(test.scenario.span, |case| case.span);
        for step in test.scenario.all_steps().into_iter().filter(|step| has_snapshot(step, test)) {
            let file = path(Path::new(""), test, step).to_string_lossy().to_lowercase();
            let owner = owners.entry(file).or_insert_with(|| (test.name(), span));
            if owner.0 != test.name() {
                let message =
                    format!("the snapshots of `{}` and `{}` would lie in the same folder", owner.0, test.name());
                found.push(
                    Diagnostic::mistake(Code::SameSnapshots, span, message)
                        .related(owner.1, "the other")
                        .help("rename one of the two"),
                );
                break;
            }
        }
    }
    found
}

/// What a passed step is no longer asked for is let go, so that thousands of scenarios stay small.
pub(super) fn forget_passed(policy: UpdatePolicy, outcome: &mut StepOutcome, let_go: &mut Kept) {
    if outcome.failed() {
        return;
    }
    outcome.let_go(let_go);
    if let Some(snapshot) = &mut outcome.snapshot
        && snapshot.comparison == Comparison::Same
        // `INSTA_UPDATE=force` writes what is unchanged too.
        && snapshot::decide(policy, Comparison::Same).write == Write::Nothing
    {
        snapshot.actual.clear();
        snapshot.accepted = None;
    }
}

/// Writes what the update policy decides about a test's snapshots, and says so in the outcome. An interrupted test leaves
/// none: half of its answers are missing.
pub fn settle(run: &Run, sources: &Sources, outcome: &mut ScenarioOutcome) {
    if outcome.verdict == Verdict::Interrupted {
        return;
    }
    let source = sources.path(outcome.span.source).to_owned();
    let mut used = Vec::new();
    for step in &mut outcome.steps {
        let line = sources.line_column(step.span).0;
        let (number, label) = (step.number, step.label.clone());
        let Some(snapshot) = &mut step.snapshot else { continue };
        used.push(snapshot.path.clone());
        if snapshot.note.is_some() {
            continue;
        }
        let pending = || Pending {
            header: Header {
                source: Some(source.clone()),
                assertion_line: u32::try_from(line).ok(),
                description: Some(format!("step {number}: {label}")),
                info: Some(json!({"step": number, "name": label})),
                input_file: Some(source.clone()),
            },
            body: snapshot.actual.clone(),
        };
        let decision = snapshot::decide(run.policy, snapshot.comparison);
        let done: Result<Option<String>, StoreError> = match decision.write {
            Write::Nothing if decision.remove_stale_pending => run.store.remove_pending(&snapshot.path).map(|_| None),
            Write::Nothing => Ok(None),
            Write::Pending => run
                .store
                .write_pending(&snapshot.path, &pending())
                .map(|file| Some(format!("written to {}", file.display()))),
            Write::Accepted => run.store.accept(&snapshot.path, &pending()).map(|()| Some("accepted".to_owned())),
        };
        match done {
            Ok(note) => snapshot.note = note,
            Err(error) => {
                snapshot.note = Some(error.to_string());
                snapshot.passes = false;
            }
        }
    }
    if let Err(error) = run.store.note_references(used.iter().map(PathBuf::as_path))
        && let Some(snapshot) = outcome.steps.iter_mut().find_map(|step| step.snapshot.as_mut())
    {
        snapshot.note = Some(error.to_string());
        snapshot.passes = false;
    }
    if outcome.verdict == Verdict::Passed && Verdict::of(&outcome.steps) != Verdict::Passed {
        outcome.verdict = Verdict::of(&outcome.steps);
    }
}
