//! From files to a sound suite, or to all their mistakes together.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::action::Action;
use super::data_files::{DataFiles, read_named};
use super::discover::Discovery;
use super::fragment::{self, Fragment};
use super::model::{Scenario, Test};
use super::step::Step;
use super::{check, read};
use crate::parallel;
use crate::source::{Code, Diagnostic, SourceId, Sources, Span, canonical, nearest_file};
use crate::yaml::{self, Kind, Node, Reading};

/// The most steps that one scenario may have, fragments expanded.
const MOST_STEPS: usize = 2_000;

/// How many files are parsed before they are read: enough to be parsed on several threads, and few enough for their trees to
/// take little room.
const BATCH: usize = 256;

/// All scenarios of a folder.
#[derive(Debug, Clone, Default)]
pub struct Suite {
    /// In the order of their names.
    pub scenarios: Vec<Scenario>,
    /// The fragments among the files, and others that scenarios use, by their places.
    pub fragments: Vec<Fragment>,
}

impl Suite {
    /// All tests: each scenario, or each case of it.
    pub fn tests(&self) -> impl Iterator<Item = Test<'_>> {
        self.scenarios.iter().flat_map(Scenario::tests)
    }
}

/// Reads the discovered files that `wanted` chooses, with every fragment they use.
///
/// # Errors
///
/// Every mistake of every file.
pub fn load(
    found: &Discovery,
    wanted: &dyn Fn(&Path) -> bool,
    sources: &mut Sources,
) -> Result<Suite, Vec<Diagnostic>> {
    let mut loader = Loader { mistakes: found.mistakes.clone(), ..Loader::default() };
    let mut data = DataFiles::of_flows(found);
    // What may be data for another file is read when all files are known.
    let mut unsure: Vec<(PathBuf, Document)> = Vec::new();
    let files: Vec<&PathBuf> = found.files.iter().filter(|file| wanted(file)).collect();
    let mut scenarios = Vec::with_capacity(files.len());
    // A tree is let go as soon as it is read: of thousands of files only the scenarios stay.
    for batch in files.chunks(BATCH) {
        let mut sure = Vec::with_capacity(batch.len());
        for (path, document) in loader.documents(batch, sources) {
            data.note(path, &document.node);
            if document.is_fragment() {
                loader.fragment(path, &document, sources);
            } else if document.is_surely_a_scenario() {
                sure.push((path, document));
            } else {
                unsure.push((path.clone(), document));
            }
        }
        let read = parallel::map(sure, |(path, document)| read_scenario(path, found, &document, sources));
        scenarios.extend(read.into_iter().filter_map(|read| loader.take(read)));
    }
    for (path, document) in &unsure {
        let may_be_data = || data.may_hold(path);
        if !document.has_key("scenario") && document.node.misspells("fragment") {
            loader.no_kind(path, document, sources, "did you mean the key `fragment`?");
        } else if !document.is_like_a_scenario() && !may_be_data() {
            let help = "move it out of the scenario folder, or begin it with `scenario:` or `fragment:`";
            loader.no_kind(path, document, sources, help);
        } else if document.is_scenario() || !may_be_data() {
            scenarios.extend(loader.take(read_scenario(path, found, document, sources)));
        }
    }
    loader.load_used_fragments(&scenarios, sources);
    let mistakes = parallel::map(&mut scenarios, |scenario| loader.finish(scenario, sources));
    loader.mistakes.extend(mistakes.into_iter().flatten());
    scenarios.sort_by(|a, b| a.name.cmp(&b.name));
    loader.same_names(&scenarios, sources);
    if !loader.mistakes.is_empty() {
        return Err(loader.sorted_mistakes());
    }
    let mut fragments: Vec<Fragment> = loader.fragments.into_values().flatten().map(|(_, fragment)| fragment).collect();
    fragments.sort_by_key(|fragment| fragment.span.source);
    Ok(Suite { scenarios, fragments })
}

struct Document {
    source: SourceId,
    node: Node,
}

