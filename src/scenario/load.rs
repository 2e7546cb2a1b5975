//! From files to a sound suite, or to all their mistakes together.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::action::Action;
use super::discover::Discovery;
use super::fragment::{self, Fragment};
use super::model::{Scenario, Test};
use super::step::Step;
use super::{cases, check, read};
use crate::source::{Code, Diagnostic, SourceId, Sources, Span, canonical, nearest_file};
use crate::yaml::{self, Kind, Node, Reading};

/// The most steps that one scenario may have, fragments expanded.
const MOST_STEPS: usize = 2_000;

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
    let mut documents: Vec<(PathBuf, Document)> = Vec::new();
    for file in found.files.iter().filter(|file| wanted(file)) {
        match loader.document(file, sources) {
            Some(document) => documents.push((file.clone(), document)),
            // Its mistake is noted; should it be a fragment that somebody uses, it is not read again.
            None => drop(loader.fragments.insert(canonical(file), None)),
        }
    }
    let (data, more_data) = data_files(&documents, found);
    let mut scenarios = Vec::new();
    // A tree is let go as soon as it is read: of thousands of files only the scenarios stay.
    for (path, document) in documents {
        let (path, document) = (&path, &document);
        if document.is_fragment() {
            loader.fragment(path, document, sources);
        } else if !document.has_key("scenario") && document.node.misspells("fragment") {
            let start = sources.span(document.source, 0..0);
            let mistake =
                Diagnostic::mistake(Code::NeitherKind, start, "this file is neither a scenario nor a fragment");
            loader.mistakes.push(mistake.help("did you mean the key `fragment`?"));
            loader.fragments.insert(canonical(path), None);
        } else if !document.is_like_a_scenario() && !more_data && !data.contains(&canonical(path)) {
            let start = sources.span(document.source, 0..0);
            let mistake =
                Diagnostic::mistake(Code::NeitherKind, start, "this file is neither a scenario nor a fragment");
            let help = "move it out of the scenario folder, or begin it with `scenario:` or `fragment:`";
            loader.mistakes.push(mistake.help(help));
            loader.fragments.insert(canonical(path), None);
        } else if document.is_scenario() || !(more_data || data.contains(&canonical(path))) {
            let folder = folder_of(path);
            let mut reading = Reading::new(sources, &folder);
            let scenario = read::read(found.test_name(path), &folder, &document.node, &mut reading);
            if !reading.mistakes.is_empty() {
                loader.broken.insert(document.source);
            }
            if reading.names_unsure {
                loader.unsure.insert(document.source);
            }
            scenarios.extend(scenario);
            loader.mistakes.append(&mut reading.mistakes);
        }
    }
    loader.load_used_fragments(&scenarios, sources);
    for scenario in &mut scenarios {
        loader.finish(scenario, sources);
    }
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
    fn document(&mut self, path: &Path, sources: &mut Sources) -> Option<Document> {
        match sources.read(path, yaml::MAX_FILE_BYTES) {
            Ok(source) => match yaml::parse(sources, source) {
                Ok(node) => {
                    read_named(&node, &folder_of(path), sources);
                    return Some(Document { source, node });
                }
                Err(mistake) => self.mistakes.push(mistake),
            },
            Err(mistake) => self.mistakes.push(mistake),
        }
        None
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
            let Some(document) = self.document(&path, sources) else { continue };
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

    /// Expands a scenario's fragments, numbers its steps and checks it as a whole.
    fn finish(&mut self, scenario: &mut Scenario, sources: &Sources) {
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
        self.mistakes.append(&mut reading.mistakes);
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

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Files that hold data for others: cases of a scenario, translations of a flow definition. Also whether a definition could
/// not be read, so that there may be more of them.
fn data_files(documents: &[(PathBuf, Document)], found: &Discovery) -> (HashSet<PathBuf>, bool) {
    let mut data = HashSet::new();
    let mut unknown = false;
    let mut misnamed = false;
    let mut note = |folder: &Path, path: &str| {
        let path = folder.join(path);
        // A name with a slip: any file may be the one that is meant.
        misnamed |= !path.exists();
        data.insert(canonical(&path));
    };
    for (path, document) in documents {
        let Kind::Map(entries) = &document.node.kind else { continue };
        let folder = folder_of(path);
        for (key, value) in entries {
            if key.as_str() == Some("cases") {
                value.as_str().into_iter().for_each(|file| note(&folder, file));
            }
        }
        each_schema(&document.node, &mut |file| note(&folder, file));
    }
    for path in &found.flows {
        let mut sources = Sources::default();
        let Ok(id) = sources.read(path, yaml::MAX_FILE_BYTES) else {
            unknown = true;
            continue;
        };
        let Ok(Node { kind: Kind::Map(entries), .. }) = yaml::parse(&sources, id) else {
            unknown = true;
            continue;
        };
        for (_, value) in entries.iter().filter(|(key, _)| key.as_str() == Some("languages")) {
            let Kind::Map(languages) = &value.kind else { continue };
            languages.iter().filter_map(|(_, file)| file.as_str()).for_each(|file| note(&folder_of(path), file));
        }
    }
    (data, unknown || misnamed)
}

/// Reads in the files that a document names, so that mistakes in them are told at their place.
fn read_named(node: &Node, folder: &Path, sources: &mut Sources) {
    let mut named = Vec::new();
    each_schema(node, &mut |file| named.push((file.to_owned(), yaml::MAX_FILE_BYTES)));
    if let Kind::Map(entries) = &node.kind {
        let cases = entries.iter().filter(|(key, _)| key.as_str() == Some("cases"));
        named.extend(
            cases.filter_map(|(_, value)| Some((value.as_str()?.to_owned(), cases::most_bytes(value.as_str()?)))),
        );
    }
    for (file, most) in named {
        sources.read_named(folder.join(file), most);
    }
}

fn each_schema(node: &Node, note: &mut dyn FnMut(&str)) {
    match &node.kind {
        Kind::Map(entries) => {
            for (key, value) in entries {
                match value.as_str() {
                    Some(file) if key.as_str() == Some("schema") => note(file),
                    _ => each_schema(value, note),
                }
            }
        }
        Kind::List(items) => items.iter().for_each(|item| each_schema(item, note)),
        _ => {}
    }
}
