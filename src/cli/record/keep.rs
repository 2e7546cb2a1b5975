//! What was recorded so far, and its scenarios on the disk.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::api::exchange::{Answer, Body, Request, RequestBody};
use crate::api::wire::BodyKind;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::write;
use crate::cli::written::{MAY_DIFFER, file_stem, head_of_recorded};
use crate::compose::recording::describe;
use crate::compose::recording::recognise::recognise;
use crate::compose::{self, Composed, Composition, Entered, Options, Recorded, Treatment, compose};
use crate::phrase::counted;
use crate::proxy::Passed;

/// The most calls that are kept; a recording is made by hand.
const MOST_CALLS: usize = 5_000;

/// Keeps a recording and writes its scenarios.
pub(super) struct Keeper {
    folder: PathBuf,
    options: Options,
    output: Output,
    recording: Vec<Recorded>,
    /// What was entered so far, which no line says again.
    entered: Entered,
    /// The file of each scenario, by the session that it begins with, and what was written there last.
    written: HashMap<String, (PathBuf, String)>,
    /// Whether somebody got to the end whose scenario is not written yet.
    ended: bool,
    full: bool,
    failed: bool,
}

impl Keeper {
    pub(super) fn new(folder: PathBuf, options: Options, output: Output) -> Self {
        Keeper {
            folder,
            options,
            output,
            recording: Vec::new(),
            entered: Entered::default(),
            written: HashMap::new(),
            ended: false,
            full: false,
            failed: false,
        }
    }

    /// Where the scenarios go.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes what passed through.
    pub(super) fn take(&mut self, passed: Passed) {
        let recorded = recorded(passed);
        if self.options.treatment == Treatment::Replace && recognise(&recorded.exchange, &self.options.paths).is_some()
        {
            self.entered.follow(&recorded.exchange);
        }
        let Some(line) = describe(&recorded, &self.options.paths, &self.entered) else { return };
        if self.recording.len() >= MOST_CALLS {
            if !std::mem::replace(&mut self.full, true) {
                self.output.complain(&format!("warning: only the first {MOST_CALLS} calls are recorded"));
            }
            return;
        }
        let session = session_of(&recorded).map(|session| format!("{}  ", session.chars().take(8).collect::<String>()));
        self.output.say(&format!("{}{line}\n", session.unwrap_or_default()));
        self.ended |= recorded.exchange.answer.kind() == BodyKind::End;
        let at = self.recording.partition_point(|known| known.number < recorded.number);
        self.recording.insert(at, recorded);
    }

    /// Writes the scenarios of the applicants who have got to the end since it was last asked. Where many do at once, what
    /// waits is taken first: the whole recording is gone through each time.
    pub(super) fn write_ended(&mut self) {
        if std::mem::take(&mut self.ended) {
            let composition = compose(&self.recording, &self.options);
            self.save(&composition, false);
        }
    }

    /// Writes what is not written yet, and says what came of it all.
    pub(super) fn finish(mut self) -> Exit {
        let composition = compose(&self.recording, &self.options);
        self.output.say("\n");
        composition.notes.iter().for_each(|note| self.output.complain(&format!("warning: {note}")));
        self.save(&composition, true);
        let count = composition.scenarios.len();
        self.output.say(&match count {
            0 => "Stopped: no call of the flow API was recorded.\n".to_owned(),
            _ => format!("Stopped: {} in {}.\n", counted(count, "scenario"), self.folder.display()),
        });
        if composition.scenarios.iter().any(|composed| composed.replaced > 0) {
            self.output.say(&format!("What applicants entered was replaced by made-up data. {MAY_DIFFER}\n"));
        }
        if self.failed { Exit::Usage } else { Exit::Passed }
    }

    /// Writes the scenarios that are at their end, or all.
    fn save(&mut self, composition: &Composition, all: bool) {
        for composed in composition.scenarios.iter().filter(|composed| all || composed.ended) {
            self.save_one(composed);
        }
        // Two applicants who turn out to belong together are in one scenario from then on.
        let now: Vec<&str> = composition.scenarios.iter().map(|composed| composed.session.as_str()).collect();
        let gone: Vec<String> =
            self.written.keys().filter(|session| !now.contains(&session.as_str())).cloned().collect();
        for session in gone {
            if let Some((path, _)) = self.written.remove(&session) {
                drop(fs::remove_file(path));
            }
        }
    }

    fn save_one(&mut self, composed: &Composed) {
        let mut draft = composed.draft.clone();
        draft.head = head_of_recorded(composed, "record", self.options.treatment);
        let text = self.output.redactor.mask(&compose::write(&draft)).into_owned();
        let known = self.written.get(&composed.session).cloned();
        if known.as_ref().is_some_and(|(_, before)| *before == text) {
            return;
        }
        let path = known.map_or_else(|| self.free_path(&draft.flow), |(path, _)| path);
        for (file, bytes) in &composed.files {
            let file = self.folder.join(file);
            let there = fs::read(&file).ok();
            if there.as_ref() == Some(bytes) {
                continue;
            }
            if there.is_some() {
                self.output.complain(&format!("warning: {} is there already and stays as it is", file.display()));
            } else {
                self.failed |= write::write(&file, bytes, &self.output).is_err();
            }
        }
        if write::write(&path, &text, &self.output).is_err() {
            self.failed = true;
            return;
        }
        self.output.say(&format!("Wrote {}: {}\n", path.display(), counted(draft.steps.len(), "step")));
        self.written.insert(composed.session.clone(), (path, text));
    }

    /// A file that is not there yet.
    fn free_path(&self, flow: &str) -> PathBuf {
        let stem = file_stem(flow);
        let mut paths = (1..).map(|number| self.folder.join(format!("{stem}-{number}.yaml")));
        paths.find(|path| !path.exists()).unwrap_or_else(|| self.folder.join(format!("{stem}.yaml")))
    }
}

fn session_of(recorded: &Recorded) -> Option<&str> {
    let answered = recorded.exchange.answer.session();
    let headers = &recorded.exchange.request.headers;
    answered.or_else(|| headers.iter().find(|(name, _)| name == "x-hf-session").map(|(_, session)| session.as_str()))
}

fn recorded(passed: Passed) -> Recorded {
    let request = Request { method: passed.method, url: passed.url, headers: passed.headers, body: RequestBody::Empty };
    let answer = Answer {
        status: passed.status,
        headers: passed.answer_headers,
        body: Body::Text(String::new()),
        elapsed: Duration::ZERO,
    };
    Recorded::from_bytes(passed.number, request, &passed.body, answer, &passed.answer, passed.whole)
}
