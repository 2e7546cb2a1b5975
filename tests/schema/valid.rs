//! What is bundled is valid.

use std::path::{Path, PathBuf};

use draftgate::schema::SchemaKind;

use crate::readers::{Folder, value_of};
use crate::{complaints, schema_of};

/// One sample a kind of file, with every key of the language between them.
pub const SAMPLES: [(SchemaKind, &str); 6] = [
    (SchemaKind::Scenario, include_str!("samples/scenario.yaml")),
    (SchemaKind::Fragment, include_str!("samples/fragment.yaml")),
    (SchemaKind::Flow, include_str!("samples/flow.yaml")),
    (SchemaKind::Config, include_str!("samples/config.yaml")),
    (SchemaKind::Sandbox, include_str!("samples/sandbox.yaml")),
    (SchemaKind::Personas, include_str!("samples/personas.yaml")),
];

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => open.push(entry.path()),
                false => files.push(entry.path()),
            }
        }
    }
    files.retain(|file| file.extension().is_some_and(|ending| ending == "yaml"));
    files
}

/// The schema that a file of the scenario folder is held to; none for data.
fn kind_of(path: &Path, text: &str) -> Option<SchemaKind> {
    match path.file_name().unwrap().to_str().unwrap() {
        "draftgate.yaml" => Some(SchemaKind::Config),
        "sandbox.yaml" => Some(SchemaKind::Sandbox),
        "personas.yaml" => Some(SchemaKind::Personas),
        name if name.ends_with(".flow.yaml") => Some(SchemaKind::Flow),
        _ if text.starts_with("scenario:") || text.contains("\nscenario:") => Some(SchemaKind::Scenario),
        _ if text.starts_with("fragment:") || text.contains("\nfragment:") => Some(SchemaKind::Fragment),
        _ => None,
    }
}

#[test]
fn every_bundled_file_is_valid() {
    let any = jsonschema::draft7::new(&schema_of(SchemaKind::Any)).unwrap();
    let kinds = SAMPLES.map(|(kind, _)| (kind, jsonschema::draft7::new(&schema_of(kind)).unwrap(), 0));
    let mut kinds = Vec::from(kinds);
    for path in yaml_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let value = value_of(&text);
        assert_eq!(complaints(&any, &value), Vec::<String>::new(), "{}", path.display());
        let Some(kind) = kind_of(&path, &text) else { continue };
        let (_, own, count) = kinds.iter_mut().find(|(known, ..)| *known == kind).unwrap();
        assert_eq!(complaints(own, &value), Vec::<String>::new(), "{}", path.display());
        *count += 1;
    }
    assert!(kinds.iter().all(|(.., count)| *count > 0), "a kind of file was not looked at");
}

#[test]
fn the_samples_are_valid_and_have_every_key() {
    let folder = Folder::new();
    for (kind, text) in SAMPLES {
        let schema = schema_of(kind);
        let validator = jsonschema::draft7::new(&schema).unwrap();
        assert_eq!(complaints(&validator, &value_of(text)), Vec::<String>::new(), "{kind:?}");
        assert_eq!(folder.mistakes(kind, text), Vec::<String>::new(), "{kind:?}");
        let definitions = schema["definitions"].as_object().into_iter().flatten().map(|(_, definition)| definition);
        for definition in definitions.chain([&schema]) {
            for (key, _) in definition["properties"].as_object().into_iter().flatten() {
                let there = text.contains(&format!("{key}:")) || text.contains(&format!("- {key}\n"));
                // Cases have another form, and a fragment has none; but its types are a scenario's.
                let of_cases = ["matrix", "case"].contains(&key.as_str());
                assert!(there || of_cases, "the sample {kind:?} has no `{key}`");
            }
        }
    }
}
