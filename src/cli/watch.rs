//! `draftgate run --watch`: runs, waits for files to change, and runs what they affect.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::Environment;
use super::args::RunArguments;
use super::changes::Changes;
use super::exit::Exit;
use super::last_run::LastRun;
use super::output::Output;
use super::overwrite;
use super::prepare::{Prepared, prepare, refuse};
use super::run::{play, stop};
use super::settings::{place, snapshot_folder};
use super::signal::stop_signal;
use crate::scenario::Scenario;
use crate::snapshot::name;
use crate::source::{Source, Sources, canonical};

/// Files that what holds for every scenario is written in.
const FOR_ALL: [&str; 4] = ["draftgate.yaml", "draftgate.yml", "sandbox.yaml", "sandbox.yml"];

/// Runs what is selected, then again and again what changed files affect, until Ctrl-C.
pub(super) fn watch(environment: &Environment, arguments: &RunArguments, output: &Output) -> Exit {
    let mut sources = Sources::default();
    let place = match place(&arguments.select, &arguments.target) {
        Ok(place) => place,
        Err(error) => return refuse(error, output, &sources),
    };
    let folder = &place.root;
    // Where they are is asked again by each run; a configuration with a mistake in it is told by the first.
    let snapshots = snapshot_folder(environment, &arguments.target, &place, &mut sources).ok();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return cannot(output, &error),
    };
    // What changes during the first run is noticed after it.
    let signal = {
        let _context = runtime.enter();
        stop_signal()
    };
    let (mut changes, stopped) = match (Changes::below(folder, snapshots.as_deref()), signal) {
        (Ok(changes), Ok(stopped)) => (changes, stopped),
        (Err(error), _) => return cannot(output, &error),
        (_, Err(error)) => return cannot(output, &error),
    };
    if let Err(error) = overwrite::clear(&arguments.reports.files()) {
        output.complain(&format!("error: {error}"));
        return Exit::Usage;
    }
    let mut stopped = Box::pin(stopped);
    let mut pressed = enter_key();
    let mut watch = Watch { environment, arguments, output, open: BTreeSet::new(), broken: false, ran: None };
    let mut exit = watch.run(None);
    loop {
        if exit == Some(Exit::Interrupted) {
            return Exit::Interrupted;
        }
        if exit.is_some() {
            let keys = if pressed.is_some() { "Enter runs everything again, " } else { "" };
            output.say(&format!("\nWaiting for changes in {}. {keys}Ctrl-C stops.\n", folder.display()));
        }
        let next = runtime.block_on(async {
            tokio::select! {
                () = &mut stopped => Next::Stop,
                () = key(&mut pressed) => Next::Everything,
                changed = changes.next() => changed.map_or(Next::Everything, Next::Changed),
            }
        });
        exit = match next {
            Next::Stop => {
                output.say("\nStopped.\n");
                return Exit::Passed;
            }
            Next::Everything => watch.run(None),
            Next::Changed(paths) => watch.run(Some(paths)),
        };
    }
}

/// What is to be done next.
enum Next {
    Stop,
    Everything,
    Changed(Vec<PathBuf>),
}

fn cannot(output: &Output, error: &dyn std::fmt::Display) -> Exit {
    output.complain(&format!("error: changed files cannot be watched: {error}"));
    Exit::Usage
}

/// Tells of each time that somebody at the keyboard presses Enter.
fn enter_key() -> Option<UnboundedReceiver<()>> {
    if !io::stdin().is_terminal() {
        return None;
    }
    let (sender, pressed) = unbounded_channel();
    std::thread::spawn(move || {
        for line in io::stdin().lines() {
            if line.is_err() || sender.send(()).is_err() {
                return;
            }
        }
    });
    Some(pressed)
}

async fn key(pressed: &mut Option<UnboundedReceiver<()>>) {
    let closed = match pressed {
        Some(pressed) => pressed.recv().await.is_none(),
        None => true,
    };
    if closed {
        std::future::pending::<()>().await;
    }
}

struct Watch<'a> {
    environment: &'a Environment,
    arguments: &'a RunArguments,
    output: &'a Output,
    /// What changed and was not run since, because of a mistake in a file.
    open: BTreeSet<PathBuf>,
    /// The digests of the flow definitions that ran last, by the flow's id; `None` before the first run.
    ran: Option<BTreeMap<String, String>>,
    /// Whether the last thing that was said is a mistake in a file.
    broken: bool,
}