impl Document {
    fn is_fragment(&self) -> bool {
        self.has_key("fragment") && !self.has_key("scenario")
    }

    /// Whether it says that it is a scenario, by any of the keys that only scenarios have.
    fn is_scenario(&self) -> bool {
        ["scenario", "flow", "steps"].iter().any(|key| self.has_key(key))
    }

    /// Whether it says so by its first key, so that it is one whatever else lies in the folder.
    fn is_surely_a_scenario(&self) -> bool {
        self.has_key("scenario")
    }

    /// Whether it says so in its beginning, if with a slip: of the rest many a file has the keys that has nothing to do with us.
    fn is_like_a_scenario(&self) -> bool {
        let said = |key: &&str| self.has_key(key) || self.node.misspells(key);
        !matches!(self.node.kind, Kind::Map(_)) || ["scenario", "flow"].iter().any(said)
    }

    fn has_key(&self, wanted: &str) -> bool {
        matches!(&self.node.kind, Kind::Map(entries) if entries.iter().any(|(key, _)| key.as_str() == Some(wanted)))
    }
}

#[derive(Default)]
struct Loader {
    mistakes: Vec<Diagnostic>,
    fragments: HashMap<PathBuf, Option<(PathBuf, Fragment)>>,
    /// Files with mistakes of their own: whether a session has begun would only repeat them in other words.
    broken: HashSet<SourceId>,
    /// Files in which something that defines names could not be read.
    unsure: HashSet<SourceId>,
}

