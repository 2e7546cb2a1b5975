//! Where a run stood in its repository.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A folder as a path from the root of its repository, with forward slashes; empty for the root itself, and where there is no
/// repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct WorkingFolder(pub String);

impl WorkingFolder {
    /// The path from the root of a file that is known by its path from here: what pull requests know it by. An absolute path,
    /// and one that leads out of the repository, stays as it is.
    pub fn path_of(&self, file: &str) -> String {
        // `C:/…` is absolute, too.
        let absolute = file.starts_with('/') || file.split('/').next().is_some_and(|word| word.contains(':'));
        if absolute {
            return file.to_owned();
        }
        let mut words: Vec<&str> = self.0.split('/').filter(|word| !word.is_empty()).collect();
        for word in file.split('/').filter(|word| *word != ".") {
            match word {
                ".." if words.pop().is_none() => return file.to_owned(),
                ".." => {}
                word => words.push(word),
            }
        }
        words.join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_at_the_root_of_the_repository() {
        for (folder, file, whole) in [
            ("", "./scenarios/a.yaml", "scenarios/a.yaml"),
            ("flows/retail", "scenarios/a.yaml", "flows/retail/scenarios/a.yaml"),
            ("flows/retail", "../shared/a.yaml", "flows/shared/a.yaml"),
            ("flows", "../../elsewhere/a.yaml", "../../elsewhere/a.yaml"),
            ("flows", "/work/a.yaml", "/work/a.yaml"),
            ("flows", "C:/work/a.yaml", "C:/work/a.yaml"),
        ] {
            assert_eq!(WorkingFolder(folder.to_owned()).path_of(file), whole);
        }
    }
}