impl Watch<'_> {
    /// Runs what changed files affect, or everything; `None` when it concerned nobody.
    fn run(&mut self, changed: Option<Vec<PathBuf>>) -> Option<Exit> {
        let everything = changed.is_none() || self.ran.is_none();
        self.open.extend(changed.into_iter().flatten().filter(|path| !is_hidden(path)));
        if !everything && self.open.is_empty() {
            return None;
        }
        // Only the first run repeats what failed before it.
        let mut arguments = self.arguments.clone();
        arguments.failed &= self.ran.is_none();
        let mut prepared = match prepare(self.environment, &arguments, self.output) {
            Ok(prepared) => prepared,
            Err(exit) => {
                self.broken = true;
                return Some(exit);
            }
        };
        let mended = std::mem::take(&mut self.broken);
        let open = std::mem::take(&mut self.open);
        let before = self.ran.replace(prepared.definitions.clone()).unwrap_or_default();
        if !everything {
            let affected = affected(&prepared, &open, &before);
            let run = prepared.run.clone();
            prepared.tests.retain(|id| affected.contains(&run.test(*id).scenario.name));
            let names: Vec<String> = open.iter().map(|path| shown(path)).collect();
            if prepared.tests.is_empty() {
                stop(prepared);
                if mended {
                    self.output.say(&format!("\n── mended: {}; no test is affected ──\n", names.join(", ")));
                }
                return mended.then_some(Exit::Passed);
            }
            self.output.say(&format!("\n── changed: {} ──\n", names.join(", ")));
        }
        Some(play(self.environment, &arguments, prepared, None, self.output))
    }
}

/// The names of the scenarios that changed files have to do with: those written in them, those that name them (data, files
/// to upload), those that name a flow whose definition is another now, and those that failed for a snapshot that is another
/// now.
fn affected(prepared: &Prepared, changed: &BTreeSet<PathBuf>, before: &BTreeMap<String, String>) -> BTreeSet<String> {
    let snapshots = canonical(&prepared.run.snapshots);
    let (reviewed, changed): (Vec<PathBuf>, Vec<PathBuf>) =
        changed.iter().map(|path| canonical(path)).partition(|path| path.starts_with(&snapshots));
    let last = LastRun::read(&prepared.root).unwrap_or_default();
    let accepted = |scenario: &Scenario| {
        let folder = name::folder(&snapshots, &scenario.name);
        let is_accepted =
            |path: &PathBuf| path.starts_with(&folder) && path.extension().is_some_and(|end| end == "snap");
        reviewed.iter().any(is_accepted)
            && scenario.tests().any(|test| last.failed(&prepared.run.world.redactor.mask(&test.name())))
    };
    let for_all = changed.iter().any(|path| FOR_ALL.iter().any(|name| path.ends_with(name)));
    let rebuilt: Vec<&str> = (prepared.definitions.iter())
        .filter(|(id, digest)| before.get(*id) != Some(digest))
        .flat_map(|(id, _)| {
            let aliases = prepared.run.flows.iter().filter(move |(_, known)| *known == id);
            aliases.map(|(alias, _)| alias.as_str()).chain([id.as_str()])
        })
        .collect();
    let concerned = |scenario: &&Scenario| {
        accepted(scenario)
            || scenario.files().into_iter().map(|id| prepared.sources.get(id)).any(|source| {
                for_all
                    || changed.iter().any(|path| canonical(&source.path).starts_with(path) || names_file(source, path))
                    || rebuilt.iter().any(|flow| source.text.contains(flow))
            })
    };
    prepared.run.suite.scenarios.iter().filter(concerned).map(|scenario| scenario.name.clone()).collect()
}

/// Whether a text speaks of a file by its name. Flow definitions are told by what is in them.
fn names_file(source: &Source, path: &Path) -> bool {
    !path.is_dir() && path.file_name().is_some_and(|name| source.text.contains(&*name.to_string_lossy()))
}

/// Whether it is a file of an editor or of ours, which is nobody's scenario.
fn is_hidden(path: &Path) -> bool {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    let own = path.components().any(|part| part.as_os_str() == super::last_run::FOLDER);
    let written = [".snap.new", ".map.json"].iter().any(|ending| file.ends_with(ending));
    own || written || file.starts_with('.') || file.ends_with('~')
}

/// A path as people know it: from where they stand.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    canonical(path).strip_prefix(here).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_editors_are_nobodys() {
        for path in
            [".a.yaml.swp", "a/b.yaml~", "a/.draftgate/last-run.json", "x/.draftgate-1.tmp", "s/01-init.snap.new"]
        {
            assert!(is_hidden(Path::new(path)), "{path}");
        }
        assert!(!is_hidden(Path::new("a/b.yaml")) && !is_hidden(Path::new("/tmp/.hidden/a/b.yaml")));
    }
}
