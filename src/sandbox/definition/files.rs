//! Reading the files: which is what, which belong together, and the flow at the top of each.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::account::ACCOUNT_FILE;
use super::ident::{Ids, hex_digest};
use super::model::{Account, Definition, Flow, Languages, Library, Node};
use super::reader::Reader;
use super::{account, faults, graph, nodes, wire};
use crate::api::language::LANGUAGES;
use crate::api::operation::Version;
use crate::source::{Code, Diagnostic, SourceId, Sources, Span};
use crate::yaml::{self, Mapping};

/// Reads flow definitions (`NAME.flow.yaml`, or `NAME.draft.flow.yaml` and `NAME.live.flow.yaml`), the locale files that
/// they name, and `sandbox.yaml` where it is among the files.
///
/// # Errors
///
/// All mistakes of all files together. A file that cannot be read is one of them; it is taken into the sources with an
/// empty text.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("hello.flow.yaml");
/// std::fs::write(&path, "nodes:\n  - form: greeting\n    elements: [ { name: Name, type: tex } ]\n").unwrap();
/// let mut sources = draftgate::source::Sources::default();
/// let mistakes = draftgate::sandbox::load(&mut sources, &[path]).unwrap_err();
/// assert_eq!(mistakes[0].message, "unknown element type `tex`");
/// assert_eq!(mistakes[0].help.as_deref(), Some("did you mean `text`?"));
/// ```
pub fn load(sources: &mut Sources, files: &[PathBuf]) -> Result<Library, Vec<Diagnostic>> {
    let mut loading = Loading::default();
    for path in files {
        loading.file(sources, path);
    }
    loading.finish()
}

#[derive(Default)]
struct Loading {
    account: Account,
    account_span: Option<Span>,
    read: Vec<ReadFile>,
    mistakes: Vec<Diagnostic>,
}

/// A definition with the file that it came from.
struct ReadFile {
    definition: Arc<Definition>,
    /// The file's name without its endings.
    stem: PathBuf,
    /// The version it is for; both where the name says neither.
    version: Option<Version>,
    /// Where the id stands.
    span: Span,
}

impl Loading {
    fn file(&mut self, sources: &mut Sources, path: &Path) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let kind = file_kind(name);
        let (id, root) = match open(sources, path) {
            Ok(opened) => opened,
            Err(mistake) => return self.mistakes.push(mistake),
        };
        if name == ACCOUNT_FILE {
            let span = sources.span(id, 0..0);
            if let Some(first) = self.account_span.replace(span) {
                let mistake = Diagnostic::mistake(Code::FlowTwice, span, format!("there is another {ACCOUNT_FILE}"));
                self.mistakes.push(mistake.related(first, "the first one").help("keep one of the two"));
            }
            let mut reader = Reader::new(sources);
            self.account = account::read(&mut reader, &root);
            return self.mistakes.append(&mut reader.mistakes);
        }
        let Some((stem, version)) = kind else {
            return self.mistakes.push(
                Diagnostic::mistake(
                    Code::BadFlowName,
                    sources.span(id, 0..0),
                    "this file's name is not that of a flow definition",
                )
                .help(format!(
                    "it ends in `.flow.yaml`, `.draft.flow.yaml` or `.live.flow.yaml`, or is `{ACCOUNT_FILE}`"
                )),
            );
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        let (definition, span) = self.definition(sources, id, &root, stem, folder);
        if let Some(definition) = definition {
            self.read.push(ReadFile { definition: Arc::new(definition), stem: folder.join(stem), version, span });
        }
    }