impl Loader {
    /// Reads files in, and the files that they name. Those with mistakes are left out.
    fn documents<'p>(&mut self, paths: &[&'p PathBuf], sources: &mut Sources) -> Vec<(&'p PathBuf, Document)> {
        let read: Vec<_> = paths.iter().map(|path| sources.read(path, yaml::MAX_FILE_BYTES)).collect();
        let ids: Vec<SourceId> = read.iter().filter_map(|read| read.as_ref().ok().copied()).collect();
        let mut parsed = parallel::map(&ids, |source| yaml::parse(sources, *source)).into_iter();
        let mut documents = Vec::with_capacity(ids.len());
        for (path, read) in paths.iter().copied().zip(read) {
            match read.and_then(|source| Ok((source, parsed.next().expect("one for each that was read")?))) {
                Ok((source, node)) => {
                    read_named(&node, &folder_of(path), sources);
                    documents.push((path, Document { source, node }));
                }
                Err(mistake) => {
                    self.mistakes.push(mistake);
                    // Should it be a fragment that somebody uses, it is not read again.
                    self.fragments.insert(canonical(path), None);
                }
            }
        }
        documents
    }

    /// Notes what came of reading a scenario.
    fn take(&mut self, read: ReadScenario) -> Option<Scenario> {
        let ReadScenario { source, scenario, mut mistakes, names_unsure } = read;
        if !mistakes.is_empty() {
            self.broken.insert(source);
        }
        if names_unsure {
            self.unsure.insert(source);
        }
        self.mistakes.append(&mut mistakes);
        scenario
    }

    /// Notes that a file is neither a scenario nor a fragment.
    fn no_kind(&mut self, path: &Path, document: &Document, sources: &Sources, help: &str) {
        let start = sources.span(document.source, 0..0);
        let mistake = Diagnostic::mistake(Code::NeitherKind, start, "this file is neither a scenario nor a fragment");
        self.mistakes.push(mistake.help(help));
        self.fragments.insert(canonical(path), None);
    }

    fn fragment(&mut self, path: &Path, document: &Document, sources: &Sources) {
        let folder = folder_of(path);
        let mut reading = Reading::new(sources, &folder);
        let fragment = Fragment::read(&document.node, &mut reading);
        let sound = reading.mistakes.is_empty();
        self.mistakes.append(&mut reading.mistakes);
        self.fragments.insert(canonical(path), fragment.filter(|_| sound).map(|fragment| (folder, fragment)));
    }

    /// Reads the fragments that scenarios and fragments use and that do not lie among the discovered files.
    fn load_used_fragments(&mut self, scenarios: &[Scenario], sources: &mut Sources) {
        let mut open: Vec<(PathBuf, Span)> = scenarios
            .iter()
            .flat_map(|scenario| used(scenario.steps.iter().chain(&scenario.finally), &scenario.folder))
            .chain(self.fragments.values().flatten().flat_map(|(folder, fragment)| used(fragment.steps.iter(), folder)))
            .collect();
        while let Some((path, at)) = open.pop() {
            if self.fragments.contains_key(&canonical(&path)) || !path.is_file() {
                continue;
            }
            self.fragments.insert(canonical(&path), None);
            let Some((_, document)) = self.documents(&[&path], sources).pop() else { continue };
            if document.is_fragment() {
                self.fragment(&path, &document, sources);
            } else {
                let start = sources.span(document.source, 0..0);
                self.mistakes.push(
                    Diagnostic::mistake(Code::NoFragment, start, "this file is used as a fragment and is none")
                        .related(at, "it is used here")
                        .help("a fragment begins with the key `fragment`"),
                );
            }
            if let Some(Some((folder, fragment))) = self.fragments.get(&canonical(&path)) {
                open.extend(used(fragment.steps.iter(), folder));
            }
        }
    }

    /// Expands a scenario's fragments, numbers its steps and checks it as a whole: what is wrong then.
    fn finish(&self, scenario: &mut Scenario, sources: &Sources) -> Vec<Diagnostic> {
        let folder = scenario.folder.clone();
        let mut reading = Reading::new(sources, &folder);
        let mut left = MOST_STEPS;
        self.expand(&mut scenario.steps, &folder, &mut Vec::new(), &mut left, &mut reading);
        self.expand(&mut scenario.finally, &folder, &mut Vec::new(), &mut left, &mut reading);
        let mut next = 1;
        fragment::number(&mut scenario.steps, &mut next);
        fragment::number(&mut scenario.finally, &mut next);
        let whole = !scenario.all_steps().iter().any(|step| matches!(step.action, Action::Use(_)));
        let source = scenario.span.source;
        if reading.mistakes.is_empty() && whole {
            if !self.unsure.contains(&source) {
                check::check_names(scenario, &mut reading);
            }
            if !self.broken.contains(&source) {
                check::check_sessions(scenario, &mut reading);
            }
        }
        reading.mistakes
    }

    fn expand(
        &self,
        steps: &mut [Step],
        folder: &Path,
        stack: &mut Vec<PathBuf>,
        left: &mut usize,
        reading: &mut Reading<'_>,
    ) {
        for step in steps {
            if *left == 0 {
                continue;
            }
            *left -= 1;
            if *left == 0 {
                reading.mistake(
                    Diagnostic::mistake(
                        Code::TooManySteps,
                        step.span,
                        format!("the scenario has more than {MOST_STEPS} steps"),
                    )
                    .note("each use of a fragment counts with all its steps")
                    .help("fragments that use fragments multiply; split the scenario"),
                );
                continue;
            }
            let applicant = step.applicant.clone();
            let Action::Use(call) = &mut step.action else { continue };
            let path = folder.join(&call.path);
            let key = canonical(&path);
            if stack.contains(&key) {
                reading.mistake(
                    Diagnostic::mistake(
                        Code::EndlessFragment,
                        call.path_span,
                        "this fragment uses itself, so it would never end",
                    )
                    .help("take the use out; a step is done several times with `repeat`"),
                );
                continue;
            }
            match self.fragments.get(&key) {
                Some(Some((inner_folder, fragment))) => {
                    let mut inner = fragment.call(&mut call.with, call.path_span, reading);
                    for step in &mut inner {
                        resolve_paths(step, inner_folder, &applicant);
                    }
                    stack.push(key);
                    self.expand(&mut inner, inner_folder, stack, left, reading);
                    stack.pop();
                    call.steps = inner;
                }
                // Its own mistakes are reported already.
                Some(None) => {}
                None => reading.mistake(
                    Diagnostic::mistake(
                        Code::NoFragment,
                        call.path_span,
                        format!("there is no fragment {}", path.display()),
                    )
                    .help("a fragment's path starts from the folder of the file that uses it")
                    .maybe_help(nearest_file(folder, &call.path).map(|near| format!("did you mean {near:?}?"))),
                ),
            }
        }
    }

    /// Two files may come to the same test: `a.yaml` and `a.yml`.
    fn same_names(&mut self, scenarios: &[Scenario], sources: &Sources) {
        let mut seen: HashMap<String, Span> = HashMap::new();
        for scenario in scenarios {
            for test in scenario.tests() {
                let other = seen.insert(test.name(), scenario.span);
                let Some(other) = other.filter(|other| other.source != scenario.span.source) else { continue };
                let message = format!("the test `{}` is also in {}", test.name(), sources.path(other.source).display());
                let mistake = Diagnostic::mistake(Code::SameTest, scenario.span, message);
                self.mistakes.push(mistake.related(other, "the other file").help("rename one of the two"));
                break;
            }
        }
    }

    fn sorted_mistakes(mut self) -> Vec<Diagnostic> {
        self.mistakes
            .sort_by(|a, b| (a.span.source, a.span.start, &a.message).cmp(&(b.span.source, b.span.start, &b.message)));
        // A fragment that several scenarios use is checked with each of them.
        self.mistakes.dedup_by(|a, b| a.span == b.span && a.message == b.message);
        self.mistakes
    }
}

