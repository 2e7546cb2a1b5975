//! `personas.yaml`: the people, and businesses, of whom the services behind a flow have something to say.
//!
//! ```yaml
//! without a match: { last_name: Nomatch }
//! born too late: { dob: 2015-03-01 }
//! ```

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::source::{Code, Diagnostic, Sources};
use crate::yaml::{Kind, parse};

/// The names of the file, in the scenario folder.
pub const PERSONA_FILES: [&str; 2] = ["personas.yaml", "personas.yml"];
const MAX_BYTES: u64 = 1024 * 1024;

/// Somebody of whom services have something to say.
#[derive(Debug, Clone, PartialEq)]
pub struct Persona {
    /// What the person stands for: `without a match`.
    pub name: String,
    /// What is entered into which field, by role, label or whatever else names it.
    pub data: Vec<(String, Value)>,
}

/// Reads the personas of a scenario folder; nobody where it has no such file.
///
/// # Errors
///
/// The mistakes of the file.
pub fn read_personas(folder: &Path, sources: &mut Sources) -> Result<Vec<Persona>, Vec<Diagnostic>> {
    let files: Vec<PathBuf> =
        PERSONA_FILES.iter().map(|name| folder.join(name)).filter(|path| path.is_file()).collect();
    let Some(file) = files.first() else { return Ok(Vec::new()) };
    let source = sources.read(file, MAX_BYTES).map_err(|mistake| vec![mistake])?;
    let root = parse(sources, source).map_err(|mistake| vec![mistake])?;
    let wrong = |node: &crate::yaml::Node, wanted: &str, help: &str| {
        let message = format!("{} stands where {wanted} is wanted", node.describe());
        Diagnostic::mistake(Code::WrongKind, node.span, message).help(help)
    };
    let Kind::Map(all) = &root.kind else {
        let help = "each key is what a person stands for: `without a match: { last_name: Nomatch }`";
        return Err(vec![wrong(&root, "a map of personas", help)]);
    };
    let (mut personas, mut mistakes) = (Vec::new(), Vec::new());
    for (name, data) in all {
        match &data.kind {
            Kind::Map(fields) => personas.push(Persona {
                name: name.key_text(sources),
                data: fields.iter().map(|(key, value)| (key.key_text(sources), value.to_json(sources))).collect(),
            }),
            _ => {
                mistakes.push(wrong(data, "a map of fields", "name a field and what is entered: `last_name: Nomatch`"))
            }
        }
    }
    if mistakes.is_empty() { Ok(personas) } else { Err(mistakes) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn personas_are_read_and_mistakes_told_at_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let read = |text: &str| {
            std::fs::write(folder.path().join("personas.yaml"), text).unwrap();
            read_personas(folder.path(), &mut Sources::default())
        };
        let nobody = Persona { name: "nobody".to_owned(), data: vec![("last_name".to_owned(), json!("Nomatch"))] };
        assert_eq!(read("nobody: { last_name: Nomatch }\n"), Ok(vec![nobody]));
        let mistakes = read("nobody: Nomatch\nsomebody: 3\n").unwrap_err();
        assert_eq!(mistakes.len(), 2);
        assert!(mistakes[0].message.ends_with("where a map of fields is wanted"), "{}", mistakes[0].message);
        assert_eq!(read("- nobody\n").unwrap_err()[0].span.start, 0);
        assert_eq!(read_personas(&folder.path().join("none"), &mut Sources::default()), Ok(Vec::new()));
    }
}