    fn definition(
        &mut self,
        sources: &mut Sources,
        source: SourceId,
        root: &yaml::Node,
        stem: &str,
        folder: &Path,
    ) -> (Option<Definition>, Span) {
        let mut reader = Reader::new(sources);
        let Some(mut map) = reader.map(root, "a flow definition") else {
            self.mistakes.append(&mut reader.mistakes);
            return (None, root.span);
        };
        let flow = map.take("flow");
        let id_node = map.take("id");
        let span = id_node.or(flow).map_or(root.span, |node| node.span);
        let name = flow.and_then(|node| reader.text_of(node)).unwrap_or_else(|| stem.to_owned());
        let id = id_node.and_then(|node| reader.text_of(node)).unwrap_or_else(|| name.clone());
        if id.is_empty() || id.contains(|c: char| "/?#%".contains(c) || c.is_whitespace() || c.is_control()) {
            reader.report(
                Diagnostic::mistake(
                    Code::BadFlowName,
                    span,
                    format!("`{id}` cannot be a flow's id, since it stands in a path"),
                )
                .help("give the flow an `id` of letters, digits and dashes"),
            );
        }
        let ids = Ids::new(reader.text(&mut map, "seed"));
        let authenticated = reader.flag(&mut map, "authenticated").unwrap_or(false);
        let follows_token = reader.flag(&mut map, "follows_token").unwrap_or(false);
        let languages = map.take("languages");
        let token_expires_in = reader.time(&mut map, "token_expires_in");
        let theme = reader.text(&mut map, "theme");
        let abandon_after = reader.time(&mut map, "abandon_after");
        let faults = faults::read(&mut reader, &mut map);
        let mut nodes = read_nodes(&mut reader, &mut map, &ids);
        let mut mistakes = std::mem::take(&mut reader.mistakes);
        let mut read = vec![source];
        let languages = read_languages(sources, &mut mistakes, languages, folder, &mut read);
        mistakes.extend(map.unknown());
        self.mistakes.append(&mut mistakes);
        wire::write_texts(&mut nodes, &languages);
        let digest = hex_digest(read.iter().map(|id| &*sources.get(*id).text), 32);
        let definition = Definition {
            name,
            id: id.into(),
            languages,
            authenticated,
            follows_token,
            token_expires_in,
            theme,
            abandon_after,
            faults,
            countries: wire::countries(&nodes),
            nodes,
            end_id: ids.id(&["end"]),
            digest,
        };
        (Some(definition), span)
    }

    fn finish(mut self) -> Result<Library, Vec<Diagnostic>> {
        let mut flows: Vec<Flow> = Vec::new();
        for (at, file) in self.read.iter().enumerate() {
            let earlier = &self.read[..at];
            let same_version =
                |other: &&ReadFile| other.version.is_none() || file.version.is_none() || other.version == file.version;
            let twin = earlier.iter().filter(same_version).find(|other| other.definition.id == file.definition.id);
            if let Some(twin) = twin {
                let message = format!("the flow `{}` is defined twice", file.definition.id);
                let mistake =
                    Diagnostic::mistake(Code::FlowTwice, file.span, message).related(twin.span, "the first definition");
                self.mistakes.push(mistake.help("keep one of the two, or give one an `id` of its own"));
            }
            let other =
                earlier.iter().find(|other| other.stem == file.stem && other.definition.id != file.definition.id);
            if let Some(other) = other {
                let mistake = Diagnostic::mistake(
                    Code::FlowTwice,
                    file.span,
                    "the draft and the live version of a flow have different ids",
                )
                .related(other.span, "the other version");
                self.mistakes.push(mistake.help("give both the same `id`"));
            }
            publish(&mut flows, file);
        }
        self.mistakes.sort_by_key(|mistake| (mistake.span.source, mistake.span.start));
        if self.mistakes.is_empty() { Ok(Library { flows, account: self.account }) } else { Err(self.mistakes) }
    }
}

fn publish(flows: &mut Vec<Flow>, file: &ReadFile) {
    let id = &file.definition.id;
    let at = flows.iter().position(|flow| flow.id == **id).unwrap_or_else(|| {
        flows.push(Flow { id: id.to_string(), draft: None, live: None });
        flows.len() - 1
    });
    if file.version != Some(Version::Live) {
        flows[at].draft = Some(Arc::clone(&file.definition));
    }
    if file.version != Some(Version::Draft) {
        flows[at].live = Some(Arc::clone(&file.definition));
    }
}

