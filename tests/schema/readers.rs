//! The readers of the files that the schemas are of.

use std::path::Path;

use draftgate::cli::config;
use draftgate::scenario::{Discovery, load, read_personas};
use draftgate::schema::SchemaKind;
use draftgate::source::{Diagnostic, Sources};
use draftgate::yaml;
use serde_json::Value;

/// The files that the samples name.
const BESIDE: [(&str, &str); 5] = [
    ("files/bill.pdf", "%PDF"),
    ("details.yaml", "fragment: It does nothing\nparams: { last: Lovelace }\nsteps: [ current ]\n"),
    ("people.csv", "case,age\nadult,18\n"),
    ("element.json", "{ \"type\": \"object\" }"),
    ("locales/fr-CA.yaml", "First name: Prénom\n"),
];

/// A folder with the files that the samples name, in which texts are read one after the other.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in BESIDE {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Folder(folder)
    }

    /// What the reader of such files has against a text, each mistake with its way out.
    pub fn mistakes(&self, kind: SchemaKind, text: &str) -> Vec<String> {
        let root = self.0.path();
        let path = root.join(match kind {
            SchemaKind::Scenario | SchemaKind::Fragment | SchemaKind::Any => "read.yaml",
            SchemaKind::Flow => "read.flow.yaml",
            SchemaKind::Config => "draftgate.yaml",
            SchemaKind::Sandbox => "sandbox.yaml",
            SchemaKind::Personas => "personas.yaml",
            _ => "written.json",
        });
        std::fs::write(&path, text).unwrap();
        let mut sources = Sources::default();
        let mistakes = match kind {
            SchemaKind::Scenario | SchemaKind::Fragment | SchemaKind::Any => {
                let found = Discovery { root: root.to_owned(), files: vec![path], ..Discovery::default() };
                load(&found, &|_: &Path| true, &mut sources).err()
            }
            SchemaKind::Personas => read_personas(root, &mut sources).err(),
            SchemaKind::Config => config::read(&path, &mut sources).err(),
            SchemaKind::Flow | SchemaKind::Sandbox => draftgate::sandbox::load(&mut sources, &[path]).err(),
            _ => unreachable!("only the program writes such files"),
        };
        mistakes.unwrap_or_default().iter().map(told).collect()
    }
}

fn told(mistake: &Diagnostic) -> String {
    format!("{}; {}", mistake.message, mistake.help.as_deref().unwrap_or_default())
}

/// A YAML text as the value that a validator sees.
pub fn value_of(text: &str) -> Value {
    let mut sources = Sources::default();
    let id = sources.add("a.yaml", text);
    yaml::parse(&sources, id).unwrap_or_else(|mistake| panic!("{}: {text}", mistake.message)).to_json(&sources)
}
