//! Files that scenarios, fragments and flow definitions name: data for cases, schemas, translations.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::cases;
use super::discover::Discovery;
use super::load::folder_of;
use crate::source::{Sources, canonical};
use crate::yaml::{self, Kind, Node};

/// Files that hold data for others: cases of a scenario, translations of a flow definition.
#[derive(Default)]
pub(super) struct DataFiles {
    files: HashSet<PathBuf>,
    /// Whether there may be more of them: a definition could not be read, or a name leads nowhere.
    unknown: bool,
}

impl DataFiles {
    fn add(&mut self, folder: &Path, path: &str) {
        let path = folder.join(path);
        // A name with a slip: any file may be the one that is meant.
        self.unknown |= !path.exists();
        self.files.insert(canonical(&path));
    }

    /// Whether a file may be one of them.
    pub(super) fn may_hold(&self, path: &Path) -> bool {
        self.unknown || self.files.contains(&canonical(path))
    }

    /// Those that the flow definitions name.
    pub(super) fn of_flows(found: &Discovery) -> Self {
        let mut data = DataFiles::default();
        for path in &found.flows {
            let mut sources = Sources::default();
            let read = sources.read(path, yaml::MAX_FILE_BYTES).and_then(|id| yaml::parse(&sources, id));
            let Ok(Node { kind: Kind::Map(entries), .. }) = read else {
                data.unknown = true;
                continue;
            };
            for (_, value) in entries.iter().filter(|(key, _)| key.as_str() == Some("languages")) {
                let Kind::Map(languages) = &value.kind else { continue };
                languages
                    .iter()
                    .filter_map(|(_, file)| file.as_str())
                    .for_each(|file| data.add(&folder_of(path), file));
            }
        }
        data
    }

    /// Those that a scenario or a fragment names.
    pub(super) fn note(&mut self, path: &Path, node: &Node) {
        let Kind::Map(entries) = &node.kind else { return };
        let folder = folder_of(path);
        let cases = entries.iter().filter(|(key, _)| key.as_str() == Some("cases"));
        cases.filter_map(|(_, value)| value.as_str()).for_each(|file| self.add(&folder, file));
        each_schema(node, &mut |file| self.add(&folder, file));
    }
}

/// Reads in the files that a document names, so that mistakes in them are told at their place.
pub(super) fn read_named(node: &Node, folder: &Path, sources: &mut Sources) {
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