/// The flow's name and the version that a file's name says.
fn file_kind(name: &str) -> Option<(&str, Option<Version>)> {
    let stem = name.strip_suffix(".flow.yaml").or_else(|| name.strip_suffix(".flow.yml"))?;
    let split = [(".draft", Version::Draft), (".live", Version::Live)]
        .into_iter()
        .find_map(|(ending, version)| Some((stem.strip_suffix(ending)?, Some(version))));
    Some(split.unwrap_or((stem, None)))
}

fn open(sources: &mut Sources, path: &Path) -> Result<(SourceId, yaml::Node), Diagnostic> {
    let id = sources.read(path, yaml::MAX_FILE_BYTES)?;
    yaml::parse(sources, id).map(|root| (id, root))
}

fn read_nodes(reader: &mut Reader<'_>, map: &mut Mapping<'_>, ids: &Ids) -> Vec<Node> {
    let Some(list) = reader.list(map, "nodes") else {
        if reader.mistakes.is_empty() {
            let mistake = Diagnostic::mistake(Code::NoNodes, map.span, "the flow has no nodes")
                .help("add `nodes:`; `nodes: []` is an empty flow, which answers 4003");
            reader.report(mistake);
        }
        return Vec::new();
    };
    let before = reader.mistakes.len();
    let drafts: Vec<nodes::Draft> = list.iter().filter_map(|node| nodes::read(reader, ids, node)).collect();
    if drafts.len() < list.len() {
        // A name that leads to a node that could not be read would be reported as leading nowhere.
        return Vec::new();
    }
    let sound = reader.mistakes.len() == before;
    graph::connect(reader, drafts, sound)
}

fn read_languages(
    sources: &mut Sources,
    mistakes: &mut Vec<Diagnostic>,
    node: Option<&yaml::Node>,
    folder: &Path,
    read: &mut Vec<SourceId>,
) -> Languages {
    let mut languages = Languages { default: "en-US".to_owned(), locales: Vec::new() };
    let Some(node) = node else { return languages };
    let mut named: Vec<(&'static str, Span, String)> = Vec::new();
    let mut reader = Reader::new(sources);
    if let Some(mut map) = reader.map(node, "a map from language to file") {
        if let Some(default) = map.take("default").and_then(|node| reader.word(node, "language", &LANGUAGES)) {
            languages.default = default.to_owned();
        }
        for (tag, key, value) in map.rest() {
            let known = LANGUAGES.iter().find(|known| known.eq_ignore_ascii_case(tag));
            match known {
                Some(known) if *known == languages.default => reader.report(
                    Diagnostic::mistake(
                        Code::DefaultLanguage,
                        key.span,
                        format!("`{known}` is the language that the definition is written in"),
                    )
                    .help("leave it out, or make another language the default"),
                ),
                Some(known) => named.extend(reader.text_of(value).map(|file| (*known, value.span, file))),
                None => reader.report(yaml::unknown_word(key.span, "language", tag, &LANGUAGES)),
            }
        }
    }
    mistakes.append(&mut reader.mistakes);
    for (tag, span, file) in named {
        let path = folder.join(&file);
        if !path.exists() {
            mistakes.push(Diagnostic::no_file(span, folder, &file));
            continue;
        }
        let before = mistakes.len();
        match open(sources, &path) {
            Ok((id, root)) => {
                read.push(id);
                let mut reader = Reader::new(sources);
                languages.locales.push((tag.to_owned(), read_locale(&mut reader, &root)));
                mistakes.append(&mut reader.mistakes);
            }
            Err(mistake) => mistakes.push(mistake),
        }
        mistakes[before..].iter_mut().for_each(|mistake| mistake.related.push((span, yaml::NAMED_HERE.to_owned())));
    }
    languages
}

fn read_locale(reader: &mut Reader<'_>, root: &yaml::Node) -> HashMap<String, String> {
    let Some(map) = reader.map(root, "a map from text to translation") else { return HashMap::new() };
    map.rest().iter().filter_map(|(text, _, value)| Some((text.clone(), reader.text_of(value)?))).collect()
}