/// What came of reading one.
struct ReadScenario {
    source: SourceId,
    scenario: Option<Scenario>,
    mistakes: Vec<Diagnostic>,
    names_unsure: bool,
}

fn read_scenario(path: &Path, found: &Discovery, document: &Document, sources: &Sources) -> ReadScenario {
    let folder = folder_of(path);
    let mut reading = Reading::new(sources, &folder);
    let scenario = read::read(found.test_name(path), &folder, &document.node, &mut reading);
    let Reading { mistakes, names_unsure, .. } = reading;
    ReadScenario { source: document.source, scenario, mistakes, names_unsure }
}

/// Reads one scenario from a text that is in memory, with fragments that were read before.
///
/// # Errors
///
/// All its mistakes.
pub(crate) fn read_alone(
    name: String,
    folder: &Path,
    fragments: &[Fragment],
    source: SourceId,
    sources: &Sources,
) -> Result<Scenario, Vec<Diagnostic>> {
    let node = yaml::parse(sources, source).map_err(|mistake| vec![mistake])?;
    let mut reading = Reading::new(sources, folder);
    let scenario = read::read(name, folder, &node, &mut reading);
    let Some(mut scenario) = scenario.filter(|_| reading.mistakes.is_empty()) else { return Err(reading.mistakes) };
    let known = fragments.iter().map(|fragment| {
        let path = sources.path(fragment.span.source);
        (canonical(path), Some((folder_of(path), fragment.clone())))
    });
    let loader = Loader { fragments: known.collect(), ..Loader::default() };
    let mistakes = loader.finish(&mut scenario, sources);
    if mistakes.is_empty() { Ok(scenario) } else { Err(mistakes) }
}

/// A step of a fragment acts for the applicant that the fragment is used for, and finds its files beside the fragment.
fn resolve_paths(step: &mut Step, folder: &Path, applicant: &Option<String>) {
    if step.applicant.is_none() {
        step.applicant.clone_from(applicant);
    }
    step.folder = Some(folder.to_owned());
}

/// The fragments that steps use, and where.
fn used<'a>(steps: impl Iterator<Item = &'a Step>, folder: &Path) -> Vec<(PathBuf, Span)> {
    steps
        .filter_map(|step| match &step.action {
            Action::Use(call) => Some((folder.join(&call.path), call.path_span)),
            _ => None,
        })
        .collect()
}

pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}
